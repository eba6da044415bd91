//! Tasks: work to do, its lease, and what is told about it.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::tier::{ParseWordError, words};
use super::{
    AnalysisId, AnalysisStatus, FilingId, HoldId, LeaseToken, MicroUsd, Quality, TaskId,
    TaskStatus, Template, UserId,
};

words! {
    /// Who pays for a run and who waits for it.
    TaskRole {
        /// Its hold pays for the run; its message drives it.
        Leader = "leader",
        /// Waits for another user's run.
        Follower = "follower",
    }
}

words! {
    /// Why an account may read a filing.
    AccessSource {
        /// It paid for it, or its contract says it need not.
        Paid = "paid",
        /// Its tier gives it: follows the current tier.
        Policy = "policy",
        /// It runs the installation.
        Admin = "admin",
    }
}

words! {
    /// Why something that has a price was given without a charge.
    Waiver {
        /// Another account's run made it.
        Follower = "follower",
        /// The plan, the contract or the role asks no fee.
        NoFee = "no_fee",
        /// The models failed and the extractive analyst stood in.
        StandIn = "stand_in",
        /// The account's own model key made it.
        OwnKey = "own_key",
        /// What was set aside had ended, and nothing was left to charge: the installation bears it.
        Absorbed = "absorbed",
    }
}

/// Urgency, 0 (first) to 9 (last).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Priority(u8);

impl Priority {
    /// For work that nobody waits for.
    pub const BACKGROUND: Self = Self(9);

    /// A priority; beyond 9 it is 9.
    #[must_use]
    pub const fn new(level: u8) -> Self {
        Self(if level > 9 { 9 } else { level })
    }

    /// 0 to 9.
    #[must_use]
    pub const fn level(self) -> u8 {
        self.0
    }
}

/// What makes two analyses the same: one live run and one pooled result per key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PoolKey {
    /// The filing.
    pub filing: FilingId,
    /// What is looked at.
    pub template: Template,
    /// How good.
    pub quality: Quality,
    /// Version of the analyst's instructions or rules.
    pub prompt_version: String,
    /// Whose it is alone, because the account's own model key makes it; none for the pool.
    pub owner: Option<UserId>,
}

impl fmt::Display for PoolKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}:{}",
            self.filing, self.template, self.quality, self.prompt_version
        )?;
        // Keys that were written before accounts could bring their own stay what they are.
        self.owner.map_or(Ok(()), |owner| write!(f, ":{owner}"))
    }
}

/// The right to work on a task until a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Fences writes: every write of a worker carries it, and only the newest is taken.
    pub token: LeaseToken,
    /// When it runs out.
    pub until: Timestamp,
}

/// Why a task failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Stable code, such as `filing_unusable`.
    pub code: String,
    /// A reason the user can read.
    pub message: String,
}

/// What a task will cost its user, as quoted when it was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskCharges {
    /// Access to the filing that is still to be granted; none if the user has it.
    pub access: Option<PendingAccess>,
    /// Hold for the analysis, placed when (and if) the task leads.
    pub analysis_hold: HoldId,
    /// Price of the analysis.
    pub analysis_price: MicroUsd,
}

/// Access to a filing that is granted once the filing is really there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingAccess {
    /// The hold; not placed where the price is zero.
    pub hold: HoldId,
    /// Its price.
    pub price: MicroUsd,
    /// [`EntryKind::FilingAccess`](super::EntryKind) or `FilingImport`.
    pub purpose: super::EntryKind,
    /// Why the account will be able to read it.
    pub source: AccessSource,
}

/// A piece of work for one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Who asked.
    pub user: UserId,
    /// What it makes.
    pub key: PoolKey,
    /// Where it is.
    pub status: TaskStatus,
    /// How far the analysis is.
    pub progress: AnalysisStatus,
    /// Leader or follower.
    pub role: TaskRole,
    /// Urgency.
    pub priority: Priority,
    /// Grows each time a new message is sent for it; a message of an older generation is void.
    pub generation: u32,
    /// How often work on it was begun; what was handed back uncounted is not among them.
    pub attempts: u32,
    /// When work on it may begin again; none if at once.
    pub not_before: Option<Timestamp>,
    /// Who works on it, and until when.
    pub lease: Option<Lease>,
    /// What it costs.
    pub charges: TaskCharges,
    /// How many analyses its account may have at a time, as it was when it asked; any number, if none.
    pub max_running: Option<u32>,
    /// Whether what the account's own key makes was to be shared when it asked.
    pub shares: bool,
    /// Its result.
    pub analysis: Option<AnalysisId>,
    /// Why its result was not charged; none if it was, or if there is none.
    pub waiver: Option<Waiver>,
    /// Why it failed, or last failed.
    pub failure: Option<Failure>,
    /// Sequence number of its last event.
    pub last_event: u64,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// One change of a task, as told to those who wait for it. Sequence numbers of a task have no gaps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskEvent {
    /// The task.
    pub task: TaskId,
    /// From 1.
    pub seq: u64,
    /// Where the task is now.
    pub status: TaskStatus,
    /// How far its analysis is now.
    pub progress: AnalysisStatus,
    /// Its result, when completed.
    pub analysis: Option<AnalysisId>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// When.
    pub at: Timestamp,
}
