//! Broken account stores.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aperilex_ports::{
    Account, AccountStatus, AccountStore, AccountStoreError, Actor, AdoptAccount, ApiKey,
    ArrangeTier, AuditLog, AuditRecord, ChangeAccount, CloseAccount, Digest, Email,
    ExternalIdentity, KeyId, KeyOwner, NoticePreferences, OpenAccount, SetContract, StoreError,
    Stores, Tier, TierChange, Timestamp, UserId,
};
use async_trait::async_trait;

use super::{failures, pause};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    ForgetsTheTier,
    SharesAddresses,
    KeepsRevokedKeys,
    KeysForNobody,
    ListsNewestFirst,
    ChangesWhateverStands,
    ChangesWithoutRecord,
    ForgetsPreferences,
    ForgetsScopes,
    KeepsIdentities,
    KeepsTheAddress,
    KeysLastForEver,
    OpensInSteps,
    RacesChanges,
    ChangesWithoutCredits,
    ForgetsWhatIsArranged,
    AgreesWhateverIsThere,
    RacesContracts,
    OpensUnseen,
    NotesClosingTwice,
    NotesRevokingTwice,
    CountsRevokedKeys,
    CountsKeysBefore,
    ListsTheVerified,
    DisplacesAnybody,
    DisplacesTheAddressAlone,
    AdoptsWithThePassword,
}

pub(crate) const FLAWS: &[(Flaw, &str)] = &[
    (Flaw::ForgetsTheTier, "AC-1"),
    (Flaw::SharesAddresses, "AC-2"),
    (Flaw::KeepsRevokedKeys, "AC-3"),
    (Flaw::KeysForNobody, "AC-4"),
    (Flaw::ListsNewestFirst, "AC-5"),
    (Flaw::OpensInSteps, "AC-8"),
    (Flaw::KeysLastForEver, "AC-9"),
    (Flaw::ForgetsScopes, "AC-10"),
    (Flaw::KeepsTheAddress, "AC-11"),
    (Flaw::KeepsIdentities, "AC-11"),
    (Flaw::ChangesWhateverStands, "AC-6"),
    (Flaw::ChangesWithoutRecord, "AC-6"),
    (Flaw::RacesChanges, "AC-6"),
    (Flaw::ForgetsPreferences, "AC-7"),
    (Flaw::ChangesWithoutCredits, "AC-6"),
    (Flaw::ForgetsWhatIsArranged, "AC-12"),
    (Flaw::AgreesWhateverIsThere, "AC-13"),
    (Flaw::RacesContracts, "AC-13"),
    (Flaw::OpensUnseen, "AC-8"),
    (Flaw::NotesClosingTwice, "AC-11"),
    (Flaw::NotesRevokingTwice, "AC-3"),
    (Flaw::CountsRevokedKeys, "AC-4"),
    (Flaw::CountsKeysBefore, "AC-4"),
    (Flaw::ListsTheVerified, "AC-14"),
    (Flaw::DisplacesAnybody, "AC-15"),
    (Flaw::DisplacesTheAddressAlone, "AC-15"),
    (Flaw::AdoptsWithThePassword, "AC-16"),
];

pub(crate) fn caught(flaw: Flaw) -> Vec<&'static str> {
    failures(move |stores| {
        let inner = stores.accounts.clone();
        Stores {
            accounts: Arc::new(Broken {
                inner,
                log: stores.audit_log.clone(),
                flaw,
                known: Mutex::default(),
            }),
            ..stores
        }
    })
}

#[derive(Debug)]
struct Broken {
    inner: Arc<dyn AccountStore>,
    log: Arc<dyn AuditLog>,
    flaw: Flaw,
    /// Accounts by identity, kept for ever.
    known: Mutex<BTreeMap<ExternalIdentity, UserId>>,
}

#[async_trait]
impl AccountStore for Broken {
    async fn create(&self, account: &Account) -> Result<(), AccountStoreError> {
        match (self.flaw, self.inner.create(account).await) {
            (Flaw::SharesAddresses, Err(AccountStoreError::EmailTaken)) => Ok(()),
            (_, created) => created,
        }
    }

    async fn open(&self, command: &OpenAccount) -> Result<(), AccountStoreError> {
        if self.flaw == Flaw::OpensUnseen {
            let unseen = OpenAccount {
                audit: None,
                ..command.clone()
            };
            return self.inner.open(&unseen).await;
        }
        if let Some(identity) = &command.identity {
            let mut known = self.known.lock().unwrap();
            known.insert(identity.clone(), command.account.id);
        }
        if self.flaw == Flaw::OpensInSteps {
            self.inner.create(&command.account).await?;
            let rest = OpenAccount {
                account: command.account.clone(),
                ..command.clone()
            };
            return match self.inner.open(&rest).await {
                Err(AccountStoreError::EmailTaken) => Ok(()),
                opened => opened,
            };
        }
        self.inner.open(command).await
    }

    async fn get(&self, user: UserId) -> Result<Option<Account>, StoreError> {
        let mut account = self.inner.get(user).await?;
        if let (Flaw::ForgetsTheTier, Some(account)) = (self.flaw, &mut account) {
            account.tier = Tier::Demo;
        }
        Ok(account)
    }

    async fn by_email(&self, email: &Email) -> Result<Option<Account>, StoreError> {
        self.inner.by_email(email).await
    }

    async fn by_key(&self, hash: &Digest, now: Timestamp) -> Result<Option<KeyOwner>, StoreError> {
        let now = match self.flaw {
            Flaw::KeysLastForEver => Timestamp::MIN,
            _ => now,
        };
        self.inner.by_key(hash, now).await
    }

    async fn by_identity(&self, who: &ExternalIdentity) -> Result<Option<Account>, StoreError> {
        if self.flaw == Flaw::KeepsIdentities {
            let user = self.known.lock().unwrap().get(who).copied();
            return match user {
                Some(user) => self.inner.get(user).await,
                None => Ok(None),
            };
        }
        self.inner.by_identity(who).await
    }

    async fn keys(
        &self,
        user: UserId,
        before: Option<KeyId>,
        limit: usize,
    ) -> Result<Vec<ApiKey>, StoreError> {
        let mut keys = self.inner.keys(user, before, limit).await?;
        if self.flaw == Flaw::ForgetsScopes {
            for key in &mut keys {
                key.scopes = aperilex_ports::Scopes::ALL;
            }
        }
        Ok(keys)
    }

    async fn touch_key(&self, key: KeyId, now: Timestamp) -> Result<(), StoreError> {
        self.inner.touch_key(key, now).await
    }

    async fn close(&self, command: &CloseAccount) -> Result<(), AccountStoreError> {
        let mut command = command.clone();
        if self.flaw == Flaw::KeepsTheAddress {
            let account = self.inner.get(command.user).await?;
            command.address = account.ok_or(AccountStoreError::Unknown)?.email;
        }
        if self.flaw == Flaw::NotesClosingTwice {
            self.log.append(&command.audit).await?;
        }
        self.inner.close(&command).await
    }

    async fn add_key(
        &self,
        key: &ApiKey,
        most: usize,
        audit: &AuditRecord,
    ) -> Result<(), AccountStoreError> {
        let all = self.inner.keys(key.user, None, most).await?;
        let most = match self.flaw {
            Flaw::CountsRevokedKeys if all.len() >= most => 0,
            Flaw::CountsKeysBefore => {
                pause().await;
                most.saturating_add(if all.len() < most { 99 } else { 0 })
            }
            _ => most,
        };
        match (self.flaw, self.inner.add_key(key, most, audit).await) {
            (Flaw::KeysForNobody, Err(AccountStoreError::Unknown)) => Ok(()),
            (_, added) => added,
        }
    }

    async fn revoke_key(
        &self,
        user: UserId,
        key: KeyId,
        now: Timestamp,
        audit: &AuditRecord,
    ) -> Result<bool, StoreError> {
        if self.flaw == Flaw::KeepsRevokedKeys {
            return Ok(true);
        }
        if self.flaw == Flaw::NotesRevokingTwice {
            self.log.append(audit).await?;
        }
        self.inner.revoke_key(user, key, now, audit).await
    }

    async fn unverified(&self, by: Timestamp, limit: usize) -> Result<Vec<UserId>, StoreError> {
        if self.flaw == Flaw::ListsTheVerified {
            let all = self.inner.list(None, limit).await?;
            return Ok(all.into_iter().map(|account| account.id).collect());
        }
        self.inner.unverified(by, limit).await
    }

    async fn displace(&self, user: UserId) -> Result<bool, StoreError> {
        match self.flaw {
            Flaw::DisplacesAnybody => {
                let command = CloseAccount {
                    user,
                    address: Email::of_closed(user),
                    audit: AuditRecord {
                        actor: Actor::Operator,
                        action: "account.close".to_owned(),
                        subject: format!("account {user}"),
                        detail: serde_json::Value::Null,
                        at: Timestamp::UNIX_EPOCH,
                    },
                };
                Ok(self.inner.close(&command).await.is_ok())
            }
            Flaw::DisplacesTheAddressAlone => {
                // What opens the account stays: it is as if nothing were removed.
                let Some(account) = self.inner.get(user).await? else {
                    return Ok(false);
                };
                Ok(account.status == AccountStatus::Unverified)
            }
            _ => self.inner.displace(user).await,
        }
    }

    async fn adopt(&self, command: &AdoptAccount) -> Result<Account, AccountStoreError> {
        if self.flaw == Flaw::AdoptsWithThePassword {
            let account = self.inner.get(command.user).await?;
            return account.ok_or(AccountStoreError::Unknown);
        }
        self.inner.adopt(command).await
    }

    async fn set_contract(&self, command: &SetContract) -> Result<(), AccountStoreError> {
        let now = self.inner.get(command.user).await?;
        let has = now.and_then(|account| account.contract);
        let anyway = |expected| SetContract {
            expected,
            ..command.clone()
        };
        match self.flaw {
            Flaw::AgreesWhateverIsThere => self.inner.set_contract(&anyway(has)).await,
            Flaw::RacesContracts if has == command.expected => {
                pause().await;
                let now = self.inner.get(command.user).await?;
                let has = now.and_then(|account| account.contract);
                self.inner.set_contract(&anyway(has)).await
            }
            _ => self.inner.set_contract(command).await,
        }
    }

    async fn arrange(&self, command: &ArrangeTier) -> Result<(), AccountStoreError> {
        self.inner.arrange(command).await
    }

    async fn arranged(&self, user: UserId) -> Result<Option<TierChange>, StoreError> {
        let arranged = self.inner.arranged(user).await?;
        Ok(arranged.filter(|_| self.flaw != Flaw::ForgetsWhatIsArranged))
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<UserId>, StoreError> {
        self.inner.due(now, limit).await
    }

    async fn change(&self, change: &ChangeAccount) -> Result<Account, AccountStoreError> {
        let now = self.inner.get(change.user).await?;
        let stands = now.map(|account| account.standing());
        let anyway = |expected| ChangeAccount {
            expected,
            ..change.clone()
        };
        match (self.flaw, stands) {
            (Flaw::ChangesWhateverStands, Some(stands)) => self.inner.change(&anyway(stands)).await,
            (Flaw::RacesChanges, Some(stands)) if stands == change.expected => {
                pause().await;
                let stands = self.inner.get(change.user).await?.map(|it| it.standing());
                self.inner
                    .change(&anyway(stands.unwrap_or(change.to)))
                    .await
            }
            (Flaw::ChangesWithoutRecord, Some(stands)) if stands == change.expected => {
                // As if it were done: nothing is written at all.
                let account = self.inner.get(change.user).await?;
                let account = account.ok_or(AccountStoreError::Unknown)?;
                Ok(Account {
                    tier: change.to.tier,
                    status: change.to.status,
                    role: change.to.role,
                    ..account
                })
            }
            (Flaw::ChangesWithoutCredits, _) => {
                let bare = ChangeAccount {
                    grant: None,
                    ..change.clone()
                };
                self.inner.change(&bare).await
            }
            _ => self.inner.change(change).await,
        }
    }

    async fn preferences(&self, user: UserId) -> Result<NoticePreferences, AccountStoreError> {
        self.inner.preferences(user).await
    }

    async fn prefer(
        &self,
        user: UserId,
        preferences: NoticePreferences,
    ) -> Result<(), AccountStoreError> {
        let preferences = match self.flaw {
            Flaw::ForgetsPreferences => NoticePreferences::default(),
            _ => preferences,
        };
        self.inner.prefer(user, preferences).await
    }

    async fn list(&self, after: Option<UserId>, limit: usize) -> Result<Vec<Account>, StoreError> {
        let mut accounts = self.inner.list(after, limit).await?;
        if self.flaw == Flaw::ListsNewestFirst {
            accounts.reverse();
        }
        Ok(accounts)
    }
}
