//! Books.

use aperilex_ports::audit::{Acknowledged, Books, Opened, Projection};
use aperilex_ports::wallet::Wallet;
use aperilex_ports::{
    AnalysisId, AuditRecord, AuditStore, ChainHead, CreditLot, JournalTx, LedgerRoot, MAX_PAGE,
    MicroUsd, StoreError, Task, Timestamp, UserId,
};
use async_trait::async_trait;

use crate::state::State;
use crate::stores::MemoryStores;

#[async_trait]
impl AuditStore for MemoryStores {
    async fn books(&self, user: UserId) -> Result<Option<Books>, StoreError> {
        self.read("audit.books", |state| state.books(user))
    }

    async fn heads(
        &self,
        after: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<(UserId, Option<ChainHead>)>, StoreError> {
        self.read("audit.heads", |state| {
            let later = state
                .accounts
                .keys()
                .filter(|user| after.is_none_or(|after| **user > after));
            let page = later.take(limit.min(MAX_PAGE));
            let head = |user: &UserId| {
                let wallet = state.wallets.get(user);
                let head = wallet.map_or_else(|| ChainHead::genesis(*user), |wallet| wallet.head);
                (*user, Some(head))
            };
            page.map(head).collect()
        })
    }

    async fn claim_proof(&self, not_since: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        self.commit("audit.claim_proof", |state| {
            let is_free = state.proof_begun_at.is_none_or(|begun| begun < not_since);
            if is_free {
                state.proof_begun_at = Some(now);
            }
            Ok(is_free)
        })
    }

    async fn keep_root(&self, root: &LedgerRoot) -> Result<(), StoreError> {
        self.commit("audit.keep_root", |state| {
            if !state.roots.iter().any(|kept| kept.digest == root.digest) {
                state.roots.push(*root);
            }
            Ok(())
        })
    }

    async fn roots(&self, limit: usize) -> Result<Vec<LedgerRoot>, StoreError> {
        self.read("audit.roots", |state| {
            let newest = state.roots.iter().rev();
            newest.take(limit.min(MAX_PAGE)).copied().collect()
        })
    }

    async fn rebuild(
        &self,
        user: UserId,
        projection: &Projection,
        audit: &AuditRecord,
    ) -> Result<(), StoreError> {
        self.commit("audit.rebuild", |state| {
            state.rebuild(user, projection)?;
            state.log(audit);
            Ok(())
        })
    }
}

impl State {
    fn rebuild(&mut self, user: UserId, projection: &Projection) -> Result<(), StoreError> {
        let journal = self.journal.get(&user).and_then(|journal| journal.last());
        let head = journal.map_or_else(|| ChainHead::genesis(user), JournalTx::head);
        if head != projection.head {
            return Err(StoreError::Conflict);
        }
        let wallet = self.wallets.entry(user);
        let wallet = wallet.or_insert_with(|| Wallet::new(user));
        wallet.balance = projection.balance;
        wallet.debt = projection.debt;
        wallet.entry_seq = projection.entry_count;
        wallet.head = projection.head;
        let live = |lot: &CreditLot| projection.lots.iter().any(|made| made.id == lot.id);
        for lot in wallet.lots.iter_mut().filter(|lot| !live(lot)) {
            (lot.available, lot.held) = (MicroUsd::ZERO, MicroUsd::ZERO);
        }
        wallet.lots.retain(|lot| !live(lot));
        wallet.lots.extend(&projection.lots);
        for (hold, status) in &projection.holds {
            if let Some(hold) = self.holds.get_mut(hold) {
                let part = projection.parts.get(&hold.id).copied();
                hold.status = *status;
                hold.captured = part.unwrap_or_default();
            }
        }
        Ok(())
    }

    /// What requests of an account were answered with, by key.
    fn answers_of(&self, user: UserId) -> Vec<(String, Acknowledged)> {
        let own = self
            .requests
            .iter()
            .filter(|((owner, _), _)| *owner == user);
        let answers = own.map(|((_, key), asked)| (key.clone(), asked.answer.acknowledged()));
        let mut answers: Vec<_> = answers.collect();
        answers.sort_by(|one, other| one.0.cmp(&other.0));
        answers
    }

    fn books(&self, user: UserId) -> Option<Books> {
        let balance = self.balance(user).ok()?;
        let entries = self.entries.get(&user).cloned().unwrap_or_default();
        let own = |task: &&Task| task.user == user;
        let tasks: Vec<_> = self.tasks.values().filter(own).cloned().collect();
        let named = entries.iter().filter_map(|entry| entry.analysis);
        let answers = self.answers_of(user);
        let told = answers.iter().filter_map(|(_, answer)| match answer {
            Acknowledged::Analysis(id) => Some(*id),
            _ => None,
        });
        let named: Vec<AnalysisId> = named
            .chain(tasks.iter().filter_map(|task| task.analysis))
            .chain(told)
            .collect();
        let analyses = self.analyses.values();
        let analyses = analyses.filter(|record| named.contains(&record.id));
        let events = |task: &Task| self.events.get(&task.id).cloned().unwrap_or_default();
        let wallet = self.wallet(user).ok()?;
        Some(Books {
            user,
            head: wallet.head,
            debt: wallet.debt,
            journal: self.journal.get(&user).cloned().unwrap_or_default(),
            lots: self.lots(user),
            balance,
            entry_count: u64::try_from(entries.len()).unwrap_or(u64::MAX),
            holds: self.holds_of(user),
            access: self
                .access
                .iter()
                .filter(|((owner, _), _)| *owner == user)
                .map(|((_, filing), (source, waiver))| Opened {
                    filing: *filing,
                    source: *source,
                    waiver: *waiver,
                })
                .collect(),
            analyses: analyses.cloned().collect(),
            calls: self
                .calls
                .values()
                .filter(|call| tasks.iter().any(|task| task.id == call.task))
                .cloned()
                .collect(),
            answers,
            imports: self
                .imports
                .values()
                .filter(|job| job.user == user)
                .map(|job| (job.clone(), self.items_of(job.id).cloned().collect()))
                .collect(),
            tasks: tasks
                .into_iter()
                .map(|task| {
                    let events = events(&task);
                    (task, events)
                })
                .collect(),
            entries,
        })
    }
}
