//! What follows the digits of a number: scale, percent, a closing parenthesis.

use super::token::Kind;

/// What was read behind the digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tail {
    /// Power of ten of the scale words.
    pub(super) power: u32,
    pub(super) kind: Kind,
    /// A parenthesis closes right behind the digits and their percent sign.
    pub(super) closed: bool,
    /// `268.4 M`: a letter that may be a scale or not.
    pub(super) doubtful: bool,
    /// Bytes of it.
    pub(super) len: usize,
}

/// Power of ten of a scale word or abbreviation.
pub(super) fn scale(word: &str) -> Option<u32> {
    Some(match word.to_lowercase().as_str() {
        "hundred" | "hundreds" => 2,
        "k" | "thousand" | "thousands" => 3,
        "m" | "mm" | "mn" | "mln" | "mio" | "million" | "millions" => 6,
        "b" | "bn" | "bln" | "billion" | "billions" => 9,
        "t" | "tn" | "trn" | "trillion" | "trillions" => 12,
        _ => return None,
    })
}

fn kind(word: &str, rest: &str) -> Option<(Kind, usize)> {
    let next = |expected: &[&str]| {
        let gap = rest.len() - rest.trim_start().len();
        let word = letters(&rest[gap..]);
        expected.contains(&word).then_some(gap + word.len())
    };
    match word.to_lowercase().as_str() {
        "percent" | "percentage" | "pct" => Some((Kind::Percent, 0)),
        "per" => Some((Kind::Percent, next(&["cent"])?)),
        "bp" | "bps" => Some((Kind::BasisPoints, 0)),
        "basis" => Some((Kind::BasisPoints, next(&["point", "points"])?)),
        "x" | "times" => Some((Kind::Times, 0)),
        _ => None,
    }
}

/// The letters a text begins with.
pub(super) fn letters(text: &str) -> &str {
    let end = text
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(text.len());
    &text[..end]
}

/// Reads behind the digits; any white space, or one hyphen, may stand before a word.
pub(super) fn tail(after: &str) -> Tail {
    let mut tail = Tail {
        power: 0,
        kind: Kind::Plain,
        closed: false,
        doubtful: false,
        len: 0,
    };
    loop {
        let rest = &after[tail.len..];
        if !step(&mut tail, rest) {
            return tail;
        }
    }
}

/// Takes one sign or word into the tail; false where none follows.
fn step(tail: &mut Tail, rest: &str) -> bool {
    let open = rest.trim_start();
    let gap = rest.len() - open.len();
    if open.starts_with(')') && !tail.closed && tail.power == 0 {
        tail.closed = true;
        tail.len += gap + 1;
        return true;
    }
    if open.starts_with(['%', '％', '﹪']) && tail.kind == Kind::Plain {
        tail.kind = Kind::Percent;
        tail.len += gap + open.chars().next().map_or(0, char::len_utf8);
        return true;
    }
    let hyphen = rest.chars().next().filter(|c| is_hyphen(*c));
    let gap = hyphen.map_or(gap, char::len_utf8);
    let word = letters(&rest[gap..]);
    let behind = &rest[gap + word.len()..];
    if word.is_empty() || behind.starts_with(char::is_numeric) {
        return false;
    }
    if let Some((kind, more)) = kind(word, behind).filter(|_| tail.kind == Kind::Plain) {
        tail.kind = kind;
        tail.len += gap + word.len() + more;
        return true;
    }
    let Some(power) = scale(word) else {
        return false;
    };
    tail.doubtful |= word.len() == 1 && gap > 0;
    tail.power = tail.power.saturating_add(power);
    tail.len += gap + word.len();
    true
}

pub(super) const fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{2011}')
}
