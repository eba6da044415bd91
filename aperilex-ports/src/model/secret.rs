//! Secrets: shown once, kept as hashes, never in a log.

use std::fmt;

/// A secret in plain text. `Debug` hides it, and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a text for a secret from now on.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A password: 12 to 256 bytes without control characters, and not one character again and again.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// The text will not do as a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected 12 to 256 bytes without control characters, of more than two characters")]
pub struct ParsePasswordError;

impl Password {
    /// Fewest bytes.
    pub const MIN_BYTES: usize = 12;
    /// Most bytes: more would only cost time.
    pub const MAX_BYTES: usize = 256;

    /// The password itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Password {
    type Err = ParsePasswordError;

    fn from_str(text: &str) -> Result<Self, ParsePasswordError> {
        let sized = (Self::MIN_BYTES..=Self::MAX_BYTES).contains(&text.len());
        let kinds: std::collections::BTreeSet<char> = text.chars().collect();
        if sized && kinds.len() > 2 && !text.chars().any(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParsePasswordError)
        }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// A password as kept: a slow hash with its parameters, as its adapter writes it.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes a text for a hash.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for storing and checking.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_long_and_not_one_character() {
        let long = "x1y".repeat(100);
        for (text, good) in [
            ("correct horse battery", true),
            ("пароль-пароль", true),
            ("short-one", false),
            ("aaaaaaaaaaaaaaaa", false),
            ("abababababababab", false),
            ("line\nbreak in it", false),
            (long.as_str(), false),
        ] {
            assert_eq!(text.parse::<Password>().is_ok(), good, "{text}");
        }
    }

    #[test]
    fn nothing_secret_is_in_debug() {
        let password: Password = "correct horse battery".parse().unwrap();
        let shown = format!(
            "{password:?} {:?} {:?}",
            Secret::new("hidden".into()),
            PasswordHash::new("hidden".into())
        );
        assert_eq!(shown, "Password(…) Secret(…) PasswordHash(…)");
    }
}
