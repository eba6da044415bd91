//! Collects a canonical text, its map to the raw bytes and its lines.
//!
//! Separators are asked for and put only when more text follows, so the text never ends in one and
//! the strongest of several wins.

use aperilex_ports::model::RawRun;

use super::line::{Line, LineFlags};
use super::signs;

/// Lines that are told apart, the rest being one. A text as large as a filing may be has fewer unless
/// it is made of line breaks.
pub(crate) const MAX_LINES: usize = 1 << 21;

/// What stands between the text so far and the next piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    /// A gap that shows but is made by no character: a space unless punctuation follows.
    Made,
    /// White space of the source.
    Space {
        raw: u32,
        len: u32,
    },
    /// A block's end inside a table cell: a space if the row has other cells, else a line end.
    Break,
    /// Between cells of a row.
    Cell,
    /// A line end.
    Line,
}

/// How a piece of text is set.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Setting {
    /// Bold or underlined.
    pub(crate) strong: bool,
    /// Italic.
    pub(crate) italic: bool,
    /// Inside a link to a place of the same document.
    pub(crate) linked: bool,
    /// Size in half points, 0 if unknown.
    pub(crate) size: u8,
    /// Typography of the line it is on.
    pub(crate) flags: LineFlags,
}

/// A canonical text in the making.
#[derive(Debug)]
pub(crate) struct TextBuilder {
    text: Vec<u8>,
    /// Bytes of text up to the last that is no space.
    solid: u32,
    runs: Vec<RawRun>,
    gap: Gap,
    lines: Vec<Line>,
    /// Pieces of the open line that were separated by a `Break`; the last is open.
    pieces: Vec<Line>,
    tabs_in_line: u32,
    /// All of the open piece is set in strong or italic type so far.
    leads: bool,
    /// Flags for the next line that starts.
    next_flags: LineFlags,
}

/// A finished text.
#[derive(Debug)]
pub(crate) struct Built {
    /// UTF-8.
    pub(crate) text: String,
    /// Runs whose `raw` counts from the start of the bytes that were read.
    pub(crate) runs: Vec<RawRun>,
    /// Its lines.
    pub(crate) lines: Vec<Line>,
    /// There are more lines than those, in the last one.
    pub(crate) more_lines: bool,
}

fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

impl TextBuilder {
    /// An empty text, with room for `room` bytes.
    pub(crate) fn new(room: usize) -> Self {
        Self {
            text: Vec::with_capacity(room),
            solid: 0,
            runs: Vec::new(),
            gap: Gap::None,
            lines: Vec::new(),
            pieces: vec![Line::default()],
            tabs_in_line: 0,
            leads: true,
            next_flags: LineFlags::default(),
        }
    }

    /// Where the next piece will stand, a separator before it not counted. Spaces at the end are one,
    /// for a line end takes those of preformatted text back.
    pub(crate) const fn len(&self) -> u32 {
        self.solid
    }

    fn end(&self) -> u32 {
        offset(self.text.len())
    }

    /// Copies `bytes`, which stand at `raw`, one to one.
    #[inline]
    pub(crate) fn copy(&mut self, bytes: &[u8], raw: u32, setting: Setting) {
        if bytes.is_empty() {
            return;
        }
        self.flush_gap(bytes);
        self.extend_run(raw, offset(bytes.len()));
        self.text.extend_from_slice(bytes);
        self.note(bytes.len(), setting);
    }

    /// Puts `character`, which stands for `raw_len` bytes at `raw`.
    pub(crate) fn put(&mut self, character: char, raw: u32, raw_len: u32, setting: Setting) {
        let mut buffer = [0; 4];
        let bytes = character.encode_utf8(&mut buffer).as_bytes();
        self.flush_gap(bytes);
        self.runs.push(RawRun {
            text: self.end(),
            raw,
            raw_len,
        });
        self.text.extend_from_slice(bytes);
        self.note(bytes.len(), setting);
    }

    /// White space of the source: one space if more text follows on the line.
    #[inline]
    pub(crate) fn space(&mut self, raw: u32, len: u32) {
        if self.gap <= Gap::Made && !self.text.is_empty() {
            self.gap = Gap::Space { raw, len };
        }
    }

    /// A gap that shows though nothing in the source makes it.
    pub(crate) fn made_space(&mut self) {
        self.gap = self.gap.max(Gap::Made);
    }

    /// The text so far if the next piece would stand directly behind it; empty if not.
    pub(crate) fn tail(&self) -> &[u8] {
        if self.gap == Gap::None {
            &self.text
        } else {
            &[]
        }
    }

    /// Whether the next piece begins a line or cell.
    pub(crate) fn is_at_start(&self) -> bool {
        self.gap >= Gap::Break || matches!(self.text.last(), None | Some(b'\n'))
    }

    /// A block's end inside a cell.
    pub(crate) fn break_in_cell(&mut self) {
        self.gap = self.gap.max(Gap::Break);
    }

    /// The end of a cell.
    pub(crate) fn cell(&mut self) {
        self.gap = self.gap.max(Gap::Cell);
    }

    /// The end of a line.
    pub(crate) fn line(&mut self) {
        self.gap = Gap::Line;
    }

    /// Sets flags on the line that the next piece of text belongs to.
    pub(crate) fn flag(&mut self, flags: LineFlags) {
        self.next_flags.set(flags);
    }

    /// A line end of preformatted text, at `raw`: blank lines are kept.
    pub(crate) fn hard_line(&mut self, raw: u32) {
        if self.text.is_empty() {
            return;
        }
        self.gap = Gap::None;
        while self.text.last() == Some(&b' ') {
            self.pop_space();
        }
        if self.text.ends_with(b"\n\n") {
            return;
        }
        self.extend_run(raw, 1);
        self.text.push(b'\n');
        self.solid = self.end();
        self.end_line();
    }

    /// Takes back a space at the end of a preformatted line.
    fn pop_space(&mut self) {
        self.text.pop();
        let len = self.end();
        if let Some(run) = self.runs.last_mut() {
            if run.text >= len {
                self.runs.pop();
            } else if run.text + run.raw_len == len + 1 {
                run.raw_len -= 1;
            }
        }
    }

    #[inline]
    fn extend_run(&mut self, raw: u32, len: u32) {
        let at = self.end();
        if let Some(last) = self.runs.last_mut()
            && last.text + last.raw_len == at
            && last.raw + last.raw_len == raw
            && last.raw_len > 0
        {
            last.raw_len += len;
            return;
        }
        self.runs.push(RawRun {
            text: at,
            raw,
            raw_len: len,
        });
    }

    /// Puts the separator that was asked for, `next` being what follows.
    #[inline]
    fn flush_gap(&mut self, next: &[u8]) {
        match std::mem::replace(&mut self.gap, Gap::None) {
            Gap::None => {}
            Gap::Space { raw, len } => {
                if len == 1 {
                    self.extend_run(raw, 1);
                } else {
                    self.runs.push(RawRun {
                        text: self.end(),
                        raw,
                        raw_len: len,
                    });
                }
                self.text.push(b' ');
            }
            gap => self.flush_made(gap, next),
        }
        if self.next_flags != LineFlags::default() {
            let flags = std::mem::take(&mut self.next_flags);
            if let Some(piece) = self.pieces.last_mut() {
                piece.flags.set(flags);
            }
        }
    }

    /// Puts a separator that stands for nothing in the source.
    fn flush_made(&mut self, gap: Gap, next: &[u8]) {
        let none = match gap {
            _ if matches!(self.text.last(), None | Some(b'\n')) => true,
            Gap::Made => !signs::may_part(&self.text, next),
            Gap::Cell => signs::join(&self.text, next),
            _ => false,
        };
        if none {
            return;
        }
        self.runs.push(RawRun {
            text: self.end(),
            raw: 0,
            raw_len: 0,
        });
        match gap {
            Gap::Line => {
                self.text.push(b'\n');
                self.end_line();
            }
            Gap::Cell => {
                self.text.push(b'\t');
                self.tabs_in_line += 1;
            }
            Gap::Made => self.text.push(b' '),
            _ => {
                self.text.push(b' ');
                let start = self.end();
                self.pieces.push(Line {
                    start,
                    ..Line::default()
                });
                self.leads = true;
            }
        }
    }

    /// Closes the open line behind its line end. A row with a single filled cell is a layout: the
    /// breaks in it are line ends.
    fn end_line(&mut self) {
        let mut pieces = std::mem::take(&mut self.pieces);
        let more = self.lines.len() >= MAX_LINES;
        if self.tabs_in_line == 0 {
            for piece in pieces.iter().skip(1) {
                let at = (piece.start as usize).wrapping_sub(1);
                if let Some(byte) = self.text.get_mut(at) {
                    *byte = b'\n';
                }
            }
            if !more {
                self.lines.append(&mut pieces);
            }
        } else if !more {
            let mut whole = Line::default();
            if let Some(first) = pieces.first() {
                whole.start = first.start;
            }
            whole.lead = pieces.first().map_or(0, |first| first.lead);
            for piece in &pieces {
                whole.absorb(piece);
            }
            self.lines.push(whole);
        }
        pieces.clear();
        pieces.push(Line {
            start: self.end(),
            ..Line::default()
        });
        self.pieces = pieces;
        self.tabs_in_line = 0;
        self.leads = true;
    }

    /// Notes how the last `len` bytes are set.
    #[inline]
    fn note(&mut self, len: usize, setting: Setting) {
        let end = self.end();
        self.solid = match self.text.last() {
            Some(b' ') => self.solid_end(len),
            _ => end,
        };
        let Some(piece) = self.pieces.last_mut() else {
            return;
        };
        piece.flags.set(setting.flags);
        piece.size = piece.size.max(setting.size);
        let is_set = setting.strong || setting.italic;
        if self.leads {
            if is_set {
                piece.lead = u16::try_from(end - piece.start).unwrap_or(u16::MAX);
            } else {
                let from = self.text.len() - len;
                let bytes = self.text.get(from..).unwrap_or_default();
                self.leads = bytes.trim_ascii().is_empty();
            }
        }
        if !(is_set || setting.linked) {
            return;
        }
        let len = u16::try_from(len).unwrap_or(u16::MAX);
        if setting.strong {
            piece.strong = piece.strong.saturating_add(len);
        }
        if setting.italic {
            piece.italic = piece.italic.saturating_add(len);
        }
        if setting.linked {
            piece.linked = piece.linked.saturating_add(len);
        }
    }

    /// Behind the last of `len` bytes at the end that is no space.
    fn solid_end(&self, len: usize) -> u32 {
        let from = self.text.len() - len;
        let piece = self.text.get(from..).unwrap_or_default();
        match piece.iter().rposition(|b| *b != b' ') {
            Some(last) => offset(from + last + 1),
            None => self.solid,
        }
    }

    /// The text and all that belongs to it.
    pub(crate) fn finish(mut self) -> Built {
        while matches!(self.text.last(), Some(b' ' | b'\n')) {
            self.pop_space();
        }
        let len = self.end();
        let open_has_text = self.pieces.first().is_some_and(|piece| piece.start < len);
        if open_has_text {
            self.end_line();
        }
        self.lines.retain(|line| line.start < len);
        // They stay as long as the filing does, and half of them may be room.
        self.runs.shrink_to_fit();
        self.lines.shrink_to_fit();
        self.text.shrink_to_fit();
        // Only whole characters are ever put, so this never replaces anything.
        let text = String::from_utf8(self.text)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        Built {
            text,
            runs: self.runs,
            more_lines: self.lines.len() >= MAX_LINES,
            lines: self.lines,
        }
    }
}
