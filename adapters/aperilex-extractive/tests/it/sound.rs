//! What holds for every draft: quotes are the filing's words, and every number is proved.

use aperilex_ports::{Draft, DraftClaim, DraftQuote, FilingContent, ItemKey, Period};

pub(crate) fn check(content: &FilingContent, draft: &Draft) {
    for claim in draft.parts.values().flatten() {
        assert!(!claim.text.trim().is_empty());
        assert!(!claim.quotes.is_empty(), "{claim:?}");
        for quote in &claim.quotes {
            check_quote(content, claim, quote);
        }
        check_numbers(claim);
        check_figure(content, claim);
    }
    assert!(
        draft
            .not_found
            .iter()
            .all(|missing| !missing.reason.is_empty())
    );
    assert_eq!((draft.tokens, draft.cost.micros()), Default::default());
}

fn check_quote(content: &FilingContent, claim: &DraftClaim, quote: &DraftQuote) {
    let text = content.documents[quote.document].text.as_ref().unwrap();
    let range = quote.range.clone().unwrap();
    assert_eq!(text.text.get(range.clone()), Some(quote.quote.as_str()));
    assert_eq!(quote.quote.trim(), quote.quote);
    let words = quote.quote.split_whitespace().count();
    let row = claim.figure.is_some() || quote.quote.contains('\t');
    assert!(row || words >= 5, "{quote:?}");
    let holding = content.sections.iter().find(|section| {
        section.document == quote.document
            && section.range.start <= range.start
            && range.end <= section.range.end
    });
    assert_eq!(
        quote.item.as_ref(),
        holding.map(|section| &section.key) as Option<&ItemKey>
    );
}

/// A number with scale: in millionths, so that `1.5 million` and `1,500,000` are one.
fn numbers(text: &str) -> Vec<i128> {
    let starts = |at: usize| {
        let byte = |i: usize| text.as_bytes().get(i).copied().unwrap_or(b' ');
        byte(at).is_ascii_digit() && (at == 0 || !matches!(byte(at - 1), b'0'..=b'9' | b',' | b'.'))
    };
    let found = (0..text.len()).filter(|at| starts(*at));
    found.filter_map(|at| number(&text[at..])).collect()
}

fn number(text: &str) -> Option<i128> {
    let end = text
        .find(|c: char| !matches!(c, '0'..='9' | ',' | '.'))
        .unwrap_or(text.len());
    let digits = text[..end].trim_end_matches([',', '.']).replace(',', "");
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let million = text[end..].trim_start().starts_with("million");
    let places = if million { 12 } else { 6 };
    let padded = format!("{whole}{fraction:0<places$}");
    padded.parse().ok()
}

fn check_numbers(claim: &DraftClaim) {
    let mut proved: Vec<i128> = claim
        .quotes
        .iter()
        .flat_map(|q| numbers(&q.quote))
        .collect();
    let mut text = claim.text.clone();
    if let Some(figure) = &claim.figure {
        let prior = figure.prior.as_ref();
        proved.extend(numbers(&figure.value));
        proved.extend(prior.iter().flat_map(|prior| numbers(&prior.value)));
        proved.extend(
            prior
                .iter()
                .flat_map(|p| p.change_pct.iter().flat_map(|c| numbers(c))),
        );
        let periods = figure
            .period
            .iter()
            .chain(prior.and_then(|prior| prior.period.as_ref()));
        for period in periods {
            text = text.replace(&period.end().to_string(), "");
            if let Period::Duration { start, .. } = period {
                text = text.replace(&start.to_string(), "");
            }
        }
    }
    for number in numbers(&text) {
        assert!(proved.contains(&number), "{number} in {claim:?}");
    }
}

/// A figure is a fact without dimensions, and so is the one it is compared with.
fn check_figure(content: &FilingContent, claim: &DraftClaim) {
    let Some(figure) = &claim.figure else { return };
    let is_fact = |value: &str, period: Option<&Period>| {
        content.facts.iter().any(|fact| {
            Some(&*fact.concept) == figure.concept.as_deref()
                && fact.value == value
                && fact.unit.as_deref() == figure.unit.as_deref()
                && fact.period.as_ref() == period
                && fact.dimensions.is_empty()
        })
    };
    assert!(is_fact(&figure.value, figure.period.as_ref()), "{figure:?}");
    if let Some(prior) = &figure.prior {
        assert!(is_fact(&prior.value, prior.period.as_ref()), "{prior:?}");
    }
}
