//! Errors as the API tells them: RFC 9457 problem documents, one shape for the whole tree.

mod code;
mod document;
mod engine;
mod foreign;

use std::borrow::Cow;

use poem::error::ResponseError;
use poem::http::header::{CONNECTION, RETRY_AFTER, WWW_AUTHENTICATE};
use poem::http::{HeaderName, HeaderValue, StatusCode};

pub use code::ProblemCode;
pub(crate) use document::{
    Bodied, Changing, Fails, Paid, Plain, Public, Signed, Streamed, Versioned,
};
pub(crate) use engine::ceil;
pub(crate) use foreign::of_poem;

/// Where addresses of problem types begin; the rest is the code.
pub(crate) const TYPE_BASE: &str = "https://aperilex.com/problems/";
/// Longest piece of a caller's input that is said back.
const MAX_ECHO: usize = 64;

/// A field or parameter that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldError {
    /// JSON pointer (RFC 6901) into the body, `?name` for a query parameter, or a header's name.
    pub(crate) pointer: String,
    /// What is wrong with it.
    pub(crate) code: ProblemCode,
    /// What would be right.
    pub(crate) detail: String,
}

/// Facts that a client can act on, by name; absent where they do not apply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) needed_usd: Option<String>,
    pub(crate) available_usd: Option<String>,
    pub(crate) owed_usd: Option<String>,
    pub(crate) limit: Option<String>,
    pub(crate) tier: Option<String>,
    pub(crate) lifted_by: Option<String>,
}

/// A problem on its way to a client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", code.as_str())]
pub(crate) struct Problem {
    pub(crate) code: ProblemCode,
    pub(crate) detail: Cow<'static, str>,
    pub(crate) errors: Vec<FieldError>,
    pub(crate) facts: Box<Facts>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    pub(crate) fn new(code: ProblemCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            facts: Box::default(),
            headers: Vec::new(),
        }
    }

    /// A fault of ours: the client learns nothing but the request's id.
    pub(crate) fn internal() -> Self {
        let detail = "write to support with the request_id if it happens again";
        Self::new(ProblemCode::Internal, detail)
    }

    /// One field is wrong.
    pub(crate) fn field(
        code: ProblemCode,
        pointer: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self::fields(vec![FieldError {
            pointer: pointer.into(),
            code,
            detail: detail.into(),
        }])
    }

    /// Fields are wrong; the first gives the problem its code.
    pub(crate) fn fields(errors: Vec<FieldError>) -> Self {
        let (code, detail) = errors.first().map_or_else(
            || (ProblemCode::InvalidField, String::new()),
            |first| (first.code, format!("{}: {}", first.pointer, first.detail)),
        );
        Self {
            errors,
            ..Self::new(code, detail)
        }
    }

    /// No or no valid key.
    pub(crate) fn unauthenticated(detail: &'static str) -> Self {
        Self::new(ProblemCode::Unauthenticated, detail).challenging()
    }

    /// Says how to authenticate.
    pub(crate) fn challenging(self) -> Self {
        let challenge = HeaderValue::from_static("Bearer realm=\"aperilex\"");
        self.with_header(WWW_AUTHENTICATE, challenge)
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(crate) fn with_headers(
        mut self,
        headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
    ) -> Self {
        self.headers.extend(headers);
        self
    }

    /// Says when to come back.
    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        self.with_header(RETRY_AFTER, HeaderValue::from(seconds.max(1)))
    }

    /// The connection is of no further use: unread bytes of the request are still on it.
    pub(crate) fn closing(self) -> Self {
        self.with_header(CONNECTION, HeaderValue::from_static("close"))
    }

    pub(crate) fn with_facts(self, facts: Facts) -> Self {
        Self {
            facts: Box::new(facts),
            ..self
        }
    }
}

impl ResponseError for Problem {
    fn status(&self) -> StatusCode {
        self.code.status()
    }
}

/// At most [`MAX_ECHO`] characters of what a caller sent.
pub(crate) fn echo(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MAX_ECHO) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
    }
}
