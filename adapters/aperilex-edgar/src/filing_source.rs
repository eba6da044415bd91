//! The port, on top of the client.

use aperilex_ports::{
    Company, CompanyLocator, FilingLocator, FilingMeta, FilingQuery, FilingSource,
    FilingSourceError, RawFiling, Ticker,
};
use async_trait::async_trait;
use jiff::civil::Date;

use crate::address::filing_address;
use crate::client::EdgarClient;
use crate::error::EdgarError;
use crate::find::meta;
use crate::submissions::{Submissions, Wanted};

#[async_trait]
impl FilingSource for EdgarClient {
    async fn find(&self, locator: &FilingLocator) -> Result<FilingMeta, FilingSourceError> {
        let found = match locator {
            FilingLocator::Ticker { ticker, form } => {
                let cik = self.company_of(ticker).await?;
                self.latest(cik, form, Some(ticker)).await
            }
            FilingLocator::Company { cik, form } => self.latest(*cik, form, None).await,
            FilingLocator::Accession(accession) => self.by_accession(accession).await,
            FilingLocator::Url(url) => {
                let address = filing_address(url, self.mirror_base())?;
                self.describe(address.cik, &address.accession).await
            }
            _ => Err(EdgarError::not_found(
                "a stored filing: EDGAR knows no ids of ours",
            )),
        };
        Ok(found?)
    }

    async fn fetch(&self, filing: &FilingMeta) -> Result<RawFiling, FilingSourceError> {
        Ok(self.raw_filing(filing).await?)
    }

    async fn list(&self, query: &FilingQuery) -> Result<Vec<FilingMeta>, FilingSourceError> {
        let (company, ticker) = self.look_up(&query.company).await?;
        let wanted = Wanted {
            form: query.form.as_ref(),
            from: query.from.unwrap_or(Date::MIN),
            to: query.to.unwrap_or(Date::MAX),
            limit: query.limit,
        };
        let filings = self.present(&company, &wanted).await?;
        let listed = filings.iter().map(|filing| meta(&company, filing, ticker));
        Ok(listed.collect())
    }

    async fn company(&self, company: &CompanyLocator) -> Result<Company, FilingSourceError> {
        Ok(self.look_up(company).await?.0.company)
    }
}

impl EdgarClient {
    async fn look_up<'a>(
        &self,
        company: &'a CompanyLocator,
    ) -> Result<(Submissions, Option<&'a Ticker>), EdgarError> {
        Ok(match company {
            CompanyLocator::Cik(cik) => (self.submissions(*cik).await?, None),
            CompanyLocator::Ticker(ticker) => {
                let cik = self.company_of(ticker).await?;
                (self.submissions(cik).await?, Some(ticker))
            }
        })
    }
}
