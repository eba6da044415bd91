//! Holds: placed, charged, given back.

use super::{Change, Draft, Wallet, add, derived, opening, posting, rounded, sub};
use crate::model::{
    AnalysisId, CreditLot, EntryId, EntryKind, Hold, HoldStatus, JournalTx, LedgerAccount,
    LedgerEntry, LotSource, MicroUsd, Operation, Timestamp,
};
use crate::port::{LedgerError, PlaceHold};

/// What was taken of a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// The lot.
    pub lot: EntryId,
    /// How much.
    pub amount: MicroUsd,
}

/// What a hold drew, by the transaction that placed it.
#[must_use]
pub fn draws(placed: &JournalTx) -> Vec<Draw> {
    let held = placed
        .postings
        .iter()
        .filter(|posting| posting.account == LedgerAccount::Held && posting.amount.is_positive());
    held.filter_map(|posting| {
        Some(Draw {
            lot: posting.lot?,
            amount: posting.amount,
        })
    })
    .collect()
}

/// What a hold is charged for.
#[derive(Debug, Clone, Copy)]
pub struct Charge<'a> {
    /// How much; at most what is held.
    pub amount: MicroUsd,
    /// For people.
    pub description: &'a str,
    /// The analysis it pays for.
    pub analysis: Option<AnalysisId>,
}

/// How a hold ends without a charge.
#[derive(Debug, Clone, Copy)]
pub struct GiveBack {
    /// Voided or expired.
    pub status: HoldStatus,
    /// What comes for credits that lapsed while they were held; nothing, if the end is the account's own
    /// doing.
    pub goodwill: Option<Goodwill>,
    /// The time.
    pub now: Timestamp,
}

/// What comes again of credits that lapsed while they were held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Goodwill {
    /// Until when it can be spent.
    pub until: Timestamp,
    /// The most that comes; all that lapsed, if none.
    pub most: Option<MicroUsd>,
}

impl Goodwill {
    /// For all that lapsed.
    #[must_use]
    pub const fn whole(until: Timestamp) -> Self {
        Self { until, most: None }
    }
}

impl Wallet {
    /// Sets credits aside; `first` is the hold that has this id already.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn place(
        &mut self,
        command: &PlaceHold,
        first: Option<&Hold>,
    ) -> Result<(Hold, Change), LedgerError> {
        if !command.amount.is_positive() {
            return Err(LedgerError::BadAmount);
        }
        if let Some(first) = first {
            return if is_same(first, command) {
                Ok((first.clone(), Change::default()))
            } else {
                Err(LedgerError::KeyReused)
            };
        }
        let mut change = Change::default();
        self.lapse(command.now, &mut change)?;
        self.require(command.amount, command.now)?;
        let draws = self.take(command.amount, command.now)?;
        let mut postings = Vec::new();
        for draw in &draws {
            let lot = self.lot(draw.lot)?;
            lot.held = add(lot.held, draw.amount)?;
            let id = Some(draw.lot);
            postings.push(posting(LedgerAccount::Available, id, draw.amount.negated()));
            postings.push(posting(LedgerAccount::Held, id, draw.amount));
            self.touch(draw.lot, &mut change)?;
        }
        self.balance.held = add(self.balance.held, command.amount)?;
        let hold = Hold {
            id: command.id,
            user: command.user,
            purpose: command.purpose,
            amount: command.amount,
            captured: MicroUsd::ZERO,
            status: HoldStatus::Open,
            filing: command.filing,
            task: command.task,
            expires_at: rounded(command.expires_at),
            created_at: rounded(command.now),
        };
        let draft = Draft {
            operation: Operation::Hold,
            key: format!("hold:{}", command.id),
            hold: Some(command.id),
            reverses: None,
            postings,
            at: command.now,
            placed: Some(hold.clone()),
        };
        self.write(draft, None, &mut change)?;
        change.hold = Some(hold.clone());
        Ok((hold, change))
    }

    /// Charges an open hold, which drew `draws`: the earliest pay first, the rest goes back to the last.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn capture(
        &mut self,
        hold: &Hold,
        draws: &[Draw],
        charge: &Charge<'_>,
        now: Timestamp,
    ) -> Result<(LedgerEntry, Change), LedgerError> {
        if !charge.amount.is_positive() {
            return Err(LedgerError::BadAmount);
        }
        if hold.purpose == EntryKind::BulkImport {
            return Err(LedgerError::WrongCharge);
        }
        require_open(hold)?;
        if charge.amount > hold.amount {
            return Err(LedgerError::OverCapture { held: hold.amount });
        }
        let mut change = Change::default();
        let (mut left, mut postings) = (charge.amount, Vec::new());
        for draw in draws {
            let paid = left.min(draw.amount);
            left = sub(left, paid)?;
            let back = sub(draw.amount, paid)?;
            let lot = self.lot(draw.lot)?;
            lot.held = sub(lot.held, draw.amount)?;
            lot.available = add(lot.available, back)?;
            let id = Some(draw.lot);
            postings.push(posting(LedgerAccount::Held, id, draw.amount.negated()));
            if back.is_positive() {
                postings.push(posting(LedgerAccount::Available, id, back));
            }
            self.touch(draw.lot, &mut change)?;
        }
        postings.push(posting(LedgerAccount::Revenue, None, charge.amount));
        self.balance.held = sub(self.balance.held, hold.amount)?;
        let id = EntryId::from_uuid(hold.id.as_uuid());
        let key = format!("end:{}", hold.id);
        let line = LedgerEntry {
            kind: hold.purpose,
            amount: charge.amount.negated(),
            filing: hold.filing,
            task: hold.task,
            analysis: charge.analysis,
            hold: Some(hold.id),
            description: charge.description.to_owned(),
            ..self.line(id, &key, now)
        };
        let draft = Draft {
            operation: Operation::Capture,
            key,
            hold: Some(hold.id),
            reverses: None,
            postings,
            at: now,
            placed: None,
        };
        self.write(draft, Some(line), &mut change)?;
        change.hold = Some(Hold {
            status: HoldStatus::Captured,
            ..hold.clone()
        });
        // What went back to a lot that lapsed meanwhile lapses with it.
        let entry = change.entries.last().cloned();
        self.lapse(now, &mut change)?;
        self.settle(now, &mut change)?;
        Ok((entry.ok_or(LedgerError::Unknown)?, change))
    }

    /// Gives an open hold, which drew `draws`, back to its lots.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn give_back(
        &mut self,
        hold: &Hold,
        draws: &[Draw],
        end: &GiveBack,
    ) -> Result<(Hold, Change), LedgerError> {
        require_open(hold)?;
        let now = end.now;
        let (mut change, mut postings) = (Change::default(), Vec::new());
        let mut lapses = Vec::new();
        for draw in &rest(draws, hold.captured)? {
            let lot = self.lot(draw.lot)?;
            if lot.is_late(now) {
                lapses.push(*draw);
            }
            lot.held = sub(lot.held, draw.amount)?;
            lot.available = add(lot.available, draw.amount)?;
            let id = Some(draw.lot);
            postings.push(posting(LedgerAccount::Held, id, draw.amount.negated()));
            postings.push(posting(LedgerAccount::Available, id, draw.amount));
            self.touch(draw.lot, &mut change)?;
        }
        self.balance.held = sub(self.balance.held, hold.left())?;
        let operation = match end.status {
            HoldStatus::Expired => Operation::Expire,
            _ => Operation::Void,
        };
        let draft = Draft {
            operation,
            key: format!("end:{}", hold.id),
            hold: Some(hold.id),
            reverses: None,
            postings,
            at: now,
            placed: None,
        };
        self.write(draft, None, &mut change)?;
        let ended = Hold {
            status: end.status,
            ..hold.clone()
        };
        change.hold = Some(ended.clone());
        self.lapse(now, &mut change)?;
        if let Some(goodwill) = end.goodwill.filter(|goodwill| goodwill.until > now) {
            let mut left = goodwill.most.unwrap_or(hold.amount);
            for draw in lapses {
                let amount = draw.amount.min(left);
                left = sub(left, amount)?;
                if amount.is_positive() {
                    let draw = Draw { amount, ..draw };
                    self.make_good(hold, draw, (goodwill.until, now), &mut change)?;
                }
            }
        }
        self.settle(now, &mut change)?;
        Ok((ended, change))
    }

    /// Credits that lapsed while they were held for nothing come again, for a while.
    fn make_good(
        &mut self,
        hold: &Hold,
        draw: Draw,
        (until, now): (Timestamp, Timestamp),
        change: &mut Change,
    ) -> Result<(), LedgerError> {
        let key = format!("goodwill:{}:{}", hold.id, draw.lot);
        let lot = CreditLot {
            id: derived(self.user, &key),
            source: LotSource::Goodwill,
            granted: draw.amount,
            available: draw.amount,
            held: MicroUsd::ZERO,
            expires_at: Some(rounded(until)),
            created_at: self.not_before(now),
        };
        self.lots.push(lot);
        let line = LedgerEntry {
            amount: draw.amount,
            description: "for credits that lapsed while they were held for what failed".to_owned(),
            ..self.line(lot.id, &key, now)
        };
        let from = posting(LedgerAccount::Goodwill, None, draw.amount.negated());
        let draft = Draft {
            operation: Operation::Credit,
            key,
            hold: None,
            reverses: None,
            postings: vec![from, opening(&lot)],
            at: now,
            placed: None,
        };
        self.write(draft, Some(line), change)?;
        self.touch(lot.id, change)
    }
}

/// What a hold still has of its draws: parts take the earliest first.
pub(super) fn rest(draws: &[Draw], captured: MicroUsd) -> Result<Vec<Draw>, LedgerError> {
    let (mut gone, mut rest) = (captured, Vec::new());
    for draw in draws {
        let part = gone.min(draw.amount);
        gone = sub(gone, part)?;
        let amount = sub(draw.amount, part)?;
        if amount.is_positive() {
            rest.push(Draw { amount, ..*draw });
        }
    }
    Ok(rest)
}

pub(super) fn require_open(hold: &Hold) -> Result<(), LedgerError> {
    match hold.status {
        HoldStatus::Open => Ok(()),
        status => Err(LedgerError::HoldEnded { status }),
    }
}

/// Times are no content.
fn is_same(first: &Hold, command: &PlaceHold) -> bool {
    first.user == command.user
        && first.purpose == command.purpose
        && first.amount == command.amount
        && first.filing == command.filing
        && first.task == command.task
}
