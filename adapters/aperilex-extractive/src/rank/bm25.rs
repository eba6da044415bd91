//! BM25 of sentences against a query (k1 1.2, b 0.75), as Robertson and Zaragoza give it.

use std::rc::Rc;

const K1: f64 = 1.2;
const B: f64 = 0.75;

/// The score of every sentence; terms are in rising order.
pub(super) fn bm25(sentences: &[Rc<[u32]>], query: &[u32]) -> Vec<f64> {
    let mut query = query.to_vec();
    query.dedup();
    let total: usize = sentences.iter().map(|terms| terms.len()).sum();
    let mean = (total as f64 / sentences.len().max(1) as f64).max(1.0);
    let mut scores = vec![0.0; sentences.len()];
    for term in query {
        let counts: Vec<usize> = sentences.iter().map(|terms| count(terms, term)).collect();
        let holding = counts.iter().filter(|count| **count > 0).count() as f64;
        let idf = (1.0 + (sentences.len() as f64 - holding + 0.5) / (holding + 0.5)).ln();
        for ((score, count), terms) in scores.iter_mut().zip(&counts).zip(sentences) {
            let (count, length) = (*count as f64, terms.len() as f64);
            *score += idf * count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length / mean));
        }
    }
    scores
}

fn count(terms: &[u32], term: u32) -> usize {
    let from = terms.partition_point(|t| *t < term);
    terms.iter().skip(from).take_while(|t| **t == term).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_and_repeated_terms_count_most() {
        let sentences = [[1, 2, 3], [1, 1, 3], [3, 4, 5], [3, 6, 7]].map(Rc::from);
        let scores = bm25(&sentences, &[1, 3]);
        assert!(scores[1] > scores[0] && scores[0] > scores[2]);
        assert_eq!(scores[2], scores[3]);
        assert_eq!(bm25(&sentences, &[9]), [0.0; 4]);
        assert!(bm25(&[], &[1]).is_empty());
    }
}
