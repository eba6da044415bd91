//! Who sent an event: an HMAC over the bytes as they came, and the time at which it was signed.

use std::fmt;

use aperilex_core::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use poem::http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::problem::{Problem, ProblemCode};

/// The header with the signature.
const HEADER: &str = "payment-signature";
/// How far the time of signing may be off, either way, in seconds.
const TOLERANCE_S: u64 = 300;
/// Signatures that are looked at: two while a secret is replaced, and some to spare.
const MOST: usize = 4;

/// What the provider of payments signs its events with.
#[derive(Clone)]
pub struct WebhookSecret(SecretString);

impl WebhookSecret {
    /// Fewer bytes could be guessed.
    pub const LEAST_BYTES: usize = 32;

    /// A secret, if it is long enough.
    #[must_use]
    pub fn new(secret: SecretString) -> Option<Self> {
        (secret.expose_secret().len() >= Self::LEAST_BYTES).then_some(Self(secret))
    }

    /// Whether these bytes were signed with the secret at about this time: `t=…,v1=…` with the seconds
    /// since 1970 and the HMAC-SHA256, in hex, over them, a full stop and the body.
    pub(crate) fn check(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), Problem> {
        let mut given = headers.get_all(HEADER).iter();
        let (Some(header), None) = (given.next(), given.next()) else {
            return Err(bad("send one Payment-Signature header"));
        };
        let header = header.to_str().map_err(|_| bad("expected t=…,v1=…"))?;
        let (mut time, mut signatures) = (None, Vec::new());
        for part in header.split(',').map(str::trim) {
            match part.split_once('=') {
                Some(("t", text)) if time.is_none() => time = Some(text),
                Some(("t", _)) => return Err(bad("expected one t")),
                Some(("v1", text)) if signatures.len() < MOST => signatures.push(text),
                // Signatures of other kinds are no concern of ours.
                _ => {}
            }
        }
        let time = time.ok_or_else(|| bad("expected t=…,v1=…"))?;
        let signed = signatures
            .into_iter()
            .any(|text| self.made(text, time, body));
        if !signed {
            return Err(bad(
                "sign the bytes as they are sent, with the secret agreed on",
            ));
        }
        // Asked last: who has no secret learns nothing of our clock.
        match age(time, now) {
            Some(age) if age <= TOLERANCE_S => Ok(()),
            _ => Err(bad(
                "sign anew: the time of signing is more than five minutes off",
            )),
        }
    }

    fn made(&self, signature: &str, time: &str, body: &[u8]) -> bool {
        let Some(signature) = from_hex(signature) else {
            return false;
        };
        let key = self.0.expose_secret().as_bytes();
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
            return false;
        };
        mac.update(time.as_bytes());
        mac.update(b".");
        mac.update(body);
        // Takes as long wherever the first wrong byte is.
        mac.verify_slice(&signature).is_ok()
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

fn bad(detail: &'static str) -> Problem {
    Problem::new(ProblemCode::BadSignature, detail)
}

/// How far apart the times are, in seconds; none if the text is not one of digits alone.
fn age(text: &str, now: Timestamp) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let signed: i64 = digits.then(|| text.parse().ok())??;
    Some(now.as_second().abs_diff(signed))
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let digit = |b: u8| {
        char::from(b)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    let text = text.as_bytes();
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"id":"evt_1"}"#;
    const NOW: i64 = 1_767_225_600;

    fn secret() -> WebhookSecret {
        WebhookSecret::new("0123456789abcdef0123456789abcdef".into()).unwrap()
    }

    fn sign(time: &str, body: &[u8]) -> String {
        let key = secret();
        let mut mac = Hmac::<Sha256>::new_from_slice(key.0.expose_secret().as_bytes()).unwrap();
        mac.update(time.as_bytes());
        mac.update(b".");
        mac.update(body);
        let digest = mac.finalize().into_bytes();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn is_good(header: &str, body: &[u8]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, header.parse().unwrap());
        let now = Timestamp::from_second(NOW).unwrap();
        secret().check(&headers, body, now).is_ok()
    }

    #[test]
    fn what_is_signed_in_time_is_good() {
        for off in [-300, 0, 300] {
            let t = (NOW + off).to_string();
            assert!(
                is_good(&format!("t={t},v1={}", sign(&t, BODY)), BODY),
                "{off}"
            );
        }
        let (t, wrong) = (NOW.to_string(), "0".repeat(64));
        let right = sign(&t, BODY);
        assert!(
            is_good(&format!("t={t}, v1={wrong}, v1={right}, v0=x"), BODY),
            "two secrets"
        );
        assert!(is_good(&format!("v1={},t={t}", right.to_uppercase()), BODY));
    }

    #[test]
    fn everything_else_is_bad() {
        let t = NOW.to_string();
        let right = sign(&t, BODY);
        for header in [
            String::new(),
            format!("t={t}"),
            format!("v1={right}"),
            format!("t={t},v1="),
            format!("t={t},v1={}", &right[1..]),
            format!("t={t},v1={right}0"),
            format!("t={t},v1={}", "é".repeat(32)),
            format!("t={t},t={t},v1={right}"),
            format!("t={},v1={right}", NOW + 1),
            format!("t={t},v2={right}"),
        ] {
            assert!(!is_good(&header, BODY), "{header}");
        }
        assert!(
            !is_good(&format!("t={t},v1={right}"), br#"{"id": "evt_1"}"#),
            "serialised anew"
        );
        for time in [
            "NaN",
            "",
            "-1",
            "1e9",
            "+1767225600",
            " 1767225600",
            "99999999999999999999",
        ] {
            let header = format!("t={time},v1={}", sign(time, BODY));
            assert!(!is_good(&header, BODY), "{time}");
        }
        for off in [-301, 301] {
            let t = (NOW + off).to_string();
            assert!(
                !is_good(&format!("t={t},v1={}", sign(&t, BODY)), BODY),
                "{off}"
            );
        }
    }

    #[test]
    fn a_short_secret_is_none() {
        assert!(WebhookSecret::new("0123456789abcdef0123456789abcde".into()).is_none());
        assert!(!format!("{:?}", secret()).contains("0123"));
    }
}
