//! Giving access to filings.

use aperilex_ports::wallet::Charge;
use aperilex_ports::{
    AccessSource, EntryKind, FilingId, GrantAccess, LeaseToken, MicroUsd, PendingAccess, PlaceHold,
    SettlementError, Task, TaskId, Timestamp, UserId,
};

use crate::planted::Bug;
use crate::state::State;

impl State {
    pub(super) fn grant_access(&mut self, grant: &GrantAccess) -> Result<bool, SettlementError> {
        let (user, filing, access) = (grant.user, grant.filing, &grant.access);
        self.balance(user)?;
        if self.has_paid_for(user, filing) {
            return Ok(false);
        }
        let charged = access.price != MicroUsd::ZERO;
        if charged {
            self.place_hold(&PlaceHold {
                id: access.hold,
                user,
                purpose: access.purpose,
                amount: access.price,
                filing: Some(filing),
                task: None,
                expires_at: grant.now,
                now: grant.now,
            })?;
            self.capture(access.hold, &charge(access), grant.now)?;
        }
        self.open_access(user, filing, access.source, grant.now);
        Ok(charged)
    }

    pub(super) fn deliver_filing(
        &mut self,
        task: TaskId,
        lease: LeaseToken,
        now: Timestamp,
    ) -> Result<(), SettlementError> {
        let filing = self.leased(task, lease, now)?.key.filing;
        let live = |task: &&Task| task.key.filing == filing && !task.status.is_terminal();
        let waiting: Vec<_> = self
            .tasks
            .values()
            .filter(live)
            .map(|task| task.id)
            .collect();
        for id in waiting {
            self.deliver_to(id, now)?;
        }
        Ok(())
    }

    /// Gives a task's account the access it waits for, once.
    pub(super) fn deliver_to(&mut self, id: TaskId, now: Timestamp) -> Result<(), SettlementError> {
        let Some(task) = self.tasks.get_mut(&id) else {
            return Ok(());
        };
        let (user, filing) = (task.user, task.key.filing);
        let Some(access) = task.charges.access.take() else {
            return Ok(());
        };
        let held = self.is_open(access.hold);
        if self.has_paid_for(user, filing) {
            if held {
                self.void(access.hold, now)?;
            }
            return Ok(());
        }
        if held && !self.has(Bug::GivesAccessForNothing) {
            self.capture(access.hold, &charge(&access), now)?;
        }
        if self.has(Bug::ForgetsAccess) {
            return Ok(());
        }
        self.open_access(user, filing, access.source, now);
        Ok(())
    }

    fn has_paid_for(&self, user: UserId, filing: FilingId) -> bool {
        self.access.get(&(user, filing)) == Some(&AccessSource::Paid)
    }

    /// Paid access is for ever; access from another source may become paid.
    fn open_access(
        &mut self,
        user: UserId,
        filing: FilingId,
        source: AccessSource,
        now: Timestamp,
    ) {
        let key = (user, filing);
        if source == AccessSource::Paid || !self.access.contains_key(&key) {
            self.access.insert(key, source);
            self.granted_at.insert(key, now);
        }
    }
}

const fn charge(access: &PendingAccess) -> Charge<'static> {
    Charge {
        amount: access.price,
        description: match access.purpose {
            EntryKind::FilingImport | EntryKind::BulkImport => "import of a filing",
            _ => "access to a filing",
        },
        analysis: None,
    }
}
