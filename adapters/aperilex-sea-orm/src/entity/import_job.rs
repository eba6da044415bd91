//! Bulk imports.

use aperilex_ports::{HoldId, ImportCounts, ImportId, ImportJob, MicroUsd, UserId};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::stored::{count, micros, time, word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_job")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) status: String,
    pub(crate) unit_price: i64,
    pub(crate) hold_id: Option<Uuid>,
    pub(crate) waiting: i64,
    pub(crate) imported: i64,
    pub(crate) owned: i64,
    pub(crate) failed: i64,
    pub(crate) cancelled: i64,
    pub(crate) duplicates: i64,
    pub(crate) excused: i64,
    pub(crate) expires_at: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    /// Its place in the line: lower ones are worked on first.
    pub(crate) turn: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for ImportJob {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        let items = |number| count("count of items", number);
        Ok(Self {
            id: ImportId::from_uuid(row.id),
            user: UserId::from_uuid(row.user_id),
            status: word("status of an import", &row.status)?,
            unit_price: MicroUsd::new(row.unit_price),
            hold: row.hold_id.map(HoldId::from_uuid),
            counts: ImportCounts {
                waiting: items(row.waiting)?,
                imported: items(row.imported)?,
                owned: items(row.owned)?,
                failed: items(row.failed)?,
                cancelled: items(row.cancelled)?,
            },
            duplicates: items(row.duplicates)?,
            excused: items(row.excused)?,
            expires_at: time("end of an import", row.expires_at)?,
            created_at: time("beginning of an import", row.created_at)?,
            updated_at: time("change of an import", row.updated_at)?,
        })
    }
}

impl From<&ImportJob> for ActiveModel {
    fn from(job: &ImportJob) -> Self {
        Self {
            id: Set(job.id.as_uuid()),
            user_id: Set(job.user.as_uuid()),
            status: Set(job.status.as_str().to_owned()),
            unit_price: Set(job.unit_price.micros()),
            hold_id: Set(job.hold.map(|hold| hold.as_uuid())),
            waiting: Set(job.counts.waiting.into()),
            imported: Set(job.counts.imported.into()),
            owned: Set(job.counts.owned.into()),
            failed: Set(job.counts.failed.into()),
            cancelled: Set(job.counts.cancelled.into()),
            duplicates: Set(job.duplicates.into()),
            excused: Set(job.excused.into()),
            expires_at: Set(micros(job.expires_at)),
            created_at: Set(micros(job.created_at)),
            updated_at: Set(micros(job.updated_at)),
            turn: NotSet,
        }
    }
}
