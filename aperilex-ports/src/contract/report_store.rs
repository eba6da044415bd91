//! Clauses of [`ReportStore`].

use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::audit_log::record;
use super::support::{Desk, at, usd};
use super::*;
use crate::*;

/// The scenarios.
pub const SCENARIOS: &[Scenario<Desk>] = &[
    scenario!(id: "RP-1", an_empty_store_reports_nothing),
    scenario!(id: "RP-1", reports_say_what_the_other_ports_say),
    scenario!(id: "RP-1", gauges_say_how_things_stand),
    scenario!(id: "RP-2", days_end_at_midnight_of_utc),
    scenario!(id: "RP-3", few_readers_are_not_told_of),
    scenario!(id: "RP-3", what_is_one_accounts_alone_is_not_the_pools),
    scenario!(id: "RP-4", counts_add_up_by_day),
    scenario!(id: "RP-4", racing_counts_add_up),
];

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// The day on which scenarios begin.
fn first_day() -> Days {
    Days {
        from: day("2026-01-01"),
        to: day("2026-01-02"),
    }
}

fn query(least_readers: u64) -> UsageQuery {
    UsageQuery {
        days: first_day(),
        least_readers,
        most_filings: 3,
    }
}

async fn report(desk: &Desk, least_readers: u64) -> UsageReport {
    let reports = &desk.stores.reports;
    reports.usage(&query(least_readers)).await.unwrap()
}

async fn an_empty_store_reports_nothing(desk: Desk) {
    let report = report(&desk, 1).await;
    assert!(report.accounts.is_empty() && report.tasks.is_empty() && report.pool.is_empty());
    assert_eq!(
        (report.filings_per_account, report.other_requests),
        (None, 0)
    );
    assert_eq!(
        desk.stores.reports.gauges().await.unwrap(),
        Gauges::default()
    );
    let nobody = desk.id(UserId::from_uuid);
    let own = desk.stores.reports.of_account(nobody, first_day()).await;
    assert_eq!(own.unwrap(), AccountUsage::default());
}

/// An account that has an analysis made, with access; another that only asks.
async fn busy(desk: &Desk) -> (UserId, UserId, AnalysisRecord) {
    let [done, asking] = [desk.funded(1000).await, desk.funded(1000).await];
    let key = Desk::pool_key(desk.filing().await);
    let (task, lease) = desk.running(&desk.request_with_access(done, &key)).await;
    let completion = desk.completion(&task, lease);
    desk.stores.settlement.complete(&completion).await.unwrap();
    for _ in 0..2 {
        let key = Desk::pool_key(desk.filing().await);
        desk.submit(&desk.request_with_access(asking, &key)).await;
    }
    (done, asking, completion.analysis)
}

async fn reports_say_what_the_other_ports_say(desk: Desk) {
    let (done, asking, analysis) = busy(&desk).await;
    for times in [1, 2] {
        let pool = &desk.stores.pool;
        pool.record_view(analysis.id, times).await.unwrap();
    }
    let report = report(&desk, 1).await;
    assert_eq!(report.accounts, BTreeMap::from([(Tier::Basic, 2)]));
    let filings = report.filings_per_account.unwrap();
    assert_eq!((filings.accounts, filings.sum, filings.max), (1, 1, 1));
    let mut tasks: BTreeMap<TaskStatus, u64> = BTreeMap::new();
    let mut entries: BTreeMap<EntryKind, MicroUsd> = BTreeMap::new();
    for user in [done, asking] {
        let mut own = AccountUsage::default();
        for task in desk.stores.tasks.list(user, None, MAX_PAGE).await.unwrap() {
            *tasks.entry(task.status).or_default() += 1;
            *own.tasks.entry(task.status).or_default() += 1;
            let access = desk.stores.filings.access(user, task.key.filing).await;
            own.filings += u64::from(access.unwrap().is_some());
        }
        for entry in desk.entries(user).await {
            for sums in [&mut entries, &mut own.entries] {
                let sum = sums.entry(entry.kind).or_insert(MicroUsd::ZERO);
                *sum = [*sum, entry.amount].into_iter().sum();
            }
        }
        let told = desk.stores.reports.of_account(user, first_day()).await;
        assert_eq!(told.unwrap(), own);
    }
    assert_eq!(report.tasks, tasks);
    assert_eq!(report.entries, entries);
    assert_eq!(report.entries[&EntryKind::Analysis], usd(-20));
    let share = PoolShare {
        quality: analysis.key.quality,
        method: analysis.method,
        analyses: 1,
        bytes: analysis.result_bytes,
        claims: u64::from(analysis.claims),
        score: analysis.score,
        views: 3,
    };
    assert_eq!(report.pool, [share]);
    let popular: Vec<_> = report
        .popular
        .iter()
        .map(|it| (it.filing, it.requests, it.readers))
        .collect();
    assert_eq!(
        popular,
        [(analysis.key.filing, 1, 1)],
        "the others have no reader yet"
    );
    assert_eq!(report.other_requests, 2);
}

async fn gauges_say_how_things_stand(desk: Desk) {
    let (done, asking, analysis) = busy(&desk).await;
    let debtor = desk.account().await;
    owe(&desk, debtor, 30).await;
    let gauges = desk.stores.reports.gauges().await.unwrap();
    let (outbox, now) = (&desk.stores.outbox, at(100_000));
    let notices = outbox
        .next_notices(MAX_PAGE, at(100_060), now)
        .await
        .unwrap();
    let ids: Vec<i64> = notices.iter().map(|row| row.id).collect();
    outbox.mark_sent(&ids, now).await.unwrap();
    let mut expected = Gauges {
        outbox: u64::try_from(desk.drain().await.len() + ids.len()).unwrap(),
        oldest_waiting: Some(at(0)),
        owed: usd(30),
        pooled: 1,
        pool_bytes: analysis.result_bytes,
        ..Gauges::default()
    };
    for user in [done, asking] {
        for task in desk.stores.tasks.list(user, None, MAX_PAGE).await.unwrap() {
            *expected.tasks.entry(task.status).or_default() += 1;
        }
        let holds = desk.stores.ledger.holds(user).await.unwrap();
        let open = holds.iter().filter(|hold| hold.status == HoldStatus::Open);
        expected.open_holds += u64::try_from(open.count()).unwrap();
        let balance = desk.balance(user).await;
        expected.held = [expected.held, balance.held].into_iter().sum();
        expected.available = [expected.available, balance.available()].into_iter().sum();
    }
    assert_eq!(gauges, expected);
    assert_eq!(
        (gauges.open_holds, gauges.tasks[&TaskStatus::Pending]),
        (4, 2)
    );
    let retract = RetractAnalysis {
        analysis: analysis.id,
        refund: desk.id(EntryId::from_uuid),
        description: "withdrawn".into(),
        fresh_until: at(99_999),
        audit: record(1),
        now: at(50),
    };
    desk.stores.settlement.retract(&retract).await.unwrap();
    let after = desk.stores.reports.gauges().await.unwrap();
    assert_eq!((after.pooled, after.pool_bytes), (0, 0));
    assert_eq!(after.outbox, 0);
}

async fn what_is_one_accounts_alone_is_not_the_pools(desk: Desk) {
    let user = desk.account().await;
    let key = PoolKey {
        owner: Some(user),
        ..Desk::pool_key(desk.filing().await)
    };
    let mut request = desk.request(user, &key);
    request.charges.analysis_price = MicroUsd::ZERO;
    let (task, lease) = desk.running(&request).await;
    let mut done = desk.completion(&task, lease);
    done.free = Some(Waiver::OwnKey);
    desk.stores.settlement.complete(&done).await.unwrap();
    let report = report(&desk, 1).await;
    assert_eq!(report.pool, []);
    assert_eq!(report.tasks[&TaskStatus::Completed], 1);
    let gauges = desk.stores.reports.gauges().await.unwrap();
    assert_eq!((gauges.pooled, gauges.pool_bytes), (0, 0));
}

/// An account whose payment was taken back after it was spent.
async fn owe(desk: &Desk, user: UserId, micros: i64) {
    let ledger = &desk.stores.ledger;
    let paid = ledger.post(&desk.top_up(user, micros)).await.unwrap();
    let spent = ledger.place_hold(&desk.hold(user, micros)).await.unwrap();
    let spend = ledger.capture(spent.id, usd(micros), "work", at(1)).await;
    spend.unwrap();
    let reverse = ReverseCredit {
        id: desk.id(EntryId::from_uuid),
        user,
        entry: paid.id,
        amount: usd(micros),
        key: "back".into(),
        description: "payment taken back".into(),
        now: at(2),
    };
    assert_eq!(ledger.reverse(&reverse).await.unwrap().owed, usd(micros));
}

/// Something at the last moment before, the first of, and the first after the second day.
async fn days_end_at_midnight_of_utc(desk: Desk) {
    let user = desk.account().await;
    let day_long = 24 * 60 * 60;
    for seconds in [0, day_long - 1, day_long, 2 * day_long - 1, 2 * day_long] {
        let now = at(seconds);
        let amount = usd(1 + seconds);
        let top_up = PostEntry {
            amount,
            now,
            ..desk.top_up(user, 1)
        };
        desk.stores.ledger.post(&top_up).await.unwrap();
        let key = Desk::pool_key(desk.filing().await);
        let mut request = SubmitTask {
            now,
            ..desk.request(user, &key)
        };
        request.charges.analysis_price = MicroUsd::ZERO;
        desk.submit(&request).await;
    }
    let second = Days {
        from: day("2026-01-02"),
        to: day("2026-01-03"),
    };
    let expected = usd(1 + day_long + 2 * day_long);
    let reports = &desk.stores.reports;
    let query = UsageQuery {
        days: second,
        ..query(1)
    };
    let report = reports.usage(&query).await.unwrap();
    let own = reports.of_account(user, second).await.unwrap();
    for entries in [&report.entries, &own.entries] {
        assert_eq!(entries[&EntryKind::TopUp], expected);
    }
    for tasks in [&report.tasks, &own.tasks] {
        assert_eq!(tasks.values().sum::<u64>(), 2);
    }
    let empty = Days {
        to: second.from,
        ..second
    };
    let none = reports.of_account(user, empty).await.unwrap();
    assert_eq!(none, AccountUsage::default());
}

async fn few_readers_are_not_told_of(desk: Desk) {
    let filings = [
        desk.filing().await,
        desk.filing().await,
        desk.filing().await,
    ];
    let mut users = Vec::new();
    for _ in 0..3 {
        users.push(desk.funded(1000).await);
    }
    // The first is read by all three, the second by two, the third by one; the second is asked for most.
    for (place, filing) in filings.iter().enumerate() {
        for user in &users[place..] {
            desk.give_access(*user, *filing, AccessSource::Paid).await;
        }
    }
    let templates = [Template::Risk, Template::Business, Template::Financial];
    for (filing, asked) in [(filings[0], 1), (filings[1], 3), (filings[2], 1)] {
        for template in &templates[..asked] {
            let key = PoolKey {
                template: *template,
                ..Desk::pool_key(filing)
            };
            desk.submit(&desk.request(users[2], &key)).await;
        }
    }
    let named = async |least| {
        let report = report(&desk, least).await;
        let popular = report.popular.iter();
        let popular: Vec<_> = popular
            .map(|it| (it.filing, it.requests, it.readers))
            .collect();
        (
            popular,
            report.other_requests,
            report.filings_per_account.is_some(),
        )
    };
    let [first, second, third] = filings;
    let (popular, others, spread) = named(1).await;
    assert_eq!(popular[0], (second, 3, 2));
    assert_eq!((popular.len(), others, spread), (3, 0, true));
    assert!(popular.contains(&(first, 1, 3)) && popular.contains(&(third, 1, 1)));
    assert_eq!(
        named(2).await,
        (vec![(second, 3, 2), (first, 1, 3)], 1, true)
    );
    assert_eq!(named(3).await, (vec![(first, 1, 3)], 4, true));
    assert_eq!(named(4).await, (Vec::new(), 5, false));
}

async fn counts_add_up_by_day(desk: Desk) {
    let reports = &desk.stores.reports;
    for (on, name, more) in [
        ("2025-12-31", CountName::Pooled, 100),
        ("2026-01-01", CountName::Pooled, 2),
        ("2026-01-01", CountName::Pooled, 3),
        ("2026-01-01", CountName::Refused, 7),
        ("2026-01-02", CountName::Pooled, 1000),
    ] {
        reports.count(day(on), name, more).await.unwrap();
    }
    let counted = BTreeMap::from([(CountName::Pooled, 5), (CountName::Refused, 7)]);
    assert_eq!(report(&desk, 1).await.counts, counted);
    let both = Days {
        to: day("2026-01-03"),
        ..first_day()
    };
    let query = UsageQuery {
        days: both,
        ..query(1)
    };
    let report = reports.usage(&query).await.unwrap();
    assert_eq!(report.counts[&CountName::Pooled], 1005);
}

async fn racing_counts_add_up(desk: Desk) {
    let reports = &desk.stores.reports;
    let on = day("2026-01-01");
    let counts = (0..32).map(|_| reports.count(on, CountName::Led, 2));
    for counted in join_all(counts).await {
        counted.unwrap();
    }
    assert_eq!(report(&desk, 1).await.counts[&CountName::Led], 64);
}
