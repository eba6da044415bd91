//! Strings with a format of their own in the description of the API.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use aperilex_core::{Date, Timestamp};
use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::{
    ParseError, ParseFromJSON, ParseFromParameter, ParseResult, ToJSON, Type,
};
use serde_json::Value;

/// Years of the days and moments that clients name. What lies outside is a slip of the pen, or meant as
/// "always" or "never", which is said by leaving the field out.
const YEARS: RangeInclusive<i16> = 1900..=2199;

/// A day, written in the one way that the description tells: the parser alone would also take a day that has
/// a time behind it.
pub(crate) fn day(text: &str) -> Result<Date, &'static str> {
    let plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let day = if plain { text.parse().ok() } else { None };
    day.filter(|day: &Date| YEARS.contains(&day.year()))
        .ok_or("expected a day such as 2026-11-02, of the years 1900 to 2199")
}

/// A moment with its offset from UTC. A leap second is none: the parser would take it for the second before.
pub(crate) fn moment(text: &str) -> Result<Timestamp, &'static str> {
    let year = text.get(..4).and_then(|year| year.parse::<i16>().ok());
    let colons = [13, 16].map(|at| text.as_bytes().get(at));
    let plain = colons == [Some(&b':'); 2] && !text.contains(":60");
    let moment = if plain { text.parse().ok() } else { None };
    moment
        .filter(|_| year.is_some_and(|year| YEARS.contains(&year)))
        .ok_or("expected a moment such as 2026-11-02T09:30:00Z, of the years 1900 to 2199")
}

/// What every type here has in common: it is its own raw value.
macro_rules! raw_self {
    () => {
        type RawValueType = Self;
        type RawElementValueType = Self;

        fn as_raw_value(&self) -> Option<&Self::RawValueType> {
            Some(self)
        }

        fn raw_element_iter<'a>(
            &'a self,
        ) -> Box<dyn Iterator<Item = &'a Self::RawElementValueType> + 'a> {
            Box::new(std::iter::once(self))
        }
    };
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident, $format:literal, $pattern:expr, $example:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub(crate) struct $name(pub(crate) String);

        impl<T: std::fmt::Display> From<T> for $name {
            fn from(value: T) -> Self {
                Self(value.to_string())
            }
        }

        impl Type for $name {
            const IS_REQUIRED: bool = true;
            raw_self!();

            fn name() -> Cow<'static, str> {
                concat!("string_", $format).into()
            }

            fn schema_ref() -> MetaSchemaRef {
                let pattern: Option<&str> = $pattern;
                MetaSchemaRef::Inline(Box::new(MetaSchema {
                    pattern: pattern.map(str::to_owned),
                    example: Some(Value::from($example)),
                    ..MetaSchema::new_with_format("string", $format)
                }))
            }
        }

        impl ToJSON for $name {
            fn to_json(&self) -> Option<Value> {
                Some(Value::String(self.0.clone()))
            }
        }

        impl ParseFromJSON for $name {
            fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
                match value {
                    Some(Value::String(text)) => Ok(Self(text)),
                    other => Err(ParseError::expected_type(other.unwrap_or_default())),
                }
            }
        }

        impl ParseFromParameter for $name {
            fn parse_from_parameter(value: &str) -> ParseResult<Self> {
                Ok(Self(value.to_owned()))
            }
        }
    )*};
}

texts! {
    /// A moment, in UTC.
    Moment, "date-time", None, "2026-11-02T09:30:00Z";
    /// A day.
    Day, "date", None, "2026-11-02";
    /// US dollars with six decimal places.
    Usd, "decimal", Some(r"^-?[0-9]+\.[0-9]{6}$"), "0.015000";
    /// A SHA-256 in hexadecimal digits.
    Sha256, "sha256", Some("^[0-9a-f]{64}$"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    /// An exact decimal number.
    Decimal, "decimal", None, "383285000000";
    /// A place in a list, as an earlier page of it gave.
    CursorText, "cursor", None, "000000000000002a91b7c3d2e4f60718";
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident, $shown:literal, $words:ty;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) struct $name(pub(crate) $words);

        impl From<$words> for $name {
            fn from(word: $words) -> Self {
                Self(word)
            }
        }

        impl Type for $name {
            const IS_REQUIRED: bool = true;
            raw_self!();

            fn name() -> Cow<'static, str> {
                $shown.into()
            }

            fn schema_ref() -> MetaSchemaRef {
                MetaSchemaRef::Reference($shown.to_owned())
            }

            fn register(registry: &mut Registry) {
                registry.create_schema::<Self, _>($shown.to_owned(), |_| MetaSchema {
                    enum_items: <$words>::ALL.iter().map(|word| word.as_str().into()).collect(),
                    ..MetaSchema::new("string")
                });
            }
        }

        impl ToJSON for $name {
            fn to_json(&self) -> Option<Value> {
                Some(self.0.as_str().into())
            }
        }

        impl ParseFromJSON for $name {
            fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
                match value {
                    Some(Value::String(text)) => text.parse().map(Self).map_err(ParseError::custom),
                    other => Err(ParseError::expected_type(other.unwrap_or_default())),
                }
            }
        }
    )*};
}

words! {
    /// What an analysis looks at.
    TemplateWord, "Template", aperilex_core::Template;
    /// How good an analysis is.
    QualityWord, "Quality", aperilex_core::Quality;
    /// How claims were drawn.
    MethodWord, "Method", aperilex_core::Method;
    /// Where a task is.
    TaskStatusWord, "TaskStatus", aperilex_core::TaskStatus;
    /// How far an analysis is.
    ProgressWord, "AnalysisStatus", aperilex_core::AnalysisStatus;
    /// What checking found.
    ClaimStatusWord, "ClaimStatus", aperilex_core::ClaimStatus;
    /// How a quote was found.
    QuoteMatchWord, "QuoteMatch", aperilex_core::QuoteMatch;
    /// A part of a result.
    PartWord, "PartKind", aperilex_core::PartKind;
    /// What a ledger entry is for.
    EntryKindWord, "EntryKind", aperilex_core::EntryKind;
    /// What an account has subscribed to.
    TierWord, "Tier", aperilex_core::Tier;
    /// What a key may be used for.
    ScopeWord, "Scope", aperilex_core::Scope;
    /// Where a bulk import is.
    ImportStatusWord, "ImportStatus", aperilex_core::ImportStatus;
    /// Where a filing of a bulk import is.
    ImportItemStatusWord, "ImportItemStatus", aperilex_core::ImportItemStatus;
    /// Whether an account may act.
    AccountStatusWord, "AccountStatus", aperilex_core::AccountStatus;
    /// What an account may do beyond its own affairs.
    AccountRoleWord, "AccountRole", aperilex_core::Role;
    /// What became of a request, or that an analysis was read.
    CountWord, "Outcome", aperilex_core::CountName;
    /// Where credits came from.
    LotSourceWord, "LotSource", aperilex_core::LotSource;
    /// Why something that has a price was given for nothing.
    WaiverWord, "Waiver", aperilex_core::Waiver;
    /// Whether a task drives its run.
    RoleWord, "TaskRole", aperilex_core::TaskRole;
}

/// A parameter that is needed. Whether it is there and what it says is looked at where it is used, so that a
/// complaint says what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Needed(pub(crate) Option<String>);

impl Type for Needed {
    const IS_REQUIRED: bool = true;
    raw_self!();

    fn name() -> Cow<'static, str> {
        "string".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema {
            min_length: Some(1),
            ..MetaSchema::new("string")
        }))
    }
}

impl ParseFromParameter for Needed {
    fn parse_from_parameter(value: &str) -> ParseResult<Self> {
        Ok(Self(Some(value.to_owned())))
    }

    fn parse_from_parameters<I: IntoIterator<Item = A>, A: AsRef<str>>(
        values: I,
    ) -> ParseResult<Self> {
        let first = values.into_iter().next();
        Ok(Self(first.map(|value| value.as_ref().to_owned())))
    }
}

/// A value that is always there and may be `null`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OrNull<T>(pub(crate) Option<T>);

impl<T: Type> Type for OrNull<T> {
    const IS_REQUIRED: bool = true;
    raw_self!();

    fn name() -> Cow<'static, str> {
        format!("nullable_{}", T::name()).into()
    }

    fn schema_ref() -> MetaSchemaRef {
        // Beside a reference every other word is ignored (OpenAPI 3.0 §4.8.23), so it is wrapped.
        let schema = match T::schema_ref() {
            MetaSchemaRef::Inline(schema) => *schema,
            reference => MetaSchema {
                all_of: vec![reference],
                ..MetaSchema::ANY
            },
        };
        MetaSchemaRef::Inline(Box::new(MetaSchema {
            nullable: true,
            ..schema
        }))
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

impl<T: ToJSON> ToJSON for OrNull<T> {
    fn to_json(&self) -> Option<Value> {
        Some(
            self.0
                .as_ref()
                .and_then(ToJSON::to_json)
                .unwrap_or_default(),
        )
    }
}

impl<T: ParseFromJSON> ParseFromJSON for OrNull<T> {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        match value {
            None => Err(ParseError::expected_input()),
            Some(Value::Null) => Ok(Self(None)),
            some => T::parse_from_json(some)
                .map(|value| Self(Some(value)))
                .map_err(ParseError::propagate),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_one_spelling() {
        for (text, good) in [
            ("2026-11-02", true),
            ("1900-01-01", true),
            ("2199-12-31", true),
            ("1899-12-31", false),
            ("9999-12-31", false),
            ("2026-02-29", false),
            ("20261102", false),
            ("2026-11-2", false),
            ("2026-11-02T00:00:00", false),
            ("2026-11-02Z", false),
            (" 2026-11-2", false),
            ("", false),
        ] {
            assert_eq!(day(text).is_ok(), good, "{text}");
        }
    }

    #[test]
    fn moments_have_an_offset_and_no_leap_second() {
        for (text, good) in [
            ("2026-11-02T09:30:00Z", true),
            ("2026-11-02T09:30:00.5+05:30", true),
            ("2026-11-02t09:30:00z", true),
            ("2026-11-02T09:30:00", false),
            ("2026-11-02", false),
            ("2026-12-31T23:59:60Z", false),
            ("2026-11-02T093000Z", false),
            ("9999-12-01T00:00:00Z", false),
            ("+002026-11-02T09:30:00Z", false),
            ("", false),
        ] {
            assert_eq!(moment(text).is_ok(), good, "{text}");
        }
    }
}
