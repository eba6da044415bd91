//! Signing in for real: slow hashes, signed tokens, SQLite.

use std::sync::Arc;

use aperilex_core::ports::{LetterSubject, SignInError};
use aperilex_core::{Email, Engine, EngineError, OneTimePurpose, Password, Refusal};
use aperilex_memory::MemoryLetters;
use aperilex_wiring::Graph;
use aperilex_wiring::settings::Layers;
use serde_json::json;

const OLD: &str = "9f1c5b7d3e8a4602b1d7c9e5f3a80614";
const NEW: &str = "c3d1e7a95b2f4860d8e4a1c6b9f70352";

/// An engine on this folder whose tokens are signed with these keys.
async fn engine(dir: &std::path::Path, keys: serde_json::Value) -> (Engine, Arc<MemoryLetters>) {
    let mut layers = Layers::default();
    layers.set(&["data_dir"], json!(dir));
    layers.set(&["accounts", "sign_up"], json!(true));
    layers.set(&["auth", "jwt"], keys);
    let graph = Graph::without_source(&layers.settings().unwrap())
        .await
        .unwrap();
    let letters = Arc::new(MemoryLetters::default());
    let mut ports = graph.engine.ports().clone();
    ports.sign_in.letters = Some(letters.clone());
    (Engine::new(ports, graph.engine.settings().clone()), letters)
}

fn key(kid: &str, secret: &str) -> serde_json::Value {
    json!({"kid": kid, "secret": secret})
}

#[tokio::test]
async fn keys_are_rotated_under_signed_in_people() {
    let dir = tempfile::tempdir().unwrap();
    let email: Email = "jo@example.com".parse().unwrap();
    let password: Password = "correct horse battery".parse().unwrap();
    let (before, letters) = engine(dir.path(), json!({"current": key("one", OLD)})).await;
    before.sign_up(&email, None).await.unwrap();
    let letter = letters.taken().remove(0);
    let LetterSubject::VerifyEmail(token) = letter.subject else {
        panic!("{letter:?}");
    };
    let verify = before.set_password(token.reveal(), OneTimePurpose::VerifyEmail, &password);
    verify.await.unwrap();
    let signed_in = before.sign_in(&email, &password).await.unwrap();
    let access = signed_in.access.reveal();
    assert_eq!(access.split('.').count(), 3, "a JWT");

    let rotated = json!({"current": key("two", NEW), "previous": key("one", OLD)});
    let (during, _) = engine(dir.path(), rotated).await;
    let known = during.authenticate(access).await.unwrap().unwrap();
    assert_eq!(known.account.email, email);
    let renewed = during
        .refresh_session(signed_in.refresh.reveal())
        .await
        .unwrap();

    let (after, _) = engine(dir.path(), json!({"current": key("two", NEW)})).await;
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
    let (engine, _) = engine(dir.path(), json!({"current": key("one", OLD)})).await;
    let passwords = &engine.ports().sign_in.passwords;
    let password: Password = "correct horse battery".parse().unwrap();
    let hash: Result<_, SignInError> = passwords.hash(&password).await;
    assert!(
        hash.unwrap()
            .as_str()
            .starts_with("$argon2id$v=19$m=19456,t=2,p=1$")
    );
}
