//! The items of Form 8-K by their titles, which submission headers give in place of codes.

/// Since 2004-08-23. A title counts by its first words, as EDGAR has written some in two ways.
const TITLES: [(&str, &str); 35] = [
    ("1.01", "entry into a material definitive agreement"),
    ("1.02", "termination of a material definitive agreement"),
    ("1.03", "bankruptcy or receivership"),
    ("1.04", "mine safety"),
    ("1.05", "material cybersecurity incident"),
    ("2.01", "completion of acquisition or disposition of assets"),
    ("2.02", "results of operations and financial condition"),
    ("2.03", "creation of a direct financial obligation"),
    ("2.04", "triggering events that accelerate"),
    ("2.05", "cost associated with exit or disposal"),
    ("2.05", "costs associated with exit or disposal"),
    ("2.06", "material impairments"),
    ("3.01", "notice of delisting"),
    ("3.02", "unregistered sales of equity securities"),
    ("3.03", "material modification"),
    ("4.01", "changes in registrant s certifying accountant"),
    (
        "4.02",
        "non reliance on previously issued financial statements",
    ),
    ("5.01", "changes in control of registrant"),
    ("5.02", "departure of directors"),
    ("5.03", "amendments to articles of incorporation or bylaws"),
    ("5.04", "temporary suspension of trading"),
    ("5.05", "amendments to the registrant s code of ethics"),
    ("5.06", "change in shell company status"),
    ("5.07", "submission of matters to a vote"),
    ("5.08", "shareholder director nominations"),
    ("6.01", "abs informational and computational material"),
    ("6.02", "change of servicer or trustee"),
    ("6.03", "change in credit enhancement"),
    ("6.04", "failure to make a required distribution"),
    ("6.05", "securities act updating disclosure"),
    ("6.06", "static pool"),
    ("6.10", "alternative filings of asset backed issuers"),
    ("7.01", "regulation fd disclosure"),
    ("8.01", "other events"),
    ("9.01", "financial statements and exhibits"),
];

/// Before 2004-08-23.
const OLD_TITLES: [(&str, &str); 12] = [
    ("1", "changes in control of registrant"),
    ("2", "acquisition or disposition of assets"),
    ("3", "bankruptcy or receivership"),
    ("4", "changes in registrant s certifying accountant"),
    ("5", "other events"),
    ("6", "resignations of registrant s directors"),
    ("7", "financial statements"),
    ("8", "change in fiscal year"),
    ("9", "regulation fd disclosure"),
    ("10", "amendments to the registrant s code of ethics"),
    ("11", "temporary suspension of trading"),
    ("12", "results of operations and financial condition"),
];

/// The code of an 8-K item (`5.02`; `5` before 2004-08-23, if `old`) that is written as its code or as
/// its title in General Instructions of the form; none if it is neither.
#[must_use]
pub fn item_8k_code(text: &str, old: bool) -> Option<String> {
    let text = text.trim();
    if text.starts_with(|c: char| c.is_ascii_digit())
        && text.len() <= 5
        && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    {
        return Some(text.to_owned());
    }
    let title = words(text);
    let table: &[(&str, &str)] = if old { &OLD_TITLES } else { &TITLES };
    table
        .iter()
        .find(|(_, start)| title.starts_with(start))
        .map(|(code, _)| (*code).to_owned())
}

fn words(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_codes_are_both_read() {
        for (text, old, expected) in [
            ("5.02", false, Some("5.02")),
            ("Other Events", false, Some("8.01")),
            ("Other events", true, Some("5")),
            (
                "Changes in Registrant's Certifying Accountant",
                false,
                Some("4.01"),
            ),
            (
                "Non-Reliance on Previously Issued Financial Statements or a Related Audit Report",
                false,
                Some("4.02"),
            ),
            ("Something New", false, None),
            ("", false, None),
        ] {
            assert_eq!(item_8k_code(text, old).as_deref(), expected, "{text}");
        }
    }
}
