//! Withdrawing an analysis.

use aperilex_ports::wallet::left;
use aperilex_ports::{
    EntryKind, JournalTx, LedgerEntry, LedgerError, Refund, RetractAnalysis, Retracted,
    SettlementError,
};

use crate::planted::Bug;
use crate::state::State;

impl State {
    pub(super) fn retract(
        &mut self,
        command: &RetractAnalysis,
    ) -> Result<Option<Retracted>, SettlementError> {
        let Some(record) = self.analyses.get_mut(&command.analysis) else {
            return Ok(None);
        };
        let anew = record.retracted_at.is_none();
        record.retracted_at.get_or_insert(command.now);
        let record = record.clone();
        if anew {
            self.log(&command.audit);
        }
        let refund = self.refund_analysis(command)?;
        Ok(Some(Retracted { record, refund }))
    }

    fn refund_analysis(
        &mut self,
        command: &RetractAnalysis,
    ) -> Result<Option<LedgerEntry>, LedgerError> {
        let key = format!("retract:{}", command.analysis);
        let mut entries = self.entries.values().flatten();
        let charge = entries.find(|line| {
            line.kind == EntryKind::Analysis && line.analysis == Some(command.analysis)
        });
        let Some(charge) = charge.cloned() else {
            return Ok(None);
        };
        if let Some(first) = self.by_key(charge.user, &key) {
            return Ok(Some(first));
        }
        let journal = self.journal.get(&charge.user).into_iter().flatten();
        let before = journal.filter(|tx| tx.reverses == Some(charge.id));
        let before: Vec<JournalTx> = before.cloned().collect();
        let amount = left(&charge, &before);
        if !amount.is_positive() || self.has(Bug::WithdrawsForNothing) {
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
        self.refund(&refund).map(Some)
    }
}
