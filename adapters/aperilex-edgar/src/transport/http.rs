//! EDGAR, or a mirror, over HTTP.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{
    ETAG, HeaderMap, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION, RETRY_AFTER,
};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use url::Url;

use super::answer::{BodyFault, MAX_ERROR_PAGE, Refusal, check_body, refusal, retry_after};
use super::resolver::PublicOnly;
use super::{Answer, Validators};
use crate::config::{Bases, ConfigError, Settings};
use crate::error::EdgarError;
use crate::limiter::Limiter;
use crate::request::{Host, Request};

const MAX_REDIRECTS: u32 = 2;
const FIRST_BACKOFF: Duration = Duration::from_millis(250);

#[derive(Debug)]
pub(crate) struct HttpTransport {
    client: Client,
    bases: Bases,
    limiter: Limiter,
    limit: u64,
}

impl HttpTransport {
    pub(crate) fn new(settings: &Settings) -> Result<Self, ConfigError> {
        let mut client = Client::builder()
            .user_agent(&settings.user_agent)
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.total_timeout)
            // Followed by hand: each hop is a request that the limiter must know of.
            .redirect(Policy::none())
            .https_only(settings.sec && settings.bases.all().iter().all(|b| b.scheme() == "https"));
        if settings.sec {
            client = client.dns_resolver(Arc::new(PublicOnly));
        }
        if settings.bases.all().iter().all(|base| is_loopback(base)) {
            // No proxy leads to this machine.
            client = client.no_proxy();
        }
        Ok(Self {
            client: client
                .build()
                .map_err(|e| ConfigError::Client(e.to_string()))?,
            bases: settings.bases.clone(),
            limiter: Limiter::new(settings.rate, settings.pause),
            limit: settings.max_document_bytes,
        })
    }

    /// Sends the request, again if that may help, never into a block.
    pub(crate) async fn get(
        &self,
        request: &Request,
        known: &Validators,
    ) -> Result<Answer, EdgarError> {
        let mut tried = 0;
        loop {
            match self.attempt(request, known).await {
                Err(error) if error.is_transient() && tried < request.retries => {
                    tracing::debug!(%error, tried, "asking EDGAR again");
                    tokio::time::sleep(backoff(tried)).await;
                    tried += 1;
                }
                outcome => return outcome,
            }
        }
    }

    async fn attempt(&self, request: &Request, known: &Validators) -> Result<Answer, EdgarError> {
        let what = request.what();
        let mut url = self.url(request)?;
        for _ in 0..=MAX_REDIRECTS {
            let response = self.send(&url, &what, known).await?;
            let status = response.status();
            if status == StatusCode::NOT_MODIFIED && !known.is_empty() {
                self.limiter.succeeded();
                return Ok(Answer::NotModified);
            }
            if status.is_redirection() {
                url = self.redirected(&url, &response, &what)?;
                continue;
            }
            if !status.is_success() {
                return Err(self.refused(response, &what).await);
            }
            return self.body(response, request, &what).await;
        }
        Err(EdgarError::bad(what, "too many redirects"))
    }

    async fn send(
        &self,
        url: &Url,
        what: &str,
        known: &Validators,
    ) -> Result<Response, EdgarError> {
        self.limiter
            .acquire()
            .await
            .map_err(|after| EdgarError::Blocked { after })?;
        let mut request = self.client.get(url.clone());
        if let Some(etag) = &known.etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        if let Some(date) = &known.last_modified {
            request = request.header(IF_MODIFIED_SINCE, date);
        }
        request.send().await.map_err(|e| network(what, e))
    }

    async fn body(
        &self,
        response: Response,
        request: &Request,
        what: &str,
    ) -> Result<Answer, EdgarError> {
        let validators = Validators {
            etag: header(response.headers(), &ETAG),
            last_modified: header(response.headers(), &LAST_MODIFIED),
        };
        let limit = request.limit.unwrap_or(self.limit);
        let bytes = read(response, what, limit, request.prefix).await?;
        match check_body(what, request.shape, &bytes) {
            Ok(()) => {
                self.limiter.succeeded();
                Ok(Answer::Body { bytes, validators })
            }
            Err(BodyFault::Error(error)) => Err(error),
            Err(BodyFault::Blocked) => Err(self.blocked(None)),
        }
    }

    async fn refused(&self, response: Response, what: &str) -> EdgarError {
        let status = response.status().as_u16();
        let wait = retry_after(header(response.headers(), &RETRY_AFTER).as_deref());
        // Without its page a refusal is read by its status alone.
        let page = read(response, what, u64::MAX, Some(MAX_ERROR_PAGE))
            .await
            .unwrap_or_default();
        match refusal(status, &page) {
            Refusal::Blocked => self.blocked(wait),
            Refusal::Misconfigured(reason) => {
                // More of what is refused may become a block.
                self.limiter.slow_down();
                EdgarError::Misconfigured {
                    reason: reason.to_owned(),
                }
            }
            Refusal::NotFound => EdgarError::not_found(what),
            Refusal::Server => EdgarError::Status {
                status,
                what: what.to_owned(),
            },
        }
    }

    fn blocked(&self, wait: Option<Duration>) -> EdgarError {
        let after = self.limiter.block(wait);
        tracing::warn!(
            pause_s = after.as_secs(),
            "EDGAR has blocked us, nothing is sent"
        );
        EdgarError::Blocked { after }
    }

    /// Where a request goes.
    pub(crate) fn url(&self, request: &Request) -> Result<Url, EdgarError> {
        let mut url = match request.host {
            Host::Www => self.bases.www.clone(),
            Host::Data => self.bases.data.clone(),
            Host::Efts => self.bases.efts.clone(),
        };
        url.path_segments_mut()
            .map_err(|()| EdgarError::bad(request.what(), "a base address without a path"))?
            .pop_if_empty()
            .extend(&request.path)
            .extend(request.directory.then_some(""));
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        Ok(url)
    }

    /// Where a redirect leads, if that is still one of our hosts.
    fn redirected(&self, from: &Url, response: &Response, what: &str) -> Result<Url, EdgarError> {
        let to = header(response.headers(), &LOCATION)
            .and_then(|location| from.join(&location).ok())
            .ok_or_else(|| EdgarError::bad(what, "a redirect to nowhere"))?;
        let ours = |base: &&Url| base.origin() == to.origin();
        let plain = to.username().is_empty() && to.password().is_none();
        if plain && self.bases.all().iter().any(ours) {
            Ok(to)
        } else {
            Err(EdgarError::UrlNotAllowed {
                reason: format!("{what} redirects to another host, which is not followed"),
            })
        }
    }
}

fn is_loopback(base: &Url) -> bool {
    match base.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Reads a body: whole and within the limit, or only its start.
async fn read(
    mut response: Response,
    what: &str,
    limit: u64,
    prefix: Option<usize>,
) -> Result<Bytes, EdgarError> {
    // Known only where the body is not compressed; the cap itself is on decoded bytes.
    if prefix.is_none()
        && response
            .content_length()
            .is_some_and(|length| length > limit)
    {
        return Err(EdgarError::TooLarge { limit });
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| network(what, e))? {
        body.extend_from_slice(&chunk);
        if let Some(prefix) = prefix {
            if body.len() >= prefix {
                body.truncate(prefix);
                break;
            }
        } else if body.len() as u64 > limit {
            return Err(EdgarError::TooLarge { limit });
        }
    }
    Ok(body.freeze())
}

fn header(headers: &HeaderMap, name: &reqwest::header::HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// Half to all of 250 ms, 500 ms …: so that clients that failed together do not return together.
fn backoff(tried: u32) -> Duration {
    let most = FIRST_BACKOFF.saturating_mul(2_u32.saturating_pow(tried));
    most.mul_f64(0.5 + fastrand::f64() / 2.0)
}

fn network(what: &str, source: reqwest::Error) -> EdgarError {
    EdgarError::Network {
        what: what.to_owned(),
        source: source.without_url(),
    }
}
