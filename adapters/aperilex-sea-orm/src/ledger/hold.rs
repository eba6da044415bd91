//! Holds: placed, captured, given back.

use aperilex_ports::{
    AnalysisId, EntryId, Hold, HoldId, HoldStatus, LedgerEntry, LedgerError, MicroUsd, PlaceHold,
    Timestamp,
};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::post::{NewEntry, find_entry};
use super::{Outcome, Wallet};
use crate::entity::hold::{ActiveModel, Column, Entity};
use crate::error::Stop;
use crate::stored::{micros, rounded};

/// Charges a hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Capture<'a> {
    pub(crate) hold: HoldId,
    pub(crate) amount: MicroUsd,
    pub(crate) description: &'a str,
    pub(crate) analysis: Option<AnalysisId>,
    pub(crate) now: Timestamp,
}

impl Wallet {
    pub(crate) async fn place(
        &mut self,
        tx: &DatabaseTransaction,
        command: &PlaceHold,
    ) -> Outcome<Hold> {
        if !command.amount.is_positive() {
            return Err(Stop::Refused(LedgerError::BadAmount));
        }
        if let Some(first) = find_hold(tx, command.id).await? {
            return if is_same(&first, command) {
                Ok(first)
            } else {
                Err(Stop::Refused(LedgerError::KeyReused))
            };
        }
        self.require(command.amount)?;
        let hold = Hold {
            id: command.id,
            user: command.user,
            purpose: command.purpose,
            amount: command.amount,
            status: HoldStatus::Open,
            filing: command.filing,
            task: command.task,
            expires_at: rounded(command.expires_at),
            created_at: rounded(command.now),
        };
        insert(tx, &hold).await?;
        self.held = self.held.saturating_add(hold.amount.micros());
        self.save(tx).await?;
        Ok(hold)
    }

    pub(crate) async fn capture(
        &mut self,
        tx: &DatabaseTransaction,
        command: &Capture<'_>,
    ) -> Outcome<LedgerEntry> {
        if !command.amount.is_positive() {
            return Err(Stop::Refused(LedgerError::BadAmount));
        }
        let hold = self.hold(tx, command.hold).await?;
        let id = EntryId::from_uuid(hold.id.as_uuid());
        if hold.status == HoldStatus::Captured
            && let Some(first) = find_entry(tx, id).await?
            && first.amount == command.amount.negated()
        {
            return Ok(first);
        }
        if hold.status == HoldStatus::Open && command.amount > hold.amount {
            let held = hold.amount;
            return Err(Stop::Refused(LedgerError::OverCapture { held }));
        }
        let hold = self
            .end(tx, hold.id, HoldStatus::Captured, command.now)
            .await?;
        let entry = NewEntry {
            id,
            kind: hold.purpose,
            amount: command.amount.negated(),
            filing: hold.filing,
            task: hold.task,
            analysis: command.analysis,
            hold: Some(hold.id),
            description: command.description,
            key: &format!("capture:{}", hold.id),
            now: command.now,
        };
        self.append(tx, &entry).await
    }

    /// Gives a hold back; one that was given back already stays so.
    pub(crate) async fn void(
        &mut self,
        tx: &DatabaseTransaction,
        hold: HoldId,
        now: Timestamp,
    ) -> Outcome<()> {
        if self.hold(tx, hold).await?.status == HoldStatus::Voided {
            return Ok(());
        }
        self.end(tx, hold, HoldStatus::Voided, now).await?;
        Ok(())
    }

    /// Takes a hold out of `open`, freeing its credits.
    pub(crate) async fn end(
        &mut self,
        tx: &DatabaseTransaction,
        hold: HoldId,
        status: HoldStatus,
        now: Timestamp,
    ) -> Outcome<Hold> {
        let hold = self.hold(tx, hold).await?;
        if hold.status != HoldStatus::Open {
            let status = hold.status;
            return Err(Stop::Refused(LedgerError::HoldEnded { status }));
        }
        Entity::update_many()
            .col_expr(Column::Status, status.as_str().into())
            .col_expr(Column::EndedAt, micros(now).into())
            .filter(Column::Id.eq(hold.id.as_uuid()))
            .exec(tx)
            .await?;
        self.held = self.held.saturating_sub(hold.amount.micros());
        self.save(tx).await?;
        Ok(Hold { status, ..hold })
    }

    /// A hold on this wallet.
    async fn hold(&self, tx: &DatabaseTransaction, id: HoldId) -> Outcome<Hold> {
        let hold = find_hold(tx, id).await?;
        hold.filter(|hold| hold.user == self.user)
            .ok_or(Stop::Refused(LedgerError::Unknown))
    }
}

/// Times are no content.
fn is_same(first: &Hold, command: &PlaceHold) -> bool {
    first.user == command.user
        && first.purpose == command.purpose
        && first.amount == command.amount
        && first.filing == command.filing
        && first.task == command.task
}

pub(crate) async fn find_hold(tx: &DatabaseTransaction, id: HoldId) -> Outcome<Option<Hold>> {
    let row = Entity::find_by_id(id.as_uuid()).one(tx).await?;
    Ok(row.map(Hold::try_from).transpose()?)
}

async fn insert(tx: &DatabaseTransaction, hold: &Hold) -> Outcome<()> {
    let row = ActiveModel {
        id: Set(hold.id.as_uuid()),
        user_id: Set(hold.user.as_uuid()),
        purpose: Set(hold.purpose.as_str().to_owned()),
        amount: Set(hold.amount.micros()),
        status: Set(hold.status.as_str().to_owned()),
        filing_id: Set(hold.filing.map(|filing| filing.as_uuid())),
        task_id: Set(hold.task.map(|task| task.as_uuid())),
        expires_at: Set(micros(hold.expires_at)),
        created_at: Set(micros(hold.created_at)),
        ended_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}
