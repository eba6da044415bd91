//! SEC Central Index Keys.

use std::fmt;
use std::str::FromStr;

/// SEC Central Index Key of a filer: 1 to 9,999,999,999, shown as ten digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cik(u64);

/// The text is not a CIK.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a CIK of 1 to 10 digits, not all zero, such as 0000320193")]
pub struct ParseCikError;

impl Cik {
    /// A CIK from its number.
    ///
    /// # Errors
    /// [`ParseCikError`] for zero and for more than ten digits.
    pub const fn new(number: u64) -> Result<Self, ParseCikError> {
        if number == 0 || number > 9_999_999_999 {
            Err(ParseCikError)
        } else {
            Ok(Self(number))
        }
    }

    /// The number, as EDGAR's folders show it (no leading zeros).
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.0
    }
}

impl FromStr for Cik {
    type Err = ParseCikError;

    fn from_str(text: &str) -> Result<Self, ParseCikError> {
        if text.is_empty() || text.len() > 10 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ParseCikError);
        }
        text.parse().map_err(|_| ParseCikError).and_then(Self::new)
    }
}

impl fmt::Display for Cik {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:010}", self.0)
    }
}

super::text_serde!(Cik);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_shown_with_ten_digits() {
        assert_eq!("320193".parse::<Cik>().unwrap().to_string(), "0000320193");
        assert_eq!("0000320193".parse::<Cik>().unwrap().number(), 320_193);
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "0",
            "0000000000",
            "12345678901",
            "-1",
            "３２０１９３",
            "32x",
        ] {
            assert_eq!(text.parse::<Cik>(), Err(ParseCikError), "{text}");
        }
    }
}
