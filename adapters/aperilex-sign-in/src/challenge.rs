//! Challenges, by the form that Turnstile, hCaptcha and reCAPTCHA share.

use std::time::Duration;

use aperilex_ports::{BoxError, Challenge, SignInError};
use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::config::ChallengeConfig;
use crate::oidc::client;

/// Checks answers with the service that put the challenge.
#[derive(Debug, Clone)]
pub struct SiteVerify {
    url: String,
    secret: SecretString,
    client: reqwest::Client,
}

#[derive(Debug, Deserialize)]
struct Verdict {
    success: bool,
}

impl SiteVerify {
    /// The service at this URL.
    ///
    /// # Errors
    /// No HTTP client can be made.
    pub fn new(config: &ChallengeConfig) -> Result<Self, SignInError> {
        Ok(Self {
            url: config.url.clone(),
            secret: config.secret.clone(),
            client: client(Duration::from_secs(5)).map_err(failed)?,
        })
    }
}

fn failed(error: impl Into<BoxError>) -> SignInError {
    SignInError::Unavailable {
        service: "the challenge service",
        source: error.into(),
    }
}

#[async_trait]
impl Challenge for SiteVerify {
    async fn is_passed(&self, answer: &str) -> Result<bool, SignInError> {
        let form = form(&[
            ("secret", self.secret.expose_secret()),
            ("response", answer),
        ]);
        let request = self
            .client
            .post(&self.url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let response = request
            .send()
            .await
            .map_err(|error| failed(error.without_url()))?;
        let response = response.error_for_status();
        let response = response.map_err(|error| failed(error.without_url()))?;
        let verdict: Verdict = response
            .json()
            .await
            .map_err(|error| failed(error.without_url()))?;
        Ok(verdict.success)
    }
}

/// Fields as a form (`application/x-www-form-urlencoded`).
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields {
        form.append_pair(name, value);
    }
    form.finish()
}
