//! An analysis is withdrawn, and its payer has the fee back.

use aperilex_ports::wallet::left;
use aperilex_ports::{
    AnalysisRecord, EntryKind, LedgerEntry, Refund, RetractAnalysis, Retracted, SettlementError,
    UserId,
};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};

use super::Outcome;
use crate::audit_log::append;
use crate::entity::{analysis, ledger_entry};
use crate::ledger::{Wallet, entry_by_key, reversing};
use crate::stored::micros;

pub(super) async fn retract(
    tx: &DatabaseTransaction,
    command: &RetractAnalysis,
) -> Outcome<Option<Retracted>> {
    let id = command.analysis.as_uuid();
    let there = analysis::Entity::find_by_id(id).lock_exclusive();
    let Some(row) = there.one(tx).await? else {
        return Ok(None);
    };
    let first = row.retracted_at.is_none();
    let at = row.retracted_at.unwrap_or(micros(command.now));
    analysis::Entity::update_many()
        .col_expr(analysis::Column::RetractedAt, at.into())
        .filter(analysis::Column::Id.eq(id))
        .exec(tx)
        .await?;
    let record = AnalysisRecord::try_from(analysis::Model {
        retracted_at: Some(at),
        ..row
    })?;
    let refund = refund(tx, command).await?;
    if first {
        append::<SettlementError>(tx, &command.audit).await?;
    }
    Ok(Some(Retracted { record, refund }))
}

async fn refund(
    tx: &DatabaseTransaction,
    command: &RetractAnalysis,
) -> Outcome<Option<LedgerEntry>> {
    let charge = ledger_entry::Entity::find()
        .filter(ledger_entry::Column::AnalysisId.eq(command.analysis.as_uuid()))
        .filter(ledger_entry::Column::Kind.eq(EntryKind::Analysis.as_str()))
        .one(tx)
        .await?;
    let Some(charge) = charge else {
        return Ok(None);
    };
    let mut wallet = Wallet::lock(tx, UserId::from_uuid(charge.user_id)).await?;
    let charge = LedgerEntry::try_from(charge)?;
    let key = format!("retract:{}", command.analysis);
    if let Some(first) = entry_by_key(tx, charge.user, &key).await? {
        return Ok(Some(first));
    }
    let amount = left(&charge, &reversing(tx, &charge).await?);
    if !amount.is_positive() {
        return Ok(None);
    }
    let refund = Refund {
        id: command.refund,
        user: charge.user,
        entry: charge.id,
        amount,
        key,
        description: command.description.clone(),
        fresh_until: command.fresh_until,
        now: command.now,
    };
    Ok(Some(wallet.refund(tx, &refund).await?))
}
