//! Tasks: reading them and working on them.

use std::fmt::Debug;

use async_trait::async_trait;

use super::StoreError;
use crate::model::{
    AnalysisStatus, Lease, LeaseToken, Task, TaskEvent, TaskId, TaskStatus, Timestamp, UserId,
};

/// Why a task was not claimed, or a step on it not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TaskStoreError {
    /// There is no such task.
    #[error("no such task")]
    Unknown,
    /// The task is not where the command expects it.
    #[error("the task is {actual}")]
    Conflict {
        /// Where it is.
        actual: TaskStatus,
    },
    /// The lease is not the task's newest one, or has run out: stop work and write nothing.
    #[error("the lease is lost")]
    LeaseLost,
    /// It waits for a time that has not come: nobody may begin it before.
    #[error("the task waits until {until}")]
    NotYet {
        /// When it may be begun.
        until: Timestamp,
    },
    /// The message is of an older generation.
    #[error("the message is of an older generation")]
    Superseded,
    /// The store itself.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A worker takes a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimTask {
    /// The task.
    pub task: TaskId,
    /// Generation of the message that asks for it.
    pub generation: u32,
    /// The new lease.
    pub lease: Lease,
    /// The time.
    pub now: Timestamp,
}

/// A step of the analysis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdvanceTask {
    /// The task.
    pub task: TaskId,
    /// The lease.
    pub token: LeaseToken,
    /// Where the analysis is.
    pub from: AnalysisStatus,
    /// Where it goes.
    pub to: AnalysisStatus,
    /// The time.
    pub now: Timestamp,
}

/// Reads tasks and takes the steps of a worker. Each change is compare-and-set and stores its event
/// in the same transaction; the events of a task are numbered from 1 without gaps. What happens to
/// a leader's run happens to its followers' progress too; their status stays `queued` until it ends.
/// A lease lives while `now` is before its `until`.
///
/// # Contract
/// - **TS-1** a claim of a queued task wins once among many; it runs, `attempts` grows by one, and
///   its progress is `queued`, from where every run begins.
/// - **TS-2** a running task can be claimed again once its lease has run out, and the old lease is
///   lost.
/// - **TS-3** a claim of an older generation is `Superseded`; of a finished task, of one whose
///   lease lives and of a follower `Conflict`; of one that is not there `Unknown`.
/// - **TS-4** `advance` with a lost or expired lease is `LeaseLost`, from elsewhere than the
///   progress is `Conflict`, and changes nothing.
/// - **TS-5** `extend` prolongs the newest lease only, and not one that has run out.
/// - **TS-6** every change of status or progress is one event, a prolonged lease is none; events
///   come in order, and again from any number.
/// - **TS-7** `mark_queued` takes a pending or retrying leader of that generation to queued;
///   repeated, or of any other task or generation, it changes nothing and succeeds.
/// - **TS-8** `stale` gives running tasks whose lease has run out and waiting leaders last touched,
///   and due, before `idle_since`, and no others; the running ones first, then those last touched
///   longest ago.
/// - **TS-9** `list` gives the account's own tasks, newest first, without gaps between pages; a
///   task that is not there is `None`.
/// - **TS-10** a claim before the task's `not_before` is `NotYet` and changes nothing; a claim from
///   then on wins, and the task waits for nothing any more.
/// - **TS-11** `touch` makes a waiting leader of that generation as if changed at `now`, without an
///   event; any other task or generation it leaves alone, and succeeds.
/// - **TS-12** a claim of a pending or retrying task, whose message came before it was marked, takes
///   it through `queued`, with an event of each.
#[async_trait]
pub trait TaskStore: Debug + Send + Sync + 'static {
    /// One task.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn get(&self, task: TaskId) -> Result<Option<Task>, StoreError>;

    /// Tasks of an account, newest first, older than `before`.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn list(
        &self,
        user: UserId,
        before: Option<TaskId>,
        limit: usize,
    ) -> Result<Vec<Task>, StoreError>;

    /// The message of this generation is on the queue.
    ///
    /// # Errors
    /// [`TaskStoreError`].
    async fn mark_queued(
        &self,
        task: TaskId,
        generation: u32,
        now: Timestamp,
    ) -> Result<(), TaskStoreError>;

    /// The message of this generation was sent once more.
    ///
    /// # Errors
    /// [`TaskStoreError`].
    async fn touch(
        &self,
        task: TaskId,
        generation: u32,
        now: Timestamp,
    ) -> Result<(), TaskStoreError>;

    /// A worker takes the task: `queued` (or `pending` or `retrying`, if the message overtook the
    /// relay's mark), or `running` with a lease that has run out, becomes `running`.
    ///
    /// # Errors
    /// [`TaskStoreError`].
    async fn claim(&self, claim: &ClaimTask) -> Result<Task, TaskStoreError>;

    /// The worker is alive.
    ///
    /// # Errors
    /// [`TaskStoreError::LeaseLost`].
    async fn extend(
        &self,
        task: TaskId,
        lease: Lease,
        now: Timestamp,
    ) -> Result<(), TaskStoreError>;

    /// The worker takes the next step.
    ///
    /// # Errors
    /// [`TaskStoreError`].
    async fn advance(&self, step: &AdvanceTask) -> Result<(), TaskStoreError>;

    /// Events of a task after the given number, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn events(
        &self,
        task: TaskId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<TaskEvent>, StoreError>;

    /// Leaders that nobody seems to work on.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn stale(
        &self,
        now: Timestamp,
        idle_since: Timestamp,
        limit: usize,
    ) -> Result<Vec<Task>, StoreError>;
}
