//! The analyst on filings built by hand.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod build;
mod events;
mod figures;
mod flags;
mod passages;
mod properties;
mod risks;
mod sound;

use aperilex_extractive::ExtractiveAnalyst;
use aperilex_ports::{
    AnalysisOrder, AnalystError, CostMeter, Draft, FilingAnalyst, MicroUsd, PartKind, SpentCall,
    Template,
};

use build::Filing;

/// A rule costs nothing.
#[derive(Debug)]
struct NoModels;

#[async_trait::async_trait]
impl CostMeter for NoModels {
    async fn spent(&self, call: SpentCall) -> Result<(), AnalystError> {
        panic!("a model was called: {call:?}")
    }
}

/// The draft of a filing; checked to be sound, whatever it says.
fn draft(filing: &Filing, template: Template) -> Draft {
    try_draft(filing, template).unwrap()
}

fn try_draft(filing: &Filing, template: Template) -> Result<Draft, AnalystError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let order = AnalysisOrder {
        filing: &filing.meta,
        template,
        ceiling: MicroUsd::ZERO,
    };
    let analysis = ExtractiveAnalyst.analyse(&order, &filing.content, &NoModels);
    let draft = runtime.block_on(analysis)?;
    sound::check(&filing.content, &draft);
    Ok(draft)
}

/// Texts of a part of the comprehensive draft.
fn texts(filing: &Filing, part: PartKind) -> Vec<String> {
    let draft = draft(filing, Template::Comprehensive);
    let claims = draft
        .parts
        .get(&part)
        .unwrap_or_else(|| panic!("no {part}: {draft:?}"));
    claims.iter().map(|claim| claim.text.clone()).collect()
}

/// Why a part of the comprehensive draft is not there.
fn reason(filing: &Filing, part: PartKind) -> String {
    let draft = draft(filing, Template::Comprehensive);
    assert!(!draft.parts.contains_key(&part));
    let found = draft
        .not_found
        .into_iter()
        .find(|missing| missing.part == part);
    found.unwrap().reason
}
