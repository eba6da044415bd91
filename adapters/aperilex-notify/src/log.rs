//! Into the log.

use aperilex_ports::{Notice, Notifier, NotifyError};
use async_trait::async_trait;

/// Logs which account was told what; neither its address nor a token.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogNotifier;

#[async_trait]
impl Notifier for LogNotifier {
    async fn notify(&self, notice: &Notice) -> Result<(), NotifyError> {
        let (id, user, kind) = (notice.id, notice.user, notice.kind.name());
        tracing::info!(notice.id = %id, notice.user = %user, notice.kind = kind, "notice `{kind}`");
        Ok(())
    }
}
