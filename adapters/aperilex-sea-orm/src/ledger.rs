//! Credits. All that changes an account's credits does so while it holds the lock on the account's row.

mod hold;
pub(crate) mod journal;
mod post;
mod wallet;

use aperilex_ports::wallet::{GiveBack, Goodwill};
use aperilex_ports::{
    Balance, CapturePart, CreditLot, Funds, Hold, HoldId, HoldStatus, ImportStatus, JournalTx,
    Ledger, LedgerEntry, LedgerError, MicroUsd, PlaceHold, PostEntry, Refund, ReverseCredit,
    Reversed, StoreError, Timestamp, UserId,
};
use async_trait::async_trait;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

pub(crate) use hold::{Capture, find_hold};
pub(crate) use journal::reversing;
pub(crate) use post::{entry_by_key, has_entry};
pub(crate) use wallet::{Wallet, Wallets, head, head_of, lots_of, rebuild_wallet};

use crate::database::Store;
use crate::entity::{account, credit_lot, hold as hold_row, import_job, ledger_entry, task};
use crate::error::{Stop, Unreadable, store_error};
use crate::read::page;
use crate::stored::{micros, number};

pub(crate) type Outcome<T> = Result<T, Stop<LedgerError>>;

#[async_trait]
impl Ledger for Store {
    async fn place_hold(&self, hold: &PlaceHold) -> Result<Hold, LedgerError> {
        transact!(self.db, |tx| {
            match Wallet::lock(tx, hold.user).await {
                Ok(mut wallet) => wallet.place(tx, hold).await,
                Err(stop) => Err(stop),
            }
        })
    }

    async fn capture(
        &self,
        hold: HoldId,
        amount: MicroUsd,
        description: &str,
        now: Timestamp,
    ) -> Result<LedgerEntry, LedgerError> {
        let capture = Capture {
            hold,
            amount,
            description,
            analysis: None,
            now,
        };
        transact!(self.db, |tx| {
            match lock_owner(tx, hold).await {
                Ok(mut wallet) => wallet.capture(tx, &capture).await,
                Err(stop) => Err(stop),
            }
        })
    }

    async fn capture_part(&self, part: &CapturePart) -> Result<LedgerEntry, LedgerError> {
        transact!(self.db, |tx| {
            match lock_owner(tx, part.hold).await {
                Ok(mut wallet) => wallet.capture_part(tx, part).await,
                Err(stop) => Err(stop),
            }
        })
    }

    async fn void(
        &self,
        hold: HoldId,
        goodwill_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        transact!(self.db, |tx| {
            match lock_owner(tx, hold).await {
                Ok(mut wallet) => {
                    let goodwill = goodwill_until.map(Goodwill::whole);
                    wallet.void(tx, hold, goodwill, now).await
                }
                Err(stop) => Err(stop),
            }
        })
    }

    async fn post(&self, entry: &PostEntry) -> Result<LedgerEntry, LedgerError> {
        transact!(self.db, |tx| {
            match Wallet::lock(tx, entry.user).await {
                Ok(mut wallet) => wallet.post(tx, entry).await,
                Err(stop) => Err(stop),
            }
        })
    }

    async fn balance(&self, user: UserId) -> Result<Balance, LedgerError> {
        let query = account::Entity::find_by_id(user.as_uuid());
        let balance = self
            .db
            .one::<account::Model, Stored>(&query.into_query())
            .await?;
        balance
            .map(|Stored(balance)| balance)
            .ok_or(LedgerError::Unknown)
    }

    async fn entries(
        &self,
        user: UserId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<LedgerEntry>, StoreError> {
        let query = ledger_entry::Entity::find()
            .filter(ledger_entry::Column::UserId.eq(user.as_uuid()))
            .apply_if(before, |query, before| {
                query.filter(ledger_entry::Column::Seq.lt(number(before)))
            })
            .order_by_desc(ledger_entry::Column::Seq)
            .limit(page(limit));
        self.db
            .all::<ledger_entry::Model, _>(&query.into_query())
            .await
    }

    async fn holds(&self, user: UserId) -> Result<Vec<Hold>, StoreError> {
        let query = hold_row::Entity::find()
            .filter(hold_row::Column::UserId.eq(user.as_uuid()))
            .order_by_asc(hold_row::Column::Id);
        self.db.all::<hold_row::Model, _>(&query.into_query()).await
    }

    async fn expire(
        &self,
        goodwill_until: Option<Timestamp>,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Hold>, StoreError> {
        let due = due(now).limit(page(limit)).into_query();
        let due: Vec<Hold> = self.db.legible::<hold_row::Model, _>(&due).await?;
        let end = GiveBack {
            status: HoldStatus::Expired,
            goodwill: goodwill_until.map(Goodwill::whole),
            now,
        };
        let (mut expired, mut failed) = (Vec::new(), None);
        for hold in due {
            // Each by itself: a sweep must not lock many accounts at a time.
            let ended: Result<Option<Hold>, LedgerError> =
                transact!(self.db, |tx| expire(tx, hold.id, &end).await);
            match ended {
                Ok(hold) => expired.extend(hold),
                // One account that cannot be read keeps no other back.
                Err(LedgerError::Store(error)) => failed = failed.or(Some(error)),
                // It ended otherwise meanwhile.
                Err(_) => {}
            }
        }
        failed.map_or(Ok(expired), Err)
    }

    async fn refund(&self, refund: &Refund) -> Result<LedgerEntry, LedgerError> {
        transact!(self.db, |tx| {
            match Wallet::lock(tx, refund.user).await {
                Ok(mut wallet) => wallet.refund(tx, refund).await,
                Err(stop) => Err(stop),
            }
        })
    }

    async fn reverse(&self, reverse: &ReverseCredit) -> Result<Reversed, LedgerError> {
        transact!(self.db, |tx| {
            match Wallet::lock(tx, reverse.user).await {
                Ok(mut wallet) => wallet.reverse(tx, reverse).await,
                Err(stop) => Err(stop),
            }
        })
    }

    async fn funds(&self, user: UserId) -> Result<Funds, LedgerError> {
        let query = account::Entity::find_by_id(user.as_uuid()).into_query();
        let funds = self.db.one::<account::Model, Standing>(&query).await?;
        funds
            .map(|Standing(funds)| funds)
            .ok_or(LedgerError::Unknown)
    }

    async fn lapse(&self, now: Timestamp, limit: usize) -> Result<Vec<LedgerEntry>, StoreError> {
        let late = late(now).limit(page(limit)).into_query();
        let rows = self.db.rows(&late).await.map_err(store_error)?;
        let mut users = Vec::new();
        for row in rows {
            let user: Uuid = row.try_get("", "user_id").map_err(store_error)?;
            users.push(UserId::from_uuid(user));
        }
        let (mut lapsed, mut failed) = (Vec::new(), None);
        for user in users {
            // Each by itself: a sweep must not lock many accounts at a time.
            let entries: Result<_, LedgerError> = transact!(self.db, |tx| {
                match Wallet::lock(tx, user).await {
                    Ok(mut wallet) => wallet.lapse(tx, now).await,
                    Err(stop) => Err(stop),
                }
            });
            match entries {
                Ok(entries) => lapsed.extend(entries),
                Err(LedgerError::Store(error)) => failed = failed.or(Some(error)),
                Err(_) => failed = failed.or(Some(StoreError::Conflict)),
            }
        }
        failed.map_or(Ok(lapsed), Err)
    }

    async fn lots(&self, user: UserId) -> Result<Vec<CreditLot>, StoreError> {
        let query = lots_of([user.as_uuid()]).into_query();
        let mut lots: Vec<CreditLot> = self.db.all::<credit_lot::Model, _>(&query).await?;
        lots.sort_by_key(CreditLot::turn);
        Ok(lots)
    }

    async fn journal(
        &self,
        user: UserId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<JournalTx>, StoreError> {
        let query = journal::after(user, after).limit(page(limit));
        let reader = self.db.reader();
        let rows = query.all(reader).await.map_err(store_error)?;
        let whole = journal::whole(reader, rows).await;
        whole.map_err(|stop: Stop<LedgerError>| match stop.into_refusal() {
            LedgerError::Store(error) => error,
            _ => StoreError::Conflict,
        })
    }
}

/// Accounts with credits whose time has passed.
pub(crate) fn late(now: Timestamp) -> sea_orm::Select<credit_lot::Entity> {
    use credit_lot::Column as Lot;
    credit_lot::Entity::find()
        .select_only()
        .column(Lot::UserId)
        .distinct()
        .filter(Lot::Spent.eq(0))
        .filter(Lot::ExpiresAt.lte(micros(now)))
        .filter(Lot::Available.gt(0))
}

struct Stored(Balance);

impl TryFrom<account::Model> for Stored {
    type Error = Unreadable;

    fn try_from(row: account::Model) -> Result<Self, Unreadable> {
        Ok(Self(Balance {
            posted: MicroUsd::new(row.posted),
            held: MicroUsd::new(row.held),
        }))
    }
}

struct Standing(Funds);

impl TryFrom<account::Model> for Standing {
    type Error = Unreadable;

    fn try_from(row: account::Model) -> Result<Self, Unreadable> {
        let owed = MicroUsd::new(row.debt);
        let Stored(balance) = row.try_into()?;
        Ok(Self(Funds { balance, owed }))
    }
}

/// Open holds whose time has passed and whose task or import, if any, is not live.
pub(crate) fn due(now: Timestamp) -> sea_orm::Select<hold_row::Entity> {
    let live = Query::select()
        .expr(Expr::val(1))
        .from(task::Entity)
        .and_where(
            Expr::col((task::Entity, task::Column::Id))
                .eq(Expr::col((hold_row::Entity, hold_row::Column::TaskId))),
        )
        .and_where(Expr::col((task::Entity, task::Column::Status)).is_in(task::LIVE))
        .to_owned();
    let importing = Query::select()
        .expr(Expr::val(1))
        .from(import_job::Entity)
        .and_where(
            Expr::col((import_job::Entity, import_job::Column::HoldId))
                .eq(Expr::col((hold_row::Entity, hold_row::Column::Id))),
        )
        .and_where(
            Expr::col((import_job::Entity, import_job::Column::Status))
                .eq(ImportStatus::Running.as_str()),
        )
        .to_owned();
    hold_row::Entity::find()
        .filter(hold_row::Column::Status.eq(HoldStatus::Open.as_str()))
        .filter(hold_row::Column::ExpiresAt.lte(micros(now)))
        .filter(Expr::exists(live).not())
        .filter(Expr::exists(importing).not())
        .order_by_asc(hold_row::Column::ExpiresAt)
}

async fn expire(tx: &DatabaseTransaction, id: HoldId, end: &GiveBack) -> Outcome<Option<Hold>> {
    let mut wallet = lock_owner(tx, id).await?;
    // A task that has ended stays ended, so what was due stays due unless the hold itself ended.
    let still = due(end.now).filter(hold_row::Column::Id.eq(id.as_uuid()));
    if still.one(tx).await?.is_none() {
        return Ok(None);
    }
    let hold = wallet.give_back(tx, id, end).await?;
    Ok(Some(hold))
}

/// The wallet that a hold is in.
async fn lock_owner(tx: &DatabaseTransaction, hold: HoldId) -> Outcome<Wallet> {
    let hold = find_hold(tx, hold).await?;
    let hold = hold.ok_or(Stop::Refused(LedgerError::Unknown))?;
    Wallet::lock(tx, hold.user).await
}
