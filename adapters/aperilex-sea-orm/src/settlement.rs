//! The commits that span several records.
//!
//! Locks are taken in one order, so that no two transactions wait for each other: leaders by id, their
//! followers by id, wallets by id. Holds need no lock of their own: they change under their wallet's.

mod access;
mod cancel;
mod charge;
mod close;
mod complete;
pub(crate) mod idempotency;
mod retract;
mod submit;

use aperilex_ports::{
    AbandonTask, Answer, CancelTask, CompleteTask, GrantAccess, IdempotentRequest, LeaseToken,
    RetractAnalysis, Retracted, RetryTask, Settlement, SettlementError, SubmitTask, Submitted,
    Task, TaskId, Timestamp, UserId,
};
use async_trait::async_trait;

use crate::database::Store;
use crate::error::Stop;
use crate::read::page;

pub(crate) use access::{insert as open_access, is_wanted};
pub(crate) use close::void_if_open;

type Outcome<T> = Result<T, Stop<SettlementError>>;

#[async_trait]
impl Settlement for Store {
    async fn submit(&self, task: &SubmitTask) -> Result<Submitted, SettlementError> {
        transact!(self.db, |tx| submit::submit(tx, task).await)
    }

    async fn replayed(
        &self,
        user: UserId,
        request: &IdempotentRequest,
        now: Timestamp,
    ) -> Result<Option<Answer>, SettlementError> {
        let replayed = idempotency::replayed(self.db.reader(), user, request, now).await;
        replayed.map_err(Stop::into_refusal)
    }

    async fn forget(&self, now: Timestamp, limit: usize) -> Result<usize, SettlementError> {
        transact!(self.db, |tx| idempotency::forget(tx, now, page(limit))
            .await)
    }

    async fn grant_access(&self, grant: &GrantAccess) -> Result<bool, SettlementError> {
        transact!(self.db, |tx| access::grant(tx, grant).await)
    }

    async fn deliver_filing(
        &self,
        task: TaskId,
        lease: LeaseToken,
        goodwill_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), SettlementError> {
        transact!(self.db, |tx| {
            let when = (goodwill_until, now);
            access::deliver(tx, task, lease, when).await
        })
    }

    async fn complete(&self, command: &CompleteTask) -> Result<(), SettlementError> {
        transact!(self.db, |tx| complete::complete(tx, command).await)
    }

    async fn abandon(&self, command: &AbandonTask) -> Result<(), SettlementError> {
        transact!(self.db, |tx| close::abandon(tx, command).await)
    }

    async fn retry(&self, command: &RetryTask) -> Result<(), SettlementError> {
        transact!(self.db, |tx| close::retry(tx, command).await)
    }

    async fn retract(
        &self,
        command: &RetractAnalysis,
    ) -> Result<Option<Retracted>, SettlementError> {
        transact!(self.db, |tx| retract::retract(tx, command).await)
    }

    async fn cancel(&self, command: &CancelTask) -> Result<Task, SettlementError> {
        transact!(self.db, |tx| cancel::cancel(tx, command).await)
    }
}
