//! A run: a leader with its followers, locked, changed and saved.
//!
//! Whoever changes a run, or joins it, holds the lock on its leader's row first. So the followers of a
//! locked leader stay the same until the transaction ends.

use aperilex_ports::{
    AnalysisStatus, Guard, LeaseToken, OutboxItem, PoolKey, Task, TaskEvent, TaskId, TaskMessage,
    TaskRole, TaskStatus, TaskStoreError, Timestamp,
};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use crate::entity::{live_run, task, task_event};
use crate::error::{Stop, Unreadable};
use crate::outbox::{self, CHUNK};
use crate::shape::write_event;
use crate::stored::{number, rounded};

pub(crate) type Outcome<T> = Result<T, Stop<TaskStoreError>>;

/// A leader and those who wait for it. The leader is the first.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) tasks: Vec<Task>,
}

impl Run {
    /// The run that this worker has the lease on.
    pub(crate) async fn leased(
        tx: &DatabaseTransaction,
        id: TaskId,
        token: LeaseToken,
        now: Timestamp,
    ) -> Outcome<Self> {
        let leader = lock_live(tx, id).await?;
        require_lease(&leader, token, now)?;
        Self::of(tx, leader).await
    }

    /// The run that this worker, or the sweeper, may end.
    pub(crate) async fn guarded(
        tx: &DatabaseTransaction,
        id: TaskId,
        guard: Guard,
        now: Timestamp,
    ) -> Outcome<Self> {
        let generation = match guard {
            Guard::Lease(token) => return Self::leased(tx, id, token, now).await,
            Guard::Unleased { generation } => generation,
        };
        let leader = lock_live(tx, id).await?;
        if leader.generation != generation {
            return Err(Stop::Refused(TaskStoreError::Superseded));
        }
        if is_leased(&leader, now) || leader.role != TaskRole::Leader {
            return Err(conflict(&leader));
        }
        Self::of(tx, leader).await
    }

    /// The run of a leader whose row is locked.
    pub(crate) async fn of(tx: &DatabaseTransaction, leader: Task) -> Outcome<Self> {
        let followers = live(&leader.key)
            .filter(task::Column::Id.ne(leader.id.as_uuid()))
            .order_by_asc(task::Column::Id)
            .lock_exclusive()
            .all(tx)
            .await?;
        let mut tasks = vec![leader];
        for row in followers {
            tasks.push(Task::try_from(row)?);
        }
        Ok(Self { tasks })
    }

    /// Sets how far it is. Followers that are there already are left out: nothing happens to them.
    pub(crate) fn set_progress(&mut self, progress: AnalysisStatus) {
        let leader = self.tasks.first().map(|leader| leader.id);
        self.tasks
            .retain(|task| Some(task.id) == leader || task.progress != progress);
        for task in &mut self.tasks {
            task.progress = progress;
        }
    }

    /// Ends it: the next request for its key begins a new one.
    pub(crate) async fn close(tx: &DatabaseTransaction, key: &PoolKey) -> Outcome<()> {
        live_run::Entity::delete_by_id(key.to_string())
            .exec(tx)
            .await?;
        Ok(())
    }
}

/// The tasks of a key that have not ended: they are one run.
pub(crate) fn live(key: &PoolKey) -> Select<task::Entity> {
    task::Entity::find()
        .filter(task::Column::PoolKey.eq(key.to_string()))
        .filter(task::Column::Status.is_in(task::LIVE))
}

/// A task under lock.
pub(crate) async fn lock(tx: &DatabaseTransaction, id: TaskId) -> Outcome<Task> {
    let query = task::Entity::find_by_id(id.as_uuid()).lock_exclusive();
    let row = query.one(tx).await?;
    let row = row.ok_or(Stop::Refused(TaskStoreError::Unknown))?;
    Ok(row.try_into()?)
}

/// The same, refused if it is finished.
pub(crate) async fn lock_live(tx: &DatabaseTransaction, id: TaskId) -> Outcome<Task> {
    let task = lock(tx, id).await?;
    if task.status.is_terminal() {
        return Err(conflict(&task));
    }
    Ok(task)
}

/// Whether somebody has the right to work on it.
pub(crate) fn is_leased(task: &Task, now: Timestamp) -> bool {
    task.status == TaskStatus::Running && task.lease.is_some_and(|lease| lease.until > now)
}

pub(crate) fn require_lease(task: &Task, token: LeaseToken, now: Timestamp) -> Outcome<()> {
    if is_leased(task, now) && task.lease.is_some_and(|lease| lease.token == token) {
        Ok(())
    } else {
        Err(Stop::Refused(TaskStoreError::LeaseLost))
    }
}

pub(crate) const fn conflict(task: &Task) -> Stop<TaskStoreError> {
    let actual = task.status;
    Stop::Refused(TaskStoreError::Conflict { actual })
}

/// Saves tasks that have changed, each with its event.
pub(crate) async fn save_all(
    tx: &DatabaseTransaction,
    tasks: &mut [Task],
    now: Timestamp,
) -> Outcome<()> {
    for task in &mut *tasks {
        task.last_event = task.last_event.saturating_add(1);
        task.updated_at = rounded(now);
        update(tx, task).await?;
    }
    tell(tx, tasks).await
}

/// Saves a task without telling of it.
pub(crate) async fn update(tx: &DatabaseTransaction, task: &Task) -> Outcome<()> {
    task::Entity::update_many()
        .set(task::updated(task))
        .filter(task::Column::Id.eq(task.id.as_uuid()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Makes a task, with its first event.
pub(crate) async fn insert(tx: &DatabaseTransaction, task: &Task) -> Outcome<()> {
    task::Entity::insert(task::inserted(task))
        .exec_without_returning(tx)
        .await?;
    tell(tx, std::slice::from_ref(task)).await
}

/// Stores the event of each task's state as it is now, for those who ask and for those who wait.
async fn tell(tx: &DatabaseTransaction, tasks: &[Task]) -> Outcome<()> {
    let events: Vec<TaskEvent> = tasks.iter().map(event).collect();
    for chunk in events.chunks(CHUNK) {
        let rows: Result<Vec<_>, Unreadable> = chunk.iter().map(row).collect();
        task_event::Entity::insert_many(rows?)
            .exec_without_returning(tx)
            .await?;
    }
    outbox::put(tx, events.into_iter().map(OutboxItem::Event)).await
}

fn event(task: &Task) -> TaskEvent {
    TaskEvent {
        task: task.id,
        seq: task.last_event,
        status: task.status,
        progress: task.progress,
        analysis: task.analysis,
        failure: task.failure.clone(),
        at: task.updated_at,
    }
}

fn row(event: &TaskEvent) -> Result<task_event::ActiveModel, Unreadable> {
    Ok(task_event::ActiveModel {
        task_id: Set(event.task.as_uuid()),
        seq: Set(number(event.seq)),
        event: Set(write_event(event)?),
    })
}

/// Stores the message that asks a worker to take the task.
pub(crate) async fn enqueue(
    tx: &DatabaseTransaction,
    task: &Task,
    not_before: Timestamp,
) -> Outcome<()> {
    let message = OutboxItem::Enqueue {
        message: TaskMessage {
            task: task.id,
            generation: task.generation,
        },
        priority: task.priority,
        not_before,
    };
    outbox::put(tx, [message]).await
}
