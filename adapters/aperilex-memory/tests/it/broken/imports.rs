//! Broken stores and commits of bulk imports.

use std::sync::{Arc, Mutex};

use aperilex_ports::{
    AccessSource, ClaimItem, EntryKind, GrantAccess, HoldId, IdempotentRequest, ImportError,
    ImportId, ImportItem, ImportJob, ImportOutcome, ImportStatus, ImportStore, Imports, Lease,
    MicroUsd, PendingAccess, PutBackItem, SettleItem, Settlement, StoreError, Stores, SubmitImport,
    SubmittedImport, Timestamp, UserId,
};
use async_trait::async_trait;

use super::failures;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    SharesItems,
    Miscounts,
    SkipsAnItemBetweenPages,
    GivesAnyItem,
    IgnoresTheLimit,
    ForgetsKeys,
    OpensNothing,
    ForgetsFailures,
    TakesLateLeases,
    CancelsNothing,
    SettlesAgain,
    PutsBackAtOnce,
    GivesUpEarly,
    OpensForNothing,
    FavoursTheOldest,
    ExcusesEveryFailure,
    ExcusesNoFailure,
    LeavesNothingForWhoWaited,
}

pub(crate) const FLAWS: &[(Flaw, &str)] = &[
    (Flaw::SharesItems, "IM-1"),
    (Flaw::Miscounts, "IM-2"),
    (Flaw::SkipsAnItemBetweenPages, "IM-3"),
    (Flaw::GivesAnyItem, "IM-4"),
    (Flaw::IgnoresTheLimit, "IS-1"),
    (Flaw::ForgetsKeys, "IS-2"),
    (Flaw::OpensNothing, "IS-3"),
    (Flaw::ForgetsFailures, "IS-4"),
    (Flaw::TakesLateLeases, "IS-5"),
    (Flaw::CancelsNothing, "IS-6"),
    (Flaw::SettlesAgain, "IS-7"),
    (Flaw::PutsBackAtOnce, "IS-8"),
    (Flaw::GivesUpEarly, "IS-9"),
    (Flaw::OpensForNothing, "IS-10"),
    (Flaw::FavoursTheOldest, "IM-4"),
    (Flaw::ExcusesEveryFailure, "IS-4"),
    (Flaw::ExcusesNoFailure, "IS-4"),
    (Flaw::LeavesNothingForWhoWaited, "IS-9"),
];

pub(crate) fn caught(flaw: Flaw) -> Vec<&'static str> {
    failures(move |stores| {
        let broken = Arc::new(Broken {
            store: stores.import_store.clone(),
            imports: stores.imports.clone(),
            settlement: stores.settlement.clone(),
            accepted: Mutex::default(),
            flaw,
        });
        Stores {
            import_store: broken.clone(),
            imports: broken,
            ..stores
        }
    })
}

#[derive(Debug)]
struct Broken {
    store: Arc<dyn ImportStore>,
    imports: Arc<dyn Imports>,
    settlement: Arc<dyn Settlement>,
    accepted: Mutex<Vec<ImportId>>,
    flaw: Flaw,
}

impl Broken {
    async fn job(&self, import: ImportId) -> Result<ImportJob, ImportError> {
        let job = self.store.get(import).await?;
        job.ok_or(ImportError::Unknown)
    }

    /// Opens what was settled, whatever became of its hold.
    async fn open(&self, job: &ImportJob, item: &SettleItem) {
        let ImportOutcome::Stored { filing, .. } = item.outcome else {
            return;
        };
        let access = PendingAccess {
            hold: HoldId::from_uuid(job.id.as_uuid()),
            price: MicroUsd::ZERO,
            purpose: EntryKind::BulkImport,
            source: AccessSource::Paid,
        };
        let grant = GrantAccess {
            user: job.user,
            filing,
            access,
            now: item.now,
        };
        self.settlement.grant_access(&grant).await.unwrap();
    }
}

#[async_trait]
impl ImportStore for Broken {
    async fn get(&self, import: ImportId) -> Result<Option<ImportJob>, StoreError> {
        let mut job = self.store.get(import).await?;
        if self.flaw == Flaw::Miscounts {
            job.iter_mut().for_each(|job| job.counts.waiting += 1);
        }
        Ok(job)
    }

    async fn list(
        &self,
        user: UserId,
        before: Option<ImportId>,
        limit: usize,
    ) -> Result<Vec<ImportJob>, StoreError> {
        self.store.list(user, before, limit).await
    }

    async fn items(
        &self,
        import: ImportId,
        after: u32,
        limit: usize,
    ) -> Result<Vec<ImportItem>, StoreError> {
        let gap = u32::from(self.flaw == Flaw::SkipsAnItemBetweenPages && after > 0);
        self.store.items(import, after + gap, limit).await
    }

    async fn claim(
        &self,
        claim: &ClaimItem,
    ) -> Result<Option<(ImportJob, ImportItem)>, StoreError> {
        let mut claim = claim.clone();
        match self.flaw {
            Flaw::SharesItems => {
                claim.lease = Lease {
                    until: claim.now,
                    ..claim.lease
                };
            }
            Flaw::GivesAnyItem => claim.only = None,
            Flaw::FavoursTheOldest if claim.only.is_none() => {
                let accepted = self.accepted.lock().unwrap().clone();
                for import in accepted {
                    let only = Some(import);
                    let claim = ClaimItem { only, ..claim };
                    if let Some(claimed) = self.store.claim(&claim).await? {
                        return Ok(Some(claimed));
                    }
                }
            }
            _ => {}
        }
        self.store.claim(&claim).await
    }
}

#[async_trait]
impl Imports for Broken {
    async fn submit(&self, import: &SubmitImport) -> Result<SubmittedImport, ImportError> {
        let mut import = import.clone();
        match self.flaw {
            Flaw::IgnoresTheLimit => import.max_price = None,
            Flaw::ForgetsKeys => import.idempotency = None,
            _ => {}
        }
        self.accepted.lock().unwrap().push(import.import);
        self.imports.submit(&import).await
    }

    async fn replayed(
        &self,
        user: UserId,
        request: &IdempotentRequest,
        now: Timestamp,
    ) -> Result<Option<ImportJob>, ImportError> {
        self.imports.replayed(user, request, now).await
    }

    async fn settle(&self, item: &SettleItem) -> Result<ImportJob, ImportError> {
        let mut item = item.clone();
        let failed = matches!(item.outcome, ImportOutcome::Failed { .. });
        match self.flaw {
            Flaw::TakesLateLeases => item.now = Timestamp::MIN,
            Flaw::ExcusesEveryFailure | Flaw::ExcusesNoFailure => {
                if let ImportOutcome::Failed { excused, .. } = &mut item.outcome {
                    *excused = self.flaw == Flaw::ExcusesEveryFailure;
                }
            }
            Flaw::ForgetsFailures if failed => return self.job(item.import).await,
            Flaw::OpensNothing if !failed => {
                let failure = aperilex_ports::Failure {
                    code: "broken".into(),
                    message: "broken on purpose".into(),
                };
                item.outcome = ImportOutcome::Failed {
                    failure,
                    excused: false,
                };
            }
            _ => {}
        }
        match (self.flaw, self.imports.settle(&item).await) {
            (Flaw::SettlesAgain, Err(ImportError::LeaseLost)) => self.job(item.import).await,
            (Flaw::OpensForNothing, Ok(job)) if job.status == ImportStatus::Cancelled => {
                self.open(&job, &item).await;
                Ok(job)
            }
            (_, settled) => settled,
        }
    }

    async fn put_back(&self, item: &PutBackItem) -> Result<(), ImportError> {
        let mut item = item.clone();
        if self.flaw == Flaw::PutsBackAtOnce {
            item.not_before = item.now;
        }
        self.imports.put_back(&item).await
    }

    async fn cancel(
        &self,
        import: ImportId,
        goodwill_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<ImportJob, ImportError> {
        if self.flaw == Flaw::CancelsNothing {
            return self.job(import).await;
        }
        self.imports.cancel(import, goodwill_until, now).await
    }

    async fn expire(
        &self,
        goodwill_until: Option<Timestamp>,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<ImportJob>, ImportError> {
        let early = self.flaw == Flaw::GivesUpEarly;
        let now = if early { Timestamp::MAX } else { now };
        let until = goodwill_until.filter(|_| self.flaw != Flaw::LeavesNothingForWhoWaited);
        self.imports.expire(until, now, limit).await
    }
}
