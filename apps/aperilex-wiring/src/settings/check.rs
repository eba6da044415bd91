//! Rules that no single type can hold: lawful figures, and settings that fit each other.

use aperilex_core::ports::wallet::MAX_LOW_BALANCE;
use aperilex_core::{AccountRules, Billing, ConductSettings, MicroUsd, Timings};
use aperilex_sea_orm::DatabaseConfig;
use secrecy::{ExposeSecret as _, SecretString};
use validator::Validate;

use super::{DatabaseSelection, PaymentSettings, Settings};
use crate::error::WiringError;

impl Settings {
    /// Rules that no single type can hold.
    pub(crate) fn validate(&self) -> Result<(), WiringError> {
        self.worker
            .validate()
            .map_err(|errors| worker_error(&errors))?;
        timings(&self.timings)?;
        accounts(&self.accounts)?;
        billing(&self.billing)?;
        payments(&self.payments)?;
        conduct(&self.conduct)?;
        self.timing_fits()?;
        self.plans
            .check()
            .map_err(|bad| WiringError::setting(format!("plans.{}", bad.field), bad.expected))?;
        if self.start_wait_s > 600 {
            return Err(WiringError::setting("start_wait_s", "expected at most 600"));
        }
        Ok(())
    }

    /// Settings that are lawful each by itself and do not fit together.
    fn timing_fits(&self) -> Result<(), WiringError> {
        let t = &self.timings;
        let (run, grace) = (t.run_limit_s, self.worker.grace_s);
        // Heartbeats come three times a lease, so they fit any.
        for (larger, most, smaller, least, why) in [
            (
                "timings.hold_ttl_s",
                t.hold_ttl_s,
                "timings.run_limit_s",
                run,
                "credits would be free again while the work goes on",
            ),
            (
                "timings.hold_ttl_s",
                t.hold_ttl_s,
                "timings.lease_s",
                t.lease_s,
                "credits would be free again before a dead worker is noticed",
            ),
            (
                "timings.task_max_age_s",
                t.task_max_age_s,
                "timings.run_limit_s",
                run,
                "no task could be tried again",
            ),
            (
                "timings.task_max_age_s",
                t.task_max_age_s,
                "timings.resend_after_s",
                t.resend_after_s,
                "a lost message would never be sent again",
            ),
            (
                "timings.backoff_max_s",
                t.backoff_max_s,
                "timings.backoff_s",
                t.backoff_s,
                "the longest wait would be shorter than the first",
            ),
            (
                "timings.run_limit_s",
                run,
                "worker.grace_s",
                grace,
                "no run takes longer",
            ),
        ] {
            if most >= least {
                continue;
            }
            // Of the two, what was set is what there is to mend.
            let (path, wanted) = if self.origins.of(larger).is_none() {
                (smaller, format!("at most the {most} of {larger}"))
            } else {
                (larger, format!("at least the {least} of {smaller}"))
            };
            let reason = format!("inconsistent timing: expected {wanted}: {why}");
            return Err(WiringError::setting(path, reason));
        }
        self.connections_suffice()
    }

    /// A worker's runs write at the same time as their heartbeats: SQLite has one writer whatever is set.
    fn connections_suffice(&self) -> Result<(), WiringError> {
        let DatabaseSelection::Postgres(Some(settings)) = &self.database else {
            return Ok(());
        };
        let workers = u64::from(self.worker.concurrency);
        let (path, wanted) = match settings.get("pool_max") {
            Some(pool) if pool.as_u64().is_some_and(|pool| pool <= workers) => (
                "database.settings.pool_max",
                format!("at least {}, one more than worker.concurrency", workers + 1),
            ),
            None => match u64::from(DatabaseConfig::new(SecretString::from("")).pool_max) {
                pool if pool <= workers => (
                    "worker.concurrency",
                    format!("less than the {pool} of database.settings.pool_max"),
                ),
                _ => return Ok(()),
            },
            Some(_) => return Ok(()),
        };
        let reason = format!("inconsistent timing: expected {wanted}");
        Err(WiringError::setting(path, reason))
    }

    /// Listens elsewhere, as the command line says.
    pub fn set_listen(&mut self, address: std::net::SocketAddr) {
        self.listen = address;
        self.origins.note(&["listen"], "the command line");
    }

    /// Keys that cross a network in the clear are anybody's: where others can connect, TLS must end in
    /// front of the server.
    ///
    /// # Errors
    /// [`WiringError::Setting`].
    pub fn check_listening(&self) -> Result<(), WiringError> {
        let behind_tls = self.api.get("behind_tls") == Some(&serde_json::Value::Bool(true));
        if self.listen.ip().is_loopback() || behind_tls {
            return Ok(());
        }
        let reason = "expected a loopback address such as 127.0.0.1:8620, or `api.behind_tls` true where TLS ends in \
            front of this server: keys would cross the network in the clear";
        Err(WiringError::setting("listen", reason).from_layer(&self.origins))
    }
}

/// Nothing may take for ever: a dead worker is noticed within the hour, a task ends within the week.
fn timings(t: &Timings) -> Result<(), WiringError> {
    const HOUR: u64 = 60 * 60;
    const DAY: u64 = 24 * HOUR;
    for (path, value, least, most) in [
        ("lease_s", t.lease_s, 1, HOUR),
        ("run_limit_s", t.run_limit_s, 1, DAY),
        ("max_attempts", u64::from(t.max_attempts), 1, 100),
        ("hold_ttl_s", t.hold_ttl_s, 1, 7 * DAY),
        ("quote_ttl_s", t.quote_ttl_s, 0, DAY),
        ("idempotency_ttl_s", t.idempotency_ttl_s, DAY, 366 * DAY),
        ("backoff_s", t.backoff_s, 0, HOUR),
        ("backoff_max_s", t.backoff_max_s, 0, HOUR),
        ("task_max_age_s", t.task_max_age_s, 1, 7 * DAY),
        ("import_ttl_s", t.import_ttl_s, t.run_limit_s, 30 * DAY),
        ("resend_after_s", t.resend_after_s, 1, DAY),
        ("notice_attempts", u64::from(t.notice_attempts), 1, 100),
        ("notice_backoff_s", t.notice_backoff_s, 1, DAY),
        ("notice_backoff_max_s", t.notice_backoff_max_s, 1, 7 * DAY),
    ] {
        let reason = match value {
            value if value < least => format!("expected at least {least}"),
            value if value > most => format!("expected at most {most}"),
            _ => continue,
        };
        return Err(WiringError::setting(format!("timings.{path}"), reason));
    }
    Ok(())
}

/// What is given away lasts long enough to be used, and not for ever.
fn accounts(rules: &AccountRules) -> Result<(), WiringError> {
    const HOUR: u64 = 60 * 60;
    const DAY: u64 = 24 * HOUR;
    for (path, value, least, most) in [
        ("access_ttl_s", rules.access_ttl_s, 60, HOUR),
        ("session_ttl_s", rules.session_ttl_s, HOUR, 366 * DAY),
        ("token_ttl_s", rules.token_ttl_s, 5 * 60, 7 * DAY),
        ("password_window_s", rules.password_window_s, 60, DAY),
        ("password_tries", u64::from(rules.password_tries), 3, 1_000),
        (
            "password_tries_per_day",
            u64::from(rules.password_tries_per_day),
            u64::from(rules.password_tries),
            10_000,
        ),
        (
            "letters_per_day",
            u64::from(rules.letters_per_day),
            1,
            1_000,
        ),
        // Whoever follows their letter in time finds their account.
        (
            "unverified_ttl_s",
            rules.unverified_ttl_s,
            rules.token_ttl_s,
            366 * DAY,
        ),
    ] {
        if !(least..=most).contains(&value) {
            let reason = format!("expected {least} to {most}");
            return Err(WiringError::setting(format!("accounts.{path}"), reason));
        }
    }
    Ok(())
}

fn billing(billing: &Billing) -> Result<(), WiringError> {
    let low = billing.low_balance_usd;
    if low < MicroUsd::ZERO || low > MAX_LOW_BALANCE {
        let path = "billing.low_balance_usd";
        let reason = format!("expected 0 to {MAX_LOW_BALANCE}");
        return Err(WiringError::setting(path, reason));
    }
    Ok(())
}

/// A day of back-off would be a suspension, and one that nobody is told of.
fn conduct(settings: &ConductSettings) -> Result<(), WiringError> {
    const DAY: u64 = 24 * 60 * 60;
    for (path, value, most) in [
        ("window_s", settings.window_s, 30 * DAY),
        ("backoff_max_s", settings.backoff_max_s, DAY),
        ("backoff_s", settings.backoff_s, settings.backoff_max_s),
    ] {
        if value == 0 || value > most {
            let reason = format!("expected 1 to {most}");
            return Err(WiringError::setting(format!("conduct.{path}"), reason));
        }
    }
    Ok(())
}

/// Fewer bytes of a secret can be guessed.
const LEAST_SECRET: usize = 32;

fn payments(payments: &PaymentSettings) -> Result<(), WiringError> {
    let secret = payments.webhook_secret.as_ref();
    if secret.is_some_and(|secret| secret.expose_secret().len() < LEAST_SECRET) {
        let reason = format!("expected at least {LEAST_SECRET} bytes, made at random");
        return Err(WiringError::setting("payments.webhook_secret", reason));
    }
    Ok(())
}

fn worker_error(errors: &validator::ValidationErrors) -> WiringError {
    let first = errors.field_errors().into_iter().next();
    let (field, reason) = first.map_or(("worker".into(), "not lawful".into()), |(field, all)| {
        let message = all.first().and_then(|e| e.message.clone());
        (field, message.unwrap_or_else(|| "not lawful".into()))
    });
    WiringError::setting(format!("worker.{field}"), reason)
}
