//! What an analysis says of the filing and of itself, compared with the filing.

use aperilex_ports::{Cik, Date, Fact, FilingId, FormType, Method, MicroUsd, Quality, TokenUsage};

use super::Reread;

/// Days by which the period of EDGAR's header and that of the cover page may differ: headers have
/// the month's last day where a fiscal year ends on a weekday.
const SLACK: i32 = 10;

/// What does not agree.
pub(super) fn breaches(filing: &Reread<'_>) -> Vec<&'static str> {
    let meta = &filing.result.filing;
    let id = meta.accession.as_ref().map(FilingId::of_accession);
    let checks = [
        (
            method_agrees(filing),
            "method, quality, provider and tokens do not agree",
        ),
        (
            id.is_none_or(|id| id == meta.id),
            "the accession number is not that of the filing's id",
        ),
        (
            url_agrees(filing),
            "the address is not that of the accession number",
        ),
        (
            documents_agree(filing),
            "a document is not what the file has",
        ),
        (
            sections_agree(filing),
            "the items are not those of the filing",
        ),
        (
            form_agrees(filing),
            "the form is not that of the cover page",
        ),
        (
            cik_agrees(filing),
            "the company's key is not that of the cover page",
        ),
        (
            period_agrees(filing),
            "the period is not that of the cover page",
        ),
        (
            company_agrees(filing),
            "the company's name is not that of the cover page",
        ),
    ];
    let wrong = checks.into_iter().filter(|(holds, _)| !holds);
    wrong.map(|(_, reason)| reason).collect()
}

/// An extracted analysis has no model, one by a model has its provider.
fn method_agrees(filing: &Reread<'_>) -> bool {
    let r = filing.result;
    match r.method {
        Method::Extractive => {
            let unused = r.provider.is_none() && r.model.is_none();
            unused
                && r.quality == Quality::Extractive
                && r.tokens == TokenUsage::default()
                && r.cost_usd == MicroUsd::ZERO
        }
        Method::Model => r.quality != Quality::Extractive && r.provider.is_some(),
    }
}

fn url_agrees(filing: &Reread<'_>) -> bool {
    let meta = &filing.result.filing;
    let (Some(accession), Some(url)) = (&meta.accession, &meta.url) else {
        return true;
    };
    let number = accession.to_string();
    !url.contains("/Archives/") || url.contains(&number) || url.contains(&number.replace('-', ""))
}

/// Every document of a file that is given comes out again.
fn documents_agree(filing: &Reread<'_>) -> bool {
    filing.result.documents.iter().all(|said| {
        let mut given = filing.content.documents.iter();
        let mut given = given
            .by_ref()
            .filter(|d| d.raw_sha256 == said.raw_sha256)
            .peekable();
        given.peek().is_none()
            || given.any(|document| {
                let text = document.text.as_ref().map(|text| text.sha256);
                document.name == said.name
                    && document.raw_bytes == said.raw_bytes
                    && (!filing.same_parser || text == Some(said.text_sha256))
            })
    })
}

fn sections_agree(filing: &Reread<'_>) -> bool {
    if !filing.same_parser || !filing.has_main {
        return true;
    }
    filing.result.sections == crate::verify::section_summaries(&filing.content)
}

fn cover<'f>(filing: &'f Reread<'_>, concept: &str) -> Option<&'f Fact> {
    let mut facts = filing.content.facts.iter();
    facts.find(|fact| &*fact.concept == concept && fact.dimensions.is_empty())
}

fn form_agrees(filing: &Reread<'_>) -> bool {
    let form = &filing.result.filing.form;
    let said =
        cover(filing, "dei:DocumentType").map(|fact| fact.canonical().trim().parse::<FormType>());
    let amended =
        cover(filing, "dei:AmendmentFlag").map(|fact| fact.canonical().trim().to_lowercase());
    let family = said
        .and_then(Result::ok)
        .is_none_or(|said| said.family() == form.family());
    let amendment = form.as_str().ends_with("/A").to_string();
    family
        && amended
            .is_none_or(|said| !matches!(said.as_str(), "true" | "false") || said == amendment)
}

/// One of the filers the cover names: a joint filing has several.
fn cik_agrees(filing: &Reread<'_>) -> bool {
    let facts = &filing.content.facts;
    let keys = facts
        .iter()
        .filter(|fact| &*fact.concept == "dei:EntityCentralIndexKey");
    let said: Vec<Cik> = keys
        .filter_map(|fact| fact.canonical().trim().parse().ok())
        .collect();
    filing
        .result
        .filing
        .cik
        .is_none_or(|cik| said.is_empty() || said.contains(&cik))
}

fn period_agrees(filing: &Reread<'_>) -> bool {
    let cover = cover(filing, "dei:DocumentType").and_then(|fact| fact.period.as_ref());
    let (Some(said), Some(cover)) = (filing.result.filing.period, cover) else {
        return true;
    };
    days(said, cover.end()).is_some_and(|days| days.abs() <= SLACK)
}

fn days(from: Date, to: Date) -> Option<i32> {
    Some(from.until(to).ok()?.get_days())
}

/// The name that the cover gives, where it gives one: sources know a company by its latest name.
fn company_agrees(filing: &Reread<'_>) -> bool {
    let name = registrant(&filing.content.facts);
    name.is_none_or(|name| filing.result.filing.company.as_deref() == Some(name))
}

/// The registrant's name by the cover; none if it names several or none.
pub(crate) fn registrant(facts: &[Fact]) -> Option<&str> {
    let mut names: Vec<&str> = facts
        .iter()
        .filter(|fact| &*fact.concept == "dei:EntityRegistrantName")
        .map(|fact| fact.value.trim())
        .collect();
    names.dedup();
    match names[..] {
        [name] if !name.is_empty() => Some(name),
        _ => None,
    }
}
