//! Broken settlements.

use std::sync::Arc;

use aperilex_ports::{
    AbandonTask, Answer, CancelTask, CompleteTask, EntryKind, GrantAccess, Guard, HoldId,
    HoldStatus, IdempotentRequest, LeaseToken, Ledger, MicroUsd, NoticeKind, Outbox, OutboxItem,
    PendingAccess, PendingNotice, PlaceHold, Priority, RetractAnalysis, Retracted, RetryTask,
    Settlement, SettlementError, StoreError, Stores, SubmitTask, Submitted, Task, TaskId, TaskRole,
    TaskStatus, TaskStore, TaskStoreError, Timestamp, UserId, Waiver,
};
use async_trait::async_trait;

use super::{failures, fresh_number};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    LeavesAHoldWhenRefused,
    HoldsForFollowers,
    NeverJoins,
    ForgetsIdempotencyKeys,
    IgnoresMaxRunning,
    DeliversNothing,
    CompletesFree,
    TakesLostLeases,
    ChargesAccessForFailures,
    RetriesWithoutANewGeneration,
    CancelsRunningLeaders,
    FinishesTwice,
    ChargesAccessAgain,
    LeavesHoldsOpen,
    IgnoresThePool,
    IgnoresMaxPrice,
    ForgetsEarly,
    WithholdsUnpaidAccess,
    ForgetsUrgency,
    MixesUpReasons,
    RetractsNothing,
    TellsThatRefusedEndsHappened,
    ForgetsOwners,
    MakesNothingGood,
    MakesNothingGoodForStandIns,
    PunishesFollowers,
}

pub(crate) const FLAWS: &[(Flaw, &str)] = &[
    (Flaw::MakesNothingGood, "SE-6"),
    (Flaw::MakesNothingGoodForStandIns, "SE-7"),
    (Flaw::PunishesFollowers, "SE-11"),
    (Flaw::LeavesAHoldWhenRefused, "SE-1"),
    (Flaw::HoldsForFollowers, "SE-2"),
    (Flaw::NeverJoins, "SE-3"),
    (Flaw::ForgetsIdempotencyKeys, "SE-4"),
    (Flaw::IgnoresMaxRunning, "SE-5"),
    (Flaw::DeliversNothing, "SE-6"),
    (Flaw::CompletesFree, "SE-7"),
    (Flaw::TakesLostLeases, "SE-8"),
    (Flaw::ChargesAccessForFailures, "SE-9"),
    (Flaw::RetriesWithoutANewGeneration, "SE-10"),
    (Flaw::CancelsRunningLeaders, "SE-11"),
    (Flaw::FinishesTwice, "SE-12"),
    (Flaw::ChargesAccessAgain, "SE-13"),
    (Flaw::LeavesHoldsOpen, "SE-14"),
    (Flaw::IgnoresThePool, "SE-15"),
    (Flaw::IgnoresMaxPrice, "SE-16"),
    (Flaw::ForgetsEarly, "SE-17"),
    (Flaw::WithholdsUnpaidAccess, "SE-18"),
    (Flaw::MixesUpReasons, "SE-19"),
    (Flaw::RetractsNothing, "SE-20"),
    (Flaw::ForgetsUrgency, "SE-21"),
    (Flaw::TellsThatRefusedEndsHappened, "SE-22"),
    (Flaw::ForgetsOwners, "SE-23"),
];

pub(crate) fn caught(flaw: Flaw) -> Vec<&'static str> {
    failures(move |stores| {
        let broken = Broken {
            inner: stores.settlement.clone(),
            ledger: stores.ledger.clone(),
            tasks: stores.tasks.clone(),
            outbox: stores.outbox.clone(),
            flaw,
        };
        Stores {
            settlement: Arc::new(broken),
            ..stores
        }
    })
}

#[derive(Debug)]
struct Broken {
    inner: Arc<dyn Settlement>,
    ledger: Arc<dyn Ledger>,
    tasks: Arc<dyn TaskStore>,
    outbox: Arc<dyn Outbox>,
    flaw: Flaw,
}

type Outcome = Result<(), SettlementError>;

impl Broken {
    async fn hold_something(&self, user: UserId, task: Option<TaskId>, now: Timestamp) {
        let hold = PlaceHold {
            id: HoldId::from_uuid(uuid::Uuid::from_u128(u128::from(fresh_number()))),
            user,
            purpose: EntryKind::Analysis,
            amount: MicroUsd::new(1),
            filing: None,
            task,
            expires_at: now,
            now,
        };
        // Where there is nothing left to hold, this flaw does not show.
        let _ = self.ledger.place_hold(&hold).await;
    }

    /// The lease the task really has.
    async fn real_lease(&self, task: TaskId, lease: LeaseToken) -> LeaseToken {
        let there = self.tasks.get(task).await.unwrap();
        let real = there.and_then(|task| task.lease);
        match self.flaw {
            Flaw::TakesLostLeases => real.map_or(lease, |real| real.token),
            _ => lease,
        }
    }

    /// Whether the task waits for access with a hold that has ended.
    async fn lacks_its_access_hold(&self, task: TaskId) -> bool {
        let Some(task) = self.tasks.get(task).await.unwrap() else {
            return false;
        };
        let holds = self.ledger.holds(task.user).await.unwrap();
        let ended = |access: &PendingAccess| {
            let hold = holds.iter().find(|hold| hold.id == access.hold);
            hold.is_some_and(|hold| hold.status == HoldStatus::Voided)
        };
        task.charges.access.as_ref().is_some_and(ended)
    }

    fn forgive(&self, outcome: Outcome) -> Outcome {
        match (self.flaw, outcome) {
            (
                Flaw::FinishesTwice,
                Err(SettlementError::Task(TaskStoreError::Conflict { actual })),
            ) if actual.is_terminal() => Ok(()),
            (_, outcome) => outcome,
        }
    }
}

#[async_trait]
impl Settlement for Broken {
    async fn submit(&self, task: &SubmitTask) -> Result<Submitted, SettlementError> {
        let mut request = task.clone();
        match self.flaw {
            Flaw::ForgetsIdempotencyKeys => request.idempotency = None,
            Flaw::IgnoresMaxRunning => request.max_running = None,
            Flaw::IgnoresThePool => request.pool = None,
            Flaw::IgnoresMaxPrice => request.max_price = None,
            Flaw::ForgetsOwners => request.key.owner = None,
            Flaw::ForgetsUrgency => request.priority = Priority::BACKGROUND,
            _ => {}
        }
        let outcome = self.inner.submit(&request).await;
        match (self.flaw, &outcome) {
            (Flaw::LeavesAHoldWhenRefused, Err(_)) => {
                self.hold_something(request.user, None, request.now).await;
            }
            (Flaw::HoldsForFollowers, Ok(Submitted::Accepted(task)))
                if task.role == TaskRole::Follower =>
            {
                self.hold_something(task.user, Some(task.id), request.now)
                    .await;
            }
            (Flaw::NeverJoins, Ok(Submitted::Joined(_))) => {
                request.key.prompt_version = format!("again {}", fresh_number());
                return self.inner.submit(&request).await;
            }
            _ => {}
        }
        outcome
    }

    async fn replayed(
        &self,
        user: UserId,
        request: &IdempotentRequest,
        now: Timestamp,
    ) -> Result<Option<Answer>, SettlementError> {
        self.inner.replayed(user, request, now).await
    }

    async fn forget(&self, now: Timestamp, limit: usize) -> Result<usize, SettlementError> {
        let early = if self.flaw == Flaw::ForgetsEarly {
            60
        } else {
            0
        };
        let now = now + std::time::Duration::from_secs(early);
        self.inner.forget(now, limit).await
    }

    async fn grant_access(&self, grant: &GrantAccess) -> Result<bool, SettlementError> {
        let charged = self.inner.grant_access(grant).await?;
        if self.flaw == Flaw::ChargesAccessAgain && !charged && grant.access.price.is_positive() {
            let hold = PlaceHold {
                id: grant.access.hold,
                user: grant.user,
                purpose: grant.access.purpose,
                amount: grant.access.price,
                filing: Some(grant.filing),
                task: None,
                expires_at: grant.now,
                now: grant.now,
            };
            self.ledger.place_hold(&hold).await?;
            let price = grant.access.price;
            self.ledger
                .capture(hold.id, price, "again", grant.now)
                .await?;
            return Ok(true);
        }
        Ok(charged)
    }

    async fn deliver_filing(
        &self,
        task: TaskId,
        lease: LeaseToken,
        goodwill_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Outcome {
        if self.flaw == Flaw::DeliversNothing {
            return Ok(());
        }
        if self.flaw == Flaw::WithholdsUnpaidAccess && self.lacks_its_access_hold(task).await {
            return Err(StoreError::Conflict.into());
        }
        let lease = self.real_lease(task, lease).await;
        let until = goodwill_until.filter(|_| self.flaw != Flaw::MakesNothingGood);
        let delivered = self.inner.deliver_filing(task, lease, until, now).await;
        self.forgive(delivered)
    }

    async fn complete(&self, command: &CompleteTask) -> Outcome {
        let mut command = command.clone();
        command.lease = self.real_lease(command.task, command.lease).await;
        if self.flaw == Flaw::CompletesFree {
            command.free = Some(Waiver::NoFee);
        }
        if self.flaw == Flaw::MakesNothingGoodForStandIns {
            command.goodwill_until = None;
        }
        if self.flaw == Flaw::MixesUpReasons && command.free.is_some() {
            command.free = Some(Waiver::NoFee);
        }
        if self.flaw == Flaw::TellsThatRefusedEndsHappened
            && let Some(task) = self.tasks.get(command.task).await?
        {
            // As if the notice were not part of the commit.
            let (task, user) = (task.id, task.user);
            let analysis = command.analysis.id;
            let kind = NoticeKind::Completed { task, analysis };
            let notice = PendingNotice::of(user, &task.to_string(), kind, command.now);
            self.outbox.put(&[OutboxItem::Notice(notice)]).await?;
        }
        self.forgive(self.inner.complete(&command).await)
    }

    async fn abandon(&self, command: &AbandonTask) -> Outcome {
        let mut command = command.clone();
        if let Guard::Lease(lease) = command.guard {
            command.guard = Guard::Lease(self.real_lease(command.task, lease).await);
        }
        let there = self.tasks.get(command.task).await?;
        if let (Flaw::ChargesAccessForFailures, Guard::Lease(lease)) = (self.flaw, command.guard) {
            let (task, now) = (command.task, command.now);
            self.inner.deliver_filing(task, lease, None, now).await?;
        }
        let outcome = self.inner.abandon(&command).await;
        if let (Flaw::LeavesHoldsOpen, Ok(()), Some(task)) = (self.flaw, &outcome, there) {
            self.hold_something(task.user, Some(task.id), command.now)
                .await;
        }
        self.forgive(outcome)
    }

    async fn retry(&self, command: &RetryTask) -> Outcome {
        let mut command = command.clone();
        if let Guard::Lease(lease) = command.end.guard {
            let lease = self.real_lease(command.end.task, lease).await;
            command.end.guard = Guard::Lease(lease);
        }
        if self.flaw == Flaw::RetriesWithoutANewGeneration {
            return Ok(());
        }
        self.forgive(self.inner.retry(&command).await)
    }

    async fn retract(
        &self,
        command: &RetractAnalysis,
    ) -> Result<Option<Retracted>, SettlementError> {
        if self.flaw == Flaw::RetractsNothing {
            return Ok(None);
        }
        self.inner.retract(command).await
    }

    async fn cancel(&self, command: &CancelTask) -> Result<Task, SettlementError> {
        let mut command = command.clone();
        if self.flaw == Flaw::PunishesFollowers {
            command.goodwill_until = None;
        }
        match (self.flaw, self.inner.cancel(&command).await) {
            (
                Flaw::CancelsRunningLeaders,
                Err(SettlementError::Task(TaskStoreError::Conflict {
                    actual: TaskStatus::Running,
                })),
            ) => Ok(self.tasks.get(command.task).await?.unwrap()),
            (_, cancelled) => cancelled,
        }
    }
}
