//! Who may do what: keys, suspension, other people's things, quotas.

use aperilex_api::ApiSettings;
use aperilex_core::{AccountStatus, Tier};
use serde_json::Value;

use crate::world::{Answer, World, body, call, filing_id};

/// Every protected operation with the ids of the first account's things, as method and path.
fn protected(world_ids: &[(&str, String)]) -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&aperilex_api::openapi_json()).unwrap();
    let mut all = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            if operation["security"].is_array() {
                let fill = |path: String, (name, id): &(&str, String)| path.replace(name, id);
                let path = world_ids.iter().fold(path.clone(), fill);
                assert!(!path.contains('{'), "{path}");
                all.push((method.to_uppercase(), path));
            }
        }
    }
    all
}

async fn ids(world: &World) -> Vec<(&'static str, String)> {
    let analysis = world.analysed().await;
    let task = world.get("/api/v1/tasks").await.json()["items"][0]["task_id"].clone();
    let keys = world.get("/api/v1/keys").await.json();
    let key = keys["items"][0]["key_id"].as_str().unwrap().to_owned();
    let wanted = serde_json::json!({"filings": [{"accession": "0001999999-26-999999"}]});
    let import = world
        .ask(call("POST", "/api/v1/imports").json(&wanted))
        .await
        .json();
    vec![
        (
            "{import_id}",
            import["import_id"].as_str().unwrap().to_owned(),
        ),
        ("{analysis_id}", analysis),
        ("{task_id}", task.as_str().unwrap().to_owned()),
        ("{filing_id}", filing_id()),
        ("{key_id}", key),
        ("{part}", "I".to_owned()),
        ("{item}", "1A".to_owned()),
        ("{month}", "2026-11".to_owned()),
        ("{account_id}", uuid::Uuid::from_u128(8).to_string()),
        ("{entry_id}", uuid::Uuid::from_u128(8).to_string()),
        ("{letter_id}", "1".to_owned()),
    ]
}

#[tokio::test]
async fn every_answer_that_counts_says_what_is_left() {
    let document: Value = serde_json::from_str(&aperilex_api::openapi_json()).unwrap();
    let mut seen = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            if method == "get" || !operation["security"].is_array() {
                continue;
            }
            // Whatever becomes of it: of most nothing is there, or nothing was sent.
            let world = World::new().await;
            let pieces = path.split('/').map(|piece| match piece.starts_with('{') {
                true => uuid::Uuid::nil().to_string(),
                false => piece.to_owned(),
            });
            let path = pieces.collect::<Vec<_>>().join("/");
            let answer = world.ask(call(&method.to_uppercase(), &path)).await;
            let status = answer.status;
            let left = answer.header("ratelimit");
            assert!(
                left.starts_with("\"hour\";r=999, "),
                "{method} {path} {status}: {left}"
            );
            let policy = answer.header("ratelimit-policy");
            assert!(
                policy.starts_with("\"hour\";q=1000;w=3600"),
                "{method} {path}: {policy}"
            );
            seen += 1;
        }
    }
    assert!(seen > 15, "{seen}");
}

#[tokio::test]
async fn b33_nobody_gets_in_without_a_key() {
    let world = World::new().await;
    let wrong = format!("{}0", &world.key[..world.key.len() - 1]);
    let bearer = format!("Bearer {}", world.key);
    for (method, path) in protected(&ids(&world).await) {
        let call = || call(&method, &path);
        for (attempt, call) in [
            ("none", call()),
            ("bare", call().header("authorization", "Bearer")),
            ("empty", call().header("authorization", "Bearer ")),
            ("basic", call().header("authorization", "Basic YTpi")),
            ("wrong", call().key(&wrong)),
            ("other", call().key("sk-1234")),
            (
                "two",
                call()
                    .header("authorization", &bearer)
                    .header("authorization", &bearer),
            ),
        ] {
            let answer = world.send(call).await;
            assert_eq!(
                (answer.status.as_u16(), answer.problem().as_str()),
                (401, "unauthenticated"),
                "{attempt} {method} {path}"
            );
            assert_eq!(
                answer.header("www-authenticate"),
                "Bearer realm=\"aperilex\""
            );
        }
    }
}

#[tokio::test]
async fn a_key_in_the_url_is_refused() {
    let world = World::new().await;
    let answer = world
        .send(call("GET", format!("/api/v1/me?token={}", world.key)))
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.problem().as_str()),
        (400, "credentials-in-url")
    );
    assert!(!String::from_utf8_lossy(&answer.bytes).contains(&world.key));
}

#[tokio::test]
async fn b15_what_is_others_does_not_exist() {
    let world = World::new().await;
    let ids = ids(&world).await;
    let stranger = world.account("stranger", Tier::Professional, 0).await;
    for (method, path) in protected(&ids)
        .into_iter()
        .filter(|(_, path)| path.matches('-').count() >= 4 && !path.contains("/admin/"))
    {
        let theirs = world.send(call(&method, &path).key(&stranger)).await;
        assert_eq!(theirs.status, 404, "{method} {path}");
        let nobody = uuid::Uuid::from_u128(9).to_string();
        let unknown = ids
            .iter()
            .fold(path.clone(), |path, (_, id)| match id.len() {
                36 => path.replace(id.as_str(), &nobody),
                _ => path,
            });
        let unknown = world.send(call(&method, &unknown).key(&stranger)).await;
        // All of it, but what the client said itself and the number of its request.
        let told = |answer: &Answer| {
            let mut problem = answer.json();
            for own in ["instance", "request_id"] {
                problem[own].take();
            }
            let all = ids.iter().map(|(_, id)| id).filter(|id| id.len() == 36);
            let all = all.chain([&nobody]);
            let shown = all.fold(problem.to_string(), |text, id| {
                text.replace(id.as_str(), "ID")
            });
            let names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
            (shown, names)
        };
        assert_eq!(told(&theirs), told(&unknown), "{method} {path}");
    }
    for list in ["analyses", "tasks", "billing/entries"] {
        let answer = world
            .send(call("GET", format!("/api/v1/{list}")).key(&stranger))
            .await;
        assert_eq!(answer.json()["items"], serde_json::json!([]), "{list}");
    }
}

#[tokio::test]
async fn b35_keys_that_were_good_or_nearly_are() {
    let world = World::new().await;
    let make = async |rest: &str| {
        let body = format!(r#"{{"name":"k"{rest}}}"#);
        let made = world.ask(call("POST", "/api/v1/keys").body(body)).await;
        let made = made.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&made["secret"]), text(&made["key"]["key_id"]))
    };
    let (whole, id) = make("").await;
    let (brief, _) = make(r#","expires_at":"2026-11-02T10:30:00Z""#).await;
    let me = async |key: &str| world.send(call("GET", "/api/v1/me").key(key)).await;
    for key in [&whole, &brief] {
        assert_eq!(me(key).await.status, 200);
    }
    let gone = format!("/api/v1/keys/{id}");
    assert_eq!(world.ask(call("DELETE", gone)).await.status, 204);
    world
        .memory
        .clock
        .advance(std::time::Duration::from_secs(3_600));
    // The prefix is shown in lists; the rest of a key is what counts, to its last digit.
    let (good, digits) = (&world.key, world.key.len());
    let last = if good.ends_with('0') { '1' } else { '0' };
    let prefix = &good[..digits - 40];
    let mut told = Vec::new();
    for (what, key) in [
        ("revoked", whole.clone()),
        ("expired", brief.clone()),
        ("another end", format!("{}{last}", &good[..digits - 1])),
        ("another secret", format!("{prefix}{}", "0".repeat(40))),
        ("the prefix alone", prefix.to_owned()),
        ("shorter", good[..digits - 1].to_owned()),
        ("longer", format!("{good}0")),
        ("in capitals", good.to_uppercase()),
        ("of nobody", format!("apx_live_{}", "0".repeat(64))),
    ] {
        let answer = me(&key).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem().as_str()),
            (401, "unauthenticated"),
            "{what}"
        );
        assert_eq!(
            answer.header("www-authenticate"),
            "Bearer realm=\"aperilex\""
        );
        let detail = answer.json()["detail"].clone();
        assert!(
            !detail.as_str().unwrap().contains(prefix),
            "{what}: {detail}"
        );
        told.push(detail);
    }
    told.dedup();
    assert_eq!(told.len(), 1, "nobody learns which it was: {told:?}");
    assert_eq!(me(good).await.status, 200);
}

#[tokio::test]
async fn a_suspended_account_may_nothing() {
    let world = World::new().await;
    // No operation suspends an account yet, so this one is made suspended.
    use aperilex_core::ports::{AccountStore, Clock, IdSource};
    let now = world.memory.clock.now();
    let account = aperilex_core::Account {
        id: aperilex_core::UserId::from_uuid(world.memory.ids.uuid_v7(now)),
        email: "bad@example.com".parse().unwrap(),
        tier: Tier::Basic,
        status: AccountStatus::Suspended,
        role: aperilex_core::Role::Member,
        contract: None,
        created_at: now,
    };
    let accounts: std::sync::Arc<dyn AccountStore> = world.memory.stores.stores().accounts;
    accounts.create(&account).await.unwrap();
    let whole = aperilex_core::NewKey::whole("key");
    let key = world
        .engine
        .issue_key(account.id, &whole)
        .await
        .unwrap()
        .secret;
    for (method, path) in protected(&ids(&world).await) {
        let answer = world.send(call(&method, &path).key(key.reveal())).await;
        assert_eq!(answer.problem(), "account-suspended", "{method} {path}");
    }
}

#[tokio::test]
async fn b29_the_quota_counts_changes_and_not_reads() {
    let mut settings = crate::world::settings();
    settings.plans.professional.requests_per_hour = Some(3);
    let world = World::with(|_| {}, settings, ApiSettings::default()).await;
    for _ in 0..20 {
        assert_eq!(world.get("/api/v1/me").await.status, 200);
    }
    let quote = || call("POST", "/api/v1/quotes").json(&body());
    // What cannot be understood counts too: the quota is asked before the body is read.
    assert_eq!(
        world
            .ask(call("POST", "/api/v1/quotes").body("{"))
            .await
            .status,
        400
    );
    let second = world.ask(quote()).await;
    assert_eq!(second.header("ratelimit"), r#""hour";r=1, "day";r=9998"#);
    assert_eq!(world.ask(quote()).await.status, 200);
    let refused = world.ask(quote()).await;
    assert_eq!(
        (refused.status.as_u16(), refused.problem().as_str()),
        (429, "quota-exceeded")
    );
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert_eq!(wait, 3_600, "exactly when the first leaves");
    assert_eq!(
        refused.header("ratelimit"),
        format!(r#""hour";r=0;t={wait}, "day";r=9997"#)
    );
    assert_eq!(
        refused.header("ratelimit-policy"),
        r#""hour";q=3;w=3600, "day";q=10000;w=86400"#
    );
    assert_eq!(world.get("/api/v1/me").await.status, 200, "reads go on");
    let entries = world.get("/api/v1/billing/entries").await.json();
    let charges = entries["items"].as_array().unwrap().iter();
    let negative = |entry: &&Value| entry["amount_usd"].as_str().unwrap().starts_with('-');
    assert_eq!(charges.filter(negative).count(), 0, "not charged");
    world
        .memory
        .clock
        .advance(std::time::Duration::from_secs(wait));
    assert_eq!(world.ask(quote()).await.status, 200);
}
