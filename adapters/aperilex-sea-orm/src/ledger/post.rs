//! Entries: appended, never changed.

use aperilex_ports::{
    AnalysisId, EntryId, EntryKind, FilingId, HoldId, LedgerEntry, LedgerError, MicroUsd,
    PostEntry, TaskId, Timestamp,
};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::{Outcome, Wallet};
use crate::entity::ledger_entry::{ActiveModel, Column, Entity, Model};
use crate::error::Stop;
use crate::stored::micros;

/// An entry that has no place in the account's sequence yet.
pub(super) struct NewEntry<'a> {
    pub(super) id: EntryId,
    pub(super) kind: EntryKind,
    pub(super) amount: MicroUsd,
    pub(super) filing: Option<FilingId>,
    pub(super) task: Option<TaskId>,
    pub(super) analysis: Option<AnalysisId>,
    pub(super) hold: Option<HoldId>,
    pub(super) description: &'a str,
    pub(super) key: &'a str,
    pub(super) now: Timestamp,
}

impl Wallet {
    pub(crate) async fn post(
        &mut self,
        tx: &DatabaseTransaction,
        command: &PostEntry,
    ) -> Outcome<LedgerEntry> {
        if command.amount == MicroUsd::ZERO || is_charge(command.kind) {
            return Err(Stop::Refused(LedgerError::BadAmount));
        }
        if let Some(first) = self.posted_before(tx, &command.key).await? {
            return if is_same(&first, command) {
                Ok(first)
            } else {
                Err(Stop::Refused(LedgerError::KeyReused))
            };
        }
        if command.amount < MicroUsd::ZERO {
            self.require(command.amount.negated())?;
        }
        let entry = NewEntry {
            id: command.id,
            kind: command.kind,
            amount: command.amount,
            filing: None,
            task: None,
            analysis: None,
            hold: None,
            description: &command.description,
            key: &command.key,
            now: command.now,
        };
        self.append(tx, &entry).await
    }

    pub(super) async fn append(
        &mut self,
        tx: &DatabaseTransaction,
        entry: &NewEntry<'_>,
    ) -> Outcome<LedgerEntry> {
        let posted = self.posted.checked_add(entry.amount.micros());
        self.posted = posted.ok_or(Stop::Refused(LedgerError::BadAmount))?;
        self.seq = self.seq.saturating_add(1);
        let row = Model {
            id: entry.id.as_uuid(),
            user_id: self.user.as_uuid(),
            seq: self.seq,
            kind: entry.kind.as_str().to_owned(),
            amount: entry.amount.micros(),
            balance_after: self.posted,
            filing_id: entry.filing.map(|filing| filing.as_uuid()),
            task_id: entry.task.map(|task| task.as_uuid()),
            analysis_id: entry.analysis.map(|analysis| analysis.as_uuid()),
            hold_id: entry.hold.map(|hold| hold.as_uuid()),
            description: entry.description.to_owned(),
            key: entry.key.to_owned(),
            at: micros(entry.now),
        };
        Entity::insert(all_set(row.clone()))
            .exec_without_returning(tx)
            .await?;
        self.save(tx).await?;
        Ok(row.try_into()?)
    }

    async fn posted_before(
        &self,
        tx: &DatabaseTransaction,
        key: &str,
    ) -> Outcome<Option<LedgerEntry>> {
        let row = Entity::find()
            .filter(Column::UserId.eq(self.user.as_uuid()))
            .filter(Column::Key.eq(key))
            .one(tx)
            .await?;
        Ok(row.map(LedgerEntry::try_from).transpose()?)
    }
}

pub(super) async fn find_entry(
    tx: &DatabaseTransaction,
    id: EntryId,
) -> Outcome<Option<LedgerEntry>> {
    let row = Entity::find_by_id(id.as_uuid()).one(tx).await?;
    Ok(row.map(LedgerEntry::try_from).transpose()?)
}

/// Charges come from holds alone.
const fn is_charge(kind: EntryKind) -> bool {
    matches!(
        kind,
        EntryKind::FilingAccess
            | EntryKind::FilingImport
            | EntryKind::Analysis
            | EntryKind::BulkImport
    )
}

/// Neither times nor the new id of an entry that is posted again are content.
fn is_same(first: &LedgerEntry, command: &PostEntry) -> bool {
    first.kind == command.kind
        && first.amount == command.amount
        && first.description == command.description
}

fn all_set(row: Model) -> ActiveModel {
    ActiveModel {
        id: Set(row.id),
        user_id: Set(row.user_id),
        seq: Set(row.seq),
        kind: Set(row.kind),
        amount: Set(row.amount),
        balance_after: Set(row.balance_after),
        filing_id: Set(row.filing_id),
        task_id: Set(row.task_id),
        analysis_id: Set(row.analysis_id),
        hold_id: Set(row.hold_id),
        description: Set(row.description),
        key: Set(row.key),
        at: Set(row.at),
    }
}
