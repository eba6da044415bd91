//! E-mail addresses.

use std::fmt;
use std::str::FromStr;

/// An e-mail address for contact and sign-in: `local@domain.tld`, lower case, at most 254 bytes
/// (RFC 5321 §4.5.3.1). ASCII only; control characters and spaces are refused, so an address can
/// never carry a header.
///
/// `Debug` shows the domain alone: addresses never reach a log.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(String);

/// The text is not an e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an e-mail address such as name@example.com")]
pub struct ParseEmailError;

impl Email {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = ParseEmailError;

    fn from_str(text: &str) -> Result<Self, ParseEmailError> {
        let address = text.to_ascii_lowercase();
        let (local, domain) = address.split_once('@').ok_or(ParseEmailError)?;
        let local_char = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~.-".contains(&b);
        let label = |l: &str| {
            (1..=63).contains(&l.len())
                && !l.starts_with('-')
                && !l.ends_with('-')
                && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let good = address.len() <= 254
            && (1..=64).contains(&local.len())
            && local.bytes().all(local_char)
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && domain.contains('.')
            && domain.split('.').all(label);
        if good {
            Ok(Self(address))
        } else {
            Err(ParseEmailError)
        }
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Email(…@{})",
            self.0.rsplit('@').next().unwrap_or_default()
        )
    }
}

super::text_serde!(Email);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_and_lowers() {
        assert_eq!(
            "Jo.Doe+x@Example.COM".parse::<Email>().unwrap().as_str(),
            "jo.doe+x@example.com"
        );
    }

    #[test]
    fn refuses_everything_else() {
        let long = format!("{}@example.com", "a".repeat(300));
        for text in [
            "",
            "a@b",
            "a@b@c.d",
            "a b@c.de",
            "a@c.de\r\nBcc: x",
            "@c.de",
            ".a@c.de",
            "a@-c.de",
            "ü@c.de",
            &long,
        ] {
            assert_eq!(text.parse::<Email>(), Err(ParseEmailError), "{text}");
        }
    }

    #[test]
    fn debug_hides_the_name() {
        assert_eq!(
            format!("{:?}", "jo@example.com".parse::<Email>().unwrap()),
            "Email(…@example.com)"
        );
    }
}
