//! Accounts: making them, knowing them again, and what they have used.

use aperilex_ports::{
    Account, AccountStatus, AccountStoreError, Actor, AuditRecord, Email, EntryId, EntryKind,
    Funds, MicroUsd, OpenAccount, PostEntry, QuotaOutcome, Role, Secret, Tier, UserId,
};

use serde_json::json;

use super::Engine;
use super::keys::NewKey;
use crate::error::EngineError;
use crate::quota;
use crate::refusal::Refusal;

/// Unverified accounts that may be in the way one after the other: whoever opens them again as fast as they
/// are displaced wins nothing but that the rightful owner asks again.
const MAX_DISPLACED: usize = 3;

/// A new account with its first key.
#[derive(Debug, Clone)]
pub struct NewCredentials {
    /// The account.
    pub account: Account,
    /// Its API key.
    pub key: Secret,
}

/// What an account has and has used.
#[derive(Debug, Clone)]
pub struct Usage {
    /// Credits, and what is owed.
    pub funds: Funds,
    /// Requests.
    pub quota: QuotaOutcome,
}

/// Whether an account may act at all.
pub(crate) const fn may_act(account: &Account) -> Result<(), Refusal> {
    match account.status {
        AccountStatus::Active => Ok(()),
        AccountStatus::Unverified => Err(Refusal::Unverified),
        // Nobody has credentials of a deleted one; should one be at work yet, it may not.
        AccountStatus::Suspended | AccountStatus::Deleted => Err(Refusal::AccountSuspended),
    }
}

impl Engine {
    /// Whether an account may act at all: nobody who is suspended, or has not shown that the address is
    /// theirs.
    ///
    /// # Errors
    /// [`Refusal::AccountSuspended`], [`Refusal::Unverified`].
    pub const fn may_act(&self, account: &Account) -> Result<(), Refusal> {
        may_act(account)
    }

    /// Makes an account with one key and, if `credit` is positive, with credits that the house gives: what
    /// was paid for is a top-up ([`Engine::top_up`]). That an operator made it is noted in the audit log,
    /// without its address: the log is never changed, and an address is to be forgotten with its account.
    ///
    /// # Errors
    /// [`Refusal::EmailTaken`], or a port's failure.
    pub async fn create_account(
        &self,
        email: Email,
        tier: Tier,
        role: Role,
        credit: MicroUsd,
    ) -> Result<NewCredentials, EngineError> {
        let now = self.now();
        let user = UserId::from_uuid(self.id(now));
        let account = Account {
            id: user,
            email,
            tier,
            status: AccountStatus::Active,
            role,
            contract: None,
            created_at: now,
        };
        let opening = credit.is_positive().then(|| PostEntry {
            id: EntryId::from_uuid(self.id(now)),
            user,
            kind: EntryKind::Adjustment,
            amount: credit,
            key: "opening-credit".to_owned(),
            expires_at: None,
            description: "opening credit".to_owned(),
            now,
        });
        let issued = self.new_key(user, &NewKey::whole("first"), now);
        let audit = AuditRecord {
            actor: Actor::Operator,
            action: "account.create".to_owned(),
            subject: format!("account {user}"),
            detail: json!({
                "tier": tier,
                "role": role.as_str(),
                "credit_usd": credit.to_string(),
                "key": issued.key.id.to_string(),
            }),
            at: now,
        };
        let command = OpenAccount {
            account,
            key: Some(issued.key),
            identity: None,
            opening,
            audit: Some(audit),
        };
        self.open_account(&command).await?;
        let (account, key) = (command.account, issued.secret);
        Ok(NewCredentials { account, key })
    }

    /// Opens an account for whoever is known to have its address. Another that was opened with the address
    /// and never verified makes room: whoever did that has shown nothing, and gets nothing by it.
    pub(super) async fn open_account(&self, command: &OpenAccount) -> Result<(), EngineError> {
        let accounts = &self.ports.stores.accounts;
        for _ in 0..MAX_DISPLACED {
            match accounts.open(command).await {
                Err(AccountStoreError::EmailTaken) => {}
                opened => return Ok(opened?),
            }
            let Some(known) = accounts.by_email(&command.account.email).await? else {
                continue;
            };
            if known.status != AccountStatus::Unverified {
                break;
            }
            // If it is verified meanwhile it stays, and the next turn finds it.
            accounts.displace(known.id).await?;
        }
        Err(Refusal::EmailTaken.into())
    }

    /// A request that needs no credits is not refused because they could not be given: the next request,
    /// or the sweeper, gives them.
    pub(super) async fn grant_or_go_on(&self, account: &Account) {
        let _ = self.grant_monthly(account).await;
    }

    /// What an account has and has used.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn usage(&self, account: &Account) -> Result<Usage, EngineError> {
        self.grant_or_go_on(account).await;
        let windows = quota::windows(&self.settings.plan_of(account));
        let quota = self
            .ports
            .stores
            .quota
            .usage(account.id, &windows, self.now())
            .await?;
        let funds = self.funds(account.id).await?;
        Ok(Usage { funds, quota })
    }
}
