//! Telling answers apart: EDGAR says "forbidden" for four different things, and "fine" for errors.

use std::time::Duration;

use crate::error::EdgarError;
use crate::request::Shape;

/// How much of an error page is read.
pub(crate) const MAX_ERROR_PAGE: usize = 64 * 1024;
/// Where an error page's title or an S3 error is looked for.
const HEAD: usize = 4096;

/// What an unsuccessful answer means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// We sent too much: nothing more until the pause is over.
    Blocked,
    /// No contact in the user agent, or refused in a way that settings must mend.
    Misconfigured(&'static str),
    /// There is no such file.
    NotFound,
    /// The server's fault.
    Server,
}

/// Reads a status other than 2xx and 304, with the start of its body.
pub(crate) fn refusal(status: u16, body: &[u8]) -> Refusal {
    let text = head(body);
    match status {
        429 => Refusal::Blocked,
        403 if is_undeclared_page(&text) => Refusal::Misconfigured(UNDECLARED),
        // S3 behind EDGAR: the object does not exist (a future quarter, a holiday).
        403 if s3_code(&text) == Some("AccessDenied") => Refusal::NotFound,
        403 if is_rate_page(&text) || is_edge_page(&text) => Refusal::Blocked,
        403 => Refusal::Misconfigured(FORBIDDEN),
        404 | 410 => Refusal::NotFound,
        _ => Refusal::Server,
    }
}

const UNDECLARED: &str = "it calls us an undeclared automated tool: set `user_agent` to your \
                          company's name and an e-mail address";
const FORBIDDEN: &str = "status 403 without a known reason: check `user_agent` and whether this \
                         network may reach EDGAR";

/// Checks that a body with a good status is what was asked for.
pub(crate) fn check_body(what: &str, shape: Shape, body: &[u8]) -> Result<(), BodyFault> {
    if body.is_empty() {
        return Err(BodyFault::bad(what, "an empty body"));
    }
    let text = head(body);
    if is_rate_page(&text) {
        return Err(BodyFault::Blocked);
    }
    if is_undeclared_page(&text) {
        return Err(BodyFault::Error(EdgarError::Misconfigured {
            reason: UNDECLARED.to_owned(),
        }));
    }
    if title(&text).is_some_and(|title| title.starts_with("sec.gov |")) {
        return Err(BodyFault::bad(what, "an error page of sec.gov"));
    }
    if s3_code(&text).is_some() {
        return Err(BodyFault::bad(what, "an error message of the file store"));
    }
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let html =
        starts_ignoring_case(start, "<!doctype html") || starts_ignoring_case(start, "<html");
    let fits = match shape {
        Shape::Json => start.starts_with(['{', '[']),
        Shape::Text => !html,
        Shape::Gzip => body.starts_with(&[0x1f, 0x8b]),
        Shape::Page => html || text.contains('<'),
        Shape::Document => true,
    };
    if fits {
        Ok(())
    } else {
        Err(BodyFault::bad(what, "a body of another kind than expected"))
    }
}

/// Why a body is not taken.
#[derive(Debug)]
pub(crate) enum BodyFault {
    /// It is the page that says we are blocked.
    Blocked,
    /// Anything else.
    Error(EdgarError),
}

impl BodyFault {
    fn bad(what: &str, reason: &str) -> Self {
        Self::Error(EdgarError::bad(what, reason))
    }
}

/// `Retry-After` in seconds; its date form is not used by EDGAR.
pub(crate) fn retry_after(value: Option<&str>) -> Option<Duration> {
    value?.trim().parse().ok().map(Duration::from_secs)
}

fn head(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(HEAD)]).into_owned()
}

fn starts_ignoring_case(text: &str, prefix: &str) -> bool {
    text.as_bytes()
        .get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

/// The page of the network in front of EDGAR for clients that it keeps out.
fn is_edge_page(text: &str) -> bool {
    title(text).is_some_and(|title| title == "access denied")
}

// A filing may speak of these words, so only the title of a page counts.
fn is_rate_page(text: &str) -> bool {
    title(text).is_some_and(|title| title.contains("request rate threshold exceeded"))
}

fn is_undeclared_page(text: &str) -> bool {
    title(text).is_some_and(|title| title.contains("undeclared automated tool"))
}

fn title(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let (_, rest) = lower.split_once("<title>")?;
    rest.split_once("</title>")
        .map(|(title, _)| title.trim().to_owned())
}

/// The code of an S3 error document.
fn s3_code(text: &str) -> Option<&str> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let body = if text.starts_with("<?xml") {
        text.split_once("?>")?.1.trim_start()
    } else {
        text
    };
    let (_, code) = body.strip_prefix("<Error>")?.split_once("<Code>")?;
    code.split_once("</Code>").map(|(code, _)| code)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: &str =
        "<!DOCTYPE html><html><head><title>SEC.gov | Request Rate Threshold Exceeded</title>";
    const TOOL: &str = "<html><title>SEC.gov | Your Request Originates from an Undeclared \
                        Automated Tool</title>";
    const DENIED: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied\
                          </Code><Message>Access Denied</Message></Error>";
    const EDGE: &str = "<HTML><HEAD>\n<TITLE>Access Denied</TITLE>\n</HEAD><BODY>\n<H1>Access \
                        Denied</H1>\nReference&#32;&#35;18";
    const NO_KEY: &str = "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code></Error>";

    #[test]
    fn forbidden_means_four_things() {
        assert_eq!(refusal(403, RATE.as_bytes()), Refusal::Blocked);
        assert_eq!(
            refusal(403, TOOL.as_bytes()),
            Refusal::Misconfigured(UNDECLARED)
        );
        assert_eq!(refusal(403, DENIED.as_bytes()), Refusal::NotFound);
        assert_eq!(refusal(403, EDGE.as_bytes()), Refusal::Blocked);
        // As a mirror answers that does not list its folders.
        assert_eq!(
            refusal(403, b"<html><title>403 Forbidden</title>"),
            Refusal::Misconfigured(FORBIDDEN)
        );
        assert_eq!(refusal(429, b""), Refusal::Blocked);
        assert_eq!(refusal(404, NO_KEY.as_bytes()), Refusal::NotFound);
        assert_eq!(refusal(503, b"<html>"), Refusal::Server);
    }

    #[test]
    fn b45_error_pages_with_a_good_status_are_not_taken() {
        let check = |shape, body: &str| check_body("x", shape, body.as_bytes());
        assert!(matches!(
            check(Shape::Document, RATE),
            Err(BodyFault::Blocked)
        ));
        for body in [
            "",
            TOOL,
            DENIED,
            "<html><title>SEC.gov | File Not Found</title></html>",
        ] {
            assert!(
                matches!(check(Shape::Document, body), Err(BodyFault::Error(_))),
                "{body}"
            );
        }
        assert!(check(Shape::Json, "<html><title>x</title></html>").is_err());
        assert!(check(Shape::Text, " <!DOCTYPE HTML><p>").is_err());
        assert!(check(Shape::Gzip, "CIK|Company").is_err());
    }

    #[test]
    fn a_filing_that_speaks_of_blocks_is_a_filing() {
        let filing = "<html><head><title>10-K</title></head>Request Rate Threshold Exceeded \
                      <Error><Code>AccessDenied</Code>";
        assert!(check_body("x", Shape::Document, filing.as_bytes()).is_ok());
    }
}
