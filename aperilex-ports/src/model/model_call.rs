//! What models cost us: a book apart from what users pay.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::tier::{ParseWordError, words};
use super::{CallId, MicroUsd, TaskId, TokenUsage};

words! {
    /// How a call of a model ended.
    CallOutcome {
        /// With an answer that could be used.
        Answered = "answered",
        /// With an answer that could not: refused, cut off, or not of the shape that was asked for.
        Unusable = "unusable",
        /// Without an answer.
        Failed = "failed",
    }
}

/// One call of a model, as an analyst reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpentCall {
    /// What it was for: an item, or a step such as `reduce`.
    pub section: String,
    /// Whose model.
    pub provider: String,
    /// The model that was really used.
    pub model: String,
    /// The row of the price list that the cost was reckoned by.
    pub price_row: Option<String>,
    /// Tokens used.
    pub tokens: TokenUsage,
    /// What it cost us.
    pub cost: MicroUsd,
    /// Whether the cost was estimated, not told by the provider.
    pub estimated: bool,
    /// How it ended.
    pub outcome: CallOutcome,
}

/// The same in the cost book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelCall {
    /// Its id.
    pub id: CallId,
    /// The task it was made for.
    pub task: TaskId,
    /// Which attempt of the task.
    pub attempt: u32,
    /// What all calls for the task might cost when it was made; not kept of the earliest.
    pub ceiling: Option<MicroUsd>,
    /// The call itself.
    pub call: SpentCall,
    /// Whether the account's own key paid for it: then it cost us nothing.
    pub own_key: bool,
    /// When it was reported.
    pub at: Timestamp,
}

/// What the calls of one model cost in a span of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelCost {
    /// Whose model.
    pub provider: String,
    /// The model.
    pub model: String,
    /// How many calls.
    pub calls: u64,
    /// Tokens of all of them.
    pub tokens: TokenUsage,
    /// Cost of all of them.
    pub cost: MicroUsd,
}
