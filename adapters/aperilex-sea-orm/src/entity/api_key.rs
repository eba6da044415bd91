//! API keys.

use aperilex_ports::{ApiKey, KeyId, Scopes, Timestamp, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::stored::{micros, time, word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) name: Option<String>,
    pub(crate) scopes: Option<String>,
    pub(crate) prefix: String,
    pub(crate) hash: String,
    pub(crate) created_at: i64,
    pub(crate) expires_at: Option<i64>,
    pub(crate) used_at: Option<i64>,
    pub(crate) revoked_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for ApiKey {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        let moment = |at: Option<i64>| -> Result<Option<Timestamp>, Unreadable> {
            at.map(|at| time("time of a key", at)).transpose()
        };
        let scopes = row.scopes.as_deref();
        Ok(Self {
            id: KeyId::from_uuid(row.id),
            user: UserId::from_uuid(row.user_id),
            name: row.name.unwrap_or_default(),
            // Keys from before there were scopes.
            scopes: scopes.map_or(Ok(Scopes::ALL), |text| word("scopes of a key", text))?,
            prefix: row.prefix,
            hash: word("hash of a key", &row.hash)?,
            created_at: time("creation of a key", row.created_at)?,
            expires_at: moment(row.expires_at)?,
            used_at: moment(row.used_at)?,
            revoked_at: moment(row.revoked_at)?,
        })
    }
}

impl From<&ApiKey> for ActiveModel {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: Set(key.id.as_uuid()),
            user_id: Set(key.user.as_uuid()),
            name: Set(Some(key.name.clone())),
            scopes: Set(Some(key.scopes.to_string())),
            prefix: Set(key.prefix.clone()),
            hash: Set(key.hash.to_string()),
            created_at: Set(micros(key.created_at)),
            expires_at: Set(key.expires_at.map(micros)),
            used_at: Set(key.used_at.map(micros)),
            revoked_at: Set(key.revoked_at.map(micros)),
        }
    }
}
