//! The front door: what happens to every request before and after its operation.
//!
//! In order (product §5): is there such an operation (404, 405) → who asks (401, or 429 where too many
//! without a key come from) → is the account suspended (403) → does the quota allow it (429) → is it for
//! administrators (403) → is the request well-formed (4xx) → the operation.
//! Whatever fails on the way, panics included, leaves as a problem document.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aperilex_core::{Account, AccountStatus, Authority, Role, Scopes, Timestamp};
use futures_util::FutureExt;
use poem::http::header::{
    ACCEPT, CACHE_CONTROL, CONNECTION, STRICT_TRANSPORT_SECURITY, TRANSFER_ENCODING,
    X_CONTENT_TYPE_OPTIONS,
};
use poem::http::{HeaderName, HeaderValue, Method};
use poem::{Endpoint, Request, Response, Result};
use tracing::Instrument;

use crate::api::Api;
use crate::auth::{Caller, Standing, refuse_key_in_url};
use crate::body::{BodyLimits, check_head};
use crate::limits::rate_headers;
use crate::operations::{Operation, Operations};
use crate::problem::{Problem, ProblemCode, echo, of_poem};
use crate::settings::seconds;

/// Long polls may take this much longer than others.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// What requests for no operation are counted as.
const NO_OPERATION: &str = "none";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Most segments of a path that are said back.
const MAX_SEGMENTS: usize = 12;

/// Everything, with the operations inside.
pub(crate) struct Front<E> {
    api: Arc<Api>,
    operations: Operations,
    inner: E,
}

impl<E: Endpoint<Output = Response>> Front<E> {
    pub(crate) const fn new(api: Arc<Api>, operations: Operations, inner: E) -> Self {
        Self {
            api,
            operations,
            inner,
        }
    }

    /// The answer, and the id of the operation that gave it.
    async fn answer(&self, request: Request) -> (&'static str, Result<Response, Problem>) {
        let found = self.operations.find(request.method(), request.uri().path());
        match found {
            Ok(operation) => (operation.id, self.answer_by(operation, request).await),
            Err(problem) => (NO_OPERATION, Err(problem)),
        }
    }

    async fn answer_by(
        &self,
        operation: &Operation,
        mut request: Request,
    ) -> Result<Response, Problem> {
        let mut rates = Vec::new();
        if operation.protected {
            refuse_key_in_url(request.uri().query())?;
            let authority = self.authority(operation, &request).await?;
            let scoped = authority.scopes.covers(operation.needs);
            let administers = !operation.admin || authority.account.role == Role::Admin;
            if administers && !scoped && authority.account.status == AccountStatus::Active {
                // A key that is not for this uses nothing of its account up.
                return Err(scope_missing(operation.needs));
            }
            rates = self.admit(operation, &authority.account).await?;
            if !administers {
                let detail = "this is for administrators; ask one of them";
                return Err(Problem::new(ProblemCode::NotAdmin, detail).with_headers(rates));
            }
            if !scoped {
                return Err(scope_missing(operation.needs).with_headers(rates));
            }
            request.set_data(Caller(authority));
        } else {
            let gate = &self.api.gate;
            gate.pass(gate.origin(&request), operation, self.now())?;
        }
        match self.perform(operation, request).await {
            Ok(mut response) => {
                response.headers_mut().extend(rates);
                Ok(response)
            }
            Err(problem) => Err(problem.with_headers(rates)),
        }
    }

    /// Who asks. Keys that are none are limited by where they come from; one that was good lately is looked
    /// up from anywhere, and one that was none a moment ago is not. What administrators do is decided on how they stand at this moment.
    async fn authority(
        &self,
        operation: &Operation,
        request: &Request,
    ) -> Result<Arc<Authority>, Problem> {
        let Api {
            authenticator,
            gate,
            engine,
            ..
        } = &*self.api;
        let (origin, headers) = (gate.origin(request), request.headers());
        match authenticator.standing(engine, headers) {
            Standing::Missing(problem) => {
                gate.nameless(origin, self.now())?;
                return Err(problem);
            }
            Standing::Bad(problem) => return Err(problem),
            Standing::Good => {}
            Standing::Unknown => gate.may_look_up(origin, self.now())?,
        }
        let known = if operation.admin {
            authenticator.authority_now(engine, headers).await
        } else {
            authenticator.authority(engine, headers).await
        };
        known.inspect_err(|problem| {
            if problem.code == ProblemCode::Unauthenticated {
                gate.failed(origin, self.now());
            }
        })
    }

    fn now(&self) -> Timestamp {
        self.api.engine.ports().clock.now()
    }

    /// Suspension and quota; gives the headers that tell what is left of the quota.
    async fn admit(
        &self,
        operation: &Operation,
        account: &Account,
    ) -> Result<Vec<(HeaderName, HeaderValue)>, Problem> {
        if operation.counted {
            let outcome = self.api.engine.admit(account).await?;
            return Ok(rate_headers(&outcome.windows));
        }
        self.api.engine.may_act(account)?;
        Ok(Vec::new())
    }

    async fn perform(
        &self,
        operation: &Operation,
        mut request: Request,
    ) -> Result<Response, Problem> {
        let settings = &self.api.settings;
        let most = match operation.id {
            "startImport" => settings.max_import_bytes,
            _ => settings.max_body_bytes,
        };
        check_head(request.headers(), most)?;
        operation.check_accept(request.header(ACCEPT))?;
        operation.check_query(request.uri().query())?;
        request.set_data(BodyLimits {
            bytes: most,
            time: seconds(settings.body_timeout_s),
        });
        let patience = seconds(settings.request_timeout_s)
            + seconds(settings.body_timeout_s)
            + if operation.id == "waitForTask" {
                LONGEST_WAIT
            } else {
                Duration::ZERO
            };
        match tokio::time::timeout(patience, self.inner.call(request)).await {
            Ok(answer) => answer.map_err(of_poem),
            Err(_) => {
                let detail =
                    "ask again; a paid request is repeated safely with its Idempotency-Key";
                Err(Problem::new(ProblemCode::DeadlineExceeded, detail).retry_after(1))
            }
        }
    }

    /// The client's own id if it is harmless, else a new one.
    fn request_id(&self, request: &Request) -> String {
        let harmless = |id: &&str| {
            let lawful = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
            (1..=64).contains(&id.len()) && id.bytes().all(lawful)
        };
        match request.header(&REQUEST_ID).filter(harmless) {
            Some(id) => id.to_owned(),
            None => {
                let ports = self.api.engine.ports();
                ports.ids.uuid_v7(ports.clock.now()).to_string()
            }
        }
    }
}

fn scope_missing(needs: Scopes) -> Problem {
    let detail = format!("this operation needs a key for: {needs}");
    Problem::new(ProblemCode::ScopeMissing, detail)
}

/// The path as it is told in a problem: no piece of it longer than what is said back.
fn instance(path: &str) -> String {
    let pieces: Vec<_> = path.split('/').take(MAX_SEGMENTS).map(echo).collect();
    pieces.join("/")
}

/// What a panic said, for the log.
fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no words")
}

impl<E: Endpoint<Output = Response>> Endpoint for Front<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let id = self.request_id(&request);
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let last = method == Method::CONNECT || request.headers().contains_key(TRANSFER_ENCODING);
        if method == Method::HEAD {
            // Whoever serves HTTP leaves the body out and keeps its length; poem would lose both.
            request.set_method(Method::GET);
        }
        let span = tracing::error_span!("request", request_id = id);
        let began = Instant::now();
        let answering = AssertUnwindSafe(self.answer(request)).catch_unwind();
        let answered = answering.instrument(span.clone()).await;
        let operation = answered.as_ref().map_or(NO_OPERATION, |(id, _)| id);
        let mut response = match answered {
            Ok((_, Ok(response))) => response,
            Ok((_, Err(problem))) => {
                if problem.code == ProblemCode::QuotaExceeded {
                    self.api.metrics.refused_by_quota();
                }
                problem.render(instance(uri.path()), &id)
            }
            Err(panic) => {
                span.in_scope(|| tracing::error!(panic = words(&*panic), "a handler panicked"));
                Problem::internal().render(instance(uri.path()), &id)
            }
        };
        if last {
            // Whoever asks for a tunnel, or sends chunks, may mean what follows otherwise than we would
            // read it: nothing behind such a request is taken for another.
            let headers = response.headers_mut();
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        finish(&mut response, &id, self.api.settings.behind_tls);
        let status = response.status().as_u16();
        self.api
            .metrics
            .answered(operation, status, began.elapsed());
        tracing::debug!(request_id = id, %method, path = uri.path(), status, "answered");
        Ok(response)
    }
}

fn finish(response: &mut Response, id: &str, behind_tls: bool) {
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("private, no-cache"));
    if behind_tls {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(STRICT_TRANSPORT_SECURITY, year);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_in_short_pieces() {
        assert_eq!(instance("/api/v1/me"), "/api/v1/me");
        let long = instance(&format!("/api/{}", "x".repeat(1_000)));
        assert_eq!(long.chars().count(), "/api/".len() + 65);
        assert!(instance(&"/x".repeat(10_000)).len() < 30);
    }
}
