//! Attributes of a start tag.

/// The attributes in the bytes between a tag's name and its `>`.
#[derive(Debug, Clone)]
pub(crate) struct Attributes<'a> {
    rest: &'a [u8],
}

impl<'a> Attributes<'a> {
    /// Attributes in `bytes`.
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The value of the attribute `name` (lower case).
    pub(crate) fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.clone()
            .find(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value)
    }
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0C)
}

fn split_at(bytes: &[u8], mut stop: impl FnMut(u8) -> bool) -> (&[u8], &[u8]) {
    let at = bytes.iter().position(|b| stop(*b)).unwrap_or(bytes.len());
    bytes.split_at_checked(at).unwrap_or((bytes, &[]))
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (_, rest) = split_at(self.rest, |b| !is_space(b) && b != b'/');
        if rest.is_empty() {
            self.rest = rest;
            return None;
        }
        // A name has at least one byte, so that a stray `=` cannot hold the loop.
        let (tail, _) = split_at(rest.get(1..).unwrap_or_default(), |b| {
            is_space(b) || matches!(b, b'=' | b'/')
        });
        let (name, rest) = rest.split_at_checked(1 + tail.len()).unwrap_or((rest, &[]));
        let (_, after) = split_at(rest, |b| !is_space(b));
        let Some(value) = after.strip_prefix(b"=") else {
            self.rest = rest;
            return Some((name, &[]));
        };
        let (_, value) = split_at(value, |b| !is_space(b));
        let (value, rest) = match value.first() {
            Some(quote @ (b'"' | b'\'')) => {
                let inner = value.get(1..).unwrap_or_default();
                let end = memchr::memchr(*quote, inner).unwrap_or(inner.len());
                let (value, rest) = inner.split_at_checked(end).unwrap_or((inner, &[]));
                (value, rest.get(1..).unwrap_or_default())
            }
            _ => split_at(value, is_space),
        };
        self.rest = rest;
        Some((name, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_quoted_bare_and_empty_values() {
        let found: Vec<_> = Attributes::new(br#" a="1 2" B='x' c=3 nowrap d = "4" = e"#)
            .map(|(n, v)| (String::from_utf8_lossy(n), String::from_utf8_lossy(v)))
            .collect();
        let found: Vec<_> = found
            .iter()
            .map(|(n, v)| (n.as_ref(), v.as_ref()))
            .collect();
        assert_eq!(
            found,
            [
                ("a", "1 2"),
                ("B", "x"),
                ("c", "3"),
                ("nowrap", ""),
                ("d", "4"),
                ("=", ""),
                ("e", "")
            ]
        );
    }
}
