//! What only a mirror can: be looked through. Its folders are read, or the pages that a plain file
//! server makes of them.

use std::collections::HashSet;
use std::time::Duration;

use aperilex_ports::{AccessionNumber, Cik, Ticker};

use crate::client::EdgarClient;
use crate::error::{EdgarError, absent_is_none};
use crate::request::{Host, Request, Shape, company_path};
use crate::transport::{Transport, hrefs};

const TTL: Duration = Duration::from_secs(30);
/// More companies than this are not looked through one by one.
const MAX_COMPANIES: usize = 20_000;

/// The names in a company's folder.
#[derive(Debug)]
pub(crate) struct KeptFilings(HashSet<String>);

impl KeptFilings {
    pub(crate) fn has(&self, accession: &AccessionNumber) -> bool {
        self.0.contains(&format!("{}/", accession.digits()))
            || self.0.contains(&format!("{accession}.txt"))
    }
}

impl EdgarClient {
    /// What a mirror has of a company; none if it does not list its folders.
    pub(crate) async fn kept_filings(&self, cik: Cik) -> Result<Option<KeptFilings>, EdgarError> {
        let names = self.mirror_list(Host::Www, &company_path(cik)).await?;
        Ok((!names.is_empty()).then(|| KeptFilings(names.into_iter().collect())))
    }

    /// The company under which a mirror keeps this filing; of several the lowest number.
    pub(crate) async fn in_mirror(
        &self,
        accession: &AccessionNumber,
    ) -> Result<Option<Cik>, EdgarError> {
        let path = "/Archives/edgar/data";
        let listed = self.mirror_list(Host::Www, path).await?;
        for cik in ciks(&listed, |name| name.strip_suffix('/')) {
            let kept = self.kept_filings(cik).await?;
            if kept.is_some_and(|kept| kept.has(accession)) {
                return Ok(Some(cik));
            }
        }
        Ok(None)
    }

    /// The company of a symbol. Symbols pass to other companies, and a mirror may hold the one that
    /// had it: so there its companies are asked for their symbols as well.
    pub(crate) async fn company_of(&self, ticker: &Ticker) -> Result<Cik, EdgarError> {
        if !self.is_partial() {
            return self.cik_of(ticker).await;
        }
        if let Some(cik) = absent_is_none(self.cik_of(ticker).await)?
            && absent_is_none(self.submissions(cik).await)?.is_some()
        {
            return Ok(cik);
        }
        let listed = self.mirror_list(Host::Data, "/submissions").await?;
        for cik in ciks(&listed, |name| {
            name.strip_prefix("CIK")?.strip_suffix(".json")
        }) {
            let company = absent_is_none(self.submissions(cik).await)?;
            if company.is_some_and(|company| company.company.tickers.contains(ticker)) {
                return Ok(cik);
            }
        }
        Err(EdgarError::not_found(format!(
            "a company with the symbol {ticker}"
        )))
    }

    /// Names in a mirror's folder, those of folders with a slash at the end; none where EDGAR or
    /// a server does not list folders.
    async fn mirror_list(&self, host: Host, path: &str) -> Result<Vec<String>, EdgarError> {
        let request = Request::new(host, &format!("{path}/"), Shape::Page);
        let listed = match self.transport() {
            Transport::Folder(folder) => folder.list(&request).await,
            Transport::Http(_) if self.is_sec() => return Ok(Vec::new()),
            Transport::Http(http) => {
                let url = http.url(&request)?;
                let names = |what: &str, page: &[u8]| hrefs(what, &url, page);
                self.read(&request, TTL, names).await
            }
        };
        match listed {
            // Servers that do not list refuse in many ways.
            Err(EdgarError::BadAnswer { .. } | EdgarError::Misconfigured { .. }) => Ok(Vec::new()),
            listed => Ok(absent_is_none(listed)?.unwrap_or_default()),
        }
    }
}

/// The companies among names, in order: which of several is found must not depend on the server.
fn ciks(names: &[String], number: impl Fn(&str) -> Option<&str>) -> Vec<Cik> {
    let mut ciks: Vec<Cik> = names
        .iter()
        .filter_map(|name| number(name)?.parse().ok())
        .collect();
    ciks.sort_unstable();
    ciks.truncate(MAX_COMPANIES);
    ciks
}
