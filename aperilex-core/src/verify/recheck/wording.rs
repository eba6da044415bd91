//! Claims that nobody wrote: their text is made of the quote or the figure by rule.

use aperilex_ports::{Claim, ClaimStatus, Method, QuoteMatch, figure_words, metric_concepts};

use crate::verify::numbers::Statement;

/// What is wrong with the text of a claim that is said to be extracted.
pub(super) fn breach(
    method: Method,
    claim: &Claim,
    statement: &Statement<'_>,
) -> Option<&'static str> {
    if method != Method::Extractive {
        return None;
    }
    let exact = claim
        .citations
        .iter()
        .all(|c| c.matched == QuoteMatch::Exact);
    if !exact || claim.status != ClaimStatus::Verified {
        return Some("what is extracted needs no repair");
    }
    let Some(figure) = &claim.figure else {
        let quoted = statement.is_quote();
        return (!quoted).then_some("its text is not one of its quotes");
    };
    let name = claim.text.split(": ").next().unwrap_or_default();
    let known = figure
        .concept
        .as_deref()
        .is_some_and(|concept| metric_concepts(name).contains(&concept));
    if !known {
        return Some("its label does not name the figure's concept");
    }
    let said = figure_words(name, figure).as_deref() == Some(claim.text.as_str());
    (!said).then_some("its text is not that of the figure")
}
