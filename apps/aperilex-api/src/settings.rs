//! What an installation decides about the API.

use std::time::Duration;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

use crate::signature::WebhookSecret;

/// Limits and times of the API. All sizes are in bytes; all times are whole seconds if the name ends
/// in `_s`, milliseconds if in `_ms`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiSettings {
    /// Largest request body.
    pub max_body_bytes: usize,
    /// Largest body of a request for a bulk import: ten thousand filings by accession number take 400 kB.
    pub max_import_bytes: usize,
    /// Longest time for a request's head to arrive. A kept-alive connection may be silent as long,
    /// so behind a load balancer set it above the balancer's idle time.
    pub header_timeout_s: u64,
    /// Longest time for a request's body to arrive.
    pub body_timeout_s: u64,
    /// Longest time for an answer to begin; long polls add their own wait.
    pub request_timeout_s: u64,
    /// Longest time a client may leave an answer unread.
    pub write_timeout_s: u64,
    /// Silence after which an event stream shows that it is alive.
    pub heartbeat_s: u64,
    /// How often waiting requests look for themselves, in case a wake-up got lost.
    pub poll_s: u64,
    /// When clients of a stream that was cut come back.
    pub retry_ms: u64,
    /// Open event streams of one account.
    pub sse_per_account: usize,
    /// Where metrics are served, apart from the API; nowhere, if none. There is no key there.
    pub metrics_listen: Option<SocketAddr>,
    /// Open connections; more wait to be accepted.
    pub max_connections: usize,
    /// Requests a minute from one address (IPv4, or network of 64 bits) that no account stands behind:
    /// with keys that are none, or of operations that need none. 0: no limit.
    pub anonymous_per_minute: u32,
    /// Networks of our own proxies, as `10.0.0.0/8`: what they say of a client's address in
    /// `X-Forwarded-For` is believed, and nobody else.
    pub trusted_proxies: Vec<IpNet>,
    /// How long a key that was seen is good without asking the database.
    pub auth_cache_s: u64,
    /// Memory for stored results.
    pub result_cache_bytes: u64,
    /// Memory for filings taken apart.
    pub content_cache_bytes: u64,
    /// Time that open requests have to end when the server stops.
    pub shutdown_grace_s: u64,
    /// Whether clients reach the server through TLS only, so that they may be told to keep to it.
    pub behind_tls: bool,
    /// What events of payments are signed with; without one none are taken. A setting of the
    /// installation's, `payments.webhook_secret`.
    #[serde(skip)]
    pub payment_secret: Option<WebhookSecret>,
}

impl Default for ApiSettings {
    fn default() -> Self {
        Self {
            max_body_bytes: 64 * 1024,
            max_import_bytes: 2 * 1024 * 1024,
            header_timeout_s: 10,
            body_timeout_s: 30,
            request_timeout_s: 30,
            write_timeout_s: 60,
            heartbeat_s: 15,
            poll_s: 5,
            retry_ms: 2_000,
            sse_per_account: 5,
            metrics_listen: None,
            max_connections: 4_096,
            anonymous_per_minute: 30,
            trusted_proxies: Vec::new(),
            auth_cache_s: 5,
            result_cache_bytes: 16 * 1024 * 1024,
            content_cache_bytes: 64 * 1024 * 1024,
            shutdown_grace_s: 10,
            behind_tls: false,
            payment_secret: None,
        }
    }
}

/// A setting in seconds as a duration; zero would mean never and is read as one second.
pub(crate) const fn seconds(setting: u64) -> Duration {
    Duration::from_secs(if setting == 0 { 1 } else { setting })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_setting_is_refused() {
        let error = serde_json::from_str::<ApiSettings>(r#"{"max_body":1}"#).unwrap_err();
        assert!(error.to_string().contains("max_body"), "{error}");
    }

    #[test]
    fn proxies_are_networks() {
        let read = serde_json::from_str::<ApiSettings>;
        let settings = read(r#"{"trusted_proxies":["10.0.0.0/8","::1/128"]}"#).unwrap();
        assert_eq!(settings.trusted_proxies.len(), 2);
        assert!(read(r#"{"trusted_proxies":["10.0.0.1"]}"#).is_err());
    }

    #[test]
    fn what_is_not_set_has_its_default() {
        let settings: ApiSettings = serde_json::from_str(r#"{"heartbeat_s":3}"#).unwrap();
        let expected = ApiSettings {
            heartbeat_s: 3,
            ..ApiSettings::default()
        };
        assert_eq!(format!("{settings:?}"), format!("{expected:?}"));
    }
}
