//! Closed sets of words that are stored: tiers, templates, qualities.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The text is not one of the words of its set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {expected}")]
pub struct ParseWordError {
    /// The lawful words.
    pub expected: &'static str,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word as stored and shown.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = ParseWordError;

            fn from_str(text: &str) -> Result<Self, ParseWordError> {
                match text {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(ParseWordError { expected: concat!($($word, " "),*).trim_ascii_end() }),
                }
            }
        }
    };
}
pub(super) use words;

words! {
    /// What an account has subscribed to.
    Tier {
        /// Free, inside the demo set.
        Demo = "demo",
        /// The small plan.
        Basic = "basic",
        /// The large plan.
        Professional = "professional",
        /// By contract.
        Enterprise = "enterprise",
    }
}

words! {
    /// What an analysis looks at.
    Template {
        /// Everything.
        Comprehensive = "comprehensive",
        /// Figures, drivers and liquidity.
        Financial = "financial",
        /// Risk factors, legal matters and red flags.
        Risk = "risk",
        /// Business and segments.
        Business = "business",
    }
}

words! {
    /// How good an analysis is, in rising order: a better one satisfies a request for a lesser one.
    Quality {
        /// Without a model: figures and sentences selected by rule.
        Extractive = "extractive",
        /// A cheap model.
        Economy = "economy",
        /// A good model.
        Standard = "standard",
        /// The best model.
        Premium = "premium",
    }
}

words! {
    /// Where a task is (product §5; the lawful steps are a table in the domain).
    TaskStatus {
        /// Accepted; its message is not yet on the queue.
        Pending = "pending",
        /// Its message is on the queue, or it waits for its leader.
        Queued = "queued",
        /// A worker holds its lease.
        Running = "running",
        /// Failed for now; waits for its next attempt.
        Retrying = "retrying",
        /// Done.
        Completed = "completed",
        /// Given up.
        Failed = "failed",
        /// Withdrawn.
        Cancelled = "cancelled",
    }
}

impl TaskStatus {
    /// Whether nothing follows it.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

words! {
    /// How far the analysis of a task is.
    AnalysisStatus {
        /// Asked for.
        Initiated = "initiated",
        /// Waits for a worker.
        Queued = "queued",
        /// The filing is fetched, or read from the store.
        Fetching = "fetching",
        /// The filing is taken apart.
        Parsing = "parsing",
        /// Claims are drawn.
        Analyzing = "analyzing",
        /// Claims are checked against the filing.
        Verifying = "verifying",
        /// Done.
        Completed = "completed",
        /// Given up.
        Error = "error",
    }
}

impl Tier {
    /// The tier above, if any.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        Self::ALL.iter().copied().find(|tier| *tier > self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        for tier in Tier::ALL {
            assert_eq!(tier.as_str().parse(), Ok(*tier));
        }
        let error = "gold".parse::<Tier>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected one of demo basic professional enterprise"
        );
    }

    #[test]
    fn qualities_are_ordered() {
        assert!(Quality::Extractive < Quality::Economy && Quality::Standard < Quality::Premium);
    }
}
