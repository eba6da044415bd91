//! Settings, and which of them are lawful.

use std::collections::BTreeSet;

use aperilex_ports::{Email, Tier};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

/// Fewest bytes of a signing secret: as many as HS256 has in its hash (RFC 7518 §3.2).
const MIN_SECRET: usize = 32;
/// What stands in examples, and in the word lists of those who try.
const KNOWN_WORDS: [&str; 11] = [
    "secret",
    "password",
    "changeme",
    "change-me",
    "example",
    "default",
    "aperilex",
    "test",
    "0123456789",
    "your-",
    "insecure",
];

/// A setting that is not lawful. The message names it and what would be right, never its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}`: {reason}")]
pub struct ConfigError {
    /// Which setting.
    pub path: String,
    /// What would be right.
    pub reason: &'static str,
}

fn wrong(path: impl Into<String>, reason: &'static str) -> ConfigError {
    ConfigError {
        path: path.into(),
        reason,
    }
}

/// Everything about signing in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignInConfig {
    /// How access tokens are signed; without it nobody can sign in.
    pub jwt: Option<JwtConfig>,
    /// Who tells people from machines.
    pub challenge: Option<ChallengeConfig>,
    /// Where people may have an account.
    pub oidc: Vec<OidcConfig>,
    /// How much hashing is done at once.
    pub passwords: PasswordConfig,
}

/// How much hashing of passwords is done at once. Each hash takes a processor and 19 MiB for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordConfig {
    /// Hashes at a time.
    pub at_a_time: usize,
    /// Hashes that wait for their turn; what comes beyond is told to come back.
    pub waiting: usize,
}

impl Default for PasswordConfig {
    fn default() -> Self {
        Self {
            at_a_time: 2,
            waiting: 32,
        }
    }
}

/// How access tokens are signed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JwtConfig {
    /// The key that signs.
    pub current: KeyConfig,
    /// The key before, whose tokens are still read.
    #[serde(default)]
    pub previous: Option<KeyConfig>,
    /// Who signs.
    #[serde(default = "ours")]
    pub issuer: String,
    /// For whom.
    #[serde(default = "ours")]
    pub audience: String,
}

fn ours() -> String {
    "aperilex".to_owned()
}

/// A signing key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyConfig {
    /// Its id.
    pub kid: String,
    /// Its secret.
    pub secret: SecretString,
}

/// Who tells people from machines.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChallengeConfig {
    /// Where answers are checked.
    pub url: String,
    /// Our secret there.
    pub secret: SecretString,
}

/// An identity provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcConfig {
    /// What we call it.
    pub name: String,
    /// Its issuer URL.
    pub issuer: String,
    /// Who we are there.
    pub client_id: String,
    /// Our secret there.
    pub client_secret: SecretString,
    /// Where browsers come back to.
    pub redirect_url: String,
    /// Newcomers have an address of one of these domains; `*` stands for any.
    pub email_domains: Vec<String>,
    /// What newcomers subscribe to.
    #[serde(default = "enterprise")]
    pub tier: Tier,
}

const fn enterprise() -> Tier {
    Tier::Enterprise
}

impl OidcConfig {
    /// Whether people with this address may come for the first time.
    pub(crate) fn lets_in(&self, email: &Email) -> bool {
        self.email_domains.iter().any(|listed| listed == "*") || self.names(email)
    }

    /// Whether the domain of this address is one of those that are named.
    pub(crate) fn names(&self, email: &Email) -> bool {
        let named = |listed: &String| listed.eq_ignore_ascii_case(email.domain());
        self.email_domains.iter().any(named)
    }

    /// Where the provider publishes what it is: a `/` at the end of the issuer is left out before the rest
    /// is put behind it (OpenID Connect Discovery §4.1).
    pub(crate) fn discovery(&self) -> String {
        let place = self.issuer.strip_suffix('/').unwrap_or(&self.issuer);
        format!("{place}/.well-known/openid-configuration")
    }
}

impl SignInConfig {
    /// Looks whether all of it is lawful.
    ///
    /// # Errors
    /// The first setting that is not.
    pub fn validate(&self) -> Result<(), ConfigError> {
        if let Some(jwt) = &self.jwt {
            jwt.validate()?;
        }
        self.passwords.validate()?;
        if let Some(challenge) = &self.challenge {
            safe_url("challenge.url", &challenge.url)?;
        }
        let mut names = BTreeSet::new();
        for (n, provider) in self.oidc.iter().enumerate() {
            let path = |field: &str| format!("oidc[{n}].{field}");
            let lawful = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            let name = &provider.name;
            if !(1..=32).contains(&name.len()) || !name.bytes().all(lawful) {
                let reason = "expected 1 to 32 lower-case letters, digits and dashes";
                return Err(wrong(path("name"), reason));
            }
            if !names.insert(name) {
                return Err(wrong(
                    path("name"),
                    "expected a name that no other provider has",
                ));
            }
            safe_url(&path("issuer"), &provider.issuer)?;
            if provider.issuer.contains(['?', '#']) {
                let reason =
                    "expected no query and no fragment, just as the provider's discovery says it";
                return Err(wrong(path("issuer"), reason));
            }
            safe_url(&path("redirect_url"), &provider.redirect_url)?;
            if provider.email_domains.is_empty() {
                let reason = "expected the domains whose people may come, such as `example.com`; `*` for anybody";
                return Err(wrong(path("email_domains"), reason));
            }
        }
        if !self.oidc.is_empty() && self.jwt.is_none() {
            return Err(wrong("jwt", "needed to let people sign in with `oidc`"));
        }
        Ok(())
    }
}

/// Secrets go there: over TLS, or to this machine.
fn safe_url(path: &str, text: &str) -> Result<(), ConfigError> {
    let reason = "expected an https URL";
    let url = Url::parse(text).map_err(|_| wrong(path, reason))?;
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match url.scheme() {
        "https" => Ok(()),
        "http" if local => Ok(()),
        _ => Err(wrong(path, reason)),
    }
}

impl PasswordConfig {
    fn validate(self) -> Result<(), ConfigError> {
        if !(1..=64).contains(&self.at_a_time) {
            return Err(wrong("passwords.at_a_time", "expected 1 to 64"));
        }
        if self.waiting > 1_000 {
            return Err(wrong("passwords.waiting", "expected at most 1000"));
        }
        Ok(())
    }
}

impl JwtConfig {
    fn validate(&self) -> Result<(), ConfigError> {
        self.current.validate("jwt.current")?;
        let Some(previous) = &self.previous else {
            return Ok(());
        };
        previous.validate("jwt.previous")?;
        let same = previous.secret.expose_secret() == self.current.secret.expose_secret();
        if same || previous.kid == self.current.kid {
            let reason = "expected a key other than the current one; leave it out if there is none";
            return Err(wrong("jwt.previous", reason));
        }
        Ok(())
    }
}

impl KeyConfig {
    fn validate(&self, path: &str) -> Result<(), ConfigError> {
        let lawful = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        if !(1..=64).contains(&self.kid.len()) || !self.kid.bytes().all(lawful) {
            let reason = "expected 1 to 64 letters, digits, dashes, dots and underscores";
            return Err(wrong(format!("{path}.kid"), reason));
        }
        let secret = self.secret.expose_secret();
        let place = || format!("{path}.secret");
        if secret.len() < MIN_SECRET {
            let reason = "expected at least 32 bytes, such as `openssl rand -hex 32` makes";
            return Err(wrong(place(), reason));
        }
        let lower = secret.to_ascii_lowercase();
        let kinds: BTreeSet<char> = lower.chars().collect();
        if KNOWN_WORDS.iter().any(|word| lower.contains(word)) || kinds.len() < 8 {
            let reason = "expected something random, such as `openssl rand -hex 32` makes";
            return Err(wrong(place(), reason));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "9f1c5b7d3e8a4602b1d7c9e5f3a80614";
    const OTHER: &str = "c3d1e7a95b2f4860d8e4a1c6b9f70352";

    fn mistake(json: &str) -> Option<ConfigError> {
        let config: SignInConfig = serde_json::from_str(json).unwrap();
        config.validate().err()
    }

    fn jwt(current: &str, previous: Option<(&str, &str)>) -> Option<ConfigError> {
        let previous = previous.map_or_else(
            || "null".to_owned(),
            |(kid, secret)| format!(r#"{{"kid":"{kid}","secret":"{secret}"}}"#),
        );
        mistake(&format!(
            r#"{{"jwt":{{"current":{{"kid":"a","secret":"{current}"}},"previous":{previous}}}}}"#
        ))
    }

    #[test]
    fn a_signing_key_is_long_random_and_not_the_one_before() {
        assert_eq!(jwt(GOOD, None), None);
        assert_eq!(jwt(GOOD, Some(("b", OTHER))), None);
        let known = format!("secret{GOOD}");
        for (current, previous, path) in [
            ("9f1c5b7d3e8a4602", None, "jwt.current.secret"),
            (known.as_str(), None, "jwt.current.secret"),
            (&"ab".repeat(20), None, "jwt.current.secret"),
            (
                "a-very-long-PASSWORD-that-is-a-word",
                None,
                "jwt.current.secret",
            ),
            (GOOD, Some(("b", "short")), "jwt.previous.secret"),
            (GOOD, Some(("b", GOOD)), "jwt.previous"),
            (GOOD, Some(("a", OTHER)), "jwt.previous"),
            (GOOD, Some(("b c", OTHER)), "jwt.previous.kid"),
        ] {
            let error = jwt(current, previous).unwrap();
            assert_eq!(error.path, path);
            assert!(!error.to_string().contains(current), "{error}");
        }
    }

    #[test]
    fn providers_are_reached_over_tls() {
        let provider = |name: &str, issuer: &str| {
            format!(
                r#"{{"name":"{name}","issuer":"{issuer}","client_id":"c","client_secret":"s",
                "redirect_url":"https://apx.example/api/v1/oidc/callback",
                "email_domains":["works.example"]}}"#
            )
        };
        let jwt = format!(r#""jwt":{{"current":{{"kid":"a","secret":"{GOOD}"}}}}"#);
        let good = provider("works", "https://id.example");
        let of = |providers: &str| mistake(&format!(r#"{{{jwt},"oidc":[{providers}]}}"#));
        assert_eq!(of(&good), None);
        assert_eq!(of(&provider("works", "http://127.0.0.1:9")), None);
        assert_eq!(of(&provider("works", "https://id.example/")), None);
        for (providers, path) in [
            (provider("Works", "https://id.example"), "oidc[0].name"),
            (provider("works", "http://id.example"), "oidc[0].issuer"),
            (provider("works", "id.example"), "oidc[0].issuer"),
            (
                provider("works", "https://id.example/?a=b"),
                "oidc[0].issuer",
            ),
            (format!("{good},{good}"), "oidc[1].name"),
            (
                good.replace("\"works.example\"", ""),
                "oidc[0].email_domains",
            ),
        ] {
            assert_eq!(of(&providers).unwrap().path, path, "{providers}");
        }
        assert_eq!(
            mistake(&format!(r#"{{"oidc":[{good}]}}"#)).unwrap().path,
            "jwt"
        );
    }

    #[test]
    fn hashing_has_an_end() {
        for (json, path) in [
            (r#"{"at_a_time":64,"waiting":0}"#, None),
            (r#"{"at_a_time":0}"#, Some("passwords.at_a_time")),
            (r#"{"at_a_time":65}"#, Some("passwords.at_a_time")),
            (r#"{"waiting":1001}"#, Some("passwords.waiting")),
        ] {
            let found = mistake(&format!(r#"{{"passwords":{json}}}"#));
            assert_eq!(found.map(|it| it.path).as_deref(), path, "{json}");
        }
    }

    #[test]
    fn the_discovery_is_beside_the_issuer() {
        let place = |issuer: &str| {
            let config = serde_json::json!({"name": "w", "issuer": issuer, "client_id": "c",
                "client_secret": "s", "redirect_url": "r", "email_domains": ["*"]});
            let config: OidcConfig = serde_json::from_value(config).unwrap();
            config.discovery()
        };
        for (issuer, expected) in [
            (
                "https://id.example",
                "https://id.example/.well-known/openid-configuration",
            ),
            (
                "https://id.example/",
                "https://id.example/.well-known/openid-configuration",
            ),
            (
                "https://id.example/a/",
                "https://id.example/a/.well-known/openid-configuration",
            ),
        ] {
            assert_eq!(place(issuer), expected);
        }
    }

    #[test]
    fn nothing_secret_is_shown() {
        let json = format!(
            r#"{{"jwt":{{"current":{{"kid":"a","secret":"{GOOD}"}}}},
            "challenge":{{"url":"https://c.example","secret":"{OTHER}"}}}}"#
        );
        let config: SignInConfig = serde_json::from_str(&json).unwrap();
        let shown = format!("{config:?}");
        assert!(!shown.contains(GOOD) && !shown.contains(OTHER), "{shown}");
    }

    #[test]
    fn a_misspelt_setting_is_refused() {
        let read = serde_json::from_str::<SignInConfig>(r#"{"jtw":{}}"#);
        assert!(read.unwrap_err().to_string().contains("jtw"));
    }
}
