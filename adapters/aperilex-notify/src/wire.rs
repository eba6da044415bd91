//! What a receiver of webhooks gets, and what it is signed with.

use aperilex_ports::{Notice, NoticeKind, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;

/// The header with the signature.
pub(crate) const SIGNATURE: &str = "aperilex-signature";
/// The header with the notice's id.
pub(crate) const ID: &str = "aperilex-notice-id";

#[derive(Serialize)]
struct Body<'a> {
    schema_version: u32,
    id: String,
    account: String,
    email: &'a str,
    at: Timestamp,
    #[serde(flatten)]
    kind: &'a NoticeKind,
}

/// The bytes that are sent.
pub(crate) fn body(notice: &Notice) -> Vec<u8> {
    let body = Body {
        schema_version: 1,
        id: notice.id.to_string(),
        account: notice.user.to_string(),
        email: notice.to.as_str(),
        at: notice.at,
        kind: &notice.kind,
    };
    // Plain data with string keys: serialising it cannot fail.
    serde_json::to_vec(&body).unwrap_or_default()
}

/// `t=…,v1=…`: the time in seconds, and the HMAC-SHA256 over it, a full stop, and the body as sent.
pub(crate) fn signature(secret: &[u8], at: Timestamp, body: &[u8]) -> String {
    let t = at.as_second();
    // Keys of any length are taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        return String::new();
    };
    mac.update(format!("{t}.").as_bytes());
    mac.update(body);
    let digest = mac.finalize().into_bytes();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={t},v1={hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_what_others_compute() {
        // printf '1767225600.{}' | openssl dgst -sha256 -hmac key
        let at = Timestamp::from_second(1_767_225_600).unwrap();
        assert_eq!(
            signature(b"key", at, b"{}"),
            "t=1767225600,v1=df344de429b8ee672e1863e0008fdbd0080000536fbccdf0e4f89846acbbe872"
        );
    }
}
