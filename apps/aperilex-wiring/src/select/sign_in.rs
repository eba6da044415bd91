//! What signing in needs beside the database.

use std::sync::Arc;

use aperilex_core::ChallengeUse;
use aperilex_core::ports::{IdentityProvider, SignIn, SignInError};
use aperilex_sign_in::{ArgonPasswords, JwtTokens, OidcProvider, SignInConfig, SiteVerify};
use serde_json::Value;

use crate::error::WiringError;
use crate::settings::{NoticeSelection, Settings};

/// Reads `auth`. A mistake is named by its path and without its value: nearly all of it is secret.
fn config(auth: &Value) -> Result<SignInConfig, WiringError> {
    let read = serde_path_to_error::deserialize::<_, SignInConfig>(auth.clone());
    let config = read.map_err(|error| {
        let path = match error.path().to_string() {
            path if path == "." => "auth".to_owned(),
            path => format!("auth.{path}"),
        };
        let text = error.inner().to_string();
        let reason = match text.split_once(", expected") {
            Some((_, expected)) => format!("expected{expected}"),
            None => text,
        };
        WiringError::setting(path, reason)
    })?;
    let unlawful = |error: aperilex_sign_in::ConfigError| {
        WiringError::setting(format!("auth.{}", error.path), error.reason)
    };
    config.validate().map_err(unlawful)?;
    Ok(config)
}

/// What one setting demands of another.
fn agree(settings: &Settings, config: &SignInConfig) -> Result<(), WiringError> {
    let rules = &settings.accounts;
    if rules.sign_up && matches!(settings.notices, NoticeSelection::Log(_)) {
        let reason = "needs `notices` by mail or webhook: a log has no token in it";
        return Err(WiringError::setting("accounts.sign_up", reason));
    }
    if rules.sign_up && config.jwt.is_none() {
        let reason = "needs `auth.jwt`: who has signed up could not sign in";
        return Err(WiringError::setting("accounts.sign_up", reason));
    }
    if rules.challenge != ChallengeUse::Off && config.challenge.is_none() {
        let reason = "needs `auth.challenge`: where answers are checked";
        return Err(WiringError::setting("accounts.challenge", reason));
    }
    Ok(())
}

/// Looks whether the settings are lawful.
pub(crate) fn check_sign_in(settings: &Settings) -> Result<(), WiringError> {
    agree(settings, &config(&settings.auth)?)
}

/// What signing in needs. Nothing is asked of anybody yet.
pub(crate) fn sign_in(settings: &Settings) -> Result<SignIn, WiringError> {
    let config = config(&settings.auth)?;
    agree(settings, &config)?;
    let failed = |error: SignInError| WiringError::start("sign-in")(error.into());
    let challenge = config.challenge.as_ref().map(SiteVerify::new);
    let challenge = challenge.transpose().map_err(failed)?;
    let mut providers: Vec<Arc<dyn IdentityProvider>> = Vec::new();
    for provider in &config.oidc {
        providers.push(Arc::new(OidcProvider::new(provider).map_err(failed)?));
    }
    let passwords = ArgonPasswords::new().map_err(failed)?;
    Ok(SignIn {
        passwords: Arc::new(passwords.at_once(config.passwords)),
        tokens: config
            .jwt
            .as_ref()
            .map(|jwt| Arc::new(JwtTokens::new(jwt)) as _),
        challenge: challenge.map(|challenge| Arc::new(challenge) as _),
        providers,
    })
}
