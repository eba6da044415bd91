//! The journal: its sums, its hashes, and what its postings make of lots and balances.

use std::collections::{BTreeMap, BTreeSet};

use super::project::project;
use super::{Books, Findings, Invariant};
use crate::model::{
    Balance, ChainHead, CreditLot, EntryId, EntryKind, Hold, HoldId, JournalTx, LedgerAccount,
    LedgerEntry, MicroUsd, Operation,
};

fn subject(tx: &JournalTx) -> String {
    format!("transaction {} ({} {})", tx.seq, tx.operation, tx.key)
}

/// What the postings so far amount to.
#[derive(Debug, Default)]
struct Replay {
    balance: Balance,
    /// What is available and held of each lot.
    lots: BTreeMap<EntryId, (MicroUsd, MicroUsd)>,
    /// Those that were opened.
    opened: BTreeSet<EntryId>,
    keys: BTreeSet<String>,
    /// What is owed.
    debt: MicroUsd,
    /// What was given back of each charge, and taken back of each credit.
    refunded: BTreeMap<EntryId, MicroUsd>,
}

pub(super) fn journal(books: &Books, found: &mut Findings) {
    let entries: BTreeMap<EntryId, &LedgerEntry> =
        books.entries.iter().map(|line| (line.id, line)).collect();
    let holds: BTreeMap<HoldId, &Hold> = books.holds.iter().map(|hold| (hold.id, hold)).collect();
    let (mut head, mut replay) = (ChainHead::genesis(books.user), Replay::default());
    for tx in &books.journal {
        let line = tx.entry.and_then(|id| entries.get(&id).copied());
        let hold = tx.hold.and_then(|id| holds.get(&id).copied());
        links(tx, (line, hold), head, found);
        replay.add(tx, line, &entries, found);
        head = tx.head();
    }
    found.expect(
        head == books.head,
        Invariant::I2,
        || "account".into(),
        || {
            format!(
                "its chain ends at {}, stored is {}",
                head.seq, books.head.seq
            )
        },
    );
    let told: BTreeSet<_> = books.journal.iter().filter_map(|tx| tx.entry).collect();
    for line in books.entries.iter().filter(|line| !told.contains(&line.id)) {
        let subject = || format!("entry {} ({} {})", line.seq, line.kind, line.amount);
        found.expect(false, Invariant::I2, subject, || {
            "the journal does not tell of it".into()
        });
    }
    compare(books, (replay.balance, replay.debt), found);
}

/// Whether a transaction is the one that was sealed, in its place.
fn links(
    tx: &JournalTx,
    (line, hold): (Option<&LedgerEntry>, Option<&Hold>),
    head: ChainHead,
    found: &mut Findings,
) {
    let sum = tx.sum();
    found.expect(
        sum == 0 && !tx.postings.is_empty(),
        Invariant::I1,
        || subject(tx),
        || format!("its postings sum to {sum}"),
    );
    found.expect(
        tx.seq == head.seq.saturating_add(1) && tx.prev_hash == head.hash,
        Invariant::I2,
        || subject(tx),
        || format!("it does not follow transaction {}", head.seq),
    );
    found.expect(
        line.is_some() == tx.entry.is_some(),
        Invariant::I2,
        || subject(tx),
        || "its entry is not there".into(),
    );
    let sealed = tx.sealed(line, hold);
    found.expect(
        sealed == tx.hash,
        Invariant::I2,
        || subject(tx),
        || {
            format!(
                "it, its entry or its hold was changed: stored hash {}, recomputed {sealed}",
                tx.hash
            )
        },
    );
    let (posted, held) = (tx.posted_after, tx.held_after);
    found.expect(
        held >= MicroUsd::ZERO && posted >= held,
        Invariant::I3,
        || subject(tx),
        || format!("it left {posted}, of which {held} held"),
    );
}

/// What an account gains by a transaction.
fn gained(tx: &JournalTx, account: LedgerAccount) -> MicroUsd {
    let own = tx.postings.iter().filter(|one| one.account == account);
    own.map(|one| one.amount).sum()
}

impl Replay {
    fn add(
        &mut self,
        tx: &JournalTx,
        line: Option<&LedgerEntry>,
        entries: &BTreeMap<EntryId, &LedgerEntry>,
        found: &mut Findings,
    ) {
        let fresh = self.keys.insert(tx.key.clone());
        found.expect(
            fresh,
            Invariant::I4,
            || subject(tx),
            || "its key was used before".into(),
        );
        let amount = line.map_or(MicroUsd::ZERO, |line| line.amount);
        self.lots(tx, amount, found);
        let posted = self.balance.posted.checked_add(amount);
        self.balance.posted = posted.unwrap_or(MicroUsd::ZERO);
        let after = (tx.posted_after, tx.held_after);
        let right = (self.balance.posted, self.balance.held);
        found.expect(
            after == right,
            Invariant::I2,
            || subject(tx),
            || {
                format!(
                    "it left {} and {} held, stored is {} and {}",
                    right.0, right.1, after.0, after.1
                )
            },
        );
        match tx.reverses.map(|id| (id, entries.get(&id))) {
            Some((id, credit)) if tx.operation == Operation::Reverse => {
                let came = credit.map(|line| line.amount);
                self.undo(tx, (id, came), gained(tx, LedgerAccount::Cash), found);
            }
            Some((id, charge)) => {
                let paid = charge.map(|line| line.amount.negated());
                self.undo(tx, (id, paid), amount, found);
            }
            None => {}
        }
        self.owe(tx, found);
    }

    /// What the postings do to lots: only the customer's accounts have one, and together these gain what
    /// the entry says.
    fn lots(&mut self, tx: &JournalTx, amount: MicroUsd, found: &mut Findings) {
        let (mut own, mut placed) = (0_i128, true);
        for posting in &tx.postings {
            let customers = matches!(
                posting.account,
                LedgerAccount::Available | LedgerAccount::Held
            );
            placed &= customers == posting.lot.is_some();
            let Some(lot) = posting.lot else { continue };
            own = own.saturating_add(posting.amount.micros().into());
            if posting.opens.is_some() {
                placed &= self.opened.insert(lot);
            }
            let (available, held) = self.lots.entry(lot).or_default();
            let side = match posting.account {
                LedgerAccount::Held => held,
                _ => available,
            };
            *side = side.checked_add(posting.amount).unwrap_or(MicroUsd::ZERO);
            let negative = *side < MicroUsd::ZERO;
            found.expect(
                !negative,
                Invariant::I3,
                || subject(tx),
                || format!("it takes more of lot {lot} than there is"),
            );
            if posting.account == LedgerAccount::Held {
                let held = self.balance.held.checked_add(posting.amount);
                self.balance.held = held.unwrap_or(MicroUsd::ZERO);
            }
        }
        let moved = placed && own == i128::from(amount.micros());
        found.expect(
            moved,
            Invariant::I1,
            || subject(tx),
            || format!("its entry says {amount}, the customer's lots gain {own} millionths"),
        );
    }

    /// What a transaction makes of what is owed: payments that were taken back add to it, and nothing but
    /// what settles it takes from it.
    fn owe(&mut self, tx: &JournalTx, found: &mut Findings) {
        let paid = gained(tx, LedgerAccount::Receivable);
        let right = match tx.operation {
            Operation::Reverse => paid <= MicroUsd::ZERO,
            Operation::Settle => paid.is_positive(),
            _ => paid == MicroUsd::ZERO,
        };
        let debt = self.debt.checked_sub(paid).unwrap_or(MicroUsd::ZERO);
        self.debt = debt;
        found.expect(
            right && debt >= MicroUsd::ZERO,
            Invariant::I3,
            || subject(tx),
            || format!("it changes what is owed by {}, to {debt}", paid.negated()),
        );
    }

    /// No more comes back of a charge than was paid, and no more is taken back than came.
    fn undo(
        &mut self,
        tx: &JournalTx,
        (entry, paid): (EntryId, Option<MicroUsd>),
        amount: MicroUsd,
        found: &mut Findings,
    ) {
        let sum = self.refunded.entry(entry).or_default();
        *sum = sum.checked_add(amount).unwrap_or(MicroUsd::ZERO);
        let (sum, within) = (*sum, paid.is_some_and(|paid| *sum <= paid));
        found.expect(
            within,
            Invariant::I4,
            || subject(tx),
            || format!("{sum} were given back of {paid:?}"),
        );
    }
}

/// What is stored against what the journal makes of it.
fn compare(books: &Books, (balance, debt): (Balance, MicroUsd), found: &mut Findings) {
    let account = || "account".to_owned();
    let made = project(books);
    let sums = made.balance == balance && balance == books.balance;
    found.expect(sums, Invariant::I2, account, || {
        format!(
            "its balance by the journal is {balance:?}, by its lots {:?}, stored is {:?}",
            made.balance, books.balance
        )
    });
    let by_id = |lots: &[CreditLot]| -> BTreeMap<EntryId, CreditLot> {
        lots.iter().map(|lot| (lot.id, *lot)).collect()
    };
    let (lots, stored) = (by_id(&made.lots), by_id(&books.lots));
    for lot in lots.keys().chain(stored.keys()).collect::<BTreeSet<_>>() {
        let (right, there) = (lots.get(lot), stored.get(lot));
        found.expect(
            right == there,
            Invariant::I2,
            || format!("lot {lot}"),
            || format!("by the journal it is {right:?}, stored is {there:?}"),
        );
    }
    for hold in &books.holds {
        let right = made.holds.get(&hold.id).copied();
        let subject = || format!("hold {} ({} {})", hold.id, hold.purpose, hold.amount);
        found.expect(right == Some(hold.status), Invariant::I7, subject, || {
            format!("by the journal it is {right:?}, stored is {}", hold.status)
        });
        if hold.purpose == EntryKind::BulkImport {
            let charged = made.parts.get(&hold.id).copied().unwrap_or_default();
            found.expect(charged == hold.captured, Invariant::I2, subject, || {
                format!(
                    "{charged} were charged in parts, stored is {}",
                    hold.captured
                )
            });
        }
    }
    let owes = made.debt == debt && debt == books.debt;
    found.expect(owes, Invariant::I2, account, || {
        format!("by the journal it owes {debt}, stored is {}", books.debt)
    });
    let free = books.balance.available();
    found.expect(
        !books.debt.is_positive() || !free.is_positive(),
        Invariant::I3,
        account,
        || format!("it owes {} and can spend {free}", books.debt),
    );
}
