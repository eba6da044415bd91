//! Who asks: the API key or access token of a request, and its account.

use std::sync::Arc;
use std::time::Duration;

use aperilex_core::{
    Account, Authority, Digest, Engine, EngineError, Scopes, SessionId, Timestamp, UserId,
};
use moka::sync::Cache;
use poem::http::HeaderMap;
use poem::http::header::AUTHORIZATION;
use poem::{Request, RequestBody, Result};
use poem_openapi::registry::{MetaSecurityScheme, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use crate::problem::{Problem, ProblemCode};

/// Most accounts remembered.
const REMEMBERED: u64 = 10_000;
/// Query parameters that look like a key.
const KEY_PARAMETERS: [&str; 5] = ["access_token", "api_key", "apikey", "key", "token"];
const SCHEME: &str = "apiKey";

/// Knows accounts by their keys. Only keys that were found are remembered, and not for long, so a
/// new key works at once and a revoked one, or a suspension, takes a few seconds to show.
#[derive(Debug)]
pub(crate) struct Authenticator {
    known: Cache<Digest, Arc<Authority>>,
}

impl Authenticator {
    pub(crate) fn new(remember: Duration) -> Self {
        let known = Cache::builder()
            .max_capacity(REMEMBERED)
            .time_to_live(remember)
            .support_invalidation_closures()
            .build();
        Self { known }
    }

    /// Whether the request carries a key that was good a moment ago.
    pub(crate) fn remembers(&self, headers: &HeaderMap) -> bool {
        bearer(headers).is_ok_and(|key| self.known.contains_key(&Digest::of(key.as_bytes())))
    }

    /// Forgets an account, so that its next request shows how it stands now.
    pub(crate) fn forget(&self, user: UserId) {
        let asked = self
            .known
            .invalidate_entries_if(move |_, authority| authority.account.id == user);
        if asked.is_err() {
            // Cannot be: closures are enabled. All are forgotten rather than one too few.
            self.known.invalidate_all();
        }
    }

    /// The same as [`Authenticator::authority`], as it is stored at this moment.
    pub(crate) async fn authority_now(
        &self,
        engine: &Engine,
        headers: &HeaderMap,
    ) -> Result<Arc<Authority>, Problem> {
        self.known
            .invalidate(&Digest::of(bearer(headers)?.as_bytes()));
        self.authority(engine, headers).await
    }

    /// Whose key or token the request carries, and what it may be used for.
    pub(crate) async fn authority(
        &self,
        engine: &Engine,
        headers: &HeaderMap,
    ) -> Result<Arc<Authority>, Problem> {
        let key = bearer(headers)?;
        let digest = Digest::of(key.as_bytes());
        let now = engine.ports().clock.now();
        let lasts = |known: &Arc<Authority>| known.expires_at.is_none_or(|end| now < end);
        if let Some(authority) = self.known.get(&digest).filter(lasts) {
            return Ok(authority);
        }
        let found = engine
            .authenticate(key)
            .await
            .map_err(|error: EngineError| Problem::from(error))?;
        let Some(authority) = found else {
            let detail = "the API key or access token is unknown, revoked, or too old";
            return Err(Problem::unauthenticated(detail));
        };
        let authority = Arc::new(authority);
        self.known.insert(digest, Arc::clone(&authority));
        Ok(authority)
    }
}

fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    let (Some(header), None) = (sent.next(), sent.next()) else {
        let detail = "send exactly one header: Authorization: Bearer KEY";
        return Err(Problem::unauthenticated(detail));
    };
    let wrong = || Problem::unauthenticated("expected Authorization: Bearer KEY");
    let (scheme, key) = header
        .to_str()
        .ok()
        .and_then(|h| h.split_once(' '))
        .ok_or_else(wrong)?;
    let key = key.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || key.is_empty() || key.contains([' ', ',']) {
        return Err(wrong());
    }
    Ok(key)
}

/// A URL ends up in logs and histories: a key in it is refused even if it is valid.
pub(crate) fn refuse_key_in_url(query: Option<&str>) -> Result<(), Problem> {
    let names = query.unwrap_or_default().split('&').map(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        name.to_ascii_lowercase()
    });
    if names
        .into_iter()
        .any(|name| KEY_PARAMETERS.contains(&name.as_str()))
    {
        let detail = "send the key as Authorization: Bearer KEY, and replace it: it is in logs now";
        return Err(Problem::new(ProblemCode::CredentialsInUrl, detail));
    }
    Ok(())
}

/// The account behind a request; the front door has let it in.
#[derive(Debug, Clone)]
pub(crate) struct Caller(pub(crate) Arc<Authority>);

impl Caller {
    /// What the request's credentials may be used for.
    pub(crate) fn scopes(&self) -> Scopes {
        self.0.scopes
    }

    /// The session, if somebody is signed in.
    pub(crate) fn session(&self) -> Option<SessionId> {
        self.0.session
    }

    /// When the request's key ends; a session lends its keys no end.
    pub(crate) fn key_end(&self) -> Option<Timestamp> {
        self.0.expires_at.filter(|_| self.0.session.is_none())
    }
}

impl std::ops::Deref for Caller {
    type Target = Account;

    fn deref(&self) -> &Account {
        &self.0.account
    }
}

impl<'a> ApiExtractor<'a> for Caller {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        registry.create_security_scheme(
            SCHEME,
            MetaSecurityScheme {
                ty: "http",
                description: Some(
                    "An API key, as `aperilex account create` prints it, or the access token of a session.",
                ),
                name: None,
                key_in: None,
                scheme: Some("bearer"),
                bearer_format: Some("apx_live_… or JWT"),
                flows: None,
                openid_connect_url: None,
            },
        );
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![SCHEME]
    }

    async fn from_request(
        request: &'a Request,
        _: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> Result<Self> {
        let caller = request.data::<Self>().cloned();
        Ok(caller.ok_or_else(|| Problem::unauthenticated("send Authorization: Bearer KEY"))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, poem::http::HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn one_bearer_key_is_read() {
        assert_eq!(bearer(&headers(&["Bearer abc"])).unwrap(), "abc");
        assert_eq!(bearer(&headers(&["bearer  abc "])).unwrap(), "abc");
        for bad in [
            &[][..],
            &["Bearer"],
            &["Bearer "],
            &["Basic YTpi"],
            &["Bearer a", "Bearer a"],
            &["Bearer a, Bearer b"],
        ] {
            let problem = bearer(&headers(bad)).unwrap_err();
            assert_eq!(problem.code, ProblemCode::Unauthenticated, "{bad:?}");
            assert!(
                problem
                    .headers
                    .iter()
                    .any(|(name, _)| name == "www-authenticate")
            );
        }
    }

    #[test]
    fn a_key_in_the_url_is_refused() {
        assert!(refuse_key_in_url(Some("limit=1&cursor=x")).is_ok());
        assert!(refuse_key_in_url(None).is_ok());
        for bad in ["token=x", "limit=1&Access_Token=y", "key"] {
            assert!(refuse_key_in_url(Some(bad)).is_err(), "{bad}");
        }
    }
}
