//! Tasks and their events.

use aperilex_core::{Failure, Task, TaskEvent};
use poem_openapi::Object;
use uuid::Uuid;

use super::text::{
    Moment, ProgressWord, QualityWord, RoleWord, TaskStatusWord, TemplateWord, Usd, WaiverWord,
};

/// Where an accepted request is worked on.
#[derive(Debug, Object)]
#[oai(rename = "Accepted")]
pub(crate) struct AcceptedDocument {
    /// The task.
    task_id: Uuid,
    /// Where it is.
    status: TaskStatusWord,
    /// Its events.
    events_url: String,
}

/// Why a task failed, or last failed.
#[derive(Debug, Object)]
#[oai(rename = "TaskFailure")]
pub(super) struct FailureDocument {
    /// Stable word, such as `filing_unusable`.
    code: String,
    /// For people.
    message: String,
}

/// A piece of work.
#[derive(Debug, Object)]
#[oai(rename = "Task", skip_serializing_if_is_none)]
pub(crate) struct TaskDocument {
    task_id: Uuid,
    /// Where it is.
    status: TaskStatusWord,
    /// How far its analysis is.
    progress: ProgressWord,
    /// Whether it drives its run or waits for another's.
    role: RoleWord,
    filing_id: Uuid,
    template: TemplateWord,
    quality: QualityWord,
    /// How often work on it was begun.
    attempts: u32,
    /// Number of its last event.
    last_event: u64,
    /// Its result, when completed.
    analysis_id: Option<Uuid>,
    /// Where its result is.
    analysis_url: Option<String>,
    /// Why it failed, or last failed.
    failure: Option<FailureDocument>,
    /// What the analysis was quoted at: charged when it is completed, unless `waiver` says why not.
    analysis_price_usd: Usd,
    /// Why the result was not charged; absent if it was, or if there is none.
    waiver: Option<WaiverWord>,
    /// Whether the account's own key makes it: then it is that account's alone unless its contract shares it.
    own_key: bool,
    /// Its events.
    events_url: String,
    created_at: Moment,
    updated_at: Moment,
}

/// One change of a task.
#[derive(Debug, Object)]
#[oai(rename = "TaskEvent", skip_serializing_if_is_none)]
pub(crate) struct EventDocument {
    task_id: Uuid,
    /// From 1, without gaps.
    seq: u64,
    /// Where the task is now.
    status: TaskStatusWord,
    /// How far its analysis is now.
    progress: ProgressWord,
    /// Its result, when completed.
    analysis_id: Option<Uuid>,
    /// Where its result is.
    analysis_url: Option<String>,
    /// Why it failed, or last failed.
    failure: Option<FailureDocument>,
    at: Moment,
}

/// A page of tasks, newest first.
#[derive(Debug, Object)]
#[oai(rename = "TaskPage", skip_serializing_if_is_none)]
pub(crate) struct TaskPage {
    pub(crate) items: Vec<TaskDocument>,
    /// Cursor of the next page; absent on the last.
    pub(crate) next: Option<String>,
}

/// Where a task is.
pub(crate) fn task_url(id: Uuid) -> String {
    format!("/api/v1/tasks/{id}")
}

/// Where an analysis is.
pub(crate) fn analysis_url(id: Uuid) -> String {
    format!("/api/v1/analyses/{id}")
}

fn events_url(id: Uuid) -> String {
    format!("{}/events", task_url(id))
}

impl From<&Failure> for FailureDocument {
    fn from(failure: &Failure) -> Self {
        Self {
            code: failure.code.clone(),
            message: failure.message.clone(),
        }
    }
}

impl From<&Task> for AcceptedDocument {
    fn from(task: &Task) -> Self {
        Self {
            task_id: task.id.as_uuid(),
            status: task.status.into(),
            events_url: events_url(task.id.as_uuid()),
        }
    }
}

impl From<&Task> for TaskDocument {
    fn from(task: &Task) -> Self {
        let analysis = task.analysis.map(|id| id.as_uuid());
        Self {
            task_id: task.id.as_uuid(),
            status: task.status.into(),
            progress: task.progress.into(),
            role: task.role.into(),
            filing_id: task.key.filing.as_uuid(),
            template: task.key.template.into(),
            quality: task.key.quality.into(),
            attempts: task.attempts,
            last_event: task.last_event,
            analysis_id: analysis,
            analysis_url: analysis.map(analysis_url),
            failure: task.failure.as_ref().map(FailureDocument::from),
            analysis_price_usd: task.charges.analysis_price.into(),
            waiver: task.waiver.map(Into::into),
            own_key: task.key.owner.is_some(),
            events_url: events_url(task.id.as_uuid()),
            created_at: task.created_at.into(),
            updated_at: task.updated_at.into(),
        }
    }
}

impl From<&TaskEvent> for EventDocument {
    fn from(event: &TaskEvent) -> Self {
        let analysis = event.analysis.map(|id| id.as_uuid());
        Self {
            task_id: event.task.as_uuid(),
            seq: event.seq,
            status: event.status.into(),
            progress: event.progress.into(),
            analysis_id: analysis,
            analysis_url: analysis.map(analysis_url),
            failure: event.failure.as_ref().map(FailureDocument::from),
            at: event.at.into(),
        }
    }
}
