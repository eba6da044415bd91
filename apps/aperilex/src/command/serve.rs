//! `aperilex serve` and `aperilex worker`.

use std::process::ExitCode;

use anyhow::Context;
use aperilex_api::Metrics;
use aperilex_wiring::{Graph, Loops, Runtime, Settings, WakeProbe, owner};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::exit::BadUsage;
use crate::{output, progress};

pub(crate) async fn serve(settings: Settings, with_worker: bool) -> anyhow::Result<ExitCode> {
    let mut api = super::api_settings(&settings)?;
    api.max_connections = api.max_connections.min(connections());
    let listener = tokio::net::TcpListener::bind(settings.listen)
        .await
        .map_err(|error| BadUsage(format!("cannot listen on {}: {error}", settings.listen)))?;
    let graph = Graph::build(&settings).await?;
    let wake = WakeProbe::new(progress::server_probe());
    let engine = graph.engine.with_probe(wake.clone());
    introduce_owner(&owner(&engine, &settings.data_dir).await?);
    let address = listener.local_addr()?;
    output::complain(&format!("listening on http://{address}"));
    let loops = if with_worker {
        Loops::All
    } else {
        Loops::WithoutWorkers
    };
    let runtime = Runtime::start(&engine, &wake, &settings.worker, loops);
    let stop = stop_signal()?;
    let first_line = graph.first_line.clone();
    let metrics = Metrics::default().with_quota_fallbacks(move || first_line.counts().fallbacks);
    let served = aperilex_api::serve_measured(engine, api, metrics, listener, stop).await;
    runtime.stop().await;
    graph.database.close().await;
    served.context("the server stopped")?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn worker(settings: Settings) -> anyhow::Result<ExitCode> {
    let graph = Graph::build(&settings).await?;
    let wake = WakeProbe::new(progress::server_probe());
    let engine = graph.engine.with_probe(wake.clone());
    let runtime = Runtime::start(&engine, &wake, &settings.worker, Loops::All);
    info!(concurrency = settings.worker.concurrency, "worker started");
    stop_signal()?.cancelled().await;
    runtime.stop().await;
    graph.database.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Files, databases and the source need descriptors too: they must never run out.
const RESERVE: usize = 128;

/// Connections that the system lets this process hold, its soft limit raised to the hard one.
fn connections() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let most = if setrlimit(Resource::Nofile, raised).is_ok() {
        limit.maximum
    } else {
        limit.current
    };
    // No limit at all is none for us either.
    let most = most.map_or(usize::MAX, |most| {
        usize::try_from(most).unwrap_or(usize::MAX)
    });
    most.saturating_sub(RESERVE).max(1)
}

/// A key that was made just now is shown; later the file has it.
fn introduce_owner(owner: &aperilex_wiring::Owner) {
    let file = owner.key_file.display();
    match &owner.new_key {
        Some(key) => output::complain(&format!(
            "owner's API key, shown this once and kept in {file}: {}",
            key.reveal()
        )),
        None => output::complain(&format!("owner's API key is in {file}")),
    }
}

/// Is cancelled at SIGTERM or SIGINT.
fn stop_signal() -> anyhow::Result<CancellationToken> {
    let token = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = token.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        info!("stopping");
        stop.cancel();
    });
    Ok(token)
}
