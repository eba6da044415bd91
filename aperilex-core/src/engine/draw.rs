//! Having claims drawn: by an analyst of the quality that was asked for, or by one that stands in for it.

use aperilex_ports::{
    AnalysisOrder, AnalystError, AnalystProfile, Draft, FilingAnalyst, FilingContent, FilingMeta,
    Quality, Waiver,
};

use super::failure::Stop;
use super::meter::Meter;
use super::{Engine, Run};

/// Unchecked claims, and who drew them.
#[derive(Debug)]
pub(super) struct Drawn {
    pub(super) profile: AnalystProfile,
    pub(super) draft: Draft,
    /// Why it is given for nothing, if it is.
    pub(super) free: Option<Waiver>,
}

impl Engine {
    /// Asks the analysts of the quality, one after the other while they cannot be reached. Where none can, and
    /// this is the last attempt, the extractive one stands in. What an account's own key is to make, no other
    /// analyst makes.
    pub(super) async fn draw(
        &self,
        run: &Run,
        filing: &FilingMeta,
        content: &FilingContent,
    ) -> Result<Drawn, Stop> {
        let key = &run.task.key;
        let own = match key.owner {
            Some(owner) => Some(self.analyst_of(owner, key.quality).await?),
            None => None,
        };
        let meter = Meter::of(self, run, own.is_some()).await?;
        let ask = async |analyst: &dyn FilingAnalyst, free| {
            let order = AnalysisOrder {
                filing,
                template: key.template,
                ceiling: meter.left(),
            };
            let draft = analyst.analyse(&order, content, &meter).await?;
            meter.check()?;
            Ok(Drawn {
                profile: analyst.profile(),
                draft,
                free,
            })
        };
        if let Some(own) = own {
            return Ok(ask(&*own, Some(Waiver::OwnKey)).await?);
        }
        let first = self
            .analyst_for(key.quality)
            .map_err(|refusal| Stop::last("quality_not_offered", refusal.to_string()))?;
        let quality = first.profile().quality;
        let analysts = || self.ports.analysts.iter().map(AsRef::as_ref);
        let of = |wanted| analysts().filter(move |analyst| analyst.profile().quality == wanted);
        let mut away = None;
        for analyst in of(quality) {
            match ask(analyst, None).await {
                Err(error @ AnalystError::Unavailable { .. }) => away = Some(error),
                // That ours was refused is nothing a user can mend.
                Err(error @ AnalystError::KeyRefused) => {
                    let source = error.into();
                    away = Some(AnalystError::Unavailable { source });
                }
                ended => return Ok(ended?),
            }
        }
        let is_last = run.task.attempts >= self.settings.timings.max_attempts;
        let may = self.settings.billing.stand_in && quality > Quality::Extractive && is_last;
        if let Some(extractive) = of(Quality::Extractive).next().filter(|_| may)
            && let Ok(drawn) = ask(extractive, Some(Waiver::StandIn)).await
        {
            return Ok(drawn);
        }
        Err(away.map_or_else(
            || Stop::last("quality_not_offered", "the quality is not offered any more"),
            Stop::from,
        ))
    }
}
