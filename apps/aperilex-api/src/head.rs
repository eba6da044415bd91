//! The head of a request, read strictly before hyper reads it.
//!
//! hyper is lenient where RFC 9112 lets a server be: it takes lines that end in a bare LF, drops a
//! `Content-Length` beside a `Transfer-Encoding`, does without `Host`, and refuses the rest with a bare
//! status. What two parsers may read differently is refused here, with a problem document.

use std::ops::Range;

use memchr::memchr;
use poem::http::Uri;

use crate::problem::{Problem, ProblemCode};

/// Most header fields of a request.
pub(crate) const MAX_FIELDS: usize = 100;
/// Most bytes of a request's head.
pub(crate) const MAX_BYTES: usize = 64 * 1024;
/// Most bytes of its first line.
const MAX_LINE: usize = 16 * 1024;

/// A body that says it is longer is no body.
const MAX_LENGTH: u64 = u64::MAX / 2;

/// What follows a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// So many bytes of body, and then another head.
    Body(u64),
    /// The last body of this connection, in chunks.
    Rest,
}

/// How far a head was looked through.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// Begin of the line that is not over yet.
    line: usize,
    /// Begin of the request line, once there is one.
    begin: Option<usize>,
}

impl Scan {
    /// Looks through what has come so far: where the head is, once it is whole.
    pub(crate) fn find(&mut self, bytes: &[u8]) -> Result<Option<Range<usize>>, Problem> {
        while let Some(rest) = bytes.get(self.line..)
            && let Some(length) = memchr(b'\n', rest)
        {
            let line = match rest.get(..length) {
                Some([line @ .., b'\r']) if !line.contains(&b'\r') => line,
                _ => return Err(bad("end every line of the head with CR LF")),
            };
            if self.begin.is_none() && line.len() > MAX_LINE {
                return Err(long_line());
            }
            let (begin, end) = (self.line, self.line + length + 1);
            self.line = end;
            match (self.begin, line.is_empty()) {
                // Empty lines before a request are passed over (RFC 9112 §2.2).
                (None, true) => {}
                (None, false) => self.begin = Some(begin),
                (Some(begin), true) if end - begin > MAX_BYTES => return Err(too_large()),
                (Some(begin), true) => return Ok(Some(begin..end)),
                (Some(_), false) => {}
            }
        }
        match self.begin {
            None if bytes.len() - self.line > MAX_LINE => Err(long_line()),
            _ if bytes.len() > MAX_BYTES => Err(too_large()),
            _ => Ok(None),
        }
    }
}

/// What the head says of the body; refused if it is not a head that everybody reads the same way.
pub(crate) fn framing(head: &[u8]) -> Result<Framing, Problem> {
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    match request.parse(head) {
        Ok(httparse::Status::Complete(length)) if length == head.len() => {}
        Ok(_) => return Err(bad("the head does not end where its empty line is")),
        Err(httparse::Error::TooManyHeaders) => return Err(too_large()),
        Err(httparse::Error::Version) => return Err(bad("speak HTTP/1.1")),
        Err(error) => return Err(bad(format!("the head is not HTTP: {error}"))),
    }
    let lawful = |target: &str| target.is_ascii() && target.parse::<Uri>().is_ok();
    if !request.path.is_some_and(lawful) {
        return Err(bad("percent-encode what may not stand in an address"));
    }
    let values = |name: &'static str| {
        let fields = request.headers.iter();
        fields.filter_map(move |field| field.name.eq_ignore_ascii_case(name).then_some(field.value))
    };
    let hosts = values("host").count();
    if hosts > 1 || (hosts == 0 && request.version == Some(1)) {
        return Err(bad("send one Host field"));
    }
    let mut lengths = values("content-length");
    let length = lengths.next();
    let mut encodings = values("transfer-encoding");
    let chunked = encodings.next();
    if let Some(encoding) = chunked
        && (!encoding.eq_ignore_ascii_case(b"chunked")
            || encodings.next().is_some()
            || request.version != Some(1))
    {
        return Err(bad("the only Transfer-Encoding is `chunked`, in HTTP/1.1"));
    }
    let chunked = chunked.is_some();
    match (length, lengths.next(), chunked) {
        (Some(_), _, true) => Err(bad("send Content-Length or Transfer-Encoding, not both")),
        (_, Some(_), _) => Err(bad("send one Content-Length")),
        (None, None, true) => Ok(Framing::Rest),
        (None, None, false) => Ok(Framing::Body(0)),
        (Some(length), None, false) => number(length)
            .map(Framing::Body)
            .ok_or_else(|| bad("send Content-Length as a number of bytes")),
    }
}

/// Digits alone: no sign, no list.
fn number(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 = digits.then(|| text.parse().ok()).flatten()?;
    (number <= MAX_LENGTH).then_some(number)
}

fn bad(detail: impl Into<std::borrow::Cow<'static, str>>) -> Problem {
    Problem::new(ProblemCode::BadRequest, detail)
}

fn long_line() -> Problem {
    let detail = format!("the address and method have at most {MAX_LINE} bytes");
    Problem::new(ProblemCode::UriTooLong, detail)
}

fn too_large() -> Problem {
    let detail =
        format!("the head of a request has at most {MAX_FIELDS} fields and {MAX_BYTES} bytes");
    Problem::new(ProblemCode::HeadTooLarge, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GET: &str = "GET / HTTP/1.1\r\nHost: x\r\n";

    fn scanned(bytes: &[u8]) -> Result<Option<Range<usize>>, ProblemCode> {
        // Byte by byte, so that nothing depends on how the network cuts it.
        let mut scan = Scan::default();
        for end in 0..bytes.len() {
            match scan.find(&bytes[..end]) {
                Ok(None) => {}
                found => return found.map_err(|problem| problem.code),
            }
        }
        scan.find(bytes).map_err(|problem| problem.code)
    }

    fn framed(rest: &str) -> Result<Framing, ProblemCode> {
        framing(format!("{GET}{rest}\r\n").as_bytes()).map_err(|problem| problem.code)
    }

    #[test]
    fn a_head_ends_with_its_first_empty_line() {
        let head = format!("{GET}\r\n");
        assert_eq!(scanned(head.as_bytes()), Ok(Some(0..head.len())));
        let late = format!("\r\n\r\n{head}body");
        assert_eq!(scanned(late.as_bytes()), Ok(Some(4..4 + head.len())));
        assert_eq!(scanned(GET.as_bytes()), Ok(None));
    }

    #[test]
    fn lines_end_one_way() {
        for bytes in [
            "GET / HTTP/1.1\n",
            "GET / HTTP/1.1\r\nHost: x\n",
            "\n",
            "a\rb\r\n",
        ] {
            let found = scanned(bytes.as_bytes());
            assert_eq!(found, Err(ProblemCode::BadRequest), "{bytes:?}");
        }
    }

    #[test]
    fn heads_have_a_size() {
        let long = format!("GET /{} HTTP/1.1\r\n", "x".repeat(MAX_LINE));
        let mut scan = Scan::default();
        let found = scan.find(long.as_bytes()).unwrap_err();
        assert_eq!(found.code, ProblemCode::UriTooLong);
        let found = Scan::default().find(&long.as_bytes()[..MAX_LINE + 1]);
        assert_eq!(found.unwrap_err().code, ProblemCode::UriTooLong);
        let wide = format!("{GET}X: {}", "x".repeat(MAX_BYTES));
        let found = Scan::default().find(wide.as_bytes()).unwrap_err();
        assert_eq!(found.code, ProblemCode::HeadTooLarge);
        let whole = Scan::default().find(format!("{wide}\r\n\r\n").as_bytes());
        assert_eq!(whole.unwrap_err().code, ProblemCode::HeadTooLarge);
        let many: String = (0..MAX_FIELDS).map(|n| format!("X-{n}: 1\r\n")).collect();
        assert_eq!(framed(&many), Err(ProblemCode::HeadTooLarge));
    }

    #[test]
    fn a_head_says_one_thing_about_its_body() {
        assert_eq!(framed(""), Ok(Framing::Body(0)));
        assert_eq!(framed("Content-Length: 12\r\n"), Ok(Framing::Body(12)));
        assert_eq!(framed("transfer-encoding: chunked\r\n"), Ok(Framing::Rest));
        for rest in [
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "Content-Length: 5\r\nContent-Length: 5\r\n",
            "Content-Length: +5\r\n",
            "Content-Length: 5, 5\r\n",
            "Content-Length: 99999999999999999999\r\n",
            "Content-Length: 18446744073709551615\r\n",
            "Transfer-Encoding: gzip\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Host: y\r\n",
            "X: a\r\n b\r\n",
            "X : a\r\n",
        ] {
            assert_eq!(framed(rest), Err(ProblemCode::BadRequest), "{rest:?}");
        }
    }

    #[test]
    fn a_host_is_named_from_1_1_on() {
        let bare = |version: &str| framing(format!("GET / HTTP/{version}\r\n\r\n").as_bytes());
        assert_eq!(bare("1.0"), Ok(Framing::Body(0)));
        assert!(bare("1.1").is_err() && bare("2.0").is_err());
        let chunked = framing(b"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n");
        assert!(chunked.is_err());
    }

    #[test]
    fn addresses_are_encoded() {
        for target in ["/a?b=\"", "/a<b>", "/`", "/\u{e9}"] {
            let head = format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n");
            let code = framing(head.as_bytes()).map_err(|problem| problem.code);
            assert_eq!(code, Err(ProblemCode::BadRequest), "{target}");
        }
        assert!(framing(b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n").is_ok());
    }
}
