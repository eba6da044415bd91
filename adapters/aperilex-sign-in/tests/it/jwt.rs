//! Access tokens: what is read, and the long list of what is not (row B34 of the matrix of bad input).

use aperilex_ports::{AccessClaims, AccessTokens, SessionId, Timestamp, UserId};
use aperilex_sign_in::{JwtConfig, JwtTokens};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::signer::{Signer, base64url};

const CURRENT: &str = "9f1c5b7d3e8a4602b1d7c9e5f3a80614";
const PREVIOUS: &str = "c3d1e7a95b2f4860d8e4a1c6b9f70352";
const NOW: i64 = 1_800_000_000;

fn tokens() -> JwtTokens {
    let config: JwtConfig = serde_json::from_value(json!({
        "current": {"kid": "new", "secret": CURRENT},
        "previous": {"kid": "old", "secret": PREVIOUS},
    }))
    .unwrap();
    JwtTokens::new(&config)
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn user() -> UserId {
    "018f4b6e-7d1c-7c3a-9b51-0d6f3a1e2b4c".parse().unwrap()
}

fn session() -> SessionId {
    "018f4b6e-7d1c-7c3a-9b51-0d6f3a1e2b4d".parse().unwrap()
}

fn claims() -> Value {
    json!({
        "iss": "aperilex", "aud": "aperilex", "sub": user(), "sid": session(),
        "iat": NOW, "exp": NOW + 900,
    })
}

/// The claims with some of them replaced; null removes one.
fn with(changes: &Value) -> Value {
    let mut claims = claims();
    for (name, value) in changes.as_object().unwrap() {
        let fields = claims.as_object_mut().unwrap();
        match value {
            Value::Null => fields.remove(name),
            value => fields.insert(name.clone(), value.clone()),
        };
    }
    claims
}

fn sign(algorithm: Algorithm, kid: Option<&str>, secret: &str, claims: &Value) -> String {
    let mut header = Header::new(algorithm);
    header.kid = kid.map(str::to_owned);
    let key = EncodingKey::from_secret(secret.as_bytes());
    jsonwebtoken::encode(&header, claims, &key).unwrap()
}

fn signed(changes: &Value) -> String {
    sign(Algorithm::HS256, Some("new"), CURRENT, &with(changes))
}

#[test]
fn a_token_reads_back() {
    let written = AccessClaims {
        user: user(),
        session: session(),
        expires_at: at(NOW + 900),
    };
    let token = tokens().issue(&written, at(NOW)).unwrap();
    let read = tokens().read(token.reveal(), at(NOW + 1)).unwrap();
    assert_eq!((read.user, read.session), (user(), session()));
    assert!(read.expires_at >= written.expires_at);
    assert!(!format!("{:?}", tokens()).contains(CURRENT));
}

#[test]
fn the_key_before_is_read_and_does_not_sign() {
    let old = sign(Algorithm::HS256, Some("old"), PREVIOUS, &claims());
    assert!(tokens().read(&old, at(NOW)).is_some());
    let written = AccessClaims {
        user: user(),
        session: session(),
        expires_at: at(NOW + 900),
    };
    let token = tokens().issue(&written, at(NOW)).unwrap();
    let header = jsonwebtoken::decode_header(token.reveal()).unwrap();
    assert_eq!(header.kid.as_deref(), Some("new"));
    let alone: JwtConfig =
        serde_json::from_value(json!({"current": {"kid": "new", "secret": CURRENT}})).unwrap();
    assert!(JwtTokens::new(&alone).read(&old, at(NOW)).is_none());
}

#[test]
fn b34_clocks_may_be_a_minute_apart() {
    let read = |changes: &Value| tokens().read(&signed(changes), at(NOW)).is_some();
    for (changes, good) in [
        (json!({}), true),
        (json!({"nbf": NOW + 59}), true),
        (json!({"nbf": NOW + 60}), true),
        (json!({"nbf": NOW + 61}), false),
        (json!({"iat": NOW + 61}), false),
        (json!({"iat": NOW - 900, "exp": NOW - 59}), true),
        (json!({"iat": NOW - 900, "exp": NOW - 60}), false),
        (json!({"iat": NOW - 900, "exp": NOW - 61}), false),
        (json!({"exp": i64::MIN}), false),
    ] {
        assert_eq!(read(&changes), good, "{changes}");
    }
}

#[test]
fn b34_claims_that_are_wrong_or_missing() {
    for changes in [
        json!({"exp": null}),
        json!({"exp": (NOW + 900).to_string()}),
        json!({"exp": (NOW + 900) as f64 + 0.5}),
        json!({"exp": [NOW + 900]}),
        json!({"exp": i64::MAX}),
        json!({"nbf": (NOW - 1).to_string()}),
        json!({"iat": null}),
        json!({"iss": null}),
        json!({"iss": "other"}),
        json!({"iss": ["aperilex"]}),
        json!({"aud": null}),
        json!({"aud": "other"}),
        json!({"aud": ["aperilex", "other"]}),
        json!({"sub": null}),
        json!({"sub": "root"}),
        json!({"sid": null}),
        json!({"sid": 7}),
    ] {
        let token = signed(&changes);
        assert!(tokens().read(&token, at(NOW)).is_none(), "{changes}");
    }
}

#[test]
fn b34_keys_and_algorithms_that_are_wrong() {
    let hs = |kid, secret| sign(Algorithm::HS256, kid, secret, &claims());
    let part = |json: &Value| base64url(json.to_string().as_bytes());
    let good = hs(Some("new"), CURRENT);
    assert!(tokens().read(&good, at(NOW)).is_some());
    let pieces: Vec<_> = good.split('.').collect();
    let none = |alg: &str| {
        let header = part(&json!({"alg": alg, "typ": "JWT", "kid": "new"}));
        format!("{header}.{}.", part(&claims()))
    };
    let rs = part(&json!({"alg": "RS256", "typ": "JWT", "kid": "new"}));
    let mut flipped = good.clone().into_bytes();
    let last = flipped.len() - 10;
    flipped[last] = if flipped[last] == b'A' { b'B' } else { b'A' };
    let other = part(&with(&json!({"sub": session()})));
    for (what, token) in [
        ("no key id", hs(None, CURRENT)),
        ("an unknown key id", hs(Some("newer"), CURRENT)),
        ("an empty key id", hs(Some(""), CURRENT)),
        ("the other key", hs(Some("new"), PREVIOUS)),
        ("an empty secret", hs(Some("new"), "")),
        (
            "HS384",
            sign(Algorithm::HS384, Some("new"), CURRENT, &claims()),
        ),
        (
            "HS512",
            sign(Algorithm::HS512, Some("new"), CURRENT, &claims()),
        ),
        ("RS256", Signer::rsa("new").sign(&claims())),
        ("ES256", Signer::ec("new").sign(&claims())),
        (
            "HS256 that says RS256",
            format!("{rs}.{}.{}", pieces[1], pieces[2]),
        ),
        ("none", none("none")),
        ("None", none("None")),
        (
            "nOnE with a signature",
            format!("{}{}", none("nOnE"), pieces[2]),
        ),
        ("no signature", format!("{}.{}.", pieces[0], pieces[1])),
        ("two parts", format!("{}.{}", pieces[0], pieces[1])),
        ("four parts", format!("{good}.{}", pieces[2])),
        (
            "other claims",
            format!("{}.{other}.{}", pieces[0], pieces[2]),
        ),
        ("a flipped bit", String::from_utf8(flipped).unwrap()),
        ("nothing", String::new()),
        ("dots", "..".to_owned()),
    ] {
        assert!(tokens().read(&token, at(NOW)).is_none(), "{what}");
    }
}
