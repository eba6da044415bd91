//! What the models of a run cost: written down call by call, and held to a ceiling.

use std::sync::{Mutex, PoisonError};

use aperilex_ports::{AnalystError, CallId, CostMeter, MicroUsd, ModelCall, SpentCall, TaskId};
use async_trait::async_trait;

use super::failure::Stop;
use super::{Engine, Run};

/// The meter of one run. All attempts of a task share its ceiling.
#[derive(Debug)]
pub(super) struct Meter<'e> {
    engine: &'e Engine,
    task: TaskId,
    attempt: u32,
    own_key: bool,
    /// None: as much as it takes.
    ceiling: Option<MicroUsd>,
    spent: Mutex<MicroUsd>,
}

impl<'e> Meter<'e> {
    /// With what earlier attempts have spent.
    pub(super) async fn of(engine: &'e Engine, run: &Run, own_key: bool) -> Result<Self, Stop> {
        let stores = &engine.ports.stores;
        let task = &run.task;
        let account = stores.accounts.get(task.user).await?;
        let account =
            account.ok_or_else(|| Stop::last("account_not_found", "the account is not known"))?;
        let plan = engine.settings.plan_of(&account);
        let earlier = stores.costs.of_task(task.id).await?;
        let agreed = engine.settings.contract_of(&account);
        let ceiling = match own_key {
            // The account's own money: held to what it has agreed on, and to nothing else.
            true => agreed.and_then(|contract| contract.cost_ceiling),
            // Who pays more for a large filing has paid for more.
            false => Some(plan.cost_ceiling.max(task.charges.analysis_price)),
        };
        let meter = Self {
            engine,
            task: task.id,
            attempt: task.attempts,
            own_key,
            ceiling,
            spent: Mutex::new(earlier.iter().map(|call| call.call.cost).sum()),
        };
        meter.check()?;
        Ok(meter)
    }

    /// What may still be spent.
    pub(super) fn left(&self) -> MicroUsd {
        let Some(ceiling) = self.ceiling else {
            return MicroUsd::new(i64::MAX);
        };
        let left = ceiling.checked_sub(self.so_far());
        left.unwrap_or(MicroUsd::ZERO).max(MicroUsd::ZERO)
    }

    /// Refuses once more was spent than may be: also where an analyst did not listen.
    pub(super) fn check(&self) -> Result<(), AnalystError> {
        let spent = self.so_far();
        match self.ceiling {
            Some(ceiling) if spent > ceiling => Err(AnalystError::OverCeiling { spent, ceiling }),
            _ => Ok(()),
        }
    }

    fn so_far(&self) -> MicroUsd {
        *self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl CostMeter for Meter<'_> {
    async fn spent(&self, call: SpentCall) -> Result<(), AnalystError> {
        let now = self.engine.now();
        let call = ModelCall {
            id: CallId::from_uuid(self.engine.id(now)),
            task: self.task,
            attempt: self.attempt,
            ceiling: self.ceiling,
            call,
            own_key: self.own_key,
            at: now,
        };
        {
            let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
            *spent = [*spent, call.call.cost].into_iter().sum();
        }
        // What cannot be written down is not used: the next attempt would not know of it.
        let recorded = self.engine.ports.stores.costs.record(&call).await;
        recorded.map_err(|error| AnalystError::Unavailable {
            source: error.into(),
        })?;
        self.check()
    }
}
