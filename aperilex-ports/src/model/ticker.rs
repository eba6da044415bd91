//! Stock symbols.

use std::fmt;
use std::str::FromStr;

/// A stock symbol, upper case: `AAPL`, `BRK-B`.
///
/// - `[A-Z0-9]{1,6}`, then optionally a dash and one or two of the same for a share class
/// - a dot is read as the dash EDGAR writes (`BRK.B` is `BRK-B`)
/// - an alias only: one company may have several, and a symbol may pass to another company
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticker(String);

/// The text is not a stock symbol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a ticker of 1 to 6 letters or digits, with a class if any, such as AAPL or BRK-B"
)]
pub struct ParseTickerError;

impl Ticker {
    /// The symbol.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Ticker {
    type Err = ParseTickerError;

    fn from_str(text: &str) -> Result<Self, ParseTickerError> {
        let symbol = text.to_ascii_uppercase().replace('.', "-");
        let (stem, class) = symbol
            .split_once('-')
            .map_or((symbol.as_str(), None), |(s, c)| (s, Some(c)));
        let plain = |part: &str, max: usize| {
            (1..=max).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        if plain(stem, 6) && class.is_none_or(|class| plain(class, 2)) {
            Ok(Self(symbol))
        } else {
            Err(ParseTickerError)
        }
    }
}

impl fmt::Display for Ticker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

super::text_serde!(Ticker);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn share_classes_are_written_as_edgar_does() {
        for (text, symbol) in [
            ("aapl", "AAPL"),
            ("BRK.B", "BRK-B"),
            ("bf-b", "BF-B"),
            ("C", "C"),
        ] {
            assert_eq!(text.parse::<Ticker>().unwrap().as_str(), symbol);
        }
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "AAPL;DROP",
            "ＡＡＰＬ",
            "TOOLONGX",
            "A--B",
            "A-BCD",
            "-B",
            "A B",
        ] {
            assert_eq!(text.parse::<Ticker>(), Err(ParseTickerError), "{text}");
        }
    }
}
