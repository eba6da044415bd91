//! `aperilex audit-log`: what was done, and whether the log is as it was written.

use std::fmt::Write;
use std::process::ExitCode;

use aperilex_core::{AuditEntry, Engine};
use aperilex_wiring::{Graph, Settings};
use serde::Serialize;

use crate::args::{AuditLogArgs, ParseFormat};
use crate::output;

#[derive(Debug, Serialize)]
struct EntryJson {
    seq: u64,
    at: String,
    actor: String,
    action: String,
    subject: String,
    detail: serde_json::Value,
    hash: String,
}

impl From<AuditEntry> for EntryJson {
    fn from(entry: AuditEntry) -> Self {
        Self {
            seq: entry.seq,
            at: entry.record.at.to_string(),
            actor: entry.record.actor.to_string(),
            action: entry.record.action,
            subject: entry.record.subject,
            detail: entry.record.detail,
            hash: entry.hash.to_string(),
        }
    }
}

pub(crate) async fn run(settings: Settings, wanted: &AuditLogArgs) -> anyhow::Result<ExitCode> {
    let graph = Graph::without_source(&settings).await?;
    let code = act(&graph.engine, wanted).await;
    graph.database.close().await;
    code
}

async fn act(engine: &Engine, wanted: &AuditLogArgs) -> anyhow::Result<ExitCode> {
    if wanted.verify {
        return verify(engine).await;
    }
    let mut entries: Vec<EntryJson> = Vec::new();
    let mut before = None;
    while entries.len() < wanted.limit {
        let page = engine
            .audit_log(before, wanted.limit - entries.len())
            .await?;
        let Some(last) = page.last() else { break };
        before = Some(last.seq);
        entries.extend(page.into_iter().map(EntryJson::from));
    }
    match wanted.format {
        ParseFormat::Json => output::print_json(&entries)?,
        ParseFormat::Text => output::print(&text(&entries)?)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn text(entries: &[EntryJson]) -> Result<String, std::fmt::Error> {
    let mut text = String::from("entry\tat\tactor\taction\tsubject\tdetail\n");
    for entry in entries {
        writeln!(
            text,
            "{}\t{}\t{}\t{}\t{}\t{}",
            entry.seq, entry.at, entry.actor, entry.action, entry.subject, entry.detail
        )?;
    }
    Ok(text)
}

async fn verify(engine: &Engine) -> anyhow::Result<ExitCode> {
    let found = engine.verify_audit_log().await?;
    for finding in &found {
        output::print(&format!("{finding}\n"))?;
    }
    if found.is_empty() {
        output::print("the audit log is one chain, as it was written\n")?;
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}
