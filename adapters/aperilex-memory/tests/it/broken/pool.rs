//! Broken pools.

use std::sync::{Arc, Mutex};

use aperilex_ports::{
    AccessSource, AnalysisId, AnalysisPool, AnalysisRecord, FilingId, FindAnalysis, Quality,
    StoreError, Stores, UserId,
};
use async_trait::async_trait;

use super::{failures, unavailable};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    FindsOnlyWhatWasAskedFor,
    FindsLesserOnes,
    ShowsWithoutAccess,
    ListsOldestFirst,
    TripsOverUnknownViews,
}

pub(crate) const FLAWS: &[(Flaw, &str)] = &[
    (Flaw::FindsOnlyWhatWasAskedFor, "AP-1"),
    (Flaw::FindsLesserOnes, "AP-2"),
    (Flaw::ShowsWithoutAccess, "AP-3"),
    (Flaw::ListsOldestFirst, "AP-4"),
    (Flaw::TripsOverUnknownViews, "AP-5"),
];

pub(crate) fn caught(flaw: Flaw) -> Vec<&'static str> {
    failures(move |stores| {
        let broken = Broken {
            inner: stores.pool.clone(),
            seen: Mutex::default(),
            flaw,
        };
        Stores {
            pool: Arc::new(broken),
            ..stores
        }
    })
}

#[derive(Debug)]
struct Broken {
    inner: Arc<dyn AnalysisPool>,
    /// What somebody was shown.
    seen: Mutex<Vec<AnalysisRecord>>,
    flaw: Flaw,
}

#[async_trait]
impl AnalysisPool for Broken {
    async fn find(&self, request: &FindAnalysis) -> Result<Option<AnalysisRecord>, StoreError> {
        let mut request = request.clone();
        if self.flaw == Flaw::FindsLesserOnes {
            request.quality = Quality::Extractive;
        }
        let found = self.inner.find(&request).await?;
        let exact = self.flaw == Flaw::FindsOnlyWhatWasAskedFor;
        Ok(found.filter(|it| !exact || it.key.quality == request.quality))
    }

    async fn readable(
        &self,
        user: UserId,
        analysis: AnalysisId,
    ) -> Result<Option<(AnalysisRecord, AccessSource)>, StoreError> {
        let read = self.inner.readable(user, analysis).await?;
        let mut seen = self.seen.lock().unwrap();
        seen.extend(read.iter().map(|(record, _)| record.clone()));
        let leaked = seen.iter().find(|record| record.id == analysis).cloned();
        let leaked = leaked.map(|record| (record, AccessSource::Policy));
        Ok(read.or(leaked.filter(|_| self.flaw == Flaw::ShowsWithoutAccess)))
    }

    async fn list(
        &self,
        user: UserId,
        filing: Option<FilingId>,
        before: Option<AnalysisId>,
        limit: usize,
    ) -> Result<Vec<(AnalysisRecord, AccessSource)>, StoreError> {
        let mut records = self.inner.list(user, filing, before, limit).await?;
        if self.flaw == Flaw::ListsOldestFirst {
            records.reverse();
        }
        Ok(records)
    }

    async fn record_view(&self, analysis: AnalysisId, times: u64) -> Result<(), StoreError> {
        if self.flaw == Flaw::TripsOverUnknownViews {
            return Err(unavailable());
        }
        self.inner.record_view(analysis, times).await
    }
}
