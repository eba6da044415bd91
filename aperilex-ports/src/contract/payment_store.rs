//! Clauses of [`PaymentStore`].

use futures_util::future::join_all;

use super::account_store::noted;
use super::audit_log::record as entered;
use super::support::{Desk, at, usd};
use super::*;
use crate::*;
use PaymentState::{Paid, Reversed};

/// The scenarios.
pub const SCENARIOS: &[Scenario<Desk>] = &[
    scenario!(id: "PY-1", a_payment_is_credited_once),
    scenario!(id: "PY-1", the_same_event_by_many_at_once_credits_once),
    scenario!(id: "PY-2", the_newest_version_counts_in_whatever_order),
    scenario!(id: "PY-3", a_payment_taken_back_takes_its_credits_back),
    scenario!(id: "PY-4", what_makes_no_sense_is_kept_and_changes_nothing),
    scenario!(id: "PY-5", events_come_newest_first),
];

fn news(
    desk: &Desk,
    user: UserId,
    payment: &str,
    version: u64,
    state: PaymentState,
) -> RecordPayment {
    let entry = desk.id(EntryId::from_uuid);
    RecordPayment {
        event: PaymentEvent {
            id: format!("evt {entry}"),
            payment: payment.to_owned(),
            version,
            user,
            amount: usd(100),
            state,
        },
        entry,
        audit: None,
        now: at(i64::try_from(version).unwrap()),
    }
}

async fn record(desk: &Desk, command: &RecordPayment) -> (PaymentOutcome, bool) {
    let recorded = desk.stores.payments.record(command).await.unwrap();
    assert_eq!(
        recorded.outcome == PaymentOutcome::Odd,
        recorded.reason.is_some(),
        "{recorded:?}"
    );
    (recorded.outcome, recorded.repeated)
}

async fn worth(desk: &Desk, user: UserId) -> (i64, i64) {
    let debt = desk.stores.ledger.funds(user).await.unwrap().owed;
    (desk.balance(user).await.posted.micros(), debt.micros())
}

async fn a_payment_is_credited_once(desk: Desk) {
    let user = desk.account().await;
    let paid = news(&desk, user, "pay-1", 1, Paid);
    assert_eq!(
        record(&desk, &paid).await,
        (PaymentOutcome::Credited, false)
    );
    let line = desk.entries(user).await.remove(0);
    assert_eq!(
        (line.id, line.kind, line.amount),
        (paid.entry, EntryKind::TopUp, usd(100))
    );
    let lots = desk.stores.ledger.lots(user).await.unwrap();
    assert_eq!(
        (lots[0].source, lots[0].expires_at),
        (LotSource::Purchased, None)
    );
    // Who entered one by hand is noted, once.
    let by_hand = RecordPayment {
        audit: Some(entered(1)),
        ..news(&desk, user, "pay-9", 1, Paid)
    };
    for repeated in [false, true] {
        let entered = record(&desk, &by_hand).await;
        assert_eq!(entered, (PaymentOutcome::Credited, repeated));
    }
    assert_eq!(noted(&desk).await, [entered(1)]);
    let again = RecordPayment {
        entry: desk.id(EntryId::from_uuid),
        now: at(50),
        ..paid.clone()
    };
    assert_eq!(
        record(&desk, &again).await,
        (PaymentOutcome::Credited, true)
    );
    // Another event that says the same.
    let other = news(&desk, user, "pay-1", 1, Paid);
    assert_eq!(record(&desk, &other).await, (PaymentOutcome::Stale, false));
    let newer = news(&desk, user, "pay-1", 2, Paid);
    assert_eq!(
        record(&desk, &newer).await,
        (PaymentOutcome::Unchanged, false)
    );
    let second = news(&desk, user, "pay-2", 1, Paid);
    assert_eq!(
        record(&desk, &second).await,
        (PaymentOutcome::Credited, false)
    );
    assert_eq!(worth(&desk, user).await, (300, 0));
    desk.audit().await;
}

async fn the_same_event_by_many_at_once_credits_once(desk: Desk) {
    let user = desk.account().await;
    let paid = news(&desk, user, "pay-1", 1, Paid);
    let commands: Vec<_> = (0..10)
        .map(|_| RecordPayment {
            entry: desk.id(EntryId::from_uuid),
            ..paid.clone()
        })
        .collect();
    let outcomes = join_all(commands.iter().map(|command| record(&desk, command))).await;
    let first = outcomes.iter().filter(|(_, repeated)| !repeated).count();
    assert_eq!(first, 1);
    assert!(
        outcomes
            .iter()
            .all(|(outcome, _)| *outcome == PaymentOutcome::Credited)
    );
    assert_eq!(worth(&desk, user).await, (100, 0));
    assert_eq!(desk.stores.payments.events(99).await.unwrap().len(), 1);
    desk.audit().await;
}

async fn the_newest_version_counts_in_whatever_order(desk: Desk) {
    let orders: [[(u64, PaymentState); 3]; 6] = [
        [(1, Paid), (2, Reversed), (3, Paid)],
        [(1, Paid), (3, Paid), (2, Reversed)],
        [(2, Reversed), (1, Paid), (3, Paid)],
        [(2, Reversed), (3, Paid), (1, Paid)],
        [(3, Paid), (1, Paid), (2, Reversed)],
        [(3, Paid), (2, Reversed), (1, Paid)],
    ];
    for order in orders {
        let user = desk.account().await;
        let payment = format!("pay-{user}");
        for (version, state) in order {
            record(&desk, &news(&desk, user, &payment, version, state)).await;
        }
        assert_eq!(worth(&desk, user).await, (100, 0), "{order:?}");
    }
    let user = desk.account().await;
    let late = news(&desk, user, "pay-late", 2, Reversed);
    assert_eq!(
        record(&desk, &late).await,
        (PaymentOutcome::Unchanged, false)
    );
    let early = news(&desk, user, "pay-late", 1, Paid);
    assert_eq!(record(&desk, &early).await, (PaymentOutcome::Stale, false));
    assert_eq!(worth(&desk, user).await, (0, 0));
    desk.audit().await;
}

async fn a_payment_taken_back_takes_its_credits_back(desk: Desk) {
    let user = desk.account().await;
    record(&desk, &news(&desk, user, "pay-1", 1, Paid)).await;
    let ledger = &desk.stores.ledger;
    let hold = ledger.place_hold(&desk.hold(user, 30)).await.unwrap();
    ledger
        .capture(hold.id, usd(30), "work", at(2))
        .await
        .unwrap();
    let back = news(&desk, user, "pay-1", 3, Reversed);
    assert_eq!(
        record(&desk, &back).await,
        (PaymentOutcome::Reversed, false)
    );
    assert_eq!(record(&desk, &back).await, (PaymentOutcome::Reversed, true));
    assert_eq!(worth(&desk, user).await, (0, 30));
    let won = news(&desk, user, "pay-1", 4, Paid);
    assert_eq!(record(&desk, &won).await, (PaymentOutcome::Credited, false));
    assert_eq!(worth(&desk, user).await, (70, 0), "what was owed is paid");
    let lost = news(&desk, user, "pay-1", 5, Reversed);
    assert_eq!(
        record(&desk, &lost).await,
        (PaymentOutcome::Reversed, false)
    );
    assert_eq!(worth(&desk, user).await, (0, 30));
    desk.audit().await;
}

async fn what_makes_no_sense_is_kept_and_changes_nothing(desk: Desk) {
    let [user, other] = [desk.account().await, desk.account().await];
    record(&desk, &news(&desk, user, "pay-1", 1, Paid)).await;
    let before = desk.snapshot().await;
    let mut odd = vec![
        news(&desk, other, "pay-1", 2, Paid),
        news(&desk, desk.person().id, "pay-2", 1, Paid),
    ];
    for amount in [99, 101] {
        let mut news = news(&desk, user, "pay-1", 2, Reversed);
        news.event.amount = usd(amount);
        odd.push(news);
    }
    for amount in [0, -100] {
        let mut news = news(&desk, user, "pay-3", 1, Paid);
        news.event.amount = usd(amount);
        odd.push(news);
    }
    for command in &odd {
        assert_eq!(
            record(&desk, command).await,
            (PaymentOutcome::Odd, false),
            "{command:?}"
        );
        assert_eq!(record(&desk, command).await, (PaymentOutcome::Odd, true));
    }
    let noted = OddEvent {
        id: "evt unreadable".into(),
        payment: None,
        reason: "no such type".into(),
        now: at(9),
    };
    for repeated in [false, true] {
        let told = desk.stores.payments.note(&noted).await.unwrap();
        assert_eq!(
            (told.outcome, told.repeated),
            (PaymentOutcome::Odd, repeated)
        );
        assert_eq!(told.reason.as_deref(), Some("no such type"));
    }
    assert_eq!(desk.snapshot().await, before);
    assert_eq!(
        desk.stores.payments.events(99).await.unwrap().len(),
        odd.len() + 2,
        "what came"
    );
    // Who has entered something odd by hand can mend it.
    let by_hand = |user| RecordPayment {
        audit: Some(entered(7)),
        ..news(&desk, user, "pay-7", 1, Paid)
    };
    let wrong = by_hand(desk.person().id);
    for _ in 0..2 {
        assert_eq!(record(&desk, &wrong).await, (PaymentOutcome::Odd, false));
    }
    assert_eq!(desk.snapshot().await, before);
    let mut mended = by_hand(other);
    mended.event.id.clone_from(&wrong.event.id);
    assert_eq!(
        record(&desk, &mended).await,
        (PaymentOutcome::Credited, false)
    );
    // What was odd bars nothing that is right.
    let right = news(&desk, user, "pay-3", 2, Paid);
    assert_eq!(
        record(&desk, &right).await,
        (PaymentOutcome::Credited, false)
    );
    desk.audit().await;
}

async fn events_come_newest_first(desk: Desk) {
    let user = desk.account().await;
    for version in 1..=5 {
        record(&desk, &news(&desk, user, "pay-1", version, Paid)).await;
    }
    let all = desk.stores.payments.events(99).await.unwrap();
    let times: Vec<_> = all.iter().map(|event| event.received_at).collect();
    assert_eq!(times, [5, 4, 3, 2, 1].map(at));
    let first = &all[4];
    assert_eq!(
        (first.payment.as_deref(), first.user),
        (Some("pay-1"), Some(user))
    );
    assert_eq!(
        (first.outcome, &first.reason),
        (PaymentOutcome::Credited, &None)
    );
    assert_eq!(desk.stores.payments.events(2).await.unwrap(), all[..2]);
}
