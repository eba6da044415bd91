//! By HTTP.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aperilex_ports::{Clock, MAX_NOTIFY_TIME, Notice, Notifier, NotifyError, Timestamp};
use async_trait::async_trait;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::config::{ConfigError, WebhookConfig};
use crate::error::{self, Cause};
use crate::guard::Guard;
use crate::wire::{ID, SIGNATURE, body, signature};

/// Posts signed notices to one receiver.
pub struct WebhookNotifier {
    client: reqwest::Client,
    url: Url,
    secret: SecretString,
    clock: Arc<dyn Clock>,
    disable_after: Duration,
    health: Mutex<Health>,
}

/// How the receiver has done.
#[derive(Debug, Default)]
struct Health {
    /// The first failure since it last took a notice.
    failing_since: Option<Timestamp>,
    /// When a disabled receiver is tried again; none while it is not disabled.
    tried_again_at: Option<Timestamp>,
}

/// How often a disabled receiver is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(60 * 60);

impl fmt::Debug for WebhookNotifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookNotifier")
            .field("health", &*self.health())
            .finish_non_exhaustive()
    }
}

impl WebhookNotifier {
    /// A notifier for this receiver.
    ///
    /// # Errors
    /// [`ConfigError`]: what is wrong and what would be right.
    pub fn new(config: &WebhookConfig, clock: Arc<dyn Clock>) -> Result<Self, ConfigError> {
        let url = config.check()?;
        let client = reqwest::Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(Guard::new(config.allow_private)))
            .timeout(MAX_NOTIFY_TIME)
            .user_agent(concat!("Aperilex/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| ConfigError {
                setting: "url",
                reason: "no HTTP client can be made on this machine",
            })?;
        Ok(Self {
            client,
            url,
            secret: config.secret.clone(),
            clock,
            disable_after: Duration::from_secs(config.disable_after_s),
            health: Mutex::default(),
        })
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn post(&self, notice: &Notice) -> Result<(), NotifyError> {
        let body = body(notice);
        let secret = self.secret.expose_secret().as_bytes();
        let signed = signature(secret, self.clock.now(), &body);
        let request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(SIGNATURE, signed)
            .header(ID, notice.id.to_string())
            .body(body);
        let answer = request.send().await;
        let status = answer
            .map_err(|error| error::http(&error.without_url()))?
            .status();
        if status.is_success() {
            return Ok(());
        }
        let cause = match status.as_u16() {
            code if status.is_redirection() => Cause::Redirected(code),
            code => Cause::Answered(code),
        };
        Err(cause.unavailable())
    }

    /// Disables a receiver that has failed for too long, and tells the operator once.
    fn failed(&self, error: NotifyError) -> NotifyError {
        let now = self.clock.now();
        let mut health = self.health();
        let since = *health.failing_since.get_or_insert(now);
        let failing = Duration::try_from(now.duration_since(since)).unwrap_or_default();
        if failing < self.disable_after {
            return error;
        }
        let next = now.checked_add(TRY_AGAIN).unwrap_or(Timestamp::MAX);
        if health.tried_again_at.replace(next).is_none() {
            tracing::error!(
                since = %since,
                cause = std::error::Error::source(&error).map(ToString::to_string),
                "the receiver of webhooks has failed since {since} and is disabled; mend it: it is tried \
                 again once an hour"
            );
        }
        disabled()
    }
}

fn disabled() -> NotifyError {
    NotifyError::Disabled {
        reason: "the receiver of webhooks has failed for too long; mend it: it is tried again once an hour"
            .to_owned(),
    }
}

#[async_trait]
impl Notifier for WebhookNotifier {
    async fn notify(&self, notice: &Notice) -> Result<(), NotifyError> {
        let now = self.clock.now();
        if self.health().tried_again_at.is_some_and(|at| now < at) {
            return Err(disabled());
        }
        match self.post(notice).await {
            Ok(()) => {
                *self.health() = Health::default();
                Ok(())
            }
            Err(error) => Err(self.failed(error)),
        }
    }
}
