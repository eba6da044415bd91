//! API keys: list, make, revoke.

use std::sync::Arc;

use aperilex_core::KeyId;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use uuid::Uuid;

use super::page::Page;
use super::{Group, no_store};
use crate::api::Api;
use crate::auth::Caller;
use crate::problem::{Bodied, Fails, Plain, Problem, ProblemCode};
use crate::wire::key::{IssuedKeyDocument, KeyBody, KeyPage};
use crate::wire::text::CursorText;

#[derive(Debug)]
pub(crate) struct Keys(pub(crate) Arc<Api>);

#[derive(ApiResponse)]
enum Listed {
    /// A page.
    #[oai(status = 200)]
    Ok(Json<KeyPage>),
}

#[derive(ApiResponse)]
enum Made {
    /// The key, shown this once.
    #[oai(status = 201)]
    Created(
        Json<IssuedKeyDocument>,
        /// `no-store`.
        #[oai(header = "Cache-Control")]
        String,
    ),
}

#[derive(ApiResponse)]
enum Revoked {
    /// It works no more.
    #[oai(status = 204)]
    Done,
}

#[OpenApi(prefix_path = "/api/v1", tag = "Group::Keys")]
impl Keys {
    /// The account's keys, newest first.
    #[oai(path = "/keys", method = "get", operation_id = "listKeys")]
    async fn list(
        &self,
        caller: Caller,
        /// Entries of a page; 50 if not said.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u16>>,
        /// `next` of the page before.
        cursor: Query<Option<CursorText>>,
    ) -> Result<Listed, Fails<Plain>> {
        let cursor = cursor.0.as_ref().map(|cursor| cursor.0.as_str());
        let page = Page::<Uuid>::new("keys", caller.id, limit.0, cursor)?;
        let before = page.from.map(KeyId::from_uuid);
        let engine = &self.0.engine;
        let mut keys = engine.keys(caller.id, before, page.limit_and_one()).await?;
        let next = page.cut(&mut keys, |key| key.id.as_uuid());
        let items = keys.iter().map(Into::into).collect();
        Ok(Listed::Ok(Json(KeyPage { items, next })))
    }

    /// Makes a key.
    ///
    /// It may be used for nothing that the credentials of this request may not, and not for longer.
    #[oai(path = "/keys", method = "post", operation_id = "createKey")]
    async fn create(&self, caller: Caller, body: KeyBody) -> Result<Made, Fails<Bodied>> {
        let engine = &self.0.engine;
        let now = engine.ports().clock.now();
        let wanted = body.0;
        if wanted.expires_at.is_some_and(|end| end <= now) {
            return Err(Problem::field(
                ProblemCode::OutOfRange,
                "/expires_at",
                "expected a moment that is to come",
            )
            .into());
        }
        let mut wanted = wanted.by(caller.scopes());
        if !caller.scopes().covers(wanted.scopes) {
            let detail = "a key cannot be used for more than the credentials that make it";
            return Err(Problem::new(ProblemCode::ScopeMissing, detail).into());
        }
        if let Some(end) = caller.key_end() {
            wanted.expires_at = Some(wanted.expires_at.map_or(end, |wanted| wanted.min(end)));
        }
        let issued = engine.issue_key(caller.id, &wanted).await?;
        Ok(Made::Created(Json((&issued).into()), no_store()))
    }

    /// Revokes a key. Revoking it again changes nothing.
    #[oai(path = "/keys/:key_id", method = "delete", operation_id = "revokeKey")]
    async fn revoke(&self, caller: Caller, key_id: Path<Uuid>) -> Result<Revoked, Fails<Plain>> {
        let key = KeyId::from_uuid(key_id.0);
        self.0.engine.revoke_key(caller.id, key).await?;
        self.0.authenticator.forget(caller.id);
        Ok(Revoked::Done)
    }
}
