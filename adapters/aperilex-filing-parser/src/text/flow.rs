//! From the bytes between two tags to pieces of canonical text.

use crate::encoding::{Charset, utf8_width, windows_1252};

use super::builder::{Setting, TextBuilder};
use super::chars::{Fate, class, class_of, fate, is_deceptive, is_zero_width};
use super::{entity, scan};

/// Reads text and counts what it dropped.
#[derive(Debug)]
pub(crate) struct Flow<'a> {
    bytes: &'a [u8],
    charset: Charset,
    /// The text.
    pub(crate) out: TextBuilder,
    /// Characters dropped that could have turned or hidden text.
    pub(crate) deceptive: usize,
}

fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

impl<'a> Flow<'a> {
    /// Reads from `bytes`, which hold about `room` bytes of text.
    pub(crate) fn new(bytes: &'a [u8], charset: Charset, room: usize) -> Self {
        Self {
            bytes,
            charset,
            out: TextBuilder::new(room),
            deceptive: 0,
        }
    }

    /// `bytes[start..end]` as running text: white space collapses.
    #[inline]
    pub(crate) fn running(&mut self, start: usize, end: usize, setting: Setting) {
        let Some(src) = self.bytes.get(..end) else {
            return;
        };
        let (mut at, mut run) = (start, start);
        loop {
            at = scan::running(src, at);
            let Some(byte) = src.get(at) else { break };
            match class_of(*byte) {
                class::HIGH if self.is_kept_as_is(at, end) => at += utf8_width(*byte),
                class::SPACE => {
                    let inside = *byte == b' '
                        && at > run
                        && src
                            .get(at + 1)
                            .is_some_and(|next| class_of(*next) == class::PLAIN);
                    if inside {
                        at += 1;
                        continue;
                    }
                    self.copy(run, at, setting);
                    run = self.after_spaces(at, end);
                    self.out.space(offset(at), offset(run - at));
                    at = run;
                }
                _ => {
                    self.copy(run, at, setting);
                    at = self.special(at, end, setting, false);
                    run = at;
                }
            }
        }
        self.copy(run, end, setting);
    }

    /// `bytes[start..end]` as preformatted text: lines and spaces are kept.
    pub(crate) fn preformatted(&mut self, start: usize, end: usize, setting: Setting) {
        let Some(src) = self.bytes.get(..end) else {
            return;
        };
        let (mut at, mut run) = (start, start);
        loop {
            at = scan::preformatted(src, at);
            let Some(byte) = src.get(at) else { break };
            match class_of(*byte) {
                class::SPACE => {
                    self.copy(run, at, setting);
                    let pair = *byte == b'\r' && src.get(at + 1) == Some(&b'\n');
                    // The line feed alone stands for the pair, so that it goes on in one run with
                    // the next line.
                    at += usize::from(pair);
                    self.out.hard_line(offset(at));
                    at += 1;
                    run = at;
                }
                class::HIGH if self.is_kept_as_is(at, end) => at += utf8_width(*byte),
                _ => {
                    self.copy(run, at, setting);
                    at = self.special(at, end, setting, true);
                    run = at;
                }
            }
        }
        self.copy(run, end, setting);
    }

    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    #[inline]
    fn copy(&mut self, start: usize, end: usize, setting: Setting) {
        if let Some(piece) = self.bytes.get(start..end) {
            self.out.copy(piece, offset(start), setting);
        }
    }

    fn after_spaces(&self, start: usize, end: usize) -> usize {
        let mut at = start + 1;
        while at < end && class_of(self.byte(at)) == class::SPACE {
            at += 1;
        }
        at
    }

    /// Whether the character at `at` is copied bytes and all.
    #[inline]
    fn is_kept_as_is(&self, at: usize, end: usize) -> bool {
        if self.charset != Charset::Utf8 {
            return false;
        }
        // U+2010 to U+2027 but the spaces: dashes and quotes, by far the most frequent.
        match self.bytes.get(at..end) {
            Some([0xE2, 0x80, 0x90..=0xA7, ..]) => true,
            Some([0xC2, 0xA1..=0xAC | 0xAE..=0xBF, ..] | [0xC3, ..]) => true,
            Some(rest) => char_at(rest).is_some_and(|c| fate(c) == Fate::Keep),
            None => false,
        }
    }

    /// A reference, a byte that needs decoding, or one that is dropped. Answers where to go on.
    fn special(&mut self, at: usize, end: usize, setting: Setting, pre: bool) -> usize {
        let rest = self.bytes.get(at..end).unwrap_or_default();
        let (character, len) = match class_of(self.byte(at)) {
            class::AMPERSAND => match entity::decode(rest) {
                Some(found) => found,
                None => {
                    self.copy(at, at + 1, setting);
                    return at + 1;
                }
            },
            class::HIGH => self.high(rest),
            _ => ('\0', 1),
        };
        let (raw, raw_len) = (offset(at), offset(len));
        match fate(character) {
            Fate::Keep => self.out.put(character, raw, raw_len, setting),
            Fate::Space if pre => self.out.put(' ', raw, raw_len, setting),
            Fate::Space => self.out.space(raw, raw_len),
            Fate::Drop => {
                let deceives = is_deceptive(character)
                    || (is_zero_width(character) && self.is_in_word(at + len, end));
                self.deceptive += usize::from(deceives);
            }
        }
        at + len
    }

    /// Whether letters or digits stand on both sides of what was read up to `at`.
    fn is_in_word(&self, at: usize, end: usize) -> bool {
        let before = self
            .out
            .tail()
            .last()
            .is_some_and(u8::is_ascii_alphanumeric);
        before && at < end && self.byte(at).is_ascii_alphanumeric()
    }

    fn high(&self, rest: &[u8]) -> (char, usize) {
        let lead = rest.first().copied().unwrap_or(0);
        if self.charset == Charset::Windows1252 {
            return (windows_1252(lead), 1);
        }
        match char_at(rest) {
            // C1 controls in UTF-8 are windows-1252 that was converted as if it were ISO 8859-1.
            Some(c @ '\u{80}'..='\u{9F}') => {
                (u8::try_from(u32::from(c)).map_or(c, windows_1252), 2)
            }
            Some(c) => (c, c.len_utf8()),
            None => ('\u{FFFD}', 1),
        }
    }
}

/// The character at the start of `bytes`, if it is valid UTF-8.
fn char_at(bytes: &[u8]) -> Option<char> {
    let width = utf8_width(*bytes.first()?);
    std::str::from_utf8(bytes.get(..width)?)
        .ok()?
        .chars()
        .next()
}
