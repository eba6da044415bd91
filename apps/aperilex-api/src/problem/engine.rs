//! What the engine says, as a problem: one table.

use std::time::Duration;

use aperilex_core::ports::{BoxError, FilingSourceError, Retry, SignInError, StoreError};
use aperilex_core::{EngineError, MicroUsd, Refusal};

use super::{Facts, Problem, ProblemCode, echo};
use crate::limits::rate_headers;
use crate::wire::contract;

/// When to come back where nobody knows better.
const BACKOFF_S: u64 = 2;
/// When to look again for a free place among the account's runs.
const RUN_S: u64 = 5;

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Refused(refusal) => refusal.into(),
            EngineError::NotFound { what } => {
                Self::new(ProblemCode::NotFound, format!("not found: {}", echo(&what)))
            }
            EngineError::UrlNotAllowed { reason } => {
                Self::field(ProblemCode::UrlNotAllowed, "/filing/url", reason)
            }
            EngineError::Filing(error) => Self::new(ProblemCode::FilingUnusable, error.to_string()),
            EngineError::Port {
                port,
                retry,
                ref source,
            } => {
                if let Some(SignInError::Busy { after, .. }) = source.downcast_ref() {
                    return busy(*after);
                }
                log(&error);
                of_cause(source).unwrap_or_else(|| of_port(port, retry))
            }
            error => {
                log(&error);
                Self::internal()
            }
        }
    }
}

/// No fault: more people sign in at this moment than can.
fn busy(after: Duration) -> Problem {
    let detail =
        "very many people are signing in at this moment; nothing was done, ask again later";
    Problem::new(ProblemCode::Unavailable, detail).retry_after(ceil(after).max(1))
}

/// Failures of ports that say something about the request itself.
fn of_cause(source: &BoxError) -> Option<Problem> {
    if let Some(StoreError::Conflict) = source.downcast_ref() {
        let detail = "another request changed the same thing; nothing was done, ask again";
        return Some(Problem::new(ProblemCode::Conflict, detail));
    }
    match source.downcast_ref()? {
        FilingSourceError::Unsupported { operation } => {
            let detail = format!("{operation} is not offered here; name the filing in another way");
            Some(Problem::field(ProblemCode::InvalidField, "/filing", detail))
        }
        error @ FilingSourceError::TooLarge { .. } => {
            Some(Problem::new(ProblemCode::FilingUnusable, error.to_string()))
        }
        _ => None,
    }
}

fn of_port(port: &str, retry: Retry) -> Problem {
    let wait = match retry {
        Retry::Never => return Problem::internal(),
        Retry::After(wait) => ceil(wait),
        _ => BACKOFF_S,
    };
    let detail = format!("the {port} does not answer; nothing was charged, ask again later");
    Problem::new(ProblemCode::Unavailable, detail).retry_after(wait)
}

/// A fault is logged with all its causes; the client sees none of them.
fn log(error: &EngineError) {
    let mut causes = String::new();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        causes.push_str(": ");
        causes.push_str(&inner.to_string());
        cause = inner.source();
    }
    tracing::error!(error = %error, causes, "a request failed");
}

/// Whole seconds, rounded up.
pub(crate) fn ceil(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::AccountSuspended => Self::new(ProblemCode::AccountSuspended, detail),
            Refusal::QuotaExceeded {
                retry_after,
                windows,
            } => Self::new(ProblemCode::QuotaExceeded, detail)
                .retry_after(ceil(retry_after))
                .with_headers(rate_headers(&windows)),
            Refusal::NotEntitled {
                limit,
                tier,
                lifted_by,
            } => Self::new(ProblemCode::NotEntitled, detail).with_facts(Facts {
                limit: Some(limit.to_string()),
                tier: Some(tier.to_string()),
                lifted_by: lifted_by.map(|tier| tier.to_string()),
                ..Facts::default()
            }),
            Refusal::InsufficientCredits { needed, available } => {
                Self::new(ProblemCode::InsufficientCredits, detail)
                    .with_facts(credits(needed, Some(available)))
            }
            Refusal::PastDue { debt } => {
                Self::new(ProblemCode::PastDue, detail).with_facts(owed(debt))
            }
            Refusal::OverMaxPrice { price, .. } => {
                Self::new(ProblemCode::OverMaxPrice, detail).with_facts(credits(price, None))
            }
            Refusal::LargeFiling { price } => {
                Self::new(ProblemCode::LargeFiling, detail).with_facts(credits(price, None))
            }
            Refusal::PriceChanged { price, .. } => {
                Self::new(ProblemCode::PriceChanged, detail).with_facts(credits(price, None))
            }
            Refusal::QuoteUsed => Self::new(ProblemCode::QuoteUsed, detail),
            Refusal::QuoteUnknown | Refusal::QuoteMismatch { .. } => {
                Self::field(ProblemCode::InvalidField, "/quote", detail)
            }
            Refusal::BadContract(bad) => {
                let place = contract::pointer(&bad.field);
                Self::field(ProblemCode::InvalidField, place, bad.expected)
            }
            Refusal::TooManyAnalyses { .. } => {
                Self::new(ProblemCode::TooManyAnalyses, detail).retry_after(RUN_S)
            }
            Refusal::KeyReused => {
                Self::field(ProblemCode::IdempotencyMismatch, "Idempotency-Key", detail)
            }
            Refusal::NotOffered { .. } => {
                Self::field(ProblemCode::QualityNotOffered, "/quality", detail)
            }
            Refusal::OwnKeyMissing => Self::new(ProblemCode::OwnKeyMissing, detail),
            Refusal::NotCancellable { .. } => Self::new(ProblemCode::NotCancellable, detail),
            Refusal::NotOfferedHere { .. } => Self::new(ProblemCode::NotOffered, detail),
            Refusal::TooManyKeys { .. } => Self::new(ProblemCode::TooManyKeys, detail),
            Refusal::NothingToImport | Refusal::OwnAccount => {
                Self::field(ProblemCode::InvalidField, "", detail)
            }
            Refusal::TooManyItems { .. } => Self::new(ProblemCode::TooManyItems, detail),
            Refusal::BadAmount | Refusal::OverRefund { .. } => {
                Self::field(ProblemCode::InvalidField, "/amount_usd", detail)
            }
            Refusal::EmailTaken => Self::new(ProblemCode::EmailTaken, detail),
            other => of_sign_in(&other, detail),
        }
    }
}

fn owed(debt: MicroUsd) -> Facts {
    Facts {
        owed_usd: Some(debt.to_string()),
        ..credits(debt, None)
    }
}

/// What is told of signing in; of anything else it is a fault that it comes here.
fn of_sign_in(refusal: &Refusal, detail: String) -> Problem {
    match refusal {
        Refusal::Unverified => Problem::new(ProblemCode::Unverified, detail),
        Refusal::SignInFailed => Problem::new(ProblemCode::SignInFailed, detail).challenging(),
        Refusal::TooManyTries { retry_after } => {
            let wait = ceil(*retry_after).max(1);
            Problem::new(ProblemCode::QuotaExceeded, detail).retry_after(wait)
        }
        Refusal::NobodysAddress => Problem::field(ProblemCode::InvalidField, "/email", detail),
        Refusal::SessionEnded => Problem::new(ProblemCode::SessionExpired, detail).challenging(),
        Refusal::TokenSpent => Problem::field(ProblemCode::InvalidField, "/token", detail),
        Refusal::ChallengeRequired => Problem::new(ProblemCode::ChallengeRequired, detail),
        _ => Problem::internal(),
    }
}

fn credits(needed: MicroUsd, available: Option<MicroUsd>) -> Facts {
    Facts {
        needed_usd: Some(needed.to_string()),
        available_usd: available.map(|available| available.to_string()),
        ..Facts::default()
    }
}
