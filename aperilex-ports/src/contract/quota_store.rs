//! Clauses of [`QuotaStore`].

use std::time::Duration;

use futures_util::future::join_all;

use super::support::{Desk, at};
use super::*;
use crate::*;

/// The scenarios.
pub const SCENARIOS: &[Scenario<Desk>] = &[
    scenario!(id: "QS-1", no_stretch_holds_more_than_the_limit),
    scenario!(id: "QS-1", usage_counts_what_was_taken),
    scenario!(id: "QS-2", a_refused_request_counts_nowhere),
    scenario!(id: "QS-3", racing_requests_keep_within_the_limit),
    scenario!(id: "QS-4", requests_leave_the_window_in_time),
    scenario!(id: "QS-5", accounts_do_not_share_windows),
    scenario!(id: "QS-6", after_the_time_told_one_fits),
];

const fn window(name: &'static str, seconds: u64, limit: u32) -> QuotaWindow {
    QuotaWindow {
        name,
        length: Duration::from_secs(seconds),
        limit,
    }
}

const MINUTE: QuotaWindow = window("minute", 60, 5);
const HOUR: QuotaWindow = window("hour", 3600, 20);

async fn consume(desk: &Desk, user: UserId, windows: &[QuotaWindow], now: i64) -> QuotaOutcome {
    let outcome = desk
        .stores
        .quota
        .consume(user, windows, at(now))
        .await
        .unwrap();
    let told: Vec<_> = outcome.windows.iter().map(|used| used.window).collect();
    assert_eq!(told, windows, "all windows, in the order asked for");
    outcome
}

/// Times of the requests that are allowed when they come at these times.
async fn allowed(desk: &Desk, window: QuotaWindow, times: impl Iterator<Item = i64>) -> Vec<i64> {
    let user = desk.account().await;
    let mut taken = Vec::new();
    for now in times {
        if consume(desk, user, &[window], now).await.allowed {
            taken.push(now);
        }
    }
    taken
}

async fn no_stretch_holds_more_than_the_limit(desk: Desk) {
    // Steady, in bursts at the seams of a fixed window, and irregular.
    let bursts = (0..6).flat_map(|n| [60 * n + 55, 60 * n + 59, 60 * n + 61].repeat(3));
    let uneven = (0..120).map(|n| n * n % 17 + 5 * n);
    let uneven = uneven.collect::<std::collections::BTreeSet<_>>();
    for times in [
        (0..100).map(|n| 7 * n).collect::<Vec<_>>(),
        bursts.collect(),
        uneven.into_iter().collect(),
    ] {
        let taken = allowed(&desk, MINUTE, times.iter().copied()).await;
        assert!(taken.len() > 5, "{taken:?}");
        for stretch in taken.windows(6) {
            assert!(
                stretch[5] - stretch[0] >= 60,
                "six in one minute: {stretch:?}"
            );
        }
    }
}

async fn usage_counts_what_was_taken(desk: Desk) {
    let user = desk.account().await;
    let windows = [HOUR, MINUTE];
    let usage = async || {
        desk.stores
            .quota
            .usage(user, &windows, at(3))
            .await
            .unwrap()
    };
    for taken in 0..5 {
        for _ in 0..2 {
            let seen = usage().await;
            assert!(seen.allowed, "looking takes nothing");
            assert!(seen.windows.iter().all(|it| it.used == taken), "{seen:?}");
            assert!(
                seen.windows.iter().all(|it| it.retry_after.is_zero()),
                "{seen:?}"
            );
        }
        let outcome = consume(&desk, user, &windows, 3).await;
        assert!(outcome.allowed);
        assert!(
            outcome.windows.iter().all(|it| it.used == taken + 1),
            "this one included"
        );
    }
    let seen = usage().await;
    assert!(!seen.allowed);
    assert!(seen.windows[0].retry_after.is_zero(), "the hour has room");
    assert!(
        !seen.windows[1].retry_after.is_zero(),
        "the minute has none"
    );
}

async fn a_refused_request_counts_nowhere(desk: Desk) {
    let user = desk.account().await;
    let windows = [HOUR, MINUTE];
    for _ in 0..50 {
        consume(&desk, user, &windows, 0).await;
    }
    let seen = desk
        .stores
        .quota
        .usage(user, &windows, at(0))
        .await
        .unwrap();
    assert_eq!((seen.windows[0].used, seen.windows[1].used), (5, 5));
    // Had the 45 counted for the hour, nothing would fit for an hour.
    assert!(consume(&desk, user, &windows, 62).await.allowed);
}

async fn racing_requests_keep_within_the_limit(desk: Desk) {
    let user = desk.account().await;
    let windows = [HOUR, MINUTE];
    let quota = &desk.stores.quota;
    let race = join_all((0..64).map(|_| quota.consume(user, &windows, at(30)))).await;
    let taken = race
        .iter()
        .filter(|outcome| outcome.as_ref().unwrap().allowed);
    assert_eq!(taken.count(), 5);
    let seen = quota.usage(user, &windows, at(30)).await.unwrap();
    assert_eq!((seen.windows[0].used, seen.windows[1].used), (5, 5));
}

async fn requests_leave_the_window_in_time(desk: Desk) {
    // A sixtieth of a minute late at most: one second.
    let taken = allowed(&desk, MINUTE, 0..600).await;
    for n in 5..taken.len() {
        // One request comes each second, so the next fits at the earliest one second later.
        let latest = (taken[n - 5] + 61).max(taken[n - 1] + 1);
        assert!(
            taken[n] <= latest,
            "request {n} at {}, not by {latest}",
            taken[n]
        );
    }
    assert!(taken.len() >= 45, "{taken:?}");
    let user = desk.account().await;
    consume(&desk, user, &[MINUTE], 0).await;
    let seen = desk
        .stores
        .quota
        .usage(user, &[MINUTE], at(62))
        .await
        .unwrap();
    assert_eq!(seen.windows[0].used, 0);
}

async fn accounts_do_not_share_windows(desk: Desk) {
    let [first, second] = [desk.account().await, desk.account().await];
    for _ in 0..6 {
        consume(&desk, first, &[MINUTE], 0).await;
    }
    assert!(!consume(&desk, first, &[MINUTE], 1).await.allowed);
    let outcome = consume(&desk, second, &[MINUTE], 1).await;
    assert!(outcome.allowed);
    assert_eq!(outcome.windows[0].used, 1);
    assert!(
        consume(&desk, first, &[HOUR], 1).await.allowed,
        "nor windows of another name"
    );
}

async fn after_the_time_told_one_fits(desk: Desk) {
    let user = desk.account().await;
    let windows = [HOUR, MINUTE];
    let (mut now, mut waits) = (0, 0);
    while waits < 12 {
        let outcome = consume(&desk, user, &windows, now).await;
        if outcome.allowed {
            now += 2;
            continue;
        }
        let told = outcome
            .windows
            .iter()
            .map(|it| it.retry_after)
            .max()
            .unwrap();
        assert!(!told.is_zero(), "{outcome:?}");
        let again = at(now) + told;
        let retried = desk
            .stores
            .quota
            .consume(user, &windows, again)
            .await
            .unwrap();
        assert!(retried.allowed, "after {told:?}: {retried:?}");
        // Times are kept in whole seconds here: the next request comes a little later.
        now += i64::try_from(told.as_secs()).unwrap() + 1;
        waits += 1;
    }
}
