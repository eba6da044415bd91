//! `aperilex ledger`: proving the books.

use std::process::ExitCode;

use aperilex_core::ports::audit::Finding;
use aperilex_core::{Engine, EngineError, Proof, UserId};
use aperilex_wiring::{Graph, Settings};
use serde::Serialize;

use crate::args::{LedgerCommand, ParseFormat};
use crate::output;

/// Accounts read in one go.
const PAGE: usize = 100;

pub(crate) async fn run(settings: Settings, command: LedgerCommand) -> anyhow::Result<ExitCode> {
    let LedgerCommand::Verify {
        account,
        objects,
        quiet,
        format,
    } = command;
    let graph = Graph::without_source(&settings).await?;
    let proof = Proof { quiet, objects };
    let report = verify(&graph.engine, account, proof).await?;
    graph.database.close().await;
    match format {
        ParseFormat::Json => output::print_json(&report)?,
        ParseFormat::Text => output::print(&report.text())?,
    }
    Ok(if report.findings.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What was proved, and what does not hold.
#[derive(Debug, Default, Serialize)]
struct Report {
    accounts: usize,
    findings: Vec<FindingJson>,
}

#[derive(Debug, Serialize)]
struct FindingJson {
    account: UserId,
    invariant: &'static str,
    subject: String,
    message: String,
}

impl Report {
    fn add(&mut self, account: UserId, found: Vec<Finding>) {
        self.accounts += 1;
        self.findings
            .extend(found.into_iter().map(|finding| FindingJson {
                account,
                invariant: finding.invariant.code(),
                subject: finding.subject,
                message: finding.message,
            }));
    }

    fn text(&self) -> String {
        let line = |it: &FindingJson| {
            format!(
                "{} account {}, {}: {}",
                it.invariant, it.account, it.subject, it.message
            )
        };
        let mut lines: Vec<_> = self.findings.iter().map(line).collect();
        let (accounts, findings) = (self.accounts, self.findings.len());
        lines.push(format!("{accounts} accounts proved, {findings} findings"));
        lines.join("\n")
    }
}

async fn verify(
    engine: &Engine,
    account: Option<UserId>,
    proof: Proof,
) -> Result<Report, EngineError> {
    let mut report = Report::default();
    if let Some(account) = account {
        report.add(account, engine.verify_books(account, proof).await?);
        return Ok(report);
    }
    let mut after = None;
    loop {
        let accounts = &engine.ports().stores.accounts;
        let page = accounts.list(after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(report);
        };
        after = Some(last.id);
        for account in &page {
            report.add(account.id, engine.verify_books(account.id, proof).await?);
        }
    }
}
