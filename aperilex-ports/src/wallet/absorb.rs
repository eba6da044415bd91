//! What was delivered and cannot be charged any more.

use super::{Change, Draft, Wallet, posting};
use crate::model::{HoldId, LedgerAccount, MicroUsd, Operation, Timestamp};
use crate::port::LedgerError;

impl Wallet {
    /// The house bears the price of what was delivered, whose `hold` has ended otherwise: the account's credits
    /// are what they were.
    ///
    /// # Errors
    /// [`LedgerError::BadAmount`].
    pub fn absorb(
        &mut self,
        hold: HoldId,
        price: MicroUsd,
        now: Timestamp,
    ) -> Result<Change, LedgerError> {
        if !price.is_positive() {
            return Err(LedgerError::BadAmount);
        }
        let mut change = Change::default();
        let draft = Draft {
            operation: Operation::Absorb,
            key: format!("absorb:{hold}"),
            hold: Some(hold),
            reverses: None,
            postings: vec![
                posting(LedgerAccount::LateCaptureLoss, None, price.negated()),
                posting(LedgerAccount::Revenue, None, price),
            ],
            at: now,
            placed: None,
        };
        self.write(draft, None, &mut change)?;
        Ok(change)
    }
}
