//! Credits.

use aperilex_ports::{
    AnalysisId, Balance, EntryId, Hold, HoldId, HoldStatus, Ledger, LedgerEntry, LedgerError,
    MAX_PAGE, MicroUsd, PlaceHold, PostEntry, StoreError, Timestamp, UserId,
};
use async_trait::async_trait;

use crate::state::State;
use crate::stores::MemoryStores;

#[async_trait]
impl Ledger for MemoryStores {
    async fn place_hold(&self, hold: &PlaceHold) -> Result<Hold, LedgerError> {
        self.commit("ledger.place_hold", |state| state.place_hold(hold))
    }

    async fn capture(
        &self,
        hold: HoldId,
        amount: MicroUsd,
        description: &str,
        now: Timestamp,
    ) -> Result<LedgerEntry, LedgerError> {
        self.commit("ledger.capture", |state| {
            state.capture(hold, amount, &Charge::of(description), now)
        })
    }

    async fn void(&self, hold: HoldId, _now: Timestamp) -> Result<(), LedgerError> {
        self.commit("ledger.void", |state| state.void(hold))
    }

    async fn post(&self, entry: &PostEntry) -> Result<LedgerEntry, LedgerError> {
        self.commit("ledger.post", |state| state.post(entry))
    }

    async fn balance(&self, user: UserId) -> Result<Balance, LedgerError> {
        self.read("ledger.balance", |state| state.balance(user))?
    }

    async fn entries(
        &self,
        user: UserId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<LedgerEntry>, StoreError> {
        let older = |entry: &&LedgerEntry| before.is_none_or(|before| entry.seq < before);
        self.read("ledger.entries", |state| {
            let newest_first = state.entries.get(&user).into_iter().flatten().rev();
            let page = newest_first.filter(older).take(limit.min(MAX_PAGE));
            page.cloned().collect()
        })
    }

    async fn holds(&self, user: UserId) -> Result<Vec<Hold>, StoreError> {
        self.read("ledger.holds", |state| state.holds_of(user))
    }

    async fn expire(&self, now: Timestamp, limit: usize) -> Result<Vec<Hold>, StoreError> {
        self.commit("ledger.expire", |state| Ok(state.expire(now, limit)))
    }
}

/// What a capture is for.
pub(crate) struct Charge<'a> {
    pub(crate) description: &'a str,
    pub(crate) analysis: Option<AnalysisId>,
}

impl<'a> Charge<'a> {
    /// Something other than an analysis.
    pub(crate) const fn of(description: &'a str) -> Self {
        Self {
            description,
            analysis: None,
        }
    }
}

impl State {
    /// The fold of entries and holds: nothing is stored that could differ from it.
    pub(crate) fn balance(&self, user: UserId) -> Result<Balance, LedgerError> {
        if !self.accounts.contains_key(&user) {
            return Err(LedgerError::Unknown);
        }
        let entries = self.entries.get(&user).into_iter().flatten();
        let holds = self.holds.values().filter(|hold| hold.user == user);
        Ok(Balance::fold(entries, holds))
    }

    pub(crate) fn holds_of(&self, user: UserId) -> Vec<Hold> {
        let own = self.holds.values().filter(|hold| hold.user == user);
        let mut holds: Vec<_> = own.cloned().collect();
        holds.sort_by_key(|hold| (hold.created_at, hold.id));
        holds
    }

    pub(crate) fn place_hold(&mut self, command: &PlaceHold) -> Result<Hold, LedgerError> {
        let hold = Hold {
            id: command.id,
            user: command.user,
            purpose: command.purpose,
            amount: command.amount,
            status: HoldStatus::Open,
            filing: command.filing,
            task: command.task,
            expires_at: command.expires_at,
            created_at: command.now,
        };
        if let Some(there) = self.holds.get(&command.id) {
            return if same_hold(there, &hold) {
                Ok(there.clone())
            } else {
                Err(LedgerError::KeyReused)
            };
        }
        if !command.amount.is_positive() {
            return Err(LedgerError::BadAmount);
        }
        let available = self.balance(command.user)?.available();
        if command.amount > available {
            return Err(LedgerError::InsufficientCredits {
                needed: command.amount,
                available,
            });
        }
        self.holds.insert(hold.id, hold.clone());
        Ok(hold)
    }

    pub(crate) fn capture(
        &mut self,
        id: HoldId,
        amount: MicroUsd,
        charge: &Charge<'_>,
        now: Timestamp,
    ) -> Result<LedgerEntry, LedgerError> {
        let hold = self.holds.get_mut(&id).ok_or(LedgerError::Unknown)?;
        if !amount.is_positive() {
            return Err(LedgerError::BadAmount);
        }
        if hold.status == HoldStatus::Captured {
            let mut entries = self.entries.get(&hold.user).into_iter().flatten();
            let same =
                entries.find(|entry| entry.hold == Some(id) && entry.amount == amount.negated());
            let status = hold.status;
            return same.cloned().ok_or(LedgerError::HoldEnded { status });
        }
        if hold.status != HoldStatus::Open {
            let status = hold.status;
            return Err(LedgerError::HoldEnded { status });
        }
        if amount > hold.amount {
            return Err(LedgerError::OverCapture { held: hold.amount });
        }
        hold.status = HoldStatus::Captured;
        let hold = hold.clone();
        self.append(LedgerEntry {
            id: EntryId::from_uuid(id.as_uuid()),
            user: hold.user,
            seq: 0,
            kind: hold.purpose,
            amount: amount.negated(),
            balance_after: MicroUsd::ZERO,
            filing: hold.filing,
            task: hold.task,
            analysis: charge.analysis,
            hold: Some(id),
            description: charge.description.to_owned(),
            key: id.to_string(),
            at: now,
        })
    }

    pub(crate) fn void(&mut self, id: HoldId) -> Result<(), LedgerError> {
        let hold = self.holds.get_mut(&id).ok_or(LedgerError::Unknown)?;
        match hold.status {
            HoldStatus::Open | HoldStatus::Voided => {
                hold.status = HoldStatus::Voided;
                Ok(())
            }
            status => Err(LedgerError::HoldEnded { status }),
        }
    }

    fn post(&mut self, command: &PostEntry) -> Result<LedgerEntry, LedgerError> {
        let available = self.balance(command.user)?.available();
        let mut entries = self.entries.get(&command.user).into_iter().flatten();
        if let Some(first) = entries.find(|entry| entry.key == command.key) {
            return if (first.kind, first.amount) == (command.kind, command.amount) {
                Ok(first.clone())
            } else {
                Err(LedgerError::KeyReused)
            };
        }
        if command.amount == MicroUsd::ZERO {
            return Err(LedgerError::BadAmount);
        }
        let needed = command.amount.negated();
        if needed > available {
            return Err(LedgerError::InsufficientCredits { needed, available });
        }
        self.append(LedgerEntry {
            id: command.id,
            user: command.user,
            seq: 0,
            kind: command.kind,
            amount: command.amount,
            balance_after: MicroUsd::ZERO,
            filing: None,
            task: None,
            analysis: None,
            hold: None,
            description: command.description.clone(),
            key: command.key.clone(),
            at: command.now,
        })
    }

    /// Gives the entry its place in the account's chain.
    fn append(&mut self, mut entry: LedgerEntry) -> Result<LedgerEntry, LedgerError> {
        let entries = self.entries.entry(entry.user).or_default();
        let (seq, balance) = entries
            .last()
            .map_or((0, MicroUsd::ZERO), |last| (last.seq, last.balance_after));
        entry.seq = seq + 1;
        entry.balance_after = balance
            .checked_add(entry.amount)
            .ok_or(LedgerError::BadAmount)?;
        entries.push(entry.clone());
        Ok(entry)
    }

    fn expire(&mut self, now: Timestamp, limit: usize) -> Vec<Hold> {
        let tasks = &self.tasks;
        let late = self.holds.values_mut().filter(|hold| {
            let task = hold.task.and_then(|id| tasks.get(&id));
            let at_work = task.is_some_and(|task| !task.status.is_terminal());
            hold.status == HoldStatus::Open && hold.expires_at <= now && !at_work
        });
        let ended = late.take(limit.min(MAX_PAGE)).map(|hold| {
            hold.status = HoldStatus::Expired;
            hold.clone()
        });
        ended.collect()
    }
}

/// Whether two commands ask for the same hold; times are not part of it.
fn same_hold(there: &Hold, asked: &Hold) -> bool {
    (there.user, there.purpose, there.amount) == (asked.user, asked.purpose, asked.amount)
        && (there.filing, there.task) == (asked.filing, asked.task)
}
