//! A receiver of webhooks on loopback, which believes nothing that is not signed.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use aperilex_notify::{WebhookConfig, WebhookNotifier};
use aperilex_ports::contract::{Backend, NotifierBench, NotifierFixture, Running};
use aperilex_ports::{Clock, NoticeId, Notifier};
use async_trait::async_trait;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use wiremock::matchers::{header, method};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::Turned;

pub(crate) const SECRET: &str = "a-secret-of-more-than-thirty-two-bytes";

#[derive(Debug)]
pub(crate) struct Receiver {
    server: MockServer,
    pub(crate) clock: Arc<Turned>,
    notifier: Arc<WebhookNotifier>,
    /// Bodies that were taken.
    pub(crate) taken: Arc<Mutex<Vec<serde_json::Value>>>,
    /// What is answered; 204 to take it.
    pub(crate) answer: Arc<AtomicU16>,
}

struct Taking {
    clock: Arc<Turned>,
    taken: Arc<Mutex<Vec<serde_json::Value>>>,
    answer: Arc<AtomicU16>,
}

/// As the README says.
pub(crate) fn is_authentic(request: &Request, now: i64) -> bool {
    let Some(signature) = request.headers.get("aperilex-signature") else {
        return false;
    };
    let (t, v1) = signature.to_str().unwrap().split_once(",v1=").unwrap();
    let t = t.strip_prefix("t=").unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(t.as_bytes());
    mac.update(b".");
    mac.update(&request.body);
    let digest = mac.finalize().into_bytes();
    let right: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    v1 == right && (now - t.parse::<i64>().unwrap()).abs() < 300
}

impl Respond for Taking {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        if !is_authentic(request, self.clock.now().as_second()) {
            return ResponseTemplate::new(400);
        }
        let answer = self.answer.load(Ordering::Relaxed);
        if (200..300).contains(&answer) {
            let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
            assert_eq!(
                body["id"],
                request.headers["aperilex-notice-id"].to_str().unwrap()
            );
            self.taken.lock().unwrap().push(body);
        }
        let template = ResponseTemplate::new(answer);
        match answer {
            300..400 => template.insert_header("location", "/elsewhere"),
            _ => template,
        }
    }
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let server = MockServer::start().await;
        let (clock, taken) = (Arc::new(Turned::new()), Arc::default());
        let answer = Arc::new(AtomicU16::new(204));
        let taking = Taking {
            clock: clock.clone(),
            taken: Arc::clone(&taken),
            answer: answer.clone(),
        };
        Mock::given(method("POST"))
            .and(header("content-type", "application/json"))
            .respond_with(taking)
            .mount(&server)
            .await;
        let config = Self::config(&server.uri());
        let notifier = Arc::new(WebhookNotifier::new(&config, clock.clone()).unwrap());
        Self {
            server,
            clock,
            notifier,
            taken,
            answer,
        }
    }

    pub(crate) fn config(url: &str) -> WebhookConfig {
        WebhookConfig {
            url: url.into(),
            secret: SECRET.into(),
            allow_private: true,
            disable_after_s: 3 * 24 * 60 * 60,
        }
    }

    pub(crate) async fn requests(&self) -> Vec<Request> {
        self.server.received_requests().await.unwrap()
    }
}

pub(crate) struct Webhook;

#[async_trait]
impl NotifierFixture for Webhook {
    fn backend(&self) -> Backend {
        Backend::Ready
    }

    async fn fresh(&self) -> Box<dyn NotifierBench> {
        Box::new(Receiver::start().await)
    }

    fn block_on(&self, scenario: Running<'_>) {
        super::block_on(scenario);
    }
}

#[async_trait]
impl NotifierBench for Receiver {
    fn notifier(&self) -> Arc<dyn Notifier> {
        self.notifier.clone()
    }

    async fn received(&self) -> Vec<NoticeId> {
        let taken = self.taken.lock().unwrap();
        let ids = taken.iter().map(|body| body["id"].as_str().unwrap());
        ids.map(|id| id.parse().unwrap()).collect()
    }

    async fn fail(&self, failing: bool) -> bool {
        let code = if failing { 500 } else { 204 };
        self.answer.store(code, Ordering::Relaxed);
        true
    }
}
