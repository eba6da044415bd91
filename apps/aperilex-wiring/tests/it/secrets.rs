//! Nothing secret is in what is shown of settings, or of what is put together from them.

use aperilex_wiring::Graph;
use aperilex_wiring::settings::Layers;
use serde_json::{Value, json};

/// A secret for each place that takes one, each of its own.
fn secrets(dir: &std::path::Path) -> Value {
    json!({
        "data_dir": dir,
        "database": {"provider": "sqlite"},
        "notices": {"provider": "smtp", "settings": {
            "host": "127.0.0.1", "port": 2525, "from": "apx@example.com", "security": "none",
            "user": "apx", "password": "hunter2-mail-9f1c5b7d3e8a4602",
        }},
        "auth": {
            "jwt": {
                "current": {"kid": "a", "secret": "hunter2-now-1c5b7d3e8a4602b1d7c9e5f3"},
                "previous": {"kid": "b", "secret": "hunter2-before-3d1e7a95b2f4860d8e4a1c"},
            },
            "challenge": {"url": "https://c.example.com", "secret": "hunter2-challenge"},
            "oidc": [{
                "name": "works", "issuer": "https://id.example.com", "client_id": "apx",
                "client_secret": "hunter2-client", "email_domains": ["*"],
                "redirect_url": "https://apx.example.com/api/v1/oidc/callback",
            }],
        },
        "payments": {"webhook_secret": "hunter2-payments-9f1c5b7d3e8a4602b1d7c9e5"},
    })
}

#[tokio::test]
async fn nothing_secret_is_shown() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("settings.json");
    std::fs::write(&file, secrets(dir.path()).to_string()).unwrap();
    let environment = [
        ("APERILEX_AUTH__CHALLENGE__SECRET", "hunter2-environment"),
        ("APERILEX_API__HEARTBEAT_S", "9"),
    ];
    let layers = Layers::default().file(&file).unwrap().environment(
        environment
            .map(|(name, value)| (name.into(), value.into()))
            .into_iter(),
    );
    let shown_layers = format!("{layers:?} {layers:#?}");
    let settings = layers.settings().unwrap();
    assert_eq!(settings.auth["challenge"]["secret"], "hunter2-environment");
    let graph = Graph::without_source(&settings).await.unwrap();
    let shown = format!("{shown_layers} {settings:?} {settings:#?} {graph:?} {graph:#?}");
    let around = shown
        .find("hunter2")
        .map(|at| &shown[at.saturating_sub(99)..at]);
    assert_eq!(around, None);
    // What is no secret is shown all the same.
    for plain in [
        "settings.json",
        "APERILEX_AUTH__CHALLENGE__SECRET",
        "Smtp",
        "poll_ms",
    ] {
        assert!(shown.contains(plain), "{plain}");
    }
    // A URL of a database has a password in it, and so may what an adapter does not know.
    let mut layers = Layers::default();
    let url = "postgres://apx:hunter2@127.0.0.1/apx";
    let postgres = json!({"provider": "postgres", "settings": {"url": url}});
    layers.set(&["database"], postgres);
    let layered = format!("{layers:?}");
    let shown = format!("{layered} {:?}", layers.settings().unwrap());
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("Postgres(Some(…))"), "{shown}");
}
