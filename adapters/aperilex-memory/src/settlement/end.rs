//! Ending runs.

use aperilex_ports::wallet::{Charge, Goodwill};
use aperilex_ports::{
    AbandonTask, AnalysisStatus, CompleteTask, EntryKind, Guard, Hold, HoldId, HoldStatus,
    NoticeKind, OutboxItem, PendingNotice, PlaceHold, RetryTask, SettlementError, StoreError,
    TaskId, TaskRole, TaskStatus, TaskStoreError, Timestamp, Waiver,
};

use crate::planted::Bug;
use crate::state::State;
use crate::tasks::is_leased;

impl State {
    pub(super) fn complete(&mut self, command: &CompleteTask) -> Result<(), SettlementError> {
        let now = command.now;
        let leader = self.leased(command.task, command.lease, now)?;
        let (key, charges) = (leader.key.clone(), leader.charges.clone());
        let mut analysis = command.analysis.clone();
        if self.has(Bug::SharesOwnResults) {
            analysis.key.owner = None;
        }
        let id = analysis.id;
        if self.analyses.insert(id, analysis).is_some() {
            return Err(StoreError::Conflict.into());
        }
        let hold = charges.analysis_hold;
        let mut waiver = command.free;
        if waiver.is_none() && !self.has(Bug::CompletesWithoutCharge) {
            waiver = self.charge_leader(command)?;
        }
        let mut run = self.followers(&key);
        if self.has(Bug::ChargesFollowers)
            && let Some(follower) = run.first().and_then(|id| self.tasks.get(id))
            && let Some(paid) = self.holds.get(&hold)
        {
            let user = follower.user;
            let other = Hold {
                user,
                task: Some(follower.id),
                ..paid.clone()
            };
            let charge = Charge {
                amount: charges.analysis_price,
                description: "analysis of a filing",
                analysis: Some(id),
            };
            self.charge_again(&other, &charge, now);
        }
        if self.has(Bug::ForgetsFollowers) {
            run.clear();
        }
        run.insert(0, command.task);
        for task in run {
            self.deliver_to(task, (command.goodwill_until, now))?;
            self.void_holds(task, command.goodwill_until, now)?;
            self.change(task, now, |task| {
                task.status = TaskStatus::Completed;
                task.progress = AnalysisStatus::Completed;
                task.analysis = Some(id);
                task.waiver = match task.role {
                    TaskRole::Leader => waiver,
                    TaskRole::Follower => Some(Waiver::Follower),
                };
                task.failure = None;
                task.lease = None;
            });
            let completed = NoticeKind::Completed { task, analysis: id };
            self.tell(task, completed, now);
        }
        Ok(())
    }

    fn charge_leader(&mut self, command: &CompleteTask) -> Result<Option<Waiver>, SettlementError> {
        let leader = self.leased(command.task, command.lease, command.now)?;
        let amount = leader.charges.analysis_price;
        let hold = PlaceHold {
            id: leader.charges.analysis_hold,
            user: leader.user,
            purpose: EntryKind::Analysis,
            amount,
            filing: Some(leader.key.filing),
            task: Some(command.task),
            expires_at: command.now,
            now: command.now,
        };
        let charge = Charge {
            amount,
            description: "analysis of a filing",
            analysis: Some(command.analysis.id),
        };
        self.settle(&hold, &charge)
    }

    pub(super) fn abandon(&mut self, command: &AbandonTask) -> Result<(), SettlementError> {
        self.check_guard(command)?;
        let Some(leader) = self.tasks.get(&command.task) else {
            return Ok(());
        };
        let (key, charges) = (leader.key.clone(), leader.charges.clone());
        let mut run = self.followers(&key);
        if self.has(Bug::AbandonsFollowers) {
            run.clear();
        }
        if self.has(Bug::ChargesFailures) && self.is_open(charges.analysis_hold) {
            let charge = Charge {
                amount: charges.analysis_price,
                description: "analysis of a filing",
                analysis: None,
            };
            self.capture(charges.analysis_hold, &charge, command.now)?;
        }
        run.insert(0, command.task);
        let keeps = self.has(Bug::KeepsHoldsOfFailures);
        for task in run {
            if !keeps {
                self.void_holds(task, command.goodwill_until, command.now)?;
            }
            self.change(task, command.now, |task| {
                task.status = TaskStatus::Failed;
                task.progress = AnalysisStatus::Error;
                task.failure = Some(command.failure.clone());
                task.lease = None;
            });
            let failure = command.failure.clone();
            self.tell(task, NoticeKind::Failed { task, failure }, command.now);
        }
        Ok(())
    }

    pub(super) fn retry(&mut self, command: &RetryTask) -> Result<(), SettlementError> {
        let end = &command.end;
        self.check_guard(end)?;
        let (id, now) = (end.task, end.now);
        self.change(id, now, |task| {
            task.status = TaskStatus::Retrying;
            task.progress = AnalysisStatus::Queued;
            task.generation += 1;
            task.attempts = task.attempts.saturating_sub(u32::from(!command.counted));
            task.not_before = Some(command.not_before);
            task.failure = Some(end.failure.clone());
            task.lease = None;
        });
        self.enqueue(id, command.not_before);
        if let Some(key) = self.tasks.get(&id).map(|task| task.key.clone()) {
            self.tell_followers(&key, AnalysisStatus::Queued, now);
        }
        Ok(())
    }

    /// Leaves a notice for the account of a task, if it wants to be told.
    fn tell(&mut self, task: TaskId, kind: NoticeKind, now: Timestamp) {
        let user = self.tasks.get(&task).map(|task| task.user);
        if let Some(user) = user.filter(|user| self.wants(*user).tasks) {
            let notice = PendingNotice::of(user, &task.to_string(), kind, now);
            self.announce(OutboxItem::Notice(notice));
        }
    }

    /// Whether this caller may end the run.
    fn check_guard(&self, command: &AbandonTask) -> Result<(), TaskStoreError> {
        let (id, now) = (command.task, command.now);
        match command.guard {
            Guard::Lease(token) => self.leased(id, token, now).map(drop),
            Guard::Unleased { generation } => {
                let task = self.live_leader(id)?;
                if task.generation != generation {
                    return Err(TaskStoreError::Superseded);
                }
                if is_leased(task, now) {
                    let actual = task.status;
                    return Err(TaskStoreError::Conflict { actual });
                }
                Ok(())
            }
        }
    }

    /// Whether credits are set aside under this id.
    pub(crate) fn is_open(&self, hold: HoldId) -> bool {
        let hold = self.holds.get(&hold);
        hold.is_some_and(|hold| hold.status == HoldStatus::Open)
    }

    /// Gives back what is still held for a task.
    pub(super) fn void_holds(
        &mut self,
        task: TaskId,
        goodwill_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), SettlementError> {
        let open = |hold: &&Hold| hold.task == Some(task) && hold.status == HoldStatus::Open;
        let ids: Vec<_> = self
            .holds
            .values()
            .filter(open)
            .map(|hold| hold.id)
            .collect();
        for id in ids {
            self.void(id, goodwill_until.map(Goodwill::whole), now)?;
        }
        Ok(())
    }
}
