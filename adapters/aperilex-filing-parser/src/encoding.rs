//! Which characters a document's bytes stand for.
//!
//! Markup is ASCII in every charset met on EDGAR except UTF-16, so documents are read as bytes and
//! only bytes above 0x7F ask this module. UTF-16 is turned into UTF-8 first and its map turned back.

use std::borrow::Cow;
use std::ops::Range;

use aperilex_ports::model::RawRun;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// How far into a document a declared charset is looked for.
const DECLARATION_WINDOW: usize = 4096;

/// How bytes above 0x7F are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charset {
    /// Valid UTF-8 throughout.
    Utf8,
    /// UTF-8 with damaged sequences, which become U+FFFD.
    DamagedUtf8,
    /// One byte, one character.
    Windows1252,
}

/// A document's bytes, ready to be read, and where they came from.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    /// ASCII-compatible bytes.
    pub(crate) bytes: Cow<'a, [u8]>,
    /// How to read them.
    pub(crate) charset: Charset,
    /// Offset of `bytes[0]` in the raw file.
    pub(crate) base: usize,
    /// Where the document ends in the raw file.
    end: usize,
    /// The UTF-16 encoding the bytes were turned from.
    utf16: Option<&'static Encoding>,
    /// What the reader should know about the decoding.
    pub(crate) note: Option<String>,
}

impl<'a> Source<'a> {
    /// Finds out how `raw[range]` is encoded.
    pub(crate) fn new(raw: &'a [u8], range: &Range<usize>) -> Self {
        let bytes = raw.get(range.clone()).unwrap_or_default();
        match Encoding::for_bom(bytes) {
            Some((encoding, bom)) if encoding == UTF_16LE || encoding == UTF_16BE => {
                let (text, damaged) =
                    encoding.decode_without_bom_handling(bytes.get(bom..).unwrap_or_default());
                Self {
                    bytes: Cow::Owned(text.into_owned().into_bytes()),
                    charset: Charset::Utf8,
                    base: range.start + bom,
                    end: range.start + bytes.len(),
                    utf16: Some(encoding),
                    note: damaged
                        .then(|| format!("{} with damaged characters, replaced", encoding.name())),
                }
            }
            Some((encoding, bom)) if encoding == UTF_8 => {
                Self::ascii_compatible(bytes.get(bom..).unwrap_or_default(), range.start + bom)
            }
            _ => Self::ascii_compatible(bytes, range.start),
        }
    }

    fn ascii_compatible(bytes: &'a [u8], base: usize) -> Self {
        let (charset, note) = detect(bytes);
        Self {
            bytes: Cow::Borrowed(bytes),
            charset,
            base,
            end: base + bytes.len(),
            utf16: None,
            note,
        }
    }

    /// Makes runs that point into `bytes` point into the raw file.
    pub(crate) fn to_raw(&self, runs: Vec<RawRun>, text: &[u8]) -> Vec<RawRun> {
        if self.utf16.is_some() {
            return self.utf16_runs(&runs, text);
        }
        let base = u32::try_from(self.base).unwrap_or(u32::MAX);
        let mut runs = runs;
        for run in &mut runs {
            run.raw = run.raw.saturating_add(base);
        }
        runs
    }

    /// In UTF-16 a run is cut where the ratio of lengths changes, so that a run whose lengths agree
    /// by chance never joins characters of different widths.
    fn utf16_runs(&self, runs: &[RawRun], text: &[u8]) -> Vec<RawRun> {
        let mut walk = Utf16Walk {
            bytes: &self.bytes,
            at: 0,
            raw: u32::try_from(self.base).unwrap_or(u32::MAX),
            end: u32::try_from(self.end).unwrap_or(u32::MAX),
        };
        let mut out = Vec::with_capacity(runs.len());
        for (index, run) in runs.iter().enumerate() {
            let end = runs.get(index + 1).map_or(text.len(), |r| r.text as usize);
            let text_len = end.saturating_sub(run.text as usize);
            let raw = walk.to(run.raw as usize);
            if run.raw_len as usize != text_len || run.raw_len == 0 {
                let raw_end = walk.to((run.raw + run.raw_len) as usize);
                out.push(RawRun {
                    raw,
                    raw_len: raw_end.saturating_sub(raw),
                    ..*run
                });
                continue;
            }
            let mut at = 0;
            while at < text_len {
                let width = utf8_width(text.get(run.text as usize + at).copied().unwrap_or(0));
                let mut next = at;
                while next < text_len
                    && next - at < 64
                    && utf8_width(text.get(run.text as usize + next).copied().unwrap_or(0)) == width
                {
                    next += width;
                }
                let start = walk.to(run.raw as usize + at);
                let stop = walk.to(run.raw as usize + next);
                out.push(RawRun {
                    text: run.text + u32::try_from(at).unwrap_or(u32::MAX),
                    raw: start,
                    raw_len: stop.saturating_sub(start),
                });
                at = next;
            }
        }
        out
    }
}

/// Walks UTF-8 made from UTF-16 and counts the bytes it took there.
struct Utf16Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    raw: u32,
    /// The last character of an odd number of bytes stands for one byte alone.
    end: u32,
}

impl Utf16Walk<'_> {
    fn to(&mut self, offset: usize) -> u32 {
        while self.at < offset {
            let Some(lead) = self.bytes.get(self.at) else {
                break;
            };
            let width = utf8_width(*lead);
            let next = self.raw.saturating_add(if width == 4 { 4 } else { 2 });
            self.raw = next.min(self.end);
            self.at += width;
        }
        self.raw
    }
}

/// Bytes of the UTF-8 character that starts with `lead`.
pub(crate) const fn utf8_width(lead: u8) -> usize {
    match lead {
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xFF => 4,
        _ => 1,
    }
}

fn detect(bytes: &[u8]) -> (Charset, Option<String>) {
    if std::str::from_utf8(bytes).is_ok() {
        return (Charset::Utf8, None);
    }
    let (valid, damaged) = count_sequences(bytes);
    if valid > damaged {
        let note = format!("{damaged} damaged UTF-8 sequences replaced by U+FFFD");
        return (Charset::DamagedUtf8, Some(note));
    }
    let note =
        declares_utf8(bytes).then(|| "declared as UTF-8 but read as windows-1252".to_owned());
    (Charset::Windows1252, note)
}

/// Multi-byte sequences that are valid UTF-8, and places that are not.
fn count_sequences(bytes: &[u8]) -> (usize, usize) {
    let (mut valid, mut damaged) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().bytes().filter(|b| *b >= 0xC0).count();
        damaged += usize::from(!chunk.invalid().is_empty());
    }
    (valid, damaged)
}

fn declares_utf8(bytes: &[u8]) -> bool {
    let head = bytes
        .get(..DECLARATION_WINDOW)
        .unwrap_or(bytes)
        .to_ascii_lowercase();
    memchr::memmem::find(&head, b"charset=utf-8").is_some()
        || memchr::memmem::find(&head, b"encoding=\"utf-8\"").is_some()
}

/// The characters of the bytes 0x80 to 0x9F in windows-1252, by the WHATWG table.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
];

/// The character of a windows-1252 byte.
pub(crate) fn windows_1252(byte: u8) -> char {
    let special = byte
        .checked_sub(0x80)
        .and_then(|at| WINDOWS_1252.get(usize::from(at)));
    special.copied().unwrap_or_else(|| char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charset(bytes: &[u8]) -> (Charset, bool) {
        let source = Source::new(bytes, &(0..bytes.len()));
        (source.charset, source.note.is_some())
    }

    #[test]
    fn tells_charsets_apart() {
        assert_eq!(charset("plain “quoted”".as_bytes()), (Charset::Utf8, false));
        assert_eq!(charset(b"it\x92s"), (Charset::Windows1252, false));
        assert_eq!(
            charset(b"<meta charset=utf-8>it\x92s"),
            (Charset::Windows1252, true)
        );
        let mut mixed = "“one” “two” ".as_bytes().to_vec();
        mixed.push(0x92);
        assert_eq!(charset(&mixed), (Charset::DamagedUtf8, true));
    }

    #[test]
    fn reads_every_windows_1252_byte() {
        for byte in 0..=255_u8 {
            let bytes = [byte];
            let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes);
            assert_eq!(text.chars().next(), Some(windows_1252(byte)), "{byte:x}");
        }
    }

    #[test]
    fn utf_16_maps_back_to_its_own_bytes() {
        let mut raw = vec![0xFF, 0xFE];
        let text = "ab–é";
        raw.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        let source = Source::new(&raw, &(0..raw.len()));
        assert_eq!(source.bytes.as_ref(), text.as_bytes());
        let whole = vec![RawRun {
            text: 0,
            raw: 0,
            raw_len: 7,
        }];
        let runs = source.to_raw(whole, text.as_bytes());
        let raws: Vec<_> = runs.iter().map(|r| (r.text, r.raw, r.raw_len)).collect();
        assert_eq!(raws, [(0, 2, 4), (2, 6, 2), (5, 8, 2)]);
    }
    #[test]
    fn an_odd_byte_at_the_end_of_utf_16_stands_for_itself() {
        let source = Source::new(b"\xFF\xFEa\0b", &(0..5));
        assert_eq!(source.bytes.as_ref(), "a\u{FFFD}".as_bytes());
        let run = |text, raw, raw_len| RawRun { text, raw, raw_len };
        let runs = source.to_raw(vec![run(0, 0, 4)], "a\u{FFFD}".as_bytes());
        assert_eq!(runs, [run(0, 2, 2), run(1, 4, 1)]);
    }
}
