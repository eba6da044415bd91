//! Paragraphs of a canonical text.

use aperilex_ports::TextRange;

/// How a text's lines relate to its paragraphs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// A line is a paragraph: text made from HTML.
    Lines,
    /// Paragraphs are wrapped and stand between blank lines: text that was preformatted.
    Wrapped,
}

/// Lines of preformatted text are rarely longer than this many bytes.
const LONG_LINE: usize = 140;
/// A line that goes on in the next is longer than this many bytes.
const SHORT_LINE: usize = 50;

impl Layout {
    /// Preformatted text has blank lines, lines that end in the middle of a sentence, and hardly
    /// any long ones.
    pub(crate) fn of(text: &str) -> Self {
        let (mut lines, mut blank, mut cut, mut long) = (0_usize, 0_usize, 0_usize, 0_usize);
        for line in text.lines() {
            let line = line.trim();
            lines += 1;
            blank += usize::from(line.is_empty());
            if line.len() > LONG_LINE {
                long += line.len();
            } else if line.len() > SHORT_LINE && !line.ends_with(['.', ':', ';', '!', '?']) {
                cut += 1;
            }
        }
        let wrapped = blank.saturating_mul(20) > lines && cut.saturating_mul(5) > lines - blank;
        if wrapped && long.saturating_mul(10) < text.len() {
            Self::Wrapped
        } else {
            Self::Lines
        }
    }
}

/// The paragraphs of `text[range]`, without the white space around them. Rows of tables are none.
pub(crate) fn paragraphs(text: &str, range: &TextRange, layout: Layout) -> Vec<TextRange> {
    let Some(slice) = text.get(range.clone()) else {
        return Vec::new();
    };
    let mut found: Vec<TextRange> = Vec::new();
    let mut open = false;
    let mut at = range.start;
    for line in slice.split_inclusive('\n') {
        let start = at + (line.len() - line.trim_start().len());
        let end = at + line.trim_end().len();
        at += line.len();
        if start >= end || is_row(line.trim()) {
            open = false;
            continue;
        }
        match found.last_mut() {
            Some(last) if open => last.end = end,
            _ => found.push(start..end),
        }
        open = layout == Layout::Wrapped;
    }
    found
}

/// Whether a line is a row of a table: cells, wide gaps or dot leaders.
fn is_row(line: &str) -> bool {
    line.contains('\t') || line.contains("    ") || line.contains("....") || line.contains("---")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, layout: Layout) -> Vec<&str> {
        let ranges = paragraphs(text, &(0..text.len()), layout);
        ranges.into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn lines_or_blocks_between_blank_lines() {
        let text = "  One goes\non here.\n\nTwo.\nNet income\t5\nThree.\n";
        let lines = ["One goes", "on here.", "Two.", "Three."];
        assert_eq!(read(text, Layout::Lines), lines);
        let blocks = ["One goes\non here.", "Two.", "Three."];
        assert_eq!(read(text, Layout::Wrapped), blocks);
    }

    #[test]
    fn preformatted_text_is_told_by_its_lines() {
        let wrapped = "A line of some seventy bytes that was wrapped by hand\nand goes on.\n\n";
        assert_eq!(Layout::of(&wrapped.repeat(20)), Layout::Wrapped);
        let html = format!("A heading\n{}\n", "word ".repeat(60));
        assert_eq!(Layout::of(&html.repeat(20)), Layout::Lines);
        assert_eq!(Layout::of("One line.\nAnother."), Layout::Lines);
        let spaced = "A heading\n\nA sentence that is longer than fifty bytes, but ends here.\n\n";
        assert_eq!(Layout::of(&spaced.repeat(20)), Layout::Lines);
    }
}
