//! Holds that are charged in parts: LG-25.

use futures_util::future::join_all;

use super::super::support::{Desk, at, usd};
use crate::*;

/// A hold for bulk import, placed.
async fn bulk(desk: &Desk, user: UserId, micros: i64) -> HoldId {
    let hold = PlaceHold {
        purpose: EntryKind::BulkImport,
        ..desk.hold(user, micros)
    };
    desk.stores.ledger.place_hold(&hold).await.unwrap();
    hold.id
}

fn part(hold: HoldId, filing: FilingId, micros: i64) -> CapturePart {
    CapturePart {
        hold,
        filing,
        amount: usd(micros),
        description: "import of a filing".into(),
        now: at(5),
    }
}

/// A filing that the account may read, as every filing that is charged for must be.
async fn opened(desk: &Desk, user: UserId) -> FilingId {
    let filing = desk.filing().await;
    desk.give_access(user, filing, AccessSource::Paid).await;
    filing
}

pub(super) async fn bulk_is_charged_filing_by_filing(desk: Desk) {
    let ledger = &desk.stores.ledger;
    let user = desk.funded(100).await;
    let filings = [opened(&desk, user).await, opened(&desk, user).await];
    let third = opened(&desk, user).await;
    let hold = bulk(&desk, user, 30).await;
    let first = ledger.capture_part(&part(hold, filings[0], 10)).await;
    let first = first.unwrap();
    assert_eq!(
        (first.kind, first.hold),
        (EntryKind::BulkImport, Some(hold))
    );
    assert_eq!(
        (first.amount, first.filing),
        (usd(-10), Some(filings[0])),
        "{first:?}"
    );
    assert_eq!(first.balance_after, usd(90));
    let placed = desk.find_hold(user, hold).await.unwrap();
    assert_eq!((placed.status, placed.left()), (HoldStatus::Open, usd(20)));
    let before = desk.snapshot().await;
    let later = CapturePart {
        now: at(6),
        ..part(hold, filings[0], 10)
    };
    let again = ledger.capture_part(&later).await;
    assert_eq!(again.unwrap(), first, "each filing once");
    let other = ledger.capture_part(&part(hold, filings[0], 9)).await;
    assert!(matches!(other, Err(LedgerError::KeyReused)), "{other:?}");
    let over = ledger.capture_part(&part(hold, filings[1], 21)).await;
    assert!(
        matches!(over, Err(LedgerError::OverCapture { held }) if held == usd(20)),
        "{over:?}"
    );
    for nothing in [0, -1] {
        let bad = ledger.capture_part(&part(hold, filings[1], nothing)).await;
        assert!(matches!(bad, Err(LedgerError::BadAmount)), "{bad:?}");
    }
    assert_eq!(desk.snapshot().await, before);

    ledger
        .capture_part(&part(hold, filings[1], 12))
        .await
        .unwrap();
    ledger.void(hold, None, at(6)).await.unwrap();
    let balance = desk.balance(user).await;
    assert_eq!((balance.posted, balance.held), (usd(78), usd(0)));
    let late = ledger.capture_part(&part(hold, third, 1)).await;
    assert!(
        matches!(late, Err(LedgerError::HoldEnded { .. })),
        "{late:?}"
    );
    let known = ledger.capture_part(&part(hold, filings[0], 10)).await;
    assert_eq!(known.unwrap(), first, "also when it has ended");

    let whole = bulk(&desk, user, 8).await;
    ledger.capture_part(&part(whole, third, 8)).await.unwrap();
    let status = desk.hold_status(user, whole).await;
    assert_eq!(status, Some(HoldStatus::Captured), "nothing is left of it");
    part_refunded(&desk, &first).await;
    assert_eq!(desk.balance(user).await.posted, usd(80));
    desk.audit().await;
}

/// A part is a charge like any other.
async fn part_refunded(desk: &Desk, part: &LedgerEntry) {
    let refund = Refund {
        id: desk.id(EntryId::from_uuid),
        user: part.user,
        entry: part.id,
        amount: part.amount.negated(),
        key: "sorry".into(),
        description: "the wrong filing".into(),
        fresh_until: at(9999),
        now: at(7),
    };
    desk.stores.ledger.refund(&refund).await.unwrap();
}

pub(super) async fn other_holds_refuse_parts(desk: Desk) {
    let ledger = &desk.stores.ledger;
    let user = desk.funded(100).await;
    let filing = desk.filing().await;
    let plain = desk.hold(user, 30);
    ledger.place_hold(&plain).await.unwrap();
    let hold = bulk(&desk, user, 30).await;
    let before = desk.snapshot().await;
    let refused = ledger.capture_part(&part(plain.id, filing, 30)).await;
    assert!(
        matches!(refused, Err(LedgerError::WrongCharge)),
        "{refused:?}"
    );
    let refused = ledger.capture(hold, usd(30), "at once", at(5)).await;
    assert!(
        matches!(refused, Err(LedgerError::WrongCharge)),
        "{refused:?}"
    );
    let unknown = desk.id(HoldId::from_uuid);
    let refused = ledger.capture_part(&part(unknown, filing, 1)).await;
    assert!(matches!(refused, Err(LedgerError::Unknown)), "{refused:?}");
    assert_eq!(desk.snapshot().await, before);
    desk.audit().await;
}

pub(super) async fn racing_parts_charge_each_filing_once(desk: Desk) {
    let ledger = &desk.stores.ledger;
    let user = desk.funded(100).await;
    let mut filings = Vec::new();
    for _ in 0..4 {
        filings.push(opened(&desk, user).await);
    }
    // Room for three of the four, each asked for eight times.
    let hold = bulk(&desk, user, 30).await;
    let parts: Vec<_> = (0..8)
        .flat_map(|_| &filings)
        .map(|filing| part(hold, *filing, 10))
        .collect();
    let outcomes = join_all(parts.iter().map(|part| ledger.capture_part(part))).await;
    let well = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(well, 24, "three filings, however often they are asked for");
    let balance = desk.balance(user).await;
    assert_eq!((balance.posted, balance.held), (usd(70), usd(0)));
    assert_eq!(desk.entries(user).await.len(), 4);
    desk.audit().await;
}
