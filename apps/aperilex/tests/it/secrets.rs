//! Secrets in settings: those that are none are refused, and none is shown.

use crate::config::{Case, refused};

const GOOD: &str = "9f1c5b7d3e8a4602b1d7c9e5f3a80614";
const OTHER: &str = "c3d1e7a95b2f4860d8e4a1c6b9f70352";

/// Settings with these keys to sign with.
fn jwt(current: (&str, &str), previous: Option<(&str, &str)>) -> String {
    let key = |(kid, secret): (&str, &str)| serde_json::json!({"kid": kid, "secret": secret});
    let keys = serde_json::json!({"current": key(current), "previous": previous.map(key)});
    serde_json::json!({"auth": {"jwt": keys}}).to_string()
}

#[test]
fn b75_signing_secrets_are_long_random_and_not_the_same() {
    let short = &GOOD[..31];
    let uniform = "x".repeat(64);
    let known =
        ["secret", "SECRET", "password", "changeme"].map(|word| format!("{word}-hunter2-{GOOD}"));
    let current = "auth.jwt.current.secret";
    let mut rows = vec![
        ("short", jwt(("a", "hunter2"), None), current),
        ("31 bytes", jwt(("a", short), None), current),
        ("the word itself", jwt(("a", "secret"), None), current),
        ("empty", jwt(("a", ""), None), current),
        ("always the same", jwt(("a", &uniform), None), current),
        (
            "current is previous",
            jwt(("a", GOOD), Some(("b", GOOD))),
            "auth.jwt.previous",
        ),
        (
            "of the same name",
            jwt(("a", GOOD), Some(("a", OTHER))),
            "auth.jwt.previous",
        ),
        (
            "a short one before",
            jwt(("a", GOOD), Some(("b", "hunter2"))),
            "auth.jwt.previous.secret",
        ),
        ("of no name", jwt(("", GOOD), None), "auth.jwt.current.kid"),
    ];
    rows.extend(
        known
            .iter()
            .map(|secret| ("a known word", jwt(("a", secret), None), current)),
    );
    let rows: Vec<_> = rows
        .iter()
        .map(|(row, json, path)| (*row, json.as_str(), *path, "expected"))
        .collect();
    refused(&rows);
    let case = Case::new();
    for (row, json, ..) in &rows {
        let (_, said) = case.check(json);
        for secret in [short, &uniform, OTHER] {
            assert!(!said.contains(secret), "{row}: {said}");
        }
    }
    for good in [jwt(("a", GOOD), None), jwt(("a", GOOD), Some(("b", OTHER)))] {
        let (code, said) = case.check(&good);
        assert_eq!(code, 0, "{said}");
    }
}

#[test]
fn b71_what_signing_in_needs() {
    refused(&[
        (
            "wrong type of a secret",
            r#"{"auth": {"jwt": "hunter2"}}"#,
            "auth.jwt",
            "expected",
        ),
        (
            "sign-up without sign-in",
            r#"{"accounts": {"sign_up": true}}"#,
            "accounts.sign_up",
            "needs",
        ),
        (
            "a challenge of nobody",
            r#"{"accounts": {"challenge": "always"}}"#,
            "accounts.challenge",
            "needs `auth.challenge`",
        ),
        (
            "tokens for ever",
            r#"{"accounts": {"access_ttl_s": 86400}}"#,
            "accounts.access_ttl_s",
            "expected",
        ),
        (
            "a short secret of payments",
            r#"{"payments": {"webhook_secret": "hunter2"}}"#,
            "payments.webhook_secret",
            "expected",
        ),
        (
            "a mail server without a name",
            r#"{"notices": {"provider": "smtp", "settings": {"from": "a@example.com"}}}"#,
            "notices.settings",
            "missing field",
        ),
        (
            "a low balance beyond all sense",
            r#"{"billing": {"low_balance_usd": "100.000001"}}"#,
            "billing.low_balance_usd",
            "expected",
        ),
    ]);
}

#[test]
fn b71_guessing_and_flooding_have_limits() {
    refused(&[
        (
            "a password a try",
            r#"{"accounts": {"password_tries": 2}}"#,
            "accounts.password_tries",
            "expected 3 to 1000",
        ),
        (
            "fewer passwords a day than at a time",
            r#"{"accounts": {"password_tries": 20, "password_tries_per_day": 19}}"#,
            "accounts.password_tries_per_day",
            "expected 20",
        ),
        (
            "a moment to guess in",
            r#"{"accounts": {"password_window_s": 59}}"#,
            "accounts.password_window_s",
            "expected 60",
        ),
        (
            "no letters at all",
            r#"{"accounts": {"letters_per_day": 0}}"#,
            "accounts.letters_per_day",
            "expected 1",
        ),
        (
            "accounts gone before their letter",
            r#"{"accounts": {"unverified_ttl_s": 3600}}"#,
            "accounts.unverified_ttl_s",
            "expected 86400",
        ),
        (
            "nobody hashes",
            r#"{"auth": {"passwords": {"at_a_time": 0}}}"#,
            "auth.passwords.at_a_time",
            "expected 1 to 64",
        ),
        (
            "a line without end",
            r#"{"auth": {"passwords": {"waiting": 1001}}}"#,
            "auth.passwords.waiting",
            "expected at most 1000",
        ),
        (
            "a back-off longer than the longest",
            r#"{"conduct": {"backoff_s": 901}}"#,
            "conduct.backoff_s",
            "expected 1 to 900",
        ),
    ]);
}

#[test]
fn b85_receivers_in_private_networks() {
    let hosts = [
        "10.0.0.1",
        "127.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fd00::1]",
        "[::ffff:10.0.0.1]",
        "user:hunter2@hooks.example.com",
    ];
    let settings = hosts.map(|host| {
        let url = format!("https://{host}/");
        let settings = serde_json::json!({"url": url, "secret": GOOD});
        serde_json::json!({"notices": {"provider": "webhook", "settings": settings}}).to_string()
    });
    let rows = hosts.iter().zip(&settings);
    let rows: Vec<_> = rows
        .map(|(host, json)| (*host, json.as_str(), "notices.settings.url", ""))
        .collect();
    refused(&rows);
}

#[test]
fn the_settings_are_shown_without_secrets() {
    let shown = |settings: &str| {
        let source = crate::server::samples();
        let words = ["check-config", "--source", source.to_str().unwrap()];
        Case::new().output(settings, &words)
    };
    let secret = "an agreed value of more than 32 bytes";
    let settings = [
        jwt(("a", GOOD), Some(("b", OTHER))),
        format!(r#"{{"payments": {{"webhook_secret": "{secret}"}}}}"#),
    ];
    for settings in settings {
        let (code, out, said) = shown(&settings);
        assert_eq!(code, 0, "{said}");
        assert!(out.contains("[redacted]"), "{out}");
        for secret in [GOOD, OTHER, secret] {
            assert!(
                !out.contains(secret) && !said.contains(secret),
                "{out}{said}"
            );
        }
    }
    let database = r#"{"start_wait_s": 0, "database": {"provider": "postgres", "settings": {"url": "postgres://u:hunter2@127.0.0.1:1/x"}}}"#;
    let (_, out, said) = shown(database);
    assert!(
        !out.contains("hunter2") && !said.contains("hunter2"),
        "{out}{said}"
    );
}
