//! Colours, as far as they tell whether type can be seen on what is behind it.

use super::state::State;
use super::style::Style;

/// Type whose three channels are at least this is white to the eye, and so is what is behind it.
const WHITE: u8 = 0xF0;

/// A colour that a style names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Color {
    Rgb([u8; 3]),
    /// What is behind shows, wholly or partly.
    Transparent,
    Translucent,
    /// A name or function that is not read, by its hash.
    Other(u64),
}

/// The colours of one style.
#[derive(Debug, Default)]
pub(crate) struct Colors {
    /// Of the type.
    pub(crate) ink: Option<Color>,
    /// Of what is behind it.
    pub(crate) ground: Option<Color>,
    /// A picture is behind it, whatever the colour.
    pub(crate) picture: bool,
}

impl Colors {
    /// What they do to the type: it is hidden in its own colour, and white type where nothing is known to
    /// be behind it but the page.
    pub(crate) fn finish(&self, style: &mut Style) {
        match self.ground {
            _ if self.picture => style.put(State::SHADED, true),
            Some(Color::Transparent | Color::Translucent) | None => {}
            Some(ground) => style.put(State::SHADED, !ground.is_white()),
        }
        if let Some(ink) = self.ink {
            style.put(State::WHITE, ink.is_white());
            style.put(State::CLEAR, ink == Color::Transparent);
        }
        if self.ink.is_some() || self.ground.is_some() || self.picture {
            let solid = matches!(self.ink, Some(Color::Rgb(_) | Color::Other(_)));
            let same = solid && self.ink == self.ground && !self.picture;
            style.put(State::DROWNED, same);
        }
    }

    /// Reads the shorthand `background`, which sets the picture too.
    pub(crate) fn background(&mut self, value: &[u8]) {
        let lower = value.get(..200).unwrap_or(value).to_ascii_lowercase();
        let drawn = |word: &[u8]| memchr::memmem::find(&lower, word).is_some();
        self.picture = drawn(b"url(") || drawn(b"gradient(");
        self.ground = Color::read_ground(&lower).or(self.ground);
    }
}

impl Color {
    fn is_white(self) -> bool {
        matches!(self, Self::Rgb(channels) if channels.iter().all(|channel| *channel >= WHITE))
    }

    /// Reads a value; none if it leaves the colour as it is.
    pub(crate) fn read(value: &[u8]) -> Option<Self> {
        let value = value.split(|b| *b == b'!').next().unwrap_or(value);
        let value = value.trim_ascii();
        if let Some(digits) = value.strip_prefix(b"#") {
            return Some(hex(digits).unwrap_or_else(|| other(value)));
        }
        let lower = value.get(..40).unwrap_or(value).to_ascii_lowercase();
        Some(match lower.as_slice() {
            b"" | b"inherit" | b"currentcolor" => return None,
            b"transparent" => Self::Transparent,
            b"white" | b"snow" | b"ghostwhite" | b"ivory" | b"whitesmoke" | b"mintcream"
            | b"floralwhite" | b"azure" => Self::Rgb([0xFF; 3]),
            b"black" | b"initial" | b"unset" | b"windowtext" => Self::Rgb([0; 3]),
            name => match name
                .strip_prefix(b"rgba(")
                .or_else(|| name.strip_prefix(b"rgb("))
            {
                Some(arguments) => rgb(arguments),
                // Netscape's attributes may lack the mark.
                None => match hex(name) {
                    Some(color) if name.len() == 6 => color,
                    _ => other(name),
                },
            },
        })
    }

    /// The colour in a `background`, where it may stand anywhere.
    fn read_ground(lower: &[u8]) -> Option<Self> {
        if let Some(at) = memchr::memmem::find(lower, b"rgb") {
            return Self::read(lower.get(at..)?);
        }
        let words = || {
            let words = lower.split(u8::is_ascii_whitespace);
            words.filter(|word| !word.is_empty())
        };
        let named = words().filter(|word| !is_of_background(word));
        let mut colors = named.filter_map(Self::read);
        let none = || words().any(|word| word == b"none");
        colors
            .next()
            .or_else(|| none().then_some(Self::Transparent))
    }
}

fn other(name: &[u8]) -> Color {
    let hash = name.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    Color::Other(hash)
}

/// Words of the shorthand that are no colours.
fn is_of_background(word: &[u8]) -> bool {
    const WORDS: [&[u8]; 12] = [
        b"none",
        b"repeat",
        b"no-repeat",
        b"repeat-x",
        b"repeat-y",
        b"scroll",
        b"fixed",
        b"center",
        b"top",
        b"left",
        b"right",
        b"bottom",
    ];
    let first = word.first();
    WORDS.contains(&word)
        || first.is_some_and(u8::is_ascii_digit)
        || memchr::memchr(b'(', word).is_some()
}

/// `fff` or `ffffff`, with or without an alpha.
fn hex(digits: &[u8]) -> Option<Color> {
    let digit = |at: usize| {
        let digit = char::from(*digits.get(at)?).to_digit(16)?;
        u8::try_from(digit).ok()
    };
    let channel = |at: usize| match digits.len() {
        3 | 4 => Some(digit(at)? * 17),
        6 | 8 => Some(digit(at * 2)? * 16 + digit(at * 2 + 1)?),
        _ => None,
    };
    let color = Color::Rgb([channel(0)?, channel(1)?, channel(2)?]);
    Some(match digits.len() {
        4 | 8 => match channel(3)? {
            0 => Color::Transparent,
            0xFF => color,
            _ => Color::Translucent,
        },
        _ => color,
    })
}

/// `255, 255, 255)` or `100% 100% 100% / 0)`.
fn rgb(arguments: &[u8]) -> Color {
    let arguments = arguments.split(|b| *b == b')').next().unwrap_or_default();
    let words = arguments.split(|b| matches!(b, b',' | b' ' | b'/'));
    let mut words = words.filter(|word| !word.is_empty());
    let mut channel = || {
        let word = std::str::from_utf8(words.next()?).ok()?;
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        let number: u32 = word.get(..digits)?.parse().ok()?;
        let of_all = if word.ends_with('%') {
            number.min(100) * 255 / 100
        } else {
            number
        };
        u8::try_from(of_all.min(255)).ok()
    };
    let (Some(red), Some(green), Some(blue)) = (channel(), channel(), channel()) else {
        return other(arguments);
    };
    let clear = |alpha: &[u8]| alpha.iter().all(|b| matches!(b, b'0' | b'.' | b'%'));
    match words.next() {
        Some(alpha) if clear(alpha) => Color::Transparent,
        Some(alpha) if !alpha.starts_with(b"1") => Color::Translucent,
        _ => Color::Rgb([red, green, blue]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_colors() {
        let white = Some(Color::Rgb([255; 3]));
        for value in [
            "#fff",
            "#FFFFFF",
            "white",
            " White !important",
            "rgb(255,255,255)",
            "rgb(100% 100% 100%)",
            "rgba(255, 255, 255, 1)",
            "FFFFFF",
        ] {
            assert_eq!(Color::read(value.as_bytes()), white, "{value}");
        }
        for (value, color) in [
            ("#003366", Some(Color::Rgb([0, 0x33, 0x66]))),
            ("#036", Some(Color::Rgb([0, 0x33, 0x66]))),
            ("rgba(0,0,0,0)", Some(Color::Transparent)),
            ("transparent", Some(Color::Transparent)),
            ("inherit", None),
            ("#FFFFFF00", Some(Color::Transparent)),
            ("#0008", Some(Color::Translucent)),
            ("rgba(255,255,255,.1)", Some(Color::Translucent)),
            ("initial", Some(Color::Rgb([0; 3]))),
            ("cornflowerblue", Some(other(b"cornflowerblue"))),
            ("#12", Some(other(b"#12"))),
            ("rgb(red)", Some(other(b"red"))),
        ] {
            assert_eq!(Color::read(value.as_bytes()), color, "{value}");
        }
    }

    #[test]
    fn reads_what_is_behind() {
        for (value, color, picture) in [
            ("#cceeff", Some(Color::Rgb([0xCC, 0xEE, 0xFF])), false),
            ("no-repeat 0 0 #000", Some(Color::Rgb([0; 3])), false),
            (
                "rgb(0, 51, 102) none",
                Some(Color::Rgb([0, 51, 102])),
                false,
            ),
            ("url(a.jpg) white", Some(Color::Rgb([255; 3])), true),
            ("none", Some(Color::Transparent), false),
            ("no-repeat", None, false),
        ] {
            let mut colors = Colors::default();
            colors.background(value.as_bytes());
            assert_eq!((colors.ground, colors.picture), (color, picture), "{value}");
        }
    }
}
