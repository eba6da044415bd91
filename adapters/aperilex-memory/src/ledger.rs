//! Credits.

use aperilex_ports::wallet::{
    Change, Charge, Draw, GiveBack, Given, Goodwill, Paid, Wallet, draws, part_entry,
};
use aperilex_ports::{
    AccountStatus, Balance, CapturePart, CreditLot, EntryId, Funds, Hold, HoldId, HoldStatus,
    ImportJob, ImportStatus, JournalTx, Ledger, LedgerEntry, LedgerError, MAX_PAGE, MicroUsd,
    Operation, OutboxItem, PlaceHold, PostEntry, Refund, ReverseCredit, Reversed, StoreError,
    Timestamp, UserId,
};
use async_trait::async_trait;

use crate::planted::Bug;
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
        let charge = Charge {
            amount,
            description,
            analysis: None,
        };
        self.commit("ledger.capture", |state| state.capture(hold, &charge, now))
    }

    async fn capture_part(&self, part: &CapturePart) -> Result<LedgerEntry, LedgerError> {
        self.commit("ledger.capture_part", |state| state.capture_part(part))
    }

    async fn void(
        &self,
        hold: HoldId,
        goodwill_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        let goodwill = goodwill_until.map(Goodwill::whole);
        self.commit("ledger.void", |state| state.void(hold, goodwill, now))
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

    async fn expire(
        &self,
        goodwill_until: Option<Timestamp>,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Hold>, StoreError> {
        self.commit("ledger.expire", |state| {
            state.expire(goodwill_until, now, limit).map_err(stored)
        })
    }

    async fn refund(&self, refund: &Refund) -> Result<LedgerEntry, LedgerError> {
        self.commit("ledger.refund", |state| state.refund(refund))
    }

    async fn reverse(&self, reverse: &ReverseCredit) -> Result<Reversed, LedgerError> {
        self.commit("ledger.reverse", |state| state.reverse(reverse))
    }

    async fn funds(&self, user: UserId) -> Result<Funds, LedgerError> {
        self.read("ledger.funds", |state| {
            let wallet = state.wallet(user)?;
            Ok(Funds {
                balance: wallet.balance,
                owed: wallet.debt,
            })
        })?
    }

    async fn lapse(&self, now: Timestamp, limit: usize) -> Result<Vec<LedgerEntry>, StoreError> {
        self.commit("ledger.lapse", |state| {
            state.lapse(now, limit).map_err(stored)
        })
    }

    async fn lots(&self, user: UserId) -> Result<Vec<CreditLot>, StoreError> {
        self.read("ledger.lots", |state| state.lots(user))
    }

    async fn journal(
        &self,
        user: UserId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<JournalTx>, StoreError> {
        self.read("ledger.journal", |state| {
            let all = state.journal.get(&user).into_iter().flatten();
            let later = all.filter(|tx| tx.seq > after);
            later.take(limit.min(MAX_PAGE)).cloned().collect()
        })
    }
}

/// Sums that cannot be counted are the store's failure where nobody asked for them.
fn stored(error: LedgerError) -> StoreError {
    match error {
        LedgerError::Store(error) => error,
        _ => StoreError::Conflict,
    }
}

impl State {
    /// The wallet of an account.
    pub(crate) fn wallet(&self, user: UserId) -> Result<Wallet, LedgerError> {
        if !self.accounts.contains_key(&user) {
            return Err(LedgerError::Unknown);
        }
        let wallet = self.wallets.get(&user).cloned();
        Ok(wallet.unwrap_or_else(|| Wallet::new(user)))
    }

    pub(crate) fn balance(&self, user: UserId) -> Result<Balance, LedgerError> {
        Ok(self.wallet(user)?.balance)
    }

    pub(crate) fn holds_of(&self, user: UserId) -> Vec<Hold> {
        let own = self.holds.values().filter(|hold| hold.user == user);
        let mut holds: Vec<_> = own.cloned().collect();
        holds.sort_by_key(|hold| (hold.created_at, hold.id));
        holds
    }

    pub(crate) fn save(&mut self, wallet: Wallet, change: Change) {
        let user = wallet.user;
        let (mut wallet, mut change) = (wallet, change);
        self.spoil(&mut wallet, &mut change);
        let fallen = wallet.fallen(&change);
        if let Some(notice) = fallen.filter(|_| self.wants(user).low_balance) {
            self.announce(OutboxItem::Notice(notice));
        }
        let entries = self.entries.entry(user).or_default();
        entries.extend(change.entries);
        let journal = self.journal.entry(user).or_default();
        journal.extend(change.journal);
        self.holds.extend(change.hold.map(|hold| (hold.id, hold)));
        self.wallets.insert(user, wallet);
    }

    /// What planted bugs make of a change.
    fn spoil(&self, wallet: &mut Wallet, change: &mut Change) {
        match self.bug {
            Some(Bug::ForgetsTheJournal) => change.journal.clear(),
            Some(Bug::ForgetsTheEntry) => change.entries.clear(),
            Some(Bug::BreaksTheChain) => {
                if let Some(last) = change.journal.last_mut() {
                    last.at = Timestamp::MIN;
                }
            }
            Some(Bug::LosesALot) if wallet.lots.len() > 1 => {
                wallet.lots.pop();
            }
            _ => {}
        }
    }

    pub(crate) fn place_hold(&mut self, command: &PlaceHold) -> Result<Hold, LedgerError> {
        let mut wallet = self.wallet(command.user)?;
        if !self.is_active(command.user) && !self.holds.contains_key(&command.id) {
            return Err(LedgerError::AccountClosed);
        }
        if self.has(Bug::Overdraws) && !self.holds.contains_key(&command.id) {
            // As if the check were not there: the first lot gives what is missing.
            let missing = command.amount.micros() - wallet.available(command.now).micros();
            if let Some(lot) = wallet.lots.first_mut().filter(|_| missing > 0) {
                lot.available = MicroUsd::new(lot.available.micros() + missing);
                let posted = wallet.balance.posted.micros() + missing;
                wallet.balance.posted = MicroUsd::new(posted);
            }
        }
        let (hold, change) = wallet.place(command, self.holds.get(&command.id))?;
        self.save(wallet, change);
        Ok(hold)
    }

    /// Whether the account may act.
    pub(crate) fn is_active(&self, user: UserId) -> bool {
        let account = self.accounts.get(&user);
        account.is_some_and(|account| account.status == AccountStatus::Active)
    }

    /// A hold, and what it drew.
    fn drawn(&self, id: HoldId) -> Result<(Hold, Vec<Draw>), LedgerError> {
        let hold = self.holds.get(&id).ok_or(LedgerError::Unknown)?;
        let mut journal = self.journal.get(&hold.user).into_iter().flatten();
        let placed = journal.find(|tx| tx.operation == Operation::Hold && tx.hold == Some(id));
        Ok((hold.clone(), placed.map(draws).unwrap_or_default()))
    }

    pub(crate) fn capture(
        &mut self,
        id: HoldId,
        charge: &Charge<'_>,
        now: Timestamp,
    ) -> Result<LedgerEntry, LedgerError> {
        let (hold, draws) = self.drawn(id)?;
        let mut entries = self.entries.get(&hold.user).into_iter().flatten();
        let first = entries.find(|entry| entry.id == EntryId::from_uuid(id.as_uuid()));
        if let Some(first) = first.filter(|entry| entry.amount == charge.amount.negated()) {
            return Ok(first.clone());
        }
        let mut wallet = self.wallet(hold.user)?;
        let (entry, change) = wallet.capture(&hold, &draws, charge, now)?;
        self.save(wallet, change);
        if self.has(Bug::ChargesTwice) {
            self.charge_again(&hold, charge, now);
        }
        Ok(entry)
    }

    pub(crate) fn capture_part(
        &mut self,
        command: &CapturePart,
    ) -> Result<LedgerEntry, LedgerError> {
        let (hold, draws) = self.drawn(command.hold)?;
        let id = part_entry(&hold, command.filing);
        let mut entries = self.entries.get(&hold.user).into_iter().flatten();
        let first = entries.find(|entry| entry.id == id).cloned();
        let mut wallet = self.wallet(hold.user)?;
        let (entry, change) = wallet.capture_part(&hold, &draws, command, first.as_ref())?;
        self.save(wallet, change);
        Ok(entry)
    }

    /// Charges a task once more, under another hold.
    pub(crate) fn charge_again(&mut self, hold: &Hold, charge: &Charge<'_>, now: Timestamp) {
        let bytes = hold.id.as_uuid().as_u128() ^ 0xBAD;
        let id = HoldId::from_uuid(uuid::Uuid::from_u128(bytes));
        let again = PlaceHold {
            id,
            user: hold.user,
            purpose: hold.purpose,
            amount: charge.amount,
            filing: hold.filing,
            task: hold.task,
            expires_at: hold.expires_at,
            now,
        };
        if !self.holds.contains_key(&id)
            && self.place_hold(&again).is_ok()
            && let Ok((hold, draws)) = self.drawn(id)
            && let Ok(mut wallet) = self.wallet(hold.user)
            && let Ok((_, change)) = wallet.capture(&hold, &draws, charge, now)
        {
            self.save(wallet, change);
        }
    }

    pub(crate) fn void(
        &mut self,
        id: HoldId,
        goodwill: Option<Goodwill>,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        if self.has(Bug::KeepsVoidedHolds) {
            return Ok(());
        }
        if self.has(Bug::VoidsForNothing)
            && let Some(hold) = self.holds.get_mut(&id)
        {
            hold.status = HoldStatus::Voided;
            return Ok(());
        }
        let (hold, draws) = self.drawn(id)?;
        if hold.status == HoldStatus::Voided {
            return Ok(());
        }
        let end = GiveBack {
            status: HoldStatus::Voided,
            goodwill,
            now,
        };
        self.give_back(&hold, &draws, &end)?;
        Ok(())
    }

    fn give_back(
        &mut self,
        hold: &Hold,
        draws: &[Draw],
        end: &GiveBack,
    ) -> Result<Hold, LedgerError> {
        let mut wallet = self.wallet(hold.user)?;
        let (ended, change) = wallet.give_back(hold, draws, end)?;
        self.save(wallet, change);
        Ok(ended)
    }

    pub(crate) fn by_key(&self, user: UserId, key: &str) -> Option<LedgerEntry> {
        if self.has(Bug::ForgetsKeysOfEntries) {
            return None;
        }
        let mut entries = self.entries.get(&user).into_iter().flatten();
        entries.find(|entry| entry.key == key).cloned()
    }

    pub(crate) fn post(&mut self, command: &PostEntry) -> Result<LedgerEntry, LedgerError> {
        let mut wallet = self.wallet(command.user)?;
        let first = self.by_key(command.user, &command.key);
        let (entry, change) = wallet.post(command, first.as_ref())?;
        self.save(wallet, change);
        Ok(entry)
    }

    pub(crate) fn refund(&mut self, command: &Refund) -> Result<LedgerEntry, LedgerError> {
        let mut wallet = self.wallet(command.user)?;
        let first = self.by_key(command.user, &command.key);
        let journal = self.journal.get(&command.user).into_iter().flatten();
        let captured = journal
            .clone()
            .find(|tx| tx.entry == Some(command.entry) && tx.operation.is_charge());
        let mut entries = self.entries.get(&command.user).into_iter().flatten();
        let entry = entries.find(|entry| entry.id == command.entry);
        let (Some(captured), Some(entry)) = (captured, entry) else {
            return Err(LedgerError::Unknown);
        };
        let before = journal.filter(|tx| tx.reverses == Some(command.entry));
        let forgets = self.has(Bug::RefundsAgain);
        let before: Vec<_> = before.filter(|_| !forgets).cloned().collect();
        let given = Given {
            entry,
            captured,
            before: &before,
            first: first.as_ref(),
        };
        let (entry, change) = wallet.refund(command, &given)?;
        self.save(wallet, change);
        Ok(entry)
    }

    fn expire(
        &mut self,
        goodwill_until: Option<Timestamp>,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Hold>, LedgerError> {
        let expired = GiveBack {
            status: HoldStatus::Expired,
            goodwill: goodwill_until.map(Goodwill::whole),
            now,
        };
        let late = self.holds.values().filter(|hold| {
            let task = hold.task.and_then(|id| self.tasks.get(&id));
            let imports =
                |job: &ImportJob| job.hold == Some(hold.id) && job.status == ImportStatus::Running;
            let at_work = (task.is_some_and(|task| !task.status.is_terminal())
                || self.imports.values().any(imports))
                && !self.has(Bug::ExpiresHoldsAtWork);
            hold.status == HoldStatus::Open && hold.expires_at <= now && !at_work
        });
        let late: Vec<_> = late.take(limit.min(MAX_PAGE)).map(|hold| hold.id).collect();
        let end = |id| {
            let (hold, draws) = self.drawn(id)?;
            self.give_back(&hold, &draws, &expired)
        };
        late.into_iter().map(end).collect()
    }

    pub(crate) fn reverse(&mut self, command: &ReverseCredit) -> Result<Reversed, LedgerError> {
        let mut wallet = self.wallet(command.user)?;
        let mut entries = self.entries.get(&command.user).into_iter().flatten();
        let entry = entries.find(|entry| entry.id == command.entry);
        let entry = entry.ok_or(LedgerError::Unknown)?;
        let journal = self.journal.get(&command.user).into_iter().flatten();
        let before = journal.filter(|tx| tx.reverses == Some(command.entry));
        let before: Vec<_> = before.cloned().collect();
        let paid = Paid {
            entry,
            before: &before,
        };
        let (reversed, change) = wallet.reverse(command, &paid)?;
        self.save(wallet, change);
        Ok(reversed)
    }

    fn lapse(&mut self, now: Timestamp, limit: usize) -> Result<Vec<LedgerEntry>, LedgerError> {
        let late = |wallet: &&Wallet| {
            let mut lots = wallet.lots.iter();
            lots.any(|lot| lot.is_late(now) && lot.available.is_positive())
        };
        let late = self.wallets.values().filter(late);
        let late = late.filter(|_| !self.has(Bug::KeepsLateCredits));
        let late = late.take(limit.min(MAX_PAGE));
        let mut lapsed = Vec::new();
        for mut wallet in late.cloned().collect::<Vec<_>>() {
            let mut change = Change::default();
            wallet.lapse(now, &mut change)?;
            lapsed.extend(change.entries.iter().cloned());
            self.save(wallet, change);
        }
        Ok(lapsed)
    }

    pub(crate) fn lots(&self, user: UserId) -> Vec<CreditLot> {
        let wallet = self.wallets.get(&user);
        let mut lots = wallet.map_or_else(Vec::new, |wallet| wallet.lots.clone());
        lots.retain(CreditLot::has_any);
        lots.sort_by_key(CreditLot::turn);
        lots
    }
}
