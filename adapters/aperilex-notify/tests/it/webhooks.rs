//! Receivers of webhooks.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use aperilex_notify::{WebhookConfig, WebhookNotifier};
use aperilex_ports::contract::NotifierBench;
use aperilex_ports::{NoticeKind, Notifier, NotifyError, Retry};
use tokio::net::TcpListener;

use crate::support::webhook::{Receiver, is_authentic};
use crate::support::{Turned, notice};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn suspended() -> NoticeKind {
    NoticeKind::Suspended {
        reason: "unpaid bills".to_owned(),
    }
}

fn cause(error: &NotifyError) -> String {
    std::error::Error::source(error).unwrap().to_string()
}

#[tokio::test]
async fn the_body_is_signed_as_it_is_sent() {
    let receiver = Receiver::start().await;
    let notice = notice(suspended());
    receiver.notifier().notify(&notice).await.unwrap();
    let body = receiver.taken.lock().unwrap()[0].clone();
    let expected = serde_json::json!({
        "schema_version": 1,
        "id": notice.id.to_string(),
        "account": notice.user.to_string(),
        "email": "jo.doe@example.com",
        "at": "2026-01-01T00:00:00Z",
        "notice": "suspended",
        "reason": "unpaid bills",
    });
    assert_eq!(body, expected);
    let mut request = receiver.requests().await.remove(0);
    assert!(is_authentic(&request, 1_767_225_600));
    assert!(!is_authentic(&request, 1_767_225_600 + 301), "too old");
    request.body.push(b' ');
    assert!(!is_authentic(&request, 1_767_225_600), "another body");
}

#[tokio::test]
async fn b85_redirections_are_not_followed() {
    let receiver = Receiver::start().await;
    for code in [301, 302, 303, 307, 308] {
        receiver.answer.store(code, Ordering::Relaxed);
        let refused = receiver.notifier().notify(&notice(suspended())).await;
        assert!(cause(&refused.unwrap_err()).contains("not followed"));
    }
    let requests = receiver.requests().await;
    assert_eq!(requests.len(), 5);
    assert!(requests.iter().all(|request| request.url.path() == "/"));
}

#[tokio::test]
async fn b85_a_name_of_this_machine_is_never_connected_to() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let config = WebhookConfig {
        allow_private: false,
        ..Receiver::config(&format!("https://localhost:{port}/"))
    };
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let notifier = WebhookNotifier::new(&config, Arc::new(Turned::new())).unwrap();
    let refused = notifier.notify(&notice(suspended())).await.unwrap_err();
    assert!(cause(&refused).contains("private"), "{refused:?}");
    let came = tokio::time::timeout(Duration::from_millis(200), listener.accept()).await;
    assert!(came.is_err(), "somebody connected");
}

#[tokio::test]
async fn b85_who_does_not_answer_is_left_after_ten_seconds() {
    let silent = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let config = Receiver::config(&format!("http://127.0.0.1:{port}/"));
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let notifier = WebhookNotifier::new(&config, Arc::new(Turned::new())).unwrap();
    let begun = Instant::now();
    let refused = notifier.notify(&notice(suspended())).await.unwrap_err();
    let took = begun.elapsed();
    assert!((9..12).contains(&took.as_secs()), "{took:?}");
    assert_eq!(refused.retry(), Retry::Backoff);
    assert!(cause(&refused).contains("10 s"), "{refused:?}");
}

#[tokio::test]
async fn b85_after_three_days_of_failures_it_is_disabled() {
    let receiver = Receiver::start().await;
    receiver.fail(true).await;
    let tell = async || receiver.notifier().notify(&notice(suspended())).await;
    for _ in 0..3 {
        assert_eq!(tell().await.unwrap_err().retry(), Retry::Backoff);
        receiver.clock.advance(DAY - Duration::from_secs(1));
    }
    // One that is taken between begins the count anew.
    receiver.fail(false).await;
    tell().await.unwrap();
    receiver.fail(true).await;
    for _ in 0..3 {
        assert_eq!(tell().await.unwrap_err().retry(), Retry::Backoff);
        receiver.clock.advance(DAY);
    }
    let sent = receiver.requests().await.len();
    for _ in 0..2 {
        let disabled = tell().await.unwrap_err();
        assert!(
            matches!(disabled, NotifyError::Disabled { .. }),
            "{disabled:?}"
        );
    }
    assert_eq!(receiver.requests().await.len(), sent + 1, "the last one");
    // Once an hour it is tried again; one that is taken ends it.
    receiver.clock.advance(Duration::from_secs(60 * 60));
    for _ in 0..2 {
        assert!(matches!(tell().await, Err(NotifyError::Disabled { .. })));
    }
    assert_eq!(receiver.requests().await.len(), sent + 2);
    receiver.clock.advance(Duration::from_secs(60 * 60));
    receiver.fail(false).await;
    tell().await.unwrap();
    tell().await.unwrap();
}
