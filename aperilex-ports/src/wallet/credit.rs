//! Credits that come, and corrections.

use super::{Change, Draft, Wallet, is_charge, is_reserved, opening, posting, rounded};
use crate::model::{
    CreditLot, EntryKind, LedgerAccount, LedgerEntry, LotSource, MicroUsd, Operation,
};
use crate::port::{LedgerError, PostEntry};

impl Wallet {
    /// Credits or corrects; `first` is the entry that has this key already.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn post(
        &mut self,
        command: &PostEntry,
        first: Option<&LedgerEntry>,
    ) -> Result<(LedgerEntry, Change), LedgerError> {
        let gives = command.amount.is_positive();
        let lapsed = command.expires_at.is_some_and(|end| end <= command.now);
        let other = is_charge(command.kind)
            || gives && matches!(command.kind, EntryKind::Refund | EntryKind::Expiry);
        if command.amount == MicroUsd::ZERO || other {
            return Err(LedgerError::BadAmount);
        }
        if let Some(first) = first {
            return if is_same(first, command) {
                Ok((first.clone(), Change::default()))
            } else {
                Err(LedgerError::KeyReused)
            };
        }
        if gives && lapsed {
            return Err(LedgerError::BadAmount);
        }
        if is_reserved(&command.key) {
            return Err(LedgerError::KeyReused);
        }
        let mut change = Change::default();
        self.lapse(command.now, &mut change)?;
        if command.amount.is_positive() {
            self.credit(command, &mut change)?;
        } else {
            self.debit(command, &mut change)?;
        }
        let entry = change.entries.last().cloned();
        self.settle(command.now, &mut change)?;
        Ok((entry.ok_or(LedgerError::Unknown)?, change))
    }

    /// A credit opens a lot.
    fn credit(&mut self, command: &PostEntry, change: &mut Change) -> Result<(), LedgerError> {
        let (source, from) = match command.kind {
            EntryKind::TopUp => (LotSource::Purchased, LedgerAccount::Cash),
            EntryKind::MonthlyGrant => (LotSource::Included, LedgerAccount::Promotion),
            _ => (LotSource::Goodwill, LedgerAccount::Goodwill),
        };
        let lot = CreditLot {
            id: command.id,
            source,
            granted: command.amount,
            available: command.amount,
            held: MicroUsd::ZERO,
            expires_at: command.expires_at.map(rounded),
            created_at: self.not_before(command.now),
        };
        self.lots.push(lot);
        let postings = vec![posting(from, None, command.amount.negated()), opening(&lot)];
        self.posted(command, Operation::Credit, postings, change)?;
        self.touch(command.id, change)
    }

    fn debit(&mut self, command: &PostEntry, change: &mut Change) -> Result<(), LedgerError> {
        let amount = command.amount.negated();
        self.cover(amount, command.now)?;
        let mut postings = Vec::new();
        for draw in self.take(amount, command.now)? {
            let lot = Some(draw.lot);
            postings.push(posting(
                LedgerAccount::Available,
                lot,
                draw.amount.negated(),
            ));
            self.touch(draw.lot, change)?;
        }
        postings.push(posting(LedgerAccount::Adjustments, None, amount));
        self.posted(command, Operation::Debit, postings, change)
    }

    fn posted(
        &mut self,
        command: &PostEntry,
        operation: Operation,
        postings: Vec<crate::model::Posting>,
        change: &mut Change,
    ) -> Result<(), LedgerError> {
        let line = LedgerEntry {
            kind: command.kind,
            amount: command.amount,
            description: command.description.clone(),
            ..self.line(command.id, &command.key, command.now)
        };
        let draft = Draft {
            operation,
            key: format!("post:{}", command.key),
            hold: None,
            reverses: None,
            postings,
            at: command.now,
            placed: None,
        };
        self.write(draft, Some(line), change)
    }
}

/// Neither times nor the new id of an entry that is posted again are content.
fn is_same(first: &LedgerEntry, command: &PostEntry) -> bool {
    first.kind == command.kind
        && first.amount == command.amount
        && first.description == command.description
}
