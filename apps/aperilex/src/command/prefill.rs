//! `aperilex prefill`: the house brings in, and analyses, what many will ask for.

use std::process::ExitCode;
use std::time::Duration;

use aperilex_core::{
    Account, AnalysisRequest, Answer, Cik, CompanyLocator, Date, Engine, EngineError,
    FilingLocator, FilingMeta, FilingQuery, FormType, TaskId, TaskStatus,
};
use aperilex_wiring::{Graph, Loops, Runtime, Settings, WakeProbe};

use super::import::{bar, label};
use crate::args::PrefillArgs;
use crate::exit::{BadUsage, Interrupted};
use crate::patience::patiently;
use crate::{output, progress};

/// How often a task is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// Filings that the source lists at a time.
const PAGE: usize = aperilex_core::ports::MAX_PAGE;

/// What was done.
#[derive(Debug, Default, PartialEq, Eq)]
struct Done {
    companies: usize,
    fetched: usize,
    known: usize,
    failed: usize,
    made: usize,
    pooled: usize,
    not_made: usize,
}

pub(crate) async fn run(settings: Settings, prefill: &PrefillArgs) -> anyhow::Result<ExitCode> {
    if prefill.forms.is_empty() || !(1..=100).contains(&prefill.years) {
        let wanted = "--forms: name at least one; --years: expected 1 to 100";
        return Err(BadUsage(wanted.to_owned()).into());
    }
    let graph = Graph::build(&settings).await?;
    let wake = WakeProbe::new(progress::server_probe());
    let engine = graph.engine.with_probe(wake.clone());
    let house = engine.house().await?;
    let runtime = prefill
        .analyze
        .map(|_| Runtime::start(&engine, &wake, &settings.worker, Loops::All));
    let mut done = Done::default();
    let ended = tokio::select! {
        ended = fill(&engine, &house, prefill, &mut done) => ended.map_err(anyhow::Error::from),
        Ok(()) = tokio::signal::ctrl_c() => Err(Interrupted.into()),
    };
    if let Some(runtime) = runtime {
        runtime.stop().await;
    }
    graph.database.close().await;
    output::print(&done.to_string())?;
    ended?;
    Ok(if done.failed + done.not_made == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn fill(
    engine: &Engine,
    house: &Account,
    prefill: &PrefillArgs,
    done: &mut Done,
) -> Result<(), EngineError> {
    let companies = engine.settings().universes.small.companies();
    let from = engine.years_ago(prefill.years);
    let bar = bar(companies.len());
    for cik in companies {
        for form in &prefill.forms {
            let filings = patiently(|| list(engine, cik, form, from)).await;
            let filings = match filings {
                Ok(filings) => filings,
                // A company that the source does not know has no filings.
                Err(EngineError::NotFound { .. }) => Vec::new(),
                Err(error) => {
                    done.failed += 1;
                    bar.suspend(|| output::complain(&format!("CIK {cik} {form}: {error}")));
                    continue;
                }
            };
            for filing in &filings {
                if prefill.limit.is_some_and(|limit| done.filings() >= limit) {
                    return Ok(());
                }
                bar.set_message(label(filing));
                if let Err(error) = one(engine, house, prefill, filing, done).await {
                    let line = format!("{}: {error}", label(filing));
                    bar.suspend(|| output::complain(&line));
                }
            }
        }
        done.companies += 1;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

async fn list(
    engine: &Engine,
    cik: Cik,
    form: &FormType,
    from: Date,
) -> Result<Vec<FilingMeta>, EngineError> {
    let query = FilingQuery {
        company: CompanyLocator::Cik(cik),
        form: Some(form.clone()),
        from: Some(from),
        to: None,
        limit: PAGE,
    };
    engine.list_all_filings(query, usize::MAX).await
}

/// Brings a filing in, and has it analysed if that is wanted.
async fn one(
    engine: &Engine,
    house: &Account,
    prefill: &PrefillArgs,
    filing: &FilingMeta,
    done: &mut Done,
) -> anyhow::Result<()> {
    match patiently(|| engine.import_filing(house, filing)).await {
        Ok(imported) if imported.fetched => done.fetched += 1,
        Ok(_) => done.known += 1,
        Err(error) => {
            done.failed += 1;
            return Err(error.into());
        }
    }
    let Some(template) = prefill.analyze else {
        return Ok(());
    };
    let request = AnalysisRequest {
        filing: FilingLocator::Stored(filing.id),
        template,
        quality: None,
        refresh: false,
        max_price: None,
        quote: None,
        idempotency_key: None,
    };
    let asked = patiently(|| engine.request_analysis(house, &request)).await;
    let made = match asked.map(|requested| requested.answer) {
        Ok(Answer::Analysis(_)) => {
            done.pooled += 1;
            return Ok(());
        }
        Ok(Answer::Task(task)) => end(engine, house, task.id).await,
        Err(error) => Err(error.into()),
    };
    match made {
        Ok(()) => done.made += 1,
        Err(_) => done.not_made += 1,
    }
    made
}

/// Waits for a task: one after the other, so that the queue stays free for those who wait.
async fn end(engine: &Engine, house: &Account, id: TaskId) -> anyhow::Result<()> {
    loop {
        let task = engine.task(house, id).await?;
        match task.status {
            TaskStatus::Completed => return Ok(()),
            TaskStatus::Failed | TaskStatus::Cancelled => {
                let why = task.failure.map(|failure| failure.message);
                anyhow::bail!(why.unwrap_or_else(|| format!("the analysis was {}", task.status)));
            }
            _ => tokio::time::sleep(LOOK).await,
        }
    }
}

impl Done {
    const fn filings(&self) -> usize {
        self.fetched + self.known + self.failed
    }
}

impl std::fmt::Display for Done {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "companies {}, filings imported {}, already there {}, failed {}; analyses made {}, \
             in the pool already {}, failed {}",
            self.companies,
            self.fetched,
            self.known,
            self.failed,
            self.made,
            self.pooled,
            self.not_made
        )
    }
}
