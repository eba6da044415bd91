//! Credits whose payment was taken back, and what is owed for them.

use super::{Change, Draft, Wallet, add, derived, posting, sub};
use crate::model::{EntryKind, JournalTx, LedgerAccount, LedgerEntry, MicroUsd, Operation};
use crate::port::{LedgerError, ReverseCredit, Reversed};

/// What is known of a credit that is to be taken back.
#[derive(Debug, Clone, Copy)]
pub struct Paid<'a> {
    /// The credit.
    pub entry: &'a LedgerEntry,
    /// What of it was taken back before: the transactions that reverse it.
    pub before: &'a [JournalTx],
}

/// The key of the transaction that a command makes.
pub(crate) fn key(command: &ReverseCredit) -> String {
    format!("reverse:{}", command.key)
}

impl Wallet {
    /// Takes bought credits back, in whole or part: what is left of them first, then others in their turn.
    /// What is not there is owed.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn reverse(
        &mut self,
        command: &ReverseCredit,
        paid: &Paid<'_>,
    ) -> Result<(Reversed, Change), LedgerError> {
        if !command.amount.is_positive() {
            return Err(LedgerError::BadAmount);
        }
        if paid.entry.user != self.user || paid.entry.kind != EntryKind::TopUp {
            return Err(LedgerError::Unknown);
        }
        let key = key(command);
        if let Some(first) = paid.before.iter().find(|tx| tx.key == key) {
            return if taken_back(first)? == command.amount {
                Ok((told(first)?, Change::default()))
            } else {
                Err(LedgerError::KeyReused)
            };
        }
        let mut left = paid.entry.amount;
        for tx in paid.before {
            left = sub(left, taken_back(tx)?)?;
        }
        if command.amount > left {
            return Err(LedgerError::OverCapture { held: left });
        }
        let mut change = Change::default();
        self.lapse(command.now, &mut change)?;
        self.take_back(command, key, &mut change)?;
        let tx = change.journal.last().ok_or(LedgerError::Unknown)?;
        Ok((told(tx)?, change))
    }

    fn take_back(
        &mut self,
        command: &ReverseCredit,
        key: String,
        change: &mut Change,
    ) -> Result<(), LedgerError> {
        let (mut missing, mut taken) = (command.amount, MicroUsd::ZERO);
        let mut postings = Vec::new();
        let own = self.lots.iter().find(|lot| lot.id == command.entry);
        let own = own.map_or(MicroUsd::ZERO, |lot| lot.available.min(missing));
        if own.is_positive() {
            let lot = self.lot(command.entry)?;
            lot.available = sub(lot.available, own)?;
            let id = Some(command.entry);
            postings.push(posting(LedgerAccount::Available, id, own.negated()));
            self.touch(command.entry, change)?;
            (missing, taken) = (sub(missing, own)?, own);
        }
        // The balance has not been lowered yet: what is left of it in lots is this much less.
        let others = sub(self.available(command.now), taken)?.min(missing);
        if others.is_positive() {
            for draw in self.take(others, command.now)? {
                let (id, amount) = (Some(draw.lot), draw.amount.negated());
                postings.push(posting(LedgerAccount::Available, id, amount));
                self.touch(draw.lot, change)?;
            }
            (missing, taken) = (sub(missing, others)?, add(taken, others)?);
        }
        if missing.is_positive() {
            postings.push(posting(LedgerAccount::Receivable, None, missing.negated()));
            self.debt = add(self.debt, missing)?;
        }
        postings.push(posting(LedgerAccount::Cash, None, command.amount));
        let line = taken.is_positive().then(|| LedgerEntry {
            kind: EntryKind::Adjustment,
            amount: taken.negated(),
            description: command.description.clone(),
            ..self.line(command.id, &key, command.now)
        });
        let draft = Draft {
            operation: Operation::Reverse,
            key,
            hold: None,
            reverses: Some(command.entry),
            postings,
            at: command.now,
            placed: None,
        };
        self.write(draft, line, change)
    }

    /// Pays what is owed out of what can be spent, so that an account never has both.
    pub(super) fn settle(
        &mut self,
        now: crate::model::Timestamp,
        change: &mut Change,
    ) -> Result<(), LedgerError> {
        let amount = self.debt.min(self.available(now));
        if !amount.is_positive() {
            return Ok(());
        }
        let mut postings = Vec::new();
        for draw in self.take(amount, now)? {
            let (lot, part) = (Some(draw.lot), draw.amount.negated());
            postings.push(posting(LedgerAccount::Available, lot, part));
            self.touch(draw.lot, change)?;
        }
        postings.push(posting(LedgerAccount::Receivable, None, amount));
        self.debt = sub(self.debt, amount)?;
        let key = format!("settle:{}", self.head.seq);
        let line = LedgerEntry {
            kind: EntryKind::Adjustment,
            amount: amount.negated(),
            description: "settles what was owed for a payment that was taken back".to_owned(),
            ..self.line(derived(self.user, &key), &key, now)
        };
        let draft = Draft {
            operation: Operation::Settle,
            key,
            hold: None,
            reverses: None,
            postings,
            at: now,
            placed: None,
        };
        self.write(draft, Some(line), change)
    }
}

/// How much of a payment a transaction takes back.
fn taken_back(tx: &JournalTx) -> Result<MicroUsd, LedgerError> {
    on(tx, LedgerAccount::Cash)
}

/// What a transaction took, and what was not there.
fn told(tx: &JournalTx) -> Result<Reversed, LedgerError> {
    Ok(Reversed {
        taken: on(tx, LedgerAccount::Available)?.negated(),
        owed: on(tx, LedgerAccount::Receivable)?.negated(),
    })
}

fn on(tx: &JournalTx, account: LedgerAccount) -> Result<MicroUsd, LedgerError> {
    let own = tx.postings.iter().filter(|one| one.account == account);
    own.map(|one| one.amount).try_fold(MicroUsd::ZERO, add)
}
