//! Lines of a canonical text with what the reader saw of their typography.

/// Typography of a line, as a set of bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct LineFlags(u8);

impl LineFlags {
    /// In a table.
    pub(crate) const TABLE: Self = Self(1);
    /// An `h1` to `h6`.
    pub(crate) const HEADING: Self = Self(2);
    /// Centred.
    pub(crate) const CENTERED: Self = Self(4);
    /// Starts at the target of an anchor.
    pub(crate) const TARGET: Self = Self(8);
    /// A page break was met since the line before.
    pub(crate) const NEW_PAGE: Self = Self(16);
    /// Preformatted.
    pub(crate) const PRE: Self = Self(32);

    /// Whether all of `other` are set.
    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Sets `other`.
    pub(crate) const fn set(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// A line: from `start` to one before the start of the next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Line {
    /// Where it starts in the text.
    pub(crate) start: u32,
    /// Bytes in bold or underlined type, saturating.
    pub(crate) strong: u16,
    /// Bytes inside links to places of the same document, saturating.
    pub(crate) linked: u16,
    /// Bytes in italic type, saturating.
    pub(crate) italic: u16,
    /// Bytes of strong or italic type at its very start, up to the first character that is neither,
    /// saturating.
    pub(crate) lead: u16,
    /// Its largest type in half points, 0 if unknown.
    pub(crate) size: u8,
    /// Typography.
    pub(crate) flags: LineFlags,
}

impl Line {
    /// Adds what was seen of the next piece of the same line.
    pub(crate) fn absorb(&mut self, other: &Self) {
        self.strong = self.strong.saturating_add(other.strong);
        self.italic = self.italic.saturating_add(other.italic);
        self.size = self.size.max(other.size);
        self.linked = self.linked.saturating_add(other.linked);
        self.flags.set(other.flags);
    }
}

#[cfg(test)]
mod tests {
    use super::Line;
    use crate::container::sniff::Kind;
    use crate::encoding::Source;

    /// The lines of an HTML body.
    fn lines(body: &str) -> Vec<Line> {
        let source = Source::new(body.as_bytes(), &(0..body.len()));
        crate::text::read(&source, Kind::Html).built.lines
    }

    fn first(body: &str) -> Line {
        lines(body).first().copied().unwrap_or_default()
    }

    #[test]
    fn italic_type_is_counted_however_it_is_written() {
        for body in [
            "<p>plain <i>italic</i></p>",
            "<p>plain <em>italic</em></p>",
            "<p>plain <span style=\"font-style:italic\">italic</span></p>",
            "<p>plain <span style='font: italic 10pt Times'>italic</span></p>",
            "<p style='font:oblique 10pt Arial'><font style='font-style:normal'>plain </font>italic",
        ] {
            let line = first(body);
            assert_eq!((line.italic, line.strong), (6, 0), "{body}");
        }
    }

    #[test]
    fn the_largest_size_of_a_line_is_kept() {
        for (body, size) in [
            ("<p>plain", 0),
            (
                "<p style='font-size:10pt'>ten <span style='font-size:14pt'>more</span>",
                28,
            ),
            ("<div style='font:bold 11pt/1.2 Arial'>eleven", 22),
            ("<font size=2>two</font>", 20),
            ("<font size=+1>four</font>", 27),
            (
                "<p style='font-size:10pt'><big>big</big> and <small>small</small>",
                24,
            ),
            ("<p style='font-size:20pt'>twenty<p>unknown", 40),
            ("<h1>title</h1>", 48),
            ("<h2 style='font-size:9.5pt'>title</h2>", 19),
            (
                "<p style='font-size:10pt'><span style='font-size:150%'>x",
                30,
            ),
        ] {
            assert_eq!(first(body).size, size, "{body}");
        }
        let sizes: Vec<u8> = lines("<p style='font-size:20pt'>a<p>b")
            .iter()
            .map(|l| l.size)
            .collect();
        assert_eq!(sizes, [40, 0]);
    }

    #[test]
    fn the_lead_is_the_set_type_at_the_start() {
        for (body, lead) in [
            ("<p><b>Competition.</b> We compete", 12),
            ("<p><b>Com</b><i>petition.</i> We compete", 12),
            ("<p><b>All</b> of <b>it</b>", 3),
            ("<p> \n<b>One</b> <b>two</b> three", 7),
            ("<p>We <b>compete</b>", 0),
            ("<table><tr><td><b>a</b><td><b>b</b><td>c</table>", 3),
            ("<p style='font-weight:bold'>whole", 5),
        ] {
            assert_eq!(first(body).lead, lead, "{body}");
        }
        // Every paragraph of a layout's cell begins anew.
        let leads: Vec<u16> = lines("<table><tr><td><p><b>a</b><p>b<p><b>ab</b> c</table>")
            .iter()
            .map(|line| line.lead)
            .collect();
        assert_eq!(leads, [1, 0, 2]);
    }
}
