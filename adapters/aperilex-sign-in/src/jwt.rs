//! Access tokens as JWTs: HS256, and nothing else that a token may ask for.

use aperilex_ports::{
    AccessClaims, AccessTokens, Secret, SessionId, SignInError, Timestamp, UserId,
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use crate::config::{JwtConfig, KeyConfig};

/// How far clocks may be apart, in seconds.
pub(crate) const LEEWAY: i64 = 60;

/// Writes and reads access tokens.
pub struct JwtTokens {
    kid: String,
    signing: EncodingKey,
    /// Keys that are read, by their id.
    reading: Vec<(String, DecodingKey)>,
    issuer: String,
    audience: String,
    validation: Validation,
}

impl std::fmt::Debug for JwtTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "JwtTokens({}, …)", self.kid)
    }
}

/// What is in a token. Numbers are numbers: `"exp": "1"` is none.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    iat: i64,
    exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
}

impl JwtTokens {
    /// Tokens signed with these keys.
    #[must_use]
    pub fn new(config: &JwtConfig) -> Self {
        let read = |key: &KeyConfig| {
            let secret = key.secret.expose_secret().as_bytes();
            (key.kid.clone(), DecodingKey::from_secret(secret))
        };
        let mut reading = vec![read(&config.current)];
        reading.extend(config.previous.as_ref().map(read));
        Self {
            kid: config.current.kid.clone(),
            signing: EncodingKey::from_secret(config.current.secret.expose_secret().as_bytes()),
            reading,
            issuer: config.issuer.clone(),
            audience: config.audience.clone(),
            validation: signature_only(Algorithm::HS256),
        }
    }

    fn claims(&self, token: &str) -> Option<Claims> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        let kid = header.kid?;
        let (_, key) = self.reading.iter().find(|(known, _)| *known == kid)?;
        let read = jsonwebtoken::decode::<Claims>(token, key, &self.validation);
        Some(read.ok()?.claims)
    }
}

/// Checks the signature by this algorithm alone. Claims are checked by us, against the application's clock.
pub(crate) fn signature_only(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.algorithms = vec![algorithm];
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

/// Whether a time span is now, give or take [`LEEWAY`].
pub(crate) fn is_now(exp: i64, not_before: Option<i64>, now: Timestamp) -> bool {
    let now = now.as_second();
    exp.saturating_add(LEEWAY) > now
        && not_before.is_none_or(|begin| begin.saturating_sub(LEEWAY) <= now)
}

impl AccessTokens for JwtTokens {
    fn issue(&self, claims: &AccessClaims, now: Timestamp) -> Result<Secret, SignInError> {
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(self.kid.clone());
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: claims.user.to_string(),
            sid: claims.session.to_string(),
            iat: now.as_second(),
            exp: claims.expires_at.as_second(),
            nbf: None,
        };
        let token = jsonwebtoken::encode(&header, &claims, &self.signing);
        let failed = |error: jsonwebtoken::errors::Error| SignInError::Unavailable {
            service: "signing tokens",
            source: error.into(),
        };
        token.map(Secret::new).map_err(failed)
    }

    fn read(&self, token: &str, now: Timestamp) -> Option<AccessClaims> {
        let claims = self.claims(token)?;
        let ours = claims.iss == self.issuer && claims.aud == self.audience;
        // No clock of ours writes tokens of the future.
        let begun = claims.nbf.map_or(claims.iat, |nbf| nbf.max(claims.iat));
        if !ours || !is_now(claims.exp, Some(begun), now) {
            return None;
        }
        Some(AccessClaims {
            user: claims.sub.parse::<UserId>().ok()?,
            session: claims.sid.parse::<SessionId>().ok()?,
            // With the leeway, or whoever remembers tokens would end it earlier than it is read.
            expires_at: Timestamp::from_second(claims.exp.saturating_add(LEEWAY)).ok()?,
        })
    }
}
