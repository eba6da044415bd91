//! Passwords.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aperilex_ports::{Password, PasswordHash, PasswordMatch, Passwords, Retry, SignInError};
use aperilex_sign_in::{ArgonPasswords, PasswordConfig};
use futures_util::future::{join_all, poll_immediate};

fn password(text: &str) -> Password {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_password_is_known_again() {
    let passwords = ArgonPasswords::new().unwrap();
    let (right, wrong) = (
        password("correct horse battery"),
        password("incorrect horse battery"),
    );
    let [first, second] = [passwords.hash(&right).await, passwords.hash(&right).await];
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_ne!(first, second, "each has a salt of its own");
    assert!(
        first
            .as_str()
            .starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{}",
        first.as_str()
    );
    let compare = async |password, hash| passwords.compare(password, hash).await.unwrap();
    assert_eq!(compare(&right, Some(&first)).await, PasswordMatch::Yes);
    assert_eq!(compare(&wrong, Some(&first)).await, PasswordMatch::No);
    assert_eq!(compare(&right, None).await, PasswordMatch::No);
    let decoyed = password("nobody has this password");
    assert_eq!(compare(&decoyed, None).await, PasswordMatch::No);
}

#[tokio::test]
async fn hashes_of_other_parameters_are_outdated() {
    let old = ArgonPasswords::with(8 * 1024, 1).unwrap();
    let new = ArgonPasswords::new().unwrap();
    let right = password("correct horse battery");
    let hash = old.hash(&right).await.unwrap();
    let compared = new.compare(&right, Some(&hash)).await.unwrap();
    assert_eq!(compared, PasswordMatch::Outdated);
    let wrong = password("incorrect horse battery");
    assert_eq!(
        new.compare(&wrong, Some(&hash)).await.unwrap(),
        PasswordMatch::No
    );
    let broken = PasswordHash::new("$argon2id$nothing".to_owned());
    assert!(new.compare(&right, Some(&broken)).await.is_err());
}

/// An address without an account takes as long as one with. The fastest of 15 are compared: a busy machine
/// makes some slower, and leaving the hash out would make all of them a thousand times faster.
#[tokio::test]
async fn nobody_learns_by_the_time() {
    let passwords = ArgonPasswords::new().unwrap();
    let hash = passwords
        .hash(&password("correct horse battery"))
        .await
        .unwrap();
    let wrong = password("incorrect horse battery");
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for _ in 0..15 {
        for (times, hash) in [(&mut known, Some(&hash)), (&mut unknown, None)] {
            let begin = Instant::now();
            passwords.compare(&wrong, hash).await.unwrap();
            times.push(begin.elapsed());
        }
    }
    let (known, unknown) = (known.into_iter().min(), unknown.into_iter().min());
    let (known, unknown) = (known.unwrap(), unknown.unwrap());
    assert!(
        known < unknown * 2 && unknown < known * 2,
        "{known:?} and {unknown:?}"
    );
}

/// Fifty people sign in at once on a runtime with one thread, and others are still served.
#[tokio::test(flavor = "current_thread")]
async fn others_get_on_meanwhile() {
    let passwords = ArgonPasswords::new().unwrap().at_once(PasswordConfig {
        at_a_time: 2,
        waiting: 48,
    });
    let passwords = Arc::new(passwords);
    let hashes: Vec<_> = (0..50)
        .map(|_| {
            let passwords = Arc::clone(&passwords);
            tokio::spawn(async move { passwords.hash(&password("correct horse battery")).await })
        })
        .collect();
    let mut longest = Duration::ZERO;
    while hashes.iter().any(|hash| !hash.is_finished()) {
        let begin = Instant::now();
        tokio::time::sleep(Duration::from_millis(1)).await;
        longest = longest.max(begin.elapsed());
    }
    for hash in hashes {
        hash.await.unwrap().unwrap();
    }
    assert!(longest < Duration::from_secs(1), "{longest:?}");
}

/// The line has an end: who comes behind it is told so at once, and those in it get their turn.
#[test]
fn nobody_waits_in_a_line_without_end() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    runtime.block_on(the_line_has_an_end());
}

async fn the_line_has_an_end() {
    let passwords = ArgonPasswords::with(64, 1).unwrap();
    let passwords = passwords.at_once(PasswordConfig {
        at_a_time: 1,
        waiting: 2,
    });
    // The only thread for slow work is kept, so that nobody is done before all have come.
    let (release, kept) = std::sync::mpsc::channel::<()>();
    let keeper = tokio::task::spawn_blocking(move || kept.recv());
    let right = password("correct horse battery");
    let mut line: Vec<_> = (0..8).map(|_| passwords.hash(&right)).collect();
    let mut told = Vec::new();
    for hash in &mut line {
        told.push(poll_immediate(hash).await.map(is_busy));
    }
    let busy = Some(true);
    assert_eq!(told, [None, None, None, busy, busy, busy, busy, busy]);
    // Who gives up waiting makes room.
    line.truncate(2);
    line.push(passwords.hash(&right));
    for hash in &mut line {
        assert!(poll_immediate(hash).await.is_none());
    }
    assert!(is_busy(passwords.hash(&right).await));
    drop(release);
    for hash in join_all(line).await {
        assert!(!is_busy(hash));
    }
    keeper.await.unwrap().unwrap_err();
    // And so does who is done.
    assert!(!is_busy(passwords.hash(&right).await));
}

fn is_busy(outcome: Result<PasswordHash, SignInError>) -> bool {
    match outcome {
        Ok(_) => false,
        Err(error @ SignInError::Busy { .. }) => {
            assert!(matches!(error.retry(), Retry::After(_)), "{error}");
            true
        }
        Err(other) => panic!("{other:?}"),
    }
}
