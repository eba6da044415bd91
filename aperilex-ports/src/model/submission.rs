//! What the header of a submission says.

use jiff::civil::{Date, DateTime};

use super::{AccessionNumber, Cik, FormType};

/// The SGML header of a submission.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubmissionHeader {
    /// The filing's number.
    pub accession: Option<AccessionNumber>,
    /// Its form.
    pub form: Option<FormType>,
    /// End of the period reported on.
    pub period: Option<Date>,
    /// Date of filing.
    pub filed: Option<Date>,
    /// When EDGAR accepted it: always New York time.
    pub accepted: Option<DateTime>,
    /// 8-K item codes; those of the readable spelling are found by their title.
    pub items: Vec<String>,
    /// How many public documents there are.
    pub documents: Option<u32>,
    /// Everybody whom it concerns, in the order of the header.
    pub parties: Vec<Party>,
}

impl SubmissionHeader {
    /// The first filer, or whoever comes first.
    #[must_use]
    pub fn filer(&self) -> Option<&Party> {
        let known = |party: &&Party| party.cik.is_some();
        self.parties
            .iter()
            .filter(known)
            .find(|party| party.role == "FILER")
            .or_else(|| self.parties.iter().find(known))
    }

    /// Whether this company is among those that it concerns; true if it names none.
    #[must_use]
    pub fn concerns(&self, cik: Cik) -> bool {
        let mut named = self.parties.iter().filter_map(|party| party.cik).peekable();
        named.peek().is_none() || named.any(|party| party == cik)
    }
}

/// A company or person in a header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// `FILER`, `SUBJECT COMPANY`, `FILED BY`, `REPORTING OWNER`, `ISSUER` …
    pub role: String,
    /// Name.
    pub name: Option<String>,
    /// Key.
    pub cik: Option<Cik>,
    /// Standard industrial classification.
    pub sic: Option<u16>,
    /// Employer identification number, digits alone.
    pub ein: Option<String>,
    /// State or country of incorporation, in EDGAR's code.
    pub state: Option<String>,
    /// Month and day at which its fiscal year ends: `1231`.
    pub fiscal_year_end: Option<String>,
    /// SEC file number: `001-03480`.
    pub file_number: Option<String>,
    /// Earlier names, the latest first.
    pub former_names: Vec<String>,
}
