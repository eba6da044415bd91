//! The port.

use aperilex_ports::{
    AnalysisOrder, AnalystError, AnalystProfile, CostMeter, Draft, FilingAnalyst, FilingContent,
    Method, MicroUsd, NotFound, PartKind, Quality, Template,
};
use async_trait::async_trait;

use crate::filing::Filing;
use crate::parts::{Drawn, Part, draw};
use crate::plan::parts;

/// Version of the rules of selection; it changes when the same filing may come out otherwise.
const RULES: &str = "extractive/1";

/// Draws claims without a model: figures from XBRL facts, sentences selected by rank and rule.
///
/// It reads nothing but the filing it is given, and gives the same draft for the same filing.
#[derive(Debug, Clone, Copy, Default)]
pub struct ExtractiveAnalyst;

#[async_trait]
impl FilingAnalyst for ExtractiveAnalyst {
    fn profile(&self) -> AnalystProfile {
        AnalystProfile {
            method: Method::Extractive,
            quality: Quality::Extractive,
            provider: None,
            prompt_version: RULES.to_owned(),
        }
    }

    fn estimate(&self, _bytes: u64, _template: Template) -> MicroUsd {
        MicroUsd::ZERO
    }

    async fn analyse(
        &self,
        order: &AnalysisOrder<'_>,
        content: &FilingContent,
        _meter: &dyn CostMeter,
    ) -> Result<Draft, AnalystError> {
        draft(&Filing::new(order.filing, content), order.template)
    }
}

fn draft(filing: &Filing<'_>, template: Template) -> Result<Draft, AnalystError> {
    let mut draft = Draft::default();
    for part in parts(filing, template) {
        add(&mut draft, part, draw(filing, part));
    }
    if draft.parts.values().all(Vec::is_empty) {
        return Err(AnalystError::Unsuitable {
            reason: "it has no sentence and no figure that can be quoted".to_owned(),
        });
    }
    Ok(draft)
}

/// What was looked for in vain has a reason; what the filing says to be none is an empty list.
fn add(draft: &mut Draft, part: PartKind, drawn: Part) {
    match drawn {
        Ok(Drawn { claims, missing }) => {
            let reasons = missing.into_iter().map(|reason| NotFound { part, reason });
            draft.not_found.extend(reasons);
            draft.parts.insert(part, claims);
        }
        Err(reason) => draft.not_found.push(NotFound { part, reason }),
    }
}
