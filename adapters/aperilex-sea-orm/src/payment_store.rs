//! Payments: what an event does and the event itself are one commit.

use aperilex_ports::{
    LedgerError, OddEvent, Payment, PaymentOutcome, PaymentStep, PaymentStore, RecordPayment,
    RecordedEvent, StoreError, StoredEvent,
};
use async_trait::async_trait;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{DatabaseTransaction, EntityTrait, QueryOrder, QuerySelect, QueryTrait};

use crate::audit_log::append;
use crate::database::Store;
use crate::entity::{payment, payment_event};
use crate::error::Stop;
use crate::ledger::Wallet;
use crate::read::page;
use crate::stored::{micros, number};

type Outcome<T> = Result<T, Stop<LedgerError>>;

#[async_trait]
impl PaymentStore for Store {
    async fn record(&self, command: &RecordPayment) -> Result<RecordedEvent, StoreError> {
        transact!(self.db, |tx| record(tx, command).await.map_err(stored))
    }

    async fn note(&self, event: &OddEvent) -> Result<RecordedEvent, StoreError> {
        transact!(self.db, |tx| note(tx, event).await.map_err(stored))
    }

    async fn events(&self, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        let query = newest().limit(page(limit)).into_query();
        self.db.all::<payment_event::Model, _>(&query).await
    }
}

/// Events, the newest first.
pub(crate) fn newest() -> sea_orm::Select<payment_event::Entity> {
    payment_event::Entity::find()
        .order_by_desc(payment_event::Column::ReceivedAt)
        .order_by_desc(payment_event::Column::Id)
}

/// Refusals of the ledger have become outcomes by now.
fn stored(stop: Stop<LedgerError>) -> Stop<StoreError> {
    stop.map(|refused| match refused {
        LedgerError::Store(error) => error,
        _ => StoreError::Conflict,
    })
}

async fn record(tx: &DatabaseTransaction, command: &RecordPayment) -> Outcome<RecordedEvent> {
    let event = &command.event;
    // The account's lock first: two deliveries of one event come one after the other.
    let mut wallet = match Wallet::lock(tx, event.user).await {
        Ok(wallet) => Ok(wallet),
        Err(Stop::Refused(refused)) => Err(refused),
        Err(stop) => return Err(stop),
    };
    if let Some(first) = repeated(tx, &event.id).await? {
        return Ok(first);
    }
    let applied = match &mut wallet {
        Ok(wallet) => apply(tx, wallet, command).await,
        Err(LedgerError::Unknown) => Err(Stop::Refused(LedgerError::Unknown)),
        Err(_) => return Err(Stop::Again),
    };
    let (outcome, reason) = match applied {
        Ok(done) => done,
        Err(Stop::Refused(LedgerError::Store(error))) => {
            return Err(Stop::Refused(LedgerError::Store(error)));
        }
        // Nothing of a refused change was saved.
        Err(Stop::Refused(refused)) => (PaymentOutcome::Odd, Some(refused.to_string())),
        Err(stop) => return Err(stop),
    };
    let recorded = RecordedEvent {
        outcome,
        reason: reason.clone(),
        repeated: false,
    };
    if recorded.outcome == PaymentOutcome::Odd && command.audit.is_some() {
        // Whoever entered it can mend it: it must not bar the event as it really is.
        return Ok(recorded);
    }
    let row = payment_event::ActiveModel {
        id: Set(event.id.clone()),
        payment_id: Set(Some(event.payment.clone())),
        version: Set(Some(number(event.version))),
        user_id: Set(Some(event.user.as_uuid())),
        outcome: Set(outcome.as_str().to_owned()),
        reason: Set(reason),
        received_at: Set(micros(command.now)),
    };
    keep(tx, row).await?;
    if let Some(audit) = &command.audit {
        append(tx, audit).await?;
    }
    Ok(recorded)
}

async fn apply(
    tx: &DatabaseTransaction,
    wallet: &mut Wallet,
    command: &RecordPayment,
) -> Outcome<(PaymentOutcome, Option<String>)> {
    let event = &command.event;
    if !event.amount.is_positive() {
        return Err(Stop::Refused(LedgerError::BadAmount));
    }
    let row = payment::Entity::find_by_id(event.payment.clone())
        .one(tx)
        .await?;
    let known = row.map(Payment::try_from).transpose()?;
    let entry = known.as_ref().and_then(|known| known.entry);
    let (outcome, entry) = match event.step(known.as_ref()) {
        PaymentStep::Credit => {
            let credit = wallet.post(tx, &command.credit()).await?;
            (PaymentOutcome::Credited, Some(credit.id))
        }
        PaymentStep::TakeBack(entry) => {
            wallet.reverse(tx, &command.take_back(entry)).await?;
            (PaymentOutcome::Reversed, Some(entry))
        }
        PaymentStep::Remember => (PaymentOutcome::Unchanged, entry),
        PaymentStep::Skip => return Ok((PaymentOutcome::Stale, None)),
        PaymentStep::Refuse(odd) => return Ok((PaymentOutcome::Odd, Some(odd.to_owned()))),
    };
    save(tx, &event.payment(entry)).await?;
    Ok((outcome, None))
}

async fn note(tx: &DatabaseTransaction, event: &OddEvent) -> Outcome<RecordedEvent> {
    if let Some(first) = repeated(tx, &event.id).await? {
        return Ok(first);
    }
    let outcome = PaymentOutcome::Odd;
    let row = payment_event::ActiveModel {
        id: Set(event.id.clone()),
        payment_id: Set(event.payment.clone()),
        version: Set(None),
        user_id: Set(None),
        outcome: Set(outcome.as_str().to_owned()),
        reason: Set(Some(event.reason.clone())),
        received_at: Set(micros(event.now)),
    };
    keep(tx, row).await?;
    Ok(RecordedEvent {
        outcome,
        reason: Some(event.reason.clone()),
        repeated: false,
    })
}

async fn repeated(tx: &DatabaseTransaction, id: &str) -> Outcome<Option<RecordedEvent>> {
    let row = payment_event::Entity::find_by_id(id.to_owned())
        .one(tx)
        .await?;
    let first = row.map(StoredEvent::try_from).transpose()?;
    Ok(first.map(|first| RecordedEvent {
        outcome: first.outcome,
        reason: first.reason,
        repeated: true,
    }))
}

/// Where two are as fast as each other the second runs again, and finds the first.
async fn keep(tx: &DatabaseTransaction, row: payment_event::ActiveModel) -> Outcome<()> {
    payment_event::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

async fn save(tx: &DatabaseTransaction, payment: &Payment) -> Outcome<()> {
    use payment::Column;
    let row = payment::ActiveModel {
        id: Set(payment.id.clone()),
        version: Set(number(payment.version)),
        user_id: Set(payment.user.as_uuid()),
        amount: Set(payment.amount.micros()),
        state: Set(payment.state.as_str().to_owned()),
        entry_id: Set(payment.entry.map(|entry| entry.as_uuid())),
    };
    let newer = OnConflict::column(Column::Id)
        .update_columns([Column::Version, Column::State, Column::EntryId])
        .to_owned();
    payment::Entity::insert(row)
        .on_conflict(newer)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
