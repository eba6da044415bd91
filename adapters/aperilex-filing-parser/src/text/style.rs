//! What a `style` attribute says of a piece of text: bold, underlined, hidden, on a new page.

/// What a style changes; unset bits are inherited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Style {
    /// `font-weight`.
    pub(crate) bold: Option<bool>,
    /// `text-decoration: underline`.
    pub(crate) underline: Option<bool>,
    /// `display: none`, or moved off the screen: nothing inside shows.
    pub(crate) hidden: bool,
    /// `visibility: hidden` or a font size of nothing, which an inner element may undo.
    pub(crate) invisible: Option<bool>,
    /// `display: inline` on a block.
    pub(crate) inline: bool,
    /// `page-break-before` or `-after: always`.
    pub(crate) page_break: bool,
    /// `text-align: center`.
    pub(crate) centered: Option<bool>,
}

/// Reads the declarations of a style.
pub(crate) fn read(value: &[u8]) -> Style {
    let mut style = Style::default();
    let mut fixed = false;
    let mut far_off = false;
    for declaration in value.split(|b| *b == b';') {
        let Some(colon) = memchr::memchr(b':', declaration) else {
            continue;
        };
        let (name, rest) = declaration
            .split_at_checked(colon)
            .unwrap_or((declaration, &[]));
        let rest = rest.get(1..).unwrap_or_default();
        let (name, value) = (name.trim_ascii(), rest.trim_ascii());
        match name.len() {
            4 | 3 if name.eq_ignore_ascii_case(b"left") || name.eq_ignore_ascii_case(b"top") => {
                far_off |= is_far_off(value);
            }
            11 if name.eq_ignore_ascii_case(b"text-indent") => style.hidden |= is_far_off(value),
            11 if name.eq_ignore_ascii_case(b"font-weight") => style.bold = Some(is_bold(value)),
            9 if name.eq_ignore_ascii_case(b"font-size") => style.invisible = Some(is_zero(value)),
            7 if name.eq_ignore_ascii_case(b"display") => {
                style.hidden |= starts_with(value, b"none");
                style.inline = value.eq_ignore_ascii_case(b"inline");
            }
            10 if name.eq_ignore_ascii_case(b"visibility") => {
                style.invisible = Some(starts_with(value, b"hidden"));
            }
            10 if name.eq_ignore_ascii_case(b"text-align") => {
                style.centered = Some(starts_with(value, b"center"));
            }
            8 if name.eq_ignore_ascii_case(b"position") => fixed = !starts_with(value, b"rel"),
            15 if name.eq_ignore_ascii_case(b"text-decoration") => {
                style.underline = Some(starts_with(value, b"underline"));
            }
            16 | 17 if starts_with(name, b"page-break-") => {
                style.page_break |= starts_with(value, b"always");
            }
            _ => {}
        }
    }
    style.hidden |= fixed && far_off;
    style
}

fn starts_with(value: &[u8], prefix: &[u8]) -> bool {
    value
        .get(..prefix.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

/// `bold`, `bolder`, 600 to 900.
fn is_bold(value: &[u8]) -> bool {
    starts_with(value, b"bold") || matches!(value.first(), Some(b'6'..=b'9'))
}

/// A length of nothing, in any unit.
fn is_zero(value: &[u8]) -> bool {
    let digits = value
        .iter()
        .take_while(|b| b.is_ascii_digit() || **b == b'.')
        .count();
    digits > 0
        && value
            .get(..digits)
            .is_some_and(|v| v.iter().all(|b| matches!(b, b'0' | b'.')))
}

/// A negative length of four digits or more.
fn is_far_off(value: &[u8]) -> bool {
    value
        .strip_prefix(b"-")
        .is_some_and(|rest| rest.iter().take_while(|b| b.is_ascii_digit()).count() >= 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_matters() {
        assert_eq!(read(b"color:#000;font-weight:700").bold, Some(true));
        assert_eq!(read(b"font-weight: normal").bold, Some(false));
        assert!(read(b"DISPLAY: None").hidden);
        assert_eq!(read(b"font-size:0pt").invisible, Some(true));
        assert_eq!(read(b"font-size:0.5pt").invisible, Some(false));
        assert!(read(b"position:absolute;left:-9999px").hidden);
        assert!(!read(b"position:relative;top:-2pt;text-indent:-18pt").hidden);
        assert!(read(b"page-break-after:always").page_break);
    }
}
