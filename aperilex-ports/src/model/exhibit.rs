//! Exhibits.

use serde::{Deserialize, Serialize};

/// An exhibit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exhibit {
    /// Number by Regulation S-K Item 601: `10.1`, `99.1`.
    pub number: String,
    /// Description.
    pub description: String,
    /// File name, if it is attached.
    pub document: Option<String>,
    /// Address in another filing, where it is incorporated from and the list links to it.
    pub url: Option<String>,
}

impl Exhibit {
    /// What kind of exhibit its number makes it.
    #[must_use]
    pub fn kind(&self) -> ExhibitKind {
        ExhibitKind::of(&self.number)
    }
}

/// Kinds of exhibits (Regulation S-K Item 601, paragraph (b)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExhibitKind {
    /// 1: underwriting agreement.
    Underwriting,
    /// 2: plan of acquisition, reorganization, arrangement, liquidation or succession.
    Acquisition,
    /// 3: articles of incorporation and bylaws.
    CharterOrBylaws,
    /// 4: instruments defining the rights of security holders.
    Instruments,
    /// 5: opinion regarding legality.
    Legality,
    /// 8: opinion regarding tax matters.
    Tax,
    /// 10: material contract.
    MaterialContract,
    /// 13: annual or quarterly report to security holders.
    AnnualReport,
    /// 14: code of ethics.
    CodeOfEthics,
    /// 16: letter regarding change in certifying accountant.
    AccountantLetter,
    /// 19: insider trading policy.
    InsiderTradingPolicy,
    /// 21: subsidiaries.
    Subsidiaries,
    /// 22: subsidiary guarantors.
    Guarantors,
    /// 23: consent of experts and counsel.
    Consent,
    /// 24: power of attorney.
    PowerOfAttorney,
    /// 31 and 32: certifications by the officers.
    Certification,
    /// 95: mine safety disclosure.
    MineSafety,
    /// 96: technical report summary.
    TechnicalReport,
    /// 97: policy on recovery of compensation.
    Clawback,
    /// 99: additional exhibits, press releases above all.
    Additional,
    /// 100 and 101: XBRL files.
    Xbrl,
    /// 104: cover page in inline XBRL.
    CoverPage,
    /// 107: filing fee table.
    FilingFees,
    /// Any other.
    Other,
}

impl ExhibitKind {
    /// The kind that a number such as `10.1`, `31.2` or `101.INS` stands for.
    #[must_use]
    pub fn of(number: &str) -> Self {
        let digits = number.find(|c: char| !c.is_ascii_digit());
        let group = digits.map_or(number, |end| number.get(..end).unwrap_or_default());
        match group {
            "1" => Self::Underwriting,
            "2" => Self::Acquisition,
            "3" => Self::CharterOrBylaws,
            "4" => Self::Instruments,
            "5" => Self::Legality,
            "8" => Self::Tax,
            "10" => Self::MaterialContract,
            "13" => Self::AnnualReport,
            "14" => Self::CodeOfEthics,
            "16" => Self::AccountantLetter,
            "19" => Self::InsiderTradingPolicy,
            "21" => Self::Subsidiaries,
            "22" => Self::Guarantors,
            "23" => Self::Consent,
            "24" => Self::PowerOfAttorney,
            "31" | "32" => Self::Certification,
            "95" => Self::MineSafety,
            "96" => Self::TechnicalReport,
            "97" => Self::Clawback,
            "99" => Self::Additional,
            "100" | "101" => Self::Xbrl,
            "104" => Self::CoverPage,
            "107" => Self::FilingFees,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_before_the_dot_makes_the_kind() {
        for (number, kind) in [
            ("10.1", ExhibitKind::MaterialContract),
            ("10", ExhibitKind::MaterialContract),
            ("1.01", ExhibitKind::Underwriting),
            ("31.2", ExhibitKind::Certification),
            ("101.INS", ExhibitKind::Xbrl),
            ("99(a)", ExhibitKind::Additional),
            ("107", ExhibitKind::FilingFees),
            ("7", ExhibitKind::Other),
            ("", ExhibitKind::Other),
        ] {
            assert_eq!(ExhibitKind::of(number), kind, "{number}");
        }
    }
}
