//! Bringing filings in without analysing them.

use aperilex_ports::{
    Account, FilingMeta, FilingQuery, FilingRecord, GrantAccess, HoldId, MicroUsd, PendingAccess,
    PlaceHold, RawFiling,
};

use super::Engine;
use super::failure::is_our_error;
use crate::error::EngineError;

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
        let Some(access) = self.missing_access(account, &record).await? else {
            let (record, fetched) = self.have(record).await?;
            let charged = MicroUsd::ZERO;
            return Ok(Imported {
                record,
                fetched,
                charged,
            });
        };
        let hold = self.set_aside(account, &record, &access).await?;
        match (self.bring_in(account, record, access).await, hold) {
            // It was paid for meanwhile: what is held would have paid.
            (Ok(imported), Some(hold)) if !imported.charged.is_positive() => {
                self.release(hold, true).await;
                Ok(imported)
            }
            (Err(error), Some(hold)) => {
                self.release(hold, is_our_error(&error)).await;
                Err(error)
            }
            (imported, _) => imported,
        }
    }

    /// Gives a hold back. One that was captured all the same stays so; one that cannot be given back now
    /// expires.
    async fn release(&self, hold: HoldId, makes_good: bool) {
        let now = self.now();
        let goodwill = makes_good.then(|| self.goodwill_until(now));
        let _ = self.ports.stores.ledger.void(hold, goodwill, now).await;
    }

    /// Nothing is fetched for who cannot pay for it, and what is held cannot be spent meanwhile.
    async fn set_aside(
        &self,
        account: &Account,
        record: &FilingRecord,
        access: &PendingAccess,
    ) -> Result<Option<HoldId>, EngineError> {
        if !access.price.is_positive() {
            return Ok(None);
        }
        let now = self.now();
        let hold = PlaceHold {
            id: access.hold,
            user: account.id,
            purpose: access.purpose,
            amount: access.price,
            filing: Some(record.meta.id),
            task: None,
            expires_at: self.hold_expiry(now),
            now,
        };
        self.ports.stores.ledger.place_hold(&hold).await?;
        Ok(Some(hold.id))
    }

    async fn bring_in(
        &self,
        account: &Account,
        record: FilingRecord,
        access: PendingAccess,
    ) -> Result<Imported, EngineError> {
        let (record, fetched) = self.have(record).await?;
        let price = access.price;
        let grant = GrantAccess {
            user: account.id,
            filing: record.meta.id,
            access,
            now: self.now(),
        };
        let is_charged = self.ports.stores.settlement.grant_access(&grant).await?;
        Ok(Imported {
            record,
            fetched,
            charged: if is_charged { price } else { MicroUsd::ZERO },
        })
    }

    /// The filing, stored; and whether it had to be fetched.
    pub(super) async fn have(
        &self,
        record: FilingRecord,
    ) -> Result<(FilingRecord, bool), EngineError> {
        if record.stored.is_some() {
            return Ok((record, false));
        }
        let raw = self.ports.source.fetch(&record.meta).await?;
        Ok((self.keep(&raw).await?, true))
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
