//! An identity provider that is strict with us, and lies in every way it can.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aperilex_ports::{Digest, IdentityProvider, Journey, Secret, SignInError, Timestamp, Vouched};
use aperilex_sign_in::{OidcConfig, OidcProvider};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::signer::{Signer, base64url};

const NOW: i64 = 1_800_000_000;
const REDIRECT: &str = "https://apx.example/api/v1/oidc/callback";

/// The provider's side of one sign-in.
struct House {
    server: MockServer,
    signer: Arc<Signer>,
    provider: OidcProvider,
    journey: Journey,
    /// What it will give for the code.
    token: Arc<Mutex<String>>,
}

fn journey() -> Journey {
    Journey {
        state: "a state".to_owned(),
        nonce: "a nonce".to_owned(),
        verifier: Secret::new("0123456789abcdef0123456789abcdef0123456789abcdef".to_owned()),
    }
}

fn fields(text: &str) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect()
}

impl House {
    async fn new(signer: Signer) -> Self {
        Self::publishing(signer, |_, _| {}).await
    }

    /// With changes to the discovery document and the published keys.
    async fn publishing(signer: Signer, change: impl FnOnce(&mut Value, &mut Value)) -> Self {
        Self::at("", signer, change).await
    }

    /// With an issuer that ends in something.
    async fn at(end: &str, signer: Signer, change: impl FnOnce(&mut Value, &mut Value)) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let server = MockServer::start().await;
        let base = server.uri();
        let mut discovery = json!({
            "issuer": format!("{base}{end}"),
            "authorization_endpoint": format!("{base}/authorize?tenant=7"),
            "token_endpoint": format!("{base}/token"),
            "jwks_uri": format!("{base}/keys"),
            "response_types_supported": ["code"],
        });
        let mut keys = json!({"keys": [Signer::ec("another").jwk(), signer.jwk()]});
        change(&mut discovery, &mut keys);
        for (place, body) in [
            ("/.well-known/openid-configuration", discovery),
            ("/keys", keys),
        ] {
            Mock::given(method("GET"))
                .and(path(place))
                .respond_with(ResponseTemplate::new(200).set_body_json(body))
                .mount(&server)
                .await;
        }
        let journey = journey();
        let digest = Digest::of(journey.verifier.reveal().as_bytes());
        let challenge = base64url(digest.as_bytes());
        let token = Arc::new(Mutex::new(String::new()));
        let given = Arc::clone(&token);
        Mock::given(method("POST"))
            .and(path("/token"))
            .respond_with(move |request: &Request| exchange(request, &challenge, &given))
            .mount(&server)
            .await;
        let config: OidcConfig = serde_json::from_value(json!({
            "name": "works", "issuer": format!("{base}{end}"), "client_id": "apx", "client_secret": "s&cret",
            "redirect_url": REDIRECT,
            "email_domains": ["*", "Works.example"],
        }))
        .unwrap();
        Self {
            provider: OidcProvider::new(&config).unwrap(),
            server,
            signer: Arc::new(signer),
            journey,
            token,
        }
    }

    fn claims(&self) -> Value {
        json!({
            "iss": self.server.uri(), "sub": "17", "aud": "apx", "iat": NOW, "exp": NOW + 300,
            "nonce": "a nonce", "email": "jo@works.example", "email_verified": true,
        })
    }

    /// What comes of a token.
    async fn finish(&self, token: String) -> Result<Vouched, SignInError> {
        *self.token.lock().unwrap() = token;
        let now = Timestamp::from_second(NOW).unwrap();
        self.provider.finish("the code", &self.journey, now).await
    }

    async fn finish_with(&self, changes: &Value) -> Result<Vouched, SignInError> {
        let mut claims = self.claims();
        for (name, value) in changes.as_object().unwrap() {
            let fields = claims.as_object_mut().unwrap();
            match value {
                Value::Null => fields.remove(name),
                value => fields.insert(name.clone(), value.clone()),
            };
        }
        self.finish(self.signer.sign(&claims)).await
    }

    async fn fetches_of_keys(&self) -> usize {
        let requests = self.server.received_requests().await.unwrap();
        let keys = requests
            .iter()
            .filter(|request| request.url.path() == "/keys");
        keys.count()
    }
}

/// Takes a code only with everything that belongs to it.
fn exchange(request: &Request, challenge: &str, token: &Mutex<String>) -> ResponseTemplate {
    let fields = fields(std::str::from_utf8(&request.body).unwrap());
    let verifier = fields.get("code_verifier").cloned().unwrap_or_default();
    let right = [
        ("grant_type", "authorization_code"),
        ("code", "the code"),
        ("redirect_uri", REDIRECT),
        ("client_id", "apx"),
        ("client_secret", "s&cret"),
    ];
    let lawful = right
        .iter()
        .all(|(name, value)| fields.get(*name).is_some_and(|is| is == value))
        && base64url(Digest::of(verifier.as_bytes()).as_bytes()) == challenge;
    if !lawful {
        return ResponseTemplate::new(400).set_body_json(json!({"error": "invalid_grant"}));
    }
    let id_token = token.lock().unwrap().clone();
    ResponseTemplate::new(200).set_body_json(
        json!({"access_token": "opaque", "token_type": "Bearer", "id_token": id_token}),
    )
}

fn reason(outcome: Result<Vouched, SignInError>) -> &'static str {
    match outcome {
        Err(SignInError::Refused { reason }) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn who_is_vouched_for_is_known() {
    for signer in [Signer::ec("k1"), Signer::rsa("k1")] {
        let house = House::new(signer).await;
        let url = house.provider.begin(&house.journey).await.unwrap();
        let (place, query) = url.split_once('?').unwrap();
        assert_eq!(place, format!("{}/authorize", house.server.uri()));
        let sent = fields(query);
        let verifier = Digest::of(house.journey.verifier.reveal().as_bytes());
        let challenge = base64url(verifier.as_bytes());
        for (name, value) in [
            ("tenant", "7"),
            ("response_type", "code"),
            ("client_id", "apx"),
            ("redirect_uri", REDIRECT),
            ("scope", "openid email"),
            ("state", "a state"),
            ("nonce", "a nonce"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ] {
            assert_eq!(sent.get(name).map(String::as_str), Some(value), "{name}");
        }
        assert!(!url.contains(house.journey.verifier.reveal()) && !url.contains("cret"));
        let vouched = house.finish_with(&json!({})).await.unwrap();
        assert_eq!(vouched.identity.subject, "17");
        assert_eq!(vouched.identity.issuer, house.server.uri());
        assert_eq!(vouched.email.unwrap().as_str(), "jo@works.example");
        let several = json!({"aud": ["apx", "other"], "azp": "apx"});
        house.finish_with(&several).await.unwrap();
        // As AWS Cognito says it.
        let in_words = json!({"email_verified": "true"});
        let email = house.finish_with(&in_words).await.unwrap().email;
        assert_eq!(email.unwrap().as_str(), "jo@works.example");
        for changes in [
            json!({"email_verified": false}),
            json!({"email_verified": null}),
            json!({"email_verified": "false"}),
            json!({"email_verified": "yes"}),
            json!({"email_verified": 1}),
            json!({"email_verified": ["true"]}),
            json!({"email": null}),
            json!({"email": "no address"}),
        ] {
            let vouched = house.finish_with(&changes).await.unwrap();
            assert_eq!(vouched.email, None, "{changes}");
        }
    }
}

/// Auth0's issuers end in a slash: it belongs to the name, and not to the place of what is published.
#[tokio::test]
async fn an_issuer_is_what_its_discovery_says_to_the_letter() {
    let house = House::at("/", Signer::ec("k1"), |_, _| {}).await;
    house.provider.begin(&house.journey).await.unwrap();
    let issuer = format!("{}/", house.server.uri());
    let vouched = house.finish_with(&json!({ "iss": issuer })).await.unwrap();
    assert_eq!(vouched.identity.issuer, issuer);
    assert_eq!(
        reason(house.finish_with(&json!({})).await),
        "the token is of another issuer",
        "without the slash it is another"
    );
    let without = |discovery: &mut Value, _: &mut Value| {
        let issuer = discovery["issuer"].as_str().unwrap().trim_end_matches('/');
        discovery["issuer"] = json!(issuer);
    };
    let house = House::at("/", Signer::ec("k1"), without).await;
    let begun = house.provider.begin(&house.journey).await;
    assert!(
        matches!(begun, Err(SignInError::Refused { .. })),
        "{begun:?}"
    );
}

#[tokio::test]
async fn a_domain_is_governed_where_it_is_named() {
    let house = House::new(Signer::ec("k1")).await;
    for (address, governed) in [
        ("jo@works.example", true),
        ("jo@mail.works.example", false),
        ("jo@example.com", false),
    ] {
        let address = address.parse().unwrap();
        assert_eq!(house.provider.governs(&address), governed, "{address}");
    }
}

#[tokio::test]
async fn claims_that_lie() {
    let house = House::new(Signer::ec("k1")).await;
    let unreadable = "the signature or a claim is wrong";
    for (changes, told) in [
        (
            json!({"iss": "https://id.example"}),
            "the token is of another issuer",
        ),
        (
            json!({"iss": format!("{}/", house.server.uri())}),
            "the token is of another issuer",
        ),
        (json!({"iss": null}), unreadable),
        (json!({"aud": "other"}), "the token is for somebody else"),
        (json!({"aud": []}), "the token is for somebody else"),
        (
            json!({"aud": ["apx", "other"]}),
            "the token is for somebody else",
        ),
        (json!({"azp": "other"}), "the token is for somebody else"),
        (json!({"aud": null}), unreadable),
        (json!({"exp": NOW - 60}), "the time of the token is not now"),
        (json!({"iat": NOW + 61}), "the time of the token is not now"),
        (json!({"nbf": NOW + 61}), "the time of the token is not now"),
        (json!({"exp": (NOW + 300).to_string()}), unreadable),
        (json!({"exp": null}), unreadable),
        (
            json!({"nonce": "another nonce"}),
            "the token is of another journey",
        ),
        (json!({"nonce": null}), "the token is of another journey"),
        (json!({"sub": ""}), "the subject is empty or too long"),
        (
            json!({"sub": "x".repeat(256)}),
            "the subject is empty or too long",
        ),
        (json!({"sub": null}), unreadable),
    ] {
        assert_eq!(reason(house.finish_with(&changes).await), told, "{changes}");
    }
}

#[tokio::test]
async fn signatures_that_lie() {
    let house = House::new(Signer::rsa("k1")).await;
    let claims = house.claims();
    let good = house.signer.sign(&claims);
    house.finish(good.clone()).await.unwrap();
    let pieces: Vec<_> = good.split('.').collect();
    let part = |json: &Value| base64url(json.to_string().as_bytes());
    let mut other = claims.clone();
    other["sub"] = json!("18");
    let none = part(&json!({"alg": "none", "kid": "k1"}));
    let modulus = house.signer.jwk()["n"].as_str().unwrap().to_owned();
    let swapped = Signer {
        algorithm: Algorithm::HS256,
        kid: "k1",
        key: EncodingKey::from_secret(modulus.as_bytes()),
    };
    let signature = "the signature or a claim is wrong";
    let algorithm = "the token is signed with an algorithm that is not taken";
    for (what, token, told) in [
        (
            "other claims",
            format!("{}.{}.{}", pieces[0], part(&other), pieces[2]),
            signature,
        ),
        ("another key", Signer::rsa("k1").sign(&claims), signature),
        (
            "no signature",
            format!("{}.{}.", pieces[0], pieces[1]),
            signature,
        ),
        (
            "the public key as a secret",
            swapped.sign(&claims),
            algorithm,
        ),
        ("an EC key", Signer::ec("k1").sign(&claims), algorithm),
        (
            "none",
            format!("{none}.{}.", pieces[1]),
            "the token cannot be read",
        ),
        ("no token", "token".to_owned(), "the token cannot be read"),
        (
            "no key id",
            house.signer.sign_as(&claims, None),
            "the token is signed with an unknown key",
        ),
        (
            "an unknown key id",
            house.signer.sign_as(&claims, Some("k2")),
            "the token is signed with an unknown key",
        ),
    ] {
        assert_eq!(reason(house.finish(token).await), told, "{what}");
    }
}

#[tokio::test]
async fn unknown_key_ids_fetch_keys_once_a_minute() {
    let house = House::new(Signer::ec("k1")).await;
    house.finish_with(&json!({})).await.unwrap();
    for n in 0..100 {
        let kid = format!("unknown {n}");
        let token = house.signer.sign_as(&house.claims(), Some(&kid));
        reason(house.finish(token).await);
    }
    assert_eq!(house.fetches_of_keys().await, 1);
    house.finish_with(&json!({})).await.unwrap();
}

#[tokio::test]
async fn a_code_that_is_not_ours_is_refused() {
    let house = House::new(Signer::ec("k1")).await;
    let now = Timestamp::from_second(NOW).unwrap();
    let stranger = Journey {
        verifier: Secret::new("another verifier".to_owned()),
        ..journey()
    };
    let told = "it refuses what it was sent";
    assert_eq!(
        reason(house.provider.finish("the code", &stranger, now).await),
        told
    );
    let other = house
        .provider
        .finish("another code", &house.journey, now)
        .await;
    assert_eq!(reason(other), told);
}

#[tokio::test]
async fn discovery_that_lies() {
    let other_issuer = |discovery: &mut Value, _: &mut Value| {
        discovery["issuer"] = json!("https://id.example");
    };
    let house = House::publishing(Signer::ec("k1"), other_issuer).await;
    let begun = house.provider.begin(&house.journey).await;
    assert!(
        matches!(begun, Err(SignInError::Refused { .. })),
        "{begun:?}"
    );
    let no_scheme = |discovery: &mut Value, _: &mut Value| {
        discovery["token_endpoint"] = json!("file:///etc/passwd");
    };
    let house = House::publishing(Signer::ec("k1"), no_scheme).await;
    assert_eq!(
        reason(house.finish_with(&json!({})).await),
        "an endpoint is not reached over TLS"
    );
    let encryption = |_: &mut Value, keys: &mut Value| keys["keys"][1]["use"] = json!("enc");
    let house = House::publishing(Signer::ec("k1"), encryption).await;
    assert_eq!(
        reason(house.finish_with(&json!({})).await),
        "the token is signed with an algorithm that is not taken"
    );
}

#[tokio::test]
async fn a_provider_that_is_down_is_not_asked_again_and_again() {
    let house = House::new(Signer::ec("k1")).await;
    let broken = Mock::given(method("GET"))
        .and(path("/keys"))
        .respond_with(ResponseTemplate::new(500))
        .with_priority(1)
        .mount_as_scoped(&house.server)
        .await;
    for _ in 0..5 {
        let outcome = house.finish_with(&json!({})).await;
        assert!(
            matches!(outcome, Err(SignInError::Unavailable { .. })),
            "{outcome:?}"
        );
    }
    assert_eq!(house.fetches_of_keys().await, 1);
    drop(broken);
}
