//! Credits.

use std::fmt::Debug;

use async_trait::async_trait;

use super::StoreError;
use crate::model::{
    Balance, CreditLot, EntryId, EntryKind, FilingId, Funds, Hold, HoldId, HoldStatus, JournalTx,
    LedgerEntry, MicroUsd, TaskId, Timestamp, UserId,
};

/// Why credits were not moved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// Less is available than is needed.
    #[error("{needed} USD are needed, {available} USD are available")]
    InsufficientCredits {
        /// What is needed.
        needed: MicroUsd,
        /// What is available.
        available: MicroUsd,
    },
    /// The account is suspended: it holds nothing new.
    #[error("the account is not active")]
    AccountClosed,
    /// The hold has ended.
    #[error("the hold is {status}")]
    HoldEnded {
        /// How.
        status: HoldStatus,
    },
    /// More was to be captured than is held.
    #[error("the hold is for {held} USD")]
    OverCapture {
        /// What is held.
        held: MicroUsd,
    },
    /// The amount is zero, negative or beyond all sense.
    #[error("the amount is not lawful")]
    BadAmount,
    /// The account owes something, and spends nothing until that is paid.
    #[error("{debt} USD are owed")]
    PastDue {
        /// How much.
        debt: MicroUsd,
    },
    /// There is no such account or hold.
    #[error("no such account or hold")]
    Unknown,
    /// A hold for bulk import is charged in parts, every other one at once.
    #[error("a hold for bulk import is charged in parts, every other one at once")]
    WrongCharge,
    /// The key was used for something else.
    #[error("the idempotency key was used for another command")]
    KeyReused,
    /// The store itself.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sets credits aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceHold {
    /// Id of the hold; also its idempotency key.
    pub id: HoldId,
    /// Whose credits.
    pub user: UserId,
    /// The charge to come.
    pub purpose: EntryKind,
    /// How much; positive.
    pub amount: MicroUsd,
    /// The filing concerned.
    pub filing: Option<FilingId>,
    /// The task concerned.
    pub task: Option<TaskId>,
    /// When it is given back by itself.
    pub expires_at: Timestamp,
    /// The time.
    pub now: Timestamp,
}

/// Credits or corrects an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostEntry {
    /// Id of the entry.
    pub id: EntryId,
    /// Whose credits.
    pub user: UserId,
    /// What it is for; not a charge.
    pub kind: EntryKind,
    /// How much; not zero. A negative one may not exceed what is available.
    pub amount: MicroUsd,
    /// Unique for the account: the same key and content again gives the first entry.
    pub key: String,
    /// When the credits lapse; never, if none. Of no meaning for negative ones.
    pub expires_at: Option<Timestamp>,
    /// For people.
    pub description: String,
    /// The time.
    pub now: Timestamp,
}

/// Charges a part of a hold for bulk import: for one filing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapturePart {
    /// The hold.
    pub hold: HoldId,
    /// The filing that was imported.
    pub filing: FilingId,
    /// How much; positive, and with the parts before it at most the hold.
    pub amount: MicroUsd,
    /// For people.
    pub description: String,
    /// The time.
    pub now: Timestamp,
}

/// Gives a charge back, in whole or part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Id of the entry that says so.
    pub id: EntryId,
    /// Whose credits.
    pub user: UserId,
    /// The charge.
    pub entry: EntryId,
    /// How much; positive, and with earlier refunds at most the charge.
    pub amount: MicroUsd,
    /// Unique for the account: the same key and content again gives the first entry.
    pub key: String,
    /// For people.
    pub description: String,
    /// When credits lapse that come in the place of lapsed ones.
    pub fresh_until: Timestamp,
    /// The time.
    pub now: Timestamp,
}

/// Takes credits back whose payment was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReverseCredit {
    /// Id of the entry that says so.
    pub id: EntryId,
    /// Whose credits.
    pub user: UserId,
    /// The top-up.
    pub entry: EntryId,
    /// How much; positive, and with earlier ones at most the top-up.
    pub amount: MicroUsd,
    /// Unique for the account: the same key and content again gives the first outcome.
    pub key: String,
    /// For people.
    pub description: String,
    /// The time.
    pub now: Timestamp,
}

/// What became of credits that were taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reversed {
    /// What could be taken.
    pub taken: MicroUsd,
    /// What was not there and is owed.
    pub owed: MicroUsd,
}

/// Keeps entries and holds.
///
/// # Contract
/// - **LG-1** a hold lowers `available` by its amount and leaves `posted` alone.
/// - **LG-2** a hold over `available` is refused, and nothing changes.
/// - **LG-3** a capture up to the hold posts one charge (the hold's UUID, purpose, filing and task,
///   the amount negative) and frees the rest. Time alone does not end a hold, `expire` does.
/// - **LG-4** a capture over the hold is refused, and nothing changes.
/// - **LG-5** a voided hold restores `available`.
/// - **LG-6** a hold ends once: captured, voided and expired ones refuse every other end. Voiding a
///   voided one, and capturing a captured one for the same amount, gives the first outcome. An
///   unknown hold is `Unknown`.
/// - **LG-7** racing holds never overdraw.
/// - **LG-8** the balance is the fold of entries and holds, always.
/// - **LG-9** the same hold id or entry key with the same content gives the first outcome again and
///   changes nothing. Times are no content, nor is the new id of an entry that is posted again.
/// - **LG-10** the same hold id or entry key with other content is `KeyReused`, and nothing
///   changes. Keys are the account's own.
/// - **LG-11** `seq` counts from 1 without gaps and `balance_after` chains.
/// - **LG-12** entries come newest first, without gaps between pages.
/// - **LG-13** `expire` ends open holds whose time has passed and whose task, if any, is finished,
///   and no others.
/// - **LG-14** zero and negative holds and captures, zero posts, credits that have lapsed or are called
///   refunds or lapses, and posts beyond what the balance
///   can count are `BadAmount`; posts below nothing are `InsufficientCredits`. An unknown account
///   is `Unknown`. Nothing changes.
/// - **LG-15** every change is one transaction of the journal whose postings sum to nothing; `journal`
///   gives them oldest first, numbered from 1 without gaps, each with the hash of the one before and
///   its own, which its fields and its entry make.
/// - **LG-16** a hold draws lots then and there: those that lapse first, those that never lapse last,
///   given before bought, older before newer. Lapsed credits are not spent.
/// - **LG-17** a void, an expiry and what of a hold is not charged go back to the lots they came from.
/// - **LG-18** credits whose time has passed are gone at the next touch of the account, or by `lapse`,
///   once, as an entry. What is held of them can still be charged; given back, it lapses, and comes
///   again as goodwill if the end names until when.
/// - **LG-19** a refund is with earlier ones at most the charge (`OverCapture` says what is left), and
///   goes to the lots that paid it, what was drawn last first; for a lapsed lot a new one of its
///   source opens.
/// - **LG-20** a refund of anything but a charge of this account is `Unknown`; the same key for the
///   same charge and amount gives the first entry again.
/// - **LG-21** an account that is not active holds nothing: `place_hold`, and `submit` of the settlement, are
///   `AccountClosed` and change nothing. Its holds can still end, and its credits be corrected.
/// - **LG-22** whatever makes the balance fall below [`MAX_LOW_BALANCE`](crate::wallet::MAX_LOW_BALANCE)
///   leaves a notice of it in the same commit, if the account wants to be told of its balance.
/// - **LG-23** `reverse` takes a top-up back: what is left of it first, then other credits in their turn,
///   never what is held; what is not there is owed, so that `available` is never negative. With earlier
///   ones it is at most the top-up (`OverCapture` says what is left). Of anything but a top-up of this
///   account it is `Unknown`; the same key for the same amount gives the first outcome again.
/// - **LG-24** whoever owes holds nothing (`PastDue`). Whatever comes to be available pays what is owed
///   first, in the same commit: no account ever owes and can spend. What was held can still be charged.
/// - **LG-25** a hold for bulk import is captured in parts, each filing once, in all up to its amount:
///   the part that makes it whole ends it, over that is `OverCapture` with what is left. Voided or
///   expired, the rest goes back. The same filing and amount again gives the first entry, another
///   amount is `KeyReused`. Other holds refuse parts, and this one all at once: `WrongCharge`.
#[async_trait]
pub trait Ledger: Debug + Send + Sync + 'static {
    /// Sets credits aside.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn place_hold(&self, hold: &PlaceHold) -> Result<Hold, LedgerError>;

    /// Charges a hold, in whole or part.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn capture(
        &self,
        hold: HoldId,
        amount: MicroUsd,
        description: &str,
        now: Timestamp,
    ) -> Result<LedgerEntry, LedgerError>;

    /// Charges a part of a hold for bulk import.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn capture_part(&self, part: &CapturePart) -> Result<LedgerEntry, LedgerError>;

    /// Gives a hold back. For credits that lapsed meanwhile others come that can be spent until
    /// `goodwill_until`; none if it is the account's own doing.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn void(
        &self,
        hold: HoldId,
        goodwill_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), LedgerError>;

    /// Credits or corrects an account.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn post(&self, entry: &PostEntry) -> Result<LedgerEntry, LedgerError>;

    /// What an account has.
    ///
    /// # Errors
    /// [`LedgerError::Unknown`] for an unknown account.
    async fn balance(&self, user: UserId) -> Result<Balance, LedgerError>;

    /// Entries with a lower `seq` than `before`, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn entries(
        &self,
        user: UserId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<LedgerEntry>, StoreError>;

    /// All holds of an account, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn holds(&self, user: UserId) -> Result<Vec<Hold>, StoreError>;

    /// Ends open holds whose time has passed and whose task, if any, is finished; at most `limit`. For
    /// credits that lapsed meanwhile others come, as with `void`.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn expire(
        &self,
        goodwill_until: Option<Timestamp>,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Hold>, StoreError>;

    /// Gives a charge back.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn refund(&self, refund: &Refund) -> Result<LedgerEntry, LedgerError>;

    /// Takes a top-up back.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn reverse(&self, reverse: &ReverseCredit) -> Result<Reversed, LedgerError>;

    /// What an account has and what it owes.
    ///
    /// # Errors
    /// [`LedgerError::Unknown`] for an unknown account.
    async fn funds(&self, user: UserId) -> Result<Funds, LedgerError>;

    /// Ends credits whose time has passed, of at most `limit` accounts; gives the entries.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn lapse(&self, now: Timestamp, limit: usize) -> Result<Vec<LedgerEntry>, StoreError>;

    /// Lots of an account that have something left, in the order in which they are spent.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn lots(&self, user: UserId) -> Result<Vec<CreditLot>, StoreError>;

    /// Transactions after the given number, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn journal(
        &self,
        user: UserId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<JournalTx>, StoreError>;
}
