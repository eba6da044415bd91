//! Holds: placed, captured, given back.

use aperilex_ports::wallet::{Charge, Draw, GiveBack, Goodwill, draws, part_entry};
use aperilex_ports::{
    AnalysisId, CapturePart, EntryId, Hold, HoldId, HoldStatus, JournalTx, LedgerEntry,
    LedgerError, MicroUsd, PlaceHold, Timestamp,
};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::post::find_entry;
use super::{Outcome, Wallet, journal};
use crate::entity::hold::{ActiveModel, Column, Entity};
use crate::error::Stop;
use crate::stored::micros;

/// Charges a hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Capture<'a> {
    pub(crate) hold: HoldId,
    pub(crate) amount: MicroUsd,
    pub(crate) description: &'a str,
    pub(crate) analysis: Option<AnalysisId>,
    pub(crate) now: Timestamp,
}

impl Wallet {
    pub(crate) async fn place(
        &mut self,
        tx: &DatabaseTransaction,
        command: &PlaceHold,
    ) -> Outcome<Hold> {
        let first = find_hold(tx, command.id).await?;
        if first.is_none() {
            self.require_active()?;
        }
        let placed = self.0.place(command, first.as_ref());
        let (hold, change) = placed.map_err(Stop::Refused)?;
        self.save(tx, change).await?;
        Ok(hold)
    }

    pub(crate) async fn capture(
        &mut self,
        tx: &DatabaseTransaction,
        command: &Capture<'_>,
    ) -> Outcome<LedgerEntry> {
        let hold = self.hold(tx, command.hold).await?;
        let id = EntryId::from_uuid(hold.id.as_uuid());
        if hold.status == HoldStatus::Captured
            && let Some(first) = find_entry(tx, id).await?
            && first.amount == command.amount.negated()
        {
            return Ok(first);
        }
        let charge = Charge {
            amount: command.amount,
            description: command.description,
            analysis: command.analysis,
        };
        let draws = self.draws(tx, hold.id).await?;
        let captured = self.0.capture(&hold, &draws, &charge, command.now);
        let (entry, change) = captured.map_err(Stop::Refused)?;
        self.save(tx, change).await?;
        Ok(entry)
    }

    /// Charges a part of a hold.
    pub(crate) async fn capture_part(
        &mut self,
        tx: &DatabaseTransaction,
        command: &CapturePart,
    ) -> Outcome<LedgerEntry> {
        let hold = self.hold(tx, command.hold).await?;
        let first = find_entry(tx, part_entry(&hold, command.filing)).await?;
        let draws = self.draws(tx, hold.id).await?;
        let captured = self.0.capture_part(&hold, &draws, command, first.as_ref());
        let (entry, change) = captured.map_err(Stop::Refused)?;
        self.save(tx, change).await?;
        Ok(entry)
    }

    /// The house bears what was to be charged.
    pub(crate) async fn absorb(
        &mut self,
        tx: &DatabaseTransaction,
        wanted: &PlaceHold,
    ) -> Outcome<()> {
        let absorbed = self.0.absorb(wanted.id, wanted.amount, wanted.now);
        self.save(tx, absorbed.map_err(Stop::Refused)?).await
    }

    /// Gives a hold back; one that was given back already stays so.
    pub(crate) async fn void(
        &mut self,
        tx: &DatabaseTransaction,
        hold: HoldId,
        goodwill: Option<Goodwill>,
        now: Timestamp,
    ) -> Outcome<()> {
        if self.hold(tx, hold).await?.status == HoldStatus::Voided {
            return Ok(());
        }
        let end = GiveBack {
            status: HoldStatus::Voided,
            goodwill,
            now,
        };
        self.give_back(tx, hold, &end).await?;
        Ok(())
    }

    /// Takes a hold out of `open`, freeing its credits.
    pub(crate) async fn give_back(
        &mut self,
        tx: &DatabaseTransaction,
        hold: HoldId,
        end: &GiveBack,
    ) -> Outcome<Hold> {
        let hold = self.hold(tx, hold).await?;
        let draws = self.draws(tx, hold.id).await?;
        let ended = self.0.give_back(&hold, &draws, end);
        let (hold, change) = ended.map_err(Stop::Refused)?;
        self.save(tx, change).await?;
        Ok(hold)
    }

    /// A hold on this wallet.
    async fn hold(&self, tx: &DatabaseTransaction, id: HoldId) -> Outcome<Hold> {
        let hold = find_hold(tx, id).await?;
        hold.filter(|hold| hold.user == self.user())
            .ok_or(Stop::Refused(LedgerError::Unknown))
    }

    async fn draws(&self, tx: &DatabaseTransaction, hold: HoldId) -> Outcome<Vec<Draw>> {
        let placed = journal::by_key(tx, self.user(), &format!("hold:{hold}")).await?;
        Ok(placed.as_ref().map(draws).unwrap_or_default())
    }
}

pub(crate) async fn find_hold(tx: &DatabaseTransaction, id: HoldId) -> Outcome<Option<Hold>> {
    let row = Entity::find_by_id(id.as_uuid()).one(tx).await?;
    Ok(row.map(Hold::try_from).transpose()?)
}

/// Saves a hold that was placed, was charged in part, or has ended in the transaction `last`.
pub(super) async fn save(
    tx: &DatabaseTransaction,
    hold: &Hold,
    last: Option<&JournalTx>,
) -> Outcome<()> {
    let open = hold.status == HoldStatus::Open;
    if open && !hold.captured.is_positive() {
        return insert(tx, hold).await;
    }
    let ended_at = last.filter(|_| !open).map(|last| micros(last.at));
    let ended = Entity::update_many()
        .col_expr(Column::Status, hold.status.as_str().into())
        .col_expr(Column::EndedAt, ended_at.into())
        .col_expr(Column::Captured, hold.captured.micros().into())
        .filter(Column::Id.eq(hold.id.as_uuid()))
        .filter(Column::Status.eq(HoldStatus::Open.as_str()))
        .exec(tx)
        .await?;
    if ended.rows_affected == 1 {
        Ok(())
    } else {
        Err(Stop::Again)
    }
}

async fn insert(tx: &DatabaseTransaction, hold: &Hold) -> Outcome<()> {
    let row = ActiveModel {
        id: Set(hold.id.as_uuid()),
        user_id: Set(hold.user.as_uuid()),
        purpose: Set(hold.purpose.as_str().to_owned()),
        amount: Set(hold.amount.micros()),
        status: Set(hold.status.as_str().to_owned()),
        filing_id: Set(hold.filing.map(|filing| filing.as_uuid())),
        task_id: Set(hold.task.map(|task| task.as_uuid())),
        expires_at: Set(micros(hold.expires_at)),
        created_at: Set(micros(hold.created_at)),
        ended_at: Set(None),
        captured: Set(0),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}
