//! What models cost us, call by call.

use aperilex_ports::{CallId, MicroUsd, ModelCall, SpentCall, TaskId, TokenUsage};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::stored::{count, micros, number, time, word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "model_call")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) task_id: Uuid,
    pub(crate) attempt: i64,
    pub(crate) section: String,
    pub(crate) provider: String,
    pub(crate) model: String,
    pub(crate) price_row: Option<String>,
    pub(crate) input_tokens: i64,
    pub(crate) output_tokens: i64,
    pub(crate) cost: i64,
    /// 1 if it is.
    pub(crate) estimated: i64,
    pub(crate) outcome: String,
    pub(crate) at: i64,
    /// 1 if the account's own key paid for it.
    pub(crate) own_key: i64,
    pub(crate) ceiling: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<Model> for ModelCall {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        Ok(Self {
            id: CallId::from_uuid(row.id),
            task: TaskId::from_uuid(row.task_id),
            attempt: count("attempt of a call", row.attempt)?,
            ceiling: row.ceiling.map(MicroUsd::new),
            call: SpentCall {
                section: row.section,
                provider: row.provider,
                model: row.model,
                price_row: row.price_row,
                tokens: TokenUsage {
                    input: count("tokens sent in a call", row.input_tokens)?,
                    output: count("tokens received in a call", row.output_tokens)?,
                },
                cost: MicroUsd::new(row.cost),
                estimated: row.estimated != 0,
                outcome: word("outcome of a call", &row.outcome)?,
            },
            own_key: row.own_key != 0,
            at: time("time of a call", row.at)?,
        })
    }
}

impl From<&ModelCall> for ActiveModel {
    fn from(recorded: &ModelCall) -> Self {
        let call = &recorded.call;
        Self {
            id: Set(recorded.id.as_uuid()),
            task_id: Set(recorded.task.as_uuid()),
            attempt: Set(recorded.attempt.into()),
            section: Set(call.section.clone()),
            provider: Set(call.provider.clone()),
            model: Set(call.model.clone()),
            price_row: Set(call.price_row.clone()),
            input_tokens: Set(number(call.tokens.input)),
            output_tokens: Set(number(call.tokens.output)),
            cost: Set(call.cost.micros()),
            estimated: Set(i64::from(call.estimated)),
            outcome: Set(call.outcome.as_str().to_owned()),
            at: Set(micros(recorded.at)),
            own_key: Set(i64::from(recorded.own_key)),
            ceiling: Set(recorded.ceiling.map(MicroUsd::micros)),
        }
    }
}
