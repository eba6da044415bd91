//! From the words of a caller to a filing, and whether the account may see it.

use aperilex_ports::{
    AccessSource, Account, Date, FilingId, FilingLocator, FilingMeta, FilingRecord, Role,
};
use jiff::tz::TimeZone;

use super::Engine;
use crate::entitlement::{exceeded, lifted_by};
use crate::error::EngineError;
use crate::refusal::Refusal;

impl Engine {
    /// Finds a filing: in the store if it is known, else at the source.
    pub(super) async fn resolve(
        &self,
        locator: &FilingLocator,
    ) -> Result<FilingRecord, EngineError> {
        let known = match locator {
            FilingLocator::Stored(id) => Some(*id),
            FilingLocator::Accession(accession) => Some(FilingId::of_accession(accession)),
            _ => None,
        };
        if let Some(id) = known
            && let Some(record) = self.ports.stores.filings.get(id).await?
        {
            return Ok(record);
        }
        if let FilingLocator::Stored(id) = locator {
            return Err(EngineError::not_found(format!("filing {id}")));
        }
        let meta = self.ports.source.find(locator).await?;
        Ok(self
            .ports
            .stores
            .filings
            .register(&meta, self.now())
            .await?)
    }

    /// The tier policy: history, companies, forms. Who runs the installation sees
    /// everything, and so does the house.
    pub(super) fn entitle(&self, account: &Account, filing: &FilingMeta) -> Result<(), Refusal> {
        if account.role != Role::Member {
            return Ok(());
        }
        let (plans, universes, tier) =
            (&self.settings.plans, &self.settings.universes, account.tier);
        let today = self.today();
        let plan = self.settings.plan_of(account);
        match exceeded(&plan, universes, filing, today) {
            None => Ok(()),
            Some(limit) => {
                let lifted_by = lifted_by(plans, universes, tier, filing, today);
                Err(Refusal::NotEntitled {
                    limit,
                    tier,
                    lifted_by,
                })
            }
        }
    }

    /// Whether access that was given still holds: what was paid for stays, what came with a tier or a
    /// role goes with it.
    pub(super) fn access_holds(
        &self,
        account: &Account,
        filing: &FilingMeta,
        source: AccessSource,
    ) -> bool {
        self.access_holds_for_any(account, source)
            .unwrap_or_else(|| self.entitle(account, filing).is_ok())
    }

    /// The same where it does not depend on the filing; none where it does.
    pub(super) fn access_holds_for_any(
        &self,
        account: &Account,
        source: AccessSource,
    ) -> Option<bool> {
        match source {
            AccessSource::Policy if self.settings.plan_of(account).access_by_policy => None,
            AccessSource::Policy => Some(false),
            AccessSource::Admin => Some(account.role != Role::Member),
            _ => Some(true),
        }
    }

    /// Today in the SEC's time zone would differ by hours from UTC, on limits of years: UTC it is.
    pub(super) fn today(&self) -> Date {
        self.now().to_zoned(TimeZone::UTC).date()
    }
}
