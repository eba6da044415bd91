//! `aperilex import --list`: the filings that a file names, with a progress bar.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use aperilex_core::{
    Account, Digest, Engine, FilingLocator, ImportItemStatus, ImportJob, ImportRequest,
    ImportSelection, ImportStatus, ImportStep,
};
use aperilex_wiring::{Graph, Settings, owner};

use super::import::bar;
use crate::args::FilingArgs;
use crate::exit::{BadUsage, Interrupted};
use crate::output;
use crate::target::{Target, target};

/// How often an import is looked at that others work on.
const LOOK: Duration = Duration::from_millis(200);
/// Items read at a time.
const PAGE: usize = 100;

pub(crate) async fn run(settings: Settings, list: &Path) -> anyhow::Result<ExitCode> {
    let text =
        std::fs::read_to_string(list).with_context(|| format!("cannot read {}", list.display()))?;
    let locators = locators(&text)?;
    let graph = Graph::build(&settings).await?;
    let engine = &graph.engine;
    let owner = owner(engine, &settings.data_dir).await?;
    let job = start(engine, &owner.account, locators).await?;
    if job.duplicates > 0 {
        output::complain(&format!("named more than once: {}", job.duplicates));
    }
    let done = tokio::select! {
        done = work(engine, &owner.account, &job) => done?,
        Ok(()) = tokio::signal::ctrl_c() => return Err(Interrupted.into()),
    };
    report(engine, &owner.account, &done).await?;
    Ok(if done.counts.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A filing a line: an accession number, an EDGAR URL, or a ticker or CIK with a form. Empty lines and
/// what follows a `#` count for nothing.
fn locators(text: &str) -> Result<Vec<FilingLocator>, BadUsage> {
    let mut locators = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |why: String| BadUsage(format!("line {number} of the list: {why}"));
        let (name, form) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let form = match form.trim() {
            "" => None,
            form => Some(form.parse().map_err(|error| wrong(format!("{error}")))?),
        };
        let filing = FilingArgs {
            target: name.to_owned(),
            form,
        };
        match target(&filing).map_err(|BadUsage(why)| wrong(why))? {
            Target::Remote(locator) => locators.push(locator),
            Target::File(_) => {
                let why = "local files are not imported in bulk";
                return Err(wrong(why.to_owned()));
            }
        }
    }
    Ok(locators)
}

/// Starts the import; or finds the one that the same list began and did not end.
async fn start(
    engine: &Engine,
    account: &Account,
    locators: Vec<FilingLocator>,
) -> anyhow::Result<ImportJob> {
    let named = serde_json::to_vec(&locators)?;
    let list = Digest::of(&named);
    let mut request = ImportRequest {
        selection: ImportSelection::Filings(locators),
        max_price: None,
        idempotency_key: None,
    };
    let mut round = 0_u32;
    loop {
        request.idempotency_key = Some(format!("list {list} {round}"));
        let started = engine.start_import(account, &request).await?;
        if !started.replayed || started.job.status == ImportStatus::Running {
            return Ok(started.job);
        }
        // That one has ended: the list is asked for anew.
        round += 1;
    }
}

/// Works on the import until it has ended; others may be at work on it too.
async fn work(engine: &Engine, account: &Account, job: &ImportJob) -> anyhow::Result<ImportJob> {
    let bar = bar(usize::try_from(job.counts.total()).unwrap_or(usize::MAX));
    loop {
        let now = engine.import(account, job.id).await?;
        let counts = &now.counts;
        bar.set_position(u64::from(counts.total() - counts.waiting));
        bar.set_message(format!(
            "imported {}, there already {}, failed {}",
            counts.imported, counts.owned, counts.failed
        ));
        if now.status != ImportStatus::Running {
            bar.finish_and_clear();
            return Ok(now);
        }
        match engine.work_import(Some(job.id)).await? {
            ImportStep::Worked => {}
            ImportStep::Idle => tokio::time::sleep(LOOK).await,
            ImportStep::Wait(wait) => {
                bar.set_message(format!("the source asks to wait {} s", wait.as_secs()));
                tokio::time::sleep(wait).await;
            }
        }
    }
}

async fn report(engine: &Engine, account: &Account, job: &ImportJob) -> anyhow::Result<()> {
    let mut after = 0;
    loop {
        let page = engine.import_items(account, job.id, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.place;
        for item in page
            .iter()
            .filter(|item| item.status == ImportItemStatus::Failed)
        {
            let why = item
                .failure
                .as_ref()
                .map(|failure| failure.message.as_str());
            let name = name(&item.locator);
            output::complain(&format!("{name}: {}", why.unwrap_or("it failed")));
        }
    }
    let counts = &job.counts;
    let mut line = format!(
        "imported {}, already there {}, failed {}",
        counts.imported, counts.owned, counts.failed
    );
    if counts.cancelled > 0 {
        line.push_str(&format!(", not done any more {}", counts.cancelled));
    }
    output::print(&line)?;
    Ok(())
}

fn name(locator: &FilingLocator) -> String {
    match locator {
        FilingLocator::Ticker { ticker, form } => format!("{ticker} {form}"),
        FilingLocator::Company { cik, form } => format!("{cik} {form}"),
        FilingLocator::Accession(accession) => accession.to_string(),
        FilingLocator::Url(url) => url.clone(),
        FilingLocator::Stored(id) => id.to_string(),
        _ => "a filing".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_filings_line_by_line() {
        let text =
            "# annual reports\n0000320193-24-000123\n\naapl 10-K # the newest\n320193 DEF 14A\n";
        let names: Vec<_> = locators(text).unwrap().iter().map(name).collect();
        let expected = ["0000320193-24-000123", "AAPL 10-K", "0000320193 DEF 14A"];
        assert_eq!(names, expected);
        let wrong = locators("0000320193-24-000123\n..\n").unwrap_err().0;
        assert!(wrong.starts_with("line 2 of the list: "), "{wrong}");
    }
}
