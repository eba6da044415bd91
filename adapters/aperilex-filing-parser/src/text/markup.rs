//! Where tags end, and what they are called.

use memchr::{memchr, memchr3};

use super::tag::Tag;

/// The tag of an end tag that is met often, and the bytes up to its end.
#[inline]
pub(crate) fn frequent(rest: &[u8]) -> Option<(Tag, usize)> {
    Some(match rest {
        [b't' | b'T', b'd' | b'D', b'>', ..] => (Tag::Cell, 3),
        [b't' | b'T', b'r' | b'R', b'>', ..] => (Tag::Row, 3),
        [b'p' | b'P', b'>', ..] => (Tag::Paragraph, 2),
        [b'b' | b'B', b'>', ..] => (Tag::Bold, 2),
        [b'd' | b'D', b'i' | b'I', b'v' | b'V', b'>', ..] => (Tag::Block, 4),
        [b's', b'p', b'a', b'n', b'>', ..] => (Tag::Span, 5),
        [b'f' | b'F', b'o' | b'O', b'n' | b'N', b't' | b'T', b'>', ..] => (Tag::Font, 5),
        _ => return None,
    })
}

/// The `>` that ends the tag whose name starts at `from`: one inside a quoted value does not.
pub(crate) fn tag_end(src: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let found = at + memchr3(b'>', b'"', b'\'', src.get(at..)?)?;
        let quote = *src.get(found)?;
        if quote == b'>' {
            return Some(found);
        }
        let before = src.get(at.min(found)..found)?.trim_ascii_end();
        at = if before.last() == Some(&b'=') {
            found + 1 + memchr(quote, src.get(found + 1..)?)? + 1
        } else {
            found + 1
        };
    }
}

/// The name of a tag, and what stands behind it.
pub(crate) fn split_name(inside: &[u8]) -> (&[u8], &[u8]) {
    let end = inside
        .iter()
        .position(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0C | b'/'))
        .unwrap_or(inside.len());
    inside.split_at_checked(end).unwrap_or((inside, &[]))
}

/// `name` in lower case, as far as `buffer` goes.
pub(crate) fn lower_case<'b>(name: &[u8], buffer: &'b mut [u8; 32]) -> &'b [u8] {
    let len = name.len().min(buffer.len());
    for (to, from) in buffer.iter_mut().zip(name) {
        *to = from.to_ascii_lowercase();
    }
    buffer.get(..len).unwrap_or_default()
}
