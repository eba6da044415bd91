//! Who draws an analysis: one of our analysts, or the one that the account's own key opens (product §5).

use std::sync::Arc;

use aperilex_ports::{Account, FilingAnalyst, OwnModels, Quality, UserId};

use super::Engine;
use super::failure::{Stop, failure};
use crate::error::EngineError;
use crate::refusal::Refusal;

/// Who is to draw an analysis, and whose it will be alone.
pub(super) struct Choice {
    /// None can: what the pool has is given all the same.
    pub(super) analyst: Result<Arc<dyn FilingAnalyst>, EngineError>,
    pub(super) owner: Option<UserId>,
}

impl Engine {
    /// The analyst for a request of this account. Who has agreed on a key of its own is never served by ours:
    /// what it asks for may be what our providers are not to learn.
    pub(super) async fn choose(
        &self,
        account: &Account,
        quality: Option<Quality>,
    ) -> Result<Choice, EngineError> {
        let least = quality.unwrap_or(Quality::Extractive);
        let contract = self.settings.contract_of(account);
        if contract.is_some_and(|contract| contract.byok) {
            return Ok(Choice {
                analyst: self.own_analyst(account.id, least).await,
                owner: Some(account.id),
            });
        }
        Ok(Choice {
            analyst: Ok(self.analyst_for(least)?.clone()),
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

    async fn own_analyst(
        &self,
        account: UserId,
        least: Quality,
    ) -> Result<Arc<dyn FilingAnalyst>, EngineError> {
        let models = self.own_models().ok_or(Refusal::OwnKeyMissing)?;
        let analyst = models.of(account).await?.ok_or(Refusal::OwnKeyMissing)?;
        good_enough(&analyst, least)?;
        Ok(analyst)
    }

    /// The analyst for a run that an account's own key pays for. A key that was taken away since ends the run:
    /// ours never stands in for it.
    pub(super) async fn analyst_of(
        &self,
        owner: UserId,
        least: Quality,
    ) -> Result<Arc<dyn FilingAnalyst>, Stop> {
        let models = self.own_models().ok_or_else(|| {
            let message = "this worker cannot open customers' models";
            Stop::Later(failure("own_key_unavailable", message))
        })?;
        let analyst = models.of(owner).await?.ok_or_else(|| {
            let message = "the account's own key was taken away before the analysis was made";
            Stop::last("own_key_missing", message)
        })?;
        good_enough(&analyst, least)
            .map_err(|refusal| Stop::last("quality_not_offered", refusal.to_string()))?;
        Ok(analyst)
    }

    /// Whether the account lets all read what its own key makes.
    pub(super) fn shares(&self, account: &Account) -> bool {
        let contract = self.settings.contract_of(account);
        contract.is_some_and(|contract| contract.byok && contract.share_results)
    }

    pub(super) fn own_models(&self) -> Option<&Arc<dyn OwnModels>> {
        self.ports.own_models.as_ref()
    }

    /// The instructions and rules that count as current, whoever's key they are used with.
    pub(super) fn prompt_versions(&self) -> Vec<String> {
        let ours = self.ports.analysts.iter();
        let ours = ours.map(|analyst| analyst.profile().prompt_version);
        let own = self.own_models().map(|models| models.prompt_versions());
        ours.chain(own.into_iter().flatten()).collect()
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
