//! Those who run the place, and accounts that only come by.

use std::sync::Arc;

use aperilex_core::ports::{Actor, TaskStatus};
use aperilex_core::{AccountChange, EngineError};

use super::{Act, Cast, admitted};

impl Cast {
    /// Withdraws an analysis, suspends an account or lets it in again, or hands out the monthly credits.
    pub(super) fn office(&self, random: &mut fastrand::Rng) -> (String, Act) {
        match random.u8(0..5) {
            0 | 1 => self.withdrawer(random),
            2 | 3 => self.warden(random),
            _ => self.paymaster(),
        }
    }

    fn withdrawer(&self, random: &mut fastrand::Rng) -> (String, Act) {
        let engine = Arc::clone(&self.engine);
        // Of several, the first that is done.
        let some: Vec<_> = (0..8).filter_map(|_| self.known.any(random)).collect();
        let act = async move {
            let mut done = None;
            for (_, task) in some {
                let task = engine.ports().stores.tasks.get(task).await;
                let task = task.ok().flatten();
                let ended = task.filter(|task| task.status == TaskStatus::Completed);
                done = ended.and_then(|task| task.analysis);
                if done.is_some() {
                    break;
                }
            }
            let Some(analysis) = done else { return };
            // A reply that was lost is asked for again.
            if let Err(EngineError::Port { .. }) = engine
                .retract_analysis(Actor::Operator, analysis, "wrong")
                .await
            {
                let _ = engine
                    .retract_analysis(Actor::Operator, analysis, "wrong")
                    .await;
            }
        };
        ("withdrawer".to_owned(), Box::pin(act))
    }

    fn warden(&self, random: &mut fastrand::Rng) -> (String, Act) {
        let engine = Arc::clone(&self.engine);
        let account = random.choice(&self.accounts).cloned();
        // Most of the time everybody may act.
        let suspended = random.u8(0..3) == 0;
        let act = async move {
            let Some(account) = account else { return };
            let change = AccountChange {
                suspended: Some(suspended),
                reason: "the warden".to_owned(),
                ..AccountChange::default()
            };
            let (system, user) = (Actor::System, account.id);
            if engine.change_account(system, user, &change).await.is_err() {
                let _ = engine.change_account(Actor::System, user, &change).await;
            }
        };
        ("warden".to_owned(), Box::pin(act))
    }

    fn paymaster(&self) -> (String, Act) {
        let engine = Arc::clone(&self.engine);
        let act = async move {
            let _ = engine.grant_monthly_to_some(None, 10).await;
        };
        ("paymaster".to_owned(), Box::pin(act))
    }

    /// Is let in, and looks at what it has.
    pub(super) fn visitor(&self, random: &mut fastrand::Rng) -> (String, Act) {
        let engine = Arc::clone(&self.engine);
        let account = random.choice(&self.accounts).cloned();
        let act = async move {
            let Some(account) = account else { return };
            if let Some(account) = admitted(&engine, &account).await {
                let _ = engine.usage(&account).await;
                let _ = engine.lots(account.id).await;
            }
        };
        ("visitor".to_owned(), Box::pin(act))
    }
}
