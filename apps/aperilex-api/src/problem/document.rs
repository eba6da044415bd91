//! The problem document on the wire, and which statuses an operation declares.

use std::marker::PhantomData;

use aperilex_core::EngineError;
use poem::http::HeaderValue;
use poem::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use poem::{IntoResponse, Response};
use poem_openapi::registry::{
    MetaHeader, MetaMediaType, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry,
};
use poem_openapi::types::{ToJSON, Type};
use poem_openapi::{ApiResponse, Object};

use super::{FieldError, Problem, ProblemCode, TYPE_BASE};

const MEDIA_TYPE: &str = "application/problem+json";

/// One field or parameter that is wrong.
#[derive(Debug, Object)]
#[oai(rename = "ProblemField")]
struct FieldDocument {
    /// JSON pointer (RFC 6901) into the body, `?name` for a query parameter, or a header's name.
    pointer: String,
    /// What is wrong with it, as a problem code.
    code: ProblemCode,
    /// What would be right.
    detail: String,
}

/// An error, as RFC 9457 has it. Act on `code`; `title` and `detail` are for people.
#[derive(Debug, Object)]
#[oai(rename = "Problem", skip_serializing_if_is_none)]
pub(crate) struct ProblemDocument {
    /// Address of the page about this code.
    #[oai(rename = "type")]
    kind: String,
    /// The code in words, the same for every occurrence.
    title: String,
    /// The HTTP status.
    status: u16,
    /// Stable word that tells problems apart.
    code: ProblemCode,
    /// What happened this time, and what to do.
    detail: String,
    /// The path asked for.
    instance: String,
    /// Name it when asking for support.
    request_id: String,
    /// Fields and parameters that are wrong.
    #[oai(skip_serializing_if_is_empty)]
    errors: Option<Vec<FieldDocument>>,
    /// What the request would cost, in US dollars.
    needed_usd: Option<String>,
    /// What the account can spend, in US dollars.
    available_usd: Option<String>,
    /// What the account owes, in US dollars.
    owed_usd: Option<String>,
    /// The limit of the plan that is exceeded.
    limit: Option<String>,
    /// The account's tier.
    tier: Option<String>,
    /// The lowest tier that would do.
    lifted_by: Option<String>,
}

impl From<FieldError> for FieldDocument {
    fn from(error: FieldError) -> Self {
        Self {
            pointer: error.pointer,
            code: error.code,
            detail: error.detail,
        }
    }
}

impl Problem {
    fn document(self, instance: String, request_id: &str) -> ProblemDocument {
        let code = self.code;
        let fields: Vec<_> = self.errors.into_iter().map(FieldDocument::from).collect();
        ProblemDocument {
            kind: format!("{TYPE_BASE}{}", code.as_str()),
            title: code.title().to_owned(),
            status: code.status().as_u16(),
            code,
            detail: self.detail.into_owned(),
            instance,
            request_id: request_id.to_owned(),
            errors: (!fields.is_empty()).then_some(fields),
            needed_usd: self.facts.needed_usd,
            available_usd: self.facts.available_usd,
            owed_usd: self.facts.owed_usd,
            limit: self.facts.limit,
            tier: self.facts.tier,
            lifted_by: self.facts.lifted_by,
        }
    }

    /// The document as a response.
    pub(crate) fn render(mut self, instance: String, request_id: &str) -> Response {
        let status = self.code.status();
        let own = std::mem::take(&mut self.headers);
        let document = self.document(instance, request_id);
        let mut response = document.to_json_string().into_response();
        response.set_status(status);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        for (name, value) in own {
            headers.insert(name, value);
        }
        response
    }

    /// The document as a whole HTTP message, for a request whose head is not passed on. What was asked
    /// for is not known then.
    pub(crate) fn message(self, request_id: &str, date: &str) -> Vec<u8> {
        let status = self.code.status();
        let body = self.document(String::new(), request_id).to_json_string();
        let lines = [
            format!("HTTP/1.1 {status}"),
            format!("content-type: {MEDIA_TYPE}"),
            format!("content-length: {}", body.len()),
            format!("x-request-id: {request_id}"),
            format!("date: {date}"),
            "cache-control: no-store".to_owned(),
            "x-content-type-options: nosniff".to_owned(),
            "connection: close".to_owned(),
        ];
        format!("{}\r\n\r\n{body}", lines.join("\r\n")).into_bytes()
    }
}

/// The statuses that operations of one kind answer with when they refuse.
pub(crate) trait Statuses: Send + Sync + 'static {
    const ALL: &'static [u16];
}

/// Operations without a key.
#[derive(Debug)]
pub(crate) struct Public;
/// Operations that read, or withdraw, what the account has.
#[derive(Debug)]
pub(crate) struct Plain;
/// Operations that stay open.
#[derive(Debug)]
pub(crate) struct Streamed;
/// Operations about keys and sessions.
#[derive(Debug)]
pub(crate) struct Bodied;
/// Operations with a body and a price.
#[derive(Debug)]
pub(crate) struct Paid;

/// Operations whose body is signed by who sends it.
#[derive(Debug)]
pub(crate) struct Signed;
/// Operations with a body and no price.
#[derive(Debug)]
pub(crate) struct Changing;

/// Operations that replace what somebody else may have replaced meanwhile.
#[derive(Debug)]
pub(crate) struct Versioned;

/// What any request may be answered before it is known which operation it is for.
const HEAD: &[u16] = &[414, 431];

impl Statuses for Versioned {
    const ALL: &'static [u16] = &[
        400, 401, 403, 404, 406, 408, 409, 412, 413, 415, 422, 428, 429, 500, 503,
    ];
}

impl Statuses for Signed {
    const ALL: &'static [u16] = &[400, 404, 406, 408, 409, 413, 415, 422, 429, 500, 503];
}

impl Statuses for Changing {
    const ALL: &'static [u16] = &[
        400, 401, 403, 404, 406, 408, 409, 413, 415, 422, 429, 500, 503,
    ];
}

impl Statuses for Public {
    const ALL: &'static [u16] = &[400, 406, 422, 429, 500, 503];
}

impl Statuses for Plain {
    const ALL: &'static [u16] = &[400, 401, 403, 404, 406, 409, 415, 422, 429, 500, 503];
}

impl Statuses for Streamed {
    const ALL: &'static [u16] = &[400, 401, 403, 404, 406, 415, 422, 429, 500, 503];
}

impl Statuses for Bodied {
    const ALL: &'static [u16] = &[
        400, 401, 403, 404, 406, 408, 409, 413, 415, 422, 429, 500, 503,
    ];
}

impl Statuses for Paid {
    const ALL: &'static [u16] = &[
        400, 401, 402, 403, 404, 406, 408, 409, 413, 415, 422, 429, 500, 503,
    ];
}

/// A problem of an operation that declares the statuses of `S`.
#[derive(Debug)]
pub(crate) struct Fails<S>(Problem, PhantomData<S>);

impl<S> From<Problem> for Fails<S> {
    fn from(problem: Problem) -> Self {
        Self(problem, PhantomData)
    }
}

impl<S> From<EngineError> for Fails<S> {
    fn from(error: EngineError) -> Self {
        Problem::from(error).into()
    }
}

impl<S> From<Fails<S>> for poem::Error {
    fn from(fails: Fails<S>) -> Self {
        fails.0.into()
    }
}

impl<S: Statuses> ApiResponse for Fails<S> {
    fn meta() -> MetaResponses {
        let mut all = [S::ALL, HEAD].concat();
        all.sort_unstable();
        let responses = all.into_iter().map(response).collect();
        MetaResponses { responses }
    }

    fn register(registry: &mut Registry) {
        <ProblemDocument as Type>::register(registry);
    }
}

fn response(status: u16) -> MetaResponse {
    let headers = match status {
        401 => vec![header("WWW-Authenticate", "How to authenticate.", "string")],
        429 => vec![
            header(
                "Retry-After",
                "Seconds until it is worth asking again.",
                "integer",
            ),
            header("RateLimit", "What is left of each window.", "string"),
            header("RateLimit-Policy", "The windows of the plan.", "string"),
        ],
        503 => vec![header(
            "Retry-After",
            "Seconds until it is worth asking again.",
            "integer",
        )],
        _ => Vec::new(),
    };
    MetaResponse {
        description: description(status),
        status: Some(status),
        status_range: None,
        content: vec![MetaMediaType {
            content_type: MEDIA_TYPE,
            schema: ProblemDocument::schema_ref(),
        }],
        headers,
    }
}

fn header(name: &str, description: &str, ty: &'static str) -> MetaHeader {
    MetaHeader {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        required: false,
        deprecated: false,
        schema: MetaSchemaRef::Inline(Box::new(MetaSchema::new(ty))),
    }
}

const fn description(status: u16) -> &'static str {
    match status {
        400 => "The request cannot be read.",
        401 => "Valid credentials are needed.",
        402 => "Not enough credits, or over the request's own limit.",
        403 => "The account may not: its status, its plan or its key forbids it.",
        404 => "There is no such thing, or the account has no access to it.",
        406 => "No accepted media type is offered.",
        408 => "The body did not arrive in time.",
        409 => "The state of things forbids it.",
        412 => "It is no longer what `If-Match` says.",
        413 => "The body is too large, or it asks for too many things.",
        414 => "The address is too long.",
        415 => "The body's media type or encoding is not taken.",
        422 => "A field or parameter is not lawful; `errors` says which.",
        428 => "`If-Match` is needed.",
        429 => "A limit is reached.",
        431 => "There are too many header fields, or they are too long.",
        500 => "A fault of ours.",
        _ => "Something we need does not answer; ask again later.",
    }
}
