//! Reading: access is asked for at every read. Without it a thing does not exist.

use aperilex_ports::{
    AccessSource, Account, AnalysisId, AnalysisRecord, CancelTask, FilingContent, FilingId,
    FilingRecord, LedgerEntry, MAX_PAGE, RawDocument, Task, TaskEvent, TaskId, TaskStatus,
};
use bytes::Bytes;

use super::Engine;
use crate::error::EngineError;
use crate::refusal::Refusal;

impl Engine {
    /// An analysis this account may read.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], or a port's failure.
    pub async fn analysis(
        &self,
        account: &Account,
        id: AnalysisId,
    ) -> Result<AnalysisRecord, EngineError> {
        let found = self.ports.stores.pool.readable(account.id, id).await?;
        match found {
            Some((record, source)) if self.still_reads(account, &record, source).await? => {
                Ok(record)
            }
            _ => Err(EngineError::not_found(format!("analysis {id}"))),
        }
    }

    /// Whether the access that once opened an analysis still does.
    async fn still_reads(
        &self,
        account: &Account,
        record: &AnalysisRecord,
        source: AccessSource,
    ) -> Result<bool, EngineError> {
        if let Some(holds) = self.access_holds_for_any(account, source) {
            return Ok(holds);
        }
        let filing = self.ports.stores.filings.get(record.key.filing).await?;
        Ok(filing.is_some_and(|filing| self.access_holds(account, &filing.meta, source)))
    }

    /// The stored bytes of an analysis.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn analysis_bytes(&self, record: &AnalysisRecord) -> Result<Bytes, EngineError> {
        Ok(self.ports.documents.get(&record.result_sha256).await?)
    }

    /// Analyses this account may read, newest first, older than `before`.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn analyses(
        &self,
        account: &Account,
        filing: Option<FilingId>,
        before: Option<AnalysisId>,
        limit: usize,
    ) -> Result<Vec<AnalysisRecord>, EngineError> {
        let limit = limit.min(MAX_PAGE);
        let (mut readable, mut before) = (Vec::new(), before);
        // Pages are read until one is full of what may be read: what a tier no longer opens is passed
        // over, and says nothing.
        loop {
            let pool = &self.ports.stores.pool;
            let page = pool.list(account.id, filing, before, limit).await?;
            let is_last = page.len() < limit;
            for (record, source) in page {
                before = Some(record.id);
                if self.still_reads(account, &record, source).await? {
                    readable.push(record);
                }
                if readable.len() == limit {
                    return Ok(readable);
                }
            }
            if is_last {
                return Ok(readable);
            }
        }
    }

    /// A stored filing this account may read.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], or a port's failure.
    pub async fn filing(
        &self,
        account: &Account,
        id: FilingId,
    ) -> Result<FilingRecord, EngineError> {
        let absent = || EngineError::not_found(format!("filing {id}"));
        let stores = &self.ports.stores;
        let source = stores
            .filings
            .access(account.id, id)
            .await?
            .ok_or_else(absent)?;
        let record = stores.filings.get(id).await?.ok_or_else(absent)?;
        let readable = record.stored.is_some() && self.access_holds(account, &record.meta, source);
        if readable { Ok(record) } else { Err(absent()) }
    }

    /// A filing taken apart, from its stored raw documents.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn filing_content(
        &self,
        record: &FilingRecord,
    ) -> Result<FilingContent, EngineError> {
        let raw = self.load_raw(record).await?;
        Ok(self.ports.parser.parse(&raw)?)
    }

    /// One raw document of a filing, by name; the main one if no name is given.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], or a port's failure.
    pub async fn raw_document(
        &self,
        record: &FilingRecord,
        name: Option<&str>,
    ) -> Result<RawDocument, EngineError> {
        let stored = record
            .stored
            .as_ref()
            .map_or(&[][..], |stored| &stored.documents);
        let wanted = |d: &&aperilex_ports::StoredDocument| name.is_none_or(|name| d.name == name);
        let document = stored
            .iter()
            .find(wanted)
            .ok_or_else(|| EngineError::not_found("document"))?;
        let bytes = self.ports.documents.get(&document.sha256).await?;
        Ok(RawDocument {
            name: document.name.clone(),
            doc_type: document.doc_type.clone(),
            sequence: document.sequence,
            description: document.description.clone(),
            bytes,
            sha256: Some(document.sha256),
        })
    }

    /// A task of this account.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], or a port's failure.
    pub async fn task(&self, account: &Account, id: TaskId) -> Result<Task, EngineError> {
        let task = self.ports.stores.tasks.get(id).await?;
        task.filter(|task| task.user == account.id)
            .ok_or_else(|| EngineError::not_found(format!("task {id}")))
    }

    /// Events of a task of this account after the given number.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], or a port's failure.
    pub async fn task_events(
        &self,
        task: TaskId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<TaskEvent>, EngineError> {
        Ok(self.ports.stores.tasks.events(task, after, limit).await?)
    }

    /// Tasks of this account, newest first, older than `before`.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn tasks(
        &self,
        account: &Account,
        before: Option<TaskId>,
        limit: usize,
    ) -> Result<Vec<Task>, EngineError> {
        Ok(self
            .ports
            .stores
            .tasks
            .list(account.id, before, limit)
            .await?)
    }

    /// Withdraws a task that does not run yet. Withdrawing it again changes nothing.
    ///
    /// # Errors
    /// [`Refusal::NotCancellable`], [`EngineError::NotFound`], or a port's failure.
    pub async fn cancel_task(&self, account: &Account, id: TaskId) -> Result<Task, EngineError> {
        let task = self.task(account, id).await?;
        if task.status == TaskStatus::Cancelled {
            return Ok(task);
        }
        let now = self.now();
        let command = CancelTask {
            task: id,
            holds_expire_at: self.hold_expiry(now),
            goodwill_until: Some(self.goodwill_until(now)),
            now,
        };
        match self.ports.stores.settlement.cancel(&command).await {
            Err(aperilex_ports::SettlementError::Task(
                aperilex_ports::TaskStoreError::Conflict { actual },
            )) => Err(Refusal::NotCancellable { status: actual }.into()),
            cancelled => Ok(cancelled?),
        }
    }

    /// Ledger entries of an account with a lower number than `before`, newest first.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn ledger_entries(
        &self,
        account: &Account,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<LedgerEntry>, EngineError> {
        Ok(self
            .ports
            .stores
            .ledger
            .entries(account.id, before, limit)
            .await?)
    }
}
