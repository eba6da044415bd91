//! `aperilex analyze`: one filing, from nothing to a verified analysis.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use aperilex_core::{
    Account, AnalysisId, AnalysisRequest, AnalysisResult, Answer, Engine, FilingLocator, TaskId,
    TaskStatus, Template,
};
use aperilex_wiring::{Graph, Loops, Runtime, Settings, WakeProbe, owner};

use crate::args::{FilingArgs, Format};
use crate::exit::{Interrupted, TaskFailed};
use crate::progress::Stages;
use crate::target::{Target, check_form, read_file, target};
use crate::{output, render};

/// How often the task is looked at.
const LOOK: Duration = Duration::from_millis(10);

pub(crate) async fn run(
    settings: Settings,
    filing: &FilingArgs,
    template: Template,
    format: Format,
) -> anyhow::Result<ExitCode> {
    let target = target(filing)?;
    let graph = match &target {
        Target::Remote(_) => Graph::build(&settings).await?,
        Target::File(_) => Graph::without_source(&settings).await?,
    };
    let stages = Arc::new(Stages::default());
    let wake = WakeProbe::new(stages.clone());
    let engine = graph.engine.with_probe(wake.clone());
    let owner = owner(&engine, &settings.data_dir).await?;
    output::complain(&format!("analysing {}", filing.target));
    let locator = locate(&engine, target, filing).await?;
    let request = AnalysisRequest {
        filing: locator,
        template,
        quality: None,
        refresh: false,
        max_price: None,
        quote: None,
        idempotency_key: None,
    };
    if filing.form.is_some() {
        check_form(
            filing,
            &engine.quote(&owner.account, &request).await?.filing,
        )?;
    }
    let requested = engine.request_analysis(&owner.account, &request).await?;
    let id = match requested.answer {
        Answer::Analysis(record) => record.id,
        Answer::Task(task) => {
            stages.follow(task.id);
            let loops = Loops::Only(task.key);
            let runtime = Runtime::start(&engine, &wake, &settings.worker, loops);
            tokio::select! {
                ended = wait(&engine, &owner.account, task.id) => {
                    runtime.stop().await;
                    ended?
                }
                Ok(()) = tokio::signal::ctrl_c() => {
                    // What runs is handed back, so that whoever asks next need not wait for a lease;
                    // but a second interrupt means at once.
                    tokio::select! {
                        () = runtime.hand_back() => {}
                        Ok(()) = tokio::signal::ctrl_c() => {}
                    }
                    return Err(Interrupted.into());
                }
            }
        }
    };
    show(&engine, &owner.account, id, format).await
}

async fn locate(
    engine: &Engine,
    target: Target,
    filing: &FilingArgs,
) -> anyhow::Result<FilingLocator> {
    match target {
        Target::Remote(locator) => Ok(locator),
        Target::File(path) => {
            let raw = read_file(&path, filing.form.clone(), &*engine.ports().parser)?.filing;
            let record = engine.import_raw(&raw).await?;
            Ok(FilingLocator::Stored(record.meta.id))
        }
    }
}

/// Waits for the task; not longer than a task may live.
async fn wait(engine: &Engine, account: &Account, id: TaskId) -> anyhow::Result<AnalysisId> {
    let timings = &engine.settings().timings;
    let longest = timings.task_max_age_s.saturating_add(timings.run_limit_s);
    tokio::time::timeout(Duration::from_secs(longest), end(engine, account, id))
        .await
        .with_context(|| format!("the analysis has not ended in {longest} s; task {id} goes on"))?
}

async fn end(engine: &Engine, account: &Account, id: TaskId) -> anyhow::Result<AnalysisId> {
    loop {
        let task = engine.task(account, id).await?;
        match task.status {
            TaskStatus::Completed => return task.analysis.context("the task has no analysis"),
            TaskStatus::Failed => {
                let failure = task
                    .failure
                    .context("the task does not say why it failed")?;
                return Err(TaskFailed {
                    code: failure.code,
                    message: failure.message,
                }
                .into());
            }
            TaskStatus::Cancelled => anyhow::bail!("the analysis was cancelled"),
            _ => tokio::time::sleep(LOOK).await,
        }
    }
}

async fn show(
    engine: &Engine,
    account: &Account,
    id: AnalysisId,
    format: Format,
) -> anyhow::Result<ExitCode> {
    let record = engine.analysis(account, id).await?;
    let bytes = engine.analysis_bytes(&record).await?;
    let text = match format {
        Format::Json => String::from_utf8(bytes.to_vec())?,
        Format::Text => render::text(&AnalysisResult::decode(&bytes)?),
        Format::Markdown => render::markdown(&AnalysisResult::decode(&bytes)?),
    };
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}
