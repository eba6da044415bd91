//! Broken ledgers.

use std::sync::Arc;

use aperilex_ports::{
    Balance, CapturePart, CreditLot, EntryId, EntryKind, Funds, Hold, HoldId, HoldStatus,
    JournalTx, Ledger, LedgerEntry, LedgerError, MicroUsd, NoticeKind, Outbox, OutboxItem,
    PendingNotice, PlaceHold, PostEntry, Refund, ReverseCredit, Reversed, StoreError, Stores,
    Timestamp, UserId,
};
use async_trait::async_trait;

use super::{failures, fresh_number, pause};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    ForgetsHolds,
    HoldsMoreThanThereIs,
    ChargesTheWholeHold,
    CapturesMoreThanIsHeld,
    KeepsVoidedHolds,
    CapturesTwice,
    ChecksBeforeItHolds,
    BalanceOffByOne,
    ForgetsKeys,
    AcceptsReusedKeys,
    NumbersFromZero,
    SkipsAnEntryBetweenPages,
    ExpiresEarly,
    HoldsNothing,
    TellsOneSide,
    SpendsTheNewestFirst,
    MixesLots,
    LapsesNothing,
    RefundsMoreThanWasPaid,
    RefundsAnything,
    HoldsForAnybody,
    ForgetsParts,
    ForgetsWhatIsOwed,
    LetsDebtorsHold,
    TakesBackMoreThanCame,
    TellsOfHolds,
}

pub(crate) const FLAWS: &[(Flaw, &str)] = &[
    (Flaw::ForgetsHolds, "LG-1"),
    (Flaw::HoldsMoreThanThereIs, "LG-2"),
    (Flaw::ChargesTheWholeHold, "LG-3"),
    (Flaw::CapturesMoreThanIsHeld, "LG-4"),
    (Flaw::KeepsVoidedHolds, "LG-5"),
    (Flaw::CapturesTwice, "LG-6"),
    (Flaw::ChecksBeforeItHolds, "LG-7"),
    (Flaw::BalanceOffByOne, "LG-8"),
    (Flaw::ForgetsKeys, "LG-9"),
    (Flaw::AcceptsReusedKeys, "LG-10"),
    (Flaw::NumbersFromZero, "LG-11"),
    (Flaw::SkipsAnEntryBetweenPages, "LG-12"),
    (Flaw::ExpiresEarly, "LG-13"),
    (Flaw::HoldsNothing, "LG-14"),
    (Flaw::TellsOneSide, "LG-15"),
    (Flaw::SpendsTheNewestFirst, "LG-16"),
    (Flaw::MixesLots, "LG-17"),
    (Flaw::LapsesNothing, "LG-18"),
    (Flaw::RefundsMoreThanWasPaid, "LG-19"),
    (Flaw::RefundsAnything, "LG-20"),
    (Flaw::HoldsForAnybody, "LG-21"),
    (Flaw::TellsOfHolds, "LG-22"),
    (Flaw::TakesBackMoreThanCame, "LG-23"),
    (Flaw::ForgetsWhatIsOwed, "LG-23"),
    (Flaw::LetsDebtorsHold, "LG-24"),
    (Flaw::ForgetsParts, "LG-25"),
];

pub(crate) fn caught(flaw: Flaw) -> Vec<&'static str> {
    failures(move |stores| {
        let inner = stores.ledger.clone();
        Stores {
            ledger: Arc::new(Broken {
                inner,
                outbox: stores.outbox.clone(),
                flaw,
            }),
            ..stores
        }
    })
}

#[derive(Debug)]
struct Broken {
    inner: Arc<dyn Ledger>,
    outbox: Arc<dyn Outbox>,
    flaw: Flaw,
}

fn hold(command: &PlaceHold) -> Hold {
    Hold {
        id: command.id,
        user: command.user,
        purpose: command.purpose,
        amount: command.amount,
        captured: MicroUsd::ZERO,
        status: HoldStatus::Open,
        filing: command.filing,
        task: command.task,
        expires_at: command.expires_at,
        created_at: command.now,
    }
}

impl Broken {
    async fn correct(
        &self,
        user: UserId,
        amount: MicroUsd,
        now: Timestamp,
    ) -> Result<LedgerEntry, LedgerError> {
        let n = fresh_number();
        let entry = PostEntry {
            id: EntryId::from_uuid(uuid::Uuid::from_u128(u128::from(n) << 64 | 7)),
            user,
            kind: EntryKind::Adjustment,
            amount,
            key: format!("correction {n}"),
            expires_at: None,
            description: String::new(),
            now,
        };
        self.inner.post(&entry).await
    }

    /// What the hold with this id is for.
    async fn charge_again(&self, entry: &LedgerEntry) -> Result<LedgerEntry, LedgerError> {
        let again = PostEntry {
            id: EntryId::from_uuid(uuid::Uuid::from_u128(u128::from(fresh_number()))),
            user: entry.user,
            kind: EntryKind::Adjustment,
            amount: entry.amount,
            key: format!("again {}", fresh_number()),
            expires_at: None,
            description: entry.description.clone(),
            now: entry.at,
        };
        self.inner.post(&again).await
    }
}

#[async_trait]
impl Ledger for Broken {
    async fn place_hold(&self, command: &PlaceHold) -> Result<Hold, LedgerError> {
        match self.flaw {
            Flaw::HoldsNothing if !command.amount.is_positive() => return Ok(hold(command)),
            Flaw::ChecksBeforeItHolds => {
                let available = self.inner.balance(command.user).await?.available();
                pause().await;
                if command.amount <= available {
                    let placed = self.inner.place_hold(command).await;
                    return Ok(placed.unwrap_or_else(|_| hold(command)));
                }
            }
            _ => {}
        }
        let placed = self.inner.place_hold(command).await;
        if let (Flaw::TellsOfHolds, Ok(hold)) = (self.flaw, &placed) {
            let balance = self.inner.balance(hold.user).await?;
            let kind = NoticeKind::LowBalance {
                before: balance.posted,
                available: balance.available(),
                balance: balance.posted,
            };
            let notice = PendingNotice::of(hold.user, &hold.id.to_string(), kind, command.now);
            self.outbox.put(&[OutboxItem::Notice(notice)]).await?;
        }
        match (self.flaw, placed) {
            (Flaw::HoldsForAnybody, Err(LedgerError::AccountClosed)) => Ok(hold(command)),
            (Flaw::HoldsMoreThanThereIs, Err(LedgerError::InsufficientCredits { .. }))
            | (Flaw::LetsDebtorsHold, Err(LedgerError::PastDue { .. })) => Ok(hold(command)),
            (_, placed) => placed,
        }
    }

    async fn capture(
        &self,
        id: HoldId,
        amount: MicroUsd,
        description: &str,
        now: Timestamp,
    ) -> Result<LedgerEntry, LedgerError> {
        if self.flaw == Flaw::ChargesTheWholeHold {
            let far = MicroUsd::new(i64::MAX);
            let over = self.inner.capture(id, far, description, now).await;
            if let Err(LedgerError::OverCapture { held }) = over {
                return self.inner.capture(id, held, description, now).await;
            }
        }
        let captured = self.inner.capture(id, amount, description, now).await;
        match (self.flaw, captured) {
            (Flaw::CapturesMoreThanIsHeld, Err(LedgerError::OverCapture { held })) => {
                self.inner.capture(id, held, description, now).await
            }
            (Flaw::CapturesTwice, Ok(entry)) if entry.at != now => self.charge_again(&entry).await,
            (_, captured) => captured,
        }
    }

    async fn capture_part(&self, part: &CapturePart) -> Result<LedgerEntry, LedgerError> {
        let captured = self.inner.capture_part(part).await?;
        if self.flaw == Flaw::ForgetsParts && captured.at != part.now {
            return self.charge_again(&captured).await;
        }
        Ok(captured)
    }

    async fn void(
        &self,
        id: HoldId,
        goodwill_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        if self.flaw == Flaw::KeepsVoidedHolds {
            return Ok(());
        }
        self.inner.void(id, goodwill_until, now).await
    }

    async fn post(&self, entry: &PostEntry) -> Result<LedgerEntry, LedgerError> {
        let key = format!("{} {}", entry.key, fresh_number());
        let anew = PostEntry {
            key,
            ..entry.clone()
        };
        match (self.flaw, self.inner.post(entry).await) {
            (Flaw::ForgetsKeys, Ok(first)) if first.id != entry.id => self.inner.post(&anew).await,
            (Flaw::AcceptsReusedKeys, Err(LedgerError::KeyReused)) => self.inner.post(&anew).await,
            (_, posted) => posted,
        }
    }

    async fn balance(&self, user: UserId) -> Result<Balance, LedgerError> {
        let mut balance = self.inner.balance(user).await?;
        match self.flaw {
            Flaw::ForgetsHolds => balance.held = MicroUsd::ZERO,
            Flaw::BalanceOffByOne => balance.posted = MicroUsd::new(balance.posted.micros() + 1),
            _ => {}
        }
        Ok(balance)
    }

    async fn entries(
        &self,
        user: UserId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<LedgerEntry>, StoreError> {
        let gap = u64::from(self.flaw == Flaw::SkipsAnEntryBetweenPages);
        let before = before.map(|seq| seq.saturating_sub(gap));
        let mut entries = self.inner.entries(user, before, limit).await?;
        if self.flaw == Flaw::NumbersFromZero {
            entries.iter_mut().for_each(|entry| entry.seq -= 1);
        }
        Ok(entries)
    }

    async fn holds(&self, user: UserId) -> Result<Vec<Hold>, StoreError> {
        self.inner.holds(user).await
    }

    async fn expire(
        &self,
        goodwill_until: Option<Timestamp>,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Hold>, StoreError> {
        let early = self.flaw == Flaw::ExpiresEarly;
        let now = if early { Timestamp::MAX } else { now };
        self.inner.expire(goodwill_until, now, limit).await
    }

    async fn refund(&self, refund: &Refund) -> Result<LedgerEntry, LedgerError> {
        match (self.flaw, self.inner.refund(refund).await) {
            (Flaw::RefundsMoreThanWasPaid, Err(LedgerError::OverCapture { .. }))
            | (Flaw::RefundsAnything, Err(LedgerError::Unknown)) => {
                self.correct(refund.user, refund.amount, refund.now).await
            }
            (_, refunded) => refunded,
        }
    }

    async fn reverse(&self, reverse: &ReverseCredit) -> Result<Reversed, LedgerError> {
        match (self.flaw, self.inner.reverse(reverse).await) {
            (Flaw::TakesBackMoreThanCame, Err(LedgerError::OverCapture { .. })) => Ok(Reversed {
                taken: MicroUsd::ZERO,
                owed: reverse.amount,
            }),
            (_, reversed) => reversed,
        }
    }

    async fn funds(&self, user: UserId) -> Result<Funds, LedgerError> {
        let mut funds = self.inner.funds(user).await?;
        if self.flaw == Flaw::ForgetsWhatIsOwed {
            funds.owed = MicroUsd::ZERO;
        }
        Ok(funds)
    }

    async fn lapse(&self, now: Timestamp, limit: usize) -> Result<Vec<LedgerEntry>, StoreError> {
        if self.flaw == Flaw::LapsesNothing {
            return Ok(Vec::new());
        }
        self.inner.lapse(now, limit).await
    }

    async fn lots(&self, user: UserId) -> Result<Vec<CreditLot>, StoreError> {
        let mut lots = self.inner.lots(user).await?;
        if self.flaw == Flaw::SpendsTheNewestFirst {
            lots.reverse();
        }
        if self.flaw == Flaw::MixesLots {
            let all = lots.iter().map(|lot| lot.available).sum();
            lots.truncate(1);
            lots.iter_mut().for_each(|lot| lot.available = all);
        }
        Ok(lots)
    }

    async fn journal(
        &self,
        user: UserId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<JournalTx>, StoreError> {
        let mut journal = self.inner.journal(user, after, limit).await?;
        if self.flaw == Flaw::TellsOneSide {
            journal.iter_mut().for_each(|tx| tx.postings.truncate(1));
        }
        Ok(journal)
    }
}
