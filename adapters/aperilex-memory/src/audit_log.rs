//! The audit log.

use aperilex_ports::{
    AuditEntry, AuditHead, AuditLog, AuditRecord, LedgerEntry, LedgerError, MAX_PAGE, PostEntry,
    Refund, StoreError,
};
use async_trait::async_trait;

use crate::state::State;
use crate::stores::MemoryStores;

#[async_trait]
impl AuditLog for MemoryStores {
    async fn append(&self, record: &AuditRecord) -> Result<AuditEntry, StoreError> {
        self.commit("audit_log.append", |state| Ok(state.log(record)))
    }

    async fn post(
        &self,
        entry: &PostEntry,
        record: &AuditRecord,
    ) -> Result<LedgerEntry, LedgerError> {
        self.commit("audit_log.post", |state| {
            if state.by_key(entry.user, &entry.key).is_none() {
                state.log(record);
            }
            state.post(entry)
        })
    }

    async fn refund(
        &self,
        refund: &Refund,
        record: &AuditRecord,
    ) -> Result<LedgerEntry, LedgerError> {
        self.commit("audit_log.refund", |state| {
            if state.by_key(refund.user, &refund.key).is_none() {
                state.log(record);
            }
            state.refund(refund)
        })
    }

    async fn entries(
        &self,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let older = |entry: &&AuditEntry| before.is_none_or(|before| entry.seq < before);
        self.read("audit_log.entries", |state| {
            let newest_first = state.audit_log.iter().rev();
            let page = newest_first.filter(older).take(limit.min(MAX_PAGE));
            page.cloned().collect()
        })
    }

    async fn head(&self) -> Result<AuditHead, StoreError> {
        self.read("audit_log.head", State::audit_head)
    }
}

impl State {
    fn audit_head(&self) -> AuditHead {
        let last = self.audit_log.last();
        last.map_or_else(AuditHead::genesis, AuditEntry::head)
    }

    /// Adds a record to the log.
    pub(crate) fn log(&mut self, record: &AuditRecord) -> AuditEntry {
        let entry = self.audit_head().next(record);
        self.audit_log.push(entry.clone());
        entry
    }
}
