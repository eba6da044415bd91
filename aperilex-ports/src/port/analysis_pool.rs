//! The global pool of analyses.

use std::fmt::Debug;

use async_trait::async_trait;

use super::StoreError;
use crate::model::{
    AccessSource, AnalysisId, AnalysisRecord, Digest, FilingId, Quality, Template, UserId,
};

/// What a request can be satisfied with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindAnalysis {
    /// The filing.
    pub filing: FilingId,
    /// What is looked at.
    pub template: Template,
    /// At least this good.
    pub quality: Quality,
    /// Drawn from this main document; none if the filing was not stored when this was asked, so that
    /// whatever was drawn since is drawn from what was stored since.
    pub document_sha256: Option<Digest>,
    /// Of this stored shape.
    pub schema_version: u32,
    /// Prompt versions that are current, one for each quality that is offered.
    pub prompt_versions: Vec<String>,
    /// Of the pool, or this account's alone; of the pool only, if none.
    pub owner: Option<UserId>,
}

/// Reads the pool. Analyses enter it through [`Settlement::complete`](super::Settlement::complete).
///
/// # Contract
/// - **AP-1** `find` gives the best analysis that satisfies the request, the newest of equals.
/// - **AP-2** retracted, others' private and otherwise drawn ones (of another filing, template, document,
///   shape or prompt version, or of a lesser quality) are not found.
/// - **AP-3** `readable` gives an analysis only to an account with access to its filing; to others
///   it does not exist. A private one is its owner's alone. A retracted one can still be read.
/// - **AP-4** `list` gives what the account may read, and why, newest first, without gaps between pages.
/// - **AP-5** counting a view changes nothing that is read, and of an unknown analysis it does
///   nothing.
#[async_trait]
pub trait AnalysisPool: Debug + Send + Sync + 'static {
    /// The analysis that satisfies a request.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn find(&self, request: &FindAnalysis) -> Result<Option<AnalysisRecord>, StoreError>;

    /// An analysis, if this account has access to its filing, and why it has. A private one is its
    /// owner's alone.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn readable(
        &self,
        user: UserId,
        analysis: AnalysisId,
    ) -> Result<Option<(AnalysisRecord, AccessSource)>, StoreError>;

    /// Analyses this account may read, and why it may, of one filing if given, older than `before`.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn list(
        &self,
        user: UserId,
        filing: Option<FilingId>,
        before: Option<AnalysisId>,
        limit: usize,
    ) -> Result<Vec<(AnalysisRecord, AccessSource)>, StoreError>;

    /// Counts a view, in aggregate.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn record_view(&self, analysis: AnalysisId, times: u64) -> Result<(), StoreError>;
}
