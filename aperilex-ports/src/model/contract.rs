//! What was agreed with one account, over the plan of its tier.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::tier::{ParseWordError, words};
use super::{MicroUsd, Priority, Quality};
use std::fmt;
use std::str::FromStr;

words! {
    /// Which companies a plan covers.
    Companies {
        /// Those of the small universe (S&P 500).
        Small = "small",
        /// Those of the large universe (Russell 1000 and the small one).
        Large = "large",
        /// All.
        All = "all",
    }
}

/// A contract: each figure that is there stands in the place of the plan's.
///
/// - where a plan's figure may be none (`null`: unlimited, all), a contract tells "as the plan" (absent)
///   from "none" (`null`)
/// - stored as JSON with a version; a later version reads all earlier ones
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Contract {
    /// A month's price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monthly_price: Option<MicroUsd>,
    /// Requests in any hour.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "told")]
    pub requests_per_hour: Option<Option<u32>>,
    /// Requests in any 24 hours.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "told")]
    pub requests_per_day: Option<Option<u32>>,
    /// Filings filed at most this many years ago.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "told")]
    pub history_years: Option<Option<u16>>,
    /// Companies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub companies: Option<Companies>,
    /// Form types.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "told")]
    pub forms: Option<Option<Vec<String>>>,
    /// Access to a filing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filing_access: Option<MicroUsd>,
    /// Bringing a filing in, access included.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "told")]
    pub filing_import: Option<Option<MicroUsd>>,
    /// A filing of a bulk import.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "told")]
    pub bulk_unit: Option<Option<MicroUsd>>,
    /// An analysis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analysis: Option<MicroUsd>,
    /// An analysis of a quality, where it is not that of `analysis`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub analysis_by_quality: BTreeMap<Quality, MicroUsd>,
    /// Credits granted each month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monthly_credits: Option<MicroUsd>,
    /// Analyses at a time.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "told")]
    pub running: Option<Option<u32>>,
    /// Urgency of its tasks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// The most that models may cost us for one analysis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_ceiling: Option<MicroUsd>,
    /// The part of the fee, in percent, that models are expected to cost at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub large_filing_percent: Option<u8>,
    /// Whether it may bring its own key for a model.
    pub byok: bool,
    /// Whether what its own key makes goes into the pool.
    pub share_results: bool,
}

/// A field that is there, `null` or not.
fn told<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// A stored contract cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeContractError {
    /// A newer version than this build knows.
    #[error("the contract is of version {version}; this build reads version 1")]
    Newer {
        /// The version.
        version: u64,
    },
    /// Not a contract.
    #[error("not a contract: {reason}")]
    Malformed {
        /// Why.
        reason: String,
    },
}

#[derive(Serialize)]
struct Written<'a> {
    schema_version: u64,
    #[serde(flatten)]
    contract: &'a Contract,
}

impl Contract {
    /// The version that is written.
    pub const VERSION: u64 = 1;

    /// As stored.
    #[must_use]
    pub fn encode(&self) -> String {
        let written = Written {
            schema_version: Self::VERSION,
            contract: self,
        };
        // Numbers, words and maps with text keys: there is nothing that JSON cannot hold.
        serde_json::to_string(&written).unwrap_or_default()
    }

    /// Reads every version that was ever written.
    ///
    /// # Errors
    /// [`DecodeContractError`].
    pub fn decode(json: &str) -> Result<Self, DecodeContractError> {
        let malformed = |reason: String| DecodeContractError::Malformed { reason };
        let mut value: serde_json::Value =
            serde_json::from_str(json).map_err(|error| malformed(error.to_string()))?;
        let object = value.as_object_mut();
        let version = object.and_then(|fields| fields.remove("schema_version"));
        match version.as_ref().and_then(serde_json::Value::as_u64) {
            Some(Self::VERSION) => {}
            Some(version) if version > Self::VERSION => {
                return Err(DecodeContractError::Newer { version });
            }
            _ => return Err(malformed("expected a schema_version of 1".to_owned())),
        }
        serde_json::from_value(value).map_err(|error| malformed(error.to_string()))
    }
}
