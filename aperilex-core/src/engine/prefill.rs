//! The house: the installation's own account, which fills the pool in the background and pays nothing.

use aperilex_ports::{Account, AccountStatus, AccountStoreError, Date, Email, Role, Tier, UserId};

use jiff::ToSpan;

use super::Engine;
use crate::error::EngineError;

/// The house's address. Nobody receives mail there: `.invalid` is never a domain.
const HOUSE: &str = "house@aperilex.invalid";

impl Engine {
    /// The day so many years ago.
    #[must_use]
    pub fn years_ago(&self, years: u16) -> Date {
        self.today().saturating_sub(i32::from(years).years())
    }

    /// The house's account; made if it is not there. It has no key: nobody signs in as the house.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn house(&self) -> Result<Account, EngineError> {
        let email: Email = HOUSE
            .parse()
            .map_err(|_| EngineError::not_found("account"))?;
        let accounts = &self.ports.stores.accounts;
        if let Some(account) = accounts.by_email(&email).await? {
            return match account.role {
                Role::House => Ok(account),
                _ => Err(EngineError::not_found(format!(
                    "the house: account {} has its address {HOUSE}; close that account first",
                    account.id
                ))),
            };
        }
        let now = self.now();
        let account = Account {
            id: UserId::from_uuid(self.id(now)),
            email: email.clone(),
            tier: Tier::Enterprise,
            status: AccountStatus::Active,
            role: Role::House,
            contract: None,
            created_at: now,
        };
        match accounts.create(&account).await {
            Ok(()) => Ok(account),
            // Another process was faster.
            Err(AccountStoreError::EmailTaken) => {
                let account = accounts.by_email(&email).await?;
                account.ok_or_else(|| EngineError::not_found("account"))
            }
            Err(error) => Err(error.into()),
        }
    }
}
