//! The provider's signed token about its user.

use aperilex_ports::{Digest, Secret, SignInError, Timestamp};
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use super::refused;
use crate::config::OidcConfig;
use crate::jwt::{is_now, signature_only};

/// Longest subject (OpenID Connect Core §2).
const MAX_SUBJECT: usize = 255;

/// What the provider says.
#[derive(Deserialize)]
pub(super) struct Claims {
    pub(super) iss: String,
    pub(super) sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: Option<String>,
    pub(super) email: Option<String>,
    #[serde(default, deserialize_with = "verified_address")]
    pub(super) email_verified: bool,
}

/// Some providers say it in a string (AWS Cognito). Anything but a plain yes is a no.
fn verified_address<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Said {
        Plainly(bool),
        InWords(String),
        Otherwise(IgnoredAny),
    }
    Ok(match Said::deserialize(from)? {
        Said::Plainly(said) => said,
        Said::InWords(said) => said == "true",
        Said::Otherwise(IgnoredAny) => false,
    })
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// What is sent ahead of the verifier: its SHA-256, in base64url without padding (RFC 7636 §4.2).
pub(super) fn challenge(verifier: &Secret) -> String {
    base64url(Digest::of(verifier.reveal().as_bytes()).as_bytes())
}

fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk
            .iter()
            .fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            let sextet = (bits >> (18 - 6 * place)) & 0x3F;
            let letter = ALPHABET.get(sextet as usize);
            text.extend(letter.map(|letter| char::from(*letter)));
        }
    }
    text
}

/// Which key signed a token, if it says.
pub(super) fn key_id(token: &str) -> Result<Option<String>, SignInError> {
    let header = jsonwebtoken::decode_header(token);
    Ok(header.map_err(|_| refused("the token cannot be read"))?.kid)
}

/// The claims of a token that one of these keys signed.
pub(super) fn verified(
    token: &str,
    keys: &JwkSet,
    kid: Option<&str>,
) -> Result<Claims, SignInError> {
    let header = jsonwebtoken::decode_header(token);
    let said = header.map_err(|_| refused("the token cannot be read"))?.alg;
    let key = match (kid, &keys.keys[..]) {
        (Some(kid), _) => keys.find(kid),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    let key = key.ok_or_else(|| refused("the token is signed with an unknown key"))?;
    // The key says what it is for; a token that says otherwise lies.
    if algorithm(key) != Some(said) {
        return Err(refused(
            "the token is signed with an algorithm that is not taken",
        ));
    }
    let decoding = DecodingKey::from_jwk(key).map_err(|_| refused("the key cannot be read"))?;
    let read = jsonwebtoken::decode::<Claims>(token, &decoding, &signature_only(said));
    Ok(read
        .map_err(|_| refused("the signature or a claim is wrong"))?
        .claims)
}

fn algorithm(key: &Jwk) -> Option<Algorithm> {
    if matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption)) {
        return None;
    }
    match key.algorithm {
        AlgorithmParameters::RSA(_) => Some(Algorithm::RS256),
        AlgorithmParameters::EllipticCurve(_) => Some(Algorithm::ES256),
        _ => None,
    }
}

impl Claims {
    /// Whether this is about our user, for us, from them, and now.
    pub(super) fn check(
        &self,
        config: &OidcConfig,
        nonce: &str,
        now: Timestamp,
    ) -> Result<(), SignInError> {
        if self.iss != config.issuer {
            return Err(refused("the token is of another issuer"));
        }
        let (ours, several) = match &self.aud {
            Audience::One(one) => (*one == config.client_id, false),
            Audience::Several(all) => (all.contains(&config.client_id), all.len() > 1),
        };
        let party = match &self.azp {
            Some(party) => *party == config.client_id,
            None => !several,
        };
        if !ours || !party {
            return Err(refused("the token is for somebody else"));
        }
        let begun = self.nbf.map_or(self.iat, |nbf| nbf.max(self.iat));
        if !is_now(self.exp, Some(begun), now) {
            return Err(refused("the time of the token is not now"));
        }
        if self.nonce.as_deref() != Some(nonce) {
            return Err(refused("the token is of another journey"));
        }
        if self.sub.is_empty() || self.sub.len() > MAX_SUBJECT {
            return Err(refused("the subject is empty or too long"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_standard() {
        // RFC 7636, appendix B.
        let verifier = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
        assert_eq!(
            challenge(&verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn base64_of_every_length() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg"),
        ] {
            assert_eq!(base64url(bytes.as_bytes()), text);
        }
    }
}
