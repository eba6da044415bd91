//! Signing up, and setting a password: both need a letter to the address.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aperilex_ports::{
    Account, AccountStatus, AccountStoreError, Digest, Email, Letter, NoticeKind, NoticeToken,
    OneTime, OneTimePurpose, OpenAccount, Password, PendingNotice, Redeem, Role, Tier, Timestamp,
    UserId,
};

use super::sessions::tries_of;
use super::{Engine, earlier, later};
use crate::error::EngineError;
use crate::quota;
use crate::refusal::Refusal;
use crate::settings::ChallengeUse;

/// How every one-time token begins.
const ONE_TIME_PREFIX: &str = "apx_once_";
/// So many sign-ups in [`BURST_TIME`] make every further one suspicious.
const BURST: usize = 20;
const BURST_TIME: Duration = Duration::from_secs(10 * 60);
/// Digits in the local part of an address from which on it looks made by a machine.
const MANY_DIGITS: usize = 6;

/// What this process has seen of sign-ups.
#[derive(Debug, Default)]
pub(super) struct Newcomers {
    arrivals: Mutex<VecDeque<Timestamp>>,
}

impl Newcomers {
    /// Notes one more, and says whether there are many just now.
    fn is_burst(&self, now: Timestamp) -> bool {
        let mut arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        let begin = earlier(now, BURST_TIME);
        while arrivals.front().is_some_and(|at| *at <= begin) {
            arrivals.pop_front();
        }
        if arrivals.len() < BURST {
            arrivals.push_back(now);
            return false;
        }
        true
    }
}

/// Whether an address looks made for many accounts: an alias, or a number with a name.
fn is_odd(email: &Email) -> bool {
    let local = email.as_str().split('@').next().unwrap_or_default();
    let digits = local.bytes().filter(u8::is_ascii_digit).count();
    local.contains('+') || digits >= MANY_DIGITS
}

impl Engine {
    /// Makes an unverified account, and writes to its address. Of an address that has an account already
    /// nobody learns but its owner; what is refused depends on the domain alone.
    ///
    /// # Errors
    /// [`Refusal::NobodysAddress`], [`Refusal::NotOfferedHere`], [`Refusal::ChallengeRequired`], or a port's
    /// failure.
    pub async fn sign_up(&self, email: &Email, challenge: Option<&str>) -> Result<(), EngineError> {
        if !self.settings.accounts.sign_up {
            return Err(Refusal::NotOfferedHere { what: "sign-up" }.into());
        }
        if email.is_nobodys() {
            return Err(Refusal::NobodysAddress.into());
        }
        if self.governing(email).is_some() {
            let what = "sign-up with an address whose domain signs in at its identity provider";
            return Err(Refusal::NotOfferedHere { what }.into());
        }
        self.challenge(email, challenge).await?;
        let accounts = &self.ports.stores.accounts;
        let known = match accounts.by_email(email).await? {
            Some(account) => account,
            None => match self.open_unverified(email).await {
                Ok(account) => account,
                // Another request was faster; its letter is on its way.
                Err(AccountStoreError::EmailTaken) => return Ok(()),
                Err(error) => return Err(error.into()),
            },
        };
        // Whoever has forgotten that they have an account gets a way in.
        self.write(&known).await
    }

    /// Asks for a challenge where the installation wants one.
    async fn challenge(&self, email: &Email, answer: Option<&str>) -> Result<(), EngineError> {
        let burst = self.newcomers.is_burst(self.now());
        let wanted = match self.settings.accounts.challenge {
            ChallengeUse::Off => false,
            ChallengeUse::Always => true,
            ChallengeUse::Suspicious => burst || is_odd(email),
        };
        if !wanted {
            return Ok(());
        }
        let what = "sign-up without a challenge service";
        let port = self.ports.sign_in.challenge.as_ref();
        let port = port.ok_or(Refusal::NotOfferedHere { what })?;
        let answer = answer.ok_or(Refusal::ChallengeRequired)?;
        if port.is_passed(answer).await? {
            Ok(())
        } else {
            Err(Refusal::ChallengeRequired.into())
        }
    }

    async fn open_unverified(&self, email: &Email) -> Result<Account, AccountStoreError> {
        let now = self.now();
        let command = OpenAccount {
            account: Account {
                id: UserId::from_uuid(self.id(now)),
                email: email.clone(),
                tier: Tier::Demo,
                status: AccountStatus::Unverified,
                role: Role::Member,
                contract: None,
                created_at: now,
            },
            key: None,
            identity: None,
            opening: None,
            audit: None,
        };
        self.ports.stores.accounts.open(&command).await?;
        Ok(command.account)
    }

    /// Writes to an account's address what lets its owner in: a token for a password, or where to sign in
    /// instead. An address that had its letters gets no more, and nobody is told.
    async fn write(&self, account: &Account) -> Result<(), EngineError> {
        // The house and the owner of a local installation have addresses that nobody reads.
        if account.email.is_nobodys() {
            return Ok(());
        }
        let now = self.now();
        let (token, kind) = match self.governing(&account.email) {
            Some(provider) => {
                let provider = provider.name().to_owned();
                (None, NoticeKind::SignInElsewhere { provider })
            }
            None => {
                let (token, kind) = self.new_one_time(account, now);
                (Some(token), kind)
            }
        };
        let what = token.map_or_else(|| now.to_string(), |token| token.hash.to_string());
        let counted = UserId::stand_in(kind.name(), account.email.as_str());
        let letter = Letter {
            notice: PendingNotice::of(account.id, &what, kind, now),
            token,
            counted,
            windows: quota::of_letters(&self.settings.accounts),
            now,
        };
        self.ports.stores.sessions.write(&letter).await?;
        Ok(())
    }

    /// A token that lets an account's owner set a password, and the letter with it.
    fn new_one_time(&self, account: &Account, now: Timestamp) -> (OneTime, NoticeKind) {
        let lasts = Duration::from_secs(self.settings.accounts.token_ttl_s);
        let secret = self.new_secret(ONE_TIME_PREFIX);
        let letter = NoticeToken::new(secret.reveal().to_owned());
        let (purpose, kind) = match account.status {
            AccountStatus::Unverified => {
                let kind = NoticeKind::Verification { token: letter };
                (OneTimePurpose::VerifyEmail, kind)
            }
            _ => {
                let kind = NoticeKind::PasswordReset { token: letter };
                (OneTimePurpose::ResetPassword, kind)
            }
        };
        let token = OneTime {
            hash: Digest::of(secret.reveal().as_bytes()),
            user: account.id,
            purpose,
            expires_at: later(now, lasts),
        };
        (token, kind)
    }

    /// Writes to an address so that its owner can set a new password, or knows where to sign in. Whether it
    /// has an account nobody learns but its owner.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn forgot_password(&self, email: &Email) -> Result<(), EngineError> {
        match self.ports.stores.accounts.by_email(email).await? {
            None => Ok(()),
            Some(account) => self.write(&account).await,
        }
    }

    /// Uses a one-time token up: its account has this password from now on, is verified, and signed out
    /// everywhere. The password comes with the token and not with the sign-up, so that whoever signs up
    /// with somebody else's address gets nothing when its owner follows the letter.
    ///
    /// Nothing is hashed for a token that is not good. Whoever has a good one reads the mail of the address and
    /// is no guesser: passwords that were tried for it count no more.
    ///
    /// # Errors
    /// [`Refusal::TokenSpent`], [`Refusal::NotOfferedHere`] for an address whose domain signs in elsewhere, or a
    /// port's failure.
    pub async fn set_password(
        &self,
        token: &str,
        purpose: OneTimePurpose,
        password: &Password,
    ) -> Result<UserId, EngineError> {
        let (token, now) = (Digest::of(token.as_bytes()), self.now());
        let stores = &self.ports.stores;
        let owner = stores.sessions.holder(&token, purpose, now).await?;
        let owner = owner.ok_or(Refusal::TokenSpent)?;
        if self.governing(&owner.email).is_some() {
            let what = "a password for an address whose domain signs in at its identity provider";
            return Err(Refusal::NotOfferedHere { what }.into());
        }
        let command = Redeem {
            token,
            purpose,
            password: self.ports.sign_in.passwords.hash(password).await?,
            now,
        };
        let redeemed = stores.sessions.redeem(&command).await?;
        let user = redeemed.ok_or(Refusal::TokenSpent)?;
        // If it cannot be noted they wait as long as they were told.
        let _ = stores.quota.reset(tries_of(&owner.email)).await;
        Ok(user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_addresses() {
        for (address, odd) in [
            ("jo.doe@example.com", false),
            ("jo1985@example.com", false),
            ("jo+second@example.com", true),
            ("user482913@example.com", true),
            ("jo@123456789.example", false),
        ] {
            assert_eq!(is_odd(&address.parse().unwrap()), odd, "{address}");
        }
    }

    #[test]
    fn a_burst_passes() {
        let newcomers = Newcomers::default();
        let at = |second| Timestamp::from_second(second).unwrap();
        for _ in 0..BURST {
            assert!(!newcomers.is_burst(at(100)));
        }
        assert!(newcomers.is_burst(at(699)));
        assert!(!newcomers.is_burst(at(700)));
    }
}
