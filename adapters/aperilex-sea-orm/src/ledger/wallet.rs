//! A wallet under lock.

use std::collections::{BTreeMap, BTreeSet};

use aperilex_ports::{LedgerError, MicroUsd, UserId};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::Outcome;
use crate::entity::account::{Column, Entity, Model};
use crate::error::Stop;

/// An account's credits. Nobody else changes them while this exists, because its row is locked.
#[derive(Debug)]
pub(crate) struct Wallet {
    pub(crate) user: UserId,
    pub(super) posted: i64,
    pub(super) held: i64,
    pub(super) seq: i64,
}

impl From<Model> for Wallet {
    fn from(row: Model) -> Self {
        Self {
            user: UserId::from_uuid(row.id),
            posted: row.posted,
            held: row.held,
            seq: row.seq,
        }
    }
}

impl Wallet {
    pub(crate) async fn lock(tx: &DatabaseTransaction, user: UserId) -> Outcome<Self> {
        let query = Entity::find_by_id(user.as_uuid()).lock_exclusive();
        let row = query.one(tx).await?;
        row.map(Self::from)
            .ok_or(Stop::Refused(LedgerError::Unknown))
    }

    /// What can be spent.
    pub(crate) const fn available(&self) -> MicroUsd {
        MicroUsd::new(self.posted.saturating_sub(self.held))
    }

    /// Refused unless this much can be spent.
    pub(crate) fn require(&self, needed: MicroUsd) -> Outcome<()> {
        let available = self.available();
        if needed <= available {
            return Ok(());
        }
        Err(Stop::Refused(LedgerError::InsufficientCredits {
            needed,
            available,
        }))
    }

    pub(super) async fn save(&self, tx: &DatabaseTransaction) -> Outcome<()> {
        Entity::update_many()
            .col_expr(Column::Posted, self.posted.into())
            .col_expr(Column::Held, self.held.into())
            .col_expr(Column::Seq, self.seq.into())
            .filter(Column::Id.eq(self.user.as_uuid()))
            .exec(tx)
            .await?;
        Ok(())
    }
}

/// Several wallets, locked in the order of their ids so that no two transactions wait for each other.
#[derive(Debug)]
pub(crate) struct Wallets(BTreeMap<UserId, Wallet>);

impl Wallets {
    pub(crate) async fn lock(
        tx: &DatabaseTransaction,
        users: impl IntoIterator<Item = UserId>,
    ) -> Outcome<Self> {
        let users: BTreeSet<_> = users.into_iter().map(|user| user.as_uuid()).collect();
        if users.is_empty() {
            return Ok(Self(BTreeMap::new()));
        }
        let rows = Entity::find()
            .filter(Column::Id.is_in(users))
            .order_by_asc(Column::Id)
            .lock_exclusive()
            .all(tx)
            .await?;
        let wallets = rows.into_iter().map(Wallet::from);
        Ok(Self(wallets.map(|wallet| (wallet.user, wallet)).collect()))
    }

    pub(crate) fn of(&mut self, user: UserId) -> Outcome<&mut Wallet> {
        self.0
            .get_mut(&user)
            .ok_or(Stop::Refused(LedgerError::Unknown))
    }
}
