//! The arithmetic, by hand and by chance.

use std::collections::BTreeMap;

use super::*;
use crate::model::FilingId;
use crate::model::{HoldStatus, LotSource};
use crate::port::{CapturePart, PlaceHold, PostEntry, Refund, ReverseCredit, Reversed};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000_i64.saturating_add(second)).unwrap()
}

fn usd(micros: i64) -> MicroUsd {
    MicroUsd::new(micros)
}

fn user() -> UserId {
    UserId::from_uuid(Uuid::from_u128(1))
}

fn credit(n: u128, kind: EntryKind, amount: i64, expires: Option<i64>) -> PostEntry {
    PostEntry {
        id: EntryId::from_uuid(Uuid::from_u128(n)),
        user: user(),
        kind,
        amount: usd(amount),
        key: format!("key {n}"),
        expires_at: expires.map(at),
        description: "credits".to_owned(),
        now: at(0),
    }
}

fn hold(n: u128, amount: i64, now: i64) -> PlaceHold {
    PlaceHold {
        id: HoldId::from_uuid(Uuid::from_u128(n)),
        user: user(),
        purpose: EntryKind::Analysis,
        amount: usd(amount),
        filing: None,
        task: None,
        expires_at: at(now.saturating_add(60)),
        now: at(now),
    }
}

/// A wallet with its journal, as a store would keep it.
struct Kept {
    wallet: Wallet,
    journal: Vec<JournalTx>,
    entries: Vec<LedgerEntry>,
    holds: BTreeMap<HoldId, Hold>,
}

impl Kept {
    fn new() -> Self {
        Self {
            wallet: Wallet::new(user()),
            journal: Vec::new(),
            entries: Vec::new(),
            holds: BTreeMap::new(),
        }
    }

    fn save(&mut self, change: Change) {
        self.journal.extend(change.journal);
        self.entries.extend(change.entries);
        self.holds.extend(change.hold.map(|hold| (hold.id, hold)));
        self.check();
    }

    /// What holds after every change.
    fn check(&self) {
        let mut head = ChainHead::genesis(user());
        for tx in &self.journal {
            assert_eq!(tx.sum(), 0, "{tx:?}");
            assert_eq!(
                (tx.seq, tx.prev_hash),
                (head.seq.saturating_add(1), head.hash)
            );
            let line = self.entries.iter().find(|line| Some(line.id) == tx.entry);
            let hold = tx.hold.and_then(|hold| self.holds.get(&hold));
            assert_eq!(tx.sealed(line, hold), tx.hash);
            assert!(tx.held_after >= MicroUsd::ZERO && tx.posted_after >= tx.held_after);
            head = tx.head();
        }
        assert_eq!(head, self.wallet.head);
        let holds = self.holds.values();
        assert_eq!(Balance::fold(&self.entries, holds), self.wallet.balance);
        let sum =
            |of: fn(&CreditLot) -> MicroUsd| self.wallet.lots.iter().map(of).sum::<MicroUsd>();
        assert_eq!(sum(|lot| lot.available), self.wallet.balance.available());
        assert_eq!(sum(|lot| lot.held), self.wallet.balance.held);
        let owed = self.journal.iter().flat_map(|tx| &tx.postings);
        let owed = owed.filter(|one| one.account == LedgerAccount::Receivable);
        let owed: MicroUsd = owed.map(|one| one.amount.negated()).sum();
        assert_eq!(owed, self.wallet.debt);
        assert!(owed >= MicroUsd::ZERO);
        let free = self.wallet.balance.available();
        assert!(free == MicroUsd::ZERO || owed == MicroUsd::ZERO);
    }

    fn draws(&self, hold: HoldId) -> Vec<Draw> {
        let placed = |tx: &&JournalTx| tx.key == format!("hold:{hold}");
        draws(self.journal.iter().find(placed).unwrap())
    }

    fn post(&mut self, command: &PostEntry) {
        let (_, change) = self.wallet.post(command, None).unwrap();
        self.save(change);
    }

    fn place(&mut self, command: &PlaceHold) -> Result<(), LedgerError> {
        let before = self.wallet.clone();
        match self.wallet.place(command, None) {
            Ok((_, change)) => {
                self.save(change);
                Ok(())
            }
            Err(error) => {
                self.wallet = before;
                Err(error)
            }
        }
    }

    fn capture(&mut self, n: u128, amount: i64, now: i64) {
        let hold = self.holds[&HoldId::from_uuid(Uuid::from_u128(n))].clone();
        let draws = self.draws(hold.id);
        let charge = Charge {
            amount: usd(amount),
            description: "work",
            analysis: None,
        };
        let (_, change) = self
            .wallet
            .capture(&hold, &draws, &charge, at(now))
            .unwrap();
        self.save(change);
    }

    fn part(&mut self, n: u128, filing: u128, amount: i64, now: i64) -> Result<(), LedgerError> {
        let hold = self.holds[&HoldId::from_uuid(Uuid::from_u128(n))].clone();
        let draws = self.draws(hold.id);
        let filing = FilingId::from_uuid(Uuid::from_u128(filing));
        let command = CapturePart {
            hold: hold.id,
            filing,
            amount: usd(amount),
            description: "a filing".to_owned(),
            now: at(now),
        };
        let id = part_entry(&hold, filing);
        let first = self.entries.iter().find(|line| line.id == id).cloned();
        let captured = self
            .wallet
            .capture_part(&hold, &draws, &command, first.as_ref());
        self.save(captured?.1);
        Ok(())
    }

    fn void(&mut self, n: u128, now: i64) {
        let hold = self.holds[&HoldId::from_uuid(Uuid::from_u128(n))].clone();
        let draws = self.draws(hold.id);
        let back = self.wallet.give_back(&hold, &draws, &voided(None, now));
        self.save(back.unwrap().1);
    }

    fn refund(&mut self, n: u128, charge: u128, amount: i64, now: i64) -> Result<(), LedgerError> {
        self.refund_entry(n, EntryId::from_uuid(Uuid::from_u128(charge)), amount, now)
    }

    fn refund_entry(
        &mut self,
        n: u128,
        id: EntryId,
        amount: i64,
        now: i64,
    ) -> Result<(), LedgerError> {
        let entry = self.entries.iter().find(|line| line.id == id).unwrap();
        let captured = self.journal.iter().find(|tx| tx.entry == Some(id)).unwrap();
        let reverses = |tx: &&JournalTx| tx.reverses == Some(id);
        let before: Vec<JournalTx> = self.journal.iter().filter(reverses).cloned().collect();
        let command = Refund {
            id: EntryId::from_uuid(Uuid::from_u128(n)),
            user: user(),
            entry: id,
            amount: usd(amount),
            key: format!("refund {n}"),
            description: "sorry".to_owned(),
            fresh_until: at(now.saturating_add(1000)),
            now: at(now),
        };
        let given = Given {
            entry,
            captured,
            before: &before,
            first: None,
        };
        let mut wallet = self.wallet.clone();
        let (_, change) = wallet.refund(&command, &given)?;
        self.wallet = wallet;
        self.save(change);
        Ok(())
    }

    fn reverse(
        &mut self,
        n: u128,
        top_up: u128,
        amount: i64,
        now: i64,
    ) -> Result<Reversed, LedgerError> {
        let id = EntryId::from_uuid(Uuid::from_u128(top_up));
        let entry = self.entries.iter().find(|line| line.id == id).unwrap();
        let reverses = |tx: &&JournalTx| tx.reverses == Some(id);
        let before: Vec<JournalTx> = self.journal.iter().filter(reverses).cloned().collect();
        let command = ReverseCredit {
            id: EntryId::from_uuid(Uuid::from_u128(n)),
            user: user(),
            entry: id,
            amount: usd(amount),
            key: format!("back {n}"),
            description: "taken back".to_owned(),
            now: at(now),
        };
        let paid = Paid {
            entry,
            before: &before,
        };
        let mut wallet = self.wallet.clone();
        let (reversed, change) = wallet.reverse(&command, &paid)?;
        self.wallet = wallet;
        self.save(change);
        Ok(reversed)
    }

    fn available(&self, n: u128) -> i64 {
        let id = EntryId::from_uuid(Uuid::from_u128(n));
        let lot = self.wallet.lots.iter().find(|lot| lot.id == id);
        lot.map_or(0, |lot| lot.available.micros())
    }
}

#[test]
fn what_lapses_first_is_spent_first_and_bought_credits_last() {
    let mut kept = Kept::new();
    kept.post(&credit(1, EntryKind::TopUp, 10, None));
    kept.post(&credit(2, EntryKind::Adjustment, 10, None));
    kept.post(&credit(3, EntryKind::MonthlyGrant, 10, Some(900)));
    kept.post(&credit(4, EntryKind::MonthlyGrant, 10, Some(500)));
    kept.place(&hold(50, 25, 1)).unwrap();
    let drawn: Vec<_> = kept.draws(HoldId::from_uuid(Uuid::from_u128(50)));
    let ids: Vec<u128> = drawn
        .iter()
        .map(|draw| draw.lot.as_uuid().as_u128())
        .collect();
    assert_eq!(ids, [4, 3, 2]);
    kept.capture(50, 12, 2);
    // The first pays 10, the second 2; the rest is back where it came from.
    assert_eq!([1, 2, 3, 4].map(|n| kept.available(n)), [10, 10, 8, 0]);
}

#[test]
fn lapsed_credits_are_gone_at_the_next_touch_and_held_ones_when_given_back() {
    let mut kept = Kept::new();
    kept.post(&credit(1, EntryKind::MonthlyGrant, 10, Some(100)));
    kept.place(&hold(50, 4, 1)).unwrap();
    kept.place(&hold(51, 4, 1)).unwrap();
    let refused = kept.place(&hold(52, 1, 100));
    assert!(
        matches!(refused, Err(LedgerError::InsufficientCredits { available, .. })
        if available == MicroUsd::ZERO)
    );
    kept.capture(50, 4, 200);
    assert_eq!(
        kept.wallet.balance.posted,
        usd(4),
        "2 lapsed, 4 spent, 4 held"
    );
    kept.void(51, 300);
    assert_eq!(kept.wallet.balance, Balance::default());
    let lapsed = kept
        .entries
        .iter()
        .filter(|line| line.kind == EntryKind::Expiry);
    assert_eq!(
        lapsed.map(|line| line.amount.micros()).collect::<Vec<_>>(),
        [-2, -4]
    );
}

#[test]
fn a_refund_goes_back_to_the_lots_that_paid_the_last_first() {
    let mut kept = Kept::new();
    kept.post(&credit(1, EntryKind::MonthlyGrant, 10, Some(100)));
    kept.post(&credit(2, EntryKind::TopUp, 10, None));
    kept.place(&hold(50, 16, 1)).unwrap();
    kept.capture(50, 15, 2);
    assert_eq!((kept.available(1), kept.available(2)), (0, 5));
    kept.refund(60, 50, 3, 3).unwrap();
    assert_eq!((kept.available(1), kept.available(2)), (0, 8));
    let over = kept.refund(61, 50, 13, 3);
    assert!(matches!(over, Err(LedgerError::OverCapture { held }) if held == usd(12)));
    // Of the rest 2 come from the bought lot, 10 from one that has lapsed meanwhile.
    kept.refund(62, 50, 12, 200).unwrap();
    assert_eq!((kept.available(1), kept.available(2)), (0, 10));
    let fresh = kept.wallet.lots.last().unwrap();
    assert_eq!(
        (fresh.source, fresh.available),
        (LotSource::Included, usd(10))
    );
    assert_eq!(fresh.expires_at, Some(at(1200)));
    assert_eq!(kept.wallet.balance.posted, usd(20));
}

#[test]
fn a_hold_for_bulk_import_is_charged_in_parts() {
    let mut kept = Kept::new();
    kept.post(&credit(1, EntryKind::MonthlyGrant, 10, Some(100)));
    kept.post(&credit(2, EntryKind::TopUp, 20, None));
    let bulk = |n, amount| PlaceHold {
        purpose: EntryKind::BulkImport,
        ..hold(n, amount, 1)
    };
    kept.place(&bulk(50, 24)).unwrap();
    kept.part(50, 1, 6, 2).unwrap();
    kept.part(50, 2, 6, 2).unwrap();
    let held = kept.holds[&HoldId::from_uuid(Uuid::from_u128(50))].clone();
    assert_eq!((held.captured, held.left()), (usd(12), usd(12)));
    assert_eq!(kept.wallet.balance.held, usd(12));
    // The grant paid the first and most of the second; what is left of the hold is bought credits.
    assert_eq!(kept.available(2), 6);
    kept.void(50, 3);
    assert_eq!((kept.available(1), kept.available(2)), (0, 18));
    let late = kept.part(50, 3, 6, 4);
    assert!(
        matches!(late, Err(LedgerError::HoldEnded { .. })),
        "{late:?}"
    );

    // The part that makes it whole ends it.
    kept.place(&bulk(51, 12)).unwrap();
    kept.part(51, 1, 6, 5).unwrap();
    kept.part(51, 2, 6, 5).unwrap();
    let ended = &kept.holds[&HoldId::from_uuid(Uuid::from_u128(51))];
    assert_eq!((ended.status, ended.left()), (HoldStatus::Captured, usd(0)));

    // Others are charged at once, and this one is not.
    kept.place(&hold(52, 5, 6)).unwrap();
    let refused = kept.part(52, 1, 5, 6);
    assert!(matches!(refused, Err(LedgerError::WrongCharge)));
    assert_eq!(kept.wallet.balance.posted, usd(6));
}

#[test]
fn a_payment_taken_back_takes_its_own_credits_first_and_the_rest_is_owed() {
    let mut kept = Kept::new();
    kept.post(&credit(1, EntryKind::TopUp, 10, None));
    kept.post(&credit(2, EntryKind::TopUp, 10, None));
    kept.post(&credit(3, EntryKind::MonthlyGrant, 5, Some(900)));
    kept.place(&hold(50, 4, 1)).unwrap();
    let told = kept.reverse(60, 2, 6, 2).unwrap();
    assert_eq!((told.taken, told.owed), (usd(6), usd(0)));
    assert_eq!([1, 2, 3].map(|n| kept.available(n)), [10, 4, 1]);
    let again = kept.reverse(60, 2, 6, 3).unwrap();
    assert_eq!(again, told, "the same command again");
    let other = kept.reverse(60, 2, 5, 3);
    assert!(matches!(other, Err(LedgerError::KeyReused)));
    let over = kept.reverse(61, 2, 5, 3);
    assert!(matches!(over, Err(LedgerError::OverCapture { held }) if held == usd(4)));
    kept.place(&hold(51, 9, 3)).unwrap();
    let told = kept.reverse(62, 1, 10, 4).unwrap();
    assert_eq!((told.taken, told.owed), (usd(6), usd(4)));
    assert_eq!(
        kept.wallet.balance,
        Balance {
            posted: usd(13),
            held: usd(13)
        }
    );
    let refused = kept.place(&hold(52, 1, 5));
    assert!(matches!(refused, Err(LedgerError::PastDue { debt }) if debt == usd(4)));
    assert_eq!(kept.reverse(62, 1, 10, 5).unwrap(), told, "also with debt");
}

#[test]
fn whatever_comes_pays_what_is_owed_first() {
    let mut kept = Kept::new();
    kept.post(&credit(1, EntryKind::TopUp, 20, None));
    for n in [50, 51, 52] {
        kept.place(&hold(n, 6, 1)).unwrap();
    }
    kept.reverse(60, 1, 20, 2).unwrap();
    assert_eq!(kept.wallet.debt, usd(18));
    kept.void(50, 3);
    assert_eq!(kept.wallet.debt, usd(12), "a hold that is given back");
    kept.capture(51, 2, 4);
    assert_eq!(kept.wallet.debt, usd(8), "what of a hold is not charged");
    kept.refund(61, 51, 2, 5).unwrap();
    assert_eq!(kept.wallet.debt, usd(6), "a refund");
    kept.post(&credit(2, EntryKind::TopUp, 10, None));
    assert_eq!(kept.wallet.debt, MicroUsd::ZERO, "a top-up");
    assert_eq!(kept.wallet.balance.available(), usd(4));
    let last: Vec<_> = kept.entries.iter().rev().take(2).collect();
    assert_eq!((last[1].kind, last[1].amount), (EntryKind::TopUp, usd(10)));
    assert_eq!(
        (last[0].kind, last[0].amount),
        (EntryKind::Adjustment, usd(-6))
    );
    kept.place(&hold(53, 4, 6)).unwrap();
    kept.capture(52, 6, 7);
}

#[test]
fn with_nothing_left_a_payment_taken_back_makes_no_entry() {
    let mut kept = Kept::new();
    kept.post(&credit(1, EntryKind::TopUp, 5, None));
    kept.place(&hold(50, 5, 1)).unwrap();
    kept.capture(50, 5, 1);
    let lines = kept.entries.len();
    let told = kept.reverse(60, 1, 5, 2).unwrap();
    assert_eq!((told.taken, told.owed), (usd(0), usd(5)));
    assert_eq!(kept.entries.len(), lines);
    assert_eq!(kept.reverse(60, 1, 5, 3).unwrap(), told);
}

#[test]
#[allow(clippy::too_many_lines, reason = "an arm for each kind of command")]
fn whatever_is_done_everything_adds_up() {
    for seed in 0..200 {
        let mut random = fastrand::Rng::with_seed(seed);
        let (mut kept, mut now) = (Kept::new(), 0_i64);
        let mut open: Vec<u128> = Vec::new();
        let mut charged: Vec<(EntryId, i64)> = Vec::new();
        // Holds for bulk import, with what is left of each.
        let mut bulk: Vec<(u128, i64)> = Vec::new();
        let mut bought: Vec<(u128, i64)> = Vec::new();
        for step in 100..180_u128 {
            now = now.saturating_add(random.i64(0..40));
            match random.u8(0..12) {
                0 | 1 => {
                    let kinds = [
                        EntryKind::TopUp,
                        EntryKind::MonthlyGrant,
                        EntryKind::Adjustment,
                    ];
                    let kind = *random.choice(&kinds).unwrap();
                    let ends = random
                        .bool()
                        .then(|| now.saturating_add(random.i64(1..300)));
                    let command = credit(step, kind, random.i64(1..50), ends);
                    if kind == EntryKind::TopUp {
                        bought.push((step, command.amount.micros()));
                    }
                    kept.post(&PostEntry {
                        now: at(now),
                        ..command
                    });
                }
                11 => {
                    // Of some only a part is taken back, and the rest perhaps later.
                    if let Some((n, left)) = bought.pop() {
                        let amount = random.i64(1..=left);
                        let told = kept.reverse(step, n, amount, now).unwrap();
                        let both = told.taken.checked_add(told.owed);
                        assert_eq!(both, Some(usd(amount)));
                        if let Some(left) = left.checked_sub(amount).filter(|left| *left > 0) {
                            bought.push((n, left));
                        }
                    }
                }
                2..=4 => {
                    if kept.place(&hold(step, random.i64(1..30), now)).is_ok() {
                        open.push(step);
                    }
                }
                5 if !open.is_empty() => {
                    let n = open.swap_remove(random.usize(0..open.len()));
                    let held = kept.holds[&HoldId::from_uuid(Uuid::from_u128(n))].amount;
                    let amount = random.i64(1..=held.micros());
                    kept.capture(n, amount, now);
                    charged.push((EntryId::from_uuid(Uuid::from_u128(n)), amount));
                }
                6 if !open.is_empty() => {
                    let n = open.swap_remove(random.usize(0..open.len()));
                    kept.void(n, now);
                }
                7 => {
                    let amount = random.i64(1..60);
                    let command = PlaceHold {
                        purpose: EntryKind::BulkImport,
                        ..hold(step, amount, now)
                    };
                    if kept.place(&command).is_ok() {
                        bulk.push((step, amount));
                    }
                }
                8 | 9 if !bulk.is_empty() => {
                    let at = random.usize(0..bulk.len());
                    let (n, left) = bulk[at];
                    let over = kept.part(n, step, left.saturating_add(1), now);
                    assert!(matches!(over, Err(LedgerError::OverCapture { .. })));
                    let amount = random.i64(1..=left);
                    kept.part(n, step, amount, now).unwrap();
                    // The same again changes nothing.
                    let before = kept.wallet.clone();
                    kept.part(n, step, amount, now).unwrap();
                    assert_eq!(kept.wallet, before);
                    charged.push((kept.entries.last().unwrap().id, amount));
                    bulk[at].1 = left.saturating_sub(amount);
                    if bulk[at].1 == 0 {
                        bulk.swap_remove(at);
                    }
                }
                10 if !bulk.is_empty() => {
                    let (n, _) = bulk.swap_remove(random.usize(0..bulk.len()));
                    kept.void(n, now);
                }
                _ => {
                    if let Some((n, amount)) = charged.pop() {
                        let amount = random.i64(1..=amount);
                        kept.refund_entry(step, n, amount, now).unwrap();
                    }
                }
            }
        }
    }
}

#[test]
fn what_lapsed_while_held_for_a_failure_comes_again_for_a_while() {
    for (until, expected) in [(None, 0), (Some(9_000), 40)] {
        let mut kept = Kept::new();
        kept.post(&credit(1, EntryKind::MonthlyGrant, 40, Some(200)));
        kept.place(&hold(50, 40, 100)).unwrap();
        let hold = kept.holds[&HoldId::from_uuid(Uuid::from_u128(50))].clone();
        let draws = kept.draws(hold.id);
        let back = kept.wallet.give_back(&hold, &draws, &voided(until, 300));
        kept.save(back.unwrap().1);
        assert_eq!(kept.wallet.available(at(300)), MicroUsd::new(expected));
        assert_eq!(kept.wallet.available(at(9_000)), MicroUsd::ZERO);
    }
}

fn voided(goodwill_until: Option<i64>, now: i64) -> GiveBack {
    GiveBack {
        status: HoldStatus::Voided,
        goodwill: goodwill_until.map(at).map(Goodwill::whole),
        now: at(now),
    }
}
