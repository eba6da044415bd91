//! Holds for bulk import: charged in parts, one for each filing.

use super::hold::{require_open, rest};
use super::{Change, Draft, Draw, Wallet, add, derived, posting, sub};
use crate::model::{
    EntryId, EntryKind, FilingId, Hold, HoldStatus, LedgerAccount, LedgerEntry, MicroUsd, Operation,
};
use crate::port::{CapturePart, LedgerError};

fn key(hold: &Hold, filing: FilingId) -> String {
    format!("part:{}:{filing}", hold.id)
}

/// The entry that charges a filing to a hold, whether or not it is there yet.
#[must_use]
pub fn part_entry(hold: &Hold, filing: FilingId) -> EntryId {
    derived(hold.user, &key(hold, filing))
}

impl Wallet {
    /// Charges a part of an open hold, which drew `draws`: the earliest pay first. `first` is the
    /// [`part_entry`] of the same filing, if there is one already.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn capture_part(
        &mut self,
        hold: &Hold,
        draws: &[Draw],
        command: &CapturePart,
        first: Option<&LedgerEntry>,
    ) -> Result<(LedgerEntry, Change), LedgerError> {
        if !command.amount.is_positive() {
            return Err(LedgerError::BadAmount);
        }
        if hold.purpose != EntryKind::BulkImport {
            return Err(LedgerError::WrongCharge);
        }
        if let Some(first) = first {
            return if first.amount == command.amount.negated() {
                Ok((first.clone(), Change::default()))
            } else {
                Err(LedgerError::KeyReused)
            };
        }
        require_open(hold)?;
        if command.amount > hold.left() {
            return Err(LedgerError::OverCapture { held: hold.left() });
        }
        let mut change = Change::default();
        let (mut left, mut postings) = (command.amount, Vec::new());
        for draw in rest(draws, hold.captured)? {
            let paid = left.min(draw.amount);
            if !paid.is_positive() {
                break;
            }
            left = sub(left, paid)?;
            let lot = self.lot(draw.lot)?;
            lot.held = sub(lot.held, paid)?;
            let id = Some(draw.lot);
            postings.push(posting(LedgerAccount::Held, id, paid.negated()));
            self.touch(draw.lot, &mut change)?;
        }
        postings.push(posting(LedgerAccount::Revenue, None, command.amount));
        self.balance.held = sub(self.balance.held, command.amount)?;
        self.charge_part(hold, command, postings, &mut change)?;
        change.hold = Some(after(hold, command.amount)?);
        let entry = change.entries.last().cloned();
        Ok((entry.ok_or(LedgerError::Unknown)?, change))
    }

    fn charge_part(
        &mut self,
        hold: &Hold,
        command: &CapturePart,
        postings: Vec<crate::model::Posting>,
        change: &mut Change,
    ) -> Result<(), LedgerError> {
        let key = key(hold, command.filing);
        let line = LedgerEntry {
            kind: hold.purpose,
            amount: command.amount.negated(),
            filing: Some(command.filing),
            hold: Some(hold.id),
            description: command.description.clone(),
            ..self.line(part_entry(hold, command.filing), &key, command.now)
        };
        let draft = Draft {
            operation: Operation::CapturePart,
            key,
            hold: Some(hold.id),
            reverses: None,
            postings,
            at: command.now,
            placed: None,
        };
        self.write(draft, Some(line), change)
    }
}

/// The hold with one part more charged: the one that makes it whole ends it.
fn after(hold: &Hold, part: MicroUsd) -> Result<Hold, LedgerError> {
    let captured = add(hold.captured, part)?;
    let status = if captured == hold.amount {
        HoldStatus::Captured
    } else {
        HoldStatus::Open
    };
    Ok(Hold {
        captured,
        status,
        ..hold.clone()
    })
}
