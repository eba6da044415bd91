//! What is inherited from the open elements.

/// What an element hands down to its content, as a set of bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct State(u32);

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
    /// Set above the line.
    pub(crate) const RAISED: Self = Self(1 << 11);
    /// A gap shows behind this element; its content does not inherit it.
    pub(crate) const GAP_AFTER: Self = Self(1 << 12);
    /// An inline element that is set as a block; its content does not inherit it.
    pub(crate) const BLOCK: Self = Self(1 << 13);
    /// A block that is set in the line; its content does not inherit it.
    pub(crate) const IN_LINE: Self = Self(1 << 14);
    /// Type of the colour of what is behind it, which an inner element may undo.
    pub(crate) const DROWNED: Self = Self(1 << 15);
    /// White type.
    pub(crate) const WHITE: Self = Self(1 << 16);
    /// Something that is not white is behind it, or it may be: a picture, other text.
    pub(crate) const SHADED: Self = Self(1 << 17);
    /// Type without a colour.
    pub(crate) const CLEAR: Self = Self(1 << 18);
    /// What is not shown.
    pub(crate) const UNSEEN: Self = Self::HIDDEN
        .and(Self::INVISIBLE)
        .and(Self::NO_SIZE)
        .and(Self::DROWNED)
        .and(Self::CLEAR);
    /// What belongs to an element alone.
    pub(crate) const OWN: Self = Self::GAP_AFTER.and(Self::BLOCK).and(Self::IN_LINE);

    /// Whether any of `other` is set.
    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether text is not shown; `plain` tells that all that may be behind it is known.
    pub(crate) const fn is_unseen(self, plain: bool) -> bool {
        let white = self.has(Self::WHITE) && !self.has(Self::SHADED);
        self.has(Self::UNSEEN) || white && plain
    }

    /// Sets `other`.
    pub(crate) const fn set(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Clears `other`.
    pub(crate) const fn clear(&mut self, other: Self) {
        self.0 &= !other.0;
    }

    /// All of these bits.
    pub(crate) const fn bits(self) -> u32 {
        self.0
    }

    /// The state of these bits.
    pub(crate) const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// Both.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
