//! Changes to inputs without knowledge of coverage: the stand-in for libFuzzer.

/// Longest input.
const MAX_BYTES: usize = 16 * 1024;

/// A small generator of numbers (xorshift64*): the same seed gives the same inputs everywhere.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A generator.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `end`; 0 if there is none.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 16).unwrap_or(0) % end.max(1)
    }

    /// One of several; an empty piece of none.
    fn one<'a>(&mut self, of: &'a [Vec<u8>]) -> &'a [u8] {
        let at = self.below(of.len());
        of.get(at).map_or(&[], Vec::as_slice)
    }
}

/// An input made of a kept one by some changes.
#[must_use]
pub fn mutated(random: &mut Random, corpus: &[Vec<u8>], words: &[Vec<u8>]) -> Vec<u8> {
    let mut input = random.one(corpus).to_vec();
    for _ in 0..=random.below(6) {
        let from = random.below(input.len() + 1);
        let to = (from + random.below(64)).min(input.len());
        match random.below(7) {
            0 => drop(input.drain(from..to)),
            1 => insert(&mut input, from, random.one(words)),
            2 => {
                let piece = input.get(from..to).unwrap_or_default().to_vec();
                let times = 1 + random.below(20);
                insert(&mut input, to, &piece.repeat(times));
            }
            3 => {
                let other = random.one(corpus);
                let cut = random.below(other.len() + 1);
                let end = (cut + random.below(512)).min(other.len());
                insert(&mut input, from, other.get(cut..end).unwrap_or_default());
            }
            4 => {
                if let Some(byte) = input.get_mut(from) {
                    *byte ^= 1 << random.below(8);
                }
            }
            5 => {
                let byte = u8::try_from(random.below(256)).unwrap_or(0);
                insert(&mut input, from, &[byte]);
            }
            _ => input.truncate(from.max(1)),
        }
    }
    input.truncate(MAX_BYTES);
    input
}

fn insert(input: &mut Vec<u8>, at: usize, piece: &[u8]) {
    let behind = input.split_off(at.min(input.len()));
    input.extend_from_slice(piece);
    input.extend(behind);
}

/// The words of a dictionary in libFuzzer's format: one a line in quotes, `\xAB` for a byte.
#[must_use]
pub fn words(dictionary: &str) -> Vec<Vec<u8>> {
    let lines = dictionary.lines().map(str::trim);
    let quoted = lines.filter_map(|line| {
        let (_, rest) = line.split_once('"')?;
        rest.strip_suffix('"')
    });
    quoted.map(unescape).collect()
}

fn unescape(word: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = word;
    while let Some((before, behind)) = rest.split_once('\\') {
        out.extend_from_slice(before.as_bytes());
        let hex = behind.strip_prefix('x').and_then(|hex| hex.get(..2));
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                rest = behind.get(3..).unwrap_or_default();
            }
            None => {
                let escaped = behind.chars().next().unwrap_or('\\');
                out.extend_from_slice(escaped.encode_utf8(&mut [0; 4]).as_bytes());
                rest = behind.get(escaped.len_utf8()..).unwrap_or_default();
            }
        }
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dictionaries_are_read() {
        let dictionary = "# words\n\"<p>\"\nquote=\"a=\\\"b\\\\\"\n\"\\x1e\\x80z\"\n\n";
        assert_eq!(
            words(dictionary),
            [b"<p>".to_vec(), b"a=\"b\\".to_vec(), b"\x1e\x80z".to_vec()]
        );
    }

    #[test]
    fn the_same_seed_gives_the_same_inputs() {
        let corpus = [b"<p>Item 1. Business</p>".to_vec(), b"word".to_vec()];
        let words = [b"<b>".to_vec()];
        let inputs = |seed| {
            let mut random = Random::new(seed);
            (0..500)
                .map(|_| mutated(&mut random, &corpus, &words))
                .collect::<Vec<_>>()
        };
        assert_eq!(inputs(1), inputs(1));
        assert_ne!(inputs(1), inputs(2));
        assert!(inputs(1).iter().all(|input| input.len() <= MAX_BYTES));
        assert!(mutated(&mut Random::new(1), &[], &[]).len() < 2);
    }
}
