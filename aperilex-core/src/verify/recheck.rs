//! Checking a stored analysis again, offline, against the files the SEC serves.

mod citation;
mod header;
mod wording;

pub(crate) use header::registrant;

use aperilex_ports::{
    AnalysisResult, Claim, ClaimStatus, Digest, FilingContent, FilingParser, ParseFilingError,
    QuoteMatch, RawDocument, RawFiling, TextRange,
};

use super::certify::POLICY;
use super::numbers::{Statement, Tally, tally};

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The claim's text; none if it concerns the analysis as a whole.
    pub claim: Option<String>,
    /// What is wrong with it.
    pub reason: String,
}

/// What checking again found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Claims checked.
    pub claims: usize,
    /// Citations checked.
    pub citations: usize,
    /// What does not hold.
    pub breaches: Vec<Breach>,
    /// The parser that made the analysis, if it is another than the one that checks: quotes are then
    /// looked for at their raw bytes, and items are not checked.
    pub other_parser: Option<String>,
}

impl Report {
    /// Whether everything holds and there was something to check.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.citations > 0 && self.breaches.is_empty()
    }
}

/// The filing as today's parser reads it.
struct Reread<'r> {
    result: &'r AnalysisResult,
    content: FilingContent,
    same_parser: bool,
    /// The main document is among the files: items are known.
    has_main: bool,
}

/// Checks a stored analysis against raw files of its filing. Files that it does not name are left
/// out.
///
/// # Errors
/// [`ParseFilingError`] if the files cannot be read as a filing.
pub fn recheck(
    result: &AnalysisResult,
    files: &[RawDocument],
    parser: &dyn FilingParser,
) -> Result<Report, ParseFilingError> {
    let mut report = Report::default();
    let Some(filing) = reread(result, files, parser)? else {
        report.breach(None, "no file given has a SHA-256 that the analysis names");
        return Ok(report);
    };
    report.other_parser = (!filing.same_parser).then(|| result.parser_version.clone());
    for reason in header::breaches(&filing) {
        report.breach(None, reason);
    }
    let mut numbers = Tally::default();
    for (_, claim) in result.claims() {
        report.claims += 1;
        report.citations += claim.citations.len();
        numbers.add(check_claim(&filing, claim, &mut report));
    }
    if !certificate_holds(result, numbers) {
        report.breach(None, "the certificate does not count what is there");
    }
    Ok(report)
}

impl Report {
    fn breach(&mut self, claim: Option<&Claim>, reason: impl Into<String>) {
        self.breaches.push(Breach {
            claim: claim.map(|claim| claim.text.clone()),
            reason: reason.into(),
        });
    }
}

/// Reads the files as the filing, in the order and under the names of the analysis.
fn reread<'r>(
    result: &'r AnalysisResult,
    files: &[RawDocument],
    parser: &dyn FilingParser,
) -> Result<Option<Reread<'r>>, ParseFilingError> {
    let mut seen: Vec<Digest> = Vec::new();
    let mut documents = Vec::new();
    for named in &result.documents {
        if seen.contains(&named.raw_sha256) {
            continue;
        }
        seen.push(named.raw_sha256);
        let file = files
            .iter()
            .find(|file| Digest::of(&file.bytes) == named.raw_sha256);
        documents.extend(file.map(|file| RawDocument {
            name: file_name(&named.name).to_owned(),
            sha256: Some(named.raw_sha256),
            ..file.clone()
        }));
    }
    let Some(first) = documents.first() else {
        return Ok(None);
    };
    let has_main = seen.first() == Some(&Digest::of(&first.bytes));
    let meta = result.filing.clone();
    let content = parser.parse(&RawFiling { meta, documents })?;
    Ok(Some(Reread {
        result,
        content,
        same_parser: result.parser_version == parser.version(),
        has_main,
    }))
}

/// Documents of a full submission that have no name of their own are `file.txt#1`.
fn file_name(document: &str) -> &str {
    document.split('#').next().unwrap_or_default()
}

/// Checks one claim; says how many numbers it states.
fn check_claim(filing: &Reread<'_>, claim: &Claim, report: &mut Report) -> Tally {
    let mut cited: Vec<(usize, TextRange, &str)> = Vec::new();
    for citation in &claim.citations {
        match citation::check(filing, citation) {
            Ok((document, range)) => cited.push((document, range, &citation.quote)),
            Err(reason) => report.breach(Some(claim), format!("{}: {reason}", citation.document)),
        }
    }
    if claim.citations.is_empty() {
        report.breach(Some(claim), "it cites nothing");
    }
    let by_letters = |c: &aperilex_ports::Citation| c.matched == QuoteMatch::Alphanumeric;
    if claim.status == ClaimStatus::Verified && claim.citations.iter().any(by_letters) {
        report.breach(Some(claim), "it was repaired and says that it was not");
    }
    let statement = Statement {
        text: &claim.text,
        figure: claim.figure.as_ref(),
        cited,
    };
    if !statement.quotes_suffice(&filing.content.facts) {
        report.breach(Some(claim), "a quote is too short to prove anything");
    }
    if let Some(reason) = wording::breach(filing.result.method, claim, &statement) {
        report.breach(Some(claim), reason);
    }
    let tally = tally(&statement, &filing.content.facts);
    if !tally.holds() {
        let reason = "a number in it is neither in the cited words nor a fact that they show";
        report.breach(Some(claim), reason);
    }
    tally
}

fn certificate_holds(result: &AnalysisResult, numbers: Tally) -> bool {
    let c = &result.certificate;
    let count = |status| result.claims().filter(|(_, c)| c.status == status).count();
    let held = u64::from(c.verified) + u64::from(c.repaired);
    c.policy == POLICY
        && c.verified as usize == count(ClaimStatus::Verified)
        && c.repaired as usize == count(ClaimStatus::Repaired)
        && u64::from(c.claims) == held + u64::from(c.rejected)
        && (c.numbers, c.numbers_verified) == (numbers.numbers, numbers.numbers)
        && super::certify::enough_hold(c)
}
