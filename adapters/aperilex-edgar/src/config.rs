//! Settings, and the refusal of settings that would get us blocked.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aperilex_ports::{Email, MAX_FILING_BYTES};
use serde::Deserialize;
use url::Url;

/// What SEC's fair-access rule leaves after a margin: it allows 10.
const MAX_REQUESTS_PER_SECOND: u32 = 8;
/// How long SEC limits an address that went over.
const MIN_PAGE_AFTER_BLOCK_S: u64 = 600;
const MAX_MIRROR_REQUESTS_PER_SECOND: u32 = 1000;
const DEFAULT_MIRROR_REQUESTS_PER_SECOND: u32 = 8;
const MIRROR_USER_AGENT: &str = concat!("Aperilex/", env!("CARGO_PKG_VERSION"));

/// Settings of the client; the README has the table.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EdgarConfig {
    /// `Company Name contact@domain`; must be given for sec.gov.
    pub user_agent: Option<String>,
    /// Ceiling of the rate; 8, which is also the most for sec.gov; a mirror may have more.
    pub requests_per_second: Option<u32>,
    /// Base address of `www.sec.gov`.
    pub www: String,
    /// Base address of `data.sec.gov`.
    pub data: String,
    /// Base address of `efts.sec.gov`.
    pub efts: String,
    /// A mirror folder with `www.sec.gov/` and `data.sec.gov/` in it, read instead of the network.
    pub folder: Option<PathBuf>,
    /// Whether filings that are listed may be missing; if not given: true for a mirror.
    pub partial: Option<bool>,
    /// Longest wait for a connection, in milliseconds.
    pub connect_timeout_ms: u64,
    /// Longest time for one request with its body, in milliseconds.
    pub total_timeout_ms: u64,
    /// How long nothing is sent after a block, in seconds; at least 600 for sec.gov.
    pub page_after_block_s: u64,
    /// Cap on one document and on one filing, in bytes after decompression.
    pub max_document_bytes: u64,
}

/// Settings that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// No user agent, or one without a contact address.
    #[error(
        "SEC refuses clients without a contact: set `user_agent` to your company's name and \
         an e-mail address, such as \"Example Corp filings@example.com\""
    )]
    UserAgent,
    /// A rate that would get us blocked.
    #[error("requests_per_second must be 1 to {max} for this source")]
    Rate {
        /// The most that is taken.
        max: u32,
    },
    /// A base address that is none.
    #[error(
        "`{key}` must be an http(s) address without user, query or fragment (https for sec.gov), such as {example}"
    )]
    BaseUrl {
        /// The setting.
        key: &'static str,
        /// One that would do.
        example: &'static str,
    },
    /// The mirror folder is not there or is not one.
    #[error("{folder} is not a mirror folder: expected a directory with www.sec.gov in it", folder = .0.display())]
    Folder(PathBuf),
    /// A number out of range.
    #[error("`{key}` must be {expected}")]
    Number {
        /// The setting.
        key: &'static str,
        /// What it may be.
        expected: &'static str,
    },
    /// The HTTP client cannot be built.
    #[error("the HTTP client cannot be built: {0}")]
    Client(String),
}

impl Default for EdgarConfig {
    fn default() -> Self {
        Self {
            user_agent: None,
            requests_per_second: None,
            www: "https://www.sec.gov".into(),
            data: "https://data.sec.gov".into(),
            efts: "https://efts.sec.gov".into(),
            folder: None,
            partial: None,
            connect_timeout_ms: 10_000,
            total_timeout_ms: 30_000,
            page_after_block_s: MIN_PAGE_AFTER_BLOCK_S,
            max_document_bytes: MAX_FILING_BYTES,
        }
    }
}

impl EdgarConfig {
    /// Settings for a source as a person names it: empty for EDGAR itself, the address of a
    /// mirror (with `/www.sec.gov`, `/data.sec.gov` and `/efts.sec.gov` below it), or a folder.
    ///
    /// # Errors
    /// [`ConfigError`] if the address or the folder cannot be one.
    pub fn for_source(source: &str) -> Result<Self, ConfigError> {
        let source = source.trim();
        let mut config = Self::default();
        if source.is_empty() {
            return Ok(config);
        }
        if source.contains("://") {
            let base = source.trim_end_matches('/');
            config.www = format!("{base}/www.sec.gov");
            config.data = format!("{base}/data.sec.gov");
            config.efts = format!("{base}/efts.sec.gov");
            base_url("source", &config.www)?;
        } else {
            config.folder = Some(mirror_folder(Path::new(source))?);
        }
        Ok(config)
    }

    /// Checks everything and puts it in the form that the client uses.
    pub(crate) fn resolve(&self) -> Result<Settings, ConfigError> {
        let bases = Bases {
            www: base_url("www", &self.www)?,
            data: base_url("data", &self.data)?,
            efts: base_url("efts", &self.efts)?,
        };
        let folder = self.folder.as_deref().map(mirror_folder).transpose()?;
        let sec = folder.is_none() && bases.all().iter().any(|base| is_sec(base));
        self.check_numbers(sec)?;
        Ok(Settings {
            user_agent: self.agent(sec)?,
            rate: self.rate(sec)?,
            partial: self.partial.unwrap_or(!sec),
            sec,
            bases,
            folder,
            connect_timeout: Duration::from_millis(self.connect_timeout_ms),
            total_timeout: Duration::from_millis(self.total_timeout_ms),
            pause: Duration::from_secs(self.page_after_block_s),
            max_document_bytes: self.max_document_bytes,
        })
    }

    fn agent(&self, sec: bool) -> Result<String, ConfigError> {
        match self.user_agent.as_deref().map(str::trim) {
            None | Some("") if !sec => Ok(MIRROR_USER_AGENT.to_owned()),
            Some(agent) if lawful_agent(agent) && (!sec || has_contact(agent)) => {
                Ok(agent.to_owned())
            }
            _ => Err(ConfigError::UserAgent),
        }
    }

    fn rate(&self, sec: bool) -> Result<u32, ConfigError> {
        let (default, max) = if sec {
            (MAX_REQUESTS_PER_SECOND, MAX_REQUESTS_PER_SECOND)
        } else {
            (
                DEFAULT_MIRROR_REQUESTS_PER_SECOND,
                MAX_MIRROR_REQUESTS_PER_SECOND,
            )
        };
        let rate = self.requests_per_second.unwrap_or(default);
        if (1..=max).contains(&rate) {
            Ok(rate)
        } else {
            Err(ConfigError::Rate { max })
        }
    }

    fn check_numbers(&self, sec: bool) -> Result<(), ConfigError> {
        let refuse = |key, expected| Err(ConfigError::Number { key, expected });
        if self.connect_timeout_ms == 0 || self.connect_timeout_ms > 600_000 {
            return refuse("connect_timeout_ms", "1 to 600000");
        }
        if self.total_timeout_ms == 0 || self.total_timeout_ms > 600_000 {
            return refuse("total_timeout_ms", "1 to 600000");
        }
        if self.max_document_bytes == 0 || self.max_document_bytes > MAX_FILING_BYTES {
            return refuse("max_document_bytes", "1 to 52428800");
        }
        if self.page_after_block_s == 0 || self.page_after_block_s > 86_400 {
            return refuse("page_after_block_s", "1 to 86400");
        }
        if sec && self.page_after_block_s < MIN_PAGE_AFTER_BLOCK_S {
            return refuse("page_after_block_s", "at least 600 for sec.gov");
        }
        Ok(())
    }
}

impl fmt::Debug for EdgarConfig {
    /// The user agent holds somebody's address: only whether it is set is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EdgarConfig")
            .field("user_agent", &self.user_agent.as_ref().map(|_| "(set)"))
            .field("requests_per_second", &self.requests_per_second)
            .field("www", &self.www)
            .field("data", &self.data)
            .field("efts", &self.efts)
            .field("folder", &self.folder)
            .field("partial", &self.partial)
            .field("connect_timeout_ms", &self.connect_timeout_ms)
            .field("total_timeout_ms", &self.total_timeout_ms)
            .field("page_after_block_s", &self.page_after_block_s)
            .field("max_document_bytes", &self.max_document_bytes)
            .finish()
    }
}

/// Checked settings.
pub(crate) struct Settings {
    pub(crate) user_agent: String,
    pub(crate) rate: u32,
    pub(crate) partial: bool,
    /// Whether requests go to SEC's own hosts.
    pub(crate) sec: bool,
    pub(crate) bases: Bases,
    pub(crate) folder: Option<PathBuf>,
    pub(crate) connect_timeout: Duration,
    pub(crate) total_timeout: Duration,
    pub(crate) pause: Duration,
    pub(crate) max_document_bytes: u64,
}

/// The three base addresses.
#[derive(Debug, Clone)]
pub(crate) struct Bases {
    pub(crate) www: Url,
    pub(crate) data: Url,
    pub(crate) efts: Url,
}

impl Bases {
    pub(crate) const fn all(&self) -> [&Url; 3] {
        [&self.www, &self.data, &self.efts]
    }
}

/// Whether a host is one of SEC's.
pub(crate) fn is_sec_host(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    host == "sec.gov" || host.ends_with(".sec.gov")
}

fn is_sec(base: &Url) -> bool {
    base.host_str().is_some_and(is_sec_host)
}

fn base_url(key: &'static str, text: &str) -> Result<Url, ConfigError> {
    let example = match key {
        "data" => "https://data.sec.gov",
        "efts" => "https://efts.sec.gov",
        "source" => "http://127.0.0.1:8000",
        _ => "https://www.sec.gov",
    };
    Url::parse(text)
        .ok()
        .filter(|url| {
            let scheme = url.scheme() == "https" || (url.scheme() == "http" && !is_sec(url));
            scheme
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none()
        })
        .ok_or(ConfigError::BaseUrl { key, example })
}

fn mirror_folder(path: &Path) -> Result<PathBuf, ConfigError> {
    path.canonicalize()
        .ok()
        .filter(|folder| folder.join("www.sec.gov").is_dir())
        .ok_or_else(|| ConfigError::Folder(path.to_owned()))
}

fn lawful_agent(agent: &str) -> bool {
    agent.len() <= 200 && agent.bytes().all(|b| (b' '..=b'~').contains(&b))
}

fn has_contact(agent: &str) -> bool {
    agent
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| "()<>[],;".contains(c)))
        .any(|word| word.parse::<Email>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named() -> EdgarConfig {
        EdgarConfig {
            user_agent: Some("Example Corp filings@example.com".into()),
            ..EdgarConfig::default()
        }
    }

    #[test]
    fn sec_gets_no_request_without_a_contact() {
        for agent in [
            None,
            Some(""),
            Some("curl/8"),
            Some("Example Corp @"),
            Some("é a@b.co"),
        ] {
            let config = EdgarConfig {
                user_agent: agent.map(str::to_owned),
                ..EdgarConfig::default()
            };
            assert_eq!(
                config.resolve().err(),
                Some(ConfigError::UserAgent),
                "{agent:?}"
            );
        }
        assert!(
            named()
                .resolve()
                .is_ok_and(|s| s.sec && s.rate == 8 && !s.partial)
        );
    }

    #[test]
    fn the_client_for_sec_can_be_built() {
        assert!(crate::EdgarClient::new(&named()).is_ok());
    }

    #[test]
    fn sec_gets_at_most_eight_requests_a_second() {
        for (rate, fine) in [(0, false), (1, true), (8, true), (9, false)] {
            let config = EdgarConfig {
                requests_per_second: Some(rate),
                ..named()
            };
            assert_eq!(config.resolve().is_ok(), fine, "{rate}");
        }
    }

    #[test]
    fn a_mirror_needs_no_contact_and_may_lack_filings() {
        let config = EdgarConfig::for_source("http://127.0.0.1:8000/").unwrap();
        assert_eq!(config.data, "http://127.0.0.1:8000/data.sec.gov");
        let settings = config.resolve().unwrap();
        assert!(!settings.sec && settings.partial);
        assert_eq!(settings.user_agent, MIRROR_USER_AGENT);
    }

    #[test]
    fn one_sec_host_among_the_bases_brings_secs_rules() {
        let config = EdgarConfig {
            www: "http://127.0.0.1:8000/www.sec.gov".into(),
            ..EdgarConfig::default()
        };
        assert_eq!(config.resolve().err(), Some(ConfigError::UserAgent));
    }

    #[test]
    fn other_sources_are_refused() {
        for source in [
            "ftp://www.sec.gov",
            "http://www.sec.gov",
            "http://user:pw@mirror",
            "/nowhere/at/all",
        ] {
            let refused = EdgarConfig::for_source(source).and_then(|c| c.resolve().map(|_| ()));
            assert!(refused.is_err(), "{source}");
        }
        let plain = EdgarConfig {
            www: "http://www.sec.gov".into(),
            ..named()
        };
        assert!(matches!(
            plain.resolve(),
            Err(ConfigError::BaseUrl { key: "www", .. })
        ));
    }

    #[test]
    fn a_block_pauses_sec_for_ten_minutes_at_least() {
        let config = EdgarConfig {
            page_after_block_s: 599,
            ..named()
        };
        assert!(matches!(config.resolve(), Err(ConfigError::Number { .. })));
    }

    #[test]
    fn unknown_keys_are_refused_and_the_contact_is_not_shown() {
        assert!(serde_json::from_str::<EdgarConfig>(r#"{"user_agnet": "x"}"#).is_err());
        assert!(!format!("{:?}", named()).contains('@'));
    }
}
