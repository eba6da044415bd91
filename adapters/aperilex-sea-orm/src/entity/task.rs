//! Tasks.

use aperilex_ports::{
    AnalysisId, Failure, FilingId, HoldId, Lease, LeaseToken, MicroUsd, PendingAccess, PoolKey,
    Priority, Task, TaskCharges, TaskId, TaskStatus, UserId,
};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::stored::{count, micros, number, time, word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) filing_id: Uuid,
    pub(crate) template: String,
    pub(crate) quality: String,
    pub(crate) prompt_version: String,
    pub(crate) pool_key: String,
    pub(crate) status: String,
    pub(crate) progress: String,
    pub(crate) role: String,
    pub(crate) priority: i64,
    pub(crate) generation: i64,
    pub(crate) attempts: i64,
    pub(crate) not_before: Option<i64>,
    pub(crate) lease_token: Option<Uuid>,
    pub(crate) lease_until: Option<i64>,
    pub(crate) access_hold: Option<Uuid>,
    pub(crate) access_price: Option<i64>,
    pub(crate) access_purpose: Option<String>,
    pub(crate) access_source: Option<String>,
    pub(crate) analysis_hold: Uuid,
    pub(crate) analysis_price: i64,
    pub(crate) analysis_id: Option<Uuid>,
    pub(crate) failure_code: Option<String>,
    pub(crate) failure_message: Option<String>,
    pub(crate) last_event: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) max_running: Option<i64>,
    pub(crate) waiver: Option<String>,
    pub(crate) owner_id: Option<Uuid>,
    /// 1 if it is.
    pub(crate) shares: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The states that something follows: in them a task is live.
pub(crate) const LIVE: [&str; 4] = [
    TaskStatus::Pending.as_str(),
    TaskStatus::Queued.as_str(),
    TaskStatus::Running.as_str(),
    TaskStatus::Retrying.as_str(),
];

/// All columns, for a new task.
pub(crate) fn inserted(task: &Task) -> ActiveModel {
    ActiveModel {
        id: Set(task.id.as_uuid()),
        user_id: Set(task.user.as_uuid()),
        filing_id: Set(task.key.filing.as_uuid()),
        template: Set(task.key.template.as_str().to_owned()),
        quality: Set(task.key.quality.as_str().to_owned()),
        prompt_version: Set(task.key.prompt_version.clone()),
        pool_key: Set(task.key.to_string()),
        priority: Set(task.priority.level().into()),
        analysis_hold: Set(task.charges.analysis_hold.as_uuid()),
        analysis_price: Set(task.charges.analysis_price.micros()),
        created_at: Set(micros(task.created_at)),
        max_running: Set(task.max_running.map(i64::from)),
        owner_id: Set(task.key.owner.map(|owner| owner.as_uuid())),
        shares: Set(i64::from(task.shares)),
        ..updated(task)
    }
}

/// The columns that change.
pub(crate) fn updated(task: &Task) -> ActiveModel {
    let access = task.charges.access.as_ref();
    let failure = task.failure.as_ref();
    ActiveModel {
        id: NotSet,
        user_id: NotSet,
        filing_id: NotSet,
        template: NotSet,
        quality: NotSet,
        prompt_version: NotSet,
        pool_key: NotSet,
        status: Set(task.status.as_str().to_owned()),
        progress: Set(task.progress.as_str().to_owned()),
        role: Set(task.role.as_str().to_owned()),
        priority: NotSet,
        generation: Set(task.generation.into()),
        attempts: Set(task.attempts.into()),
        not_before: Set(task.not_before.map(micros)),
        lease_token: Set(task.lease.map(|lease| lease.token.as_uuid())),
        lease_until: Set(task.lease.map(|lease| micros(lease.until))),
        access_hold: Set(access.map(|access| access.hold.as_uuid())),
        access_price: Set(access.map(|access| access.price.micros())),
        access_purpose: Set(access.map(|access| access.purpose.as_str().to_owned())),
        access_source: Set(access.map(|access| access.source.as_str().to_owned())),
        analysis_hold: NotSet,
        analysis_price: NotSet,
        analysis_id: Set(task.analysis.map(|analysis| analysis.as_uuid())),
        failure_code: Set(failure.map(|failure| failure.code.clone())),
        failure_message: Set(failure.map(|failure| failure.message.clone())),
        last_event: Set(number(task.last_event)),
        created_at: NotSet,
        updated_at: Set(micros(task.updated_at)),
        max_running: NotSet,
        waiver: Set(task.waiver.map(|waiver| waiver.as_str().to_owned())),
        owner_id: NotSet,
        shares: NotSet,
    }
}

impl TryFrom<Model> for Task {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        Ok(Self {
            id: TaskId::from_uuid(row.id),
            user: UserId::from_uuid(row.user_id),
            status: word("status of a task", &row.status)?,
            progress: word("progress of a task", &row.progress)?,
            role: word("role of a task", &row.role)?,
            priority: Priority::new(count("priority of a task", row.priority)?),
            generation: count("generation of a task", row.generation)?,
            attempts: count("attempts of a task", row.attempts)?,
            not_before: row
                .not_before
                .map(|until| time("wait of a task", until))
                .transpose()?,
            lease: lease(&row)?,
            charges: TaskCharges {
                access: access(&row)?,
                analysis_hold: HoldId::from_uuid(row.analysis_hold),
                analysis_price: MicroUsd::new(row.analysis_price),
            },
            max_running: row
                .max_running
                .map(|most| count("analyses at a time", most))
                .transpose()?,
            shares: row.shares != 0,
            waiver: row
                .waiver
                .as_deref()
                .map(|waiver| word("waiver of a task", waiver))
                .transpose()?,
            analysis: row.analysis_id.map(AnalysisId::from_uuid),
            last_event: count("last event of a task", row.last_event)?,
            created_at: time("creation of a task", row.created_at)?,
            updated_at: time("change of a task", row.updated_at)?,
            key: PoolKey {
                filing: FilingId::from_uuid(row.filing_id),
                template: word("template of a task", &row.template)?,
                quality: word("quality of a task", &row.quality)?,
                prompt_version: row.prompt_version,
                owner: row.owner_id.map(UserId::from_uuid),
            },
            failure: row.failure_code.map(|code| Failure {
                code,
                message: row.failure_message.unwrap_or_default(),
            }),
        })
    }
}

fn lease(row: &Model) -> Result<Option<Lease>, Unreadable> {
    let (Some(token), Some(until)) = (row.lease_token, row.lease_until) else {
        return Ok(None);
    };
    Ok(Some(Lease {
        token: LeaseToken::from_uuid(token),
        until: time("lease of a task", until)?,
    }))
}

fn access(row: &Model) -> Result<Option<PendingAccess>, Unreadable> {
    let Some(hold) = row.access_hold else {
        return Ok(None);
    };
    let text = |column: &Option<String>| column.clone().unwrap_or_default();
    Ok(Some(PendingAccess {
        hold: HoldId::from_uuid(hold),
        price: MicroUsd::new(row.access_price.unwrap_or_default()),
        purpose: word("access of a task", &text(&row.access_purpose))?,
        source: word("access of a task", &text(&row.access_source))?,
    }))
}
