//! Events of payments: those that came, and one that did not.

use std::fmt::Write;
use std::path::Path;

use anyhow::Context;
use aperilex_core::{Actor, Engine, PaymentOutcome};

use crate::exit::BadUsage;

/// Takes an event in as if its provider had sent it. What makes no sense is refused here, not kept: who sent
/// it can mend it.
pub(super) async fn enter(engine: &Engine, file: &Path) -> anyhow::Result<String> {
    let place = file.display();
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {place}"))?;
    let event = aperilex_api::payment_event(&bytes);
    let event = event.map_err(|reason| BadUsage(format!("{place}: {reason}")))?;
    let id = event.id.clone();
    let recorded = engine.record_payment_by(Actor::Operator, event).await?;
    if recorded.outcome == PaymentOutcome::Odd && !recorded.repeated {
        let reason = recorded.reason.unwrap_or_default();
        return Err(BadUsage(format!("{place}: {reason}; nothing was kept")).into());
    }
    let reason = recorded
        .reason
        .map_or_else(String::new, |it| format!(": {it}"));
    let before = if recorded.repeated {
        "; it came before"
    } else {
        ""
    };
    Ok(format!("event {id} {}{reason}{before}\n", recorded.outcome))
}

pub(super) async fn list(engine: &Engine, limit: usize) -> anyhow::Result<String> {
    let mut text = String::from("came\tevent\tpayment\taccount\toutcome\tfor\n");
    for event in engine.payment_events(limit).await? {
        let user = event.user.map(|user| user.to_string());
        writeln!(
            text,
            "{}\t{}\t{}\t{}\t{}\t{}",
            event.received_at,
            event.id,
            event.payment.as_deref().unwrap_or("-"),
            user.as_deref().unwrap_or("-"),
            event.outcome,
            event.reason.as_deref().unwrap_or("-"),
        )?;
    }
    Ok(text)
}
