//! What is inherited from the open elements.

/// What an element hands down to its content, as a set of bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct State(u16);

impl State {
    /// Bold.
    pub(crate) const BOLD: Self = Self(1);
    /// Underlined.
    pub(crate) const UNDERLINED: Self = Self(1 << 1);
    /// In a link to the same document.
    pub(crate) const LINKED: Self = Self(1 << 2);
    /// Not shown.
    pub(crate) const HIDDEN: Self = Self(1 << 3);
    /// Not shown unless an inner element says otherwise.
    pub(crate) const INVISIBLE: Self = Self(1 << 4);
    /// Centred.
    pub(crate) const CENTERED: Self = Self(1 << 5);
    /// Preformatted.
    pub(crate) const PRE: Self = Self(1 << 6);
    /// In a heading element.
    pub(crate) const HEADING: Self = Self(1 << 7);
    /// Hidden by design (head, XBRL header): nothing to warn of.
    pub(crate) const QUIET: Self = Self(1 << 8);
    /// Italic.
    pub(crate) const ITALIC: Self = Self(1 << 9);
    /// Type of no size, which an inner element may undo.
    pub(crate) const NO_SIZE: Self = Self(1 << 10);

    /// Whether any of `other` is set.
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

    /// Both.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
