//! The journal: every change of an account's credits as a transaction of double entry, each sealed by the
//! hash of the one before it.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::tier::{ParseWordError, words};
use super::{Digest, EntryId, Hold, HoldId, LedgerEntry, MicroUsd, UserId};

words! {
    /// Where credits came from.
    LotSource {
        /// The plan's monthly credits.
        Included = "included",
        /// A promotion.
        Promotional = "promotional",
        /// Given for something that went wrong, or by an operator.
        Goodwill = "goodwill",
        /// Bought.
        Purchased = "purchased",
    }
}

/// Credits that came together and lapse together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreditLot {
    /// The entry that brought them; of those that a refund brings anew, an id of their own.
    pub id: EntryId,
    /// Where they came from.
    pub source: LotSource,
    /// What came.
    pub granted: MicroUsd,
    /// What of them can be spent.
    pub available: MicroUsd,
    /// What of them is set aside.
    pub held: MicroUsd,
    /// When what is left lapses; never, if none.
    pub expires_at: Option<Timestamp>,
    /// When they came.
    pub created_at: Timestamp,
}

impl CreditLot {
    /// Whether they have lapsed at `now`.
    #[must_use]
    pub fn is_late(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// Whether anything is left of them.
    #[must_use]
    pub const fn has_any(&self) -> bool {
        self.available.is_positive() || self.held.is_positive()
    }

    /// The order in which lots are spent: what lapses first, what never lapses last; given before bought;
    /// older before newer.
    #[must_use]
    pub fn turn(&self) -> (Timestamp, LotSource, Timestamp, EntryId) {
        let end = self.expires_at.unwrap_or(Timestamp::MAX);
        (end, self.source, self.created_at, self.id)
    }
}

words! {
    /// An account of the double entry. The first two are the customer's, by lot; the others are the
    /// house's, and show what the credits were given or taken for.
    LedgerAccount {
        /// Credits that can be spent.
        Available = "available",
        /// Credits that are set aside.
        Held = "held",
        /// Earned by what was delivered.
        Revenue = "revenue",
        /// Paid in.
        Cash = "cash",
        /// Given with a plan or promotion.
        Promotion = "promotion",
        /// Given for something that went wrong.
        Goodwill = "goodwill",
        /// Lapsed unspent.
        Breakage = "breakage",
        /// Taken by an operator.
        Adjustments = "adjustments",
        /// Owed by the customer: payments that were taken back after their credits were spent.
        Receivable = "receivable",
        /// Delivered, and borne by the house: its hold had ended, and the credits were spent by then.
        LateCaptureLoss = "late_capture_loss",
    }
}

/// What is agreed of credits when they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LotTerms {
    /// Where they come from.
    pub source: LotSource,
    /// When what is left lapses; never, if none.
    pub expires_at: Option<Timestamp>,
}

/// One side of a transaction. What a customer's account gains is positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// The account.
    pub account: LedgerAccount,
    /// The lot, of the customer's accounts.
    pub lot: Option<EntryId>,
    /// How much; not zero.
    pub amount: MicroUsd,
    /// The terms of the lot, where it opens one.
    pub opens: Option<LotTerms>,
}

words! {
    /// What changed an account's credits.
    Operation {
        /// Credits came.
        Credit = "credit",
        /// Credits were taken by an operator.
        Debit = "debit",
        /// Credits were set aside.
        Hold = "hold",
        /// A hold was charged.
        Capture = "capture",
        /// A hold was charged in part, and stays open unless that was the last of it.
        CapturePart = "capture_part",
        /// A hold was given back.
        Void = "void",
        /// A hold was given back by time.
        Expire = "expire",
        /// Credits lapsed.
        Lapse = "lapse",
        /// A charge was given back.
        Refund = "refund",
        /// A payment was taken back, and its credits with it.
        Reverse = "reverse",
        /// What was owed was paid.
        Settle = "settle",
        /// The house bore what could not be charged any more.
        Absorb = "absorb",
    }
}

impl Operation {
    /// Whether it charges for something, so that it can be refunded.
    #[must_use]
    pub const fn is_charge(self) -> bool {
        matches!(self, Self::Capture | Self::CapturePart)
    }
}

/// A change of an account's credits. Its postings sum to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalTx {
    /// Whose credits.
    pub user: UserId,
    /// Place in the account's chain, from 1, without gaps.
    pub seq: u64,
    /// What happened.
    pub operation: Operation,
    /// What makes it happen once, unique for the account: `hold:{hold}`, `end:{hold}`,
    /// `part:{hold}:{filing}`, `lapse:{lot}:{seq}`, `post:{key of the command}`, `refund:{key of the command}`,
    /// `reverse:{key of the command}`, `settle:{seq}`, `absorb:{hold}`.
    pub key: String,
    /// The hold concerned.
    pub hold: Option<HoldId>,
    /// The line of the statement that it made.
    pub entry: Option<EntryId>,
    /// The charge that it gives back, or the credit that it takes back.
    pub reverses: Option<EntryId>,
    /// Both sides.
    pub postings: Vec<Posting>,
    /// The sum of all entries after it.
    pub posted_after: MicroUsd,
    /// The sum of open holds after it.
    pub held_after: MicroUsd,
    /// When, to the microsecond.
    pub at: Timestamp,
    /// The hash of the one before, or [`ChainHead::genesis`].
    pub prev_hash: Digest,
    /// SHA-256 of `prev_hash`, all fields above, the entry, and what a hold is placed for.
    pub hash: Digest,
}

/// Where an account's chain ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainHead {
    /// Transactions so far.
    pub seq: u64,
    /// The hash of the last.
    pub hash: Digest,
    /// Its time: the next is not before it, whatever the clock of its process says.
    pub at: Option<Timestamp>,
}

impl ChainHead {
    /// The head of an account that had no transaction yet.
    #[must_use]
    pub fn genesis(user: UserId) -> Self {
        let mut bytes = b"aperilex-ledger/1\n".to_vec();
        bytes.extend_from_slice(user.as_uuid().as_bytes());
        Self {
            seq: 0,
            hash: Digest::of(&bytes),
            at: None,
        }
    }
}

/// Where all chains ended at a time, so that nobody can write one anew unseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerRoot {
    /// SHA-256 of the list of all ends, by which the document store keeps it.
    pub digest: Digest,
    /// Accounts in it.
    pub accounts: u64,
    /// What did not hold of their books.
    pub findings: u64,
    /// When.
    pub at: Timestamp,
}

impl JournalTx {
    /// What its postings sum to: nothing, if it is sound.
    #[must_use]
    pub fn sum(&self) -> i128 {
        let amounts = self.postings.iter().map(|one| one.amount.micros());
        amounts.map(i128::from).sum()
    }

    /// Where the chain ends behind it.
    #[must_use]
    pub const fn head(&self) -> ChainHead {
        ChainHead {
            seq: self.seq,
            hash: self.hash,
            at: Some(self.at),
        }
    }

    /// The hash of its fields, of `entry`, the line it made, and of its hold as it was placed.
    #[must_use]
    pub fn sealed(&self, entry: Option<&LedgerEntry>, hold: Option<&Hold>) -> Digest {
        let mut seal = Seal::default();
        seal.bytes(self.prev_hash.as_bytes());
        seal.text(&self.user.to_string());
        seal.number(i64::try_from(self.seq).unwrap_or(i64::MAX));
        seal.text(self.operation.as_str());
        seal.text(&self.key);
        seal.maybe(self.hold.map(|id| id.to_string()));
        seal.maybe(self.entry.map(|id| id.to_string()));
        seal.maybe(self.reverses.map(|id| id.to_string()));
        seal.number(i64::try_from(self.postings.len()).unwrap_or(i64::MAX));
        for posting in &self.postings {
            seal.text(posting.account.as_str());
            seal.maybe(posting.lot.map(|id| id.to_string()));
            seal.number(posting.amount.micros());
            seal.maybe(posting.opens.map(|terms| terms.source.to_string()));
            let end = posting.opens.and_then(|terms| terms.expires_at);
            seal.maybe(end.map(|end| end.as_microsecond().to_string()));
        }
        seal.number(self.posted_after.micros());
        seal.number(self.held_after.micros());
        seal.number(self.at.as_microsecond());
        if let Some(entry) = entry {
            seal.entry(entry);
        }
        if let Some(hold) = hold.filter(|_| self.operation == Operation::Hold) {
            seal.hold(hold);
        }
        seal.digest()
    }
}

/// Bytes that are hashed: each field with its length before it, so that none can pass for another.
#[derive(Debug, Default)]
pub(super) struct Seal(Vec<u8>);

impl Seal {
    /// The hash of all of them.
    pub(super) fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub(super) fn number(&mut self, number: i64) {
        self.bytes(&number.to_be_bytes());
    }

    fn maybe(&mut self, text: Option<String>) {
        match text {
            Some(text) => self.text(&text),
            None => self.0.extend_from_slice(&u64::MAX.to_be_bytes()),
        }
    }

    fn hold(&mut self, hold: &Hold) {
        self.text(&hold.id.to_string());
        self.text(&hold.user.to_string());
        self.text(hold.purpose.as_str());
        self.number(hold.amount.micros());
        self.maybe(hold.filing.map(|id| id.to_string()));
        self.maybe(hold.task.map(|id| id.to_string()));
        self.number(hold.expires_at.as_microsecond());
        self.number(hold.created_at.as_microsecond());
    }

    fn entry(&mut self, entry: &LedgerEntry) {
        self.text(&entry.id.to_string());
        self.text(&entry.user.to_string());
        self.number(i64::try_from(entry.seq).unwrap_or(i64::MAX));
        self.text(entry.kind.as_str());
        self.number(entry.amount.micros());
        self.number(entry.balance_after.micros());
        self.maybe(entry.filing.map(|id| id.to_string()));
        self.maybe(entry.task.map(|id| id.to_string()));
        self.maybe(entry.analysis.map(|id| id.to_string()));
        self.maybe(entry.hold.map(|id| id.to_string()));
        self.text(&entry.description);
        self.text(&entry.key);
        self.number(entry.at.as_microsecond());
    }
}
