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
    /// Typography.
    pub(crate) flags: LineFlags,
}

impl Line {
    /// Adds what was seen of the next piece of the same line.
    pub(crate) const fn absorb(&mut self, other: &Self) {
        self.strong = self.strong.saturating_add(other.strong);
        self.linked = self.linked.saturating_add(other.linked);
        self.flags.set(other.flags);
    }
}
