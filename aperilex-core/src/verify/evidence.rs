//! What a number of a claim may rest on.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::number::{Decimal, Kind, Number, Sign, Token, tokens};

/// Words that say a minus sign.
const LOSS: &[&str] = &[
    "loss",
    "losses",
    "deficit",
    "decrease",
    "decreased",
    "decreases",
    "decline",
    "declined",
    "declines",
    "fell",
    "fall",
    "down",
    "negative",
    "used",
    "outflow",
    "reduced",
    "reduction",
    "dropped",
];
/// Words before and behind a number among which one of [`LOSS`] carries its sign.
const NEAR: (usize, usize) = (8, 4);

/// Numbers, labels and number words that are proved.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    numbers: Vec<Number>,
    labels: BTreeSet<String>,
    words: BTreeSet<String>,
}

impl Evidence {
    /// Takes what stands in cited words.
    pub(super) fn cite(&mut self, words: &str) {
        for placed in tokens(words) {
            match placed.token {
                Token::Number(number) => self.numbers.push(number),
                Token::Label(label) => _ = self.labels.insert(label),
                Token::Words(words) => _ = self.words.insert(words),
                Token::Unreadable => {}
            }
        }
    }

    /// Takes an exact value.
    pub(super) fn add(&mut self, value: Decimal, kind: Kind) {
        let sign = if value.is_negative() {
            Sign::Minus
        } else {
            Sign::None
        };
        self.numbers.push(Number {
            value: value.abs(),
            sign,
            kind,
        });
    }

    /// Whether the value itself stands there, sign and all.
    pub(super) fn has(&self, value: Decimal) -> bool {
        self.numbers.iter().any(|number| {
            number.value == value.abs()
                && number.kind == Kind::Plain
                && (number.sign == Sign::Minus) == value.is_negative()
        })
    }

    /// Whether a token of a text is proved.
    pub(super) fn proves(&self, token: &Token, text: &str, at: &Range<usize>) -> bool {
        match token {
            Token::Number(said) => self.numbers.iter().any(|known| {
                known.value == said.value
                    && known.kind == said.kind
                    && signs_agree(said.sign, known.sign, || loss_near(text, at))
            }),
            Token::Label(label) => self.labels.contains(label),
            Token::Words(words) => self.words.contains(words),
            Token::Unreadable => false,
        }
    }
}

/// A minus must be one, a plus must be none, and a bare number is negative only beside a word that
/// says so.
fn signs_agree(said: Sign, known: Sign, loss_near: impl Fn() -> bool) -> bool {
    match (said, known) {
        (Sign::Minus, Sign::Minus) | (Sign::None | Sign::Plus, Sign::None | Sign::Plus) => true,
        (Sign::None, Sign::Minus) => loss_near(),
        _ => false,
    }
}

fn loss_near(text: &str, at: &Range<usize>) -> bool {
    let split = |c: char| !c.is_alphanumeric();
    let says = |word: &str| LOSS.contains(&word.to_lowercase().as_str());
    let before = text.get(..at.start).unwrap_or_default().rsplit(split);
    let after = text.get(at.end..).unwrap_or_default().split(split);
    let mut before = before.filter(|word| !word.is_empty()).take(NEAR.0);
    let mut after = after.filter(|word| !word.is_empty()).take(NEAR.1);
    before.any(says) || after.any(says)
}
