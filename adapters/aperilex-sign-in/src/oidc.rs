//! OpenID Connect: the authorization code flow with PKCE.

mod token;

use std::sync::Arc;
use std::time::{Duration, Instant};

use aperilex_ports::{
    BoxError, Email, ExternalIdentity, IdentityProvider, Journey, SignInError, Tier, Timestamp,
    Vouched,
};
use async_trait::async_trait;
use jsonwebtoken::jwk::JwkSet;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use url::Url;

use crate::challenge::form;
use crate::config::OidcConfig;

/// Longest wait for a provider.
const PATIENCE: Duration = Duration::from_secs(10);
/// Keys and discovery are fetched at most this often, whatever comes.
const FETCH_EVERY: Duration = Duration::from_secs(60);
/// A provider may rename its endpoints; after this we look again.
const KEEP_FOR: Duration = Duration::from_secs(60 * 60);
/// Largest answer of a provider.
const MAX_ANSWER: usize = 512 * 1024;

/// An identity provider.
#[derive(Debug)]
pub struct OidcProvider {
    config: OidcConfig,
    client: reqwest::Client,
    known: Mutex<Known>,
}

/// What the provider publishes of itself, as far as it was fetched.
#[derive(Debug, Default)]
struct Known {
    metadata: Option<(Instant, Arc<Metadata>)>,
    keys: Option<Arc<JwkSet>>,
    /// When keys were asked for last, with or without success.
    asked: Option<Instant>,
}

/// The provider's discovery document, as far as it is needed.
#[derive(Debug, Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct TokenAnswer {
    id_token: String,
}

/// A client that follows no redirects: what carries our secret goes where the settings say.
pub(crate) fn client(patience: Duration) -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .timeout(patience)
        .redirect(reqwest::redirect::Policy::none())
        .build()
}

fn failed(error: impl Into<BoxError>) -> SignInError {
    SignInError::Unavailable {
        service: "the identity provider",
        source: error.into(),
    }
}

const fn refused(reason: &'static str) -> SignInError {
    SignInError::Refused { reason }
}

impl OidcProvider {
    /// A provider; nothing is fetched yet.
    ///
    /// # Errors
    /// No HTTP client can be made.
    pub fn new(config: &OidcConfig) -> Result<Self, SignInError> {
        Ok(Self {
            config: config.clone(),
            client: client(PATIENCE).map_err(failed)?,
            known: Mutex::default(),
        })
    }

    /// An endpoint that a secret or a signature depends on: over TLS, or on this machine as the issuer is.
    fn endpoint(&self, text: &str) -> Result<Url, SignInError> {
        let url = Url::parse(text).map_err(|_| refused("an endpoint is no URL"))?;
        let plain = self.config.issuer.starts_with("http://") && url.scheme() == "http";
        if url.scheme() == "https" || plain {
            Ok(url)
        } else {
            Err(refused("an endpoint is not reached over TLS"))
        }
    }

    async fn get<T: DeserializeOwned>(&self, url: Url) -> Result<T, SignInError> {
        let sent = self.client.get(url).send().await;
        answer(sent).await
    }

    async fn metadata(&self) -> Result<Arc<Metadata>, SignInError> {
        let mut known = self.known.lock().await;
        if let Some((fetched, metadata)) = &known.metadata
            && fetched.elapsed() < KEEP_FOR
        {
            return Ok(Arc::clone(metadata));
        }
        let url = self.endpoint(&self.config.discovery())?;
        let metadata: Metadata = self.get(url).await?;
        if metadata.issuer != self.config.issuer {
            return Err(refused("its discovery names another issuer"));
        }
        let metadata = Arc::new(metadata);
        known.metadata = Some((Instant::now(), Arc::clone(&metadata)));
        Ok(metadata)
    }

    /// The provider's keys: with this id among them, if asking again may help and is not too soon.
    async fn keys(
        &self,
        metadata: &Metadata,
        kid: Option<&str>,
    ) -> Result<Arc<JwkSet>, SignInError> {
        let mut known = self.known.lock().await;
        let has = |keys: &Arc<JwkSet>| kid.is_none_or(|kid| keys.find(kid).is_some());
        let soon = known
            .asked
            .is_some_and(|asked| asked.elapsed() < FETCH_EVERY);
        match &known.keys {
            Some(keys) if soon || has(keys) => return Ok(Arc::clone(keys)),
            None if soon => return Err(failed("its keys could not be fetched a moment ago")),
            _ => {}
        }
        known.asked = Some(Instant::now());
        let keys: Arc<JwkSet> = Arc::new(self.get(self.endpoint(&metadata.jwks_uri)?).await?);
        known.keys = Some(Arc::clone(&keys));
        Ok(keys)
    }

    /// Exchanges the code for the provider's token about the user.
    async fn exchange(
        &self,
        metadata: &Metadata,
        code: &str,
        journey: &Journey,
    ) -> Result<String, SignInError> {
        let config = &self.config;
        let form = form(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &config.redirect_url),
            ("code_verifier", journey.verifier.reveal()),
            ("client_id", &config.client_id),
            ("client_secret", config.client_secret.expose_secret()),
        ]);
        let request = self
            .client
            .post(self.endpoint(&metadata.token_endpoint)?)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(form);
        let sent = request.send().await;
        let answer: TokenAnswer = answer(sent).await?;
        Ok(answer.id_token)
    }
}

/// The JSON of an answer. What the provider says no to was not its user's.
async fn answer<T: DeserializeOwned>(
    sent: Result<reqwest::Response, reqwest::Error>,
) -> Result<T, SignInError> {
    let mut response = sent.map_err(|error| failed(error.without_url()))?;
    if response.status().is_client_error() {
        return Err(refused("it refuses what it was sent"));
    }
    if !response.status().is_success() {
        return Err(failed(format!("it answers {}", response.status())));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| failed(error.without_url()))?
    {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_ANSWER {
            return Err(refused("its answer is too large"));
        }
    }
    serde_json::from_slice(&bytes).map_err(|_| refused("its answer is not as it should be"))
}

#[async_trait]
impl IdentityProvider for OidcProvider {
    fn name(&self) -> &str {
        &self.config.name
    }

    fn tier(&self) -> Tier {
        self.config.tier
    }

    fn governs(&self, email: &Email) -> bool {
        self.config.names(email)
    }

    async fn begin(&self, journey: &Journey) -> Result<String, SignInError> {
        let metadata = self.metadata().await?;
        let mut url = self.endpoint(&metadata.authorization_endpoint)?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.config.client_id)
            .append_pair("redirect_uri", &self.config.redirect_url)
            .append_pair("scope", "openid email")
            .append_pair("state", &journey.state)
            .append_pair("nonce", &journey.nonce)
            .append_pair("code_challenge", &token::challenge(&journey.verifier))
            .append_pair("code_challenge_method", "S256");
        Ok(url.into())
    }

    async fn finish(
        &self,
        code: &str,
        journey: &Journey,
        now: Timestamp,
    ) -> Result<Vouched, SignInError> {
        let vouched = self.vouched(code, journey, now).await;
        if let Err(SignInError::Refused { reason }) = &vouched {
            // The user is not told which; whoever set the provider up needs to know.
            tracing::warn!(provider = self.config.name, reason, "a sign-in is refused");
        }
        vouched
    }
}

impl OidcProvider {
    async fn vouched(
        &self,
        code: &str,
        journey: &Journey,
        now: Timestamp,
    ) -> Result<Vouched, SignInError> {
        let metadata = self.metadata().await?;
        let id_token = self.exchange(&metadata, code, journey).await?;
        let kid = token::key_id(&id_token)?;
        let keys = self.keys(&metadata, kid.as_deref()).await?;
        let claims = token::verified(&id_token, &keys, kid.as_deref())?;
        claims.check(&self.config, &journey.nonce, now)?;
        let address = claims.email.filter(|_| claims.email_verified);
        let email = address.and_then(|address| address.parse::<Email>().ok());
        let email = email.filter(|email| self.config.lets_in(email));
        let identity = ExternalIdentity {
            issuer: claims.iss,
            subject: claims.sub,
        };
        Ok(Vouched { identity, email })
    }
}
