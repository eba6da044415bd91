//! What models cost us.

use std::fmt::Debug;

use async_trait::async_trait;

use super::StoreError;
use crate::model::{ModelCall, ModelCost, TaskId, Timestamp};

/// The book of what models cost us. It is written when a call is over and before its answer is used, apart from the
/// commit that settles the task: what was spent stays, also where the task fails.
///
/// # Contract
/// - **CB-1** a call is recorded once: the same again changes nothing.
/// - **CB-2** what is recorded is never changed: another call with the same id is `Conflict`.
/// - **CB-3** `totals` sums the calls from one time up to, and without, the other by provider and model, in the
///   order of their names. What an account's own key paid for is not among them.
/// - **CB-4** it is apart from what users pay: no balance, entry, hold or journal shows it.
#[async_trait]
pub trait CostBook: Debug + Send + Sync + 'static {
    /// Records a call.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn record(&self, call: &ModelCall) -> Result<(), StoreError>;

    /// All calls made for a task, in the order of their ids.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn of_task(&self, task: TaskId) -> Result<Vec<ModelCall>, StoreError>;

    /// What each model cost.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn totals(&self, from: Timestamp, to: Timestamp) -> Result<Vec<ModelCost>, StoreError>;
}
