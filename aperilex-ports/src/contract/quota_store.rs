//! Clauses of [`QuotaStore`].

use std::collections::BTreeSet;
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
    scenario!(id: "QS-4", requests_leave_the_window_on_the_instant),
    scenario!(id: "QS-5", accounts_do_not_share_windows),
    scenario!(id: "QS-6", after_the_time_told_one_fits),
    scenario!(id: "QS-7", every_place_of_a_window_can_be_had),
    scenario!(id: "QS-7", a_refusal_means_a_full_window),
    scenario!(id: "QS-7", another_limit_holds_at_once),
    scenario!(id: "QS-8", a_slow_clock_buys_nothing),
    scenario!(id: "QS-8", a_clock_that_jumps_back_and_forth_buys_nothing),
    scenario!(id: "QS-9", what_is_reset_begins_anew),
    scenario!(id: "QS-10", what_is_left_behind_is_forgotten),
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
    let uneven = uneven.collect::<BTreeSet<_>>();
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

async fn requests_leave_the_window_on_the_instant(desk: Desk) {
    let (user, quota) = (desk.account().await, &desk.stores.quota);
    let micros = |n: i64| Timestamp::from_microsecond(at(0).as_microsecond() + n).unwrap();
    // Five, each at a microsecond of its own.
    for n in 0..5 {
        let taken = quota.consume(user, &[MINUTE], micros(7 * n)).await;
        assert!(taken.unwrap().allowed);
    }
    for n in 0..5 {
        let leaves = 60_000_000 + 7 * n;
        let early = micros(leaves - 1);
        let seen = quota.usage(user, &[MINUTE], early).await.unwrap();
        assert_eq!((seen.allowed, seen.windows[0].used), (false, 5), "{n}");
        let wait = seen.windows[0].retry_after;
        assert_eq!(wait, Duration::from_micros(1), "{n}");
        let refused = quota.consume(user, &[MINUTE], early).await.unwrap();
        assert!(!refused.allowed, "{n}, a microsecond early");
        let seen = quota.usage(user, &[MINUTE], micros(leaves)).await.unwrap();
        assert_eq!((seen.allowed, seen.windows[0].used), (true, 4), "{n}");
        let taken = quota.consume(user, &[MINUTE], micros(leaves)).await;
        assert!(taken.unwrap().allowed, "{n}, on the instant");
    }
    let later = micros(200_000_000);
    let seen = quota.usage(user, &[MINUTE], later).await.unwrap();
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

/// Times that are steady, in bursts, and irregular, in rising order.
fn patterns() -> Vec<Vec<i64>> {
    let uneven: BTreeSet<i64> = (0..150).map(|n| n * n % 31 + 4 * n).collect();
    vec![
        (0..200).map(|n| 3 * n).collect(),
        (0..9).flat_map(|n| [50 * n; 8]).collect(),
        uneven.into_iter().collect(),
    ]
}

async fn every_place_of_a_window_can_be_had(desk: Desk) {
    // All at once, and spread over the whole window.
    for spread in [0, 1, 7, 14] {
        let times = (0..5).map(|n| spread * n);
        let taken = allowed(&desk, MINUTE, times).await;
        assert_eq!(taken.len(), 5, "one each {spread} s");
    }
    // Again and again: as soon as five have left, five more fit.
    let taken = allowed(&desk, MINUTE, (0..10).flat_map(|n| [60 * n; 9])).await;
    assert_eq!(taken.len(), 50, "five each minute");
}

async fn a_refusal_means_a_full_window(desk: Desk) {
    let narrow = window("minute", 60, 3);
    for times in patterns() {
        for windows in [vec![MINUTE], vec![HOUR, MINUTE], vec![HOUR, narrow]] {
            let user = desk.account().await;
            let mut taken: Vec<i64> = Vec::new();
            for now in &times {
                let outcome = consume(&desk, user, &windows, *now).await;
                let room = windows.iter().all(|window| {
                    let length = i64::try_from(window.length.as_secs()).unwrap();
                    let inside = taken.iter().filter(|time| now - **time < length).count();
                    inside < usize::try_from(window.limit).unwrap()
                });
                assert_eq!(outcome.allowed, room, "at {now}, after {taken:?}");
                if outcome.allowed {
                    taken.push(*now);
                }
            }
        }
    }
}

async fn another_limit_holds_at_once(desk: Desk) {
    let user = desk.account().await;
    for n in 0..5 {
        assert!(consume(&desk, user, &[MINUTE], n).await.allowed);
    }
    assert!(!consume(&desk, user, &[MINUTE], 5).await.allowed);
    let wider = window("minute", 60, 7);
    assert!(consume(&desk, user, &[wider], 5).await.allowed);
    let narrower = window("minute", 60, 2);
    let refused = consume(&desk, user, &[narrower], 6).await;
    assert_eq!((refused.allowed, refused.windows[0].used), (false, 6));
    // Of those at 0 to 5, all but the last must leave before a second fits.
    assert_eq!(refused.windows[0].retry_after, Duration::from_secs(58));
    assert!(!consume(&desk, user, &[narrower], 63).await.allowed);
    assert!(consume(&desk, user, &[narrower], 64).await.allowed);
}

async fn a_slow_clock_buys_nothing(desk: Desk) {
    let user = desk.account().await;
    for _ in 0..5 {
        assert!(consume(&desk, user, &[MINUTE], 100).await.allowed);
    }
    for behind in [99, 41, 40, 39, 0, -4000] {
        let outcome = consume(&desk, user, &[MINUTE], behind).await;
        assert_eq!((outcome.allowed, outcome.windows[0].used), (false, 5));
        let told = outcome.windows[0].retry_after;
        assert_eq!(at(behind) + told, at(160), "as this clock will show it");
    }
    assert!(consume(&desk, user, &[MINUTE], 160).await.allowed);
}

async fn a_clock_that_jumps_back_and_forth_buys_nothing(desk: Desk) {
    let user = desk.account().await;
    assert!(consume(&desk, user, &[MINUTE], 100).await.allowed);
    // These come later, whatever their clock says.
    for behind in [50, 90, 41, 99] {
        assert!(consume(&desk, user, &[MINUTE], behind).await.allowed);
    }
    for now in [30, 101, 111, 50, 159] {
        let outcome = consume(&desk, user, &[MINUTE], now).await;
        assert!(!outcome.allowed, "five were taken at 100; it is {now}");
    }
    assert!(consume(&desk, user, &[MINUTE], 160).await.allowed);
}

async fn what_is_reset_begins_anew(desk: Desk) {
    let [ours, theirs] = [desk.account().await, desk.account().await];
    for user in [ours, theirs] {
        for _ in 0..MINUTE.limit {
            assert!(consume(&desk, user, &[MINUTE], 0).await.allowed);
        }
        assert!(!consume(&desk, user, &[MINUTE], 1).await.allowed);
    }
    let quota = &desk.stores.quota;
    for _ in 0..2 {
        quota.reset(ours).await.unwrap();
    }
    for used in 1..=MINUTE.limit {
        let outcome = consume(&desk, ours, &[MINUTE], 2).await;
        assert_eq!((outcome.allowed, outcome.windows[0].used), (true, used));
    }
    assert!(!consume(&desk, ours, &[MINUTE], 2).await.allowed);
    assert!(!consume(&desk, theirs, &[MINUTE], 2).await.allowed);
}

async fn what_is_left_behind_is_forgotten(desk: Desk) {
    let [gone, stays] = [desk.account().await, desk.account().await];
    for second in 0..4 {
        assert!(consume(&desk, gone, &[MINUTE], second).await.allowed);
        assert!(consume(&desk, stays, &[MINUTE], second).await.allowed);
    }
    assert!(consume(&desk, stays, &[MINUTE], 30).await.allowed);
    let quota = &desk.stores.quota;
    let forget = async |second, limit| quota.forget(at(second), limit).await.unwrap();
    let used = async |user, second| {
        let usage = quota.usage(user, &[MINUTE], at(second)).await.unwrap();
        usage.windows[0].used
    };
    assert_eq!(forget(0, 9).await, 0, "nothing is of before that");
    assert_eq!(used(gone, 4).await, 4);
    assert_eq!(forget(4, 3).await, 3, "at most so many");
    assert_eq!(forget(4, 9).await + forget(4, 9).await, 5);
    assert_eq!((used(gone, 4).await, used(stays, 30).await), (0, 1));
    // Whoever comes back begins anew, and is limited as before.
    for user in [gone, stays] {
        let left = MINUTE.limit - used(user, 31).await;
        for _ in 0..left {
            assert!(consume(&desk, user, &[MINUTE], 31).await.allowed);
        }
        assert!(!consume(&desk, user, &[MINUTE], 31).await.allowed);
    }
}
