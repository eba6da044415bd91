//! Withdrawing a task.

use aperilex_ports::{
    CancelTask, EntryKind, MicroUsd, PlaceHold, SettlementError, Task, TaskId, TaskRole,
    TaskStatus, TaskStoreError, Timestamp,
};

use crate::planted::Bug;
use crate::state::State;

impl State {
    pub(super) fn cancel(&mut self, command: &CancelTask) -> Result<Task, SettlementError> {
        let (id, now) = (command.task, command.now);
        let task = self.tasks.get(&id).ok_or(TaskStoreError::Unknown)?;
        let ended = task.status.is_terminal() && !self.has(Bug::ReopensWhatEnded);
        if ended || task.status == TaskStatus::Running {
            let actual = task.status;
            return Err(TaskStoreError::Conflict { actual }.into());
        }
        let (role, key) = (task.role, task.key.clone());
        self.withdraw(id, (None, now))?;
        if role == TaskRole::Leader {
            let followers = self.followers(&key);
            match followers.iter().copied().find(|id| self.can_lead(*id, now)) {
                Some(heir) => self.promote(heir, command.holds_expire_at, now)?,
                None => {
                    for follower in followers {
                        self.withdraw(follower, (command.goodwill_until, now))?;
                    }
                }
            }
        }
        let task = self.tasks.get(&id).cloned();
        Ok(task.ok_or(TaskStoreError::Unknown)?)
    }

    fn withdraw(
        &mut self,
        id: TaskId,
        (goodwill_until, now): (Option<Timestamp>, Timestamp),
    ) -> Result<(), SettlementError> {
        if !self.has(Bug::KeepsHoldsOfWithdrawn) {
            self.void_holds(id, goodwill_until, now)?;
        }
        self.change(id, now, |task| task.status = TaskStatus::Cancelled);
        Ok(())
    }

    /// Whether the account has credits for the analysis as it was quoted, and a free place.
    fn can_lead(&self, id: TaskId, now: Timestamp) -> bool {
        let Some(task) = self.tasks.get(&id) else {
            return false;
        };
        if !self.is_active(task.user) {
            return false;
        }
        let price = task.charges.analysis_price;
        let running = self.running(task.user);
        if task.max_running.is_some_and(|most| running >= most) {
            return false;
        }
        let wallet = self.wallet(task.user);
        wallet.is_ok_and(|wallet| wallet.require(price, now).is_ok())
    }

    /// Makes a follower the leader.
    fn promote(
        &mut self,
        id: TaskId,
        holds_expire_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), SettlementError> {
        let task = self.tasks.get(&id).ok_or(TaskStoreError::Unknown)?;
        let amount = task.charges.analysis_price;
        let hold = PlaceHold {
            id: task.charges.analysis_hold,
            user: task.user,
            purpose: EntryKind::Analysis,
            amount,
            filing: Some(task.key.filing),
            task: Some(id),
            expires_at: holds_expire_at,
            now,
        };
        if amount != MicroUsd::ZERO && !self.has(Bug::PromotesWithoutHold) {
            self.place_hold(&hold)?;
        }
        self.change(id, now, |task| {
            task.role = TaskRole::Leader;
            task.generation += 1;
        });
        self.enqueue(id, now);
        Ok(())
    }
}
