//! Models that customers open with keys of their own.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;

use super::{FilingAnalyst, StoreError};
use crate::model::UserId;

/// Analysts that work with an account's own key of a model (product §5, "own key").
///
/// The analyst of an account uses that account's key and nobody else's. A key that its provider turns away is
/// [`AnalystError::KeyRefused`](super::AnalystError). No error, profile or `Debug` shows a key. Every process of
/// an installation has the same.
#[async_trait]
pub trait OwnModels: Debug + Send + Sync + 'static {
    /// The analyst that this account's key opens; none if it has brought no key. Nothing is connected to.
    ///
    /// # Errors
    /// [`StoreError`]: whether there is a key is not known.
    async fn of(&self, account: UserId) -> Result<Option<Arc<dyn FilingAnalyst>>, StoreError>;

    /// The prompt versions of all analysts that keys may open: what they made counts as current, also for those
    /// who have no key.
    fn prompt_versions(&self) -> Vec<String>;

    /// Removes what an account has brought, for good.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn forget(&self, account: UserId) -> Result<(), StoreError>;
}
