//! The pool of analyses.

use aperilex_ports::{
    AccessSource, AnalysisId, AnalysisPool, AnalysisRecord, FilingId, FindAnalysis, MAX_PAGE,
    StoreError, UserId,
};
use async_trait::async_trait;

use crate::planted::Bug;
use crate::state::State;
use crate::stores::MemoryStores;

#[async_trait]
impl AnalysisPool for MemoryStores {
    async fn find(&self, request: &FindAnalysis) -> Result<Option<AnalysisRecord>, StoreError> {
        self.read("pool.find", |state| state.find_pooled(request).cloned())
    }

    async fn readable(
        &self,
        user: UserId,
        analysis: AnalysisId,
    ) -> Result<Option<(AnalysisRecord, AccessSource)>, StoreError> {
        self.read("pool.readable", |state| {
            let record = state.analyses.get(&analysis)?;
            let access = state.may_read(user, record)?;
            Some((record.clone(), access))
        })
    }

    async fn list(
        &self,
        user: UserId,
        filing: Option<FilingId>,
        before: Option<AnalysisId>,
        limit: usize,
    ) -> Result<Vec<(AnalysisRecord, AccessSource)>, StoreError> {
        self.read("pool.list", |state| {
            let newest_first = state.analyses.values().rev();
            let wanted = newest_first
                .filter(|it| filing.is_none_or(|filing| it.key.filing == filing))
                .filter(|it| before.is_none_or(|before| it.id < before))
                .filter_map(|it| Some((it.clone(), state.may_read(user, it)?)));
            wanted.take(limit.min(MAX_PAGE)).collect()
        })
    }

    async fn record_view(&self, analysis: AnalysisId, times: u64) -> Result<(), StoreError> {
        self.commit("pool.record_view", |state| {
            if state.analyses.contains_key(&analysis) {
                let views = state.views.entry(analysis).or_default();
                *views = views.saturating_add(times);
            }
            Ok(())
        })
    }
}

impl State {
    /// The best that satisfies the request, the newest of equals.
    pub(crate) fn find_pooled(&self, request: &FindAnalysis) -> Option<&AnalysisRecord> {
        let may = |it: &&AnalysisRecord| {
            let owner = it.key.owner;
            owner.is_none() || owner == request.owner || self.has(Bug::FindsOthersOwn)
        };
        let good = self.analyses.values().filter(may);
        let good = good.filter(|it| satisfies(it, request));
        good.max_by_key(|it| (it.key.quality, it.created_at, it.id))
    }

    /// Why this account may read this analysis.
    fn may_read(&self, user: UserId, analysis: &AnalysisRecord) -> Option<AccessSource> {
        if analysis.key.owner.is_some_and(|owner| owner != user) {
            return None;
        }
        let access = self.access.get(&(user, analysis.key.filing));
        access.map(|(source, _)| *source)
    }
}

fn satisfies(analysis: &AnalysisRecord, request: &FindAnalysis) -> bool {
    let key = &analysis.key;
    analysis.retracted_at.is_none()
        && (key.filing, key.template) == (request.filing, request.template)
        && key.quality >= request.quality
        && request.prompt_versions.contains(&key.prompt_version)
        && request
            .document_sha256
            .is_none_or(|document| analysis.document_sha256 == document)
        && analysis.schema_version == request.schema_version
}
