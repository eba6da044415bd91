//! The best sentences: TextRank, BM25 and position together, without repeats (MMR).

use std::rc::Rc;

use super::bm25::bm25;
use super::textrank::{shared, textrank};

const TEXTRANK: f64 = 0.7;
const BM25: f64 = 0.3;
/// The first sentences of an item introduce it.
const POSITION: f64 = 0.15;
/// Of so many sentences on, position counts half.
const INTRODUCTION: f64 = 10.0;
/// Long sentences resemble many others and are hard to read: what a term more than these costs.
const LENGTH: (usize, f64) = (25, 0.01);
/// What a sentence is worth against what it repeats of those chosen before it.
const RELEVANCE: f64 = 0.6;

/// TextRank looks at this many sentences at most: the best by query and position.
const RANKED: usize = 400;

/// What to choose.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'q> {
    /// Words that the sentences should be about.
    pub(crate) query: &'q str,
    /// Whether a sentence without any of them is left out.
    pub(crate) on_query: bool,
    /// How many.
    pub(crate) limit: usize,
}

/// Indices of the chosen sentences, given by their terms, the best first.
pub(crate) fn select(terms: &[Rc<[u32]>], query: &[u32], request: &Request<'_>) -> Vec<usize> {
    let relevance = scaled(bm25(terms, query));
    let position = |i: usize| 1.0 / (1.0 + i as f64 / INTRODUCTION);
    let excess = |i: usize| terms.get(i).map_or(0, |t| t.len().saturating_sub(LENGTH.0)) as f64;
    let first =
        |i: &usize| value(&relevance, *i) * BM25 + position(*i) * POSITION - excess(*i) * LENGTH.1;

    let mut kept: Vec<usize> = (0..terms.len())
        .filter(|i| !request.on_query || value(&relevance, *i) > 0.0)
        .collect();
    kept.sort_by(|a, b| first(b).total_cmp(&first(a)).then(a.cmp(b)));
    kept.truncate(RANKED);
    kept.sort_unstable();

    let kept_terms: Vec<Rc<[u32]>> = kept.iter().filter_map(|i| terms.get(*i).cloned()).collect();
    let ranks = scaled(textrank(&kept_terms));
    let scores: Vec<f64> = kept
        .iter()
        .zip(ranks)
        .map(|(i, rank)| TEXTRANK * rank + first(i))
        .collect();
    let chosen = diverse(&kept_terms, &scores, request.limit);
    chosen
        .into_iter()
        .filter_map(|at| kept.get(at).copied())
        .collect()
}

/// Divided by the largest.
fn scaled(mut scores: Vec<f64>) -> Vec<f64> {
    let largest = scores.iter().copied().fold(0.0, f64::max);
    if largest > 0.0 {
        scores.iter_mut().for_each(|score| *score /= largest);
    }
    scores
}

fn value(scores: &[f64], at: usize) -> f64 {
    scores.get(at).copied().unwrap_or_default()
}

/// Maximal marginal relevance: each choice weighs a sentence against its likeness to those chosen.
fn diverse(terms: &[Rc<[u32]>], scores: &[f64], limit: usize) -> Vec<usize> {
    let mut repeats = vec![0.0_f64; scores.len()];
    let mut open: Vec<usize> = (0..scores.len()).collect();
    let mut chosen = Vec::new();
    while chosen.len() < limit {
        let worth =
            |i: &usize| RELEVANCE * value(scores, *i) - (1.0 - RELEVANCE) * value(&repeats, *i);
        let best = open
            .iter()
            .copied()
            .max_by(|a, b| worth(a).total_cmp(&worth(b)).then(b.cmp(a)));
        let Some(best) = best else { break };
        open.retain(|i| *i != best);
        chosen.push(best);
        for i in &open {
            if let (Some(a), Some(b), Some(most)) =
                (terms.get(best), terms.get(*i), repeats.get_mut(*i))
            {
                *most = most.max(cosine(a, b));
            }
        }
    }
    chosen
}

fn cosine(a: &[u32], b: &[u32]) -> f64 {
    let length = ((a.len() * b.len()) as f64).sqrt();
    if length > 0.0 {
        shared(a, b) as f64 / length
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Vocabulary;

    const TEXTS: [&str; 6] = [
        "Revenue grew because demand for data center products was strong.",
        "Revenue grew because demand for our data center products was strong.",
        "Gaming revenue fell because channel inventory was high.",
        "The weather was fine.",
        "Operating expenses grew because of headcount and compensation.",
        "Data center products and gaming products drove demand, revenue and expenses.",
    ];

    fn chosen_of(texts: &[&str], request: &Request<'_>) -> Vec<usize> {
        let mut vocabulary = Vocabulary::new();
        let terms = texts.iter().map(|text| vocabulary.terms(text).into());
        let terms: Vec<Rc<[u32]>> = terms.collect();
        select(&terms, &vocabulary.terms(request.query), request)
    }

    fn chosen(request: &Request<'_>) -> Vec<usize> {
        chosen_of(&TEXTS, request)
    }

    #[test]
    fn central_sentences_come_first_and_repeats_are_put_off() {
        let request = Request {
            query: "revenue growth demand",
            on_query: false,
            limit: 4,
        };
        let chosen = chosen(&request);
        assert_eq!(chosen.len(), 4);
        assert!(!chosen.contains(&3));
        let both = chosen[..2].contains(&0) && chosen[..2].contains(&1);
        assert!(!both, "{chosen:?}");
    }

    #[test]
    fn a_sentence_off_the_query_is_left_out_if_asked() {
        let request = Request {
            query: "weather",
            on_query: true,
            limit: 9,
        };
        assert_eq!(chosen(&request), [3]);
        let nothing = Request {
            query: "volcano",
            ..request
        };
        assert!(chosen(&nothing).is_empty());
    }

    #[test]
    fn many_sentences_cost_no_more_than_the_cap() {
        let texts: Vec<String> = (0..20_000)
            .map(|i| {
                format!(
                    "Sentence {} tells of revenue and of cost.",
                    "x".repeat(i % 50)
                )
            })
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let request = Request {
            query: "revenue",
            on_query: false,
            limit: 5,
        };
        assert_eq!(chosen_of(&texts, &request).len(), 5);
    }
}
