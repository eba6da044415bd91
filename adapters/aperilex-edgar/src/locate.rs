//! From an accession number to a company: the number names only who submitted the filing.

use aperilex_ports::{AccessionNumber, Cik};

use crate::client::EdgarClient;
use crate::error::EdgarError;

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
}
