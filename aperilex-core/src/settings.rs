//! What an installation decides.

use std::borrow::Cow;
use std::time::Duration;

use aperilex_ports::{Account, Contract, MicroUsd, Tier};
use serde::{Deserialize, Serialize};

use crate::conduct::ConductSettings;
use crate::entitlement::Universes;
use crate::tier::{Plans, TierPlan, version_of};

/// Times and counts of the flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timings {
    /// How long a hold stays open without anybody ending it.
    pub hold_ttl_s: u64,
    /// How long a quoted price holds.
    pub quote_ttl_s: u64,
    /// How long an idempotency key is remembered.
    pub idempotency_ttl_s: u64,
    /// How long a worker may be silent before its task is another's.
    pub lease_s: u64,
    /// Longest work on one task.
    pub run_limit_s: u64,
    /// Attempts before a task is given up.
    pub max_attempts: u32,
    /// First back-off after a transient failure; it doubles with every attempt.
    pub backoff_s: u64,
    /// Longest back-off.
    pub backoff_max_s: u64,
    /// Age at which a task that never ran is given up.
    pub task_max_age_s: u64,
    /// How long a bulk import may stand still before it is given up.
    pub import_ttl_s: u64,
    /// Silence after which a waiting task's message is sent again.
    pub resend_after_s: u64,
    /// Attempts before a notice is given up.
    pub notice_attempts: u32,
    /// First back-off after a notice that could not be told; it doubles with every attempt.
    pub notice_backoff_s: u64,
    /// Longest back-off of a notice.
    pub notice_backoff_max_s: u64,
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            hold_ttl_s: 30 * 60,
            quote_ttl_s: 10 * 60,
            idempotency_ttl_s: 30 * 24 * 60 * 60,
            lease_s: 30,
            run_limit_s: 5 * 60,
            max_attempts: 3,
            backoff_s: 2,
            backoff_max_s: 60,
            task_max_age_s: 60 * 60,
            import_ttl_s: 24 * 60 * 60,
            resend_after_s: 120,
            // Four days with the back-off below: a receiver may be away for a long week-end.
            notice_attempts: 24,
            notice_backoff_s: 60,
            notice_backoff_max_s: 6 * 60 * 60,
        }
    }
}

impl Timings {
    /// The lease as a duration.
    #[must_use]
    pub const fn lease(&self) -> Duration {
        Duration::from_secs(self.lease_s)
    }

    /// The longest run as a duration.
    #[must_use]
    pub const fn run_limit(&self) -> Duration {
        Duration::from_secs(self.run_limit_s)
    }
}

/// When a newcomer is asked to pass a challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChallengeUse {
    /// Never.
    #[default]
    Off,
    /// Where an address looks made for many accounts, or many sign up at once.
    Suspicious,
    /// Always.
    Always,
}

/// How people come by accounts, and how long what they are given lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountRules {
    /// Whether anybody may sign up.
    pub sign_up: bool,
    /// When a newcomer is asked to pass a challenge.
    pub challenge: ChallengeUse,
    /// How long an access token works.
    pub access_ttl_s: u64,
    /// How long a session goes on without being refreshed.
    pub session_ttl_s: u64,
    /// How long a one-time token in a letter works.
    pub token_ttl_s: u64,
    /// How many passwords may be tried for one address within `password_window_s`, whether or not it has
    /// an account; the right one ends the count.
    pub password_tries: u32,
    /// The stretch of time in which they are counted.
    pub password_window_s: u64,
    /// How many may be tried within a day.
    pub password_tries_per_day: u32,
    /// Letters of one kind that an address gets within a day; never more than one a minute.
    pub letters_per_day: u32,
    /// How long an account waits for its address to be verified before it is removed.
    pub unverified_ttl_s: u64,
}

impl Default for AccountRules {
    fn default() -> Self {
        Self {
            sign_up: false,
            challenge: ChallengeUse::Off,
            access_ttl_s: 15 * 60,
            session_ttl_s: 30 * 24 * 60 * 60,
            token_ttl_s: 24 * 60 * 60,
            password_tries: 10,
            password_window_s: 15 * 60,
            password_tries_per_day: 50,
            letters_per_day: 10,
            unverified_ttl_s: 7 * 24 * 60 * 60,
        }
    }
}

/// Credits and payments, beyond the plans' figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Billing {
    /// An account is told when its balance falls below this.
    pub low_balance_usd: MicroUsd,
    /// Whether an extractive analysis is given, for nothing, where the models fail.
    pub stand_in: bool,
}

impl Default for Billing {
    fn default() -> Self {
        Self {
            low_balance_usd: MicroUsd::new(1_000_000),
            stand_in: true,
        }
    }
}

/// What an installation decides.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// What tiers may do and pay.
    pub plans: Plans,
    /// The companies that plans name.
    pub universes: Universes,
    /// Times and counts.
    pub timings: Timings,
    /// How people come by accounts.
    pub accounts: AccountRules,
    /// Credits and payments, beyond the plans' figures.
    pub billing: Billing,
    /// What ignoring refusals leads to.
    pub conduct: ConductSettings,
}

impl Settings {
    /// The plan of an account: its tier's, with what its contract says otherwise. A contract counts while
    /// the tier is by contract.
    #[must_use]
    pub fn plan_of(&self, account: &Account) -> Cow<'_, TierPlan> {
        let plan = self.plans.of(account.tier);
        match self.contract_of(account) {
            Some(contract) => Cow::Owned(plan.with(contract)),
            None => Cow::Borrowed(plan),
        }
    }

    /// The contract of an account, while it counts.
    pub(crate) fn contract_of<'a>(&self, account: &'a Account) -> Option<&'a Contract> {
        let contract = account.contract.as_ref();
        contract.filter(|_| account.tier == Tier::Enterprise)
    }

    /// The version of the prices that an account is quoted.
    #[must_use]
    pub fn price_version(&self, account: &Account) -> String {
        let version = self.plans.version();
        match self.contract_of(account) {
            Some(contract) => format!("{version}+{}", version_of(contract)),
            None => version,
        }
    }
}
