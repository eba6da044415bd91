//! The JSON that is stored: each shape has a version, and every version ever written is read.

use aperilex_ports::{
    FilingLocator, FilingMeta, OutboxItem, PendingNotice, Priority, StoredDocument, TaskEvent,
    TaskId, TaskMessage, Timestamp,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::Unreadable;

/// The version that all shapes are at.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    schema_version: u32,
    #[serde(flatten)]
    content: T,
}

#[derive(Deserialize)]
struct Header {
    schema_version: u32,
}

#[derive(Serialize, Deserialize)]
struct Documents {
    documents: Vec<StoredDocument>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Item {
    Enqueue {
        task: TaskId,
        generation: u32,
        priority: Priority,
        not_before: Timestamp,
    },
    Event {
        event: TaskEvent,
    },
    Notice {
        notice: PendingNotice,
    },
}

pub(crate) fn write_meta(meta: &FilingMeta) -> Result<String, Unreadable> {
    write("filing", meta)
}

pub(crate) fn read_meta(json: &str) -> Result<FilingMeta, Unreadable> {
    read("filing", json)
}

pub(crate) fn write_documents(documents: &[StoredDocument]) -> Result<String, Unreadable> {
    let documents = documents.to_vec();
    write("documents", Documents { documents })
}

pub(crate) fn read_documents(json: &str) -> Result<Vec<StoredDocument>, Unreadable> {
    read("documents", json).map(|Documents { documents }| documents)
}

pub(crate) fn write_event(event: &TaskEvent) -> Result<String, Unreadable> {
    write("task event", event)
}

pub(crate) fn read_event(json: &str) -> Result<TaskEvent, Unreadable> {
    read("task event", json)
}

pub(crate) fn write_item(item: &OutboxItem) -> Result<String, Unreadable> {
    let item = match item {
        OutboxItem::Enqueue {
            message,
            priority,
            not_before,
        } => Item::Enqueue {
            task: message.task,
            generation: message.generation,
            priority: *priority,
            not_before: *not_before,
        },
        OutboxItem::Event(event) => Item::Event {
            event: event.clone(),
        },
        OutboxItem::Notice(notice) => Item::Notice {
            notice: notice.clone(),
        },
    };
    write("outbox item", item)
}

pub(crate) fn read_item(json: &str) -> Result<OutboxItem, Unreadable> {
    Ok(match read("outbox item", json)? {
        Item::Enqueue {
            task,
            generation,
            priority,
            not_before,
        } => OutboxItem::Enqueue {
            message: TaskMessage { task, generation },
            priority,
            not_before,
        },
        Item::Event { event } => OutboxItem::Event(event),
        Item::Notice { notice } => OutboxItem::Notice(notice),
    })
}

#[derive(Serialize, Deserialize)]
struct Located {
    locator: FilingLocator,
}

pub(crate) fn write_locator(locator: &FilingLocator) -> Result<String, Unreadable> {
    let locator = locator.clone();
    write("name of a filing", Located { locator })
}

pub(crate) fn read_locator(json: &str) -> Result<FilingLocator, Unreadable> {
    read("name of a filing", json).map(|Located { locator }| locator)
}

fn write(what: &str, content: impl Serialize) -> Result<String, Unreadable> {
    let versioned = Versioned {
        schema_version: VERSION,
        content,
    };
    serde_json::to_string(&versioned)
        .map_err(|error| Unreadable(format!("{what} cannot be written: {error}")))
}

fn read<T: DeserializeOwned>(what: &str, json: &str) -> Result<T, Unreadable> {
    let malformed = |error: serde_json::Error| Unreadable(format!("{what}: {error}"));
    let Header { schema_version } = serde_json::from_str(json).map_err(malformed)?;
    if schema_version != VERSION {
        return Err(Unreadable(format!(
            "{what} of version {schema_version}, this build reads up to {VERSION}"
        )));
    }
    let versioned: Versioned<T> = serde_json::from_str(json).map_err(malformed)?;
    Ok(versioned.content)
}

#[cfg(test)]
mod tests;
