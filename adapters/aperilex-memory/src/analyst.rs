//! An analyst that says what it was told to say.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use aperilex_ports::{
    AnalystError, AnalystProfile, Draft, FilingAnalyst, FilingContent, FilingId, FilingMeta,
    Template,
};
use async_trait::async_trait;

use crate::faults::Faults;

/// Gives drafts and errors in the order they were written into its script.
#[derive(Debug)]
pub struct ScriptedAnalyst {
    profile: AnalystProfile,
    faults: Faults,
    script: Mutex<VecDeque<Result<Draft, AnalystError>>>,
    asked: Mutex<Vec<(FilingId, Template)>>,
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
            asked: Mutex::new(Vec::new()),
        }
    }

    /// Writes the next answer.
    pub fn answer(&self, answer: Result<Draft, AnalystError>) {
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        script.push_back(answer);
    }

    /// What it was asked, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<(FilingId, Template)> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.clone()
    }
}

#[async_trait]
impl FilingAnalyst for ScriptedAnalyst {
    fn profile(&self) -> AnalystProfile {
        self.profile.clone()
    }

    async fn analyse(
        &self,
        filing: &FilingMeta,
        _content: &FilingContent,
        template: Template,
    ) -> Result<Draft, AnalystError> {
        let unavailable = |source| AnalystError::Unavailable { source };
        self.faults.around("analyst.analyse", unavailable, || {
            let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            asked.push((filing.id, template));
            let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
            let ended = || Err(unavailable(Box::new(ScriptEnded)));
            script.pop_front().unwrap_or_else(ended)
        })
    }
}
