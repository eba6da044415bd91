//! SEC accession numbers.

use std::fmt;
use std::str::FromStr;

/// SEC accession number, `0000320193-23-000106`: submitter's id (10), year (2), sequence (6).
///
/// - eighteen digits; dashes are optional in input, always shown, never stored
/// - the first ten digits name the *submitter* (often a filing agent), not always the company:
///   no [`Cik`](super::Cik) can be derived from them
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccessionNumber([u8; 18]);

/// The text is not an accession number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an accession number such as 0000320193-23-000106")]
pub struct ParseAccessionError;

impl AccessionNumber {
    /// The eighteen digits without dashes, as EDGAR names folders.
    #[must_use]
    pub fn digits(&self) -> &str {
        // Only ASCII digits are ever stored.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The submitter's ten-digit id.
    #[must_use]
    pub fn submitter(&self) -> &str {
        &self.digits()[..10]
    }

    /// The year the number was given out: two digits, 93–99 are of the last century.
    #[must_use]
    pub fn year(&self) -> u16 {
        let short = u16::from(self.0[10] - b'0') * 10 + u16::from(self.0[11] - b'0');
        if short >= 93 {
            1900 + short
        } else {
            2000 + short
        }
    }
}

impl FromStr for AccessionNumber {
    type Err = ParseAccessionError;

    fn from_str(text: &str) -> Result<Self, ParseAccessionError> {
        let bytes = text.as_bytes();
        let dashed = bytes.len() == 20 && bytes[10] == b'-' && bytes[13] == b'-';
        if !dashed && bytes.len() != 18 {
            return Err(ParseAccessionError);
        }
        let mut digits = [0; 18];
        let kept = bytes
            .iter()
            .enumerate()
            .filter(|(i, _)| !(dashed && (*i == 10 || *i == 13)));
        for (slot, (_, byte)) in digits.iter_mut().zip(kept) {
            if !byte.is_ascii_digit() {
                return Err(ParseAccessionError);
            }
            *slot = *byte;
        }
        Ok(Self(digits))
    }
}

impl fmt::Display for AccessionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits();
        write!(f, "{}-{}-{}", &digits[..10], &digits[10..12], &digits[12..])
    }
}

impl fmt::Debug for AccessionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessionNumber({self})")
    }
}

super::text_serde!(AccessionNumber);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_with_and_without_dashes() {
        for text in ["0000320193-23-000106", "000032019323000106"] {
            let accession: AccessionNumber = text.parse().unwrap();
            assert_eq!(accession.to_string(), "0000320193-23-000106");
            assert_eq!(accession.digits(), "000032019323000106");
            assert_eq!(accession.year(), 2023);
        }
        assert_eq!(
            "0000037996-94-000005"
                .parse::<AccessionNumber>()
                .unwrap()
                .year(),
            1994
        );
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "0000320193-23-00010",
            "0000320193_23_000106",
            "00003201932300010x",
            "é00032019323000106",
        ] {
            assert_eq!(
                text.parse::<AccessionNumber>(),
                Err(ParseAccessionError),
                "{text}"
            );
        }
    }
}
