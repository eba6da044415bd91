//! Tasks: reading them, and the steps of a worker.

use aperilex_ports::{
    AdvanceTask, AnalysisStatus, ClaimTask, Lease, StoreError, Task, TaskEvent, TaskId, TaskRole,
    TaskStatus, TaskStore, TaskStoreError, Timestamp, UserId,
};
use async_trait::async_trait;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};

use crate::database::Store;
use crate::entity::{task, task_event};
use crate::error::Stop;
use crate::read::page;
use crate::run::{
    Outcome, Run, conflict, is_leased, lock, lock_live, require_lease, save_all, update,
};
use crate::stored::{micros, number, rounded};

#[async_trait]
impl TaskStore for Store {
    async fn get(&self, task: TaskId) -> Result<Option<Task>, StoreError> {
        let query = task::Entity::find_by_id(task.as_uuid());
        self.db.one::<task::Model, _>(&query.into_query()).await
    }

    async fn list(
        &self,
        user: UserId,
        before: Option<TaskId>,
        limit: usize,
    ) -> Result<Vec<Task>, StoreError> {
        // Ids are in the order of their making.
        let query = task::Entity::find()
            .filter(task::Column::UserId.eq(user.as_uuid()))
            .apply_if(before, |query, before| {
                query.filter(task::Column::Id.lt(before.as_uuid()))
            })
            .order_by_desc(task::Column::Id)
            .limit(page(limit));
        self.db.all::<task::Model, _>(&query.into_query()).await
    }

    async fn mark_queued(
        &self,
        task: TaskId,
        generation: u32,
        now: Timestamp,
    ) -> Result<(), TaskStoreError> {
        transact!(self.db, |tx| mark_queued(tx, task, generation, now).await)
    }

    async fn touch(
        &self,
        task: TaskId,
        generation: u32,
        now: Timestamp,
    ) -> Result<(), TaskStoreError> {
        transact!(self.db, |tx| touch(tx, task, generation, now).await)
    }

    async fn claim(&self, claim: &ClaimTask) -> Result<Task, TaskStoreError> {
        transact!(self.db, |tx| take(tx, claim).await)
    }

    async fn extend(
        &self,
        task: TaskId,
        lease: Lease,
        now: Timestamp,
    ) -> Result<(), TaskStoreError> {
        transact!(self.db, |tx| extend(tx, task, lease, now).await)
    }

    async fn advance(&self, step: &AdvanceTask) -> Result<(), TaskStoreError> {
        transact!(self.db, |tx| advance(tx, step).await)
    }

    async fn events(
        &self,
        task: TaskId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<TaskEvent>, StoreError> {
        let query = task_event::Entity::find()
            .filter(task_event::Column::TaskId.eq(task.as_uuid()))
            .filter(task_event::Column::Seq.gt(number(after)))
            .order_by_asc(task_event::Column::Seq)
            .limit(page(limit));
        self.db
            .all::<task_event::Model, _>(&query.into_query())
            .await
    }

    async fn stale(
        &self,
        now: Timestamp,
        idle_since: Timestamp,
        limit: usize,
    ) -> Result<Vec<Task>, StoreError> {
        let query = stale(now, idle_since).limit(page(limit));
        self.db.legible::<task::Model, _>(&query.into_query()).await
    }
}

/// Leaders that nobody seems to work on.
pub(crate) fn stale(now: Timestamp, idle_since: Timestamp) -> Select<task::Entity> {
    let abandoned = Condition::all()
        .add(task::Column::Status.eq(TaskStatus::Running.as_str()))
        .add(task::Column::LeaseUntil.lte(micros(now)));
    let waiting = [
        TaskStatus::Pending,
        TaskStatus::Queued,
        TaskStatus::Retrying,
    ];
    let forgotten = Condition::all()
        .add(task::Column::Status.is_in(waiting.map(TaskStatus::as_str)))
        .add(task::Column::UpdatedAt.lt(micros(idle_since)))
        .add(
            Condition::any()
                .add(task::Column::NotBefore.is_null())
                .add(task::Column::NotBefore.lt(micros(idle_since))),
        );
    task::Entity::find()
        .filter(task::Column::Role.eq(TaskRole::Leader.as_str()))
        .filter(Condition::any().add(abandoned).add(forgotten))
        .order_by_desc(Expr::col(task::Column::Status).eq(TaskStatus::Running.as_str()))
        .order_by_asc(task::Column::UpdatedAt)
}

async fn mark_queued(
    tx: &DatabaseTransaction,
    id: TaskId,
    generation: u32,
    now: Timestamp,
) -> Outcome<()> {
    let leader = lock(tx, id).await?;
    let is_waiting = matches!(leader.status, TaskStatus::Pending | TaskStatus::Retrying);
    if !is_waiting || leader.role != TaskRole::Leader || leader.generation != generation {
        return Ok(());
    }
    let mut run = Run::of(tx, leader).await?;
    run.set_progress(AnalysisStatus::Queued);
    if let Some(leader) = run.tasks.first_mut() {
        leader.status = TaskStatus::Queued;
    }
    save_all(tx, &mut run.tasks, now).await
}

async fn touch(
    tx: &DatabaseTransaction,
    id: TaskId,
    generation: u32,
    now: Timestamp,
) -> Outcome<()> {
    let mut leader = lock(tx, id).await?;
    let is_waiting = matches!(
        leader.status,
        TaskStatus::Pending | TaskStatus::Queued | TaskStatus::Retrying
    );
    if !is_waiting || leader.role != TaskRole::Leader || leader.generation != generation {
        return Ok(());
    }
    leader.updated_at = rounded(now);
    update(tx, &leader).await
}

async fn take(tx: &DatabaseTransaction, claim: &ClaimTask) -> Outcome<Task> {
    let leader = lock_live(tx, claim.task).await?;
    if claim.generation < leader.generation {
        return Err(Stop::Refused(TaskStoreError::Superseded));
    }
    let is_free = leader.role == TaskRole::Leader && !is_leased(&leader, claim.now);
    if !is_free || claim.generation != leader.generation {
        return Err(conflict(&leader));
    }
    if let Some(until) = leader.not_before.filter(|until| claim.now < *until) {
        return Err(Stop::Refused(TaskStoreError::NotYet { until }));
    }
    let mut run = Run::of(tx, leader).await?;
    run.set_progress(AnalysisStatus::Queued);
    if let Some(leader) = run.tasks.first_mut() {
        if matches!(leader.status, TaskStatus::Pending | TaskStatus::Retrying) {
            // Its message came before whoever sent it could say so.
            leader.status = TaskStatus::Queued;
            save_all(tx, std::slice::from_mut(leader), claim.now).await?;
        }
        leader.status = TaskStatus::Running;
        leader.not_before = None;
        leader.attempts = leader.attempts.saturating_add(1);
        leader.lease = Some(rounded_lease(claim.lease));
    }
    save_all(tx, &mut run.tasks, claim.now).await?;
    // The leader is the first and never left out.
    run.tasks.into_iter().next().ok_or(Stop::Again)
}

async fn extend(tx: &DatabaseTransaction, id: TaskId, lease: Lease, now: Timestamp) -> Outcome<()> {
    let mut task = lock_live(tx, id).await?;
    require_lease(&task, lease.token, now)?;
    task.lease = Some(rounded_lease(lease));
    update(tx, &task).await
}

fn rounded_lease(lease: Lease) -> Lease {
    Lease {
        until: rounded(lease.until),
        ..lease
    }
}

async fn advance(tx: &DatabaseTransaction, step: &AdvanceTask) -> Outcome<()> {
    let mut run = Run::leased(tx, step.task, step.token, step.now).await?;
    let leader = run.tasks.first().ok_or(Stop::Again)?;
    if leader.progress != step.from {
        return Err(conflict(leader));
    }
    run.set_progress(step.to);
    save_all(tx, &mut run.tasks, step.now).await
}
