//! Bringing filings in without analysing them.

use aperilex_ports::{
    Account, FilingMeta, FilingQuery, FilingRecord, GrantAccess, MicroUsd, RawFiling,
};

use super::Engine;
use crate::error::EngineError;
use crate::refusal::Refusal;

/// A filing that was brought in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The filing.
    pub record: FilingRecord,
    /// Whether it had to be fetched.
    pub fetched: bool,
    /// What the account paid now.
    pub charged: MicroUsd,
}

impl Engine {
    /// Filings of a company, newest first, as the source lists them.
    ///
    /// # Errors
    /// The source's failure.
    pub async fn list_filings(&self, query: &FilingQuery) -> Result<Vec<FilingMeta>, EngineError> {
        Ok(self.ports.source.list(query).await?)
    }

    /// Brings one filing in: fetched and stored if it is not, and opened to the account.
    ///
    /// # Errors
    /// [`EngineError`]; nothing was charged.
    pub async fn import_filing(
        &self,
        account: &Account,
        meta: &FilingMeta,
    ) -> Result<Imported, EngineError> {
        let record = self.ports.stores.filings.register(meta, self.now()).await?;
        let access = self.missing_access(account, &record).await?;
        let price = access
            .as_ref()
            .map_or(MicroUsd::ZERO, |access| access.price);
        if price.is_positive() {
            let available = self
                .ports
                .stores
                .ledger
                .balance(account.id)
                .await?
                .available();
            if available < price {
                return Err(Refusal::InsufficientCredits {
                    needed: price,
                    available,
                }
                .into());
            }
        }
        let fetched = record.stored.is_none();
        let record = if fetched {
            let raw = self.ports.source.fetch(&record.meta).await?;
            self.keep(&raw).await?
        } else {
            record
        };
        let mut charged = MicroUsd::ZERO;
        if let Some(access) = access {
            let (user, filing, now) = (account.id, record.meta.id, self.now());
            let grant = GrantAccess {
                user,
                filing,
                access,
                now,
            };
            if self.ports.stores.settlement.grant_access(&grant).await? {
                charged = price;
            }
        }
        Ok(Imported {
            record,
            fetched,
            charged,
        })
    }

    /// Takes in a filing that the caller holds, such as a local file.
    ///
    /// # Errors
    /// [`EngineError::Filing`] if it cannot be taken apart, or a port's failure.
    pub async fn import_raw(&self, raw: &RawFiling) -> Result<FilingRecord, EngineError> {
        self.ports
            .stores
            .filings
            .register(&raw.meta, self.now())
            .await?;
        self.keep(raw).await
    }

    async fn keep(&self, raw: &RawFiling) -> Result<FilingRecord, EngineError> {
        self.ports.parser.parse(raw)?;
        let documents = self.store_documents(raw).await?;
        let filings = &self.ports.stores.filings;
        Ok(filings
            .mark_stored(raw.meta.id, &documents, self.now())
            .await?)
    }
}
