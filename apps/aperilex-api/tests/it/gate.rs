//! Limits on requests that no account stands behind, over real sockets.

use aperilex_api::ApiSettings;

use crate::socket::Served;

fn settings() -> ApiSettings {
    ApiSettings {
        anonymous_per_minute: 5,
        trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
        ..ApiSettings::default()
    }
}

/// Sends one request as a proxy would for a client at this address; gives the status and the answer.
async fn ask(served: &Served, path: &str, from: &str, key: &str) -> (u16, String) {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-For: {from}\r\n{key}\r\n"
    );
    let answer = served.connect(request).await.end().await;
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer)
}

fn bearer(key: &str) -> String {
    format!("Authorization: Bearer {key}\r\n")
}

#[tokio::test]
async fn keys_are_not_guessed_from_one_address() {
    let served = Served::new(settings()).await;
    let guess = |n: u32| bearer(&format!("apx_live_{n:064x}"));
    for n in 0..5 {
        let (status, _) = ask(&served, "/api/v1/me", "198.51.100.7", &guess(n)).await;
        assert_eq!(status, 401, "guess {n}");
    }
    let (status, answer) = ask(&served, "/api/v1/me", "198.51.100.7", &guess(6)).await;
    assert_eq!(status, 429, "{answer}");
    for field in [
        "retry-after: 12\r\n",
        "ratelimit: \"address\";r=0;t=12\r\n",
        "ratelimit-policy: \"address\";q=5;w=60\r\n",
    ] {
        assert!(answer.contains(field), "{field}: {answer}");
    }
    assert!(answer.contains("\"quota-exceeded\""), "{answer}");
    let (status, _) = ask(&served, "/api/v1/me", "198.51.100.7", "").await;
    assert_eq!(status, 401, "no key at all is counted by itself");
    // A fault that does not strike shows that no key was looked up.
    let faults = &served.world.memory.faults;
    faults.fail_next("accounts.by_key");
    let (status, _) = ask(&served, "/api/v1/me", "198.51.100.7", &guess(7)).await;
    assert_eq!(status, 429);
    assert_eq!(faults.pending(), ["accounts.by_key"]);
    faults.clear();
    // Another address is not held up, nor is somebody whose key is known, wherever from.
    let own = bearer(&served.world.key);
    let (status, _) = ask(&served, "/api/v1/me", "198.51.100.7", &own).await;
    assert_eq!(status, 429, "nobody knows yet whose key it is");
    let (status, _) = ask(&served, "/api/v1/me", "198.51.100.8", &own).await;
    assert_eq!(status, 200);
    let (status, _) = ask(&served, "/api/v1/me", "198.51.100.7", &own).await;
    assert_eq!(status, 200);
    // A minute later all of it is allowed again.
    let minute = std::time::Duration::from_secs(60);
    served.world.memory.clock.advance(minute);
    let (status, _) = ask(&served, "/api/v1/me", "198.51.100.7", &guess(8)).await;
    assert_eq!(status, 401);
}

#[tokio::test]
async fn valid_keys_take_nothing_from_their_address() {
    let served = Served::new(settings()).await;
    let own = bearer(&served.world.key);
    for _ in 0..20 {
        let (status, _) = ask(&served, "/api/v1/me", "2001:db8::1", &own).await;
        assert_eq!(status, 200);
    }
    for n in 0..5 {
        let from = format!("2001:db8::{n}");
        let (status, _) = ask(&served, "/api/v1/me", &from, "").await;
        assert_eq!(status, 401);
    }
    let (status, _) = ask(&served, "/api/v1/me", "2001:db8::ff", "").await;
    assert_eq!(status, 429, "one network of 64 bits is one origin");
    let (status, _) = ask(&served, "/api/v1/me", "2001:db8:0:1::ff", "").await;
    assert_eq!(status, 401);
}

#[tokio::test]
async fn who_is_no_proxy_of_ours_is_not_believed() {
    let served = Served::new(ApiSettings {
        trusted_proxies: Vec::new(),
        ..settings()
    })
    .await;
    let mut told = Vec::new();
    for n in 0..7 {
        let from = format!("198.51.100.{n}");
        told.push(ask(&served, "/api/v1/me", &from, "").await.0);
    }
    assert_eq!(told, [401, 401, 401, 401, 401, 429, 429]);
}

#[tokio::test]
async fn what_is_open_to_all_is_limited_as_is_sensible() {
    let served = Served::new(settings()).await;
    for n in 0..50 {
        let (status, _) = ask(&served, "/health/ready", "198.51.100.7", "").await;
        assert_eq!(status, 200, "request {n}");
    }
    let (status, _) = ask(&served, "/health/ready", "198.51.100.7", "").await;
    assert_eq!(status, 429);
    let (status, _) = ask(&served, "/api/v1/openapi.json", "198.51.100.7", "").await;
    assert_eq!(status, 429, "they share what there is");
    let (status, _) = ask(&served, "/api/v1/openapi.json", "198.51.100.9", "").await;
    assert_eq!(status, 200);
    let (status, _) = ask(&served, "/api/v1/me", "198.51.100.7", "").await;
    assert_eq!(status, 401, "other requests have an allowance of their own");
    for _ in 0..60 {
        let (status, _) = ask(&served, "/health/live", "198.51.100.7", "").await;
        assert_eq!(status, 200);
    }
}

/// What an office sees whose one program sends an old key again and again.
#[tokio::test]
async fn an_old_key_takes_nothing_from_those_beside_it() {
    let served = Served::new(settings()).await;
    let office = "198.51.100.10";
    let old = bearer(&format!("apx_live_{:064x}", 7));
    for _ in 0..50 {
        let (status, _) = ask(&served, "/api/v1/me", office, &old).await;
        assert_eq!(status, 401);
        let (status, _) = ask(&served, "/api/v1/me", office, "").await;
        assert!(status == 401 || status == 429, "{status}");
    }
    let own = bearer(&served.world.key);
    let (status, _) = ask(&served, "/api/v1/me", office, &own).await;
    assert_eq!(status, 200, "a key that nobody knows yet is looked up");
    let faults = &served.world.memory.faults;
    faults.fail_next("accounts.by_key");
    let (status, _) = ask(&served, "/api/v1/me", office, &old).await;
    assert_eq!(status, 401);
    assert_eq!(faults.pending(), ["accounts.by_key"], "not looked up again");
}

/// While keys are guessed from an address, those who were there before go on, and so do those who are signed in.
#[tokio::test]
async fn guessers_lock_nobody_out_who_is_known() {
    let served = Served::new(ApiSettings {
        auth_cache_s: 1,
        ..settings()
    })
    .await;
    let office = "198.51.100.11";
    let own = bearer(&served.world.key);
    let (status, _) = ask(&served, "/api/v1/me", office, &own).await;
    assert_eq!(status, 200);
    for n in 0..9 {
        let guess = bearer(&format!("apx_live_{n:064x}"));
        ask(&served, "/api/v1/me", office, &guess).await;
    }
    let (status, _) = ask(&served, "/api/v1/me", office, &bearer("apx_live_x")).await;
    assert_eq!(status, 429);
    // Whose key it is is forgotten by now; that it was good is not.
    tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
    let (status, _) = ask(&served, "/api/v1/me", office, &own).await;
    assert_eq!(status, 200);
    let signed_in = crate::sign_in::signed_in(&served.world, "new@example.com").await;
    let token = bearer(signed_in["access_token"].as_str().unwrap());
    let (status, _) = ask(&served, "/api/v1/me", office, &token).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn an_old_key_locks_nobody_out_of_signing_in() {
    let served = Served::new(settings()).await;
    let office = "198.51.100.9";
    for n in 0..6 {
        let old = bearer(&format!("apx_live_{n:064x}"));
        let (status, _) = ask(&served, "/api/v1/me", office, &old).await;
        assert_eq!(status, if n < 5 { 401 } else { 429 });
    }
    // Beginning to sign in elsewhere is open to all, as signing in is; there is no such provider here.
    let login = "/api/v1/oidc/login?provider=works";
    for n in 0..6 {
        let (status, answer) = ask(&served, login, office, "").await;
        assert_eq!(status, if n < 5 { 404 } else { 429 }, "{answer}");
    }
    // And the other way round: who has used that up may still show a key.
    let minute = std::time::Duration::from_secs(60);
    served.world.memory.clock.advance(minute);
    for _ in 0..6 {
        ask(&served, login, office, "").await;
    }
    let own = bearer(&served.world.key);
    let (status, _) = ask(&served, "/api/v1/me", office, &own).await;
    assert_eq!(status, 200);
}
