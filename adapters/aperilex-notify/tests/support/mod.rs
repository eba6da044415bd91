//! Receivers of notices, and what they got.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, and each binary uses a part"
)]

pub(crate) mod log;
pub(crate) mod smtp;
pub(crate) mod webhook;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aperilex_ports::contract::Running;
use aperilex_ports::{Clock, Notice, NoticeKind, PendingNotice, Timestamp, UserId};

/// Time that is turned by hand.
#[derive(Debug)]
pub(crate) struct Turned(Mutex<Timestamp>);

impl Turned {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Timestamp::from_second(1_767_225_600).unwrap()))
    }

    pub(crate) fn advance(&self, by: Duration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.checked_add(by).unwrap();
    }
}

impl Clock for Turned {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn block_on(scenario: Running<'_>) {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(scenario);
}

pub(crate) fn notice(kind: NoticeKind) -> Notice {
    let user = UserId::from_uuid(uuid::Uuid::from_u128(7));
    let at = Timestamp::from_second(1_767_225_600).unwrap();
    PendingNotice::of(user, "it", kind, at).to("jo.doe@example.com".parse().unwrap())
}
