//! Keys and what they are for; signing up, in and out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aperilex_api::ApiSettings;
use aperilex_core::ports::{
    IdentityProvider, Journey, NoticeKind, OutboxItem, PasswordMatch, Passwords, SignInError,
    Vouched,
};
use aperilex_core::{Email, ExternalIdentity, Password, PasswordHash, Tier, Timestamp};
use async_trait::async_trait;
use serde_json::{Value, json};

use crate::world::{Answer, World, body, call, settings};

pub(crate) const PASSWORD: &str = "a long enough password";

/// Sends a body without credentials.
async fn post(world: &World, path: &str, body: &Value) -> Answer {
    let call = call("POST", format!("/api/v1/{path}")).json(body);
    world.send(call).await
}

/// What is to be told to accounts, since the last call.
async fn letters(world: &World) -> Vec<NoticeKind> {
    let outbox = &world.engine.ports().stores.outbox;
    let (now, never) = (Timestamp::MIN, Timestamp::MAX);
    let rows = outbox.next_notices(99, never, now).await.unwrap();
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    outbox.mark_sent(&ids, now).await.unwrap();
    let kinds = rows.into_iter().filter_map(|row| match row.item {
        OutboxItem::Notice(notice) => Some(notice.kind),
        _ => None,
    });
    let about_signing_in = |kind: &NoticeKind| kind.is_secret();
    kinds.filter(about_signing_in).collect()
}

/// The token of the one letter that was written.
pub(crate) async fn token(world: &World) -> String {
    match &letters(world).await[..] {
        [NoticeKind::Verification { token } | NoticeKind::PasswordReset { token }] => {
            token.reveal().to_owned()
        }
        other => panic!("{other:?}"),
    }
}

/// Somebody who has signed up and in.
pub(crate) async fn signed_in(world: &World, email: &str) -> Value {
    let answer = post(world, "accounts", &json!({"email": email})).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    let body = json!({"token": token(world).await, "password": PASSWORD});
    let answer = post(world, "accounts/verification", &body).await;
    assert_eq!(answer.status, 204, "{answer:?}");
    let answer = post(
        world,
        "sessions",
        &json!({"email": email, "password": PASSWORD}),
    )
    .await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.json()
}

fn text<'a>(document: &'a Value, name: &str) -> &'a str {
    document[name].as_str().unwrap()
}

pub(crate) async fn keys(world: &World) {
    let made = world
        .ask(call("POST", "/api/v1/keys").json(&json!({
            "name": "reports", "scopes": ["read", "billing"], "expires_at": "2026-12-01T00:00:00Z",
        })))
        .await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.header("cache-control"), "no-store");
    let made = made.json();
    let secret = text(&made, "secret");
    let key = &made["key"];
    assert_eq!(
        (&key["name"], &key["scopes"]),
        (&json!("reports"), &json!(["read", "billing"]))
    );
    assert!(secret.starts_with(text(key, "prefix")) && secret.len() == 73);
    let me = world.send(call("GET", "/api/v1/me").key(secret)).await;
    assert_eq!(me.status, 200);
    let list = world.get("/api/v1/keys").await;
    let newest = &list.json()["items"][0];
    assert_eq!(
        (&newest["key_id"], &newest["expires_at"]),
        (&key["key_id"], &key["expires_at"])
    );
    assert!(newest["used_at"].is_string() && newest.get("revoked_at").is_none());
    assert!(
        !String::from_utf8(list.bytes).unwrap().contains(secret),
        "shown once"
    );
    let path = format!("/api/v1/keys/{}", text(key, "key_id"));
    for _ in 0..2 {
        assert_eq!(world.ask(call("DELETE", &path)).await.status, 204);
    }
    let gone = world.send(call("GET", "/api/v1/me").key(secret)).await;
    assert_eq!(
        gone.problem(),
        "unauthenticated",
        "at once, in this process"
    );
    assert!(world.get("/api/v1/keys").await.json()["items"][0]["revoked_at"].is_string());
}

pub(crate) async fn sign_up(world: &World) {
    let session = signed_in(world, "new@example.com").await;
    assert_eq!(
        (&session["token_type"], &session["expires_in_s"]),
        (&json!("Bearer"), &json!(900))
    );
    let me = call("GET", "/api/v1/me").key(text(&session, "access_token"));
    let me = world.send(me).await.json();
    assert_eq!(
        (&me["email"], &me["tier"]),
        (&json!("new@example.com"), &json!("demo"))
    );
    assert_eq!(me["account_id"], session["account_id"]);
}

pub(crate) async fn reset(world: &World) {
    let session = signed_in(world, "new@example.com").await;
    world.memory.clock.advance(Duration::from_secs(61));
    let answer = post(
        world,
        "passwords/reset",
        &json!({"email": "new@example.com"}),
    )
    .await;
    assert_eq!(answer.status, 202);
    let body = json!({"token": token(world).await, "password": "quite another password"});
    assert_eq!(post(world, "passwords", &body).await.status, 204);
    let again = post(world, "passwords", &body).await;
    assert_eq!(
        (
            again.problem().as_str(),
            &again.json()["errors"][0]["pointer"]
        ),
        ("invalid-field", &json!("/token"))
    );
    let me = call("GET", "/api/v1/me").key(text(&session, "access_token"));
    assert_eq!(world.send(me).await.problem(), "unauthenticated");
    let old = json!({"email": "new@example.com", "password": PASSWORD});
    let failed = post(world, "sessions", &old).await;
    assert_eq!(
        (failed.status.as_u16(), failed.problem().as_str()),
        (401, "sign-in-failed")
    );
    assert_eq!(
        failed.header("www-authenticate"),
        "Bearer realm=\"aperilex\""
    );
}

pub(crate) async fn session(world: &World) {
    let first = signed_in(world, "new@example.com").await;
    let refresh = json!({"refresh_token": first["refresh_token"]});
    let second = post(world, "sessions/refresh", &refresh).await;
    assert_eq!(
        (second.status.as_u16(), second.header("cache-control")),
        (200, "no-store")
    );
    let second = second.json();
    assert_eq!(second["session_id"], first["session_id"]);
    let raced = post(world, "sessions/refresh", &refresh).await;
    assert_eq!(raced.status, 200, "another tab");
    let raced = raced.json();
    assert_eq!(raced["session_id"], first["session_id"]);
    let me = call("GET", "/api/v1/me").key(text(&raced, "access_token"));
    assert_eq!(world.send(me).await.status, 200);
    let access = text(&second, "access_token");
    let end = || call("DELETE", "/api/v1/sessions/current");
    assert_eq!(world.send(end().key(access)).await.status, 204);
    assert_eq!(
        world.send(end().key(access)).await.problem(),
        "unauthenticated"
    );
    assert_eq!(
        world.ask(end()).await.problem(),
        "not-found",
        "a key has no session"
    );
    let again = json!({"email": "new@example.com", "password": PASSWORD});
    let stolen = post(world, "sessions", &again).await.json();
    let refresh = json!({"refresh_token": stolen["refresh_token"]});
    assert_eq!(post(world, "sessions/refresh", &refresh).await.status, 200);
    world.memory.clock.advance(Duration::from_secs(11));
    let late = post(world, "sessions/refresh", &refresh).await;
    assert_eq!(
        (late.status.as_u16(), late.problem().as_str()),
        (401, "session-expired")
    );
}

/// Vouches for one person.
#[derive(Debug)]
pub(crate) struct Works;

#[async_trait]
impl IdentityProvider for Works {
    fn name(&self) -> &'static str {
        "works"
    }

    fn tier(&self) -> Tier {
        Tier::Enterprise
    }

    fn governs(&self, _: &Email) -> bool {
        false
    }

    async fn begin(&self, journey: &Journey) -> Result<String, SignInError> {
        Ok(format!(
            "https://id.example.com/authorize?state={}",
            journey.state
        ))
    }

    async fn finish(&self, code: &str, _: &Journey, _: Timestamp) -> Result<Vouched, SignInError> {
        if code != "good" {
            let reason = "the code is another one";
            return Err(SignInError::Refused { reason });
        }
        let identity = ExternalIdentity {
            issuer: "https://id.example.com".to_owned(),
            subject: "17".to_owned(),
        };
        let email = "jo@works.example".parse().ok();
        Ok(Vouched { identity, email })
    }
}

pub(crate) async fn elsewhere() {
    let provide = |ports: &mut aperilex_core::ports::Ports| {
        ports.sign_in.providers = vec![Arc::new(Works)];
    };
    let world = World::with(provide, settings(), ApiSettings::default()).await;
    let begin = call("GET", "/api/v1/oidc/login?provider=works");
    let away = world.send(begin).await;
    assert_eq!(
        (away.status.as_u16(), away.header("cache-control")),
        (303, "no-store")
    );
    let state = away.header("location").split_once("state=").unwrap().1;
    let cookie = away.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-aperilex-oidc=works."),
        "{cookie}"
    );
    assert!(
        cookie.ends_with("; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax"),
        "{cookie}"
    );
    let cookie = cookie.split(';').next().unwrap();
    assert!(!cookie.contains(state) && !away.header("location").contains(cookie));
    let back = |query: &str| call("GET", format!("/api/v1/oidc/callback?{query}"));
    for (query, carried) in [
        (format!("code=good&state={state}"), None),
        ("code=good&state=other".to_owned(), Some(cookie)),
        (format!("code=bad&state={state}"), Some(cookie)),
        (
            format!("code=good&state={state}&error=access_denied"),
            Some(cookie),
        ),
        (format!("state={state}"), Some(cookie)),
    ] {
        let call = match carried {
            Some(cookie) => back(&query).header("cookie", cookie),
            None => back(&query),
        };
        let answer = world.send(call).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem().as_str()),
            (401, "sign-in-failed"),
            "{query}"
        );
    }
    let twice = back(&format!("code=good&code=bad&state={state}")).header("cookie", cookie);
    assert_eq!(world.send(twice).await.problem(), "invalid-field");
    // As Google, Microsoft and others send it.
    let query = format!(
        "code=good&state={state}&iss=https%3A%2F%2Fid.example.com&scope=email+openid&authuser=0&hd=a.example&prompt=none&x"
    );
    let arrived = world.send(back(&query).header("cookie", cookie)).await;
    assert_eq!(
        (arrived.status.as_u16(), arrived.header("cache-control")),
        (200, "no-store")
    );
    assert!(arrived.header("set-cookie").contains("Max-Age=0"));
    let me = call("GET", "/api/v1/me").key(text(&arrived.json(), "access_token"));
    let me = world.send(me).await.json();
    assert_eq!(
        (&me["email"], &me["tier"]),
        (&json!("jo@works.example"), &json!("enterprise"))
    );
    let unknown = world
        .send(call("GET", "/api/v1/oidc/login?provider=other"))
        .await;
    assert_eq!(unknown.problem(), "not-found");
}

pub(crate) async fn close(world: &World) {
    let session = signed_in(world, "new@example.com").await;
    let access = text(&session, "access_token");
    let answer = world.send(call("DELETE", "/api/v1/me").key(access)).await;
    assert_eq!(answer.status, 204);
    let me = world.send(call("GET", "/api/v1/me").key(access)).await;
    assert_eq!(me.problem(), "unauthenticated");
    let refresh = json!({"refresh_token": session["refresh_token"]});
    assert_eq!(
        post(world, "sessions/refresh", &refresh).await.problem(),
        "session-expired"
    );
    world.memory.clock.advance(Duration::from_secs(61));
    signed_in(world, "new@example.com").await;
}

/// Every operation that needs credentials refuses a key that is not for it, and takes one that is.
#[tokio::test]
async fn keys_are_for_what_they_say() {
    let world = World::new().await;
    let key = async |scopes: Value| {
        let made = call("POST", "/api/v1/keys").json(&json!({"name": "k", "scopes": scopes}));
        let made = world.ask(made).await;
        assert_eq!(made.status, 201, "{made:?}");
        text(&made.json(), "secret").to_owned()
    };
    let operations = [
        ("read", call("GET", "/api/v1/tasks")),
        ("read", call("POST", "/api/v1/quotes").json(&body())),
        ("billing", call("GET", "/api/v1/billing/entries")),
        ("analyse", call("POST", "/api/v1/analyses").json(&body())),
    ];
    for scope in ["read", "analyse", "import", "billing", "admin"] {
        let key = key(json!([scope])).await;
        for (needed, call) in &operations {
            let answer = world.send(call.clone().key(&key)).await;
            let refused = answer.status == 403 && answer.problem() == "scope-missing";
            assert_eq!(refused, scope != *needed, "{scope} {needed}: {answer:?}");
        }
        for call in [call("GET", "/api/v1/keys"), call("DELETE", "/api/v1/me")] {
            let answer = world.send(call.clone().key(&key)).await;
            let reads = scope == "read" && answer.status == 200;
            assert!(
                reads || answer.problem() == "scope-missing",
                "{scope}: {call:?}"
            );
        }
    }
    let nothing = key(json!([])).await;
    let answer = world.send(call("GET", "/api/v1/me").key(&nothing)).await;
    assert_eq!(answer.problem(), "scope-missing");
}

#[tokio::test]
async fn a_key_makes_no_key_for_more_or_longer() {
    let world = World::new().await;
    let member = json!(["read", "analyse", "import", "billing"]);
    let wanted = json!({"name": "k", "scopes": member, "expires_at": "2026-11-05T00:00:00Z"});
    let made = world
        .ask(call("POST", "/api/v1/keys").json(&wanted))
        .await
        .json();
    let own = text(&made, "secret");
    let make = async |body: Value| {
        let call = call("POST", "/api/v1/keys").key(own).json(&body);
        world.send(call).await
    };
    let more = make(json!({"name": "k", "scopes": ["admin"]})).await;
    assert_eq!(more.problem(), "scope-missing");
    let longer = make(json!({"name": "k", "expires_at": "2027-01-01T00:00:00Z"}))
        .await
        .json();
    assert_eq!(longer["key"]["expires_at"], "2026-11-05T00:00:00Z");
    assert_eq!(longer["key"]["scopes"], member, "all but admin");
    let for_ever = make(json!({"name": "k"})).await.json();
    assert_eq!(for_ever["key"]["expires_at"], "2026-11-05T00:00:00Z");
    let past = make(json!({"name": "k", "expires_at": "2026-11-02T09:30:00Z"})).await;
    assert_eq!(past.problem(), "out-of-range");
    for (name, wrong) in [
        ("name", json!({"name": " "})),
        ("name", json!({"name": "two\nlines"})),
        ("name", json!({"name": "x".repeat(101)})),
        ("scopes/0", json!({"name": "k", "scopes": ["write"]})),
        ("expires_at", json!({"name": "k", "expires_at": "tomorrow"})),
    ] {
        let answer = make(wrong).await;
        assert_eq!(
            answer.json()["errors"][0]["pointer"],
            format!("/{name}"),
            "{answer:?}"
        );
    }
    world
        .memory
        .clock
        .advance(Duration::from_secs(3 * 24 * 60 * 60));
    let late = make(json!({"name": "k"})).await;
    assert_eq!(late.problem(), "unauthenticated", "past its time");
}

/// Same status, same body, and the same time: what is done behind it differs.
#[tokio::test]
async fn nobody_learns_who_has_an_account() {
    let world = World::new().await;
    signed_in(&world, "new@example.com").await;
    world.memory.clock.advance(Duration::from_secs(61));
    for path in ["accounts", "passwords/reset"] {
        let mut seen = Vec::new();
        for email in ["new@example.com", "nobody@example.com"] {
            let begin = Instant::now();
            let answer = post(&world, path, &json!({"email": email})).await;
            assert!(begin.elapsed() >= Duration::from_millis(250), "{path}");
            let headers = answer
                .headers
                .keys()
                .map(ToString::to_string)
                .collect::<Vec<_>>();
            seen.push((answer.status, answer.bytes, headers));
        }
        assert_eq!(seen[0], seen[1], "{path}");
    }
    let failed = async |email: &str| {
        let body = json!({"email": email, "password": "not the right password"});
        let mut problem = post(&world, "sessions", &body).await.json();
        problem["request_id"].take();
        problem
    };
    assert_eq!(
        failed("new@example.com").await,
        failed("other@example.com").await
    );
}

#[tokio::test]
async fn addresses_that_are_none() {
    let world = World::new().await;
    let long = format!("{}@example.com", "a".repeat(300));
    for email in ["jo@aperilex.invalid", "jo@mail.test", "jo@a.localhost"] {
        let answer = post(&world, "accounts", &json!({"email": email})).await;
        assert_eq!(answer.problem(), "invalid-field", "{email}");
        assert_eq!(answer.json()["errors"][0]["pointer"], "/email", "{email}");
    }
    for email in [
        long.as_str(),
        "a@example.com\r\nBcc: b@example.com",
        "a@b",
        "ü@example.com",
        "a@exämple.com",
        "",
    ] {
        for path in ["accounts", "passwords/reset"] {
            let answer = post(&world, path, &json!({"email": email})).await;
            assert_eq!(answer.status, 422, "{email}");
            assert_eq!(answer.json()["errors"][0]["pointer"], "/email", "{email}");
        }
    }
    assert_eq!(letters(&world).await, []);
}

/// Tokens that are not ours are told alike, whatever is wrong with them.
#[tokio::test]
async fn tokens_that_are_none() {
    let world = World::new().await;
    let session = signed_in(&world, "new@example.com").await;
    let access = text(&session, "access_token");
    let long = "x".repeat(3_000);
    for token in [
        text(&session, "refresh_token"),
        &access[..access.len() - 1],
        "a.b.c",
        &long,
    ] {
        let answer = world.send(call("GET", "/api/v1/me").key(token)).await;
        assert_eq!(answer.problem(), "unauthenticated", "{token}");
    }
    world.memory.clock.advance(Duration::from_secs(900));
    let late = world.send(call("GET", "/api/v1/me").key(access)).await;
    assert_eq!(late.problem(), "unauthenticated", "though it is remembered");
}

#[tokio::test]
async fn what_is_not_turned_on_is_not_offered() {
    let mut closed = settings();
    closed.accounts.sign_up = false;
    let silent = |ports: &mut aperilex_core::ports::Ports| ports.sign_in.tokens = None;
    let world = World::with(silent, closed, ApiSettings::default()).await;
    let sign_up = post(&world, "accounts", &json!({"email": "new@example.com"})).await;
    assert_eq!(
        (sign_up.status.as_u16(), sign_up.problem().as_str()),
        (403, "not-offered")
    );
    let session = json!({"email": "new@example.com", "password": PASSWORD});
    assert_eq!(
        post(&world, "sessions", &session).await.problem(),
        "not-offered"
    );
    assert_eq!(world.get("/api/v1/me").await.status, 200, "keys work");
}

#[tokio::test]
async fn passwords_are_not_guessed() {
    let world = World::new().await;
    signed_in(&world, "new@example.com").await;
    let attempt = |email: &str, password: &str| json!({"email": email, "password": password});
    for email in ["new@example.com", "nobody@example.com"] {
        for _ in 0..10 {
            let wrong = attempt(email, "not the right password");
            assert_eq!(post(&world, "sessions", &wrong).await.status, 401);
        }
        let right = post(&world, "sessions", &attempt(email, PASSWORD)).await;
        assert_eq!(right.status, 429, "{email}");
        assert_eq!(right.problem(), "quota-exceeded");
        assert_eq!(right.header("retry-after"), "900");
    }
    world.memory.clock.advance(Duration::from_secs(900));
    let right = attempt("new@example.com", PASSWORD);
    assert_eq!(post(&world, "sessions", &right).await.status, 201);
}

/// Has no time for anybody.
#[derive(Debug)]
struct Busy;

#[async_trait]
impl Passwords for Busy {
    async fn hash(&self, _: &Password) -> Result<PasswordHash, SignInError> {
        let (service, after) = ("hashing", Duration::from_millis(1500));
        Err(SignInError::Busy { service, after })
    }

    async fn compare(
        &self,
        password: &Password,
        _: Option<&PasswordHash>,
    ) -> Result<PasswordMatch, SignInError> {
        self.hash(password).await.map(|_| PasswordMatch::No)
    }
}

#[tokio::test]
async fn nobody_waits_in_a_line_without_end() {
    let busy = |ports: &mut aperilex_core::ports::Ports| ports.sign_in.passwords = Arc::new(Busy);
    let world = World::with(busy, settings(), ApiSettings::default()).await;
    let body = json!({"email": "new@example.com", "password": PASSWORD});
    let told = post(&world, "sessions", &body).await;
    assert_eq!(
        (told.status.as_u16(), told.problem().as_str()),
        (503, "unavailable")
    );
    assert_eq!(told.header("retry-after"), "2");
}

#[tokio::test]
async fn keys_come_by_page() {
    let world = World::new().await;
    for n in 0..4 {
        let made = call("POST", "/api/v1/keys").json(&json!({"name": format!("key {n}")}));
        assert_eq!(world.ask(made).await.status, 201);
    }
    let (mut names, mut path) = (Vec::new(), "/api/v1/keys?limit=2".to_owned());
    for left in (0..3).rev() {
        let page = world.get(&path).await.json();
        let items = page["items"].as_array().unwrap();
        names.extend(items.iter().map(|key| text(key, "name").to_owned()));
        assert_eq!(page["next"].is_string(), left > 0, "{page}");
        let next = page["next"].as_str().unwrap_or_default();
        path = format!("/api/v1/keys?limit=2&cursor={next}");
    }
    assert_eq!(names, ["key 3", "key 2", "key 1", "key 0", "first"]);
}
