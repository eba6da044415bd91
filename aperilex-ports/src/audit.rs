//! What must hold of an account's books, whatever raced and whatever crashed: one checker for tests, for
//! the operator's command and for the nightly proof.
//!
//! Pure: it is given the books as one moment shows them and says what is wrong with them.
//!
//! Three things books cannot show, and where they are proved instead:
//!
//! - that every answer given to a client was kept (I9): of what was answered without an idempotency key nothing
//!   says that it was. The story of the simulator loses the reply of each call and asks for each thing again.
//! - that no reading shows what is another's (I12): readings leave nothing behind. Contracts of the stores ask
//!   for what is another's (AP-3, FI-4), and the table of all operations of the API is tried with strangers.
//! - how fast sources were asked (I14): no row says when a request was sent. The limiter of the adapter for EDGAR
//!   is asked by many at once, and no second holds more than its rate (`i14_no_second_holds_more_than_eight`); in
//!   a block nothing is sent by any of its clones (`f59_a_block_sends_nothing_more_from_any_clone`).

mod chain;
mod costs;
mod free;
mod imports;
mod kept;
mod log;
mod money;
mod own_key;
mod project;
mod work;

use std::fmt;

use crate::model::{
    AccessSource, AnalysisId, AnalysisRecord, Balance, ChainHead, CreditLot, FilingId, Hold,
    ImportId, ImportItem, ImportJob, JournalTx, LedgerEntry, MicroUsd, ModelCall, Task, TaskEvent,
    TaskId, TaskStatus, Timestamp, UserId, Waiver,
};

pub use log::LogCheck;
pub use project::{Projection, project};

/// Everything that is stored of an account's credits and of what they were spent on.
#[derive(Debug, Clone, PartialEq)]
pub struct Books {
    /// The account.
    pub user: UserId,
    /// The stored balance.
    pub balance: Balance,
    /// What it owes, as stored.
    pub debt: MicroUsd,
    /// The stored count of entries.
    pub entry_count: u64,
    /// All entries, oldest first.
    pub entries: Vec<LedgerEntry>,
    /// Where its chain ends, as stored.
    pub head: ChainHead,
    /// The journal, oldest first.
    pub journal: Vec<JournalTx>,
    /// Lots that have something left, as stored.
    pub lots: Vec<CreditLot>,
    /// All holds.
    pub holds: Vec<Hold>,
    /// All tasks with their events, oldest first.
    pub tasks: Vec<(Task, Vec<TaskEvent>)>,
    /// All bulk imports with their items, oldest first.
    pub imports: Vec<(ImportJob, Vec<ImportItem>)>,
    /// The filings it has access to, and why.
    pub access: Vec<Opened>,
    /// The analyses that entries, tasks and answers name, as far as they are stored.
    pub analyses: Vec<AnalysisRecord>,
    /// The calls of models that were made for its tasks, in the order of their ids.
    pub calls: Vec<ModelCall>,
    /// What requests with an idempotency key were answered with, by key, as long as the keys are kept.
    pub answers: Vec<(String, Acknowledged)>,
}

/// What a request was answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acknowledged {
    /// A task.
    Task(TaskId),
    /// An analysis of the pool.
    Analysis(AnalysisId),
    /// A bulk import.
    Import(ImportId),
}

/// A filing that an account may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// The filing.
    pub filing: FilingId,
    /// Why.
    pub source: AccessSource,
    /// Why it was not paid for, if its source is `paid` and it was not.
    pub waiver: Option<Waiver>,
}

/// What the books are held to.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Whether a task may go from one status to the other; the domain's table.
    pub task_follows: fn(TaskStatus, TaskStatus) -> bool,
    /// Whether nothing is under way any more: then all is final.
    pub quiet: bool,
    /// The time.
    pub now: Timestamp,
    /// How often models may be called for a task anew before it is given up.
    pub max_attempts: u32,
    /// When the oldest hold that may still be open without a live task was to end.
    pub holds_since: Timestamp,
}

/// What must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Invariant {
    /// Every transaction has two sides that sum to nothing.
    I1,
    /// Stored balances are the sums of entries and holds, and each entry says the sum so far.
    I2,
    /// Nobody ever had less than nothing, nor spent what was set aside.
    I3,
    /// Nobody is charged twice for the same thing.
    I4,
    /// Nobody is charged without goods.
    I5,
    /// Nobody gets paid work for nothing, but for a reason that is written down.
    I6,
    /// A hold ends once, and not later than its time and its task.
    I7,
    /// When nothing is under way, all is final.
    I8,
    /// Nothing that was acknowledged is lost: what answers, holds and entries name is there.
    I9,
    /// Tasks take lawful ways.
    I10,
    /// The events of a task are all there, end once, and say where it is.
    I11,
    /// Nothing in the books is another account's, and no result that was given is.
    I12,
    /// Models are called by the attempts of a task alone, which are so many, and not once its ceiling is passed.
    I13,
    /// The audit log is one chain, as it was written.
    A1,
}

impl Invariant {
    /// Its code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::I1 => "I1",
            Self::I2 => "I2",
            Self::I3 => "I3",
            Self::I4 => "I4",
            Self::I5 => "I5",
            Self::I6 => "I6",
            Self::I7 => "I7",
            Self::I8 => "I8",
            Self::I9 => "I9",
            Self::I10 => "I10",
            Self::I11 => "I11",
            Self::I12 => "I12",
            Self::I13 => "I13",
            Self::A1 => "A1",
        }
    }
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What should hold.
    pub invariant: Invariant,
    /// Of what: an entry, a hold, a task.
    pub subject: String,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}: {}",
            self.invariant.code(),
            self.subject,
            self.message
        )
    }
}

/// All that does not hold.
#[must_use]
pub fn check(books: &Books, rules: &Rules) -> Vec<Finding> {
    let mut found = Findings::default();
    money::balances(books, &mut found);
    chain::journal(books, &mut found);
    money::charges(books, &mut found);
    money::holds(books, rules, &mut found);
    free::waivers(books, &mut found);
    own_key::own_keys(books, &mut found);
    work::tasks(books, rules, &mut found);
    imports::imports(books, rules, &mut found);
    kept::acknowledged(books, &mut found);
    kept::own(books, &mut found);
    costs::calls(books, rules, &mut found);
    found.0
}

#[derive(Debug, Default)]
struct Findings(Vec<Finding>);

impl Findings {
    /// Notes what does not hold.
    fn expect(
        &mut self,
        holds: bool,
        invariant: Invariant,
        subject: impl FnOnce() -> String,
        message: impl FnOnce() -> String,
    ) {
        if !holds {
            self.0.push(Finding {
                invariant,
                subject: subject(),
                message: message(),
            });
        }
    }
}

#[cfg(test)]
mod tests;
