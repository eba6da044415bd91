//! Inline XBRL facts.

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::TextRange;

/// The period of a fact.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Period {
    /// At the end of a day.
    Instant {
        /// The day.
        instant: Date,
    },
    /// From the start of one day to the end of another.
    Duration {
        /// First day.
        start: Date,
        /// Last day.
        end: Date,
    },
}

impl Period {
    /// The last day.
    #[must_use]
    pub const fn end(&self) -> Date {
        match self {
            Self::Instant { instant } => *instant,
            Self::Duration { end, .. } => *end,
        }
    }

    /// Whether it ends a year of 52 or 53 weeks, or 12 months, before `later` does.
    #[must_use]
    pub fn is_year_before(&self, later: &Self) -> bool {
        let days = self.end().until(later.end());
        days.is_ok_and(|days| (350..=380).contains(&days.get_days()))
    }
}

/// An inline XBRL fact (Inline XBRL 1.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Index of the document it is in.
    pub document: usize,
    /// Qualified name, such as `us-gaap:Assets`.
    pub concept: Arc<str>,
    /// Scaled and signed decimal for numbers; for text what the document says (`December 31, 2023`).
    /// Empty if nil.
    pub value: String,
    /// What the transformation of a text makes of it (`2023-12-31`, `true`, `NYSE`), where that differs.
    pub transformed: Option<String>,
    /// Unit as written in the instance (`iso4217:USD`, `xbrli:shares`, `iso4217:USD/xbrli:shares`);
    /// none for text.
    pub unit: Option<Arc<str>>,
    /// `decimals` attribute, `INF` included.
    pub decimals: Option<String>,
    /// Its period; none for `forever`.
    pub period: Option<Period>,
    /// Axis and member pairs, sorted by axis. Facts of one context share them.
    pub dimensions: Arc<[(Arc<str>, Arc<str>)]>,
    /// Where it is shown; none if hidden.
    pub range: Option<TextRange>,
    /// Its footnotes: indices into [`FilingContent::footnotes`](super::FilingContent::footnotes).
    pub footnotes: Vec<usize>,
}

impl Fact {
    /// The value that the document stands for: the transformed one, else what it says.
    #[must_use]
    pub fn canonical(&self) -> &str {
        self.transformed.as_deref().unwrap_or(&self.value)
    }
}

/// A footnote that facts refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footnote {
    /// Index of the document it is in.
    pub document: usize,
    /// Its words.
    pub text: String,
    /// Where it is shown; none if hidden, or in an instance that is not inline.
    pub range: Option<TextRange>,
}
