//! `aperilex import`: the filings of a company, with a progress bar.

use std::process::ExitCode;

use aperilex_core::ports::MAX_PAGE;
use aperilex_core::{
    CompanyLocator, Date, EngineError, FilingMeta, FilingQuery, FormType, Refusal, Ticker,
};
use aperilex_wiring::{Graph, Settings, owner};
use indicatif::{ProgressBar, ProgressStyle};

use crate::output;

pub(crate) async fn run(
    settings: Settings,
    ticker: Ticker,
    form: FormType,
    from: Option<Date>,
    to: Option<Date>,
) -> anyhow::Result<ExitCode> {
    let graph = Graph::build(&settings).await?;
    let engine = &graph.engine;
    let owner = owner(engine, &settings.data_dir).await?;
    let query = FilingQuery {
        company: CompanyLocator::Ticker(ticker),
        form: Some(form),
        from,
        to,
        limit: MAX_PAGE,
    };
    let filings = engine.list_filings(&query).await?;
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

fn bar(length: usize) -> ProgressBar {
    let bar = ProgressBar::new(length as u64);
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

fn label(filing: &FilingMeta) -> String {
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
