//! Closing an account: the person goes, the books stay.

use aperilex_ports::{Account, Email, MAX_PAGE};

use super::Engine;
use crate::error::EngineError;
use crate::refusal::Refusal;

impl Engine {
    /// Closes an account for ever. Its waiting tasks are withdrawn; its keys, sessions, password and
    /// identities are removed; its address is replaced by one that is nobody's. What stays is its id with
    /// its entries: books are never changed.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], or a port's failure; closing again goes on where this stopped.
    pub async fn close_account(&self, account: &Account) -> Result<(), EngineError> {
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
        let address = Email::of_closed(account.id);
        let accounts = &self.ports.stores.accounts;
        Ok(accounts.close(account.id, &address).await?)
    }
}
