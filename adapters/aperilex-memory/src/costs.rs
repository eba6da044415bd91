//! What models cost us.

use std::collections::BTreeMap;

use aperilex_ports::{
    CostBook, MicroUsd, ModelCall, ModelCost, StoreError, TaskId, Timestamp, TokenUsage,
};
use async_trait::async_trait;

use crate::stores::MemoryStores;

#[async_trait]
impl CostBook for MemoryStores {
    async fn record(&self, call: &ModelCall) -> Result<(), StoreError> {
        self.commit("costs.record", |state| match state.calls.get(&call.id) {
            Some(there) if there == call => Ok(()),
            Some(_) => Err(StoreError::Conflict),
            None => {
                state.calls.insert(call.id, call.clone());
                Ok(())
            }
        })
    }

    async fn of_task(&self, task: TaskId) -> Result<Vec<ModelCall>, StoreError> {
        self.read("costs.of_task", |state| {
            let calls = state.calls.values();
            calls.filter(|call| call.task == task).cloned().collect()
        })
    }

    async fn totals(&self, from: Timestamp, to: Timestamp) -> Result<Vec<ModelCost>, StoreError> {
        self.read("costs.totals", |state| {
            let inside = |call: &&ModelCall| from <= call.at && call.at < to && !call.own_key;
            let mut sums: BTreeMap<(String, String), ModelCost> = BTreeMap::new();
            for ModelCall { call, .. } in state.calls.values().filter(inside) {
                let name = (call.provider.clone(), call.model.clone());
                let sum = sums.entry(name).or_insert_with(|| ModelCost {
                    provider: call.provider.clone(),
                    model: call.model.clone(),
                    calls: 0,
                    tokens: TokenUsage::default(),
                    cost: MicroUsd::ZERO,
                });
                sum.calls += 1;
                sum.tokens.input = sum.tokens.input.saturating_add(call.tokens.input);
                sum.tokens.output = sum.tokens.output.saturating_add(call.tokens.output);
                sum.cost = [sum.cost, call.cost].into_iter().sum();
            }
            sums.into_values().collect()
        })
    }
}
