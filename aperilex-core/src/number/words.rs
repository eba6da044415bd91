//! Numbers in words: `nine hundred million`.

use super::tail::letters;

const COUNTING: &[&str] = &[
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "hundreds",
    "thousand",
    "thousands",
    "million",
    "millions",
    "billion",
    "billions",
    "trillion",
    "trillions",
    "dozen",
    "dozens",
    "half",
    "double",
    "doubled",
    "triple",
    "tripled",
    "twice",
];

/// Words that say a number only beside others.
const BESIDE: &[&str] = &["one", "percent"];

/// The number words a text begins with, in lower case with single spaces, and where they end; the
/// end of its first word if that is none.
pub(super) fn run(text: &str) -> (usize, Option<String>) {
    let mut said: Vec<String> = Vec::new();
    let mut counts = false;
    let mut end = letters(text).len();
    let mut at = 0;
    loop {
        let word = letters(&text[at..]).to_lowercase();
        let counting = COUNTING.contains(&word.as_str());
        if !counting && !BESIDE.contains(&word.as_str()) {
            break;
        }
        counts |= counting;
        at += letters(&text[at..]).len();
        end = at;
        said.push(word);
        let rest = &text[at..];
        let word =
            rest.trim_start_matches(|c: char| c.is_whitespace() || super::tail::is_hyphen(c));
        at += rest.len() - word.len();
    }
    (end, counts.then(|| said.join(" ")))
}
