//! From an accession number to a company: the number names only who submitted the filing.

use aperilex_ports::{AccessionNumber, Cik};

use crate::client::EdgarClient;
use crate::error::EdgarError;

/// More companies than this are not looked through one by one.
const MAX_MIRROR_COMPANIES: usize = 20_000;

impl EdgarClient {
    /// A company under which this filing is kept; tries the cheapest way first.
    ///
    /// # Errors
    /// [`EdgarError::NotFound`] if no way leads to it.
    pub async fn locate(&self, accession: &AccessionNumber) -> Result<Cik, EdgarError> {
        if let Some(cik) = self.if_submitter(accession).await? {
            return Ok(cik);
        }
        if let Some(cik) = self.in_mirror(accession).await? {
            return Ok(cik);
        }
        if let Some(cik) = self.in_search(accession).await? {
            return Ok(cik);
        }
        match self.in_quarterly_index(accession).await? {
            Some(cik) => Ok(cik),
            None => Err(EdgarError::not_found(format!("filing {accession}"))),
        }
    }

    /// Many companies submit for themselves.
    async fn if_submitter(&self, accession: &AccessionNumber) -> Result<Option<Cik>, EdgarError> {
        let Ok(cik) = accession.submitter().parse() else {
            return Ok(None);
        };
        Ok(self.has_filing(cik, accession).await?.then_some(cik))
    }

    /// A mirror can be looked through.
    async fn in_mirror(&self, accession: &AccessionNumber) -> Result<Option<Cik>, EdgarError> {
        let Ok(companies) = self.mirror_list("/Archives/edgar/data").await else {
            return Ok(None);
        };
        let ciks = companies
            .iter()
            .filter_map(|name| name.trim_end_matches('/').parse::<Cik>().ok());
        for cik in ciks.take(MAX_MIRROR_COMPANIES) {
            let kept = self.kept_filings(cik).await;
            if kept.is_some_and(|kept| kept.has(accession)) {
                return Ok(Some(cik));
            }
        }
        Ok(None)
    }
}
