//! What the journal makes of an account.

use std::collections::BTreeMap;

use super::Books;
use crate::model::{
    Balance, ChainHead, CreditLot, EntryId, HoldId, HoldStatus, JournalTx, LedgerAccount, MicroUsd,
    Operation,
};

/// All that stores keep beside the journal and could be made from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projection {
    /// Sums of entries and holds.
    pub balance: Balance,
    /// What is owed.
    pub debt: MicroUsd,
    /// Entries so far.
    pub entry_count: u64,
    /// Where the chain ends.
    pub head: ChainHead,
    /// Lots that have something left, in the order in which they are spent.
    pub lots: Vec<CreditLot>,
    /// Where each hold is.
    pub holds: BTreeMap<HoldId, HoldStatus>,
    /// What of holds was charged in parts.
    pub parts: BTreeMap<HoldId, MicroUsd>,
}

/// Makes it anew, from the journal alone. Sums that cannot be counted stay where they were; checking the
/// books tells of them.
#[must_use]
pub fn project(books: &Books) -> Projection {
    let mut made = Projection {
        balance: Balance::default(),
        debt: MicroUsd::ZERO,
        entry_count: 0,
        head: ChainHead::genesis(books.user),
        lots: Vec::new(),
        holds: BTreeMap::new(),
        parts: BTreeMap::new(),
    };
    let mut placed: BTreeMap<HoldId, MicroUsd> = BTreeMap::new();
    let mut lots: BTreeMap<EntryId, CreditLot> = BTreeMap::new();
    for tx in &books.journal {
        for posting in &tx.postings {
            if posting.account == LedgerAccount::Receivable {
                made.debt = made.debt.checked_sub(posting.amount).unwrap_or(made.debt);
            }
            let Some(id) = posting.lot else { continue };
            if let Some(terms) = posting.opens {
                let lot = CreditLot {
                    id,
                    source: terms.source,
                    granted: posting.amount,
                    available: MicroUsd::ZERO,
                    held: MicroUsd::ZERO,
                    expires_at: terms.expires_at,
                    created_at: tx.at,
                };
                lots.entry(id).or_insert(lot);
            }
            // Of a lot that never opened nothing is made: its credits are not in the sums either.
            let Some(lot) = lots.get_mut(&id) else {
                continue;
            };
            let side = match posting.account {
                LedgerAccount::Held => &mut lot.held,
                _ => &mut lot.available,
            };
            *side = side.checked_add(posting.amount).unwrap_or(*side);
        }
        made.entry_count = made
            .entry_count
            .saturating_add(u64::from(tx.entry.is_some()));
        made.head = tx.head();
        made.follow(tx, &mut placed);
    }
    made.lots = lots.into_values().filter(CreditLot::has_any).collect();
    made.lots.sort_by_key(CreditLot::turn);
    let held: MicroUsd = made.lots.iter().map(|lot| lot.held).sum();
    let available: MicroUsd = made.lots.iter().map(|lot| lot.available).sum();
    made.balance = Balance {
        posted: available.checked_add(held).unwrap_or(available),
        held,
    };
    made
}

impl Projection {
    /// What a transaction does to the hold that it names; `placed` is what each set aside.
    fn follow(&mut self, tx: &JournalTx, placed: &mut BTreeMap<HoldId, MicroUsd>) {
        let Some(hold) = tx.hold else { return };
        let held = tx.postings.iter();
        let held = held.filter(|posting| posting.account == LedgerAccount::Held);
        let held: MicroUsd = held.map(|posting| posting.amount).sum();
        match tx.operation {
            Operation::Hold => {
                placed.insert(hold, held);
            }
            Operation::CapturePart => {
                let part = self.parts.entry(hold).or_default();
                *part = part.checked_sub(held).unwrap_or(*part);
                if placed.get(&hold) == Some(part) {
                    self.holds.insert(hold, HoldStatus::Captured);
                }
            }
            _ => {}
        }
        if let Some(status) = status_after(tx.operation) {
            self.holds.insert(hold, status);
        }
    }

    /// What the books have otherwise, a sentence each.
    #[must_use]
    pub fn differences(&self, books: &Books) -> Vec<String> {
        let mut found = Vec::new();
        let mut compare = |what: &str, right: String, stored: String| {
            if right != stored {
                found.push(format!("{what}: by the journal {right}, stored {stored}"));
            }
        };
        compare("balance", sums(self.balance), sums(books.balance));
        let counts = [self.entry_count, books.entry_count].map(|count| count.to_string());
        let [right, stored] = counts;
        compare("entries", right, stored);
        compare("debt", self.debt.to_string(), books.debt.to_string());
        let ends = [self.head, books.head].map(|head| format!("{} {}", head.seq, head.hash));
        let [right, stored] = ends;
        compare("end of the chain", right, stored);
        let mut lots: Vec<_> = self.lots.iter().chain(&books.lots).collect();
        lots.sort_by_key(|lot| lot.id);
        lots.dedup_by_key(|lot| lot.id);
        for CreditLot { id, .. } in lots {
            let [right, stored] = [&self.lots, &books.lots].map(|lots| left_of(*id, lots));
            compare(&format!("lot {id}"), right, stored);
        }
        for hold in &books.holds {
            let right = self.holds.get(&hold.id);
            let right = right.map_or_else(|| "unknown".to_owned(), ToString::to_string);
            compare(&format!("hold {}", hold.id), right, hold.status.to_string());
            let part = self.parts.get(&hold.id).copied().unwrap_or_default();
            let what = format!("parts of hold {}", hold.id);
            compare(&what, part.to_string(), hold.captured.to_string());
        }
        found
    }
}

fn sums(balance: Balance) -> String {
    format!("{} with {} held", balance.posted, balance.held)
}

fn left_of(id: EntryId, lots: &[CreditLot]) -> String {
    let Some(lot) = lots.iter().find(|lot| lot.id == id) else {
        return "nothing".to_owned();
    };
    let end = lot
        .expires_at
        .map_or_else(|| "never".to_owned(), |end| end.to_string());
    format!(
        "{} {} of {}, {} held, lapses {end}",
        lot.source, lot.available, lot.granted, lot.held
    )
}

const fn status_after(operation: Operation) -> Option<HoldStatus> {
    match operation {
        Operation::Hold => Some(HoldStatus::Open),
        Operation::Capture => Some(HoldStatus::Captured),
        Operation::Void => Some(HoldStatus::Voided),
        Operation::Expire => Some(HoldStatus::Expired),
        _ => None,
    }
}
