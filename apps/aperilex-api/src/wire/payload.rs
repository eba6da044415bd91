//! Bodies that go out as they are.

use aperilex_core::{AnalysisRecord, Digest, RawDocument};
use bytes::Bytes;
use poem::http::header::{
    CONTENT_DISPOSITION, CONTENT_LOCATION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH,
};
use poem::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use poem::{Body, IntoResponse, Response};
use poem_openapi::payload::Payload;
use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::Type;

use super::analysis::AnalysisDocument;
use super::task::analysis_url;

/// When the analysis was withdrawn.
const RETRACTED_AT: HeaderName = HeaderName::from_static("retracted-at");
const JSON: &str = "application/json; charset=utf-8";

/// A stored analysis: its bytes pass through.
#[derive(Debug)]
pub(crate) struct StoredAnalysis(Response);

impl StoredAnalysis {
    pub(crate) fn new(record: &AnalysisRecord, bytes: Bytes) -> Self {
        let mut response = Response::builder().body(Body::from_bytes(bytes));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
        insert(headers, ETAG, &etag(&record.result_sha256));
        insert(
            headers,
            CONTENT_LOCATION,
            &analysis_url(record.id.as_uuid()),
        );
        // The bytes stay as they were checked, so it is told beside them.
        if let Some(at) = record.retracted_at {
            insert(headers, RETRACTED_AT, &at.to_string());
        }
        Self(response)
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

/// The strong validator of bytes with this digest.
pub(crate) fn etag(digest: &Digest) -> String {
    format!("\"{digest}\"")
}

/// Whether the client has these bytes already (RFC 9110 §13.1.2).
pub(crate) fn is_fresh(headers: &HeaderMap, digest: &Digest) -> bool {
    if !headers.contains_key(IF_NONE_MATCH) {
        return false;
    }
    let etag = etag(digest);
    let told = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok());
    told.flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

impl Payload for StoredAnalysis {
    const CONTENT_TYPE: &'static str = JSON;

    fn schema_ref() -> MetaSchemaRef {
        AnalysisDocument::schema_ref()
    }

    fn register(registry: &mut Registry) {
        AnalysisDocument::register(registry);
    }
}

impl IntoResponse for StoredAnalysis {
    fn into_response(self) -> Response {
        self.0
    }
}

/// A raw document. It is foreign content: never shown as a page of ours.
#[derive(Debug)]
pub(crate) struct RawFile(Response);

impl RawFile {
    pub(crate) fn new(document: RawDocument, digest: &Digest) -> Self {
        let disposition = format!("attachment; filename=\"{}\"", file_name(&document.name));
        let mut response = Response::builder().body(Body::from_bytes(document.bytes));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(Self::CONTENT_TYPE));
        headers.insert(
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox"),
        );
        insert(headers, CONTENT_DISPOSITION, &disposition);
        insert(headers, ETAG, &etag(digest));
        Self(response)
    }
}

/// A name that is safe in a header and on every disk.
fn file_name(name: &str) -> String {
    let safe = |c: char| {
        if c.is_ascii_alphanumeric() || ".-_".contains(c) {
            c
        } else {
            '_'
        }
    };
    let name: String = name.chars().take(128).map(safe).collect();
    let name = name.trim_start_matches('.');
    if name.is_empty() {
        "document".to_owned()
    } else {
        name.to_owned()
    }
}

impl Payload for RawFile {
    const CONTENT_TYPE: &'static str = "application/octet-stream";

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema::new_with_format("string", "binary")))
    }
}

impl IntoResponse for RawFile {
    fn into_response(self) -> Response {
        self.0
    }
}

/// The description of the API.
#[derive(Debug)]
pub(crate) struct OpenApiJson(pub(crate) Bytes);

impl Payload for OpenApiJson {
    const CONTENT_TYPE: &'static str = JSON;

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema::new("object")))
    }
}

impl IntoResponse for OpenApiJson {
    fn into_response(self) -> Response {
        let mut response = Response::builder()
            .status(StatusCode::OK)
            .body(Body::from_bytes(self.0));
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_carry_nothing_but_a_name() {
        for (name, safe) in [
            ("aapl-20230930.htm", "aapl-20230930.htm"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("a\"b\r\nX: y", "a_b__X__y"),
            ("", "document"),
        ] {
            assert_eq!(file_name(name), safe);
        }
    }

    #[test]
    fn a_validator_is_compared_weakly() {
        let digest = Digest::of(b"abc");
        let fresh = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(IF_NONE_MATCH, HeaderValue::from_str(value).unwrap());
            is_fresh(&headers, &digest)
        };
        assert!(fresh(&etag(&digest)));
        assert!(fresh(&format!("\"x\", W/{}", etag(&digest))));
        assert!(fresh("*"));
        assert!(!fresh("\"x\""));
    }
}
