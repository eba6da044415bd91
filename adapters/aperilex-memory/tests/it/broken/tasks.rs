//! Broken task stores.

use std::sync::Arc;

use aperilex_ports::{
    AdvanceTask, ClaimTask, Lease, StoreError, Stores, Task, TaskEvent, TaskId, TaskStatus,
    TaskStore, TaskStoreError, Timestamp, UserId,
};
use async_trait::async_trait;

use super::failures;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    ClaimsTwice,
    NeverClaimsAgain,
    ClaimsForOldMessages,
    AdvancesWithoutLease,
    RevivesLeases,
    HidesTheLatestEvent,
    MarksAnyGeneration,
    CallsAllWaitingStale,
    ListsOldestFirst,
    BeginsEarly,
    TouchesNothing,
    SkipsTheQueue,
}

pub(crate) const FLAWS: &[(Flaw, &str)] = &[
    (Flaw::ClaimsTwice, "TS-1"),
    (Flaw::NeverClaimsAgain, "TS-2"),
    (Flaw::ClaimsForOldMessages, "TS-3"),
    (Flaw::AdvancesWithoutLease, "TS-4"),
    (Flaw::RevivesLeases, "TS-5"),
    (Flaw::HidesTheLatestEvent, "TS-6"),
    (Flaw::MarksAnyGeneration, "TS-7"),
    (Flaw::CallsAllWaitingStale, "TS-8"),
    (Flaw::ListsOldestFirst, "TS-9"),
    (Flaw::BeginsEarly, "TS-10"),
    (Flaw::TouchesNothing, "TS-11"),
    (Flaw::SkipsTheQueue, "TS-12"),
];

pub(crate) fn caught(flaw: Flaw) -> Vec<&'static str> {
    failures(move |stores| {
        let inner = stores.tasks.clone();
        Stores {
            tasks: Arc::new(Broken { inner, flaw }),
            ..stores
        }
    })
}

#[derive(Debug)]
struct Broken {
    inner: Arc<dyn TaskStore>,
    flaw: Flaw,
}

#[async_trait]
impl TaskStore for Broken {
    async fn get(&self, task: TaskId) -> Result<Option<Task>, StoreError> {
        self.inner.get(task).await
    }

    async fn list(
        &self,
        user: UserId,
        before: Option<TaskId>,
        limit: usize,
    ) -> Result<Vec<Task>, StoreError> {
        let mut tasks = self.inner.list(user, before, limit).await?;
        if self.flaw == Flaw::ListsOldestFirst {
            tasks.reverse();
        }
        Ok(tasks)
    }

    async fn mark_queued(
        &self,
        task: TaskId,
        generation: u32,
        now: Timestamp,
    ) -> Result<(), TaskStoreError> {
        let there = self.inner.get(task).await?;
        let generation = match (self.flaw, there) {
            (Flaw::MarksAnyGeneration, Some(task)) => task.generation,
            _ => generation,
        };
        self.inner.mark_queued(task, generation, now).await
    }

    async fn touch(
        &self,
        task: TaskId,
        generation: u32,
        now: Timestamp,
    ) -> Result<(), TaskStoreError> {
        if self.flaw == Flaw::TouchesNothing {
            return Ok(());
        }
        self.inner.touch(task, generation, now).await
    }

    async fn claim(&self, claim: &ClaimTask) -> Result<Task, TaskStoreError> {
        let there = self.inner.get(claim.task).await?;
        let mut claim = claim.clone();
        match (self.flaw, &there) {
            (Flaw::BeginsEarly, Some(task)) => {
                claim.now = claim.now.max(task.not_before.unwrap_or(claim.now));
            }
            (Flaw::ClaimsForOldMessages, Some(task)) => claim.generation = task.generation,
            (Flaw::NeverClaimsAgain, Some(task)) if task.status == TaskStatus::Running => {
                let actual = task.status;
                return Err(TaskStoreError::Conflict { actual });
            }
            _ => {}
        }
        match (self.flaw, self.inner.claim(&claim).await, there) {
            (Flaw::ClaimsTwice, Err(TaskStoreError::Conflict { .. }), Some(task)) => Ok(task),
            (_, claimed, _) => claimed,
        }
    }

    async fn extend(
        &self,
        task: TaskId,
        lease: Lease,
        now: Timestamp,
    ) -> Result<(), TaskStoreError> {
        match (self.flaw, self.inner.extend(task, lease, now).await) {
            (Flaw::RevivesLeases, Err(TaskStoreError::LeaseLost)) => Ok(()),
            (_, extended) => extended,
        }
    }

    async fn advance(&self, step: &AdvanceTask) -> Result<(), TaskStoreError> {
        let there = self.inner.get(step.task).await?;
        let mut step = step.clone();
        if let (Flaw::AdvancesWithoutLease, Some(task)) = (self.flaw, there) {
            step.token = task.lease.map_or(step.token, |lease| lease.token);
        }
        self.inner.advance(&step).await
    }

    async fn events(
        &self,
        task: TaskId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<TaskEvent>, StoreError> {
        let mut events = self.inner.events(task, after, limit).await?;
        if self.flaw == Flaw::HidesTheLatestEvent {
            events.pop();
        }
        if self.flaw == Flaw::SkipsTheQueue {
            events.retain(|event| event.status != TaskStatus::Queued);
        }
        Ok(events)
    }

    async fn stale(
        &self,
        now: Timestamp,
        idle_since: Timestamp,
        limit: usize,
    ) -> Result<Vec<Task>, StoreError> {
        let all = self.flaw == Flaw::CallsAllWaitingStale;
        let idle_since = if all { now } else { idle_since };
        self.inner.stale(now, idle_since, limit).await
    }
}
