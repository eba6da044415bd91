//! The items of a current report: SEC Form 8-K, and as it was before 23 August 2004.

/// Code and title.
const TITLES: &[(&str, &str)] = &[
    ("1.01", "Entry into a Material Definitive Agreement"),
    ("1.02", "Termination of a Material Definitive Agreement"),
    ("1.03", "Bankruptcy or Receivership"),
    ("1.04", "Mine Safety"),
    ("1.05", "Material Cybersecurity Incidents"),
    ("2.01", "Completion of Acquisition or Disposition of Assets"),
    ("2.02", "Results of Operations and Financial Condition"),
    ("2.03", "Creation of a Direct Financial Obligation"),
    (
        "2.04",
        "Triggering Events That Accelerate or Increase a Financial Obligation",
    ),
    ("2.05", "Costs Associated with Exit or Disposal Activities"),
    ("2.06", "Material Impairments"),
    (
        "3.01",
        "Notice of Delisting or Failure to Satisfy a Listing Rule",
    ),
    ("3.02", "Unregistered Sales of Equity Securities"),
    (
        "3.03",
        "Material Modification to Rights of Security Holders",
    ),
    ("4.01", "Changes in Registrant’s Certifying Accountant"),
    (
        "4.02",
        "Non-Reliance on Previously Issued Financial Statements",
    ),
    ("5.01", "Changes in Control of Registrant"),
    (
        "5.02",
        "Departure, Election or Appointment of Directors and Officers",
    ),
    (
        "5.03",
        "Amendments to Articles or Bylaws; Change in Fiscal Year",
    ),
    ("5.04", "Suspension of Trading Under Employee Benefit Plans"),
    ("5.05", "Amendment to or Waiver of the Code of Ethics"),
    ("5.06", "Change in Shell Company Status"),
    (
        "5.07",
        "Submission of Matters to a Vote of Security Holders",
    ),
    ("5.08", "Shareholder Director Nominations"),
    ("6.01", "ABS Informational and Computational Material"),
    ("6.02", "Change of Servicer or Trustee"),
    (
        "6.03",
        "Change in Credit Enhancement or Other External Support",
    ),
    ("6.04", "Failure to Make a Required Distribution"),
    ("6.05", "Securities Act Updating Disclosure"),
    ("6.06", "Static Pool"),
    ("6.10", "Alternative Filings of Asset-Backed Issuers"),
    ("7.01", "Regulation FD Disclosure"),
    ("8.01", "Other Events"),
    ("9.01", "Financial Statements and Exhibits"),
    ("1", "Changes in Control of Registrant"),
    ("2", "Acquisition or Disposition of Assets"),
    ("3", "Bankruptcy or Receivership"),
    ("4", "Changes in Registrant’s Certifying Accountant"),
    ("5", "Other Events"),
    ("6", "Resignations of Registrant’s Directors"),
    ("7", "Financial Statements and Exhibits"),
    ("8", "Change in Fiscal Year"),
    ("9", "Regulation FD Disclosure"),
    ("10", "Amendments to the Code of Ethics"),
    ("11", "Suspension of Trading Under Employee Benefit Plans"),
    ("12", "Results of Operations and Financial Condition"),
];

/// The title of an item; none for codes the form does not have.
pub(super) fn title(code: &str) -> Option<&'static str> {
    TITLES
        .iter()
        .find(|(known, _)| *known == code)
        .map(|(_, title)| *title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_apart_and_titles_hold_no_digits() {
        assert_eq!(title("4.01"), title("4"));
        assert_eq!(title("2.2"), None);
        for (code, title) in TITLES {
            assert_eq!(TITLES.iter().filter(|(c, _)| c == code).count(), 1);
            assert!(!title.contains(|c: char| c.is_ascii_digit()), "{title}");
        }
    }
}
