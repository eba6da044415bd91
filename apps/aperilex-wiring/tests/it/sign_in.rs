//! Signing in for real: slow hashes, signed tokens, SQLite.

use aperilex_core::ports::{NoticeKind, OutboxItem, OutboxMessage, SignInError};
use aperilex_core::{Email, Engine, EngineError, OneTimePurpose, Password, Refusal, Timestamp};
use aperilex_wiring::Graph;
use aperilex_wiring::settings::Layers;
use serde_json::json;

const OLD: &str = "9f1c5b7d3e8a4602b1d7c9e5f3a80614";
const NEW: &str = "c3d1e7a95b2f4860d8e4a1c6b9f70352";

/// An engine on this folder whose tokens are signed with these keys.
async fn engine(dir: &std::path::Path, keys: serde_json::Value) -> Engine {
    let mut layers = Layers::default();
    layers.set(&["data_dir"], json!(dir));
    layers.set(&["accounts", "sign_up"], json!(true));
    layers.set(&["auth", "jwt"], keys);
    // Nothing is sent here: who sends notices is not started.
    let smtp =
        json!({"host": "127.0.0.1", "port": 2525, "from": "apx@example.com", "security": "none"});
    layers.set(&["notices"], json!({"provider": "smtp", "settings": smtp}));
    let graph = Graph::without_source(&layers.settings().unwrap())
        .await
        .unwrap();
    graph.engine
}

/// The token of the one notice that waits.
async fn token(engine: &Engine) -> String {
    let (now, never) = (Timestamp::MAX, Timestamp::MAX);
    let notices = engine.ports().stores.outbox.next_notices(9, never, now);
    match &notices.await.unwrap()[..] {
        [
            OutboxMessage {
                item: OutboxItem::Notice(notice),
                ..
            },
        ] => match &notice.kind {
            NoticeKind::Verification { token } => token.reveal().to_owned(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn key(kid: &str, secret: &str) -> serde_json::Value {
    json!({"kid": kid, "secret": secret})
}

#[tokio::test]
async fn keys_are_rotated_under_signed_in_people() {
    let dir = tempfile::tempdir().unwrap();
    let email: Email = "jo@example.com".parse().unwrap();
    let password: Password = "correct horse battery".parse().unwrap();
    let before = engine(dir.path(), json!({"current": key("one", OLD)})).await;
    before.sign_up(&email, None).await.unwrap();
    let token = token(&before).await;
    let verify = before.set_password(&token, OneTimePurpose::VerifyEmail, &password);
    verify.await.unwrap();
    let signed_in = before.sign_in(&email, &password).await.unwrap();
    let access = signed_in.access.reveal();
    assert_eq!(access.split('.').count(), 3, "a JWT");

    let rotated = json!({"current": key("two", NEW), "previous": key("one", OLD)});
    let during = engine(dir.path(), rotated).await;
    let known = during.authenticate(access).await.unwrap().unwrap();
    assert_eq!(known.account.email, email);
    let renewed = during
        .refresh_session(signed_in.refresh.reveal())
        .await
        .unwrap();

    let after = engine(dir.path(), json!({"current": key("two", NEW)})).await;
    assert!(after.authenticate(access).await.unwrap().is_none());
    let renewed = renewed.access.reveal();
    assert!(after.authenticate(renewed).await.unwrap().is_some());
    let wrong: Password = "incorrect horse battery".parse().unwrap();
    let failed = after.sign_in(&email, &wrong).await;
    assert!(
        matches!(failed, Err(EngineError::Refused(Refusal::SignInFailed))),
        "{failed:?}"
    );
}

#[tokio::test]
async fn passwords_are_argon2id_in_the_database() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path(), json!({"current": key("one", OLD)})).await;
    let passwords = &engine.ports().sign_in.passwords;
    let password: Password = "correct horse battery".parse().unwrap();
    let hash: Result<_, SignInError> = passwords.hash(&password).await;
    assert!(
        hash.unwrap()
            .as_str()
            .starts_with("$argon2id$v=19$m=19456,t=2,p=1$")
    );
}
