//! Form types, in the SEC's own spelling.

use std::fmt;
use std::str::FromStr;

/// A form type as the SEC writes it: `10-K`, `10-K/A`, `DEF 14A`. Open: any form EDGAR knows.
///
/// - 1 to 20 characters of `[A-Z0-9 /.-]`, starting with a letter or digit, no double space
/// - `DEF-14A` is read as `DEF 14A` (the plan's spelling)
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FormType(String);

/// The text is not a form type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a form type in the SEC's spelling, such as 10-K, 10-Q, 8-K, 20-F, DEF 14A or S-1"
)]
pub struct ParseFormTypeError;

/// The forms that have item or heading maps of their own; amendments and old variants are of the
/// family of their base form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FormFamily {
    /// Annual report: 10-K, 10-K405, 10-KSB, 10-KT and their amendments.
    TenK,
    /// Quarterly report: 10-Q, 10-QSB, 10-QT and their amendments.
    TenQ,
    /// Current report: 8-K, 8-K12B … and amendments.
    EightK,
    /// Foreign annual report.
    TwentyF,
    /// Proxy statement: DEF 14A, DEFA14A, PRE 14A …
    Proxy,
    /// Registration statement or prospectus: S-1, F-1, SB-2, DRS, 424B4 …
    S1,
    /// Any other form: kept and quoted, without items.
    Other,
}

impl FormType {
    /// The SEC's spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Without the amendment suffix: `10-K/A` → `10-K`.
    #[must_use]
    pub fn base(&self) -> &str {
        self.0.strip_suffix("/A").unwrap_or(&self.0)
    }

    /// Whether it is one of the forms for small businesses, 10-KSB and 10-QSB, which have items of
    /// their own. EDGAR also spells them `10KSB`, `10KSB40` and `10QSB`.
    #[must_use]
    pub fn is_small_business(&self) -> bool {
        let base = self.base();
        base.starts_with("10") && (base.contains("KSB") || base.contains("QSB"))
    }

    /// Whether it amends an earlier filing.
    #[must_use]
    pub fn is_amendment(&self) -> bool {
        self.0.ends_with("/A")
    }

    /// The family whose items it has.
    #[must_use]
    pub fn family(&self) -> FormFamily {
        match self.base() {
            "20-F" | "20-FR" | "20FR12B" | "20FR12G" => FormFamily::TwentyF,
            "S-1" | "S-1MEF" | "F-1" | "F-1MEF" | "S-11" | "S-11MEF" | "SB-1" | "SB-2"
            | "SB-2MEF" => FormFamily::S1,
            base if base.starts_with("424") || base.starts_with("DRS") => FormFamily::S1,
            base if base.starts_with("10-K") || base.starts_with("10K") => FormFamily::TenK,
            base if base.starts_with("10-Q") || base.starts_with("10Q") => FormFamily::TenQ,
            base if base.starts_with("8-K") => FormFamily::EightK,
            base if base.contains("14A") => FormFamily::Proxy,
            _ => FormFamily::Other,
        }
    }
}

impl FromStr for FormType {
    type Err = ParseFormTypeError;

    fn from_str(text: &str) -> Result<Self, ParseFormTypeError> {
        let lawful = |b: u8| matches!(b, b'A'..=b'Z' | b'0'..=b'9' | b' ' | b'/' | b'.' | b'-');
        let starts = text
            .bytes()
            .next()
            .is_some_and(|b| b.is_ascii_alphanumeric());
        if !starts
            || text.len() > 20
            || text.contains("  ")
            || text.ends_with(' ')
            || text.contains("..")
            || !text.bytes().all(lawful)
        {
            return Err(ParseFormTypeError);
        }
        let spaced = ["DEF-14A", "PRE-14A"]
            .iter()
            .find(|dashed| text.starts_with(**dashed));
        Ok(Self(spaced.map_or_else(
            || text.to_owned(),
            |_| text.replacen('-', " ", 1),
        )))
    }
}

impl fmt::Display for FormType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

super::text_serde!(FormType);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_include_amendments_and_old_variants() {
        for (text, family) in [
            ("10-K", FormFamily::TenK),
            ("10-K405", FormFamily::TenK),
            ("10-K/A", FormFamily::TenK),
            ("10-KT405/A", FormFamily::TenK),
            ("10KSB", FormFamily::TenK),
            ("10KSB40/A", FormFamily::TenK),
            ("10QSB", FormFamily::TenQ),
            ("10-QT", FormFamily::TenQ),
            ("10-Q", FormFamily::TenQ),
            ("8-K/A", FormFamily::EightK),
            ("DEF-14A", FormFamily::Proxy),
            ("DEFA14A", FormFamily::Proxy),
            ("S-1/A", FormFamily::S1),
            ("DEFM14A", FormFamily::Proxy),
            ("PREC14A", FormFamily::Proxy),
            ("F-1/A", FormFamily::S1),
            ("424B4", FormFamily::S1),
            ("DRS/A", FormFamily::S1),
            ("SB-2", FormFamily::S1),
            ("S-8", FormFamily::Other),
        ] {
            assert_eq!(text.parse::<FormType>().unwrap().family(), family, "{text}");
        }
    }

    #[test]
    fn small_businesses_have_forms_of_their_own() {
        for text in ["10-KSB", "10KSB40", "10-KSB/A", "10QSB", "10-QSB"] {
            assert!(
                text.parse::<FormType>().unwrap().is_small_business(),
                "{text}"
            );
        }
        assert!(!"10-K405".parse::<FormType>().unwrap().is_small_business());
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "10-k",
            "../",
            " 10-K",
            "10-K ",
            "10–K",
            "123456789012345678901",
        ] {
            assert_eq!(text.parse::<FormType>(), Err(ParseFormTypeError), "{text}");
        }
    }
}
