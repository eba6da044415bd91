//! What becomes of a character: kept, a space, or dropped.

/// What becomes of a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is text.
    Keep,
    /// It is white space.
    Space,
    /// It does not show: zero width, direction marks, tag characters, controls.
    Drop,
}

/// What becomes of `character`.
pub(crate) const fn fate(character: char) -> Fate {
    match character {
        ' ' | '\t' | '\n' | '\r' | '\u{C}' => Fate::Space,
        '\u{A0}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200A}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{202F}'
        | '\u{205F}'
        | '\u{3000}' => Fate::Space,
        '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{AD}' | '\u{61C}' | '\u{180E}' => Fate::Drop,
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' => Fate::Drop,
        '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' => Fate::Drop,
        '\u{E0000}'..='\u{E0FFF}' => Fate::Drop,
        _ => Fate::Keep,
    }
}

/// Whether a dropped character can turn or hide text that a person reads.
pub(crate) const fn is_deceptive(character: char) -> bool {
    matches!(
        character,
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Whether a dropped character takes no room: inside a word it hides it from a search.
pub(crate) const fn is_zero_width(character: char) -> bool {
    matches!(character, '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{180E}')
}

/// Classes of single bytes.
pub(crate) mod class {
    /// Copied as it is.
    pub(crate) const PLAIN: u8 = 0;
    /// White space.
    pub(crate) const SPACE: u8 = 1;
    /// Perhaps a character reference.
    pub(crate) const AMPERSAND: u8 = 2;
    /// Above 0x7F.
    pub(crate) const HIGH: u8 = 3;
    /// A control character.
    pub(crate) const CONTROL: u8 = 4;
}

/// The class of every byte.
pub(crate) const CLASS: [u8; 256] = {
    let mut table = [class::PLAIN; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte {
            9 | 10 | 12 | 13 | 32 => class::SPACE,
            0..32 | 127 => class::CONTROL,
            38 => class::AMPERSAND,
            128.. => class::HIGH,
            _ => class::PLAIN,
        };
        byte += 1;
    }
    table
};

/// The class of a byte.
#[inline]
pub(crate) fn class_of(byte: u8) -> u8 {
    CLASS[usize::from(byte)]
}
