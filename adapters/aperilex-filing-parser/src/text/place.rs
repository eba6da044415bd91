//! What a style says of where, and whether, a piece is put.

use super::size;
use super::state::State;
use super::style::{Acts, Style, is_far_off, is_zero, starts_with};

/// A gap this wide is seen as one, in half points.
const GAP: i32 = 3;

/// Declarations that mean something only together.
#[derive(Debug, Default)]
pub(crate) struct Place {
    position: Position,
    far_off: bool,
    clipped: bool,
    /// No height or width.
    flat: bool,
    /// What overflows is cut.
    cut: bool,
    /// Moved up.
    lifted: bool,
    /// `inline-block` and the like.
    boxed: bool,
    /// A width of its own.
    wide: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Position {
    #[default]
    Flow,
    Relative,
    Fixed,
}

impl Place {
    /// Reads a declaration.
    pub(crate) fn read(&mut self, name: &[u8], value: &[u8], style: &mut Style) {
        match name {
            b"display" => self.display(value, style),
            b"position" => self.position = position(value),
            b"left" | b"right" => self.far_off |= is_far_off(value),
            b"top" | b"bottom" => {
                self.far_off |= is_far_off(value);
                let up = size::length(value).unwrap_or(0);
                self.lifted |= if name == b"top" { up < 0 } else { up > 0 };
            }
            b"text-indent" if is_far_off(value) => style.put(State::HIDDEN, true),
            b"opacity" if is_zero(value) => style.put(State::HIDDEN, true),
            b"overflow" | b"overflow-x" | b"overflow-y" => {
                self.cut |= starts_with(value, b"hidden") || starts_with(value, b"clip");
            }
            b"height" | b"max-height" | b"max-width" => self.flat |= is_zero(value),
            b"width" => {
                self.flat |= is_zero(value);
                self.wide = !value.ends_with(b"%") && size::length(value) > Some(0);
            }
            b"clip" => self.clipped |= clips(value, b"rect("),
            b"clip-path" if insets(value) => style.put(State::HIDDEN, true),
            b"transform" if clips(value, b"scale(") => style.put(State::HIDDEN, true),
            b"vertical-align" if starts_with(value, b"super") => style.put(State::RAISED, true),
            b"padding-left" | b"margin-left" => left(value, style),
            b"padding-right" | b"margin-right" => right(value, style),
            b"padding" | b"margin" => sides(value, style),
            _ if name.starts_with(b"page-break-") && starts_with(value, b"always") => {
                style.acts.set(Acts::PAGE_BREAK);
            }
            _ => {}
        }
    }

    /// Sums up.
    pub(crate) fn finish(&self, style: &mut Style) {
        if self.position == Position::Fixed || self.position == Position::Relative && self.lifted {
            // It may lie over anything.
            style.put(State::SHADED, true);
        }
        let off_page = self.position == Position::Fixed && (self.far_off || self.clipped);
        if off_page || (self.flat && self.cut) {
            style.put(State::HIDDEN, true);
        }
        if self.position == Position::Relative && self.lifted {
            style.put(State::RAISED, true);
        }
        if self.boxed && self.wide {
            style.acts.set(Acts::GAP);
            style.put(State::GAP_AFTER, true);
        }
    }

    fn display(&mut self, value: &[u8], style: &mut Style) {
        let word = value
            .split(|b| !b.is_ascii_alphabetic() && *b != b'-')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        if word == b"none" {
            style.put(State::HIDDEN, true);
            return;
        }
        style.acts.set(Acts::SHOWN);
        match word.as_slice() {
            b"inline" => style.acts.set(Acts::INLINE),
            b"block" | b"flex" | b"grid" | b"table" | b"list-item" | b"table-row"
            | b"flow-root" => style.put(State::BLOCK, true),
            b"table-cell" => {
                style.acts.set(Acts::GAP);
                style.put(State::GAP_AFTER, true);
            }
            _ if word.starts_with(b"inline-") => self.boxed = true,
            _ => {}
        }
    }
}

fn position(value: &[u8]) -> Position {
    if starts_with(value, b"relative") {
        Position::Relative
    } else if starts_with(value, b"absolute") || starts_with(value, b"fixed") {
        Position::Fixed
    } else {
        Position::Flow
    }
}

fn left(value: &[u8], style: &mut Style) {
    if is_far_off(value) {
        style.put(State::HIDDEN, true);
    } else if size::length(value) >= Some(GAP) {
        style.acts.set(Acts::GAP);
    }
}

fn right(value: &[u8], style: &mut Style) {
    if is_far_off(value) {
        style.put(State::HIDDEN, true);
    } else if size::length(value) >= Some(GAP) {
        style.put(State::GAP_AFTER, true);
    }
}

/// One to four lengths: top, right, bottom, left.
fn sides(value: &[u8], style: &mut Style) {
    let mut words = value
        .split(u8::is_ascii_whitespace)
        .filter(|w| !w.is_empty());
    let all = words.next().unwrap_or_default();
    let across = words.next().unwrap_or(all);
    right(across, style);
    left(words.nth(1).unwrap_or(across), style);
}

/// A function whose arguments leave nothing to see.
fn clips(value: &[u8], function: &[u8]) -> bool {
    let Some(rest) = value
        .get(function.len()..)
        .filter(|_| starts_with(value, function))
    else {
        return false;
    };
    let mut words = rest
        .split(|b| matches!(b, b',' | b' ' | b')' | b';'))
        .filter(|word| word.first().is_some_and(u8::is_ascii_digit))
        .peekable();
    words.peek().is_some() && words.all(|word| is_zero(word) || word == b"1px")
}

/// `inset(50%)` or more.
fn insets(value: &[u8]) -> bool {
    starts_with(value, b"inset(")
        && value.get(6..).is_some_and(|rest| {
            let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            let number = rest.get(..digits).unwrap_or_default();
            rest.get(digits) == Some(&b'%')
                && (number == b"100" || matches!(number, [b'5'..=b'9', _]))
        })
}
