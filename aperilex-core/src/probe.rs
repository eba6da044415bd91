//! Labelled steps of the flow, for showing progress and for breaking it on purpose.

use std::fmt::Debug;

use aperilex_ports::TaskId;

/// A step that was just taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// Task, holds and outbox are committed.
    Submitted,
    /// The message is on the queue; the outbox row is not yet marked.
    MessageSent,
    /// The outbox rows are marked.
    Relayed,
    /// A worker holds the lease.
    Claimed,
    /// The raw documents are here.
    Fetched,
    /// The raw documents are in the document store.
    DocumentsStored,
    /// The filing's record says so.
    FilingStored,
    /// The filing is taken apart.
    Parsed,
    /// Whoever waits for the filing has access.
    Delivered,
    /// Claims are drawn.
    Analysed,
    /// Claims are checked.
    Verified,
    /// The result is in the document store.
    ResultStored,
    /// The run is committed; its message is not yet acknowledged.
    Committed,
    /// The message is acknowledged.
    Acknowledged,
}

impl Step {
    /// All steps, in order.
    pub const ALL: &[Self] = &[
        Self::Submitted,
        Self::MessageSent,
        Self::Relayed,
        Self::Claimed,
        Self::Fetched,
        Self::DocumentsStored,
        Self::FilingStored,
        Self::Parsed,
        Self::Delivered,
        Self::Analysed,
        Self::Verified,
        Self::ResultStored,
        Self::Committed,
        Self::Acknowledged,
    ];

    /// Its label.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::MessageSent => "message-sent",
            Self::Relayed => "relayed",
            Self::Claimed => "claimed",
            Self::Fetched => "fetched",
            Self::DocumentsStored => "documents-stored",
            Self::FilingStored => "filing-stored",
            Self::Parsed => "parsed",
            Self::Delivered => "delivered",
            Self::Analysed => "analysed",
            Self::Verified => "verified",
            Self::ResultStored => "result-stored",
            Self::Committed => "committed",
            Self::Acknowledged => "acknowledged",
        }
    }
}

/// Is told of every step. It must not block.
pub trait Probe: Debug + Send + Sync + 'static {
    /// `step` was just taken, for this task where there is one.
    fn reached(&self, step: Step, task: Option<TaskId>);
}

/// Looks away.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProbe;

impl Probe for NoProbe {
    fn reached(&self, _: Step, _: Option<TaskId>) {}
}
