//! SGML full submissions: one file, many documents.
//!
//! Since 1993 EDGAR has served a submission as one text file: a header, then
//! `<DOCUMENT><TYPE>…<SEQUENCE>…<FILENAME>…<DESCRIPTION>…<TEXT>…</TEXT></DOCUMENT>` for each
//! document. Early ones start with a PEM envelope and have no `<FILENAME>`.

pub(crate) mod data;
pub(crate) mod header;
pub(crate) mod sniff;

use std::ops::Range;

use memchr::{memchr, memmem};

/// How far into a file the SGML may begin: behind a PEM envelope.
const PREAMBLE: usize = 16 * 1024;
/// How long the tags before `<TEXT>` may be.
const MAX_DOCUMENT_HEADER: usize = 8192;
/// Documents that are taken from one file; real submissions have up to a few hundred.
const MAX_DOCUMENTS: usize = 5000;

/// A document inside a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Part {
    /// `<TYPE>`.
    pub(crate) doc_type: Option<String>,
    /// `<SEQUENCE>`.
    pub(crate) sequence: Option<u32>,
    /// `<FILENAME>`.
    pub(crate) name: Option<String>,
    /// `<DESCRIPTION>`.
    pub(crate) description: Option<String>,
    /// Its content in the file.
    pub(crate) content: Range<usize>,
}

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum File {
    /// One document, the file itself.
    Single,
    /// A submission with these documents; none if it is a header alone.
    Submission(Vec<Part>),
}

/// Finds out what `file` is and where its documents lie.
pub(crate) fn open(file: &[u8]) -> File {
    let head = file.get(..PREAMBLE).unwrap_or(file);
    let starts = [
        &b"<SEC-DOCUMENT>"[..],
        b"<SEC-HEADER>",
        b"<IMS-DOCUMENT>",
        b"<IMS-HEADER>",
        b"<SUBMISSION>",
        b"<DOCUMENT>",
    ];
    let begins = |at: usize| {
        let line = head.get(at..).unwrap_or_default();
        starts.iter().any(|start| line.starts_with(start))
    };
    let first = head.len() - head.trim_ascii_start().len();
    let is_submission = begins(first)
        || (head.trim_ascii_start().starts_with(b"-----BEGIN")
            && memchr::memchr_iter(b'\n', head).any(|at| begins(at + 1)));
    if !is_submission {
        return typed(file, first).map_or(File::Single, |part| File::Submission(vec![part]));
    }
    File::Submission(parts(file))
}

/// A document without its `<DOCUMENT>`, as some of the 1990s are kept.
fn typed(file: &[u8], first: usize) -> Option<Part> {
    let start = file.get(first..)?.strip_prefix(b"<TYPE>")?;
    let window = start.get(..MAX_DOCUMENT_HEADER).unwrap_or(start);
    let text = memmem::find(window, b"<TEXT>")?;
    let between = memmem::find(window.get(..text)?, b"<SEQUENCE>");
    between.map(|_| part(file, first, file.len()))
}

fn parts(file: &[u8]) -> Vec<Part> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(found) = memmem::find(file.get(at..).unwrap_or_default(), b"<DOCUMENT>") {
        let start = at + found + b"<DOCUMENT>".len();
        let rest = file.get(start..).unwrap_or_default();
        if !rest.trim_ascii_start().starts_with(b"<TYPE>") {
            at = start;
            continue;
        }
        let end = memmem::find(rest, b"</DOCUMENT>").map_or(file.len(), |found| start + found);
        out.push(part(file, start, end));
        at = end;
        if out.len() >= MAX_DOCUMENTS {
            break;
        }
    }
    out
}

fn part(file: &[u8], start: usize, end: usize) -> Part {
    let body = file.get(start..end).unwrap_or_default();
    let window = body.get(..MAX_DOCUMENT_HEADER).unwrap_or(body);
    let text = memmem::find(window, b"<TEXT>");
    let header = window
        .get(..text.unwrap_or(window.len()))
        .unwrap_or_default();
    let content_start = text.map_or(0, |at| at + b"<TEXT>".len());
    let content = body.get(content_start..).unwrap_or_default();
    let content_end = memmem::rfind(content, b"</TEXT>").unwrap_or(content.len());
    let range = start + content_start..start + content_start + content_end;
    Part {
        doc_type: value(header, b"<TYPE>"),
        sequence: value(header, b"<SEQUENCE>").and_then(|text| text.parse().ok()),
        name: value(header, b"<FILENAME>"),
        description: value(header, b"<DESCRIPTION>"),
        content: unwrap(file, range),
    }
}

/// The value behind a tag: up to the line's end or the next tag.
fn value(header: &[u8], tag: &[u8]) -> Option<String> {
    let at = memmem::find(header, tag)? + tag.len();
    let rest = header.get(at..)?;
    let end = rest
        .iter()
        .position(|b| matches!(b, b'\n' | b'\r' | b'<'))
        .unwrap_or(rest.len());
    let text = String::from_utf8_lossy(rest.get(..end)?.trim_ascii()).into_owned();
    (!text.is_empty()).then_some(text)
}

/// Takes the wrapper off XBRL: `<XBRL>` of inline documents and exhibits, `<XML>` of the instance that
/// EDGAR extracts. On others `<XML>` and `<PDF>` stay, for what they wrap has no text of its own.
fn unwrap(file: &[u8], range: Range<usize>) -> Range<usize> {
    let content = file.get(range.clone()).unwrap_or_default();
    let lead = content.len() - content.trim_ascii_start().len();
    let trimmed = content.trim_ascii();
    let wrappers: [(&[u8], &[u8]); 2] = [(b"<XBRL>", b"</XBRL>"), (b"<XML>", b"</XML>")];
    for (open, close) in wrappers {
        let Some(inner) = trimmed.strip_prefix(open) else {
            continue;
        };
        let end = inner.strip_suffix(close).unwrap_or(inner).len();
        let skip = memchr(b'<', inner).unwrap_or(0).min(end);
        let start = range.start + lead + open.len();
        if open == b"<XBRL>" || sniff::is_instance(inner) {
            return start + skip..start + end;
        }
    }
    range
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(file: &str) -> Vec<(Option<String>, Option<u32>, String)> {
        let File::Submission(parts) = open(file.as_bytes()) else {
            return Vec::new();
        };
        parts
            .into_iter()
            .map(|p| (p.doc_type, p.sequence, file[p.content].trim().to_owned()))
            .collect()
    }

    #[test]
    fn splits_a_submission_of_the_nineties() {
        let file = "-----BEGIN PRIVACY-ENHANCED MESSAGE-----\nProc-Type: 2001\n\n<IMS-DOCUMENT>x\n\
            <DOCUMENT>\n<TYPE>10-K\n<SEQUENCE>1\n<TEXT>\nOne </TEXT> more\n</TEXT>\n</DOCUMENT>\n\
            <DOCUMENT>\n<TYPE>EX-27\n<SEQUENCE>2\n<TEXT>\nTwo\n</TEXT>\n</DOCUMENT>\n";
        let expected = [
            (
                Some("10-K".to_owned()),
                Some(1),
                "One </TEXT> more".to_owned(),
            ),
            (Some("EX-27".to_owned()), Some(2), "Two".to_owned()),
        ];
        assert_eq!(contents(file), expected);
    }

    #[test]
    fn takes_documents_without_header_newlines_or_ends() {
        let file =
            "<DOCUMENT><TYPE>8-K<SEQUENCE>1<FILENAME>a.htm<TEXT><XBRL>\n<html>x</html></XBRL>";
        assert_eq!(
            contents(file),
            [(Some("8-K".to_owned()), Some(1), "<html>x</html>".to_owned())]
        );
    }

    #[test]
    fn a_document_may_stand_alone() {
        let file = "\n<TYPE>10-K\n<SEQUENCE>1\n<TEXT>\nReport\n</TEXT>\n";
        assert_eq!(
            contents(file),
            [(Some("10-K".to_owned()), Some(1), "Report".to_owned())]
        );
        assert_eq!(open(b"<TYPE>a letter to <TEXT>"), File::Single);
    }

    #[test]
    fn a_header_alone_has_no_documents_and_a_page_is_itself() {
        assert_eq!(
            open(b"<SEC-HEADER>x</SEC-HEADER>"),
            File::Submission(Vec::new())
        );
        assert_eq!(open(b"<html>about <DOCUMENT><TYPE>"), File::Single);
    }
}
