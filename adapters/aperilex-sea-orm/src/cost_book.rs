//! What models cost us.

use std::collections::BTreeMap;

use aperilex_ports::{
    CostBook, MicroUsd, ModelCall, ModelCost, StoreError, TaskId, Timestamp, TokenUsage,
};
use async_trait::async_trait;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
};

use crate::database::Store;
use crate::entity::model_call::{ActiveModel, Column, Entity, Model};
use crate::error::{Stop, Unreadable};
use crate::stored::{count, micros, rounded};

#[async_trait]
impl CostBook for Store {
    async fn record(&self, call: &ModelCall) -> Result<(), StoreError> {
        transact!(self.db, |tx| record(tx, call).await)
    }

    async fn of_task(&self, task: TaskId) -> Result<Vec<ModelCall>, StoreError> {
        self.db.all::<Model, _>(&of_task(task).into_query()).await
    }

    async fn totals(&self, from: Timestamp, to: Timestamp) -> Result<Vec<ModelCost>, StoreError> {
        let spent: Vec<Spent> = self.db.all::<Row, _>(&between(from, to)).await?;
        let mut sums: BTreeMap<(String, String), ModelCost> = BTreeMap::new();
        for Spent(call) in spent {
            let name = (call.provider.clone(), call.model.clone());
            let Some(sum) = sums.get_mut(&name) else {
                sums.insert(name, call);
                continue;
            };
            sum.calls = sum.calls.saturating_add(call.calls);
            sum.tokens.input = sum.tokens.input.saturating_add(call.tokens.input);
            sum.tokens.output = sum.tokens.output.saturating_add(call.tokens.output);
            sum.cost = [sum.cost, call.cost].into_iter().sum();
        }
        Ok(sums.into_values().collect())
    }
}

async fn record(tx: &DatabaseTransaction, call: &ModelCall) -> Result<(), Stop<StoreError>> {
    let there = Entity::find_by_id(call.id.as_uuid()).one(tx).await?;
    let Some(there) = there else {
        Entity::insert(ActiveModel::from(call))
            .exec_without_returning(tx)
            .await?;
        return Ok(());
    };
    let same = ModelCall {
        at: rounded(call.at),
        ..call.clone()
    };
    if ModelCall::try_from(there)? == same {
        return Ok(());
    }
    Err(Stop::Refused(StoreError::Conflict))
}

pub(crate) fn of_task(task: TaskId) -> Select<Entity> {
    Entity::find()
        .filter(Column::TaskId.eq(task.as_uuid()))
        .order_by_asc(Column::Id)
}

/// Calls that are alike, summed by the database: a row for each cost and count of tokens, as integers. A
/// sum over many is beyond 64 bits in no lifetime of a model, but decimal on Postgres; so each kind of call
/// is counted and multiplied here.
pub(crate) fn between(from: Timestamp, to: Timestamp) -> SelectStatement {
    let alike = [
        Column::Provider,
        Column::Model,
        Column::InputTokens,
        Column::OutputTokens,
        Column::Cost,
    ];
    let mut query = Entity::find().select_only();
    for column in alike {
        query = query.column(column).group_by(column);
    }
    query
        .column_as(Column::Id.count(), "calls")
        .filter(Column::At.gte(micros(from)))
        .filter(Column::At.lt(micros(to)))
        .filter(Column::OwnKey.eq(0))
        .into_query()
}

#[derive(FromQueryResult)]
struct Row {
    provider: String,
    model: String,
    input_tokens: i64,
    output_tokens: i64,
    cost: i64,
    calls: i64,
}

/// What a number of calls that are alike cost.
struct Spent(ModelCost);

impl TryFrom<Row> for Spent {
    type Error = Unreadable;

    fn try_from(row: Row) -> Result<Self, Unreadable> {
        let calls: u64 = count("calls of a model", row.calls)?;
        let input: u64 = count("tokens sent to a model", row.input_tokens)?;
        let output: u64 = count("tokens received from a model", row.output_tokens)?;
        let cost = MicroUsd::new(row.cost).checked_mul(row.calls);
        Ok(Self(ModelCost {
            provider: row.provider,
            model: row.model,
            calls,
            tokens: TokenUsage {
                input: input.saturating_mul(calls),
                output: output.saturating_mul(calls),
            },
            cost: cost.ok_or_else(|| Unreadable("cost of a model".to_owned()))?,
        }))
    }
}
