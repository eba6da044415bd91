//! The domain of Aperilex inside a program of your own: records in memory, EDGAR (here the sample
//! mirror of this repository) as the source, and the extractive analyst.
//!
//! `cargo run -p embed-core` analyses a filing and prints its claims.
#![allow(clippy::print_stdout, reason = "an example speaks to its terminal")]

use std::sync::Arc;

use anyhow::Context;
use aperilex_core::ports::Ports;
use aperilex_core::{
    AnalysisRequest, AnalysisResult, Answer, Claimed, Engine, FilingLocator, MicroUsd, Role,
    Settings, Template, Tier, Timestamp,
};
use aperilex_edgar::{EdgarClient, EdgarConfig};
use aperilex_extractive::ExtractiveAnalyst;
use aperilex_filing_parser::Parser;
use aperilex_memory::Memory;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let mirror = concat!(env!("CARGO_MANIFEST_DIR"), "/../edgar");
    let memory = Memory::new(Timestamp::now());
    let engine = Engine::new(
        Ports {
            source: Arc::new(EdgarClient::new(&EdgarConfig::for_source(mirror)?)?),
            parser: Arc::new(Parser),
            analysts: vec![Arc::new(ExtractiveAnalyst)],
            ..memory.ports()
        },
        Settings::default(),
    );
    let email = "you@example.com".parse()?;
    let me = engine
        .create_account(email, Tier::Enterprise, Role::Admin, MicroUsd::ZERO)
        .await?;
    let request = AnalysisRequest {
        filing: FilingLocator::Ticker {
            ticker: "MKWX".parse()?,
            form: "10-K".parse()?,
        },
        template: Template::Risk,
        quality: None,
        refresh: false,
        max_price: None,
        quote: None,
        idempotency_key: None,
    };
    engine.request_analysis(&me.account, &request).await?;
    work(&engine).await?;
    let requested = engine.request_analysis(&me.account, &request).await?;
    let Answer::Analysis(record) = requested.answer else {
        anyhow::bail!("the analysis was not made");
    };
    let result = AnalysisResult::decode(&engine.analysis_bytes(&record).await?)?;
    for (part, claim) in result.claims() {
        println!("{part}: {}", claim.text);
    }
    Ok(())
}

/// One turn of what a worker does all day: relay, receive, claim, run, acknowledge.
async fn work(engine: &Engine) -> anyhow::Result<()> {
    while engine.relay_outbox().await? > 0 {}
    let queue = &engine.ports().queue;
    let lease = engine.settings().timings.lease();
    let delivery = queue
        .receive(1, lease)
        .await?
        .pop()
        .context("nothing is queued")?;
    if let Claimed::Run(run) = engine.claim(&delivery).await? {
        engine.run(&run).await?;
    }
    queue.acknowledge(&delivery.receipt).await?;
    Ok(())
}
