//! Settings.

use std::path::Path;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// Which database, and how patiently it is used. `Debug` does not show the URL: it may hold a password.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST:PORT/DATABASE`.
    pub url: SecretString,
    /// Most connections at a time; on SQLite, most that read.
    #[serde(default = "pool_max")]
    pub pool_max: u32,
    /// How long a call waits for a connection, in milliseconds.
    #[serde(default = "acquire_timeout_ms")]
    pub acquire_timeout_ms: u64,
    /// How long a statement may take, in milliseconds. On SQLite: how long it waits while another
    /// process writes.
    #[serde(default = "statement_timeout_ms")]
    pub statement_timeout_ms: u64,
}

const fn pool_max() -> u32 {
    10
}

const fn acquire_timeout_ms() -> u64 {
    10_000
}

const fn statement_timeout_ms() -> u64 {
    10_000
}

/// The kinds of database that are spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

impl DatabaseConfig {
    /// Settings for this URL, all others at their defaults.
    #[must_use]
    pub fn new(url: SecretString) -> Self {
        Self {
            url,
            pool_max: pool_max(),
            acquire_timeout_ms: acquire_timeout_ms(),
            statement_timeout_ms: statement_timeout_ms(),
        }
    }

    /// Settings for a SQLite file at this path, all others at their defaults.
    #[must_use]
    pub fn sqlite(path: &Path) -> Self {
        // The only characters that mean something in the URL.
        let path = path.to_string_lossy();
        let path = path.replace('%', "%25").replace('?', "%3F");
        Self::new(format!("sqlite:{path}").into())
    }

    /// The kind the URL names; none if it names no kind, or a database in memory, which every
    /// connection would have one of its own of.
    pub(crate) fn kind(&self) -> Option<Kind> {
        let url = self.url.expose_secret();
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Some(Kind::Postgres)
        } else if url.starts_with("sqlite:") && !is_in_memory(url) {
            Some(Kind::Sqlite)
        } else {
            None
        }
    }

    pub(crate) const fn acquire_timeout(&self) -> Duration {
        Duration::from_millis(self.acquire_timeout_ms)
    }

    pub(crate) const fn statement_timeout(&self) -> Duration {
        Duration::from_millis(self.statement_timeout_ms)
    }
}

fn is_in_memory(url: &str) -> bool {
    url.contains(":memory:") || url.contains("mode=memory")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &str) -> DatabaseConfig {
        DatabaseConfig::new(url.into())
    }

    #[test]
    fn the_url_names_the_kind() {
        assert_eq!(config("sqlite:/a/b.db").kind(), Some(Kind::Sqlite));
        assert_eq!(config("postgresql://h/d").kind(), Some(Kind::Postgres));
        assert_eq!(config("sqlite:/memory/b.db").kind(), Some(Kind::Sqlite));
        assert_eq!(config("sqlite::memory:").kind(), None);
        assert_eq!(config("mysql://h/d").kind(), None);
    }

    #[test]
    fn the_password_is_not_shown() {
        let shown = format!("{:?}", config("postgres://u:hunter2@h/d"));
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn unknown_settings_are_refused() {
        let json = r#"{"url": "sqlite:a.db", "pool_size": 3}"#;
        let error = serde_json::from_str::<DatabaseConfig>(json).unwrap_err();
        assert!(error.to_string().contains("pool_size"), "{error}");
    }
}
