//! Bulk imports.

mod store;

use aperilex_ports::wallet::Goodwill;
use aperilex_ports::{
    AccessSource, CapturePart, EntryKind, FilingId, IdempotentRequest, ImportCounts, ImportError,
    ImportId, ImportItem, ImportItemStatus, ImportJob, ImportOutcome, ImportStatus, Imports,
    LedgerError, MAX_PAGE, MicroUsd, PlaceHold, PutBackItem, SettleItem, SubmitImport,
    SubmittedImport, Timestamp, UserId, Waiver,
};
use async_trait::async_trait;

use crate::planted::Bug;
use crate::state::{Asked, Made, State};
use crate::stores::MemoryStores;

#[async_trait]
impl Imports for MemoryStores {
    async fn submit(&self, import: &SubmitImport) -> Result<SubmittedImport, ImportError> {
        self.commit("imports.submit", |state| state.submit_import(import))
    }

    async fn replayed(
        &self,
        user: UserId,
        request: &IdempotentRequest,
        now: Timestamp,
    ) -> Result<Option<ImportJob>, ImportError> {
        self.read("imports.replayed", |state| {
            state.replayed_import(user, request, now)
        })?
    }

    async fn settle(&self, item: &SettleItem) -> Result<ImportJob, ImportError> {
        self.commit("imports.settle", |state| state.settle_item(item))
    }

    async fn put_back(&self, item: &PutBackItem) -> Result<(), ImportError> {
        self.commit("imports.put_back", |state| state.put_back_item(item))
    }

    async fn cancel(
        &self,
        import: ImportId,
        goodwill_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<ImportJob, ImportError> {
        self.commit("imports.cancel", |state| {
            let job = state.import(import)?;
            if job.status == ImportStatus::Running {
                return state.end_import(job, ImportStatus::Cancelled, (goodwill_until, now));
            }
            Ok(job)
        })
    }

    async fn expire(
        &self,
        goodwill_until: Option<Timestamp>,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<ImportJob>, ImportError> {
        self.commit("imports.expire", |state| {
            let late =
                |job: &&ImportJob| job.status == ImportStatus::Running && job.expires_at <= now;
            let jobs = state
                .imports
                .values()
                .filter(late)
                .take(limit.min(MAX_PAGE));
            let jobs: Vec<_> = jobs.cloned().collect();
            let end = |job| state.end_import(job, ImportStatus::Expired, (goodwill_until, now));
            jobs.into_iter().map(end).collect()
        })
    }
}

impl State {
    fn import(&self, id: ImportId) -> Result<ImportJob, ImportError> {
        self.imports.get(&id).cloned().ok_or(ImportError::Unknown)
    }

    fn replayed_import(
        &self,
        user: UserId,
        own: &IdempotentRequest,
        now: Timestamp,
    ) -> Result<Option<ImportJob>, ImportError> {
        let asked = self.requests.get(&(user, own.key.clone()));
        let Some(asked) = asked.filter(|asked| asked.expires_at > now) else {
            return Ok(None);
        };
        match asked.answer {
            Made::Import(id) if asked.request == own.request => Ok(Some(self.import(id)?)),
            _ => Err(ImportError::KeyReused),
        }
    }

    fn submit_import(&mut self, command: &SubmitImport) -> Result<SubmittedImport, ImportError> {
        if let Some(own) = &command.idempotency
            && let Some(job) = self.replayed_import(command.user, own, command.now)?
        {
            return Ok(SubmittedImport {
                job,
                replayed: true,
            });
        }
        self.balance(command.user)?;
        if !self.is_active(command.user) {
            return Err(ImportError::AccountClosed);
        }
        let items: Vec<_> = (1..)
            .zip(&command.items)
            .map(|(place, new)| {
                let had = |filing| self.has_paid_for(command.user, filing);
                let status = match new.filing {
                    Some(filing) if had(filing) => ImportItemStatus::Owned,
                    _ => ImportItemStatus::Waiting,
                };
                ImportItem {
                    job: command.import,
                    place,
                    locator: new.locator.clone(),
                    filing: new.filing,
                    status,
                    failure: None,
                    attempts: 0,
                    ready_at: command.now,
                    lease: None,
                }
            })
            .collect();
        let counts = ImportCounts::of(&items);
        let hold = self.hold_for(command, counts)?;
        let job = command.begun(hold, counts);
        self.imports.insert(job.id, job.clone());
        self.take_turn(job.id);
        let items = items.into_iter().map(|item| ((item.job, item.place), item));
        self.import_items.extend(items);
        if let Some(own) = &command.idempotency {
            let asked = Asked {
                request: own.request,
                answer: Made::Import(job.id),
                expires_at: own.expires_at,
            };
            self.requests.insert((command.user, own.key.clone()), asked);
        }
        Ok(SubmittedImport {
            job,
            replayed: false,
        })
    }

    /// Sets aside what all that waits may cost.
    fn hold_for(
        &mut self,
        command: &SubmitImport,
        counts: ImportCounts,
    ) -> Result<Option<aperilex_ports::HoldId>, ImportError> {
        let price = command.unit_price.checked_mul(counts.waiting.into());
        let price = price.ok_or(LedgerError::BadAmount)?;
        if let Some(max) = command.max_price.filter(|max| price > *max) {
            return Err(ImportError::OverMaxPrice { price, max });
        }
        if price == MicroUsd::ZERO {
            return Ok(None);
        }
        let hold = PlaceHold {
            id: command.hold,
            user: command.user,
            purpose: EntryKind::BulkImport,
            amount: price,
            filing: None,
            task: None,
            expires_at: command.expires_at,
            now: command.now,
        };
        Ok(Some(self.place_hold(&hold)?.id))
    }

    fn settle_item(&mut self, command: &SettleItem) -> Result<ImportJob, ImportError> {
        let mut job = self.import(command.import)?;
        let mut item = self.leased_item(command.import, command.place)?;
        if !item.is_leased(command.lease, command.now) {
            return Err(ImportError::LeaseLost);
        }
        item.lease = None;
        let when = (command.goodwill_until, command.now);
        match &command.outcome {
            ImportOutcome::Failed { failure, excused } => {
                job.excused += u32::from(*excused);
                item.status = ImportItemStatus::Failed;
                item.failure = Some(failure.clone());
            }
            ImportOutcome::Stored { filing, source } => {
                let priced = job.unit_price.is_positive();
                if priced && !job.hold.is_some_and(|hold| self.is_open(hold)) {
                    return self.end_import(job, ImportStatus::Cancelled, when);
                }
                item.filing = Some(*filing);
                item.failure = None;
                item.status = self.open_item(&job, *filing, *source, command.now)?;
            }
        }
        job.counts.ended(item.status);
        job.expires_at = command.expires_at;
        job.updated_at = command.now;
        self.import_items.insert((item.job, item.place), item);
        if job.counts.waiting == 0 {
            return self.end_import(job, ImportStatus::Done, when);
        }
        self.imports.insert(job.id, job.clone());
        Ok(job)
    }

    /// Opens a filing to the account of an import, for its price.
    fn open_item(
        &mut self,
        job: &ImportJob,
        filing: FilingId,
        source: AccessSource,
        now: Timestamp,
    ) -> Result<ImportItemStatus, ImportError> {
        let had = self.access.get(&(job.user, filing));
        if had.is_some_and(|(had, _)| *had == AccessSource::Paid || source != AccessSource::Paid) {
            return Ok(ImportItemStatus::Owned);
        }
        if let Some(hold) = job.hold
            && !self.has(Bug::ImportsForNothing)
        {
            self.capture_part(&CapturePart {
                hold,
                filing,
                amount: job.unit_price,
                description: "import of a filing in bulk".to_owned(),
                now,
            })?;
        }
        let waiver = job.hold.is_none().then_some(Waiver::NoFee);
        self.open_access((job.user, filing), source, waiver, now);
        Ok(ImportItemStatus::Imported)
    }

    fn leased_item(&self, import: ImportId, place: u32) -> Result<ImportItem, ImportError> {
        let item = self.import_items.get(&(import, place));
        item.cloned().ok_or(ImportError::LeaseLost)
    }

    fn put_back_item(&mut self, command: &PutBackItem) -> Result<(), ImportError> {
        let mut item = self.leased_item(command.import, command.place)?;
        if !item.is_leased(command.lease, command.now) {
            return Err(ImportError::LeaseLost);
        }
        item.lease = None;
        item.ready_at = command.not_before;
        item.failure = Some(command.failure.clone());
        item.attempts = item.attempts.saturating_sub(u32::from(!command.counted));
        self.import_items.insert((item.job, item.place), item);
        Ok(())
    }

    /// Ends an import: what waits is cancelled, what is set aside goes back.
    fn end_import(
        &mut self,
        mut job: ImportJob,
        status: ImportStatus,
        (goodwill_until, now): (Option<Timestamp>, Timestamp),
    ) -> Result<ImportJob, ImportError> {
        for item in self.import_items.values_mut() {
            if item.job == job.id && item.status == ImportItemStatus::Waiting {
                item.status = ImportItemStatus::Cancelled;
                item.lease = None;
            }
        }
        let nobody_came = status == ImportStatus::Expired && self.is_active(job.user);
        let most = Some(job.excused_price(nobody_came));
        let goodwill = goodwill_until.map(|until| Goodwill { until, most });
        job.counts.cancelled();
        if let Some(hold) = job.hold.filter(|hold| self.is_open(*hold))
            && !self.has(Bug::KeepsHoldsOfImports)
        {
            self.void(hold, goodwill, now)?;
        }
        job.status = status;
        job.updated_at = now;
        self.imports.insert(job.id, job.clone());
        Ok(job)
    }
}
