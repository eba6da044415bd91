//! Signs of trouble, found by rule: words, items of a current report, and figures.

use aperilex_ports::{DraftClaim, FormFamily, figure_words};

use super::flag_rules::{DENIED, ITEM_RULES, UNREAL, WORD_RULES, WordRule};
use super::key_financials::claim;
use super::{Drawn, events};
use crate::figures::{Facts, Metric, RECEIVABLES, Reading};
use crate::filing::{Filing, Place, Sentence};
use crate::text::{collapse, contains_any, is_prose};

/// Quotes of one rule that are shown.
const PER_RULE: usize = 2;
/// Bytes before a sign in which a word can take it back.
const REACH: usize = 120;
/// Tenths of a percent by which receivables may outgrow revenue.
const OUTGROWN: i128 = 100;

pub(super) fn draw(filing: &Filing<'_>) -> Drawn {
    let mut claims = by_item(filing);
    claims.extend(by_words(filing));
    claims.extend(by_figures(filing));
    claims.into()
}

fn by_item(filing: &Filing<'_>) -> Vec<DraftClaim> {
    if filing.family() != FormFamily::EightK {
        return Vec::new();
    }
    let flagged = ITEM_RULES.iter().filter_map(|(code, name)| {
        let lead = events::leads(filing, code).into_iter().next()?;
        lead.claim_under(filing, Some(name))
    });
    flagged.collect()
}

fn by_words(filing: &Filing<'_>) -> Vec<DraftClaim> {
    let mut documents = vec![filing.content.main];
    documents.extend(filing.exhibits("EX-13"));
    documents.extend(filing.exhibits("EX-99"));
    let mut found: Vec<Vec<DraftClaim>> = vec![Vec::new(); WORD_RULES.len()];
    for document in documents {
        for sentence in suspects(filing, document) {
            let words = collapse(sentence.text).to_lowercase();
            for (rule, claims) in WORD_RULES.iter().zip(&mut found) {
                if claims.len() < PER_RULE && triggers(rule, &words) {
                    claims.extend(sentence.claim_under(filing, Some(rule.name)));
                }
            }
        }
    }
    found.into_iter().flatten().collect()
}

/// Sentences with the words of a rule in them. Only their paragraphs are split into sentences.
fn suspects<'c>(filing: &Filing<'c>, document: usize) -> Vec<Sentence<'c>> {
    let text = filing.text(document);
    let signs: Vec<&str> = WORD_RULES
        .iter()
        .flat_map(|rule| rule.says)
        .copied()
        .collect();
    let holds = |words: &str| contains_any(&collapse(words).to_lowercase(), &signs);
    filing
        .paragraphs(&filing.whole(document))
        .into_iter()
        .filter(|range| text.get(range.clone()).is_some_and(holds))
        .flat_map(|range| filing.all_sentences(&Place { document, range }))
        .filter(|sentence| is_prose(sentence.text) && holds(sentence.text))
        .collect()
}

/// Whether a sentence, in lower case, says what the rule looks for as a fact.
fn triggers(rule: &WordRule, words: &str) -> bool {
    let on_subject = contains_any(words, rule.with) && !contains_any(words, rule.without);
    let said = |phrase: &&str| {
        let at = words.find(*phrase)?;
        let from = (at.saturating_sub(REACH)..=at).find(|i| words.is_char_boundary(*i))?;
        words.get(from..at)
    };
    let before = rule.says.iter().filter_map(said);
    on_subject && { before }
        .any(|before| !takes_back(before, UNREAL) && !takes_back(before, DENIED))
}

/// Whether one of the words stands there as a word of its own, or begins one.
fn takes_back(before: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        let mut places = before.match_indices(word);
        places.any(|(at, _)| {
            let previous = before.get(..at).and_then(|b| b.chars().next_back());
            word.starts_with("n't")
                || word.starts_with("n’t")
                || !previous.is_some_and(char::is_alphanumeric)
        })
    })
}

fn by_figures(filing: &Filing<'_>) -> Vec<DraftClaim> {
    let facts = Facts::new(filing);
    let read = |name: &str| facts.read(Metric::named(name)?);
    let annual = matches!(filing.family(), FormFamily::TenK | FormFamily::TwentyF);
    let mut claims = Vec::new();
    if let Some(equity) = read("Shareholders’ equity").filter(|equity| equity.value.is_negative())
    {
        claims.extend(claim(filing, "Negative equity", &equity));
    }
    if let (Some(cash), Some(income)) = (read("Operating cash flow"), read("Net income")) {
        claims.extend(cash_below_income(filing, &cash, &income));
    }
    if let (true, Some(owed), Some(revenue)) = (annual, facts.read(&RECEIVABLES), read("Revenue")) {
        claims.extend(receivables_outgrow(filing, &owed, &revenue));
    }
    claims
}

/// A profit that did not come in as cash, over the same period.
fn cash_below_income(
    filing: &Filing<'_>,
    cash: &Reading<'_>,
    income: &Reading<'_>,
) -> Option<DraftClaim> {
    let same = cash.figure.period == income.figure.period && cash.figure.unit == income.figure.unit;
    let profit = !income.value.is_negative() && !income.value.is_zero();
    if !same || !profit || !cash.value.less_than(income.value) {
        return None;
    }
    both(
        filing,
        "Operating cash flow is below net income",
        cash,
        income,
    )
}

/// Sales that are not paid for: receivables grew faster than revenue by ten points or more.
fn receivables_outgrow(
    filing: &Filing<'_>,
    owed: &Reading<'_>,
    revenue: &Reading<'_>,
) -> Option<DraftClaim> {
    let outgrown = owed.change?.checked_sub(revenue.change?)? >= OUTGROWN;
    if !outgrown {
        return None;
    }
    both(
        filing,
        "Receivables grew faster than revenue",
        owed,
        revenue,
    )
}

/// A claim that states the first figure and quotes the rows of both.
fn both(
    filing: &Filing<'_>,
    name: &str,
    stated: &Reading<'_>,
    compared: &Reading<'_>,
) -> Option<DraftClaim> {
    let mut quotes = stated.quotes(filing)?;
    quotes.extend(compared.quotes(filing)?);
    Some(DraftClaim {
        text: figure_words(name, &stated.figure)?,
        quotes,
        figure: Some(stated.figure.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(sentence: &str) -> Vec<&'static str> {
        let words = sentence.to_lowercase();
        let rules = WORD_RULES.iter().filter(|rule| triggers(rule, &words));
        rules.map(|rule| rule.name).collect()
    }

    #[test]
    fn facts_trigger() {
        for (sentence, name) in [
            (
                "These conditions raise substantial doubt about the Company’s ability to continue as a going concern.",
                "Going concern",
            ),
            (
                "Management identified a material weakness in internal control over financial reporting.",
                "Material weakness",
            ),
            (
                "Our Chief Executive Officer concluded that our disclosure controls and procedures were not effective.",
                "Controls not effective",
            ),
            (
                "We were not in compliance with the leverage covenant as of year end.",
                "Covenant breach or waiver",
            ),
            (
                "The lenders waived the breach of the fixed charge covenant in May.",
                "Covenant breach or waiver",
            ),
            (
                "The Company will restate its previously issued financial statements for 2019.",
                "Restatement",
            ),
        ] {
            assert!(flags(sentence).contains(&name), "{sentence}");
        }
    }

    #[test]
    fn denials_possibilities_and_definitions_do_not() {
        for sentence in [
            "We did not identify any material weakness in our internal control.",
            "There were no material weaknesses identified in the period.",
            "If we identify a material weakness, investors could lose confidence due to it.",
            "We may identify a material weakness that is not remediated.",
            "A material weakness is a deficiency such that there is a reasonable possibility of misstatement.",
            "There is no substantial doubt about our ability to continue as a going concern.",
            "Management evaluates whether there is substantial doubt about the ability to continue as a going concern.",
            "Our plans alleviated the substantial doubt about our ability to continue as a going concern.",
            "We were in compliance with all covenants at year end.",
            "A breach of a covenant could lead to default unless it is waived.",
            "Our internal control may become not effective.",
        ] {
            assert_eq!(flags(sentence), [""; 0], "{sentence}");
        }
    }
}
