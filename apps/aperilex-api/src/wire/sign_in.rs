//! Signing up, in and out.

use std::fmt;

use aperilex_core::{Email, Password, Secret, SignedIn, Timestamp};
use poem_openapi::Object;
use uuid::Uuid;

use super::text::Moment;
use crate::problem::Problem;

/// Longest token or answer of a challenge that is looked at.
const MAX_TOKEN: usize = 4_096;

/// A new account.
#[derive(Debug, Object)]
#[oai(rename = "SignUp", skip_serializing_if_is_none, deny_unknown_fields)]
struct SignUpDocument {
    /// E-mail address.
    email: String,
    /// What the challenge's widget gave, where one was asked for.
    challenge: Option<String>,
}

strict_body! {
    /// A new account: its address, and the answer of a challenge.
    SignUpBody((Email, Option<Secret>)) as SignUpDocument, |mut fields| {
        let email = fields.needed("email", str::parse::<Email>);
        let challenge = fields.text("challenge", token);
        fields.finish()?;
        Ok((email.ok_or_else(Problem::internal)?, challenge))
    }
}

/// An address to write to.
#[derive(Debug, Object)]
#[oai(rename = "Address", deny_unknown_fields)]
struct AddressDocument {
    /// E-mail address.
    email: String,
}

strict_body! {
    /// An address.
    AddressBody(Email) as AddressDocument, |mut fields| {
        let email = fields.needed("email", str::parse::<Email>);
        fields.finish()?;
        email.ok_or_else(Problem::internal)
    }
}

/// A password for whoever has a one-time token.
#[derive(Object)]
#[oai(rename = "PasswordSetting", deny_unknown_fields)]
struct PasswordDocument {
    /// The token from the letter.
    token: String,
    /// The password from now on: 12 to 256 bytes without control characters.
    password: String,
}

strict_body! {
    /// A one-time token and a password.
    PasswordBody((Secret, Password)) as PasswordDocument, |mut fields| {
        let token = fields.needed("token", token);
        let password = fields.needed("password", str::parse::<Password>);
        fields.finish()?;
        token.zip(password).ok_or_else(Problem::internal)
    }
}

/// Who signs in.
#[derive(Object)]
#[oai(rename = "SignIn", deny_unknown_fields)]
struct SignInDocument {
    /// E-mail address.
    email: String,
    /// Password.
    password: String,
}

strict_body! {
    /// An address and what is said to be its password.
    SignInBody((Email, Secret)) as SignInDocument, |mut fields| {
        let email = fields.needed("email", str::parse::<Email>);
        let password = fields.needed("password", token);
        fields.finish()?;
        email.zip(password).ok_or_else(Problem::internal)
    }
}

/// A session that is to go on.
#[derive(Object)]
#[oai(rename = "SessionRefresh", deny_unknown_fields)]
struct RefreshDocument {
    /// The newest refresh token.
    refresh_token: String,
}

strict_body! {
    /// A refresh token.
    RefreshBody(Secret) as RefreshDocument, |mut fields| {
        let refresh = fields.needed("refresh_token", token);
        fields.finish()?;
        refresh.ok_or_else(Problem::internal)
    }
}

fn token(text: &str) -> Result<Secret, String> {
    if text.len() > MAX_TOKEN {
        return Err(format!("expected at most {MAX_TOKEN} bytes"));
    }
    Ok(Secret::new(text.to_owned()))
}

/// Somebody is signed in.
#[derive(Object)]
#[oai(rename = "Session")]
pub(crate) struct SessionDocument {
    account_id: Uuid,
    session_id: Uuid,
    /// Goes with each request as `Authorization: Bearer`.
    access_token: String,
    /// `Bearer`.
    token_type: String,
    /// Seconds the access token works.
    expires_in_s: u64,
    /// Good once, for the next pair; shown again more than ten seconds later, it ends the session.
    refresh_token: String,
    /// When the session ends if it is not refreshed.
    refresh_expires_at: Moment,
}

impl fmt::Debug for SessionDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionDocument({}, …)", self.session_id)
    }
}

impl SessionDocument {
    pub(crate) fn new(signed_in: &SignedIn, now: Timestamp) -> Self {
        let lasts = signed_in.access_expires_at.duration_since(now);
        Self {
            account_id: signed_in.user.as_uuid(),
            session_id: signed_in.session.as_uuid(),
            access_token: signed_in.access.reveal().to_owned(),
            token_type: "Bearer".to_owned(),
            expires_in_s: u64::try_from(lasts.as_secs()).unwrap_or_default(),
            refresh_token: signed_in.refresh.reveal().to_owned(),
            refresh_expires_at: signed_in.refresh_expires_at.into(),
        }
    }
}
