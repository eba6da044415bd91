//! Charges that are given back.

use super::{
    Change, Draft, Draw, Wallet, add, derived, is_charge, is_reserved, opening, posting, rounded,
    sub,
};
use crate::model::{
    CreditLot, EntryKind, JournalTx, LedgerAccount, LedgerEntry, MicroUsd, Operation, Posting,
};
use crate::port::{LedgerError, Refund};

/// What is known of a charge that is to be given back.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// The charge.
    pub entry: &'a LedgerEntry,
    /// The transaction that made it.
    pub captured: &'a JournalTx,
    /// What of it was given back before, by lot: the transactions that reverse it.
    pub before: &'a [JournalTx],
    /// The refund that has this key already.
    pub first: Option<&'a LedgerEntry>,
}

impl Wallet {
    /// Gives a charge back, in whole or part, to the lots that paid it: what was drawn last comes back
    /// first. For a lot that has lapsed a new one of its source opens, until `fresh_until`.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn refund(
        &mut self,
        command: &Refund,
        given: &Given<'_>,
    ) -> Result<(LedgerEntry, Change), LedgerError> {
        if !command.amount.is_positive() {
            return Err(LedgerError::BadAmount);
        }
        if let Some(first) = given.first {
            let of_it = given.before.iter().any(|tx| tx.entry == Some(first.id));
            let same = of_it && first.amount == command.amount;
            return if same {
                Ok((first.clone(), Change::default()))
            } else {
                Err(LedgerError::KeyReused)
            };
        }
        if is_reserved(&command.key) {
            return Err(LedgerError::KeyReused);
        }
        if given.entry.user != self.user || !is_charge(given.entry.kind) {
            return Err(LedgerError::Unknown);
        }
        let mut change = Change::default();
        self.lapse(command.now, &mut change)?;
        let mut postings = Vec::new();
        let mut left = command.amount;
        for draw in paid(given)?.into_iter().rev() {
            let part = left.min(draw.amount);
            if !part.is_positive() {
                continue;
            }
            left = sub(left, part)?;
            postings.push(self.restore(command, draw.lot, part, &mut change)?);
        }
        if left.is_positive() {
            let held = sub(command.amount, left)?;
            return Err(LedgerError::OverCapture { held });
        }
        postings.push(posting(
            LedgerAccount::Revenue,
            None,
            command.amount.negated(),
        ));
        let line = LedgerEntry {
            kind: EntryKind::Refund,
            amount: command.amount,
            filing: given.entry.filing,
            task: given.entry.task,
            analysis: given.entry.analysis,
            description: command.description.clone(),
            ..self.line(command.id, &command.key, command.now)
        };
        let draft = Draft {
            operation: Operation::Refund,
            key: format!("refund:{}", command.key),
            hold: None,
            reverses: Some(given.entry.id),
            postings,
            at: command.now,
            placed: None,
        };
        self.write(draft, Some(line), &mut change)?;
        let entry = change.entries.last().cloned();
        self.settle(command.now, &mut change)?;
        Ok((entry.ok_or(LedgerError::Unknown)?, change))
    }

    /// Puts credits back into a lot, or into a new one in its place.
    fn restore(
        &mut self,
        command: &Refund,
        id: crate::model::EntryId,
        amount: MicroUsd,
        change: &mut Change,
    ) -> Result<Posting, LedgerError> {
        let lot = *self.lot(id)?;
        if lot.is_late(command.now) {
            let fresh = CreditLot {
                id: derived(self.user, &format!("refund:{}:{id}", command.key)),
                source: lot.source,
                granted: amount,
                available: amount,
                held: MicroUsd::ZERO,
                expires_at: Some(rounded(command.fresh_until)),
                created_at: self.not_before(command.now),
            };
            self.lots.push(fresh);
            self.touch(fresh.id, change)?;
            return Ok(opening(&fresh));
        }
        let lot = self.lot(id)?;
        lot.available = add(lot.available, amount)?;
        self.touch(id, change)?;
        Ok(posting(LedgerAccount::Available, Some(id), amount))
    }
}

/// What of a charge was not given back yet.
#[must_use]
pub fn left(charge: &LedgerEntry, before: &[JournalTx]) -> MicroUsd {
    let postings = before.iter().flat_map(|tx| &tx.postings);
    let given: MicroUsd = postings
        .filter(|one| one.lot.is_some())
        .map(|one| one.amount)
        .sum();
    let left = charge.amount.negated().checked_sub(given);
    left.unwrap_or(MicroUsd::ZERO)
}

/// What each lot still has paid of the charge, in the order they were drawn.
fn paid(given: &Given<'_>) -> Result<Vec<Draw>, LedgerError> {
    let mut paid: Vec<Draw> = Vec::new();
    for posting in &given.captured.postings {
        let Some(lot) = posting.lot else { continue };
        match paid.iter_mut().find(|draw| draw.lot == lot) {
            // What of the hold was not charged went back at once.
            Some(draw) => draw.amount = sub(draw.amount, posting.amount)?,
            None => paid.push(Draw {
                lot,
                amount: posting.amount.negated(),
            }),
        }
    }
    let mut before = MicroUsd::ZERO;
    for tx in given.before {
        for posting in tx.postings.iter().filter(|one| one.lot.is_some()) {
            before = add(before, posting.amount)?;
        }
    }
    // Refunds take the last first, so what was given back is the end of the list.
    for draw in paid.iter_mut().rev() {
        let part = before.min(draw.amount);
        draw.amount = sub(draw.amount, part)?;
        before = sub(before, part)?;
    }
    Ok(paid)
}
