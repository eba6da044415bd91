//! Having claims drawn: by an analyst of the quality that was asked for, or by one that stands in for it.

use aperilex_ports::{
    AnalysisOrder, AnalystError, AnalystProfile, Draft, FilingAnalyst, FilingContent, FilingMeta,
    Quality,
};

use super::failure::Stop;
use super::meter::Meter;
use super::{Engine, Run};

/// Unchecked claims, and who drew them.
#[derive(Debug)]
pub(super) struct Drawn {
    pub(super) profile: AnalystProfile,
    pub(super) draft: Draft,
    /// Less than was asked for is given for nothing.
    pub(super) is_stand_in: bool,
}

impl Engine {
    /// Asks the analysts of the quality, one after the other while they cannot be reached. Where none can, and
    /// this is the last attempt, the extractive one stands in.
    pub(super) async fn draw(
        &self,
        run: &Run,
        filing: &FilingMeta,
        content: &FilingContent,
    ) -> Result<Drawn, Stop> {
        let first = self
            .analyst_for(Some(run.task.key.quality))
            .map_err(|refusal| Stop::last("quality_not_offered", refusal.to_string()))?;
        let quality = first.profile().quality;
        let meter = Meter::of(self, run).await?;
        let ask = async |analyst: &dyn FilingAnalyst, is_stand_in| {
            let order = AnalysisOrder {
                filing,
                template: run.task.key.template,
                ceiling: meter.left(),
            };
            let draft = analyst.analyse(&order, content, &meter).await?;
            meter.check()?;
            Ok(Drawn {
                profile: analyst.profile(),
                draft,
                is_stand_in,
            })
        };
        let analysts = || self.ports.analysts.iter().map(AsRef::as_ref);
        let of = |wanted| analysts().filter(move |analyst| analyst.profile().quality == wanted);
        let mut away = None;
        for analyst in of(quality) {
            match ask(analyst, false).await {
                Err(error @ AnalystError::Unavailable { .. }) => away = Some(error),
                ended => return Ok(ended?),
            }
        }
        let is_last = run.task.attempts >= self.settings.timings.max_attempts;
        let may = self.settings.billing.stand_in && quality > Quality::Extractive && is_last;
        if let Some(extractive) = of(Quality::Extractive).next().filter(|_| may)
            && let Ok(drawn) = ask(extractive, true).await
        {
            return Ok(drawn);
        }
        Err(away.map_or_else(
            || Stop::last("quality_not_offered", "the quality is not offered any more"),
            Stop::from,
        ))
    }
}
