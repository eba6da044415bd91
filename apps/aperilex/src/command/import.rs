//! `aperilex import`: the filings of a company, with a progress bar.

use std::process::ExitCode;

use aperilex_core::ports::MAX_PAGE;
use aperilex_core::{
    CompanyLocator, Date, Engine, EngineError, FilingMeta, FilingQuery, FormType, Refusal, Ticker,
};
use aperilex_wiring::{Graph, Settings, owner};
use indicatif::{ProgressBar, ProgressStyle};

use crate::exit::BadUsage;
use crate::output;

pub(crate) async fn run(
    settings: Settings,
    ticker: Ticker,
    form: FormType,
    from: Option<Date>,
    to: Option<Date>,
) -> anyhow::Result<ExitCode> {
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(BadUsage(format!("--from {from} is later than --to {to}")).into());
    }
    let graph = Graph::build(&settings).await?;
    let engine = &graph.engine;
    let owner = owner(engine, &settings.data_dir).await?;
    let company = CompanyLocator::Ticker(ticker);
    let query = FilingQuery {
        company,
        form: Some(form),
        from,
        to,
        limit: MAX_PAGE,
    };
    let filings = all_filings(engine, query).await?;
    if filings.is_empty() {
        return Err(EngineError::NotFound {
            what: "no such filings in these dates".into(),
        }
        .into());
    }
    let bar = bar(filings.len());
    let (mut fetched, mut known, mut failed) = (0, 0, 0);
    for filing in &filings {
        bar.set_message(label(filing));
        match engine.import_filing(&owner.account, filing).await {
            Ok(imported) if imported.fetched => fetched += 1,
            Ok(_) => known += 1,
            // Without credits none of the rest can be imported either.
            Err(error @ EngineError::Refused(Refusal::InsufficientCredits { .. })) => {
                bar.abandon();
                return Err(error.into());
            }
            Err(error) => {
                failed += 1;
                bar.suspend(|| output::complain(&format!("{}: {error}", label(filing))));
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    output::print(&format!(
        "imported {fetched}, already there {known}, failed {failed}"
    ))?;
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// All pages: each begins on the day on which the one before ended.
async fn all_filings(
    engine: &Engine,
    mut query: FilingQuery,
) -> Result<Vec<FilingMeta>, EngineError> {
    let mut filings: Vec<FilingMeta> = Vec::new();
    loop {
        let page = engine.list_filings(&query).await?;
        let (full, last) = (page.len() == query.limit, page.last().and_then(|f| f.filed));
        let known = filings.len();
        for filing in page {
            if !filings.iter().any(|other| other.id == filing.id) {
                filings.push(filing);
            }
        }
        if !full || filings.len() == known {
            return Ok(filings);
        }
        query.to = last.or(query.to);
    }
}

pub(super) fn bar(length: usize) -> ProgressBar {
    let bar = ProgressBar::new(length as u64);
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

pub(super) fn label(filing: &FilingMeta) -> String {
    let accession = filing
        .accession
        .map(|accession| accession.to_string())
        .unwrap_or_default();
    let filed = filing
        .filed
        .map(|date| date.to_string())
        .unwrap_or_default();
    format!("{} {filed} {accession}", filing.form)
}
