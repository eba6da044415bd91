//! Analyses: the stored result and its record in the pool.
//!
//! [`AnalysisResult`] is a stored shape: what today's build writes, every later build reads. A new
//! version gets a new struct, a conversion from the one before it, and a golden file.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::tier::{ParseWordError, words};
use super::{
    AnalysisId, Digest, FilingMeta, ItemKey, MicroUsd, Period, PoolKey, Quality, SectionState,
    TaskId, Template,
};

words! {
    /// The parts of a result. Which of them a result has depends on form and template.
    PartKind {
        /// What matters most.
        Summary = "summary",
        /// Figures with their change against the prior period.
        KeyFinancials = "key_financials",
        /// What can go wrong.
        RiskFactors = "risk_factors",
        /// What drove the results.
        MdnaDrivers = "mdna_drivers",
        /// Cash, debt and obligations.
        Liquidity = "liquidity",
        /// What the company does, and its segments.
        Business = "business",
        /// Legal proceedings.
        Legal = "legal",
        /// What a current report reports.
        Events = "events",
        /// Signs of trouble, found by rule.
        RedFlags = "red_flags",
        /// Directors, committees, pay.
        Governance = "governance",
        /// A securities offering.
        Offering = "offering",
    }
}

words! {
    /// How claims were drawn.
    Method {
        /// By a language model.
        Model = "model",
        /// Without a model: figures computed, sentences selected, nothing written.
        Extractive = "extractive",
    }
}

words! {
    /// What checking found. Rejected claims are counted and never stored.
    ClaimStatus {
        /// Quotes and numbers are in the filing as given.
        Verified = "verified",
        /// A quote was found nearby and replaced by the filing's own words.
        Repaired = "repaired",
    }
}

words! {
    /// The rung of the quote ladder on which a quote was found.
    QuoteMatch {
        /// Byte for byte.
        Exact = "exact",
        /// After folding white space.
        Whitespace = "whitespace",
        /// After folding quotation marks, dashes, ligatures and the like.
        Typography = "typography",
        /// By letters and digits alone.
        Alphanumeric = "alphanumeric",
    }
}

/// A statement about a filing with its proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The statement.
    pub text: String,
    /// What checking found.
    pub status: ClaimStatus,
    /// Where the filing says so; at least one.
    pub citations: Vec<Citation>,
    /// The figure it states, if it states one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figure: Option<Figure>,
}

/// A place in a filing, addressed twice: in the canonical text and in the raw file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// The item it is in, such as `1A` (`part` tells which part); none outside all items.
    pub item: Option<String>,
    /// The part of that item, such as `II`; none where the form has no parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// The filing's own words.
    pub quote: String,
    /// First byte in the canonical text.
    pub start: usize,
    /// Behind the last byte in the canonical text.
    pub end: usize,
    /// SHA-256 of the canonical text.
    pub text_sha256: Digest,
    /// Name of the raw file.
    pub document: String,
    /// SHA-256 of the raw file.
    pub raw_sha256: Digest,
    /// First byte in the raw file.
    pub raw_start: usize,
    /// Behind the last byte in the raw file.
    pub raw_end: usize,
    /// How the quote was found.
    #[serde(rename = "match")]
    pub matched: QuoteMatch,
}

/// A number with its meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// XBRL concept, such as `us-gaap:Assets`; none for a number read from text.
    pub concept: Option<String>,
    /// Exact decimal.
    pub value: String,
    /// XBRL unit, such as `iso4217:USD`.
    pub unit: Option<String>,
    /// Its period.
    pub period: Option<Period>,
    /// The same figure a period earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior: Option<PriorFigure>,
}

/// The same figure a period earlier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriorFigure {
    /// Exact decimal.
    pub value: String,
    /// Its period.
    pub period: Option<Period>,
    /// Change from it in percent with one decimal place, half away from zero, computed from both
    /// exact values; none where the prior value is zero or negative.
    pub change_pct: Option<String>,
}

/// What the reader should know of one item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SectionSummary {
    /// Part and item.
    #[serde(flatten)]
    pub key: ItemKey,
    /// Title.
    pub title: String,
    /// What became of it.
    pub state: SectionState,
    /// How sure the parser is, 0 to 1.
    pub confidence: f32,
    /// First byte in the canonical text.
    pub start: usize,
    /// Behind the last byte.
    pub end: usize,
}

/// A document that was analysed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnalysedDocument {
    /// File name.
    pub name: String,
    /// SHA-256 of the raw file.
    pub raw_sha256: Digest,
    /// Its size.
    pub raw_bytes: u64,
    /// SHA-256 of the canonical text.
    pub text_sha256: Digest,
}

/// What plain code found when it checked the claims.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Certificate {
    /// Version of the rules of checking.
    pub policy: String,
    /// Claims drawn.
    pub claims: u32,
    /// Of them verified.
    pub verified: u32,
    /// Of them repaired.
    pub repaired: u32,
    /// Of them rejected.
    pub rejected: u32,
    /// Numbers in the claims that are shown.
    pub numbers: u32,
    /// Of them found in the cited words, in a fact, or computed again.
    pub numbers_verified: u32,
}

impl Certificate {
    /// Of a thousand claims that were drawn, how many hold; all, if none was drawn.
    #[must_use]
    pub fn score(&self) -> u16 {
        let held = u64::from(self.verified).saturating_add(self.repaired.into());
        let drawn = u64::from(self.claims).max(1);
        let score = match self.claims {
            0 => 1000,
            _ => held.saturating_mul(1000) / drawn,
        };
        u16::try_from(score.min(1000)).unwrap_or(1000)
    }
}

/// Tokens of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TokenUsage {
    /// Sent, cached ones included.
    pub input: u64,
    /// Received, reasoning included.
    pub output: u64,
}

/// Wall time of the stages, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Latency {
    /// Fetching or reading the filing.
    pub fetch_ms: u64,
    /// Taking it apart.
    pub parse_ms: u64,
    /// Drawing claims.
    pub analyse_ms: u64,
    /// Checking them.
    pub verify_ms: u64,
}

/// An analysis as stored and read: version 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnalysisResult {
    /// [`AnalysisResult::VERSION`].
    pub schema_version: u32,
    /// Its id.
    pub id: AnalysisId,
    /// The filing.
    pub filing: FilingMeta,
    /// What is looked at.
    pub template: Template,
    /// How good.
    pub quality: Quality,
    /// How claims were drawn.
    pub method: Method,
    /// The model's provider.
    pub provider: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// Version of the analyst's instructions or rules.
    pub prompt_version: String,
    /// Version of the parser whose canonical text is cited.
    pub parser_version: String,
    /// The documents cited.
    pub documents: Vec<AnalysedDocument>,
    /// Claims by part; a part that the form has and that says nothing is an empty list.
    #[serde(flatten)]
    pub parts: BTreeMap<PartKind, Vec<Claim>>,
    /// What was looked for and not found, and why.
    pub not_found: Vec<NotFound>,
    /// Items of the form with their states.
    pub sections: Vec<SectionSummary>,
    /// What checking found.
    pub certificate: Certificate,
    /// Tokens used.
    pub tokens: TokenUsage,
    /// What the model cost us; never what the user pays.
    pub cost_usd: MicroUsd,
    /// Time spent.
    pub latency: Latency,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Something the template asks for that the filing, or the method, does not give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotFound {
    /// The part.
    pub part: PartKind,
    /// Why.
    pub reason: String,
}

/// Why bytes are not an analysis.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeAnalysisError {
    /// Not an analysis of any version.
    #[error("not a stored analysis")]
    Malformed(#[source] serde_json::Error),
    /// Written by a newer version.
    #[error("stored analysis of version {version}, this build reads up to {latest}", latest = AnalysisResult::VERSION)]
    Newer {
        /// Its version.
        version: u32,
    },
}

impl AnalysisResult {
    /// The version that is written.
    pub const VERSION: u32 = 1;

    /// The stored bytes: JSON, indented, so that people can read it.
    ///
    /// # Errors
    /// Never for results made by this crate's types; serde's error otherwise.
    pub fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec_pretty(self)
    }

    /// Reads a stored analysis of any version ever written.
    ///
    /// # Errors
    /// [`DecodeAnalysisError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeAnalysisError> {
        #[derive(Deserialize)]
        struct Header {
            schema_version: u32,
        }
        let header: Header =
            serde_json::from_slice(bytes).map_err(DecodeAnalysisError::Malformed)?;
        if header.schema_version == 0 {
            let error = <serde_json::Error as serde::de::Error>::custom("versions begin at 1");
            return Err(DecodeAnalysisError::Malformed(error));
        }
        if header.schema_version > Self::VERSION {
            return Err(DecodeAnalysisError::Newer {
                version: header.schema_version,
            });
        }
        serde_json::from_slice(bytes).map_err(DecodeAnalysisError::Malformed)
    }

    /// All claims with their parts.
    pub fn claims(&self) -> impl Iterator<Item = (PartKind, &Claim)> {
        self.parts
            .iter()
            .flat_map(|(part, claims)| claims.iter().map(|claim| (*part, claim)))
    }
}

/// An analysis as the pool knows it; the result itself is in the document store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnalysisRecord {
    /// Its id.
    pub id: AnalysisId,
    /// What it is.
    pub key: PoolKey,
    /// Version of the stored shape.
    pub schema_version: u32,
    /// How claims were drawn.
    pub method: Method,
    /// SHA-256 of the main raw document it was drawn from.
    pub document_sha256: Digest,
    /// SHA-256 of the stored result; its key in the document store.
    pub result_sha256: Digest,
    /// Size of the stored result in bytes.
    pub result_bytes: u64,
    /// Claims stored.
    pub claims: u32,
    /// Of a thousand claims that were drawn, how many hold; shown in aggregate only.
    pub score: u16,
    /// The run that made it.
    pub task: TaskId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was withdrawn.
    pub retracted_at: Option<Timestamp>,
}
