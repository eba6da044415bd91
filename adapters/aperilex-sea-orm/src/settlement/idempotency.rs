//! Requests that are repeated.

use aperilex_ports::{
    AnalysisId, Answer, IdempotentRequest, ImportId, SettlementError, SubmitTask, Task, TaskId,
    Timestamp, UserId,
};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Select,
};

use super::Outcome;
use crate::entity::idempotency::{ActiveModel, Column, Entity, Model};
use crate::entity::{analysis, task};
use crate::error::Stop;
use crate::stored::micros;

/// What this key was answered with before.
pub(super) async fn replayed<C: ConnectionTrait>(
    tx: &C,
    user: UserId,
    request: &IdempotentRequest,
    now: Timestamp,
) -> Outcome<Option<Answer>> {
    let Some(row) = known(tx, user, request, now).await? else {
        return Ok(None);
    };
    if let Some(id) = row.task_id {
        let row = task::Entity::find_by_id(id).one(tx).await?;
        return Ok(row.map(Task::try_from).transpose()?.map(Answer::Task));
    }
    let id = row.analysis_id.unwrap_or_default();
    let row = analysis::Entity::find_by_id(id).one(tx).await?;
    let record = row.map(TryInto::try_into).transpose()?;
    Ok(record.map(Answer::Analysis))
}

/// What is noted of this key.
pub(crate) async fn known<C: ConnectionTrait>(
    tx: &C,
    user: UserId,
    request: &IdempotentRequest,
    now: Timestamp,
) -> Outcome<Option<Model>> {
    let key = (user.as_uuid(), request.key.clone());
    let row = Entity::find_by_id(key).one(tx).await?;
    let Some(row) = row.filter(|row| row.expires_at > micros(now)) else {
        return Ok(None);
    };
    if row.request != request.request.to_string() {
        return Err(Stop::Refused(SettlementError::KeyReused));
    }
    Ok(Some(row))
}

/// What answered a request.
#[derive(Debug, Default)]
pub(crate) struct Made {
    pub(crate) task: Option<TaskId>,
    pub(crate) analysis: Option<AnalysisId>,
    pub(crate) import: Option<ImportId>,
}

/// Notes what the client's key was answered with. If the same request came twice at a time the later one
/// fails here, runs again, and finds what the first one was answered.
pub(super) async fn remember(
    tx: &DatabaseTransaction,
    command: &SubmitTask,
    answer: &Answer,
) -> Outcome<()> {
    let Some(request) = &command.idempotency else {
        return Ok(());
    };
    let mut made = Made::default();
    match answer {
        Answer::Task(task) => made.task = Some(task.id),
        Answer::Analysis(record) => made.analysis = Some(record.id),
    }
    note(tx, command.user, request, made, command.now).await
}

/// The same for any answer.
pub(crate) async fn note(
    tx: &DatabaseTransaction,
    user: UserId,
    request: &IdempotentRequest,
    made: Made,
    now: Timestamp,
) -> Outcome<()> {
    let expired = Condition::all()
        .add(Column::UserId.eq(user.as_uuid()))
        .add(Column::Key.eq(&request.key))
        .add(Column::ExpiresAt.lte(micros(now)));
    Entity::delete_many().filter(expired).exec(tx).await?;
    let row = ActiveModel {
        user_id: Set(user.as_uuid()),
        key: Set(request.key.clone()),
        request: Set(request.request.to_string()),
        task_id: Set(made.task.map(|id| id.as_uuid())),
        analysis_id: Set(made.analysis.map(|id| id.as_uuid())),
        import_id: Set(made.import.map(|id| id.as_uuid())),
        expires_at: Set(micros(request.expires_at)),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Expired keys, the longest expired first.
pub(crate) fn expired(now: Timestamp) -> Select<Entity> {
    Entity::find()
        .filter(Column::ExpiresAt.lte(micros(now)))
        .order_by_asc(Column::ExpiresAt)
}

/// Removes expired keys.
pub(super) async fn forget(tx: &DatabaseTransaction, now: Timestamp, limit: u64) -> Outcome<usize> {
    let expired = expired(now).limit(limit).all(tx).await?;
    let mut forgotten = 0;
    for row in expired {
        // By then it may have been used anew.
        let still = Condition::all()
            .add(Column::UserId.eq(row.user_id))
            .add(Column::Key.eq(&row.key))
            .add(Column::ExpiresAt.eq(row.expires_at));
        let deleted = Entity::delete_many().filter(still).exec(tx).await?;
        forgotten += usize::try_from(deleted.rows_affected).unwrap_or_default();
    }
    Ok(forgotten)
}
