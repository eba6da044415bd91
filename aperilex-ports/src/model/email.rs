//! E-mail addresses.

use std::fmt;
use std::str::FromStr;

use super::UserId;

/// Top-level domains under which nobody receives mail (RFC 2606, RFC 6761, RFC 6762).
const NOBODYS: [&str; 5] = ["example", "invalid", "local", "localhost", "test"];

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

    /// What is behind the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit('@').next().unwrap_or_default()
    }

    /// Whether its domain is one where nobody receives mail: the house and the owner of a local
    /// installation have such addresses, and closed accounts.
    #[must_use]
    pub fn is_nobodys(&self) -> bool {
        let top = self.domain().rsplit('.').next();
        top.is_some_and(|top| NOBODYS.contains(&top))
    }

    /// The address that a closed account has in the place of its own.
    #[must_use]
    pub fn of_closed(user: UserId) -> Self {
        Self(format!("deleted-{user}@accounts.invalid"))
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
        write!(f, "Email(…@{})", self.domain())
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
    fn nobodys_domains() {
        for (address, nobodys) in [
            ("jo@example.com", false),
            ("jo@invalid.com", false),
            ("jo@latest", false),
            ("house@aperilex.invalid", true),
            ("jo@mail.TEST", true),
            ("jo@a.localhost", true),
            ("owner@host.local", true),
            ("jo@works.example", true),
        ] {
            let read = address.parse::<Email>();
            assert_eq!(read.is_ok_and(|it| it.is_nobodys()), nobodys, "{address}");
        }
        let closed = Email::of_closed(UserId::from_uuid(uuid::Uuid::from_u128(7)));
        assert_eq!(closed.as_str().parse(), Ok(closed.clone()));
        assert!(closed.is_nobodys());
    }

    #[test]
    fn debug_hides_the_name() {
        assert_eq!(
            format!("{:?}", "jo@example.com".parse::<Email>().unwrap()),
            "Email(…@example.com)"
        );
    }
}
