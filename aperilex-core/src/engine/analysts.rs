//! Who draws an analysis: one of our analysts, or the one that the account's own key opens (product §5).

use std::sync::Arc;

use aperilex_ports::{Account, FilingAnalyst, Quality, StoreError, UserId};

use super::Engine;
use super::failure::Stop;
use crate::error::EngineError;
use crate::refusal::Refusal;

/// Who is to draw an analysis, and whose it will be alone.
pub(super) struct Choice {
    pub(super) analyst: Arc<dyn FilingAnalyst>,
    pub(super) owner: Option<UserId>,
}

impl Engine {
    /// The analyst for a request of this account. Who has brought a key is never served by ours: what it asks
    /// for may be what it does not want our providers to learn.
    pub(super) async fn choose(
        &self,
        account: &Account,
        quality: Option<Quality>,
    ) -> Result<Choice, EngineError> {
        let least = quality.unwrap_or(Quality::Extractive);
        let may = self.settings.contract_of(account);
        if may.is_some_and(|contract| contract.byok)
            && let Some(analyst) = self.own_analyst(account.id).await?
        {
            good_enough(&analyst, least)?;
            let owner = Some(account.id);
            return Ok(Choice { analyst, owner });
        }
        let analyst = self.analyst_for(least)?.clone();
        Ok(Choice {
            analyst,
            owner: None,
        })
    }

    /// Our analyst for a quality: the least that is at least as good.
    pub(super) fn analyst_for(&self, least: Quality) -> Result<&Arc<dyn FilingAnalyst>, Refusal> {
        let analysts = || self.ports.analysts.iter();
        let fit = analysts().filter(|analyst| analyst.profile().quality >= least);
        let chosen = fit.min_by_key(|analyst| analyst.profile().quality);
        chosen.ok_or_else(|| Refusal::NotOffered {
            quality: least,
            offered: analysts()
                .map(|it| it.profile().quality.to_string())
                .collect(),
        })
    }

    /// The analyst for a run that an account's own key pays for. A key that was taken away since ends the run:
    /// ours never stands in for it.
    pub(super) async fn analyst_of(
        &self,
        owner: UserId,
        least: Quality,
    ) -> Result<Arc<dyn FilingAnalyst>, Stop> {
        let analyst = self.own_analyst(owner).await?.ok_or_else(|| {
            let message = "the account's own key was taken away before the analysis was made";
            Stop::last("own_key_missing", message)
        })?;
        good_enough(&analyst, least)
            .map_err(|refusal| Stop::last("quality_not_offered", refusal.to_string()))?;
        Ok(analyst)
    }

    async fn own_analyst(
        &self,
        account: UserId,
    ) -> Result<Option<Arc<dyn FilingAnalyst>>, StoreError> {
        match &self.ports.own_models {
            Some(models) => models.of(account).await,
            None => Ok(None),
        }
    }
}

fn good_enough(analyst: &Arc<dyn FilingAnalyst>, least: Quality) -> Result<(), Refusal> {
    let quality = analyst.profile().quality;
    if quality >= least {
        return Ok(());
    }
    Err(Refusal::NotOffered {
        quality: least,
        offered: vec![quality.to_string()],
    })
}
