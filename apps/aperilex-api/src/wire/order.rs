//! What administrators send, read strictly.

use std::fmt;

use aperilex_core::{
    AccountChange, AccountStatus, CreditKind, EntryId, GiveCredits, MicroUsd, RefundCharge, Role,
    Tier, UserId,
};
use poem::http::HeaderMap;
use poem::{Request, RequestBody, Result};
use poem_openapi::payload::{ParsePayload, Payload};
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use poem_openapi::{Enum, Object, impl_apirequest_for_payload};
use uuid::Uuid;

use super::request::idempotency_key;
use super::strict::{self, Object as Fields};
use super::text::{AccountRoleWord, AccountStatusWord, Moment, TierWord, Usd, moment};
use crate::body;
use crate::problem::{Problem, ProblemCode};

/// Longest reason.
const MAX_REASON: usize = 500;

/// What is to be another of an account; what is absent stays.
#[derive(Debug, Object)]
#[oai(
    rename = "AccountChange",
    skip_serializing_if_is_none,
    deny_unknown_fields
)]
struct ChangeDocument {
    tier: Option<TierWord>,
    role: Option<AccountRoleWord>,
    /// `suspended` takes effect at once; `active` lifts it.
    status: Option<AccountStatusWord>,
    /// Why, for the audit log: 1 to 500 characters.
    reason: String,
}

/// What credits are given or taken for.
#[derive(Debug, Clone, Copy, Enum)]
#[oai(rename = "CreditKind", rename_all = "snake_case")]
enum CreditKindWord {
    /// They were paid for.
    TopUp,
    /// Something went wrong.
    Goodwill,
    /// The books were not right; the only one that may be negative.
    Adjustment,
}

/// Credits to give or take.
#[derive(Debug, Object)]
#[oai(
    rename = "CreditOrder",
    skip_serializing_if_is_none,
    deny_unknown_fields
)]
struct CreditsDocument {
    kind: CreditKindWord,
    amount_usd: Usd,
    /// When they lapse; never if not said.
    expires_at: Option<Moment>,
    /// For the account's statement and the audit log: 1 to 500 characters.
    reason: String,
}

/// What of a charge is to be given back.
#[derive(Debug, Object)]
#[oai(rename = "RefundOrder", deny_unknown_fields)]
struct RefundDocument {
    /// Whose charge it is.
    account_id: Uuid,
    /// At most what is left of the charge.
    amount_usd: Usd,
    /// For the account's statement and the audit log: 1 to 500 characters.
    reason: String,
}

/// An analysis is to be withdrawn.
#[derive(Debug, Object)]
#[oai(rename = "RetractionOrder", deny_unknown_fields)]
struct RetractionOrder {
    /// For the payer's statement and the audit log: 1 to 500 characters.
    reason: String,
}

/// Whose books are to be proved.
#[derive(Debug, Object)]
#[oai(
    rename = "AuditOrder",
    skip_serializing_if_is_none,
    deny_unknown_fields
)]
struct AuditDocument {
    /// This account only.
    account_id: Option<Uuid>,
    /// The accounts behind this one: `next` of the report before.
    after: Option<Uuid>,
}

/// Which accounts' books to prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// One.
    One(UserId),
    /// Those behind one, or the first.
    Behind(Option<UserId>),
}

/// A body that is read by a function of its own, so that every complaint names its field.
macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident($value:ty) is $document:ty, read by $read:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name(pub(crate) $value);

        impl Payload for $name {
            const CONTENT_TYPE: &'static str = "application/json";

            fn check_content_type(content_type: &str) -> bool {
                body::is_json(content_type)
            }

            fn schema_ref() -> MetaSchemaRef {
                <$document>::schema_ref()
            }

            fn register(registry: &mut Registry) {
                <$document>::register(registry);
            }
        }

        impl ParsePayload for $name {
            const IS_REQUIRED: bool = true;

            async fn from_request(request: &Request, body: &mut RequestBody) -> Result<Self> {
                let bytes = body::read(request, body).await?;
                Ok(Self($read(&bytes, request.headers())?))
            }
        }

        impl_apirequest_for_payload!($name);
    )*};
}

bodies! {
    /// A change of an account.
    ChangeBody(AccountChange) is ChangeDocument, read by change;
    /// Credits, with the key of the header.
    CreditsBody(GiveCredits) is CreditsDocument, read by credits;
    /// A refund with the key of the header, and whose; the charge comes by path.
    RefundBody((UserId, RefundCharge)) is RefundDocument, read by refund;
    /// A proof.
    AuditBody(Scope) is AuditDocument, read by scope;
    /// Why an analysis is withdrawn.
    RetractionBody(String) is RetractionOrder, read by retraction;
}

/// A field that must be there.
pub(super) fn needed<T, E: fmt::Display>(
    fields: &mut Fields,
    name: &str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Option<T> {
    if !fields.has(name) {
        fields.drop_nulls(&[name]);
        fields.wrong(name, ProblemCode::MissingField, "this field is needed");
        return None;
    }
    fields.text(name, parse)
}

/// Money is never moved without a key: a request that is repeated would move it twice.
fn needed_key(headers: &HeaderMap) -> Result<String, Problem> {
    idempotency_key(headers)?.ok_or_else(|| {
        let detail = "send an Idempotency-Key, so that this can be repeated safely";
        Problem::new(ProblemCode::BadIdempotencyKey, detail)
    })
}

pub(crate) fn reason(text: &str) -> Result<String, String> {
    let length = text.trim().chars().count();
    if (1..=MAX_REASON).contains(&length) {
        Ok(text.trim().to_owned())
    } else {
        Err(format!("expected 1 to {MAX_REASON} characters"))
    }
}

fn account(text: &str) -> Result<UserId, String> {
    text.parse()
        .map_err(|_| "expected the id of an account".to_owned())
}

/// There was a complaint where something that must be there is not.
pub(super) fn there<T>(value: Option<T>) -> Result<T, Problem> {
    value.ok_or_else(Problem::internal)
}

fn change(bytes: &[u8], _: &HeaderMap) -> Result<AccountChange, Problem> {
    let mut fields = strict::parse(bytes)?;
    let names = ["tier", "role", "status"];
    if !names.iter().any(|name| fields.has(name)) {
        let detail = "name what to change: tier, role or status";
        fields.wrong("", ProblemCode::InvalidField, detail);
    }
    let tier = fields.text("tier", str::parse::<Tier>);
    let role = fields.text("role", str::parse::<Role>);
    let suspended = fields.text("status", |word| match word.parse() {
        Ok(AccountStatus::Active) => Ok(false),
        Ok(AccountStatus::Suspended) => Ok(true),
        _ => Err("expected active or suspended"),
    });
    let reason = needed(&mut fields, "reason", reason);
    fields.drop_nulls(&names);
    fields.finish()?;
    Ok(AccountChange {
        tier,
        role,
        suspended,
        reason: there(reason)?,
    })
}

fn credits(bytes: &[u8], headers: &HeaderMap) -> Result<GiveCredits, Problem> {
    let key = needed_key(headers)?;
    let mut fields = strict::parse(bytes)?;
    let kind = needed(&mut fields, "kind", |word| match word {
        "top_up" => Ok(CreditKind::TopUp),
        "goodwill" => Ok(CreditKind::Goodwill),
        "adjustment" => Ok(CreditKind::Adjustment),
        _ => Err("expected top_up, goodwill or adjustment"),
    });
    let amount = needed(&mut fields, "amount_usd", str::parse::<MicroUsd>);
    let expires_at = fields.text("expires_at", moment);
    let reason = needed(&mut fields, "reason", reason);
    fields.drop_nulls(&["expires_at"]);
    fields.finish()?;
    Ok(GiveCredits {
        kind: there(kind)?,
        amount: there(amount)?,
        key,
        reason: there(reason)?,
        expires_at,
    })
}

fn refund(bytes: &[u8], headers: &HeaderMap) -> Result<(UserId, RefundCharge), Problem> {
    let key = needed_key(headers)?;
    let mut fields = strict::parse(bytes)?;
    let user = needed(&mut fields, "account_id", account);
    let amount = needed(&mut fields, "amount_usd", str::parse::<MicroUsd>);
    let reason = needed(&mut fields, "reason", reason);
    fields.finish()?;
    let refund = RefundCharge {
        charge: EntryId::from_uuid(Uuid::nil()),
        amount: there(amount)?,
        key,
        reason: there(reason)?,
    };
    Ok((there(user)?, refund))
}

fn retraction(bytes: &[u8], _: &HeaderMap) -> Result<String, Problem> {
    let mut fields = strict::parse(bytes)?;
    let reason = needed(&mut fields, "reason", reason);
    fields.finish()?;
    there(reason)
}

fn scope(bytes: &[u8], _: &HeaderMap) -> Result<Scope, Problem> {
    let mut fields = strict::parse(bytes)?;
    if fields.has("account_id") && fields.has("after") {
        let detail = "name one account, or where to go on, and not both";
        fields.wrong("after", ProblemCode::InvalidField, detail);
    }
    let one = fields.text("account_id", account);
    let after = fields.text("after", account);
    fields.drop_nulls(&["account_id", "after"]);
    fields.finish()?;
    Ok(one.map_or(Scope::Behind(after), Scope::One))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyed() -> HeaderMap {
        let mut headers = HeaderMap::new();
        let key = poem::http::HeaderValue::from_static("k");
        headers.insert("idempotency-key", key);
        headers
    }

    fn complaint<T: fmt::Debug>(read: Result<T, Problem>) -> (ProblemCode, String) {
        let problem = read.unwrap_err();
        let place = problem.errors.first().map(|error| error.pointer.clone());
        (problem.code, place.unwrap_or_default())
    }

    #[test]
    fn orders_are_read_strictly() {
        for (body, code, pointer) in [
            ("{}", ProblemCode::InvalidField, ""),
            (
                r#"{"tier":"gold","reason":"x"}"#,
                ProblemCode::InvalidField,
                "/tier",
            ),
            (r#"{"tier":"basic"}"#, ProblemCode::MissingField, "/reason"),
            (
                r#"{"tier":"basic","reason":"  "}"#,
                ProblemCode::InvalidField,
                "/reason",
            ),
            (
                r#"{"tier":"basic","reason":"x","x":1}"#,
                ProblemCode::UnknownField,
                "/x",
            ),
        ] {
            assert_eq!(
                complaint(change(body.as_bytes(), &keyed())),
                (code, pointer.to_owned()),
                "{body}"
            );
        }
        for (body, pointer) in [
            (r#"{"amount_usd":"1","reason":"x"}"#, "/kind"),
            (r#"{"kind":"gift","amount_usd":"1","reason":"x"}"#, "/kind"),
            (
                r#"{"kind":"top_up","amount_usd":"a lot","reason":"x"}"#,
                "/amount_usd",
            ),
            (
                r#"{"kind":"top_up","amount_usd":"1","reason":"x","expires_at":"soon"}"#,
                "/expires_at",
            ),
        ] {
            assert_eq!(
                complaint(credits(body.as_bytes(), &keyed())).1,
                pointer,
                "{body}"
            );
        }
        assert_eq!(
            complaint(refund(
                br#"{"account_id":"me","amount_usd":"1","reason":"x"}"#,
                &keyed()
            ))
            .1,
            "/account_id"
        );
        let id = Uuid::from_u128(7);
        let both = format!(r#"{{"account_id":"{id}","after":"{id}"}}"#);
        assert_eq!(complaint(scope(both.as_bytes(), &keyed())).1, "/after");
    }

    #[test]
    fn orders_say_what_is_meant() {
        let read = change(
            br#"{"status":"suspended","role":null,"reason":" abuse "}"#,
            &keyed(),
        )
        .unwrap();
        let expected = AccountChange {
            suspended: Some(true),
            reason: "abuse".into(),
            ..AccountChange::default()
        };
        assert_eq!(read, expected);
        assert_eq!(scope(b"{}", &keyed()).unwrap(), Scope::Behind(None));
    }
}
