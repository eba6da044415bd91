//! The business said no. A refusal is not a fault: it is not logged as one, never retried, and says
//! what would help.

use std::time::Duration;

use aperilex_ports::{MicroUsd, Quality, QuotaUse, SettlementError, TaskStatus, Tier};

use crate::entitlement::Limit;
use crate::tier::BadFigure;

/// Why a request was refused. Nothing was done and nothing was charged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The account is suspended.
    #[error("the account is suspended; write to support to have it lifted")]
    AccountSuspended,
    /// Too many requests in a window.
    #[error("the limit of requests is reached; try again in {} s", retry_after.as_secs())]
    QuotaExceeded {
        /// When one more fits.
        retry_after: Duration,
        /// All windows.
        windows: Vec<QuotaUse>,
    },
    /// The plan does not cover this filing.
    #[error("{}", not_entitled(*limit, *tier, *lifted_by))]
    NotEntitled {
        /// The limit that it exceeds.
        limit: Limit,
        /// The account's tier.
        tier: Tier,
        /// The lowest tier that covers it.
        lifted_by: Option<Tier>,
    },
    /// Less is available than is needed.
    #[error("this costs {needed} USD and {available} USD are available; add credits and ask again")]
    InsufficientCredits {
        /// What is needed.
        needed: MicroUsd,
        /// What is available.
        available: MicroUsd,
    },
    /// A payment was taken back after its credits were spent.
    #[error(
        "{debt} USD are owed for a payment that was taken back; add at least as much and ask again"
    )]
    PastDue {
        /// What is owed.
        debt: MicroUsd,
    },
    /// The price is over what the caller allows.
    #[error("this costs {price} USD, over the {max} USD that the request allows")]
    OverMaxPrice {
        /// The price.
        price: MicroUsd,
        /// What the request allows.
        max: MicroUsd,
    },
    /// The filing is so large that its analysis costs more than the plan says, and the request does not
    /// show that this is known.
    #[error(
        "the filing is large: this costs {price} USD; ask with a quote, or with a max_price_usd of at least that"
    )]
    LargeFiling {
        /// The price.
        price: MicroUsd,
    },
    /// The quote has expired, and by now it costs more.
    #[error(
        "the quote of {quoted} USD has expired or no longer fits, and now this costs {price} USD; ask for a new one"
    )]
    PriceChanged {
        /// What was quoted.
        quoted: MicroUsd,
        /// What it costs now.
        price: MicroUsd,
    },
    /// The account has no such quote.
    #[error("there is no such quote; ask for a new one")]
    QuoteUnknown,
    /// The quote is for something else.
    #[error("the quote is for another {field}; ask for one of this request")]
    QuoteMismatch {
        /// What is another.
        field: &'static str,
    },
    /// The quote was used for another task.
    #[error("the quote was used for another task; ask for a new one")]
    QuoteUsed,
    /// A figure of a contract is unlawful.
    #[error("the contract cannot be taken: {0}")]
    BadContract(BadFigure),
    /// The account leads as many live runs as it may.
    #[error(
        "{running} of your analyses are running and your plan allows {limit}; wait for one to end"
    )]
    TooManyAnalyses {
        /// Live runs.
        running: u32,
        /// The plan's limit.
        limit: u32,
    },
    /// The idempotency key was used for another request.
    #[error("this Idempotency-Key was used for another request; use a new one")]
    KeyReused,
    /// No analyst of this quality is configured.
    #[error("quality `{quality}` is not offered here; ask for {}", offered.join(" or "))]
    NotOffered {
        /// What was asked for.
        quality: Quality,
        /// What is offered.
        offered: Vec<String>,
    },
    /// The account's contract says that its own model key is used, and it has brought none.
    #[error(
        "the contract says that your own model key is used, and there is none; bring one, or have the contract changed"
    )]
    OwnKeyMissing,
    /// A task that runs or is finished cannot be withdrawn.
    #[error("the task is {status} and can no longer be cancelled")]
    NotCancellable {
        /// Where it is.
        status: TaskStatus,
    },
    /// Nobody has shown yet that the account's address is theirs.
    #[error("the account's e-mail address is not verified; follow the letter that was sent to it")]
    Unverified,
    /// The address or the password is wrong.
    #[error("the e-mail address or the password is wrong")]
    SignInFailed,
    /// Too many passwords were tried for the address.
    #[error(
        "too many passwords were tried for this address; try again in {} s, or ask for a new password",
        retry_after.as_secs()
    )]
    TooManyTries {
        /// When one more may be tried.
        retry_after: Duration,
    },
    /// Nobody receives mail at the address.
    #[error("expected an address where mail is received; nobody receives any under this domain")]
    NobodysAddress,
    /// The session is over, or its token was used before.
    #[error("the session is over; sign in again")]
    SessionEnded,
    /// The one-time token is not good, or no longer.
    #[error("this token is unknown, used, or too old; ask for another letter")]
    TokenSpent,
    /// A challenge is to be passed first.
    #[error("pass the challenge and send its answer")]
    ChallengeRequired,
    /// This installation does not do that.
    #[error("{what} is not offered here")]
    NotOfferedHere {
        /// What.
        what: &'static str,
    },
    /// The account has as many working keys as it may.
    #[error("the account has {limit} working keys; revoke one first")]
    TooManyKeys {
        /// Most of them.
        limit: usize,
    },
    /// A bulk import of nothing.
    #[error("no filing is named, or none fits; name at least one")]
    NothingToImport,
    /// A bulk import of too many filings.
    #[error("an import has at most {limit} filings; ask for the rest in another one")]
    TooManyItems {
        /// How many are allowed.
        limit: usize,
    },
    /// Nobody suspends themselves, or takes their own role away: who else would undo it.
    #[error("you cannot change your own role or suspension; ask another administrator")]
    OwnAccount,
    /// The amount is none that can be given.
    #[error(
        "the amount is not one that can be given here; top-ups, goodwill and refunds are positive"
    )]
    BadAmount,
    /// More was to be given back than is left of the charge.
    #[error("at most {left} USD of this charge can be given back")]
    OverRefund {
        /// What can.
        left: MicroUsd,
    },
    /// An account with this address exists.
    #[error("there is an account with this e-mail address")]
    EmailTaken,
}

fn not_entitled(limit: Limit, tier: Tier, lifted_by: Option<Tier>) -> String {
    let lift = lifted_by.map_or_else(
        || "no plan covers it".to_owned(),
        |tier| format!("the {tier} tier covers it"),
    );
    if limit == Limit::BulkImport {
        let lift = lifted_by.map_or_else(
            || "no plan has it".to_owned(),
            |tier| format!("the {tier} tier has it"),
        );
        return format!("{limit} is not part of the {tier} tier; {lift}");
    }
    format!("the {tier} tier's limit on {limit} does not cover this filing; {lift}")
}

impl Refusal {
    /// The refusal inside a settlement's error, if it is one.
    pub(crate) fn of(error: &SettlementError) -> Option<Self> {
        match error {
            SettlementError::InsufficientCredits { needed, available } => {
                Some(Self::InsufficientCredits {
                    needed: *needed,
                    available: *available,
                })
            }
            SettlementError::PastDue { debt } => Some(Self::PastDue { debt: *debt }),
            SettlementError::TooManyAnalyses { running, limit } => Some(Self::TooManyAnalyses {
                running: *running,
                limit: *limit,
            }),
            SettlementError::OverMaxPrice { price, max } => Some(Self::OverMaxPrice {
                price: *price,
                max: *max,
            }),
            SettlementError::AccountClosed => Some(Self::AccountSuspended),
            SettlementError::KeyReused => Some(Self::KeyReused),
            SettlementError::QuoteUsed => Some(Self::QuoteUsed),
            _ => None,
        }
    }
}
