//! Closing an account: the person goes, the books stay.

use aperilex_ports::{Account, Actor, AuditRecord, CloseAccount, Email, MAX_PAGE};
use serde_json::json;

use super::Engine;
use crate::error::EngineError;
use crate::refusal::Refusal;

impl Engine {
    /// Closes an account for ever, as its owner wants. Its waiting tasks are withdrawn; its keys, those of models
    /// too, sessions, password and identities are removed; its address is replaced by one that is nobody's. What
    /// stays is its id with its entries: books are never changed.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], or a port's failure; closing again goes on where this stopped.
    pub async fn close_account(&self, account: &Account) -> Result<(), EngineError> {
        let own = Actor::User(account.id);
        self.close_account_by(own, account).await
    }

    /// The same, whoever wants it.
    ///
    /// # Errors
    /// As [`Engine::close_account`].
    pub async fn close_account_by(
        &self,
        actor: Actor,
        account: &Account,
    ) -> Result<(), EngineError> {
        let mut before = None;
        loop {
            let page = self.tasks(account, before, MAX_PAGE).await?;
            for task in page.iter().filter(|task| !task.status.is_terminal()) {
                match self.cancel_task(account, task.id).await {
                    // It runs, or has ended meanwhile: it ends by itself.
                    Ok(_) | Err(EngineError::Refused(Refusal::NotCancellable { .. })) => {}
                    Err(error) => return Err(error),
                }
            }
            match page.last() {
                Some(last) if page.len() == MAX_PAGE => before = Some(last.id),
                _ => break,
            }
        }
        if let Some(models) = self.own_models() {
            models.forget(account.id).await?;
        }
        let command = CloseAccount {
            user: account.id,
            address: Email::of_closed(account.id),
            audit: AuditRecord {
                actor,
                action: "account.close".to_owned(),
                subject: format!("account {}", account.id),
                detail: json!({ "tier": account.tier }),
                at: self.now(),
            },
        };
        Ok(self.ports.stores.accounts.close(&command).await?)
    }
}
