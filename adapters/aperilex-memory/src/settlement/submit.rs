//! Accepting a request.

use aperilex_ports::{
    AnalysisRecord, AnalysisStatus, EntryKind, GrantAccess, HoldId, LedgerError, MicroUsd,
    OutboxItem, PlaceHold, SettlementError, StoreError, SubmitTask, Submitted, Task, TaskId,
    TaskMessage, TaskRole, TaskStatus, Timestamp, UserId,
};

use crate::planted::Bug;
use crate::state::{Made, State};

impl State {
    pub(super) fn submit(&mut self, request: &SubmitTask) -> Result<Submitted, SettlementError> {
        if let Some(own) = &request.idempotency
            && let Some(answer) = self.replayed(request.user, own, request.now)?
        {
            return Ok(Submitted::Replayed(answer));
        }
        if !self.accounts.contains_key(&request.user) {
            return Err(LedgerError::Unknown.into());
        }
        if !self.is_active(request.user) {
            return Err(SettlementError::AccountClosed);
        }
        if let Some(record) = self.take_from_pool(request)? {
            return Ok(Submitted::Pooled(record));
        }
        let live: Vec<Task> = self.live_tasks(&request.key).cloned().collect();
        if let Some(own) = live.iter().find(|task| task.user == request.user) {
            self.remember(request, Made::Task(own.id));
            return Ok(Submitted::Joined(own.clone()));
        }
        request.check_price(false)?;
        let leader = live.iter().find(|task| task.role == TaskRole::Leader);
        let leader = leader.filter(|_| !self.has(Bug::RunsTwice));
        // Who cannot pay for access is told so first, and what is needed in all: waiting for a place would not
        // help.
        let access = request.charges.access.as_ref();
        let fee = access.map_or(MicroUsd::ZERO, |access| access.price);
        if self
            .wallet(request.user)?
            .require(fee, request.now)
            .is_err()
        {
            self.check_credits(request, leader.is_none())?;
        }
        if leader.is_none() {
            self.check_slots(request)?;
        }
        self.check_credits(request, leader.is_none())?;
        let (leader, leads) = (leader.cloned(), leader.is_none());
        self.use_quote(request)?;

        let id = request.task;
        if self.tasks.contains_key(&id) {
            return Err(StoreError::Conflict.into());
        }
        self.tasks.insert(id, new_task(request, leader.as_ref()));
        self.remember(request, Made::Task(id));
        self.change(id, request.now, |_| ());
        if let Some(access) = &request.charges.access {
            self.set_aside(request, access.hold, access.purpose, access.price)?;
        }
        if let Some(leader) = leader.filter(|leader| request.priority < leader.priority) {
            self.lift(leader.id, request);
        }
        if leads {
            let charges = &request.charges;
            let (hold, price) = (charges.analysis_hold, charges.analysis_price);
            self.set_aside(request, hold, EntryKind::Analysis, price)?;
            self.enqueue(id, request.now);
        }
        let task = self.tasks.get(&id).cloned();
        Ok(Submitted::Accepted(task.ok_or(StoreError::Conflict)?))
    }

    /// The analysis of the pool that satisfies the request, with access paid for.
    fn take_from_pool(
        &mut self,
        request: &SubmitTask,
    ) -> Result<Option<AnalysisRecord>, SettlementError> {
        let found = request
            .pool
            .as_ref()
            .and_then(|wanted| self.find_pooled(wanted));
        let Some(record) = found.cloned() else {
            return Ok(None);
        };
        if let Some(access) = request.charges.access.clone() {
            request.check_price(true)?;
            self.grant_access(&GrantAccess {
                user: request.user,
                filing: request.key.filing,
                access,
                now: request.now,
            })?;
        }
        self.remember(request, Made::Analysis(record.id));
        Ok(Some(record))
    }

    /// Analyses that an account has at the moment.
    pub(super) fn running(&self, user: UserId) -> u32 {
        let leads = |task: &&Task| {
            task.user == user && task.role == TaskRole::Leader && !task.status.is_terminal()
        };
        let running = self.tasks.values().filter(leads).count();
        u32::try_from(running).unwrap_or(u32::MAX)
    }

    fn check_slots(&self, request: &SubmitTask) -> Result<(), SettlementError> {
        let running = self.running(request.user);
        match request.max_running {
            Some(limit) if running >= limit && !self.has(Bug::IgnoresSlots) => {
                Err(SettlementError::TooManyAnalyses { running, limit })
            }
            _ => Ok(()),
        }
    }

    /// Refuses with what is needed in all, before the holds are placed one by one.
    fn check_credits(&self, request: &SubmitTask, leads: bool) -> Result<(), SettlementError> {
        let charges = &request.charges;
        let access = charges.access.as_ref().map_or(MicroUsd::ZERO, |a| a.price);
        let analysis = if leads {
            charges.analysis_price
        } else {
            MicroUsd::ZERO
        };
        let needed = access.checked_add(analysis).ok_or(LedgerError::BadAmount)?;
        self.wallet(request.user)?.require(needed, request.now)?;
        Ok(())
    }

    fn set_aside(
        &mut self,
        request: &SubmitTask,
        id: HoldId,
        purpose: EntryKind,
        amount: MicroUsd,
    ) -> Result<(), LedgerError> {
        if amount == MicroUsd::ZERO {
            return Ok(());
        }
        self.place_hold(&PlaceHold {
            id,
            user: request.user,
            purpose,
            amount,
            filing: Some(request.key.filing),
            task: Some(request.task),
            expires_at: request.holds_expire_at,
            now: request.now,
        })?;
        Ok(())
    }

    /// Makes a run as urgent as one who waits for it.
    fn lift(&mut self, leader: TaskId, request: &SubmitTask) {
        let Some(task) = self.tasks.get_mut(&leader) else {
            return;
        };
        task.priority = request.priority;
        if task.status != TaskStatus::Running {
            let not_before = task.not_before.unwrap_or(request.now).max(request.now);
            self.enqueue(leader, not_before);
        }
    }

    /// Sends a message for the task's generation.
    pub(super) fn enqueue(&mut self, id: TaskId, not_before: Timestamp) {
        let Some(task) = self.tasks.get(&id) else {
            return;
        };
        let item = OutboxItem::Enqueue {
            message: TaskMessage {
                task: id,
                generation: task.generation,
            },
            priority: task.priority,
            not_before,
        };
        self.announce(item);
    }
}

/// A leader, or a follower that is as far as the run it joins.
fn new_task(request: &SubmitTask, leader: Option<&Task>) -> Task {
    let (role, status, progress) = match leader {
        None => (
            TaskRole::Leader,
            TaskStatus::Pending,
            AnalysisStatus::Initiated,
        ),
        Some(leader) => (TaskRole::Follower, TaskStatus::Queued, leader.progress),
    };
    Task {
        id: request.task,
        user: request.user,
        key: request.key.clone(),
        status,
        progress,
        role,
        priority: request.priority,
        generation: 1,
        attempts: 0,
        not_before: None,
        lease: None,
        charges: request.charges.clone(),
        max_running: request.max_running,
        shares: request.shares,
        waiver: None,
        analysis: None,
        failure: None,
        last_event: 0,
        created_at: request.now,
        updated_at: request.now,
    }
}
