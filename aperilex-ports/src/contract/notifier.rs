//! Clauses of [`Notifier`].

use async_trait::async_trait;

use super::support::{at, failure};
use super::*;
use crate::{
    AnalysisId, MicroUsd, Notice, NoticeId, NoticeKind, NoticeToken, Notifier, NotifyError,
    PendingNotice, TaskId, UserId,
};

/// A notifier, and what is behind it.
#[async_trait]
pub trait NotifierBench: Send + Sync {
    /// The notifier.
    fn notifier(&self) -> Arc<dyn Notifier>;

    /// Ids of the notices that have reached the receiver, in order.
    async fn received(&self) -> Vec<NoticeId>;

    /// From now on the receiver fails, or works again. Gives `false` where nothing can fail.
    async fn fail(&self, failing: bool) -> bool;
}

/// How a contract test gets at notifiers.
#[async_trait]
pub trait NotifierFixture: Send + Sync + 'static {
    /// Whether the receiver can be had. Must not connect: it is asked while tests are listed.
    fn backend(&self) -> Backend;

    /// A notifier that nobody else uses.
    async fn fresh(&self) -> Box<dyn NotifierBench>;

    /// Drives a scenario to its end, on whatever runtime the adapter needs.
    fn block_on(&self, scenario: Running<'_>);
}

/// The trials of a notifier.
#[must_use]
pub fn notifier(name: &str, fixture: impl NotifierFixture) -> Vec<Trial> {
    let fixture: Arc<dyn NotifierFixture> = Arc::new(fixture);
    let backend = fixture.backend();
    let trials = SCENARIOS.iter().map(|scenario| {
        let fixture = Arc::clone(&fixture);
        let path = format!("notifier::{}_{}", scenario.id, scenario.name);
        trial(name, backend, &path, true, move || {
            play(&*fixture, scenario)
        })
    });
    trials.collect()
}

/// The clauses these notifiers break.
pub fn notifier_failures(fixture: &dyn NotifierFixture) -> Vec<&'static str> {
    let results = SCENARIOS.iter();
    failed(results.map(|scenario| (scenario.id, passes(|| play(fixture, scenario)))))
}

fn play(fixture: &dyn NotifierFixture, scenario: &'static Scenario<Box<dyn NotifierBench>>) {
    fixture.block_on(Box::pin(async {
        (scenario.run)(fixture.fresh().await).await;
    }));
}

/// The scenarios.
pub const SCENARIOS: &[Scenario<Box<dyn NotifierBench>>] = &[
    scenario!(id: "NO-1", every_kind_reaches_the_receiver),
    scenario!(id: "NO-1", what_is_told_again_has_its_id),
    scenario!(id: "NO-1", what_was_not_told_is_an_error_and_can_be_told_later),
    scenario!(id: "NO-2", no_secret_is_shown),
];

const TOKEN: &str = "token-0123456789abcdef";
const ADDRESS: &str = "somebody.private@example.com";

fn notice(n: u128, kind: NoticeKind) -> Notice {
    let user = UserId::from_uuid(uuid::Uuid::from_u128(n));
    PendingNotice::of(user, &n.to_string(), kind, at(5)).to(ADDRESS.parse().unwrap())
}

fn kinds() -> Vec<NoticeKind> {
    let token = || NoticeToken::new(TOKEN.to_owned());
    let task = TaskId::from_uuid(uuid::Uuid::from_u128(7));
    vec![
        NoticeKind::Verification { token: token() },
        NoticeKind::PasswordReset { token: token() },
        NoticeKind::Completed {
            task,
            analysis: AnalysisId::from_uuid(uuid::Uuid::from_u128(8)),
        },
        NoticeKind::Failed {
            task,
            failure: failure(),
        },
        NoticeKind::LowBalance {
            before: MicroUsd::new(1_010_000),
            available: MicroUsd::new(890_000),
            balance: MicroUsd::new(990_000),
        },
        NoticeKind::Suspended {
            reason: "unpaid bills".to_owned(),
        },
    ]
}

async fn every_kind_reaches_the_receiver(bench: Box<dyn NotifierBench>) {
    let mut told = Vec::new();
    for (n, kind) in (1..).zip(kinds()) {
        let notice = notice(n, kind);
        bench.notifier().notify(&notice).await.unwrap();
        told.push(notice.id);
    }
    assert_eq!(bench.received().await, told);
}

async fn what_is_told_again_has_its_id(bench: Box<dyn NotifierBench>) {
    for kind in kinds() {
        let notice = notice(1, kind);
        for _ in 0..2 {
            bench.notifier().notify(&notice).await.unwrap();
        }
        let received = bench.received().await;
        assert!(received.contains(&notice.id));
        let last = received.iter().rev().take_while(|id| **id == notice.id);
        assert!((1..=2).contains(&last.count()), "{received:?}");
    }
}

async fn what_was_not_told_is_an_error_and_can_be_told_later(bench: Box<dyn NotifierBench>) {
    if !bench.fail(true).await {
        return;
    }
    for (n, kind) in (1..).zip(kinds()) {
        let told = bench.notifier().notify(&notice(n, kind)).await;
        assert!(told.is_err(), "nobody was told");
    }
    assert!(bench.received().await.is_empty());
    bench.fail(false).await;
    for (n, kind) in (1..).zip(kinds()) {
        bench.notifier().notify(&notice(n, kind)).await.unwrap();
    }
    assert_eq!(bench.received().await.len(), kinds().len());
}

async fn no_secret_is_shown(bench: Box<dyn NotifierBench>) {
    let mut shown = vec![format!("{:?}", bench.notifier())];
    bench.fail(true).await;
    for (n, kind) in (1..).zip(kinds()) {
        if let Err(error) = bench.notifier().notify(&notice(n, kind)).await {
            shown.extend(all_words(&error));
        }
    }
    shown.push(format!("{:?}", bench.notifier()));
    let shown = shown.join("\n");
    for secret in [TOKEN, ADDRESS, "somebody.private"] {
        assert!(!shown.contains(secret), "{secret} is in: {shown}");
    }
}

fn all_words(error: &NotifyError) -> Vec<String> {
    let mut words = vec![format!("{error:?}"), error.to_string()];
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        words.push(format!("{error:?} {error}"));
        cause = error.source();
    }
    words
}
