//! Bulk imports: many filings asked for at once. The whole is set aside first, each filing that comes is
//! charged by itself, and the rest goes back.

use std::collections::HashSet;
use std::time::Duration;

use aperilex_ports::{
    Account, CompanyLocator, Date, Digest, FilingId, FilingLocator, FilingMeta, FilingQuery,
    FormType, HoldId, IdempotentRequest, ImportId, ImportItem, ImportJob, MAX_PAGE, MicroUsd,
    NewImportItem, Role, SubmitImport, Tier, Timestamp,
};

use super::{Engine, later};
use crate::entitlement::Limit;
use crate::error::EngineError;
use crate::refusal::Refusal;

/// Most filings of one import.
pub const MAX_IMPORT_ITEMS: usize = 10_000;

/// Which filings to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportSelection {
    /// These.
    Filings(Vec<FilingLocator>),
    /// Those of a company, as the source lists them now.
    Company {
        /// The company.
        company: CompanyLocator,
        /// Forms, in the SEC's spelling.
        forms: Vec<FormType>,
        /// Filed on or after.
        from: Option<Date>,
        /// Filed on or before.
        to: Option<Date>,
    },
}

/// Asks for many filings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRequest {
    /// Which.
    pub selection: ImportSelection,
    /// Refuse if it may cost more.
    pub max_price: Option<MicroUsd>,
    /// The client's key for repeating the request safely.
    pub idempotency_key: Option<String>,
}

/// What became of a request for an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartedImport {
    /// The import.
    pub job: ImportJob,
    /// Whether it is the first outcome of this idempotency key, given again.
    pub replayed: bool,
}

impl Engine {
    /// Starts a bulk import: what it may cost is set aside, and its filings come one by one. A request
    /// with an idempotency key that was answered before is given the same import, as it is now.
    ///
    /// # Errors
    /// [`EngineError`]; nothing was done and nothing was charged.
    pub async fn start_import(
        &self,
        account: &Account,
        request: &ImportRequest,
    ) -> Result<StartedImport, EngineError> {
        let now = self.now();
        let idempotency = self.import_key(request, now);
        let imports = &self.ports.stores.imports;
        if let Some(own) = &idempotency
            && let Some(job) = imports.replayed(account.id, own, now).await?
        {
            return Ok(StartedImport {
                job,
                replayed: true,
            });
        }
        let unit_price = self.bulk_unit(account)?;
        let (items, duplicates, listed) = self.select(&request.selection).await?;
        let now = self.now();
        let command = SubmitImport {
            import: ImportId::from_uuid(self.id(now)),
            user: account.id,
            items,
            duplicates,
            unit_price,
            hold: HoldId::from_uuid(self.id(now)),
            max_price: request.max_price,
            idempotency,
            expires_at: self.import_expiry(now),
            now,
        };
        let submitted = imports.submit(&command).await?;
        if !submitted.replayed {
            self.note_listed(&listed).await;
        }
        Ok(StartedImport {
            job: submitted.job,
            replayed: submitted.replayed,
        })
    }

    /// Keeps what the source has listed, so that it is not asked for each filing again. Where that fails
    /// nothing is lost, since the items name their filings by accession number.
    async fn note_listed(&self, listed: &[FilingMeta]) {
        for meta in listed {
            let filings = &self.ports.stores.filings;
            if filings.register(meta, self.now()).await.is_err() {
                return;
            }
        }
    }

    /// The name by which an item asks for a filing that the source has listed. One without an accession number
    /// is kept at once: nothing else leads to it again.
    async fn listed_name(&self, meta: &FilingMeta) -> Result<FilingLocator, EngineError> {
        if let Some(accession) = meta.accession {
            return Ok(FilingLocator::Accession(accession));
        }
        let filings = &self.ports.stores.filings;
        let record = filings.register(meta, self.now()).await?;
        Ok(FilingLocator::Stored(record.meta.id))
    }

    fn import_key(&self, request: &ImportRequest, now: Timestamp) -> Option<IdempotentRequest> {
        let life = Duration::from_secs(self.settings.timings.idempotency_ttl_s);
        Some(IdempotentRequest {
            key: request.idempotency_key.clone()?,
            request: fingerprint(request),
            expires_at: later(now, life),
        })
    }

    /// When an import in which nothing moves is given up.
    pub(super) fn import_expiry(&self, now: Timestamp) -> Timestamp {
        let life = Duration::from_secs(self.settings.timings.import_ttl_s);
        later(now, life)
    }

    /// What a filing of a bulk import costs this account.
    fn bulk_unit(&self, account: &Account) -> Result<MicroUsd, Refusal> {
        if account.role != Role::Member {
            return Ok(MicroUsd::ZERO);
        }
        let plans = &self.settings.plans;
        self.settings.plan_of(account).bulk_unit.ok_or_else(|| {
            let above = Tier::ALL.iter().filter(|tier| **tier > account.tier);
            let mut above = above.copied();
            Refusal::NotEntitled {
                limit: Limit::BulkImport,
                tier: account.tier,
                lifted_by: above.find(|tier| plans.of(*tier).bulk_unit.is_some()),
            }
        })
    }

    /// The filings that are asked for, each once, how many were named again, and what the source said of
    /// them. Nothing is written yet: whether the credits suffice is still to be asked.
    async fn select(
        &self,
        selection: &ImportSelection,
    ) -> Result<(Vec<NewImportItem>, u32, Vec<FilingMeta>), EngineError> {
        let mut listed = Vec::new();
        let locators = match selection {
            ImportSelection::Filings(locators) => locators.clone(),
            ImportSelection::Company {
                company,
                forms,
                from,
                to,
            } => {
                let mut seen = HashSet::new();
                for form in forms.iter().filter(|form| seen.insert(*form)) {
                    let query = FilingQuery {
                        company: company.clone(),
                        form: Some(form.clone()),
                        from: *from,
                        to: *to,
                        limit: MAX_PAGE,
                    };
                    let left = MAX_IMPORT_ITEMS.saturating_sub(listed.len());
                    listed.extend(self.list_all_filings(query, left).await?);
                }
                let mut locators = Vec::new();
                for meta in &listed {
                    locators.push(self.listed_name(meta).await?);
                }
                locators
            }
        };
        if locators.is_empty() {
            return Err(Refusal::NothingToImport.into());
        }
        if locators.len() > MAX_IMPORT_ITEMS {
            return Err(too_many());
        }
        let (items, duplicates) = each_once(locators);
        Ok((items, duplicates, listed))
    }

    /// All filings that the source lists, page by page: each page begins on the day on which the one
    /// before ended.
    ///
    /// # Errors
    /// [`Refusal::TooManyItems`] if they are more than `most`, or the source's failure.
    pub async fn list_all_filings(
        &self,
        mut query: FilingQuery,
        most: usize,
    ) -> Result<Vec<FilingMeta>, EngineError> {
        let (mut filings, mut seen) = (Vec::new(), HashSet::new());
        loop {
            let page = self.list_filings(&query).await?;
            let (full, last) = (page.len() == query.limit, page.last().and_then(|f| f.filed));
            let known = filings.len();
            filings.extend(page.into_iter().filter(|filing| seen.insert(filing.id)));
            if filings.len() > most {
                return Err(too_many());
            }
            if !full || filings.len() == known {
                return Ok(filings);
            }
            query.to = last.or(query.to);
        }
    }

    /// One of the account's own imports.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], or a port's failure.
    pub async fn import(&self, account: &Account, id: ImportId) -> Result<ImportJob, EngineError> {
        let job = self.ports.stores.import_store.get(id).await?;
        job.filter(|job| job.user == account.id)
            .ok_or_else(|| EngineError::not_found(format!("import {id}")))
    }

    /// The account's imports, newest first, older than `before`.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn imports(
        &self,
        account: &Account,
        before: Option<ImportId>,
        limit: usize,
    ) -> Result<Vec<ImportJob>, EngineError> {
        let store = &self.ports.stores.import_store;
        Ok(store.list(account.id, before, limit.min(MAX_PAGE)).await?)
    }

    /// Items of one of the account's imports behind a place, in their order.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], or a port's failure.
    pub async fn import_items(
        &self,
        account: &Account,
        id: ImportId,
        after: u32,
        limit: usize,
    ) -> Result<Vec<ImportItem>, EngineError> {
        self.import(account, id).await?;
        let store = &self.ports.stores.import_store;
        Ok(store.items(id, after, limit.min(MAX_PAGE)).await?)
    }

    /// Withdraws an import: what waits is not imported, and what was set aside for it goes back. One that
    /// has ended is left as it is.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], or a port's failure.
    pub async fn cancel_import(
        &self,
        account: &Account,
        id: ImportId,
    ) -> Result<ImportJob, EngineError> {
        self.import(account, id).await?;
        let (imports, now) = (&self.ports.stores.imports, self.now());
        let goodwill = Some(self.goodwill_until(now));
        Ok(imports.cancel(id, goodwill, now).await?)
    }
}

fn too_many() -> EngineError {
    let limit = MAX_IMPORT_ITEMS;
    Refusal::TooManyItems { limit }.into()
}

/// Each filing once, in the order of its first mention. Names that turn out to be of the same filing
/// later become items of their own, of which one is charged.
fn each_once(locators: Vec<FilingLocator>) -> (Vec<NewImportItem>, u32) {
    let named = locators.len();
    let (mut items, mut ids, mut names) = (Vec::new(), HashSet::new(), HashSet::new());
    for locator in locators {
        let filing = match &locator {
            FilingLocator::Stored(id) => Some(*id),
            FilingLocator::Accession(accession) => Some(FilingId::of_accession(accession)),
            _ => None,
        };
        let is_new = match filing {
            Some(id) => ids.insert(id),
            None => names.insert(locator.clone()),
        };
        if is_new {
            items.push(NewImportItem { locator, filing });
        }
    }
    let again = named.saturating_sub(items.len());
    (items, u32::try_from(again).unwrap_or(u32::MAX))
}

/// What makes two requests the same for an idempotency key: all that was asked, as it was asked.
fn fingerprint(request: &ImportRequest) -> Digest {
    let max = request.max_price.map(|max| max.to_string());
    let asked = match &request.selection {
        ImportSelection::Filings(locators) => serde_json::json!(["import", locators, max]),
        ImportSelection::Company {
            company,
            forms,
            from,
            to,
        } => {
            let company = match company {
                CompanyLocator::Ticker(ticker) => format!("ticker {ticker}"),
                CompanyLocator::Cik(cik) => format!("cik {cik}"),
            };
            let forms: Vec<&str> = forms.iter().map(FormType::as_str).collect();
            let days = [from, to].map(|day| day.map(|day| day.to_string()));
            serde_json::json!(["import", company, forms, days, max])
        }
    };
    Digest::of(asked.to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_filing_is_one_item() {
        let accession = |text: &str| FilingLocator::Accession(text.parse().unwrap());
        let one = accession("0001999999-26-000007");
        let id = FilingId::of_accession(&"0001999999-26-000007".parse().unwrap());
        let url = FilingLocator::Url("https://www.sec.gov/x".into());
        let named = vec![
            one.clone(),
            url.clone(),
            accession("000199999926000007"),
            FilingLocator::Stored(id),
            url.clone(),
            accession("0001999999-26-000011"),
        ];
        let (items, duplicates) = each_once(named);
        let locators: Vec<_> = items.into_iter().map(|item| item.locator).collect();
        assert_eq!(locators, [one, url, accession("0001999999-26-000011")]);
        assert_eq!(duplicates, 3);
    }
}
