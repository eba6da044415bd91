//! A wallet under lock.

use std::collections::{BTreeMap, BTreeSet};

use aperilex_ports::audit::Projection;
use aperilex_ports::wallet::{self, Change};
use aperilex_ports::{
    AccountStatus, Balance, ChainHead, CreditLot, JournalTx, LedgerEntry, LedgerError, MicroUsd,
    NoticePreferences, OutboxItem, Timestamp, UserId,
};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{Outcome, hold};
use crate::entity::account::{Column, Entity, Model};
use crate::entity::{credit_lot, ledger_entry, ledger_posting, ledger_tx};
use crate::error::{Stop, Unreadable};
use crate::outbox;
use crate::stored::{count, micros, number, time, word};

/// An account's credits, and what it wants to be told of. Nobody else changes them while this exists,
/// because its row is locked.
#[derive(Debug)]
pub(crate) struct Wallet(pub(super) wallet::Wallet, AccountStatus, NoticePreferences);

impl Wallet {
    pub(crate) async fn lock(tx: &DatabaseTransaction, user: UserId) -> Outcome<Self> {
        let mut one = Wallets::lock(tx, [user]).await?.0;
        one.remove(&user).ok_or(Stop::Refused(LedgerError::Unknown))
    }

    /// What can be spent.
    pub(crate) fn available(&self, now: Timestamp) -> MicroUsd {
        self.0.available(now)
    }

    /// Refused unless this much can be spent.
    pub(crate) fn require(&self, needed: MicroUsd, now: Timestamp) -> Outcome<()> {
        self.0.require(needed, now).map_err(Stop::Refused)
    }

    /// Refused unless the account may act.
    pub(crate) fn require_active(&self) -> Outcome<()> {
        match self.1 {
            AccountStatus::Active => Ok(()),
            _ => Err(Stop::Refused(LedgerError::AccountClosed)),
        }
    }

    pub(crate) const fn user(&self) -> UserId {
        self.0.user
    }

    /// What the account wants to be told of.
    pub(crate) const fn wants(&self) -> NoticePreferences {
        self.2
    }

    /// Saves what a change did.
    pub(super) async fn save(&self, tx: &DatabaseTransaction, change: Change) -> Outcome<()> {
        if change == Change::default() {
            return Ok(());
        }
        for lot in &change.lots {
            save_lot(tx, self.0.user, lot).await?;
        }
        for entry in &change.entries {
            ledger_entry::Entity::insert(ledger_entry::ActiveModel::from(entry))
                .exec_without_returning(tx)
                .await?;
        }
        for one in &change.journal {
            write(tx, one).await?;
        }
        if let Some(changed) = &change.hold {
            hold::save(tx, changed, change.journal.last()).await?;
        }
        save_sums(tx, &self.0).await?;
        let fallen = self.0.fallen(&change).filter(|_| self.2.low_balance);
        outbox::put(tx, fallen.map(OutboxItem::Notice)).await
    }
}

async fn save_sums(tx: &DatabaseTransaction, wallet: &wallet::Wallet) -> Outcome<()> {
    Entity::update_many()
        .col_expr(Column::Posted, wallet.balance.posted.micros().into())
        .col_expr(Column::Held, wallet.balance.held.micros().into())
        .col_expr(Column::Seq, number(wallet.entry_seq).into())
        .col_expr(Column::ChainSeq, number(wallet.head.seq).into())
        .col_expr(Column::ChainHash, wallet.head.hash.to_string().into())
        .col_expr(Column::Debt, wallet.debt.micros().into())
        .col_expr(Column::ChainAt, wallet.head.at.map(micros).into())
        .filter(Column::Id.eq(wallet.user.as_uuid()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Stores sums and lots as the journal makes them. The account's row is locked.
pub(crate) async fn rebuild_wallet(
    tx: &DatabaseTransaction,
    user: UserId,
    made: &Projection,
) -> Outcome<()> {
    let live = made.lots.iter().map(|lot| lot.id.as_uuid());
    credit_lot::Entity::update_many()
        .col_expr(credit_lot::Column::Available, 0.into())
        .col_expr(credit_lot::Column::Held, 0.into())
        .col_expr(credit_lot::Column::Spent, 1.into())
        .filter(credit_lot::Column::UserId.eq(user.as_uuid()))
        .filter(credit_lot::Column::Spent.eq(0))
        .filter(credit_lot::Column::Id.is_not_in(live))
        .exec(tx)
        .await?;
    for lot in &made.lots {
        save_lot(tx, user, lot).await?;
    }
    if made.head.seq == 0 {
        return Ok(());
    }
    let wallet = wallet::Wallet {
        user,
        balance: made.balance,
        entry_seq: made.entry_count,
        head: made.head,
        debt: made.debt,
        lots: made.lots.clone(),
    };
    save_sums(tx, &wallet).await?;
    Ok(())
}

/// Where an account's chain ends, by the columns that say so: number, hash, time.
pub(crate) fn head(
    user: UserId,
    (seq, hash, at): (i64, Option<&str>, Option<i64>),
) -> Result<ChainHead, Unreadable> {
    let Some(hash) = hash else {
        return Ok(ChainHead::genesis(user));
    };
    Ok(ChainHead {
        seq: count("length of a chain", seq)?,
        hash: word("end of a chain", hash)?,
        at: at.map(|at| time("end of a chain", at)).transpose()?,
    })
}

/// The same of a row.
pub(crate) fn head_of(row: &Model) -> Result<ChainHead, Unreadable> {
    let end = (row.chain_seq, row.chain_hash.as_deref(), row.chain_at);
    head(UserId::from_uuid(row.id), end)
}

fn open(row: Model, lots: Vec<CreditLot>) -> Result<wallet::Wallet, Unreadable> {
    Ok(wallet::Wallet {
        user: UserId::from_uuid(row.id),
        balance: Balance {
            posted: MicroUsd::new(row.posted),
            held: MicroUsd::new(row.held),
        },
        entry_seq: count("count of entries", row.seq)?,
        head: head_of(&row)?,
        debt: MicroUsd::new(row.debt),
        lots,
    })
}

/// Lots of these accounts that have something left.
pub(crate) fn lots_of(
    users: impl IntoIterator<Item = Uuid>,
) -> sea_orm::Select<credit_lot::Entity> {
    credit_lot::Entity::find()
        .filter(credit_lot::Column::UserId.is_in(users))
        .filter(credit_lot::Column::Spent.eq(0))
        .order_by_asc(credit_lot::Column::Id)
}

async fn save_lot(tx: &DatabaseTransaction, user: UserId, lot: &CreditLot) -> Outcome<()> {
    use credit_lot::Column as Lot;
    let row = credit_lot::ActiveModel {
        id: Set(lot.id.as_uuid()),
        user_id: Set(user.as_uuid()),
        source: Set(lot.source.as_str().to_owned()),
        granted: Set(lot.granted.micros()),
        available: Set(lot.available.micros()),
        held: Set(lot.held.micros()),
        expires_at: Set(lot.expires_at.map(micros)),
        created_at: Set(micros(lot.created_at)),
        spent: Set(i64::from(!lot.has_any())),
    };
    let changed = OnConflict::column(Lot::Id)
        .update_columns([
            Lot::Source,
            Lot::Granted,
            Lot::Available,
            Lot::Held,
            Lot::ExpiresAt,
            Lot::CreatedAt,
            Lot::Spent,
        ])
        .to_owned();
    credit_lot::Entity::insert(row)
        .on_conflict(changed)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// The postings first: the transaction's own row seals them.
async fn write(tx: &DatabaseTransaction, one: &JournalTx) -> Outcome<()> {
    let (user_id, seq) = (one.user.as_uuid(), number(one.seq));
    let postings = (0_i64..).zip(&one.postings);
    let postings = postings.map(|(line, posting)| ledger_posting::ActiveModel {
        user_id: Set(user_id),
        seq: Set(seq),
        line: Set(line),
        account: Set(posting.account.as_str().to_owned()),
        lot_id: Set(posting.lot.map(|lot| lot.as_uuid())),
        amount: Set(posting.amount.micros()),
        opens_source: Set(posting.opens.map(|terms| terms.source.to_string())),
        opens_expires_at: Set(posting.opens.and_then(|terms| terms.expires_at).map(micros)),
    });
    ledger_posting::Entity::insert_many(postings)
        .exec_without_returning(tx)
        .await?;
    let row = ledger_tx::ActiveModel {
        user_id: Set(user_id),
        seq: Set(seq),
        operation: Set(one.operation.as_str().to_owned()),
        key: Set(one.key.clone()),
        hold_id: Set(one.hold.map(|hold| hold.as_uuid())),
        entry_id: Set(one.entry.map(|entry| entry.as_uuid())),
        reverses: Set(one.reverses.map(|entry| entry.as_uuid())),
        posted_after: Set(one.posted_after.micros()),
        held_after: Set(one.held_after.micros()),
        at: Set(micros(one.at)),
        prev_hash: Set(one.prev_hash.to_string()),
        hash: Set(one.hash.to_string()),
    };
    ledger_tx::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

impl From<&LedgerEntry> for ledger_entry::ActiveModel {
    fn from(entry: &LedgerEntry) -> Self {
        Self {
            id: Set(entry.id.as_uuid()),
            user_id: Set(entry.user.as_uuid()),
            seq: Set(number(entry.seq)),
            kind: Set(entry.kind.as_str().to_owned()),
            amount: Set(entry.amount.micros()),
            balance_after: Set(entry.balance_after.micros()),
            filing_id: Set(entry.filing.map(|filing| filing.as_uuid())),
            task_id: Set(entry.task.map(|task| task.as_uuid())),
            analysis_id: Set(entry.analysis.map(|analysis| analysis.as_uuid())),
            hold_id: Set(entry.hold.map(|hold| hold.as_uuid())),
            description: Set(entry.description.clone()),
            key: Set(entry.key.clone()),
            at: Set(micros(entry.at)),
        }
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
        let mut wallets = BTreeMap::new();
        if users.is_empty() {
            return Ok(Self(wallets));
        }
        let rows = Entity::find()
            .filter(Column::Id.is_in(users.iter().copied()))
            .order_by_asc(Column::Id)
            .lock_exclusive()
            .all(tx)
            .await?;
        let mut lots: BTreeMap<Uuid, Vec<CreditLot>> = BTreeMap::new();
        for row in lots_of(users).all(tx).await? {
            lots.entry(row.user_id).or_default().push(row.try_into()?);
        }
        for row in rows {
            let own = lots.remove(&row.id).unwrap_or_default();
            let status = word("status of an account", &row.status)?;
            let wants = row.wants();
            let wallet = Wallet(open(row, own)?, status, wants);
            wallets.insert(wallet.user(), wallet);
        }
        Ok(Self(wallets))
    }

    pub(crate) fn of(&mut self, user: UserId) -> Outcome<&mut Wallet> {
        self.0
            .get_mut(&user)
            .ok_or(Stop::Refused(LedgerError::Unknown))
    }
}
