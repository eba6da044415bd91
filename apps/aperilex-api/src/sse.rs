//! A task's events as server-sent events (WHATWG HTML, chapter 9.2).
//!
//! - `id` is the event's number, so a client that comes back with `Last-Event-ID` misses nothing
//! - `event` is the status that the task has now; `data` is the event
//! - the stream ends behind the event of a final status
//! - a `Last-Event-ID` that the task never had gets `event: reset` with the task as it is
//! - when the server stops, `event: bye` and `retry` ask the client to come back
//! - silence is broken by a comment

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use aperilex_core::{Account, EngineError, Task, TaskEvent, TaskId};
use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream;
use poem::http::HeaderValue;
use poem::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use poem::{Body, IntoResponse, Response};
use poem_openapi::payload::Payload;
use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::{ToJSON, Type};
use tokio::time::Instant;

use crate::api::Api;
use crate::limits::StreamPlace;
use crate::wake::Wake;
use crate::wire::task::{EventDocument, TaskDocument};

/// Events read from the store at once: also the most that wait for a slow client.
const BATCH: usize = 64;

/// A stream of a task's events.
pub(crate) struct TaskEvents(Response);

impl Payload for TaskEvents {
    const CONTENT_TYPE: &'static str = "text/event-stream";

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema {
            items: Some(Box::new(EventDocument::schema_ref())),
            ..MetaSchema::new_with_format("array", "event-stream")
        }))
    }

    fn register(registry: &mut Registry) {
        EventDocument::register(registry);
    }
}

impl IntoResponse for TaskEvents {
    fn into_response(self) -> Response {
        self.0
    }
}

/// Where a client left off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resume {
    /// Behind the event of this number.
    After(u64),
    /// At a number the task never had: it needs to see the task as it is.
    Reset,
}

impl Resume {
    /// What `Last-Event-ID` says of a task whose last event is `last`.
    pub(crate) fn of(header: Option<&str>, last: u64) -> Self {
        match header.map(|id| id.trim().parse::<u64>()) {
            None => Self::After(0),
            Some(Ok(seen)) if seen <= last => Self::After(seen),
            Some(_) => Self::Reset,
        }
    }
}

/// What is left to do on a stream.
enum Next {
    Retry,
    Reset(Box<Task>),
    Events,
    End,
}

struct Source {
    api: Arc<Api>,
    task: TaskId,
    after: u64,
    read: VecDeque<TaskEvent>,
    wake: Wake,
    beat: Instant,
    next: Next,
    _place: StreamPlace,
}

/// The stream of a task from where the client left off.
pub(crate) async fn stream(
    api: Arc<Api>,
    task: Task,
    resume: Resume,
    place: StreamPlace,
) -> TaskEvents {
    let wake = api
        .wakes
        .wait_for(&api.engine.ports().events, task.id)
        .await;
    let (after, next) = match resume {
        Resume::After(after) => (after, Next::Retry),
        Resume::Reset => (task.last_event, Next::Reset(Box::new(task.clone()))),
    };
    let source = Source {
        beat: Instant::now() + api.heartbeat(),
        api,
        task: task.id,
        after,
        read: VecDeque::new(),
        wake,
        next,
        _place: place,
    };
    let mut response = Response::builder().body(Body::from_bytes_stream(chunks(source)));
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static(TaskEvents::CONTENT_TYPE),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    TaskEvents(response)
}

fn chunks(source: Source) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
    stream::unfold(source, |mut source| async move {
        let chunk = source.chunk().await?;
        Some((Ok(Bytes::from(chunk)), source))
    })
}

impl Source {
    /// The next piece of the stream; none at its end. A client that does not read asks for none, so
    /// nothing piles up for it.
    async fn chunk(&mut self) -> Option<String> {
        match std::mem::replace(&mut self.next, Next::Events) {
            Next::Retry => Some(format!("retry: {}\n\n", self.retry_ms())),
            Next::Reset(task) => Some(self.reset(&task)),
            Next::Events => Some(self.event_or_beat().await),
            Next::End => None,
        }
    }

    fn reset(&mut self, task: &Task) -> String {
        if task.status.is_terminal() {
            self.next = Next::End;
        }
        let data = TaskDocument::from(task).to_json_string();
        format!(
            "retry: {}\nid: {}\nevent: reset\ndata: {data}\n\n",
            self.retry_ms(),
            self.after
        )
    }

    async fn event_or_beat(&mut self) -> String {
        loop {
            if let Some(event) = self.event().await {
                return event;
            }
            let api = Arc::clone(&self.api);
            tokio::select! {
                biased;
                () = api.closing.cancelled() => {
                    self.next = Next::End;
                    return format!("retry: {}\nevent: bye\ndata: {{}}\n\n", self.retry_ms());
                }
                () = tokio::time::sleep_until(self.beat) => {
                    self.beat = Instant::now() + api.heartbeat();
                    return ":hb\n\n".to_owned();
                }
                () = self.wake.happened() => {}
                () = tokio::time::sleep(api.poll()) => {}
            }
        }
    }

    /// The next stored event, if there is one.
    async fn event(&mut self) -> Option<String> {
        if self.read.is_empty() {
            let events = self
                .api
                .engine
                .task_events(self.task, self.after, BATCH)
                .await;
            match events {
                Ok(events) => self.read.extend(events),
                // The database is away: the stream stays, and looks again.
                Err(error) => tracing::warn!(%error, "events could not be read"),
            }
        }
        let event = self.read.pop_front()?;
        self.after = event.seq;
        self.beat = Instant::now() + self.api.heartbeat();
        if event.status.is_terminal() {
            self.next = Next::End;
        }
        let (seq, status) = (event.seq, event.status);
        let data = EventDocument::from(&event).to_json_string();
        Some(format!("id: {seq}\nevent: {status}\ndata: {data}\n\n"))
    }

    /// When to come back, spread over half as long again, so that not all come at once.
    fn retry_ms(&self) -> u64 {
        let base = self.api.settings.retry_ms;
        let share = u64::from(self.task.as_uuid().as_bytes()[15]);
        base.saturating_add(base.saturating_mul(share) / 512)
    }
}

/// A task of the account, once it is finished or (if a number is given) has an event behind that one;
/// as it is when the time is over or the server stops.
pub(crate) async fn wait(
    api: &Api,
    account: &Account,
    id: TaskId,
    after: Option<u64>,
    time: Duration,
) -> Result<Task, EngineError> {
    let mut wake = api.wakes.wait_for(&api.engine.ports().events, id).await;
    let end = Instant::now() + time;
    loop {
        let task = api.engine.task(account, id).await?;
        let news = after.is_some_and(|seen| task.last_event > seen);
        let over = api.closing.is_cancelled() || Instant::now() >= end;
        if task.status.is_terminal() || news || over {
            return Ok(task);
        }
        let look = end.min(Instant::now() + api.poll());
        tokio::select! {
            () = api.closing.cancelled() => {}
            () = wake.happened() => {}
            () = tokio::time::sleep_until(look) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_resume_behind_what_they_saw() {
        for (header, resume) in [
            (None, Resume::After(0)),
            (Some("0"), Resume::After(0)),
            (Some("3"), Resume::After(3)),
            (Some("4"), Resume::Reset),
            (Some("-1"), Resume::Reset),
            (Some("x"), Resume::Reset),
            (Some(""), Resume::Reset),
        ] {
            assert_eq!(Resume::of(header, 3), resume, "{header:?}");
        }
    }
}
