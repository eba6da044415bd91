//! The queue's statements.

use aperilex_ports::{Delivery, MAX_OVERTAKING, NewMessage, Priority, StoreError};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{
    DeleteStatement, Expr, ExprTrait, LockBehavior, LockType, OnConflict, UpdateStatement,
};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};

use super::receipt::Receipt;
use crate::entity::queue_message::{ActiveModel, Column, Entity, Model};
use crate::entity::{queue_dead_letter, queue_dedup};
use crate::error::Stop;
use crate::stored::count;

type Outcome<T> = Result<T, Stop<StoreError>>;

/// Waiting ages: a message overtakes those that are one level more urgent and were due this much later
/// (five minutes, in microseconds), so that none waits for ever.
const LEVEL: i64 = MAX_OVERTAKING.as_secs().cast_signed() * 1_000_000 / 9;

/// How urgent a message is that is sent again by hand: its own urgency died with it.
const AGAIN: u8 = 5;

pub(super) async fn send(
    tx: &DatabaseTransaction,
    message: &NewMessage,
    now: i64,
    window: i64,
    clear: bool,
) -> Outcome<()> {
    if clear {
        queue_dedup::Entity::delete_many()
            .filter(queue_dedup::Column::Until.lte(now))
            .exec(tx)
            .await?;
    }
    if !is_new(tx, &message.dedup_id, now, now.saturating_add(window)).await? {
        return Ok(());
    }
    let delay = i64::try_from(message.delay.as_micros()).unwrap_or(i64::MAX);
    let due = now.saturating_add(delay);
    let level = i64::from(message.priority.level());
    let row = ActiveModel {
        id: NotSet,
        body: Set(message.body.clone()),
        rank: Set(due.saturating_add(level.saturating_mul(LEVEL))),
        visible_at: Set(due),
        receives: Set(0),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Notes the id until a time; false if it is noted already and that time has not come.
async fn is_new(tx: &DatabaseTransaction, id: &str, now: i64, until: i64) -> Outcome<bool> {
    let row = queue_dedup::ActiveModel {
        dedup_id: Set(id.to_owned()),
        until: Set(until),
    };
    let forgotten = Expr::col((queue_dedup::Entity, queue_dedup::Column::Until)).lte(now);
    let again = OnConflict::column(queue_dedup::Column::DedupId)
        .update_column(queue_dedup::Column::Until)
        .action_and_where(forgotten)
        .to_owned();
    let noted = queue_dedup::Entity::insert(row)
        .on_conflict(again)
        .exec_without_returning(tx)
        .await?;
    Ok(noted == 1)
}

/// Messages that can be delivered.
pub(crate) fn visible(now: i64) -> Select<Entity> {
    Entity::find().filter(Column::VisibleAt.lte(now))
}

/// A receive.
pub(super) struct Batch {
    pub(super) max: usize,
    pub(super) now: i64,
    pub(super) hidden_until: i64,
    pub(super) max_receives: i64,
}

impl Batch {
    /// Takes the most urgent. Those that were delivered too often already become dead letters, and
    /// others take their place.
    pub(super) async fn take(&self, tx: &DatabaseTransaction) -> Outcome<Vec<Delivery>> {
        let mut taken = Vec::new();
        while taken.len() < self.max {
            let rows = visible(self.now)
                .order_by_asc(Column::Rank)
                .order_by_asc(Column::Id)
                .limit((self.max - taken.len()) as u64)
                .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
                .all(tx)
                .await?;
            if rows.is_empty() {
                break;
            }
            let (spent, fresh): (Vec<Model>, Vec<Model>) = rows
                .into_iter()
                .partition(|row| row.receives >= self.max_receives);
            self.deliver(tx, &fresh).await?;
            for row in fresh {
                taken.push(delivery(row)?);
            }
            for row in spent {
                let reason = format!("delivered {} times", row.receives);
                bury(tx, row, &reason, self.now).await?;
            }
        }
        Ok(taken)
    }

    async fn deliver(&self, tx: &DatabaseTransaction, rows: &[Model]) -> Outcome<()> {
        if rows.is_empty() {
            return Ok(());
        }
        // A visibility of nothing would hand the same message out again in this very batch.
        let hidden_until = Ord::max(self.hidden_until, self.now.saturating_add(1));
        Entity::update_many()
            .col_expr(Column::VisibleAt, hidden_until.into())
            .col_expr(Column::Receives, Expr::col(Column::Receives).add(1))
            .filter(Column::Id.is_in(rows.iter().map(|row| row.id)))
            .exec(tx)
            .await?;
        Ok(())
    }
}

fn delivery(row: Model) -> Outcome<Delivery> {
    let receives = row.receives.saturating_add(1);
    let receipt = Receipt {
        message: row.id,
        delivery: receives,
    };
    Ok(Delivery {
        body: row.body,
        receipt: receipt.handle(),
        receive_count: count("deliveries of a message", receives)?,
    })
}

pub(super) fn removal(receipt: Receipt) -> DeleteStatement {
    Entity::delete_many()
        .filter(Column::Id.eq(receipt.message))
        .filter(Column::Receives.eq(receipt.delivery))
        .into_query()
}

pub(super) fn hiding(receipt: Receipt, hidden_until: i64) -> UpdateStatement {
    Entity::update_many()
        .col_expr(Column::VisibleAt, hidden_until.into())
        .filter(Column::Id.eq(receipt.message))
        .filter(Column::Receives.eq(receipt.delivery))
        .into_query()
}

pub(super) async fn reject(
    tx: &DatabaseTransaction,
    receipt: Receipt,
    reason: &str,
    now: i64,
) -> Outcome<bool> {
    let row = Entity::find_by_id(receipt.message)
        .filter(Column::Receives.eq(receipt.delivery))
        .lock_exclusive()
        .one(tx)
        .await?;
    let Some(row) = row else { return Ok(false) };
    bury(tx, row, reason, now).await?;
    Ok(true)
}

/// Makes a message of a dead letter again; false if there is none.
pub(super) async fn redrive(tx: &DatabaseTransaction, letter: i64, now: i64) -> Outcome<bool> {
    let row = queue_dead_letter::Entity::find_by_id(letter)
        .lock_exclusive()
        .one(tx)
        .await?;
    let Some(row) = row else { return Ok(false) };
    queue_dead_letter::Entity::delete_by_id(letter)
        .exec(tx)
        .await?;
    let level = i64::from(Priority::new(AGAIN).level());
    let message = ActiveModel {
        id: NotSet,
        body: Set(row.body),
        rank: Set(now.saturating_add(level.saturating_mul(LEVEL))),
        visible_at: Set(now),
        receives: Set(0),
    };
    Entity::insert(message).exec_without_returning(tx).await?;
    Ok(true)
}

/// Makes a dead letter of a message.
async fn bury(tx: &DatabaseTransaction, row: Model, reason: &str, now: i64) -> Outcome<()> {
    Entity::delete_by_id(row.id).exec(tx).await?;
    let letter = queue_dead_letter::ActiveModel {
        id: NotSet,
        body: Set(row.body),
        reason: Set(Some(reason.to_owned())),
        died_at: Set(now),
    };
    queue_dead_letter::Entity::insert(letter)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
