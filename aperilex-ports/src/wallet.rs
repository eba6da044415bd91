//! The arithmetic of one account's credits: what holds, charges, credits and lapses do to its lots, its
//! balance and its journal. Pure; stores load a wallet under its lock, let it change, and save what it
//! says.

#![deny(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

mod absorb;
mod credit;
mod hold;
mod part;
mod refund;
mod reverse;

use uuid::Uuid;

use crate::model::{
    Balance, ChainHead, CreditLot, EntryId, EntryKind, Hold, HoldId, JournalTx, LedgerAccount,
    LedgerEntry, LotTerms, MicroUsd, NoticeKind, Operation, PendingNotice, Posting, Timestamp,
    UserId,
};
use crate::port::LedgerError;

pub use hold::{Charge, Draw, GiveBack, Goodwill, draws};
pub use part::part_entry;
pub use refund::{Given, left};
pub use reverse::Paid;

/// An account's credits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wallet {
    /// Whose they are.
    pub user: UserId,
    /// Sums of entries and open holds.
    pub balance: Balance,
    /// Entries so far.
    pub entry_seq: u64,
    /// Where its chain ends.
    pub head: ChainHead,
    /// What the account owes; while it owes anything nothing can be spent.
    pub debt: MicroUsd,
    /// The lots that have something left, and those that a hold or charge in question drew.
    pub lots: Vec<CreditLot>,
}

/// What is to be saved, beside the wallet's own sums.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// New transactions, in order.
    pub journal: Vec<JournalTx>,
    /// New lines of the statement, in order.
    pub entries: Vec<LedgerEntry>,
    /// Lots that are new or changed.
    pub lots: Vec<CreditLot>,
    /// The hold that is new or has ended.
    pub hold: Option<Hold>,
}

/// Balances at or above this are never told as low ones: $100.
pub const MAX_LOW_BALANCE: MicroUsd = MicroUsd::new(100_000_000);

/// A transaction in the making.
#[derive(Debug)]
struct Draft {
    operation: Operation,
    key: String,
    hold: Option<HoldId>,
    reverses: Option<EntryId>,
    postings: Vec<Posting>,
    at: Timestamp,
    /// The hold that is placed.
    placed: Option<Hold>,
}

/// Name space of derived ids: v5 of the DNS name `ledger.aperilex.com`, fixed for ever.
const NAMESPACE: Uuid = Uuid::from_u128(0x8a11_6b1e_37d4_5c2f_a0c9_2f4e_91d7_55b3);

/// The id of an entry that no command names: the same whenever it is made.
fn derived(user: UserId, key: &str) -> EntryId {
    let name = format!("{user}:{key}");
    EntryId::from_uuid(Uuid::new_v5(&NAMESPACE, name.as_bytes()))
}

/// The hold that charges what `hold` was placed for, when that one has ended otherwise.
#[must_use]
pub fn late(hold: HoldId) -> HoldId {
    HoldId::from_uuid(Uuid::new_v5(&NAMESPACE, format!("late:{hold}").as_bytes()))
}

/// Whether an entry of this kind is made by a hold alone.
pub(crate) const fn is_charge(kind: EntryKind) -> bool {
    matches!(
        kind,
        EntryKind::FilingAccess
            | EntryKind::FilingImport
            | EntryKind::Analysis
            | EntryKind::BulkImport
    )
}

/// Keys of entries that come about by themselves: no command may take them.
pub(crate) fn is_reserved(key: &str) -> bool {
    let reserved = [
        "end:",
        "part:",
        "lapse:",
        "goodwill:",
        "reverse:",
        "settle:",
    ];
    reserved.iter().any(|prefix| key.starts_with(prefix))
}

fn add(one: MicroUsd, other: MicroUsd) -> Result<MicroUsd, LedgerError> {
    one.checked_add(other).ok_or(LedgerError::BadAmount)
}

fn sub(one: MicroUsd, other: MicroUsd) -> Result<MicroUsd, LedgerError> {
    one.checked_sub(other).ok_or(LedgerError::BadAmount)
}

impl Wallet {
    /// The empty wallet of an account.
    #[must_use]
    pub fn new(user: UserId) -> Self {
        Self {
            user,
            balance: Balance::default(),
            entry_seq: 0,
            head: ChainHead::genesis(user),
            debt: MicroUsd::ZERO,
            lots: Vec::new(),
        }
    }

    fn lot(&mut self, id: EntryId) -> Result<&mut CreditLot, LedgerError> {
        let lot = self.lots.iter_mut().find(|lot| lot.id == id);
        lot.ok_or(LedgerError::Unknown)
    }

    /// What can be spent at `now`: what has lapsed by then cannot.
    #[must_use]
    pub fn available(&self, now: Timestamp) -> MicroUsd {
        let late = self.lots.iter().filter(|lot| lot.is_late(now));
        let late: MicroUsd = late.map(|lot| lot.available).sum();
        let available = self.balance.available().checked_sub(late);
        available.unwrap_or(MicroUsd::ZERO)
    }

    /// Refused unless this much can be spent at `now`, and nothing is owed.
    ///
    /// # Errors
    /// [`LedgerError::PastDue`], [`LedgerError::InsufficientCredits`].
    pub fn require(&self, needed: MicroUsd, now: Timestamp) -> Result<(), LedgerError> {
        if needed.is_positive() && self.debt.is_positive() {
            return Err(LedgerError::PastDue { debt: self.debt });
        }
        self.cover(needed, now)
    }

    /// Refused unless this much can be spent at `now`.
    fn cover(&self, needed: MicroUsd, now: Timestamp) -> Result<(), LedgerError> {
        let available = self.available(now);
        if needed <= available {
            return Ok(());
        }
        Err(LedgerError::InsufficientCredits { needed, available })
    }

    /// What the account may want to be told after a change: its balance has fallen. Whether it is low is
    /// for the sender to say.
    #[must_use]
    pub fn fallen(&self, change: &Change) -> Option<PendingNotice> {
        let balance = self.balance.posted;
        let moved: MicroUsd = change.entries.iter().map(|line| line.amount).sum();
        let before = balance.checked_sub(moved)?;
        if balance >= before || balance >= MAX_LOW_BALANCE {
            return None;
        }
        let last = change.journal.last()?;
        let kind = NoticeKind::LowBalance {
            before,
            available: self.balance.available(),
            balance,
        };
        Some(PendingNotice::of(
            self.user,
            &last.seq.to_string(),
            kind,
            last.at,
        ))
    }

    /// Takes `amount` from what can be spent, lot by lot in their turn.
    fn take(&mut self, amount: MicroUsd, now: Timestamp) -> Result<Vec<Draw>, LedgerError> {
        let mut lots: Vec<&mut CreditLot> = self.lots.iter_mut().collect();
        lots.sort_by_key(|lot| lot.turn());
        let (mut left, mut draws) = (amount, Vec::new());
        let usable = |lot: &&mut &mut CreditLot| lot.available.is_positive() && !lot.is_late(now);
        for lot in lots.iter_mut().filter(usable) {
            let part = left.min(lot.available);
            lot.available = sub(lot.available, part)?;
            left = sub(left, part)?;
            draws.push(Draw {
                lot: lot.id,
                amount: part,
            });
            if !left.is_positive() {
                return Ok(draws);
            }
        }
        // The lots are what is available, so this is never met where the balance allowed it.
        Err(LedgerError::InsufficientCredits {
            needed: amount,
            available: self.balance.available(),
        })
    }

    /// Ends what is late, before anything else is done with the credits.
    ///
    /// # Errors
    /// [`LedgerError::BadAmount`] if the balance cannot be counted.
    pub fn lapse(&mut self, now: Timestamp, change: &mut Change) -> Result<(), LedgerError> {
        let late = |lot: &&CreditLot| lot.available.is_positive() && lot.is_late(now);
        let mut late: Vec<CreditLot> = self.lots.iter().filter(late).copied().collect();
        late.sort_by_key(CreditLot::turn);
        for lot in late {
            let amount = lot.available;
            let key = format!("lapse:{}:{}", lot.id, self.head.seq);
            self.lot(lot.id)?.available = MicroUsd::ZERO;
            let line = LedgerEntry {
                kind: EntryKind::Expiry,
                amount: amount.negated(),
                description: "credits that lapsed".to_owned(),
                ..self.line(derived(self.user, &key), &key, now)
            };
            let draft = Draft {
                operation: Operation::Lapse,
                key,
                hold: None,
                reverses: None,
                postings: vec![
                    posting(LedgerAccount::Available, Some(lot.id), amount.negated()),
                    posting(LedgerAccount::Breakage, None, amount),
                ],
                at: now,
                placed: None,
            };
            self.write(draft, Some(line), change)?;
            self.touch(lot.id, change)?;
        }
        Ok(())
    }

    /// An entry of nothing, for its fields to be set.
    fn line(&self, id: EntryId, key: &str, now: Timestamp) -> LedgerEntry {
        LedgerEntry {
            id,
            user: self.user,
            seq: 0,
            kind: EntryKind::Adjustment,
            amount: MicroUsd::ZERO,
            balance_after: MicroUsd::ZERO,
            filing: None,
            task: None,
            analysis: None,
            hold: None,
            description: String::new(),
            key: key.to_owned(),
            at: now,
        }
    }

    /// Adds a transaction and its line to the chain.
    fn write(
        &mut self,
        draft: Draft,
        line: Option<LedgerEntry>,
        change: &mut Change,
    ) -> Result<(), LedgerError> {
        let line = line.map(|line| self.number(line)).transpose()?;
        let seq = self.head.seq.checked_add(1).ok_or(LedgerError::BadAmount)?;
        let mut tx = JournalTx {
            user: self.user,
            seq,
            operation: draft.operation,
            key: draft.key,
            hold: draft.hold,
            entry: line.as_ref().map(|line| line.id),
            reverses: draft.reverses,
            postings: draft.postings,
            posted_after: self.balance.posted,
            held_after: self.balance.held,
            at: self.not_before(draft.at),
            prev_hash: self.head.hash,
            hash: self.head.hash,
        };
        tx.hash = tx.sealed(line.as_ref(), draft.placed.as_ref());
        self.head = tx.head();
        change.journal.push(tx);
        change.entries.extend(line);
        Ok(())
    }

    /// Gives a line its place and adds its amount to the balance.
    fn number(&mut self, mut line: LedgerEntry) -> Result<LedgerEntry, LedgerError> {
        let seq = self.entry_seq.checked_add(1);
        self.entry_seq = seq.ok_or(LedgerError::BadAmount)?;
        self.balance.posted = add(self.balance.posted, line.amount)?;
        line.seq = self.entry_seq;
        line.balance_after = self.balance.posted;
        line.at = self.not_before(line.at);
        Ok(line)
    }

    /// The time, or that of the transaction before if that is later: clocks of processes differ.
    fn not_before(&self, time: Timestamp) -> Timestamp {
        rounded(time).max(self.head.at.unwrap_or(Timestamp::MIN))
    }

    /// Notes that a lot has changed.
    fn touch(&mut self, id: EntryId, change: &mut Change) -> Result<(), LedgerError> {
        let lot = *self.lot(id)?;
        match change.lots.iter_mut().find(|known| known.id == id) {
            Some(known) => *known = lot,
            None => change.lots.push(lot),
        }
        Ok(())
    }
}

const fn posting(account: LedgerAccount, lot: Option<EntryId>, amount: MicroUsd) -> Posting {
    Posting {
        account,
        lot,
        amount,
        opens: None,
    }
}

/// Credits that come as a lot of their own.
const fn opening(lot: &CreditLot) -> Posting {
    Posting {
        account: LedgerAccount::Available,
        lot: Some(lot.id),
        amount: lot.granted,
        opens: Some(LotTerms {
            source: lot.source,
            expires_at: lot.expires_at,
        }),
    }
}

/// The time as every store keeps it.
fn rounded(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time)
}

#[cfg(test)]
mod tests;
