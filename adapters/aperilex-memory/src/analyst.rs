//! An analyst that says what it was told to say.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aperilex_ports::{
    AnalysisOrder, AnalystError, AnalystProfile, CostMeter, Draft, FilingAnalyst, FilingContent,
    FilingId, MicroUsd, SpentCall, Template,
};
use async_trait::async_trait;

use crate::faults::Faults;

/// Gives drafts and errors in the order they were written into its script, after the calls of models that
/// it was told to make.
#[derive(Debug)]
pub struct ScriptedAnalyst {
    profile: AnalystProfile,
    faults: Faults,
    script: Mutex<VecDeque<Result<Draft, AnalystError>>>,
    calls: Mutex<VecDeque<Vec<SpentCall>>>,
    asked: Mutex<Vec<(FilingId, Template)>>,
    estimate: Mutex<MicroUsd>,
}

/// There is nothing left in the script.
#[derive(Debug, thiserror::Error)]
#[error("the script has ended: add an answer for each analysis")]
pub struct ScriptEnded;

impl ScriptedAnalyst {
    /// An analyst with an empty script.
    #[must_use]
    pub const fn new(profile: AnalystProfile, faults: Faults) -> Self {
        Self {
            profile,
            faults,
            script: Mutex::new(VecDeque::new()),
            calls: Mutex::new(VecDeque::new()),
            asked: Mutex::new(Vec::new()),
            estimate: Mutex::new(MicroUsd::ZERO),
        }
    }

    /// Writes the next answer.
    pub fn answer(&self, answer: Result<Draft, AnalystError>) {
        held(&self.script).push_back(answer);
    }

    /// In the next analysis that it was not told of yet, it makes these calls before it answers.
    pub fn calls(&self, calls: Vec<SpentCall>) {
        held(&self.calls).push_back(calls);
    }

    /// What its models are said to cost from now on, whatever the filing.
    pub fn expect(&self, cost: MicroUsd) {
        *held(&self.estimate) = cost;
    }

    /// What it was asked, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<(FilingId, Template)> {
        held(&self.asked).clone()
    }
}

fn held<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl FilingAnalyst for ScriptedAnalyst {
    fn profile(&self) -> AnalystProfile {
        self.profile.clone()
    }

    fn estimate(&self, _bytes: u64, _template: Template) -> MicroUsd {
        *held(&self.estimate)
    }

    async fn analyse(
        &self,
        order: &AnalysisOrder<'_>,
        _content: &FilingContent,
        meter: &dyn CostMeter,
    ) -> Result<Draft, AnalystError> {
        let unavailable = |source| AnalystError::Unavailable { source };
        let calls = held(&self.calls).pop_front().unwrap_or_default();
        held(&self.asked).push((order.filing.id, order.template));
        for call in calls {
            meter.spent(call).await?;
        }
        self.faults.around("analyst.analyse", unavailable, || {
            let ended = || Err(unavailable(Box::new(ScriptEnded)));
            held(&self.script).pop_front().unwrap_or_else(ended)
        })
    }
}
