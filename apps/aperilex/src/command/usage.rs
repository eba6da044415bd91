//! `aperilex usage`: what was asked for, done and earned.

use std::fmt::{Display, Write};
use std::process::ExitCode;

use aperilex_core::{Days, UsageOverview};
use aperilex_wiring::{Graph, Settings};
use serde_json::json;

use crate::args::{ParseFormat, UsageCommand};
use crate::output;

/// Days of a weekly report.
const WEEK: u16 = 7;

pub(crate) async fn run(settings: Settings, command: UsageCommand) -> anyhow::Result<ExitCode> {
    let UsageCommand::Report {
        daily: _,
        weekly,
        format,
    } = command;
    let graph = Graph::without_source(&settings).await?;
    let days = graph.engine.days_until_today(if weekly { WEEK } else { 1 });
    let overview = graph.engine.usage_report(days).await;
    graph.database.close().await;
    let overview = overview?;
    match format {
        ParseFormat::Json => output::print_json(&json(&overview))?,
        ParseFormat::Text => output::print(&text(&overview)?)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn json(overview: &UsageOverview) -> serde_json::Value {
    let Days { from, to } = overview.days;
    let popular = overview.popular.iter().map(|(filing, meta)| {
        let meta = meta.as_ref();
        json!({
            "filing_id": filing.filing,
            "accession": meta.and_then(|meta| meta.accession.as_ref()),
            "company": meta.and_then(|meta| meta.company.as_ref()),
            "requests": filing.requests,
            "readers": filing.readers,
        })
    });
    let popular: Vec<_> = popular.collect();
    json!({
        "from": from.to_string(),
        "to": to.to_string(),
        "hits_per_thousand": overview.hits_per_thousand(),
        "report": overview.report,
        "popular": popular,
    })
}

fn rows<K: Display, V: Display>(
    text: &mut String,
    title: &str,
    rows: impl IntoIterator<Item = (K, V)>,
) -> std::fmt::Result {
    writeln!(text, "\n{title}")?;
    let mut none = true;
    for (name, value) in rows {
        writeln!(text, "  {name}\t{value}")?;
        none = false;
    }
    if none {
        writeln!(text, "  none")?;
    }
    Ok(())
}

fn text(overview: &UsageOverview) -> Result<String, std::fmt::Error> {
    let report = &overview.report;
    let mut text = format!(
        "usage from {} to before {} (UTC)\n",
        overview.days.from, overview.days.to
    );
    rows(&mut text, "accounts by tier", &report.accounts)?;
    writeln!(text, "\nfilings per account")?;
    match report.filings_per_account {
        None => writeln!(text, "  not told of fewer than five accounts")?,
        Some(it) => writeln!(
            text,
            "  accounts {}, filings {}, median {}, p90 {}, most {}",
            it.accounts, it.sum, it.median, it.p90, it.max
        )?,
    }
    rows(&mut text, "requests and reads by outcome", &report.counts)?;
    if let Some(hits) = overview.hits_per_thousand() {
        writeln!(text, "  answered without a new run: {hits} of 1000")?;
    }
    rows(&mut text, "tasks by status", &report.tasks)?;
    rows(&mut text, "entries by kind, in USD", &report.entries)?;
    let popular = overview.popular.iter().map(|(filing, meta)| {
        let company = meta.as_ref().and_then(|meta| meta.company.as_deref());
        let name = format!("{} {}", filing.filing, company.unwrap_or("-"));
        let counts = format!("{} requests\t{} readers", filing.requests, filing.readers);
        (name, counts)
    });
    rows(&mut text, "filings most asked for", popular)?;
    writeln!(text, "  all others\t{} requests", report.other_requests)?;
    let pool = report.pool.iter().map(|share| {
        let name = format!("{} ({})", share.quality, share.method);
        let counts = format!(
            "{} analyses\t{} bytes\t{} claims\t{} of 1000 hold\t{} reads",
            share.analyses, share.bytes, share.claims, share.score, share.views
        );
        (name, counts)
    });
    rows(&mut text, "the pool now", pool)?;
    Ok(text)
}
