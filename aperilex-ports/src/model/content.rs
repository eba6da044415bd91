//! A filing taken apart: canonical text, sections, tables, facts, exhibits.
//!
//! All ranges are byte ranges of the canonical text (UTF-8) of the document they name, on character
//! boundaries. The map of a [`CanonicalText`] turns them into byte ranges of the raw document.

use std::ops::Range;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Digest, FormType};

/// A byte range of a canonical text.
pub type TextRange = Range<usize>;

/// A filing, taken apart.
#[derive(Debug, Clone)]
pub struct FilingContent {
    /// The form it was read as.
    pub form: FormType,
    /// Name and version of the parser: the same raw bytes and version give the same content.
    pub parser_version: String,
    /// Documents in filing order; [`FilingContent::main`] is the index of the main one.
    pub documents: Vec<Document>,
    /// Index of the main document.
    pub main: usize,
    /// Items of the form in canonical order of the form, those not found included.
    pub sections: Vec<Section>,
    /// Tables in document order.
    pub tables: Vec<Table>,
    /// Inline XBRL facts in document order.
    pub facts: Vec<Fact>,
    /// Exhibits, attached or listed.
    pub exhibits: Vec<Exhibit>,
    /// 8-K item codes with a heading in the body, in order of appearance.
    pub items_8k: Vec<String>,
    /// What the reader should know: replaced bytes, dropped hidden text, missing parts.
    pub warnings: Vec<String>,
}

impl FilingContent {
    /// The main document's canonical text; empty if there is none.
    #[must_use]
    pub fn text(&self) -> &str {
        self.main_text().map_or("", |text| text.text.as_str())
    }

    /// The main document's canonical text with its map.
    #[must_use]
    pub fn main_text(&self) -> Option<&CanonicalText> {
        self.documents.get(self.main)?.text.as_ref()
    }

    /// The text of a section, empty where it has none.
    #[must_use]
    pub fn section_text(&self, section: &Section) -> &str {
        let text = self
            .documents
            .get(section.document)
            .and_then(|d| d.text.as_ref());
        text.and_then(|t| t.text.get(section.range.clone()))
            .unwrap_or_default()
    }
}

/// One document of a filing.
#[derive(Debug, Clone)]
pub struct Document {
    /// File name.
    pub name: String,
    /// EDGAR document type (`10-K`, `EX-99.1`), if known.
    pub doc_type: Option<String>,
    /// Place in the submission, from 1, if known.
    pub sequence: Option<u32>,
    /// The filer's description.
    pub description: Option<String>,
    /// SHA-256 of the file the document was served in. Documents inside one full submission share it.
    pub raw_sha256: Digest,
    /// Size of that file in bytes.
    pub raw_bytes: u64,
    /// Where in that file the document's own content lies.
    pub raw_range: Range<usize>,
    /// Its canonical text; none for graphics, PDF and other binary content.
    pub text: Option<CanonicalText>,
}

/// The text of a document, made from its raw bytes by rule.
#[derive(Debug, Clone)]
pub struct CanonicalText {
    /// The text: UTF-8, lines separated by `\n`, cells of a table row by `\t`.
    pub text: String,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// From text to raw bytes.
    pub map: RawMap,
}

/// A run of text that was copied from, or stands for, a run of raw bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawRun {
    /// Start in the text.
    pub text: u32,
    /// Start in the raw file.
    pub raw: u32,
    /// Bytes of raw file it stands for. A run is as long in the text as up to the next run's start;
    /// where both lengths are equal, the bytes correspond one to one.
    pub raw_len: u32,
}

/// From byte ranges of a canonical text to byte ranges of the raw file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawMap {
    runs: Vec<RawRun>,
    text_len: u32,
}

impl RawMap {
    /// A map from runs in rising order of `text`; `text_len` ends the last one.
    #[must_use]
    pub fn new(runs: Vec<RawRun>, text_len: u32) -> Self {
        debug_assert!(runs.is_sorted_by_key(|run| run.text));
        Self { runs, text_len }
    }

    /// The smallest range of raw bytes that holds everything `range` was made from; none for an
    /// empty range or one made from nothing (inserted separators only).
    #[must_use]
    pub fn raw_range(&self, range: &TextRange) -> Option<Range<usize>> {
        let (start, end) = (
            u32::try_from(range.start).ok()?,
            u32::try_from(range.end).ok()?,
        );
        let from = self
            .runs
            .partition_point(|run| run.text <= start)
            .saturating_sub(1);
        let touched = self.runs[from..]
            .iter()
            .enumerate()
            .take_while(|(_, run)| run.text < end);
        let mut raw: Option<Range<u32>> = None;
        for (offset, run) in touched {
            let run_end = self
                .runs
                .get(from + offset + 1)
                .map_or(self.text_len, |next| next.text);
            let (a, b) = (start.max(run.text), end.min(run_end));
            if a >= b || run.raw_len == 0 {
                continue;
            }
            let span = if run_end - run.text == run.raw_len {
                run.raw + (a - run.text)..run.raw + (b - run.text)
            } else {
                run.raw..run.raw + run.raw_len
            };
            raw = Some(raw.map_or(span.clone(), |r| {
                r.start.min(span.start)..r.end.max(span.end)
            }));
        }
        raw.map(|r| r.start as usize..r.end as usize)
    }

    /// The range of text that stands for a range of raw bytes: everything visible in it. Characters
    /// written as one piece (`&amp;`) are in it whole or not at all.
    #[must_use]
    pub fn text_range(&self, raw: &Range<usize>) -> Option<TextRange> {
        let ends = self.runs.iter().skip(1).map(|next| next.text);
        let ends = ends.chain(std::iter::once(self.text_len));
        let mut text: Option<TextRange> = None;
        for (run, end) in self.runs.iter().zip(ends) {
            let (at, len) = (run.raw as usize, run.raw_len as usize);
            let one_to_one = end.checked_sub(run.text) == Some(run.raw_len);
            let (a, b) = (raw.start.max(at), raw.end.min(at.saturating_add(len)));
            if a >= b || (!one_to_one && b - a < len) {
                continue;
            }
            let start = run.text as usize;
            let span = if one_to_one {
                start + (a - at)..start + (b - at)
            } else {
                start..end as usize
            };
            text = Some(text.map_or(span.clone(), |t| {
                t.start.min(span.start)..t.end.max(span.end)
            }));
        }
        text
    }
}

/// What became of an item. The words are those of the filings' own practice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SectionState {
    /// The item has text of its own.
    Present,
    /// "None" or "Not applicable".
    NoneOrNotApplicable,
    /// "\[Reserved\]".
    Reserved,
    /// Only a reference to another document (a proxy statement, an annual report).
    IncorporatedByReference,
    /// Text of its own and a reference to another document.
    PartlyIncorporatedByReference,
    /// Points to another place of the same document.
    PointerInternal,
    /// Points to another filing.
    RefersToOtherFiling,
    /// The form has a cross-reference index instead of headings.
    CrossReferenceIndex,
    /// Left out under General Instruction J (asset-backed issuers).
    #[serde(rename = "omitted_general_instruction_J")]
    OmittedGeneralInstructionJ,
    /// The form asks for it and no heading was found.
    NotFound,
}

/// An item of the form.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Index of the document it is in.
    pub document: usize,
    /// Part and item.
    pub key: super::ItemKey,
    /// Title: the heading's own words, or the form's where there is no heading.
    pub title: String,
    /// What became of it.
    pub state: SectionState,
    /// How sure the parser is of state and boundaries: 0 to 1.
    pub confidence: f32,
    /// From behind heading and title to the next heading; empty if not found.
    pub range: TextRange,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Index of the document it is in.
    pub document: usize,
    /// The item it is in.
    pub section: Option<super::ItemKey>,
    /// Where it is.
    pub range: TextRange,
    /// The line above it that names it, or empty.
    pub caption: String,
    /// How many of the first rows are headers.
    pub header_rows: usize,
    /// Cells by row; spans are repeated, so that all rows are equally long.
    pub rows: Vec<Vec<String>>,
}

/// The period of a fact.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Period {
    /// At the end of a day.
    Instant {
        /// The day.
        instant: Date,
    },
    /// From the start of one day to the end of another.
    Duration {
        /// First day.
        start: Date,
        /// Last day.
        end: Date,
    },
}

impl Period {
    /// The last day.
    #[must_use]
    pub const fn end(&self) -> Date {
        match self {
            Self::Instant { instant } => *instant,
            Self::Duration { end, .. } => *end,
        }
    }

    /// Whether it ends a year of 52 or 53 weeks, or 12 months, before `later` does.
    #[must_use]
    pub fn is_year_before(&self, later: &Self) -> bool {
        let days = self.end().until(later.end());
        days.is_ok_and(|days| (350..=380).contains(&days.get_days()))
    }
}

/// An inline XBRL fact (Inline XBRL 1.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Index of the document it is in.
    pub document: usize,
    /// Qualified name, such as `us-gaap:Assets`.
    pub concept: String,
    /// Scaled and signed decimal for numbers; the displayed text otherwise. Empty if nil.
    pub value: String,
    /// Unit as written in the instance (`iso4217:USD`, `xbrli:shares`, `iso4217:USD/xbrli:shares`);
    /// none for text.
    pub unit: Option<String>,
    /// `decimals` attribute, `INF` included.
    pub decimals: Option<String>,
    /// Its period; none for `forever`.
    pub period: Option<Period>,
    /// Axis and member pairs, sorted by axis.
    pub dimensions: Vec<(String, String)>,
    /// Where it is shown; none if hidden.
    pub range: Option<TextRange>,
}

/// An exhibit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exhibit {
    /// Number by Regulation S-K Item 601: `10.1`, `99.1`.
    pub number: String,
    /// Description.
    pub description: String,
    /// File name, if it is attached.
    pub document: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> RawMap {
        // text "ab&c\nd" of raw "ab&amp;c<br>d"
        let run = |text, raw, raw_len| RawRun { text, raw, raw_len };
        RawMap::new(
            vec![
                run(0, 0, 2),
                run(2, 2, 5),
                run(3, 7, 1),
                run(4, 8, 0),
                run(5, 12, 1),
            ],
            6,
        )
    }

    #[test]
    fn a_range_covers_all_it_was_made_from() {
        for (range, raw) in [
            (0..2, Some(0..2)),
            (1..2, Some(1..2)),
            (2..3, Some(2..7)),
            (1..4, Some(1..8)),
            (3..6, Some(7..13)),
            (4..5, None),
            (5..6, Some(12..13)),
            (2..2, None),
        ] {
            assert_eq!(map().raw_range(&range), raw, "{range:?}");
        }
    }

    #[test]
    fn raw_bytes_have_a_text_where_it_is_visible() {
        for (raw, text) in [
            (0..2, Some(0..2)),
            (1..8, Some(1..4)),
            (2..7, Some(2..3)),
            (3..6, None),
            (8..12, None),
            (7..13, Some(3..6)),
            (90..99, None),
        ] {
            assert_eq!(map().text_range(&raw), text, "{raw:?}");
        }
    }
}
