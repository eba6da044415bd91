//! The elements the reader knows, by what they do to the text.

/// An element, by what it does to the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Tag {
    /// Anything unknown: its content is text of the surrounding line.
    Inline,
    /// An anchor.
    Anchor,
    /// Bold text.
    Bold,
    /// Italic text.
    Italic,
    /// `sup`.
    Raised,
    /// `big`.
    Big,
    /// `small`.
    Small,
    /// Underlined text.
    Underline,
    /// `span`.
    Span,
    /// `font`.
    Font,
    /// Paragraph.
    Paragraph,
    /// `div` and other blocks.
    Block,
    /// List item.
    ListItem,
    /// `h1` to `h6`.
    Heading,
    /// Preformatted.
    Pre,
    /// Table.
    Table,
    /// `thead`, `tbody`, `tfoot`.
    RowGroup,
    /// Row.
    Row,
    /// `td` and `th`.
    Cell,
    /// `th`.
    HeaderCell,
    /// `caption`.
    Caption,
    /// `head`: dropped.
    Head,
    /// `body`.
    Body,
    /// `script`, `style` and the like: dropped, content is not markup.
    RawText,
    /// `title`, `template`: dropped.
    Dropped,
    /// `<S>` and `<C>`: a column of a preformatted table begins here.
    Column,
    /// Void: line break.
    Break,
    /// Void: rule, `<PAGE>`.
    Rule,
    /// Void without effect.
    Void,
    /// An inline XBRL element (prefix `ix`).
    Ix,
    /// An element of an XBRL instance (`xbrli:`, `xbrldi:` …).
    Xbrl,
}

/// How many tags there are.
pub(crate) const TAGS: usize = Tag::Xbrl as usize + 1;

impl Tag {
    /// The tag of a lower-case name.
    pub(crate) fn of(name: &[u8]) -> Self {
        match name {
            b"a" => Self::Anchor,
            b"b" | b"strong" => Self::Bold,
            b"i" | b"em" | b"cite" | b"dfn" | b"var" => Self::Italic,
            b"sup" => Self::Raised,
            b"big" => Self::Big,
            b"small" => Self::Small,
            b"u" | b"ins" => Self::Underline,
            b"span" => Self::Span,
            b"font" => Self::Font,
            b"p" => Self::Paragraph,
            b"div" | b"ul" | b"ol" | b"dl" | b"dt" | b"dd" | b"blockquote" | b"center"
            | b"html" | b"address" | b"article" | b"section" | b"header" | b"footer" | b"nav"
            | b"aside" | b"main" | b"figure" | b"form" | b"fieldset" | b"dir" | b"menu"
            | b"details" | b"summary" => Self::Block,
            b"li" => Self::ListItem,
            b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => Self::Heading,
            b"pre" | b"xmp" | b"listing" => Self::Pre,
            b"table" => Self::Table,
            b"thead" | b"tbody" | b"tfoot" => Self::RowGroup,
            b"tr" => Self::Row,
            b"td" => Self::Cell,
            b"th" => Self::HeaderCell,
            b"caption" => Self::Caption,
            b"head" => Self::Head,
            b"body" => Self::Body,
            b"script" | b"style" | b"iframe" | b"noembed" | b"noframes" => Self::RawText,
            b"title" | b"template" => Self::Dropped,
            b"s" | b"c" => Self::Column,
            b"br" => Self::Break,
            b"hr" | b"page" => Self::Rule,
            b"img" | b"meta" | b"link" | b"input" | b"col" | b"wbr" | b"base" | b"area"
            | b"param" | b"embed" | b"source" | b"track" | b"frame" => Self::Void,
            _ if name.starts_with(b"ix:") => Self::Ix,
            _ if name.starts_with(b"xbrl") && name.contains(&b':') => Self::Xbrl,
            _ => Self::Inline,
        }
    }

    /// Never has content.
    pub(crate) const fn is_void(self) -> bool {
        matches!(self, Self::Break | Self::Rule | Self::Void)
    }

    /// Begins and ends a line.
    pub(crate) const fn is_block(self) -> bool {
        matches!(
            self,
            Self::Paragraph
                | Self::Block
                | Self::ListItem
                | Self::Heading
                | Self::Pre
                | Self::Caption
                | Self::Body
        )
    }

    /// Part of a table: end tags of other elements do not reach past it.
    pub(crate) const fn is_table_part(self) -> bool {
        matches!(
            self,
            Self::Table | Self::RowGroup | Self::Row | Self::Cell | Self::HeaderCell
        )
    }
}
