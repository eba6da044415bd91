//! Analyses.

use aperilex_ports::{AnalysisId, AnalysisRecord, FilingId, PoolKey, Quality, TaskId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::stored::{count, micros, number, time, word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "analysis")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) filing_id: Uuid,
    pub(crate) template: String,
    pub(crate) quality: String,
    pub(crate) quality_rank: i64,
    pub(crate) prompt_version: String,
    pub(crate) schema_version: i64,
    pub(crate) method: String,
    pub(crate) document_sha256: String,
    pub(crate) result_sha256: String,
    pub(crate) result_bytes: i64,
    pub(crate) claims: i64,
    pub(crate) score: i64,
    pub(crate) task_id: Uuid,
    pub(crate) owner_id: Option<Uuid>,
    pub(crate) created_at: i64,
    pub(crate) retracted_at: Option<i64>,
    pub(crate) views: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The place of a quality in its order.
pub(crate) fn rank(quality: Quality) -> i64 {
    match quality {
        Quality::Extractive => 0,
        Quality::Economy => 1,
        Quality::Standard => 2,
        Quality::Premium => 3,
    }
}

impl From<&AnalysisRecord> for ActiveModel {
    fn from(record: &AnalysisRecord) -> Self {
        Self {
            id: Set(record.id.as_uuid()),
            filing_id: Set(record.key.filing.as_uuid()),
            template: Set(record.key.template.as_str().to_owned()),
            quality: Set(record.key.quality.as_str().to_owned()),
            quality_rank: Set(rank(record.key.quality)),
            prompt_version: Set(record.key.prompt_version.clone()),
            schema_version: Set(record.schema_version.into()),
            method: Set(record.method.as_str().to_owned()),
            document_sha256: Set(record.document_sha256.to_string()),
            result_sha256: Set(record.result_sha256.to_string()),
            result_bytes: Set(number(record.result_bytes)),
            claims: Set(record.claims.into()),
            score: Set(record.score.into()),
            task_id: Set(record.task.as_uuid()),
            owner_id: Set(record.key.owner.map(|owner| owner.as_uuid())),
            created_at: Set(micros(record.created_at)),
            retracted_at: Set(record.retracted_at.map(micros)),
            views: Set(0),
        }
    }
}

impl TryFrom<Model> for AnalysisRecord {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        let retracted_at = row
            .retracted_at
            .map(|at| time("retraction of an analysis", at));
        Ok(Self {
            id: AnalysisId::from_uuid(row.id),
            key: PoolKey {
                filing: FilingId::from_uuid(row.filing_id),
                template: word("template of an analysis", &row.template)?,
                quality: word("quality of an analysis", &row.quality)?,
                prompt_version: row.prompt_version,
                owner: row.owner_id.map(UserId::from_uuid),
            },
            schema_version: count("version of an analysis", row.schema_version)?,
            method: word("method of an analysis", &row.method)?,
            document_sha256: word("document of an analysis", &row.document_sha256)?,
            result_sha256: word("digest of an analysis", &row.result_sha256)?,
            result_bytes: count("size of an analysis", row.result_bytes)?,
            claims: count("claims of an analysis", row.claims)?,
            score: count("score of an analysis", row.score)?,
            task: TaskId::from_uuid(row.task_id),
            created_at: time("creation of an analysis", row.created_at)?,
            retracted_at: retracted_at.transpose()?,
        })
    }
}
