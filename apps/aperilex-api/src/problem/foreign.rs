//! What poem and poem-openapi refuse by themselves, as a problem.

use poem::Error;
use poem::error::{MethodNotAllowedError, NotFoundError};
use poem::http::StatusCode;
use poem_openapi::error::{ContentTypeError, ParseParamError, ParsePathError};

use super::{Problem, ProblemCode};

/// The problem in an error of the tree below.
pub(crate) fn of_poem(error: Error) -> Problem {
    if let Some(problem) = error.downcast_ref::<Problem>() {
        return problem.clone();
    }
    if error.is::<ParsePathError>() {
        let detail = "expected a UUID such as 018f4b6e-7d1c-7c3a-9b51-0d6f3a1e2b4c";
        return Problem::new(ProblemCode::InvalidId, detail);
    }
    if let Some(param) = error.downcast_ref::<ParseParamError>() {
        return parameter(param);
    }
    if error.is::<ContentTypeError>() {
        let detail = "send the body as Content-Type: application/json, in UTF-8";
        return Problem::new(ProblemCode::UnsupportedMediaType, detail).closing();
    }
    if error.is::<NotFoundError>() {
        return Problem::new(ProblemCode::NoSuchRoute, "see /api/v1/openapi.json");
    }
    if error.is::<MethodNotAllowedError>() {
        return Problem::new(ProblemCode::MethodNotAllowed, "see /api/v1/openapi.json");
    }
    if error.status() == StatusCode::BAD_REQUEST {
        return Problem::new(ProblemCode::BadRequest, "the request cannot be read");
    }
    tracing::error!(error = %error, "a request failed");
    Problem::internal()
}

/// Reasons of poem-openapi: `failed to parse "T": why` and `verification failed. rule`; neither says
/// the value back. What no whole number of the parameter's size can be is out of its range, however it is
/// written.
fn parameter(error: &ParseParamError) -> Problem {
    let whole = ["\"integer", "\"optional_integer"].map(|kind| format!("failed to parse {kind}"));
    let (code, reason) = match error.reason.strip_prefix("verification failed. ") {
        Some(rule) => (ProblemCode::OutOfRange, format!("expected {rule}")),
        None if whole.iter().any(|kind| error.reason.starts_with(kind)) => (
            ProblemCode::OutOfRange,
            "expected a whole number within what /api/v1/openapi.json says of it".to_owned(),
        ),
        None => (
            ProblemCode::InvalidField,
            "expected what /api/v1/openapi.json says of it".to_owned(),
        ),
    };
    Problem::field(code, format!("?{}", error.name), reason)
}
