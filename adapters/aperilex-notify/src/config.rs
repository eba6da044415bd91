//! Settings; the README has the tables.

use aperilex_ports::Email;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::{Host, Url};

use crate::guard::is_public;

/// Fewer bytes of secret can be guessed.
const LEAST_SECRET: usize = 32;

/// How a connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// Plain at first, then TLS, or nothing is sent.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// Not at all: for a server on this machine alone.
    None,
}

impl Security {
    /// The port that servers offer this on.
    pub(crate) const fn port(self) -> u16 {
        match self {
            Self::Starttls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

/// A mail server. `Debug` shows neither the password nor the user.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    /// Its name.
    pub host: String,
    /// Its port; that of the security, if not given.
    #[serde(default)]
    pub port: Option<u16>,
    /// How the connection is protected.
    #[serde(default)]
    pub security: Security,
    /// Who signs in; nobody, if not given.
    #[serde(default)]
    pub user: Option<SecretString>,
    /// The password.
    #[serde(default)]
    pub password: Option<SecretString>,
    /// Whom mails are from.
    pub from: Email,
    /// Where people reach this installation, such as `https://app.example.com`; mails have links to it.
    #[serde(default)]
    pub public_url: Option<Url>,
}

/// A receiver of notices over HTTP. `Debug` shows neither its address nor the secret.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// Its address: `https://…`, of a public host.
    pub url: SecretString,
    /// What notices are signed with: at least 32 bytes.
    pub secret: SecretString,
    /// Whether it may be in a private network, and without TLS.
    #[serde(default)]
    pub allow_private: bool,
    /// After failing for so long it is disabled: three days.
    #[serde(default = "disable_after_s")]
    pub disable_after_s: u64,
}

const fn disable_after_s() -> u64 {
    3 * 24 * 60 * 60
}

/// Settings that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{setting}`: {reason}")]
pub struct ConfigError {
    /// Which setting.
    pub setting: &'static str,
    /// What would be right.
    pub reason: &'static str,
}

const fn wrong(setting: &'static str, reason: &'static str) -> ConfigError {
    ConfigError { setting, reason }
}

impl SmtpConfig {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        if self.host.is_empty() {
            return Err(wrong("host", "expected the name of a mail server"));
        }
        if self.user.is_some() != self.password.is_some() {
            return Err(wrong(
                "password",
                "expected both a user and a password, or neither",
            ));
        }
        let local = ["localhost", "127.0.0.1", "::1"].contains(&self.host.as_str());
        if self.security == Security::None && !local {
            return Err(wrong(
                "security",
                "expected `starttls` or `tls`; without either, mails go to this machine alone",
            ));
        }
        Ok(())
    }
}

impl WebhookConfig {
    /// The receiver's address.
    pub(crate) fn check(&self) -> Result<Url, ConfigError> {
        let expected = "expected an https address of a public host, without user and fragment";
        let refused = || wrong("url", expected);
        let url = Url::parse(self.url.expose_secret()).map_err(|_| refused())?;
        let scheme = url.scheme() == "https" || self.allow_private && url.scheme() == "http";
        let bare = url.username().is_empty() && url.password().is_none();
        if !scheme || !bare || url.fragment().is_some() {
            return Err(refused());
        }
        let public = match url.host() {
            // Its addresses are looked at whenever they are resolved.
            Some(Host::Domain(_)) => true,
            Some(Host::Ipv4(address)) => is_public(address.into()),
            Some(Host::Ipv6(address)) => is_public(address.into()),
            None => return Err(refused()),
        };
        if !public && !self.allow_private {
            return Err(refused());
        }
        if self.secret.expose_secret().len() < LEAST_SECRET {
            return Err(wrong(
                "secret",
                "expected at least 32 bytes, made at random",
            ));
        }
        if self.disable_after_s == 0 {
            return Err(wrong("disable_after_s", "expected at least 1"));
        }
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webhook(url: &str, allow_private: bool) -> Result<Url, ConfigError> {
        let config = WebhookConfig {
            url: url.into(),
            secret: "0123456789abcdef0123456789abcdef".into(),
            allow_private,
            disable_after_s: 1,
        };
        config.check()
    }

    #[test]
    fn a_receiver_is_public_and_protected() {
        for url in [
            "https://example.com/hook",
            "https://93.184.215.14:8443/",
            "https://[2606:4700::1]/",
        ] {
            webhook(url, false).unwrap();
        }
        for url in [
            "http://example.com/",
            "ftp://example.com/",
            "https://jo@example.com/",
            "https://jo:pw@example.com/",
            "https://example.com/#part",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://10.0.0.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[fe80::1]/",
            "/hook",
        ] {
            let refused = webhook(url, false).unwrap_err();
            assert_eq!(refused.setting, "url", "{url}");
        }
        webhook("http://127.0.0.1:9/", true).unwrap();
    }

    #[test]
    fn a_short_secret_is_refused() {
        let config = WebhookConfig {
            url: "https://example.com/".into(),
            secret: "short".into(),
            allow_private: false,
            disable_after_s: 1,
        };
        assert_eq!(config.check().unwrap_err().setting, "secret");
        let shown = format!("{config:?}");
        assert!(
            !shown.contains("short") && !shown.contains("example.com"),
            "{shown}"
        );
    }

    #[test]
    fn mail_leaves_this_machine_protected_alone() {
        let config = |host: &str, security| SmtpConfig {
            host: host.into(),
            port: None,
            security,
            user: None,
            password: None,
            from: "noreply@example.com".parse().unwrap(),
            public_url: None,
        };
        config("mail.example.com", Security::Starttls)
            .check()
            .unwrap();
        config("localhost", Security::None).check().unwrap();
        let open = config("mail.example.com", Security::None).check();
        assert_eq!(open.unwrap_err().setting, "security");
        let half = SmtpConfig {
            user: Some("jo".into()),
            ..config("mail.example.com", Security::Tls)
        };
        assert_eq!(half.check().unwrap_err().setting, "password");
        assert!(!format!("{half:?}").contains("jo"));
    }
}
