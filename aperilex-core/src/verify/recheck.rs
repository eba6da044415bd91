//! Checking a stored analysis again, offline, against the files the SEC serves.

use aperilex_ports::{
    AnalysisResult, CanonicalText, Citation, Claim, Digest, Fact, FilingParser, ParseFilingError,
    RawDocument, RawFiling,
};

use super::folding::Folded;
use super::numbers::{Statement, tally};

/// A raw file, read with today's parser.
#[derive(Debug)]
pub struct RawFile {
    sha256: Digest,
    raw: RawDocument,
    texts: Vec<CanonicalText>,
    /// Facts with the digest of the text their ranges are of.
    facts: Vec<(Digest, Fact)>,
}

impl RawFile {
    /// Reads a file as a document of the analysed filing.
    ///
    /// # Errors
    /// [`ParseFilingError`] if it cannot be read as a filing.
    pub fn read(
        raw: RawDocument,
        result: &AnalysisResult,
        parser: &dyn FilingParser,
    ) -> Result<Self, ParseFilingError> {
        let texts = parser.canonical_texts(&raw)?;
        let filing = RawFiling {
            meta: result.filing.clone(),
            documents: vec![raw.clone()],
        };
        let content = parser.parse(&filing)?;
        let digest =
            |fact: &Fact| Some(content.documents.get(fact.document)?.text.as_ref()?.sha256);
        let facts = content
            .facts
            .iter()
            .filter_map(|fact| Some((digest(fact)?, fact.clone())))
            .collect();
        Ok(Self {
            sha256: Digest::of(&raw.bytes),
            raw,
            texts,
            facts,
        })
    }
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The claim's text.
    pub claim: String,
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
}

impl Report {
    /// Whether everything holds and there was something to check.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.citations > 0 && self.breaches.is_empty()
    }
}

/// Checks every quote and number of a stored analysis against raw files.
#[must_use]
pub fn recheck(result: &AnalysisResult, files: &[RawFile], parser: &dyn FilingParser) -> Report {
    let mut report = Report::default();
    for (_, claim) in result.claims() {
        report.claims += 1;
        let mut breach = |reason: String| {
            report.breaches.push(Breach {
                claim: claim.text.clone(),
                reason,
            });
        };
        if claim.citations.is_empty() {
            breach("it cites nothing".to_owned());
        }
        for citation in &claim.citations {
            report.citations += 1;
            if let Err(reason) = check_citation(citation, files, parser) {
                breach(format!("{}: {reason}", citation.document));
            }
        }
        if !numbers_hold(claim, files) {
            breach("a number in it is neither in the cited words nor a fact".to_owned());
        }
    }
    report
}

fn check_citation(
    citation: &Citation,
    files: &[RawFile],
    parser: &dyn FilingParser,
) -> Result<(), &'static str> {
    let file = files
        .iter()
        .find(|file| file.sha256 == citation.raw_sha256)
        .ok_or("no file given has the SHA-256 that is cited")?;
    let text = file
        .texts
        .iter()
        .find(|text| text.sha256 == citation.text_sha256);
    let Some(text) = text else {
        return check_raw(citation, file, parser);
    };
    let range = citation.start..citation.end;
    if text.text.get(range.clone()) != Some(citation.quote.as_str()) {
        return Err("the quote is not what stands at this place of the text");
    }
    if text.map.raw_range(&range) != Some(citation.raw_start..citation.raw_end) {
        return Err("the range of raw bytes is not that of the quote");
    }
    Ok(())
}

/// The canonical text was made by another version of the parser: the raw bytes decide.
fn check_raw(
    citation: &Citation,
    file: &RawFile,
    parser: &dyn FilingParser,
) -> Result<(), &'static str> {
    const ABSENT: &str = "the quote is not in the raw bytes that are cited";
    if citation.raw_start >= citation.raw_end || citation.raw_end > file.raw.bytes.len() {
        return Err(ABSENT);
    }
    let bytes = file.raw.bytes.slice(citation.raw_start..citation.raw_end);
    let piece = RawDocument {
        bytes,
        ..file.raw.clone()
    };
    let texts = parser.canonical_texts(&piece).map_err(|_| ABSENT)?;
    let fold = |text: &str| Folded::new(text, aperilex_ports::QuoteMatch::Typography).text;
    let quote = fold(&citation.quote);
    let same = texts.iter().any(|text| fold(&text.text) == quote);
    if same { Ok(()) } else { Err(ABSENT) }
}

fn numbers_hold(claim: &Claim, files: &[RawFile]) -> bool {
    // Texts are numbered by their digests, so that a range is only ever compared with its own text.
    let texts: Vec<Digest> = claim.citations.iter().map(|c| c.text_sha256).collect();
    let index = |digest: &Digest| {
        texts
            .iter()
            .position(|d| d == digest)
            .unwrap_or(texts.len())
    };
    let cited = claim
        .citations
        .iter()
        .map(|c| (index(&c.text_sha256), c.start..c.end, c.quote.as_str()))
        .collect();
    let statement = Statement {
        text: &claim.text,
        figure: claim.figure.as_ref(),
        cited,
    };
    let facts: Vec<Fact> = files
        .iter()
        .flat_map(|file| &file.facts)
        .map(|(digest, fact)| Fact {
            document: index(digest),
            ..fact.clone()
        })
        .collect();
    tally(&statement, &facts).holds()
}
