//! What a `style` attribute or rule says of a piece of text: bold, hidden, set apart, on a new page.

use super::color::{Color, Colors};
use super::place::Place;
use super::size::{self, Size};
use super::state::State;

/// What a style changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Style {
    /// What it switches on.
    pub(crate) set: State,
    /// What it switches off.
    pub(crate) clear: State,
    /// The size of its type.
    pub(crate) size: Size,
    /// What it does at the element's start and end.
    pub(crate) acts: Acts,
}

/// What an element's style does to the text around it, as a set of bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Acts(u8);

impl Acts {
    /// Starts or ends a page.
    pub(crate) const PAGE_BREAK: Self = Self(1);
    /// A block that is set in the line.
    pub(crate) const INLINE: Self = Self(2);
    /// Shows a gap before it.
    pub(crate) const GAP: Self = Self(4);
    /// Is displayed, whatever a weaker rule says.
    pub(crate) const SHOWN: Self = Self(8);

    /// Whether `other` is set.
    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Sets `other`.
    pub(crate) const fn set(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Clears `other`.
    pub(crate) const fn clear(&mut self, other: Self) {
        self.0 &= !other.0;
    }
}

impl Style {
    /// Changes nothing.
    pub(crate) const NONE: Self = Self {
        set: State::from_bits(0),
        clear: State::from_bits(0),
        size: Size::Same,
        acts: Acts(0),
    };

    /// Switches `state` on or off.
    pub(crate) const fn put(&mut self, state: State, on: bool) {
        if on {
            self.set.set(state);
            self.clear.clear(state);
        } else {
            self.clear.set(state);
            self.set.clear(state);
        }
    }

    /// Lays `over` on top.
    pub(crate) fn add(&mut self, over: Self) {
        if over.acts.has(Acts::SHOWN) {
            self.set.clear(State::HIDDEN);
        }
        self.set.clear(over.clear);
        self.set.set(over.set);
        self.clear.clear(over.set);
        self.clear.set(over.clear);
        self.acts.set(over.acts);
        if over.size != Size::Same {
            self.size = over.size;
        }
    }

    fn resize(&mut self, size: Size) {
        self.size = size;
        match size {
            Size::Half(0) => self.put(State::NO_SIZE, true),
            Size::Half(_) => self.put(State::NO_SIZE, false),
            Size::Percent(_) | Size::Same => {}
        }
    }
}

/// Reads the declarations of a style.
pub(crate) fn read(value: &[u8]) -> Style {
    let mut style = Style::default();
    let (mut place, mut colors) = (Place::default(), Colors::default());
    for declaration in value.split(|b| *b == b';') {
        let declaration = behind_comment(declaration);
        let Some(colon) = memchr::memchr(b':', declaration) else {
            continue;
        };
        let (name, rest) = declaration
            .split_at_checked(colon)
            .unwrap_or((declaration, &[]));
        let value = rest.get(1..).unwrap_or_default().trim_ascii();
        let mut buffer = [0; 24];
        let name = lower_case(name.trim_ascii(), &mut buffer);
        match name {
            b"color" => colors.ink = Color::read(value).or(colors.ink),
            b"background-color" => colors.ground = Color::read(value).or(colors.ground),
            b"background" => colors.background(value),
            b"background-image" => colors.picture = !starts_with(value, b"none"),
            _ if type_of(name, value, &mut style) => {}
            _ => place.read(name, value, &mut style),
        }
    }
    place.finish(&mut style);
    colors.finish(&mut style);
    style
}

/// What stands behind a comment.
fn behind_comment(declaration: &[u8]) -> &[u8] {
    let end = memchr::memmem::rfind(declaration, b"*/").map(|at| at + 2);
    declaration.get(end.unwrap_or(0)..).unwrap_or_default()
}

/// Declarations about the type itself. False if `name` is none of them.
fn type_of(name: &[u8], value: &[u8], style: &mut Style) -> bool {
    match name {
        b"font-weight" => style.put(State::BOLD, is_bold(value)),
        b"font-style" => style.put(State::ITALIC, is_italic(value)),
        b"font-size" => {
            if let Some(size) = size::read(value) {
                style.resize(size);
            }
        }
        b"font" => font(value, style),
        b"text-decoration" | b"text-decoration-line" => {
            // A line under a piece runs on under its parts whatever they say.
            if has_word(value, b"underline") {
                style.put(State::UNDERLINED, true);
            }
        }
        b"text-align" => style.put(State::CENTERED, starts_with(value, b"center")),
        b"visibility" => style.put(
            State::INVISIBLE,
            starts_with(value, b"hidden") || starts_with(value, b"collapse"),
        ),
        _ => return false,
    }
    true
}

/// `italic bold 10pt/12pt Times`: what is not said is normal.
fn font(value: &[u8], style: &mut Style) {
    let (mut bold, mut italic) = (false, false);
    for word in value
        .split(u8::is_ascii_whitespace)
        .filter(|w| !w.is_empty())
    {
        if is_italic(word) {
            italic = true;
        } else if is_weight(word) {
            bold = is_bold(word);
        } else if !starts_with(word, b"normal") && !starts_with(word, b"small-caps") {
            let size = word.split(|b| *b == b'/').next().unwrap_or_default();
            let Some(size) = size::read(size) else { return };
            style.resize(size);
            style.put(State::BOLD, bold);
            style.put(State::ITALIC, italic);
            return;
        }
    }
}

fn is_weight(word: &[u8]) -> bool {
    starts_with(word, b"bold")
        || starts_with(word, b"lighter")
        || matches!(word, [b'1'..=b'9', b'0', b'0'])
}

pub(super) fn lower_case<'b>(name: &[u8], buffer: &'b mut [u8; 24]) -> &'b [u8] {
    let len = name.len().min(buffer.len());
    for (to, from) in buffer.iter_mut().zip(name) {
        *to = from.to_ascii_lowercase();
    }
    buffer.get(..len).unwrap_or_default()
}

pub(crate) fn starts_with(value: &[u8], prefix: &[u8]) -> bool {
    value
        .get(..prefix.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

fn has_word(value: &[u8], word: &[u8]) -> bool {
    value
        .split(|b| !b.is_ascii_alphanumeric())
        .any(|part| part.eq_ignore_ascii_case(word))
}

fn is_italic(value: &[u8]) -> bool {
    starts_with(value, b"italic") || starts_with(value, b"oblique")
}

/// `bold`, `bolder`, 600 to 900.
fn is_bold(value: &[u8]) -> bool {
    starts_with(value, b"bold") || matches!(value.first(), Some(b'6'..=b'9'))
}

/// A length of nothing, in any unit.
pub(crate) fn is_zero(value: &[u8]) -> bool {
    let digits = value
        .iter()
        .take_while(|b| b.is_ascii_digit() || **b == b'.')
        .count();
    digits > 0
        && value
            .get(..digits)
            .is_some_and(|v| v.iter().all(|b| matches!(b, b'0' | b'.')))
}

/// A negative length of four digits or more.
pub(crate) fn is_far_off(value: &[u8]) -> bool {
    value
        .strip_prefix(b"-")
        .is_some_and(|rest| rest.iter().take_while(|b| b.is_ascii_digit()).count() >= 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sets(style: &[u8], state: State) -> bool {
        read(style).set.has(state)
    }

    #[test]
    fn reads_type() {
        assert!(sets(b"color:#000;font-weight:700", State::BOLD));
        assert!(read(b"font-weight: normal").clear.has(State::BOLD));
        assert!(sets(b"FONT-STYLE: Italic", State::ITALIC));
        assert!(sets(b"text-decoration: underline", State::UNDERLINED));
        assert_eq!(read(b"font-size:10.5pt").size, Size::Half(21));
    }

    #[test]
    fn reads_the_font_shorthand() {
        let style = read(b"font: italic bold 10pt/12pt Times New Roman, Times, serif");
        assert!(style.set.has(State::BOLD) && style.set.has(State::ITALIC));
        assert_eq!(style.size, Size::Half(20));
        let style = read(b"font: 10pt Times New Roman");
        assert!(style.clear.has(State::BOLD) && style.clear.has(State::ITALIC));
        let style = read(b"font: 700 1em Arial");
        assert!(style.set.has(State::BOLD));
        assert_eq!(style.size, Size::Percent(100));
        assert!(sets(b"font:0/0 a", State::NO_SIZE));
        assert_eq!(read(b"font: inherit"), Style::default());
    }

    #[test]
    fn reads_what_hides() {
        for hiding in [&b"DISPLAY: None"[..], b"position:absolute;left:-9999px"] {
            assert!(
                sets(hiding, State::HIDDEN),
                "{}",
                String::from_utf8_lossy(hiding)
            );
        }
        assert!(sets(b"font-size:0pt", State::NO_SIZE));
        assert!(!sets(b"font-size:0.5pt", State::NO_SIZE));
        assert!(sets(b"visibility:hidden", State::INVISIBLE));
        for shown in [
            &b"position:relative;top:-2pt;text-indent:-18pt"[..],
            b"opacity:0.5",
            b"height:0",
            b"overflow:hidden;height:12pt",
            b"margin-left:-36pt",
            b"clip:rect(0,0,0,0)",
            b"clip-path:inset(0)",
            b"transform:scale(0.5)",
        ] {
            let text = String::from_utf8_lossy(shown);
            assert!(!sets(shown, State::HIDDEN), "{text}");
        }
    }

    #[test]
    fn reads_what_drowns_or_whitens() {
        for style in [
            &b"color:#fff;background:white"[..],
            b"background-color:#000080;color:rgb(0,0,128)",
            b"color:navy;background-color:navy",
        ] {
            let text = String::from_utf8_lossy(style);
            assert!(sets(style, State::DROWNED), "{text}");
        }
        for style in [
            &b"color:#fff;background:#000"[..],
            b"color:red",
            b"background:blue",
        ] {
            assert!(read(style).clear.has(State::DROWNED));
        }
        assert!(sets(b"color:transparent", State::CLEAR));
        assert!(!read(b"background:#fff").clear.has(State::CLEAR));
        let picture = b"background-image:url(n.png);background-color:#fff;color:#fff";
        assert!(sets(picture, State::SHADED) && !sets(picture, State::DROWNED));
        assert!(
            !read(b"background:rgba(255,255,255,.1)")
                .clear
                .has(State::SHADED)
        );
        assert!(sets(
            b"color:#fff;/* brand */background:#036",
            State::SHADED
        ));
        assert!(sets(b"color:#FEFEFE", State::WHITE));
        assert!(read(b"color:black").clear.has(State::WHITE));
        assert!(sets(b"background-color:#cceeff", State::SHADED));
        assert!(sets(b"background:url(x.png)", State::SHADED));
        assert!(read(b"background:white").clear.has(State::SHADED));
        assert!(sets(b"position:absolute;top:5pt", State::SHADED));
        assert_eq!(read(b"background:transparent").set, State::default());
    }

    #[test]
    fn reads_gaps_and_blocks() {
        let gap = |style: &[u8]| read(style).acts.has(Acts::GAP);
        for style in [
            &b"padding-left:13.5pt"[..],
            b"margin-left:4px",
            b"padding:0 0 0 1em",
            b"padding:1pt 9pt",
            b"display:table-cell",
            b"display:inline-block;width:36pt",
        ] {
            assert!(gap(style), "{}", String::from_utf8_lossy(style));
        }
        for style in [
            &b"padding-left:1pt"[..],
            b"margin-left:-9pt",
            b"padding:5pt 0",
            b"display:inline-block",
            b"display:inline-block;width:100%",
            b"display:inline-block;width:0",
        ] {
            assert!(!gap(style), "{}", String::from_utf8_lossy(style));
        }
        assert!(sets(b"padding-right:9pt", State::GAP_AFTER));
        assert!(!sets(b"padding-left:9pt", State::GAP_AFTER));
        for style in [
            &b"display:block"[..],
            b"display:flex",
            b"display: list-item",
        ] {
            assert!(sets(style, State::BLOCK));
        }
        assert!(!sets(b"display:inline-flex", State::BLOCK));
    }

    #[test]
    fn reads_what_is_raised() {
        for style in [
            &b"vertical-align:super"[..],
            b"position:relative;top:-4pt;vertical-align:baseline",
            b"position:relative;bottom:.8ex",
        ] {
            assert!(sets(style, State::RAISED));
        }
        for style in [
            &b"vertical-align:top"[..],
            b"position:relative;top:4pt",
            b"position:relative;top:0",
            b"top:-4pt",
            b"vertical-align:sub",
        ] {
            assert!(!sets(style, State::RAISED));
        }
    }

    #[test]
    fn a_stronger_style_shows_again() {
        let mut style = read(b"display:none");
        style.add(read(b"color:red"));
        assert!(style.set.has(State::HIDDEN));
        style.add(read(b"display:block"));
        assert!(!style.set.has(State::HIDDEN) && !style.clear.has(State::HIDDEN));
    }

    #[test]
    fn reads_page_breaks() {
        assert!(read(b"page-break-after:always").acts.has(Acts::PAGE_BREAK));
    }
}
