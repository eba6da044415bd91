//! Reading imports, and taking their items.

use std::ops::Bound;

use aperilex_ports::{
    ClaimItem, ImportId, ImportItem, ImportItemStatus, ImportJob, ImportStore, MAX_PAGE,
    StoreError, UserId,
};
use async_trait::async_trait;

use crate::state::State;
use crate::stores::MemoryStores;

#[async_trait]
impl ImportStore for MemoryStores {
    async fn get(&self, import: ImportId) -> Result<Option<ImportJob>, StoreError> {
        self.read("import_store.get", |state| {
            state.imports.get(&import).cloned()
        })
    }

    async fn list(
        &self,
        user: UserId,
        before: Option<ImportId>,
        limit: usize,
    ) -> Result<Vec<ImportJob>, StoreError> {
        self.read("import_store.list", |state| {
            let newest_first = state.imports.values().rev();
            let own = newest_first.filter(|job| job.user == user);
            let older = own.filter(|job| before.is_none_or(|id| job.id < id));
            older.take(limit.min(MAX_PAGE)).cloned().collect()
        })
    }

    async fn items(
        &self,
        import: ImportId,
        after: u32,
        limit: usize,
    ) -> Result<Vec<ImportItem>, StoreError> {
        self.read("import_store.items", |state| {
            let behind = state.items_of(import).filter(|item| item.place > after);
            behind.take(limit.min(MAX_PAGE)).cloned().collect()
        })
    }

    async fn claim(
        &self,
        claim: &ClaimItem,
    ) -> Result<Option<(ImportJob, ImportItem)>, StoreError> {
        self.commit("import_store.claim", |state| Ok(state.claim_item(claim)))
    }
}

impl State {
    pub(crate) fn items_of(&self, import: ImportId) -> impl Iterator<Item = &ImportItem> {
        let from = Bound::Included((import, 0));
        let to = Bound::Included((import, u32::MAX));
        self.import_items.range((from, to)).map(|(_, item)| item)
    }

    /// Puts an import at the end of the line.
    pub(crate) fn take_turn(&mut self, import: ImportId) {
        let last = self.import_turns.values().max().copied();
        let turn = last.unwrap_or_default().saturating_add(1);
        self.import_turns.insert(import, turn);
    }

    fn claim_item(&mut self, claim: &ClaimItem) -> Option<(ImportJob, ImportItem)> {
        let ready = |item: &&mut ImportItem| {
            let due = item.ready_at <= claim.now;
            let wanted = claim.only.is_none_or(|only| only == item.job);
            wanted && due && item.status == ImportItemStatus::Waiting
        };
        let turns = &self.import_turns;
        let items = self.import_items.values_mut().filter(ready);
        let item = items.min_by_key(|item| (turns.get(&item.job), item.job, item.place))?;
        item.lease = Some(claim.lease.token);
        item.ready_at = claim.lease.until;
        item.attempts = item.attempts.saturating_add(1);
        let item = item.clone();
        self.take_turn(item.job);
        Some((self.imports.get(&item.job)?.clone(), item))
    }
}
