//! Work that is going on.

use std::sync::Arc;
use std::time::Duration;

use aperilex_core::TaskId;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use uuid::Uuid;

use super::Group;
use super::page::Page;
use crate::api::Api;
use crate::auth::Caller;
use crate::problem::{Fails, Plain, Streamed};
use crate::sse::{self, Resume, TaskEvents};
use crate::wire::task::{TaskDocument, TaskPage};
use crate::wire::text::CursorText;

/// Seconds a long poll waits if the client doesn't say.
const DEFAULT_WAIT_S: u16 = 30;

#[derive(Debug)]
pub(crate) struct Tasks(pub(crate) Arc<Api>);

#[derive(ApiResponse)]
enum Listed {
    /// A page.
    #[oai(status = 200)]
    Ok(Json<TaskPage>),
}

#[derive(ApiResponse)]
enum Read {
    /// The task as it is now.
    #[oai(status = 200)]
    Ok(Json<TaskDocument>),
}

#[derive(ApiResponse)]
enum Streaming {
    /// Events as they happen, from the first or from behind `Last-Event-ID`.
    #[oai(status = 200)]
    Ok(TaskEvents),
    /// The task is finished and the client has seen all of it: do not come back.
    #[oai(status = 204)]
    Done,
}

#[OpenApi(prefix_path = "/api/v1", tag = "Group::Tasks")]
impl Tasks {
    /// The account's tasks, newest first.
    #[oai(path = "/tasks", method = "get", operation_id = "listTasks")]
    async fn list(
        &self,
        caller: Caller,
        /// Entries of a page; 50 if not said.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u16>>,
        /// `next` of the page before.
        cursor: Query<Option<CursorText>>,
    ) -> Result<Listed, Fails<Plain>> {
        let cursor = cursor.0.as_ref().map(|cursor| cursor.0.as_str());
        let page = Page::<Uuid>::new("tasks", caller.id, limit.0, cursor)?;
        let before = page.from.map(TaskId::from_uuid);
        let mut tasks = self
            .0
            .engine
            .tasks(&caller, before, page.limit_and_one())
            .await?;
        let next = page.cut(&mut tasks, |task| task.id.as_uuid());
        let items = tasks.iter().map(TaskDocument::from).collect();
        Ok(Listed::Ok(Json(TaskPage { items, next })))
    }

    /// One task.
    #[oai(path = "/tasks/:task_id", method = "get", operation_id = "getTask")]
    async fn get(&self, caller: Caller, task_id: Path<Uuid>) -> Result<Read, Fails<Plain>> {
        let task = self
            .0
            .engine
            .task(&caller, TaskId::from_uuid(task_id.0))
            .await?;
        Ok(Read::Ok(Json((&task).into())))
    }

    /// Withdraws a task that does not run yet.
    ///
    /// Nothing is charged for it. Withdrawing it again changes nothing.
    #[oai(
        path = "/tasks/:task_id",
        method = "delete",
        operation_id = "cancelTask"
    )]
    async fn cancel(&self, caller: Caller, task_id: Path<Uuid>) -> Result<Read, Fails<Plain>> {
        let id = TaskId::from_uuid(task_id.0);
        let task = self.0.engine.cancel_task(&caller, id).await?;
        Ok(Read::Ok(Json((&task).into())))
    }

    /// A task's events as server-sent events.
    ///
    /// `id` is the event's number, `event` the task's status, `data` the event. The stream ends
    /// behind the event of a final status. `event: reset` carries the task as it is, where
    /// `Last-Event-ID` is none of its events; `event: bye` asks to come back soon.
    #[oai(
        path = "/tasks/:task_id/events",
        method = "get",
        operation_id = "streamTaskEvents"
    )]
    async fn events(
        &self,
        caller: Caller,
        task_id: Path<Uuid>,
        /// Number of the last event the client has seen.
        #[oai(name = "Last-Event-ID")]
        last_event_id: Header<Option<String>>,
    ) -> Result<Streaming, Fails<Streamed>> {
        let api = &self.0;
        let task = api
            .engine
            .task(&caller, TaskId::from_uuid(task_id.0))
            .await?;
        let resume = Resume::of(last_event_id.0.as_deref(), task.last_event);
        if task.status.is_terminal() && resume == Resume::After(task.last_event) {
            return Ok(Streaming::Done);
        }
        let place = api.streams.take(caller.id, api.settings.sse_per_account)?;
        Ok(Streaming::Ok(
            sse::stream(Arc::clone(api), task, resume, place).await,
        ))
    }

    /// Waits for a task.
    ///
    /// Answers when the task is finished (or, with `after`, when it has an event with a higher
    /// number), and with the task as it is when the time is over.
    #[oai(
        path = "/tasks/:task_id/wait",
        method = "get",
        operation_id = "waitForTask"
    )]
    async fn wait(
        &self,
        caller: Caller,
        task_id: Path<Uuid>,
        /// Longest wait in seconds; 30 if not said.
        #[oai(validator(maximum(value = "60")))]
        timeout_s: Query<Option<u16>>,
        /// Number of the last event the client has seen.
        after: Query<Option<u64>>,
    ) -> Result<Read, Fails<Plain>> {
        let id = TaskId::from_uuid(task_id.0);
        let time = Duration::from_secs(timeout_s.0.unwrap_or(DEFAULT_WAIT_S).into());
        let task = sse::wait(&self.0, &caller, id, after.0, time).await?;
        Ok(Read::Ok(Json((&task).into())))
    }
}
