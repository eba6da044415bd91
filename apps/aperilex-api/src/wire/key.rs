//! API keys.

use std::fmt;

use aperilex_core::{ApiKey, IssuedKey, NewKey, Scope, Scopes, Timestamp};
use poem_openapi::Object;
use uuid::Uuid;

use super::text::{Moment, ScopeWord, moment};
use crate::problem::Problem;

/// Longest name of a key.
const MAX_NAME: usize = 100;

/// A key that is wanted.
#[derive(Debug, Object)]
#[oai(rename = "NewKey", skip_serializing_if_is_none, deny_unknown_fields)]
struct NewKeyDocument {
    /// What you call it: at most 100 characters.
    name: String,
    /// What it may be used for; if not said, all that the credentials of this request may, but `admin`.
    scopes: Option<Vec<ScopeWord>>,
    /// When it ceases to work; never if not said.
    expires_at: Option<Moment>,
}

/// A key that is wanted, as far as the client said.
#[derive(Debug)]
pub(crate) struct WantedKey {
    name: String,
    scopes: Option<Scopes>,
    pub(crate) expires_at: Option<Timestamp>,
}

strict_body! {
    /// A key that is wanted.
    KeyBody(WantedKey) as NewKeyDocument, |mut fields| {
        let name = fields.needed("name", name);
        fields.drop_nulls(&["scopes"]);
        let told = fields.has("scopes");
        let scopes = told.then(|| fields.texts("scopes", str::parse::<Scope>));
        let expires_at = fields.text("expires_at", moment);
        fields.finish()?;
        Ok(WantedKey {
            name: name.ok_or_else(Problem::internal)?,
            scopes: scopes.flatten().map(|scopes| scopes.into_iter().collect()),
            expires_at,
        })
    }
}

fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MAX_NAME || text.contains(char::is_control) {
        return Err(format!("expected 1 to {MAX_NAME} characters on one line"));
    }
    Ok(text.to_owned())
}

impl WantedKey {
    /// The key, made by somebody who has these scopes.
    pub(crate) fn by(self, own: Scopes) -> NewKey {
        let without_admin = || own.iter().filter(|scope| *scope != Scope::Admin).collect();
        NewKey {
            name: self.name,
            scopes: self.scopes.unwrap_or_else(without_admin),
            expires_at: self.expires_at,
        }
    }
}

/// A key, without its secret.
#[derive(Debug, Object)]
#[oai(rename = "ApiKey", skip_serializing_if_is_none)]
pub(crate) struct KeyDocument {
    key_id: Uuid,
    name: String,
    /// Its first characters.
    prefix: String,
    scopes: Vec<ScopeWord>,
    created_at: Moment,
    expires_at: Option<Moment>,
    /// When it was used last, to the hour.
    used_at: Option<Moment>,
    revoked_at: Option<Moment>,
}

impl From<&ApiKey> for KeyDocument {
    fn from(key: &ApiKey) -> Self {
        Self {
            key_id: key.id.as_uuid(),
            name: key.name.clone(),
            prefix: key.prefix.clone(),
            scopes: key.scopes.iter().map(ScopeWord::from).collect(),
            created_at: key.created_at.into(),
            expires_at: key.expires_at.map(Moment::from),
            used_at: key.used_at.map(Moment::from),
            revoked_at: key.revoked_at.map(Moment::from),
        }
    }
}

/// Some keys of an account, newest first, revoked ones included.
#[derive(Debug, Object)]
#[oai(rename = "ApiKeyPage", skip_serializing_if_is_none)]
pub(crate) struct KeyPage {
    pub(crate) items: Vec<KeyDocument>,
    /// Cursor of the next page; absent on the last.
    pub(crate) next: Option<String>,
}

/// A key that was just made.
#[derive(Object)]
#[oai(rename = "IssuedKey")]
pub(crate) struct IssuedKeyDocument {
    key: KeyDocument,
    /// The key itself. It is shown this once and kept nowhere: store it now.
    secret: String,
}

impl fmt::Debug for IssuedKeyDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IssuedKeyDocument({:?}, …)", self.key)
    }
}

impl From<&IssuedKey> for IssuedKeyDocument {
    fn from(issued: &IssuedKey) -> Self {
        Self {
            key: (&issued.key).into(),
            secret: issued.secret.reveal().to_owned(),
        }
    }
}
