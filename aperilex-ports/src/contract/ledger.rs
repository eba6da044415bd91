//! Clauses of [`Ledger`].

mod closed;
mod journal;
mod lots;
mod notices;
mod parts;
mod reverse;

use futures_util::future::join_all;

use super::support::{Desk, MOST_PAGES, at, usd};
use super::*;
use crate::*;
pub(super) use closed::suspend;
use closed::*;
use journal::*;
use lots::*;
use notices::*;
use parts::*;
use reverse::*;

/// The scenarios.
pub const SCENARIOS: &[Scenario<Desk>] = &[
    scenario!(id: "LG-1", a_hold_lowers_available_alone),
    scenario!(id: "LG-2", a_hold_over_available_leaves_nothing),
    scenario!(id: "LG-3", a_capture_posts_one_charge_and_frees_the_rest),
    scenario!(id: "LG-3", a_late_hold_is_captured_until_it_is_expired),
    scenario!(id: "LG-4", a_capture_over_the_hold_is_refused),
    scenario!(id: "LG-5", a_voided_hold_restores_available),
    scenario!(id: "LG-6", a_hold_ends_once),
    scenario!(id: "LG-6", of_racing_ends_one_wins),
    scenario!(id: "LG-7", racing_holds_never_overdraw),
    scenario!(id: "LG-8", the_balance_is_the_fold_after_every_step),
    scenario!(id: "LG-9", the_same_command_gives_the_first_outcome),
    scenario!(id: "LG-9", the_same_command_by_many_at_once_is_done_once),
    scenario!(id: "LG-10", a_key_is_not_used_for_something_else),
    scenario!(id: "LG-11", racing_posts_make_one_chain),
    scenario!(id: "LG-12", entries_come_newest_first_by_page),
    scenario!(id: "LG-13", expire_ends_late_holds_alone),
    scenario!(id: "LG-13", a_hold_of_a_live_task_does_not_expire),
    scenario!(id: "LG-14", unlawful_amounts_are_refused),
    scenario!(id: "LG-15", every_change_is_a_transaction_of_two_sides),
    scenario!(id: "LG-16", what_lapses_first_is_spent_first),
    scenario!(id: "LG-17", what_is_not_charged_goes_back_where_it_came_from),
    scenario!(id: "LG-18", credits_lapse_at_the_next_touch),
    scenario!(id: "LG-18", racing_lapses_end_credits_once),
    scenario!(id: "LG-18", what_lapsed_under_a_failure_comes_again),
    scenario!(id: "LG-19", a_refund_goes_to_the_lots_that_paid),
    scenario!(id: "LG-19", racing_refunds_give_back_no_more_than_was_paid),
    scenario!(id: "LG-20", only_own_charges_are_refunded_and_once),
    scenario!(id: "LG-21", a_suspended_account_holds_nothing),
    scenario!(id: "LG-21", a_suspended_follower_takes_nothing_over),
    scenario!(id: "LG-22", a_balance_that_falls_leaves_a_notice),
    scenario!(id: "LG-22", who_does_not_want_it_and_who_has_plenty_gets_none),
    scenario!(id: "LG-23", a_top_up_is_taken_back_and_the_rest_is_owed),
    scenario!(id: "LG-23", only_own_top_ups_are_taken_back_and_once),
    scenario!(id: "LG-23", racing_reversals_take_back_no_more_than_came),
    scenario!(id: "LG-24", who_owes_holds_nothing_until_it_is_paid),
    scenario!(id: "LG-24", what_was_held_can_be_charged_and_what_comes_back_pays),
    scenario!(id: "LG-25", bulk_is_charged_filing_by_filing),
    scenario!(id: "LG-25", other_holds_refuse_parts),
    scenario!(id: "LG-25", racing_parts_charge_each_filing_once),
];

async fn a_hold_lowers_available_alone(desk: Desk) {
    let user = desk.funded(100).await;
    let hold = desk.hold(user, 30);
    let placed = desk.stores.ledger.place_hold(&hold).await.unwrap();
    let expected = Hold {
        id: hold.id,
        user,
        purpose: hold.purpose,
        amount: usd(30),
        captured: usd(0),
        status: HoldStatus::Open,
        filing: None,
        task: None,
        expires_at: hold.expires_at,
        created_at: hold.now,
    };
    assert_eq!(placed, expected);
    assert_eq!(desk.stores.ledger.holds(user).await.unwrap(), [expected]);
    let balance = desk.balance(user).await;
    assert_eq!((balance.posted, balance.held), (usd(100), usd(30)));
    desk.audit().await;
}

async fn a_hold_over_available_leaves_nothing(desk: Desk) {
    let user = desk.funded(100).await;
    desk.stores
        .ledger
        .place_hold(&desk.hold(user, 60))
        .await
        .unwrap();
    let before = desk.snapshot().await;
    let refused = desk.stores.ledger.place_hold(&desk.hold(user, 41)).await;
    match refused {
        Err(LedgerError::InsufficientCredits { needed, available }) => {
            assert_eq!((needed, available), (usd(41), usd(40)));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(desk.snapshot().await, before);
    desk.stores
        .ledger
        .place_hold(&desk.hold(user, 40))
        .await
        .unwrap();
    desk.audit().await;
}

async fn a_capture_posts_one_charge_and_frees_the_rest(desk: Desk) {
    let ledger = &desk.stores.ledger;
    let user = desk.funded(100).await;
    let filing = desk.filing().await;
    let hold = PlaceHold {
        filing: Some(filing),
        ..desk.hold(user, 30)
    };
    ledger.place_hold(&hold).await.unwrap();
    let entry = ledger
        .capture(hold.id, usd(25), "an analysis", at(5))
        .await
        .unwrap();
    assert_eq!(entry.id.as_uuid(), hold.id.as_uuid());
    assert_eq!((entry.amount, entry.balance_after), (usd(-25), usd(75)));
    assert_eq!((entry.kind, entry.hold), (hold.purpose, Some(hold.id)));
    assert_eq!((entry.filing, entry.task), (Some(filing), None));
    assert_eq!(
        (entry.description.as_str(), entry.at),
        ("an analysis", at(5))
    );
    assert_eq!(desk.entries(user).await[1..], [entry]);
    assert_eq!(
        desk.hold_status(user, hold.id).await,
        Some(HoldStatus::Captured)
    );
    let balance = desk.balance(user).await;
    assert_eq!((balance.posted, balance.held), (usd(75), usd(0)));
    desk.audit().await;
}

async fn a_late_hold_is_captured_until_it_is_expired(desk: Desk) {
    let user = desk.funded(100).await;
    let hold = desk.hold(user, 30);
    desk.stores.ledger.place_hold(&hold).await.unwrap();
    desk.stores
        .ledger
        .capture(hold.id, usd(30), "late", at(9999))
        .await
        .unwrap();
    assert_eq!(desk.balance(user).await.posted, usd(70));
    desk.audit().await;
}

async fn a_capture_over_the_hold_is_refused(desk: Desk) {
    let user = desk.funded(100).await;
    let hold = desk.hold(user, 30);
    desk.stores.ledger.place_hold(&hold).await.unwrap();
    let before = desk.snapshot().await;
    let refused = desk
        .stores
        .ledger
        .capture(hold.id, usd(31), "too much", at(1))
        .await;
    assert!(matches!(refused, Err(LedgerError::OverCapture { held }) if held == usd(30)));
    assert_eq!(desk.snapshot().await, before);
}

async fn a_voided_hold_restores_available(desk: Desk) {
    let user = desk.funded(100).await;
    let hold = desk.hold(user, 100);
    desk.stores.ledger.place_hold(&hold).await.unwrap();
    desk.stores.ledger.void(hold.id, None, at(1)).await.unwrap();
    assert_eq!(
        desk.hold_status(user, hold.id).await,
        Some(HoldStatus::Voided)
    );
    let balance = desk.balance(user).await;
    assert_eq!((balance.posted, balance.held), (usd(100), usd(0)));
    desk.stores
        .ledger
        .place_hold(&desk.hold(user, 100))
        .await
        .unwrap();
    desk.audit().await;
}

async fn a_hold_ends_once(desk: Desk) {
    let ledger = &desk.stores.ledger;
    let user = desk.funded(100).await;
    let [captured, voided, expired] = [(); 3].map(|()| desk.hold(user, 10));
    for hold in [&captured, &voided, &expired] {
        ledger.place_hold(hold).await.unwrap();
    }
    let entry = ledger
        .capture(captured.id, usd(10), "first", at(1))
        .await
        .unwrap();
    ledger.void(voided.id, None, at(1)).await.unwrap();
    assert_eq!(ledger.expire(None, at(2000), 10).await.unwrap().len(), 1);
    let before = desk.snapshot().await;

    let again = ledger
        .capture(captured.id, usd(10), "again", at(2))
        .await
        .unwrap();
    assert_eq!(again, entry, "the first outcome");
    ledger.void(voided.id, None, at(2)).await.unwrap();
    for (hold, amount, status) in [
        (&captured, 9, HoldStatus::Captured),
        (&voided, 10, HoldStatus::Voided),
        (&expired, 10, HoldStatus::Expired),
    ] {
        let refused = ledger.capture(hold.id, usd(amount), "no", at(3)).await;
        assert_ended(refused.map(drop), status);
    }
    assert_ended(
        ledger.void(captured.id, None, at(3)).await,
        HoldStatus::Captured,
    );
    assert_ended(
        ledger.void(expired.id, None, at(3)).await,
        HoldStatus::Expired,
    );
    assert!(ledger.expire(None, at(3000), 10).await.unwrap().is_empty());
    assert_eq!(desk.snapshot().await, before);

    let nobodys = desk.id(HoldId::from_uuid);
    let refused = ledger.capture(nobodys, usd(1), "no", at(3)).await;
    assert!(matches!(refused, Err(LedgerError::Unknown)));
    assert!(matches!(
        ledger.void(nobodys, None, at(3)).await,
        Err(LedgerError::Unknown)
    ));
}

fn assert_ended(outcome: Result<(), LedgerError>, as_what: HoldStatus) {
    assert!(
        matches!(outcome, Err(LedgerError::HoldEnded { status }) if status == as_what),
        "{outcome:?}"
    );
}

async fn of_racing_ends_one_wins(desk: Desk) {
    let ledger = &desk.stores.ledger;
    let user = desk.funded(100).await;
    let hold = desk.hold(user, 40);
    ledger.place_hold(&hold).await.unwrap();
    let amounts = 1..=32;
    let captures = join_all(amounts.map(|n| ledger.capture(hold.id, usd(n), "race", at(1))));
    let voids = join_all((0..8).map(|_| ledger.void(hold.id, None, at(1))));
    let (captures, voids) = futures_util::future::join(captures, voids).await;
    let captured: Vec<_> = captures.into_iter().flatten().collect();
    match desk.hold_status(user, hold.id).await {
        Some(HoldStatus::Captured) => {
            assert_eq!(captured.len(), 1);
            assert!(voids.iter().all(Result::is_err), "captured and voided");
            assert_eq!(desk.entries(user).await[1..], captured);
        }
        Some(HoldStatus::Voided) => {
            assert!(captured.is_empty(), "captured and voided");
            assert_eq!(desk.balance(user).await.posted, usd(100));
        }
        other => panic!("{other:?}"),
    }
    desk.audit().await;
}

async fn racing_holds_never_overdraw(desk: Desk) {
    let user = desk.funded(100).await;
    let holds: Vec<_> = (0..64).map(|_| desk.hold(user, 10)).collect();
    let outcomes = join_all(holds.iter().map(|hold| desk.stores.ledger.place_hold(hold))).await;
    let placed = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(placed, 10, "credits for exactly ten");
    for refused in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert!(
            matches!(refused, LedgerError::InsufficientCredits { .. }),
            "{refused:?}"
        );
    }
    let balance = desk.balance(user).await;
    assert_eq!((balance.posted, balance.held), (usd(100), usd(100)));
    desk.audit().await;
}

async fn the_balance_is_the_fold_after_every_step(desk: Desk) {
    let ledger = &desk.stores.ledger;
    let user = desk.account().await;
    desk.audit().await;
    assert_eq!(desk.balance(user).await, Balance::default());
    for n in 1..=20 {
        ledger.post(&desk.top_up(user, 10 * n)).await.unwrap();
        let holds = [desk.hold(user, 3 * n), desk.hold(user, 2 * n)];
        for hold in &holds {
            ledger.place_hold(hold).await.unwrap();
        }
        desk.audit().await;
        ledger
            .capture(holds[0].id, usd(2 * n), "work", at(n))
            .await
            .unwrap();
        if n % 2 == 0 {
            ledger.void(holds[1].id, None, at(n)).await.unwrap();
        }
        let correction = PostEntry {
            kind: EntryKind::Adjustment,
            ..desk.top_up(user, -n)
        };
        ledger.post(&correction).await.unwrap();
        desk.audit().await;
    }
    // Of each round 10n come in, 2n are captured and n are taken back; the odd rounds still hold 2n.
    let balance = desk.balance(user).await;
    assert_eq!((balance.posted, balance.held), (usd(7 * 210), usd(2 * 100)));
}

async fn the_same_command_gives_the_first_outcome(desk: Desk) {
    let ledger = &desk.stores.ledger;
    let user = desk.account().await;
    let top_up = desk.top_up(user, 50);
    let entry = ledger.post(&top_up).await.unwrap();
    let hold = desk.hold(user, 30);
    let placed = ledger.place_hold(&hold).await.unwrap();
    let before = desk.snapshot().await;

    let later = PostEntry {
        id: desk.id(EntryId::from_uuid),
        now: at(60),
        ..top_up
    };
    assert_eq!(ledger.post(&later).await.unwrap(), entry);
    let later = PlaceHold {
        now: at(60),
        expires_at: at(1860),
        ..hold
    };
    assert_eq!(ledger.place_hold(&later).await.unwrap(), placed);
    assert_eq!(desk.snapshot().await, before);
}

async fn the_same_command_by_many_at_once_is_done_once(desk: Desk) {
    let ledger = &desk.stores.ledger;
    let user = desk.account().await;
    let top_up = desk.top_up(user, 50);
    let posts: Vec<_> = (0..32)
        .map(|_| PostEntry {
            id: desk.id(EntryId::from_uuid),
            ..top_up.clone()
        })
        .collect();
    let outcomes = join_all(posts.iter().map(|post| ledger.post(post))).await;
    let entries: Vec<_> = outcomes.into_iter().map(Result::unwrap).collect();
    assert_eq!(desk.entries(user).await, entries[..1]);
    assert!(entries.iter().all(|entry| *entry == entries[0]));

    let hold = desk.hold(user, 30);
    let outcomes = join_all((0..32).map(|_| ledger.place_hold(&hold))).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(desk.balance(user).await.held, usd(30));
    desk.audit().await;
}

async fn a_key_is_not_used_for_something_else(desk: Desk) {
    let ledger = &desk.stores.ledger;
    let [user, other] = [desk.account().await, desk.funded(100).await];
    let top_up = desk.top_up(user, 50);
    ledger.post(&top_up).await.unwrap();
    let hold = desk.hold(user, 30);
    ledger.place_hold(&hold).await.unwrap();
    let before = desk.snapshot().await;

    let id = || desk.id(EntryId::from_uuid);
    for reused in [
        PostEntry {
            id: id(),
            amount: usd(51),
            ..top_up.clone()
        },
        PostEntry {
            id: id(),
            kind: EntryKind::Adjustment,
            ..top_up.clone()
        },
    ] {
        assert!(matches!(
            ledger.post(&reused).await,
            Err(LedgerError::KeyReused)
        ));
    }
    for reused in [
        PlaceHold {
            amount: usd(29),
            ..hold.clone()
        },
        PlaceHold {
            purpose: EntryKind::FilingAccess,
            ..hold.clone()
        },
        PlaceHold {
            user: other,
            ..hold.clone()
        },
    ] {
        assert!(matches!(
            ledger.place_hold(&reused).await,
            Err(LedgerError::KeyReused)
        ));
    }
    assert_eq!(desk.snapshot().await, before);

    let own = PostEntry {
        id: id(),
        user: other,
        amount: usd(7),
        ..top_up
    };
    assert_eq!(
        ledger.post(&own).await.unwrap().amount,
        usd(7),
        "keys are the account's own"
    );
}

async fn racing_posts_make_one_chain(desk: Desk) {
    let user = desk.account().await;
    let posts: Vec<_> = (1..=32).map(|n| desk.top_up(user, n)).collect();
    for outcome in join_all(posts.iter().map(|post| desk.stores.ledger.post(post))).await {
        outcome.unwrap();
    }
    let entries = desk.entries(user).await;
    assert_eq!(entries.len(), 32);
    assert_eq!(entries[31].balance_after, usd(32 * 33 / 2));
    desk.audit().await;
}

async fn entries_come_newest_first_by_page(desk: Desk) {
    let ledger = &desk.stores.ledger;
    let user = desk.account().await;
    desk.funded(5).await;
    for n in 1..=7 {
        ledger.post(&desk.top_up(user, n)).await.unwrap();
    }
    let (mut pages, mut before) = (Vec::new(), None);
    for _ in 0..MOST_PAGES {
        let page = ledger.entries(user, before, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.seq);
        pages.push(
            page.iter()
                .map(|entry| entry.amount.micros())
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(pages, [vec![7, 6, 5], vec![4, 3, 2], vec![1]]);
    let stranger = desk.id(UserId::from_uuid);
    assert!(ledger.entries(stranger, None, 3).await.unwrap().is_empty());
}

async fn expire_ends_late_holds_alone(desk: Desk) {
    let ledger = &desk.stores.ledger;
    let user = desk.funded(100).await;
    let hold = |seconds| PlaceHold {
        expires_at: at(seconds),
        ..desk.hold(user, 10)
    };
    let (late, future, done) = ([hold(10), hold(20), hold(30)], hold(900), hold(15));
    for hold in late.iter().chain([&future, &done]) {
        ledger.place_hold(hold).await.unwrap();
    }
    ledger
        .capture(done.id, usd(10), "done", at(1))
        .await
        .unwrap();

    assert!(ledger.expire(None, at(5), 10).await.unwrap().is_empty());
    let mut ended = ledger.expire(None, at(60), 2).await.unwrap();
    assert_eq!(ended.len(), 2, "at most the limit");
    ended.extend(ledger.expire(None, at(60), 2).await.unwrap());
    assert!(ended.iter().all(|hold| hold.status == HoldStatus::Expired));
    let mut ids: Vec<_> = ended.iter().map(|hold| hold.id).collect();
    ids.sort();
    assert_eq!(ids, late.map(|hold| hold.id));
    assert_eq!(
        desk.hold_status(user, future.id).await,
        Some(HoldStatus::Open)
    );
    let balance = desk.balance(user).await;
    assert_eq!((balance.posted, balance.held), (usd(90), usd(10)));
    desk.audit().await;
}

async fn a_hold_of_a_live_task_does_not_expire(desk: Desk) {
    let task = desk.lone_task().await;
    assert!(
        desk.stores
            .ledger
            .expire(None, at(9999), 10)
            .await
            .unwrap()
            .is_empty()
    );
    let hold = task.charges.analysis_hold;
    assert_eq!(
        desk.hold_status(task.user, hold).await,
        Some(HoldStatus::Open)
    );
}

async fn unlawful_amounts_are_refused(desk: Desk) {
    let ledger = &desk.stores.ledger;
    let user = desk.funded(100).await;
    let open = desk.hold(user, 10);
    ledger.place_hold(&open).await.unwrap();
    let before = desk.snapshot().await;
    for amount in [0, -1, i64::MIN] {
        let refused = ledger.place_hold(&desk.hold(user, amount)).await;
        assert!(
            matches!(refused, Err(LedgerError::BadAmount)),
            "{amount}: {refused:?}"
        );
        let refused = ledger.capture(open.id, usd(amount), "no", at(1)).await;
        assert!(
            matches!(refused, Err(LedgerError::BadAmount)),
            "{amount}: {refused:?}"
        );
    }
    for amount in [0, i64::MAX] {
        let refused = ledger.post(&desk.top_up(user, amount)).await;
        assert!(
            matches!(refused, Err(LedgerError::BadAmount)),
            "{amount}: {refused:?}"
        );
    }
    // 90 of the 100 are available.
    let expiry = PostEntry {
        kind: EntryKind::Expiry,
        ..desk.top_up(user, -91)
    };
    match ledger.post(&expiry).await {
        Err(LedgerError::InsufficientCredits { needed, available }) => {
            assert_eq!((needed, available), (usd(91), usd(90)));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(desk.snapshot().await, before);

    let nobody = desk.id(UserId::from_uuid);
    let refused = ledger.post(&desk.top_up(nobody, 1)).await;
    assert!(matches!(refused, Err(LedgerError::Unknown)), "{refused:?}");
    let refused = ledger.place_hold(&desk.hold(nobody, 1)).await;
    assert!(matches!(refused, Err(LedgerError::Unknown)), "{refused:?}");
    assert!(matches!(
        ledger.balance(nobody).await,
        Err(LedgerError::Unknown)
    ));
}
