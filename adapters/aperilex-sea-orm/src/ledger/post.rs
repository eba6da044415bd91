//! Credits, corrections and refunds.

use aperilex_ports::wallet::{Change, Given, Paid};
use aperilex_ports::{
    CreditLot, EntryId, LedgerEntry, LedgerError, PostEntry, Refund, ReverseCredit, Reversed,
    Timestamp, UserId,
};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::{Outcome, Wallet, journal};
use crate::entity::credit_lot;
use crate::entity::ledger_entry::{Column, Entity};
use crate::error::Stop;

impl Wallet {
    pub(crate) async fn post(
        &mut self,
        tx: &DatabaseTransaction,
        command: &PostEntry,
    ) -> Outcome<LedgerEntry> {
        let first = entry_by_key(tx, self.user(), &command.key).await?;
        let posted = self.0.post(command, first.as_ref());
        let (entry, change) = posted.map_err(Stop::Refused)?;
        self.save(tx, change).await?;
        Ok(entry)
    }

    pub(crate) async fn refund(
        &mut self,
        tx: &DatabaseTransaction,
        command: &Refund,
    ) -> Outcome<LedgerEntry> {
        let unknown = || Stop::Refused(LedgerError::Unknown);
        let first = entry_by_key(tx, self.user(), &command.key).await?;
        let entry = find_entry(tx, command.entry).await?;
        let entry = entry.filter(|entry| entry.user == self.user());
        let entry = entry.ok_or_else(unknown)?;
        let captured = journal::of_entry(tx, &entry).await?.ok_or_else(unknown)?;
        let before = journal::reversing(tx, &entry).await?;
        self.load(tx, captured.postings.iter().filter_map(|one| one.lot))
            .await?;
        let given = Given {
            entry: &entry,
            captured: &captured,
            before: &before,
            first: first.as_ref(),
        };
        let refunded = self.0.refund(command, &given);
        let (entry, change) = refunded.map_err(Stop::Refused)?;
        self.save(tx, change).await?;
        Ok(entry)
    }

    pub(crate) async fn reverse(
        &mut self,
        tx: &DatabaseTransaction,
        command: &ReverseCredit,
    ) -> Outcome<Reversed> {
        let entry = find_entry(tx, command.entry).await?;
        let entry = entry.filter(|entry| entry.user == self.user());
        let entry = entry.ok_or(Stop::Refused(LedgerError::Unknown))?;
        let before = journal::reversing(tx, &entry).await?;
        let paid = Paid {
            entry: &entry,
            before: &before,
        };
        let reversed = self.0.reverse(command, &paid);
        let (reversed, change) = reversed.map_err(Stop::Refused)?;
        self.save(tx, change).await?;
        Ok(reversed)
    }

    /// Ends what is late.
    pub(super) async fn lapse(
        &mut self,
        tx: &DatabaseTransaction,
        now: Timestamp,
    ) -> Outcome<Vec<LedgerEntry>> {
        let mut change = Change::default();
        self.0.lapse(now, &mut change).map_err(Stop::Refused)?;
        let entries = change.entries.clone();
        self.save(tx, change).await?;
        Ok(entries)
    }

    /// Loads lots of which nothing is left.
    async fn load(
        &mut self,
        tx: &DatabaseTransaction,
        lots: impl Iterator<Item = EntryId>,
    ) -> Outcome<()> {
        let there = |id: &EntryId| self.0.lots.iter().any(|lot| lot.id == *id);
        let missing: Vec<_> = lots
            .filter(|id| !there(id))
            .map(|id| id.as_uuid())
            .collect();
        let rows = credit_lot::Entity::find()
            .filter(credit_lot::Column::Id.is_in(missing))
            .all(tx)
            .await?;
        for row in rows {
            self.0.lots.push(CreditLot::try_from(row)?);
        }
        Ok(())
    }
}

pub(crate) async fn entry_by_key(
    tx: &DatabaseTransaction,
    user: UserId,
    key: &str,
) -> Outcome<Option<LedgerEntry>> {
    let row = Entity::find()
        .filter(Column::UserId.eq(user.as_uuid()))
        .filter(Column::Key.eq(key))
        .one(tx)
        .await?;
    Ok(row.map(LedgerEntry::try_from).transpose()?)
}

/// Whether the account has an entry of this key.
pub(crate) async fn has_entry(tx: &DatabaseTransaction, user: UserId, key: &str) -> Outcome<bool> {
    Ok(entry_by_key(tx, user, key).await?.is_some())
}

pub(super) async fn find_entry(
    tx: &DatabaseTransaction,
    id: EntryId,
) -> Outcome<Option<LedgerEntry>> {
    let row = Entity::find_by_id(id.as_uuid()).one(tx).await?;
    Ok(row.map(LedgerEntry::try_from).transpose()?)
}
