//! Request bodies: their size, time and type, before anything reads them.

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use poem::http::HeaderMap;
use poem::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use poem::{Request, RequestBody};
use std::time::Duration;

use crate::problem::{Problem, ProblemCode};

/// How much body is taken, and how long it may take; the front door gives it to each request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimits {
    pub(crate) bytes: usize,
    pub(crate) time: Duration,
}

/// Whether a media type is JSON in UTF-8.
pub(crate) fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let json = essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"));
    let mut charsets = parts.filter_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then_some(value.trim().trim_matches('"'))
    });
    json && charsets.all(|charset| charset.eq_ignore_ascii_case("utf-8"))
}

/// What the head alone tells against a body.
pub(crate) fn check_head(headers: &HeaderMap, limit: usize) -> Result<(), Problem> {
    let encoded = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    if encoded {
        let detail = "send the body as it is, without Content-Encoding";
        return Err(Problem::new(ProblemCode::UnsupportedEncoding, detail).closing());
    }
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok());
    let length = length.and_then(|length| length.parse::<u64>().ok());
    match length {
        Some(length) if length > u64::try_from(limit).unwrap_or(u64::MAX) => Err(too_large(limit)),
        _ => Ok(()),
    }
}

fn too_large(limit: usize) -> Problem {
    let detail = format!("a body has at most {limit} bytes");
    Problem::new(ProblemCode::BodyTooLarge, detail).closing()
}

/// The whole body, within its limits.
pub(crate) async fn read(request: &Request, body: &mut RequestBody) -> Result<Bytes, Problem> {
    let limits = request
        .data::<BodyLimits>()
        .copied()
        .ok_or_else(Problem::internal)?;
    let body = body.take().map_err(|_| Problem::internal())?;
    let reading = async {
        let mut chunks = body.into_bytes_stream();
        let mut bytes = BytesMut::new();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| cut())?;
            if bytes.len().saturating_add(chunk.len()) > limits.bytes {
                return Err(too_large(limits.bytes));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    };
    tokio::time::timeout(limits.time, reading)
        .await
        .unwrap_or_else(|_| {
            let detail = format!("send the body within {} s", limits.time.as_secs());
            Err(Problem::new(ProblemCode::BodyTimeout, detail).closing())
        })
}

fn cut() -> Problem {
    Problem::new(
        ProblemCode::BadRequest,
        "the body ended early or is framed wrongly",
    )
    .closing()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_utf_8() {
        for (media_type, json) in [
            ("application/json", true),
            ("Application/JSON; charset=\"UTF-8\"", true),
            ("application/merge-patch+json", true),
            ("application/json; charset=utf-16", false),
            ("text/json", false),
            ("", false),
        ] {
            assert_eq!(is_json(media_type), json, "{media_type}");
        }
    }
}
