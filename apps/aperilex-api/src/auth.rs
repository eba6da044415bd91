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

/// How long it is remembered that a key was good: longer than whose it is, for that may change.
const TRUSTED_FOR: Duration = Duration::from_secs(60 * 60);
/// How long it is remembered that a key or token was none. It does not become one: keys are made at random.
const NONE_FOR: Duration = Duration::from_secs(60);

/// Knows accounts by their keys. Whose a key is is not remembered for long, so a new key works at once and a
/// revoked one, or a suspension, takes a few seconds to show.
#[derive(Debug)]
pub(crate) struct Authenticator {
    known: Cache<Digest, Arc<Authority>>,
    /// Keys that were good when they were looked up last.
    trusted: Cache<Digest, ()>,
    /// Keys and tokens that were none.
    none: Cache<Digest, ()>,
}

/// What is known of the credentials of a request before they are looked up.
#[derive(Debug)]
pub(crate) enum Standing {
    /// There are none that could be looked up.
    Missing(Problem),
    /// They were none a moment ago.
    Bad(Problem),
    /// They were good lately, or are signed by us.
    Good,
    /// Nothing.
    Unknown,
}

impl Authenticator {
    pub(crate) fn new(remember: Duration) -> Self {
        let known = Cache::builder()
            .max_capacity(REMEMBERED)
            .time_to_live(remember)
            .support_invalidation_closures()
            .build();
        let lately = |time| {
            let cache = Cache::builder().max_capacity(REMEMBERED);
            cache.time_to_live(time).build()
        };
        Self {
            known,
            trusted: lately(TRUSTED_FOR),
            none: lately(NONE_FOR),
        }
    }

    /// What is known of a request's credentials: a client that sends an old key again and again is told so
    /// without a look-up, and takes nothing from others at its address.
    pub(crate) fn standing(&self, engine: &Engine, headers: &HeaderMap) -> Standing {
        let key = match bearer(headers) {
            Ok(key) => key,
            Err(problem) => return Standing::Missing(problem),
        };
        let digest = Digest::of(key.as_bytes());
        if self.none.contains_key(&digest) {
            Standing::Bad(unknown())
        } else if self.trusted.contains_key(&digest) || engine.is_signed(key) {
            Standing::Good
        } else {
            Standing::Unknown
        }
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
            self.trusted.invalidate(&digest);
            self.none.insert(digest, ());
            return Err(unknown());
        };
        let authority = Arc::new(authority);
        self.trusted.insert(digest, ());
        self.known.insert(digest, Arc::clone(&authority));
        Ok(authority)
    }
}

fn unknown() -> Problem {
    Problem::unauthenticated("the API key or access token is unknown, revoked, or too old")
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
