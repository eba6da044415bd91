//! The commits that span task, holds, access, pool and outbox.

mod access;
mod cancel;
mod end;
mod idempotency;
mod retract;
mod submit;

use aperilex_ports::{
    AbandonTask, Answer, CancelTask, CompleteTask, GrantAccess, IdempotentRequest, LeaseToken,
    RetractAnalysis, Retracted, RetryTask, Settlement, SettlementError, SubmitTask, Submitted,
    Task, TaskId, Timestamp, UserId,
};
use async_trait::async_trait;

use crate::stores::MemoryStores;

#[async_trait]
impl Settlement for MemoryStores {
    async fn submit(&self, task: &SubmitTask) -> Result<Submitted, SettlementError> {
        self.commit("settlement.submit", |state| state.submit(task))
    }

    async fn replayed(
        &self,
        user: UserId,
        request: &IdempotentRequest,
        now: Timestamp,
    ) -> Result<Option<Answer>, SettlementError> {
        self.read("settlement.replayed", |state| {
            state.replayed(user, request, now)
        })?
    }

    async fn forget(&self, now: Timestamp, limit: usize) -> Result<usize, SettlementError> {
        self.commit("settlement.forget", |state| Ok(state.forget(now, limit)))
    }

    async fn grant_access(&self, grant: &GrantAccess) -> Result<bool, SettlementError> {
        self.commit("settlement.grant_access", |state| state.grant_access(grant))
    }

    async fn deliver_filing(
        &self,
        task: TaskId,
        lease: LeaseToken,
        goodwill_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), SettlementError> {
        self.commit("settlement.deliver_filing", |state| {
            state.deliver_filing(task, lease, (goodwill_until, now))
        })
    }

    async fn complete(&self, command: &CompleteTask) -> Result<(), SettlementError> {
        self.commit("settlement.complete", |state| state.complete(command))
    }

    async fn abandon(&self, command: &AbandonTask) -> Result<(), SettlementError> {
        self.commit("settlement.abandon", |state| state.abandon(command))
    }

    async fn retry(&self, command: &RetryTask) -> Result<(), SettlementError> {
        self.commit("settlement.retry", |state| state.retry(command))
    }

    async fn retract(
        &self,
        command: &RetractAnalysis,
    ) -> Result<Option<Retracted>, SettlementError> {
        self.commit("settlement.retract", |state| state.retract(command))
    }

    async fn cancel(&self, command: &CancelTask) -> Result<Task, SettlementError> {
        self.commit("settlement.cancel", |state| state.cancel(command))
    }
}
