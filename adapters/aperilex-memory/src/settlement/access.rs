//! Giving access to filings.

use aperilex_ports::wallet::{Charge, Goodwill, late};
use aperilex_ports::{
    AccessSource, EntryKind, FilingId, GrantAccess, HoldStatus, LeaseToken, LedgerError, MicroUsd,
    PendingAccess, PlaceHold, SettlementError, Task, TaskId, Timestamp, UserId, Waiver,
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
            let hold = hold(access, user, filing, None, grant.now);
            self.place_hold(&hold)?;
            if self.settle(&hold, &charge(access))? == Some(Waiver::Absorbed) {
                // Nothing was delivered yet, so nothing is absorbed either.
                let (needed, wallet) = (access.price, self.wallet(user)?);
                let available = wallet.available(grant.now);
                return Err(LedgerError::InsufficientCredits { needed, available }.into());
            }
        }
        let waiver = (!charged).then_some(Waiver::NoFee);
        self.open_access((user, filing), access.source, waiver, grant.now);
        Ok(charged)
    }

    pub(super) fn deliver_filing(
        &mut self,
        task: TaskId,
        lease: LeaseToken,
        (goodwill_until, now): (Option<Timestamp>, Timestamp),
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
            self.deliver_to(id, (goodwill_until, now))?;
        }
        Ok(())
    }

    /// Gives a task's account the access it waits for, once.
    pub(super) fn deliver_to(
        &mut self,
        id: TaskId,
        (goodwill_until, now): (Option<Timestamp>, Timestamp),
    ) -> Result<(), SettlementError> {
        let Some(task) = self.tasks.get_mut(&id) else {
            return Ok(());
        };
        let (user, filing) = (task.user, task.key.filing);
        let Some(access) = task.charges.access.take() else {
            return Ok(());
        };
        if self.has_paid_for(user, filing) {
            if self.is_open(access.hold) {
                let goodwill = goodwill_until.map(Goodwill::whole);
                self.void(access.hold, goodwill, now)?;
            }
            return Ok(());
        }
        let mut waiver = None;
        if !self.has(Bug::GivesAccessForNothing) {
            let hold = hold(&access, user, filing, Some(id), now);
            waiver = self.settle(&hold, &charge(&access))?;
        }
        if self.has(Bug::ForgetsAccess) {
            return Ok(());
        }
        self.open_access((user, filing), access.source, waiver, now);
        Ok(())
    }

    pub(crate) fn has_paid_for(&self, user: UserId, filing: FilingId) -> bool {
        self.access
            .get(&(user, filing))
            .is_some_and(|(source, _)| *source == AccessSource::Paid)
    }

    /// Paid access is for ever; access from another source may become paid.
    pub(crate) fn open_access(
        &mut self,
        key: (UserId, FilingId),
        source: AccessSource,
        waiver: Option<Waiver>,
        now: Timestamp,
    ) {
        let paid = source == AccessSource::Paid;
        if paid || !self.access.contains_key(&key) {
            self.access.insert(key, (source, waiver.filter(|_| paid)));
            self.granted_at.insert(key, now);
        }
    }

    /// Charges what is set aside. What has ended otherwise is charged anew, as far as the credits go;
    /// gives why nothing was charged, if nothing was.
    pub(super) fn settle(
        &mut self,
        wanted: &PlaceHold,
        charge: &Charge<'_>,
    ) -> Result<Option<Waiver>, SettlementError> {
        if !wanted.amount.is_positive() {
            return Ok(Some(Waiver::NoFee));
        }
        let status = self.holds.get(&wanted.id).map(|hold| hold.status);
        match status {
            Some(HoldStatus::Open) => {
                self.capture(wanted.id, charge, wanted.now)?;
                return Ok(None);
            }
            Some(HoldStatus::Captured) => return Ok(None),
            _ => {}
        }
        let mut wallet = self.wallet(wanted.user)?;
        let poor = wallet.require(wanted.amount, wanted.now).is_err();
        if poor || !self.is_active(wanted.user) {
            let change = wallet.absorb(wanted.id, wanted.amount, wanted.now)?;
            self.save(wallet, change);
            return Ok(Some(Waiver::Absorbed));
        }
        let late = PlaceHold {
            id: late(wanted.id),
            ..wanted.clone()
        };
        self.place_hold(&late)?;
        self.capture(late.id, charge, wanted.now)?;
        Ok(None)
    }
}

const fn hold(
    access: &PendingAccess,
    user: UserId,
    filing: FilingId,
    task: Option<TaskId>,
    now: Timestamp,
) -> PlaceHold {
    PlaceHold {
        id: access.hold,
        user,
        purpose: access.purpose,
        amount: access.price,
        filing: Some(filing),
        task,
        expires_at: now,
        now,
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
