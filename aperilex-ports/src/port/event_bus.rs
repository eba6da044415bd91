//! Waking those who wait.

use std::fmt::Debug;
use std::pin::Pin;

use async_trait::async_trait;
use futures_core::Stream;

use crate::error::BoxError;
use crate::model::TaskEvent;

/// The bus cannot be reached. Waiters look for themselves at intervals, so nothing is lost.
#[derive(Debug, thiserror::Error)]
#[error("the event bus cannot be reached")]
pub struct EventBusError(#[source] pub BoxError);

/// Events as they pass.
pub type EventStream = Pin<Box<dyn Stream<Item = TaskEvent> + Send>>;

/// Tells of events. It only wakes: what happened is read from the task store, so an event that is
/// lost or told twice does no harm.
///
/// # Contract
/// - **EB-1** an event published after `subscribe` reaches every subscriber, in order.
/// - **EB-2** publishing without subscribers succeeds.
/// - **EB-3** a subscriber that does not read delays nobody; it may lose events.
#[async_trait]
pub trait EventBus: Debug + Send + Sync + 'static {
    /// Tells all subscribers.
    ///
    /// # Errors
    /// [`EventBusError`].
    async fn publish(&self, event: &TaskEvent) -> Result<(), EventBusError>;

    /// Events from now on.
    ///
    /// # Errors
    /// [`EventBusError`].
    async fn subscribe(&self) -> Result<EventStream, EventBusError>;
}
