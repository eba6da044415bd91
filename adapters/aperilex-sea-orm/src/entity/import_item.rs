//! The filings of bulk imports.

use aperilex_ports::{Failure, FilingId, ImportId, ImportItem, LeaseToken};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::shape::{read_locator, write_locator};
use crate::stored::{count, micros, time, word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_item")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) job_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) place: i64,
    pub(crate) locator: String,
    pub(crate) filing_id: Option<Uuid>,
    pub(crate) status: String,
    pub(crate) failure_code: Option<String>,
    pub(crate) failure_message: Option<String>,
    pub(crate) attempts: i64,
    /// When it can be claimed: after a wait, or when the lease on it has run out.
    pub(crate) ready_at: i64,
    pub(crate) lease_token: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for ImportItem {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        let failure = row.failure_code.map(|code| Failure {
            code,
            message: row.failure_message.unwrap_or_default(),
        });
        Ok(Self {
            job: ImportId::from_uuid(row.job_id),
            place: count("place of an item", row.place)?,
            locator: read_locator(&row.locator)?,
            filing: row.filing_id.map(FilingId::from_uuid),
            status: word("status of an item", &row.status)?,
            failure,
            attempts: count("attempts on an item", row.attempts)?,
            ready_at: time("time of an item", row.ready_at)?,
            lease: row.lease_token.map(LeaseToken::from_uuid),
        })
    }
}

/// The columns of an item.
pub(crate) fn row(item: &ImportItem) -> Result<ActiveModel, Unreadable> {
    let failure = item.failure.as_ref();
    Ok(ActiveModel {
        job_id: Set(item.job.as_uuid()),
        place: Set(item.place.into()),
        locator: Set(write_locator(&item.locator)?),
        filing_id: Set(item.filing.map(|filing| filing.as_uuid())),
        status: Set(item.status.as_str().to_owned()),
        failure_code: Set(failure.map(|failure| failure.code.clone())),
        failure_message: Set(failure.map(|failure| failure.message.clone())),
        attempts: Set(item.attempts.into()),
        ready_at: Set(micros(item.ready_at)),
        lease_token: Set(item.lease.map(|lease| lease.as_uuid())),
    })
}
