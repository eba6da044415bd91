//! What was set aside is charged, or the reason why it is not is kept.

use aperilex_ports::wallet::late;
use aperilex_ports::{AnalysisId, HoldStatus, PlaceHold, Waiver};
use sea_orm::DatabaseTransaction;

use super::Outcome;
use crate::ledger::{Capture, Wallet, find_hold};

/// Charges what is set aside. A hold that has ended otherwise is no reason to withhold what was made:
/// its price is charged anew, as far as the credits go. Gives why nothing was charged, if nothing was.
pub(super) async fn settle(
    tx: &DatabaseTransaction,
    wallet: &mut Wallet,
    wanted: &PlaceHold,
    description: &str,
    analysis: Option<AnalysisId>,
) -> Outcome<Option<Waiver>> {
    if !wanted.amount.is_positive() {
        return Ok(Some(Waiver::NoFee));
    }
    let mut capture = Capture {
        hold: wanted.id,
        amount: wanted.amount,
        description,
        analysis,
        now: wanted.now,
    };
    let placed = find_hold(tx, wanted.id).await?;
    match placed.map(|hold| hold.status) {
        Some(HoldStatus::Open) => {}
        Some(HoldStatus::Captured) => return Ok(None),
        _ if wallet.require_active().is_err()
            || wallet.require(wanted.amount, wanted.now).is_err() =>
        {
            wallet.absorb(tx, wanted).await?;
            tracing::warn!(hold = %wanted.id, amount = %wanted.amount, "absorbed: the hold has ended and nothing can be set aside");
            return Ok(Some(Waiver::Absorbed));
        }
        _ => {
            capture.hold = late(wanted.id);
            let late = PlaceHold {
                id: capture.hold,
                ..wanted.clone()
            };
            wallet.place(tx, &late).await?;
        }
    }
    wallet.capture(tx, &capture).await?;
    Ok(None)
}
