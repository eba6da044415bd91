//! Broken cost books.

use std::sync::Arc;

use aperilex_ports::{
    CallId, CostBook, EntryId, EntryKind, Ledger, ModelCall, ModelCost, PostEntry, StoreError,
    Stores, TaskId, TaskStore, Timestamp,
};
use async_trait::async_trait;

use super::{failures, fresh_number};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    RecordsAgain,
    TakesOtherFigures,
    CountsTheLastMoment,
    ChargesTheUser,
}

pub(crate) const FLAWS: &[(Flaw, &str)] = &[
    (Flaw::RecordsAgain, "CB-1"),
    (Flaw::TakesOtherFigures, "CB-2"),
    (Flaw::CountsTheLastMoment, "CB-3"),
    (Flaw::ChargesTheUser, "CB-4"),
];

pub(crate) fn caught(flaw: Flaw) -> Vec<&'static str> {
    failures(move |stores| {
        let broken = Broken {
            inner: stores.costs.clone(),
            ledger: stores.ledger.clone(),
            tasks: stores.tasks.clone(),
            flaw,
        };
        Stores {
            costs: Arc::new(broken),
            ..stores
        }
    })
}

#[derive(Debug)]
struct Broken {
    inner: Arc<dyn CostBook>,
    ledger: Arc<dyn Ledger>,
    tasks: Arc<dyn TaskStore>,
    flaw: Flaw,
}

fn fresh_id() -> uuid::Uuid {
    uuid::Uuid::from_u128(u128::from(fresh_number()))
}

#[async_trait]
impl CostBook for Broken {
    async fn record(&self, call: &ModelCall) -> Result<(), StoreError> {
        let mut call = call.clone();
        if self.flaw == Flaw::RecordsAgain {
            call.id = CallId::from_uuid(fresh_id());
        }
        if self.flaw == Flaw::ChargesTheUser
            && let Some(task) = self.tasks.get(call.task).await?
        {
            let id = EntryId::from_uuid(fresh_id());
            let charge = PostEntry {
                id,
                user: task.user,
                kind: EntryKind::Adjustment,
                amount: call.call.cost.negated(),
                key: id.to_string(),
                expires_at: None,
                description: "a model".to_owned(),
                now: call.at,
            };
            self.ledger.post(&charge).await.unwrap();
        }
        match (self.flaw, self.inner.record(&call).await) {
            (Flaw::TakesOtherFigures, Err(StoreError::Conflict)) => Ok(()),
            (_, recorded) => recorded,
        }
    }

    async fn of_task(&self, task: TaskId) -> Result<Vec<ModelCall>, StoreError> {
        self.inner.of_task(task).await
    }

    async fn totals(&self, from: Timestamp, to: Timestamp) -> Result<Vec<ModelCost>, StoreError> {
        let late =
            std::time::Duration::from_secs(u64::from(self.flaw == Flaw::CountsTheLastMoment));
        self.inner.totals(from, to + late).await
    }
}
