//! All of an account's books at once.

use std::fmt::Debug;

use async_trait::async_trait;

use super::StoreError;
use crate::audit::Books;
use crate::model::UserId;

/// Shows books as one moment has them.
///
/// # Contract
/// - **AU-1** the books are those of one moment: what other commands do meanwhile is in them wholly or
///   not at all.
/// - **AU-2** all that the other ports report of the account is in them, and nothing of others; an
///   unknown account has none.
#[async_trait]
pub trait AuditStore: Debug + Send + Sync + 'static {
    /// The books of an account.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn books(&self, user: UserId) -> Result<Option<Books>, StoreError>;
}
