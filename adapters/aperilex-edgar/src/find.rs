//! From a name to one filing and what is known of it.

use aperilex_ports::{AccessionNumber, Cik, FilingId, FilingMeta, FormType, Ticker};
use jiff::civil::Date;

use crate::client::EdgarClient;
use crate::error::{EdgarError, absent_is_none};
use crate::request::folder_path;
use crate::submissions::{Submissions, SubmittedFiling, Wanted};

impl EdgarClient {
    /// The latest filing of exactly this form.
    pub(crate) async fn latest(
        &self,
        cik: Cik,
        form: &FormType,
        ticker: Option<&Ticker>,
    ) -> Result<FilingMeta, EdgarError> {
        let company = self.submissions(cik).await?;
        let wanted = Wanted {
            form: Some(form),
            from: Date::MIN,
            to: Date::MAX,
            limit: 1,
        };
        match self.present(&company, &wanted).await?.first() {
            Some(filing) => Ok(meta(&company, filing, ticker)),
            None => {
                let who = ticker.map_or_else(|| format!("company {cik}"), ToString::to_string);
                Err(EdgarError::not_found(format!("a {form} of {who}")))
            }
        }
    }

    /// The filings that are wanted, newest first; of a partial mirror only those that it has.
    pub(crate) async fn present(
        &self,
        company: &Submissions,
        wanted: &Wanted<'_>,
    ) -> Result<Vec<SubmittedFiling>, EdgarError> {
        if !self.is_partial() {
            return self.matching(company, wanted).await;
        }
        let all = Wanted {
            limit: usize::MAX,
            ..*wanted
        };
        let cik = company.company.cik;
        let kept = self.kept_filings(cik).await?;
        let mut present = Vec::new();
        for filing in self.matching(company, &all).await? {
            if present.len() >= wanted.limit {
                break;
            }
            let here = match &kept {
                Some(kept) => kept.has(&filing.accession),
                None => self.probe(cik, &filing.accession).await?,
            };
            if here {
                present.push(filing);
            }
        }
        Ok(present)
    }

    /// A filing by its number alone.
    pub(crate) async fn by_accession(
        &self,
        accession: &AccessionNumber,
    ) -> Result<FilingMeta, EdgarError> {
        let cik = self.locate(accession).await?;
        self.describe(cik, accession).await
    }

    /// What is known of a filing whose company is known.
    pub(crate) async fn describe(
        &self,
        cik: Cik,
        accession: &AccessionNumber,
    ) -> Result<FilingMeta, EdgarError> {
        if let Some(company) = absent_is_none(self.submissions(cik).await)? {
            if let Some(filing) = self.submitted(&company, accession).await? {
                if self.is_partial() && !self.has_filing(cik, accession).await? {
                    return Err(EdgarError::not_found(format!("filing {accession}")));
                }
                return Ok(meta(&company, &filing, None));
            }
            let found = self.told_by_filing(cik, accession).await?;
            // The folder of a submitting agent shows other companies' filings.
            let ticker = company.ticker().filter(|_| found.cik == Some(cik));
            return Ok(FilingMeta { ticker, ..found });
        }
        self.told_by_filing(cik, accession).await
    }

    /// What a filing says of itself, where its company's list does not name it.
    async fn told_by_filing(
        &self,
        cik: Cik,
        accession: &AccessionNumber,
    ) -> Result<FilingMeta, EdgarError> {
        let page = absent_is_none(self.index_page(cik, accession).await)?;
        if let Some(page) = page
            && let Some(form) = page.form.clone()
        {
            let filer = page.filers.iter().find(|(filer, _)| *filer == cik);
            let filer = filer.or_else(|| page.filers.first());
            let main = page.documents.iter().find(|document| {
                document.sequence == Some(1) || document.doc_type.as_deref() == Some(form.as_str())
            });
            return Ok(FilingMeta {
                cik: Some(filer.map_or(cik, |(filer, _)| *filer)),
                company: filer.map(|(_, name)| name.clone()),
                filed: page.filed,
                period: page.period,
                items: page.items.clone(),
                primary_document: main.and_then(|document| document.name.clone()),
                ..bare(cik, accession, form)
            });
        }
        self.told_by_header(cik, accession).await
    }

    async fn told_by_header(
        &self,
        cik: Cik,
        accession: &AccessionNumber,
    ) -> Result<FilingMeta, EdgarError> {
        let header = self
            .header(cik, accession)
            .await
            .map_err(|error| match error {
                EdgarError::NotFound { .. } => EdgarError::not_found(format!("filing {accession}")),
                other => other,
            })?;
        let form = header.form.clone().ok_or_else(|| {
            EdgarError::bad(
                format!("header of {accession}"),
                "it does not name the form",
            )
        })?;
        let own = header.parties.iter().find(|party| party.cik == Some(cik));
        let filer = own.or_else(|| header.filer());
        Ok(FilingMeta {
            cik: filer.and_then(|party| party.cik).or(Some(cik)),
            company: filer.and_then(|party| party.name.clone()),
            filed: header.filed,
            period: header.period,
            items: header.items.clone(),
            ..bare(cik, accession, form)
        })
    }
}

/// A filing as its company's list has it.
pub(crate) fn meta(
    company: &Submissions,
    filing: &SubmittedFiling,
    ticker: Option<&Ticker>,
) -> FilingMeta {
    FilingMeta {
        company: Some(company.company.name.clone()),
        ticker: ticker.cloned().or_else(|| company.ticker()),
        filed: Some(filing.filed),
        period: filing.period,
        items: filing.items.clone(),
        primary_document: filing.primary_document.clone(),
        ..bare(company.company.cik, &filing.accession, filing.form.clone())
    }
}

fn bare(cik: Cik, accession: &AccessionNumber, form: FormType) -> FilingMeta {
    FilingMeta {
        id: FilingId::of_accession(accession),
        accession: Some(*accession),
        cik: Some(cik),
        company: None,
        ticker: None,
        form,
        filed: None,
        period: None,
        items: Vec::new(),
        primary_document: None,
        url: Some(format!(
            "https://www.sec.gov{}/",
            folder_path(cik, accession)
        )),
    }
}
