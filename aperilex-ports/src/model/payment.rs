//! Payments, as a provider of payments tells of them.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::tier::{ParseWordError, words};
use super::{EntryId, MicroUsd, UserId};

words! {
    /// Where a payment is.
    PaymentState {
        /// The money is here.
        Paid = "paid",
        /// It was taken back.
        Reversed = "reversed",
    }
}

words! {
    /// What became of an event.
    PaymentOutcome {
        /// Its credits are the account's.
        Credited = "credited",
        /// Its credits were taken back.
        Reversed = "reversed",
        /// It says what was so already.
        Unchanged = "unchanged",
        /// A newer version of the payment is known.
        Stale = "stale",
        /// It makes no sense here: somebody has to look at it.
        Odd = "odd",
    }
}

/// An event: a payment is in this state now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentEvent {
    /// The provider's id of the event.
    pub id: String,
    /// The provider's id of the payment.
    pub payment: String,
    /// Grows with every change of the payment; events may come in any order.
    pub version: u64,
    /// Whose account it is for.
    pub user: UserId,
    /// How much; positive.
    pub amount: MicroUsd,
    /// Where the payment is.
    pub state: PaymentState,
}

/// A payment as it is known: by its newest version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The provider's id.
    pub id: String,
    /// The newest version.
    pub version: u64,
    /// Whose account it is for.
    pub user: UserId,
    /// How much.
    pub amount: MicroUsd,
    /// Where it is.
    pub state: PaymentState,
    /// The top-up that its newest credits came by.
    pub entry: Option<EntryId>,
}

/// What an event asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentStep {
    /// To credit the account.
    Credit,
    /// To take this top-up back.
    TakeBack(EntryId),
    /// To remember the new state, and nothing else.
    Remember,
    /// Nothing: a newer version is known.
    Skip,
    /// Nothing: it contradicts what is known, in this.
    Refuse(&'static str),
}

impl PaymentEvent {
    /// What is to be done, by what is known of the payment.
    #[must_use]
    pub fn step(&self, known: Option<&Payment>) -> PaymentStep {
        let Some(known) = known else {
            return match self.state {
                PaymentState::Paid => PaymentStep::Credit,
                PaymentState::Reversed => PaymentStep::Remember,
            };
        };
        if known.user != self.user {
            return PaymentStep::Refuse("the payment is another account's");
        }
        if known.amount != self.amount {
            return PaymentStep::Refuse("the payment was of another amount");
        }
        if known.version >= self.version {
            return PaymentStep::Skip;
        }
        match (known.state, self.state, known.entry) {
            (PaymentState::Reversed, PaymentState::Paid, _) => PaymentStep::Credit,
            (PaymentState::Paid, PaymentState::Reversed, Some(entry)) => {
                PaymentStep::TakeBack(entry)
            }
            _ => PaymentStep::Remember,
        }
    }

    /// The payment after the event.
    #[must_use]
    pub fn payment(&self, entry: Option<EntryId>) -> Payment {
        Payment {
            id: self.payment.clone(),
            version: self.version,
            user: self.user,
            amount: self.amount,
            state: self.state,
            entry,
        }
    }
}

/// An event as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// The provider's id of the event.
    pub id: String,
    /// The payment, if it could be read.
    pub payment: Option<String>,
    /// The account, if it could be read.
    pub user: Option<UserId>,
    /// What became of it.
    pub outcome: PaymentOutcome,
    /// What was odd.
    pub reason: Option<String>,
    /// When it came.
    pub received_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn event(version: u64, state: PaymentState) -> PaymentEvent {
        PaymentEvent {
            id: format!("evt {version}"),
            payment: "pay".into(),
            version,
            user: UserId::from_uuid(Uuid::from_u128(1)),
            amount: MicroUsd::new(5),
            state,
        }
    }

    #[test]
    fn the_newest_version_counts() {
        use PaymentState::{Paid, Reversed};
        let entry = EntryId::from_uuid(Uuid::from_u128(9));
        let known = |version, state| event(version, state).payment(Some(entry));
        for (before, version, state, step) in [
            (None, 1, Paid, PaymentStep::Credit),
            (None, 2, Reversed, PaymentStep::Remember),
            (Some(known(2, Reversed)), 1, Paid, PaymentStep::Skip),
            (Some(known(2, Paid)), 2, Reversed, PaymentStep::Skip),
            (Some(known(1, Paid)), 2, Paid, PaymentStep::Remember),
            (
                Some(known(1, Paid)),
                2,
                Reversed,
                PaymentStep::TakeBack(entry),
            ),
            (Some(known(2, Reversed)), 3, Paid, PaymentStep::Credit),
        ] {
            assert_eq!(
                event(version, state).step(before.as_ref()),
                step,
                "{before:?}"
            );
        }
        let other = PaymentEvent {
            amount: MicroUsd::new(6),
            ..event(3, Paid)
        };
        let refused = other.step(Some(&known(1, Paid)));
        assert!(matches!(refused, PaymentStep::Refuse(_)));
    }
}
