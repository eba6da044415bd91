//! Tasks.

use aperilex_ports::{
    AdvanceTask, AnalysisStatus, ClaimTask, Lease, LeaseToken, MAX_PAGE, OutboxItem, PoolKey,
    StoreError, Task, TaskEvent, TaskId, TaskRole, TaskStatus, TaskStore, TaskStoreError,
    Timestamp, UserId,
};
use async_trait::async_trait;

use crate::planted::Bug;
use crate::state::State;
use crate::stores::MemoryStores;

#[async_trait]
impl TaskStore for MemoryStores {
    async fn get(&self, task: TaskId) -> Result<Option<Task>, StoreError> {
        self.read("tasks.get", |state| state.tasks.get(&task).cloned())
    }

    async fn list(
        &self,
        user: UserId,
        before: Option<TaskId>,
        limit: usize,
    ) -> Result<Vec<Task>, StoreError> {
        self.read("tasks.list", |state| {
            let newest_first = state.tasks.values().rev().filter(|task| task.user == user);
            let older = newest_first.filter(|task| before.is_none_or(|id| task.id < id));
            older.take(limit.min(MAX_PAGE)).cloned().collect()
        })
    }

    async fn mark_queued(
        &self,
        task: TaskId,
        generation: u32,
        now: Timestamp,
    ) -> Result<(), TaskStoreError> {
        self.commit("tasks.mark_queued", |state| {
            state.mark_queued(task, generation, now)
        })
    }

    async fn touch(
        &self,
        task: TaskId,
        generation: u32,
        now: Timestamp,
    ) -> Result<(), TaskStoreError> {
        self.commit("tasks.touch", |state| {
            let task = state.tasks.get_mut(&task);
            let task = task.ok_or(TaskStoreError::Unknown)?;
            if waits(task) && task.generation == generation {
                task.updated_at = now;
            }
            Ok(())
        })
    }

    async fn claim(&self, claim: &ClaimTask) -> Result<Task, TaskStoreError> {
        self.commit("tasks.claim", |state| state.claim(claim))
    }

    async fn extend(
        &self,
        task: TaskId,
        lease: Lease,
        now: Timestamp,
    ) -> Result<(), TaskStoreError> {
        self.commit("tasks.extend", |state| {
            state.leased(task, lease.token, now)?;
            if let Some(task) = state.tasks.get_mut(&task) {
                task.lease = Some(lease);
            }
            Ok(())
        })
    }

    async fn advance(&self, step: &AdvanceTask) -> Result<(), TaskStoreError> {
        self.commit("tasks.advance", |state| {
            let task = state.leased(step.task, step.token, step.now)?;
            if task.progress != step.from {
                let actual = task.status;
                return Err(TaskStoreError::Conflict { actual });
            }
            let key = task.key.clone();
            state.change(step.task, step.now, |task| task.progress = step.to);
            state.tell_followers(&key, step.to, step.now);
            Ok(())
        })
    }

    async fn events(
        &self,
        task: TaskId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<TaskEvent>, StoreError> {
        self.read("tasks.events", |state| {
            let all = state.events.get(&task).into_iter().flatten();
            let later = all.filter(|event| event.seq > after);
            later.take(limit.min(MAX_PAGE)).cloned().collect()
        })
    }

    async fn stale(
        &self,
        now: Timestamp,
        idle_since: Timestamp,
        limit: usize,
    ) -> Result<Vec<Task>, StoreError> {
        let lapsed = |task: &Task| task.status == TaskStatus::Running && !is_leased(task, now);
        let forgotten = |task: &Task| {
            let since = task.not_before.max(Some(task.updated_at));
            waits(task) && since < Some(idle_since)
        };
        self.read("tasks.stale", |state| {
            let all = state.tasks.values();
            let lost = state.has(Bug::ForgetsDeadWorkers);
            let wanted = |it: &&Task| lapsed(it) && !lost || forgotten(it);
            let mut tasks: Vec<&Task> = all.filter(wanted).collect();
            tasks.sort_by_key(|task| (!lapsed(task), task.updated_at));
            let first = tasks.into_iter().take(limit.min(MAX_PAGE));
            first.cloned().collect()
        })
    }
}

/// Whether it is a leader that nobody works on yet.
fn waits(task: &Task) -> bool {
    let waiting = matches!(
        task.status,
        TaskStatus::Pending | TaskStatus::Queued | TaskStatus::Retrying
    );
    waiting && task.role == TaskRole::Leader
}

/// Whether somebody works on the task.
pub(crate) fn is_leased(task: &Task, now: Timestamp) -> bool {
    task.lease.is_some_and(|lease| now < lease.until)
}

const fn conflict(task: &Task) -> TaskStoreError {
    TaskStoreError::Conflict {
        actual: task.status,
    }
}

impl State {
    /// A leader that has not finished.
    pub(crate) fn live_leader(&self, id: TaskId) -> Result<&Task, TaskStoreError> {
        let task = self.tasks.get(&id).ok_or(TaskStoreError::Unknown)?;
        if task.status.is_terminal() || task.role == TaskRole::Follower {
            return Err(conflict(task));
        }
        Ok(task)
    }

    /// A task that this lease gives the right to work on.
    pub(crate) fn leased(
        &self,
        id: TaskId,
        token: LeaseToken,
        now: Timestamp,
    ) -> Result<&Task, TaskStoreError> {
        let task = self.live_leader(id)?;
        let own = task.lease.is_some_and(|lease| lease.token == token);
        if own && is_leased(task, now) {
            Ok(task)
        } else {
            Err(TaskStoreError::LeaseLost)
        }
    }

    /// Live tasks of a key, oldest first.
    pub(crate) fn live_tasks(&self, key: &PoolKey) -> impl Iterator<Item = &Task> {
        let live = |task: &&Task| task.key == *key && !task.status.is_terminal();
        let mut tasks: Vec<_> = self.tasks.values().filter(live).collect();
        tasks.sort_by_key(|task| (task.created_at, task.id));
        tasks.into_iter()
    }

    /// Live followers of a key, oldest first.
    pub(crate) fn followers(&self, key: &PoolKey) -> Vec<TaskId> {
        let followers = self
            .live_tasks(key)
            .filter(|task| task.role == TaskRole::Follower);
        followers.map(|task| task.id).collect()
    }

    /// Changes a task and tells of it.
    pub(crate) fn change(&mut self, id: TaskId, now: Timestamp, change: impl FnOnce(&mut Task)) {
        let skips = self.has(Bug::SkipsAnEvent);
        let Some(task) = self.tasks.get_mut(&id) else {
            return;
        };
        change(task);
        if skips && task.status == TaskStatus::Retrying {
            return;
        }
        task.updated_at = now;
        task.last_event += 1;
        let failed = matches!(task.status, TaskStatus::Failed | TaskStatus::Retrying);
        let event = TaskEvent {
            task: id,
            seq: task.last_event,
            status: task.status,
            progress: task.progress,
            analysis: task.analysis,
            failure: task.failure.clone().filter(|_| failed),
            at: now,
        };
        self.events.entry(id).or_default().push(event.clone());
        self.announce(OutboxItem::Event(event));
    }

    /// Shows followers how far their leader's run is.
    pub(crate) fn tell_followers(
        &mut self,
        key: &PoolKey,
        progress: AnalysisStatus,
        now: Timestamp,
    ) {
        for id in self.followers(key) {
            if self.tasks.get(&id).is_some_and(|t| t.progress != progress) {
                self.change(id, now, |task| task.progress = progress);
            }
        }
    }

    fn mark_queued(
        &mut self,
        id: TaskId,
        generation: u32,
        now: Timestamp,
    ) -> Result<(), TaskStoreError> {
        let task = self.tasks.get(&id).ok_or(TaskStoreError::Unknown)?;
        let waits = matches!(task.status, TaskStatus::Pending | TaskStatus::Retrying);
        if !waits || task.generation != generation {
            return Ok(());
        }
        let key = task.key.clone();
        self.change(id, now, |task| {
            task.status = TaskStatus::Queued;
            task.progress = AnalysisStatus::Queued;
        });
        self.tell_followers(&key, AnalysisStatus::Queued, now);
        Ok(())
    }

    fn claim(&mut self, claim: &ClaimTask) -> Result<Task, TaskStoreError> {
        let task = self.live_leader(claim.task)?;
        if claim.generation < task.generation {
            return Err(TaskStoreError::Superseded);
        }
        let is_lost = self.has(Bug::ForgetsDeadWorkers);
        if task.status == TaskStatus::Running && (is_leased(task, claim.now) || is_lost) {
            return Err(conflict(task));
        }
        if let Some(until) = task.not_before.filter(|until| claim.now < *until) {
            return Err(TaskStoreError::NotYet { until });
        }
        let (key, status) = (task.key.clone(), task.status);
        if matches!(status, TaskStatus::Pending | TaskStatus::Retrying) {
            // Its message came before whoever sent it could say so.
            self.change(claim.task, claim.now, |task| {
                task.status = TaskStatus::Queued;
                task.progress = AnalysisStatus::Queued;
            });
        }
        self.change(claim.task, claim.now, |task| {
            task.status = TaskStatus::Running;
            task.progress = AnalysisStatus::Queued;
            task.attempts += 1;
            task.not_before = None;
            task.lease = Some(claim.lease);
        });
        self.tell_followers(&key, AnalysisStatus::Queued, claim.now);
        let task = self.tasks.get(&claim.task).cloned();
        task.ok_or(TaskStoreError::Unknown)
    }
}
