//! TextRank (Mihalcea and Tarau 2004): a sentence matters if sentences that matter resemble it.

use std::rc::Rc;

const DAMPING: f64 = 0.85;
const ROUNDS: usize = 30;
/// Ranks that move by less than this stand.
const SETTLED: f64 = 1e-4;

/// The rank of every sentence. Cost grows with the square of their number.
pub(super) fn textrank(sentences: &[Rc<[u32]>]) -> Vec<f64> {
    let edges = edges(sentences);
    let weight: Vec<f64> = edges
        .iter()
        .map(|edges| edges.iter().map(|(_, w)| w).sum())
        .collect();
    let mut ranks = vec![1.0; sentences.len()];
    for _ in 0..ROUNDS {
        let shares: Vec<f64> = ranks
            .iter()
            .zip(&weight)
            .map(|(rank, weight)| if *weight > 0.0 { rank / weight } else { 0.0 })
            .collect();
        let mut moved = 0.0_f64;
        for (rank, edges) in ranks.iter_mut().zip(&edges) {
            let received = edges.iter();
            let received = received.map(|(to, w)| w * shares.get(*to).unwrap_or(&0.0));
            let next = (1.0 - DAMPING) + DAMPING * received.sum::<f64>();
            moved = moved.max((next - *rank).abs());
            *rank = next;
        }
        if moved < SETTLED {
            break;
        }
    }
    ranks
}

/// Per sentence: those that resemble it, and how much.
fn edges(sentences: &[Rc<[u32]>]) -> Vec<Vec<(usize, f64)>> {
    let length = |terms: &Rc<[u32]>| (terms.len().max(1) as f64).ln();
    let lengths: Vec<f64> = sentences.iter().map(length).collect();
    let mut edges = vec![Vec::new(); sentences.len()];
    for (i, (a, length_a)) in sentences.iter().zip(&lengths).enumerate() {
        for (j, (b, length_b)) in sentences.iter().zip(&lengths).enumerate().skip(i + 1) {
            let weight = likeness(shared(a, b), length_a + length_b);
            if weight > 0.0
                && let [from, .., to] = &mut edges[i..=j]
            {
                from.push((j, weight));
                to.push((i, weight));
            }
        }
    }
    edges
}

/// Shared terms, against the logarithms of both lengths.
fn likeness(shared: usize, length: f64) -> f64 {
    if shared == 0 || length <= 0.0 {
        return 0.0;
    }
    shared as f64 / length
}

/// How many different terms both have; both in rising order.
pub(super) fn shared(a: &[u32], b: &[u32]) -> usize {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let (mut shared, mut last) = (0, None);
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => drop(a.next()),
            std::cmp::Ordering::Greater => drop(b.next()),
            std::cmp::Ordering::Equal => {
                shared += usize::from(last != Some(**x));
                last = Some(**x);
                a.next();
                b.next();
            }
        }
    }
    shared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_that_all_resemble_ranks_first_and_the_odd_one_last() {
        let sentences = [
            vec![1, 2, 3],
            vec![1, 4, 5],
            vec![1, 2, 4, 6],
            vec![7, 8, 9],
            vec![2, 6, 10],
        ]
        .map(Rc::from);
        let ranks = textrank(&sentences);
        let best = (0..5).max_by(|a, b| ranks[*a].total_cmp(&ranks[*b]));
        let worst = (0..5).min_by(|a, b| ranks[*a].total_cmp(&ranks[*b]));
        assert_eq!((best, worst), (Some(2), Some(3)));
        assert_eq!(textrank(&[vec![1], vec![], vec![1]].map(Rc::from)).len(), 3);
    }

    #[test]
    fn shared_terms_count_once() {
        assert_eq!(shared(&[1, 1, 2, 5], &[1, 1, 5, 6]), 2);
    }
}
