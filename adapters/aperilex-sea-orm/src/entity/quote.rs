//! Prices that were promised.

use aperilex_ports::{
    FilingId, MicroUsd, PoolKey, QuoteId, QuotedAccess, StoredQuote, TaskId, UserId,
};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::stored::{micros, time, word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "quote")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) filing_id: Uuid,
    pub(crate) template: String,
    pub(crate) quality: String,
    pub(crate) prompt_version: String,
    /// 1 if it is to be made anew.
    pub(crate) refresh: i64,
    /// Price of access; none if the account had it.
    pub(crate) access: Option<i64>,
    pub(crate) access_source: Option<String>,
    pub(crate) analysis: i64,
    /// 1 if it is.
    pub(crate) large: i64,
    pub(crate) price_version: String,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) used_by: Option<Uuid>,
    pub(crate) owner_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for StoredQuote {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        let source = row.access_source.as_deref();
        let source = source
            .map(|source| word("source of quoted access", source))
            .transpose()?;
        Ok(Self {
            id: QuoteId::from_uuid(row.id),
            user: UserId::from_uuid(row.user_id),
            key: PoolKey {
                filing: FilingId::from_uuid(row.filing_id),
                template: word("template of a quote", &row.template)?,
                quality: word("quality of a quote", &row.quality)?,
                prompt_version: row.prompt_version,
                owner: row.owner_id.map(UserId::from_uuid),
            },
            refresh: row.refresh != 0,
            access: row.access.zip(source).map(|(price, source)| QuotedAccess {
                price: MicroUsd::new(price),
                source,
            }),
            analysis: MicroUsd::new(row.analysis),
            large: row.large != 0,
            price_version: row.price_version,
            created_at: time("making of a quote", row.created_at)?,
            expires_at: time("end of a quote", row.expires_at)?,
            used_by: row.used_by.map(TaskId::from_uuid),
        })
    }
}

impl From<&StoredQuote> for ActiveModel {
    fn from(quote: &StoredQuote) -> Self {
        let source = quote.access.map(|access| access.source.as_str().to_owned());
        Self {
            id: Set(quote.id.as_uuid()),
            user_id: Set(quote.user.as_uuid()),
            filing_id: Set(quote.key.filing.as_uuid()),
            template: Set(quote.key.template.as_str().to_owned()),
            quality: Set(quote.key.quality.as_str().to_owned()),
            prompt_version: Set(quote.key.prompt_version.clone()),
            refresh: Set(i64::from(quote.refresh)),
            access: Set(quote.access.map(|access| access.price.micros())),
            access_source: Set(source),
            analysis: Set(quote.analysis.micros()),
            large: Set(i64::from(quote.large)),
            price_version: Set(quote.price_version.clone()),
            created_at: Set(micros(quote.created_at)),
            expires_at: Set(micros(quote.expires_at)),
            used_by: Set(quote.used_by.map(|task| task.as_uuid())),
            owner_id: Set(quote.key.owner.map(|owner| owner.as_uuid())),
        }
    }
}
