//! Full-text search (EFTS), 2001 and later.

use std::collections::HashSet;

use aperilex_ports::{AccessionNumber, Cik, FormType};
use jiff::civil::Date;
use serde::Deserialize;

use crate::client::{EdgarClient, json};
use crate::error::EdgarError;
use crate::request::{Host, Request, Shape};

const PAGE: usize = 100;
/// EFTS answers no further than this.
const WINDOW: usize = 10_000;
/// EFTS has nothing of before.
const FIRST_YEAR: i16 = 2001;

/// What to search for. Empty fields do not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FullTextQuery {
    /// Words; in double quotes a phrase.
    pub text: String,
    /// Only exactly these forms: `10-K` does not bring `10-K/A`.
    pub forms: Vec<FormType>,
    /// Only these companies.
    pub ciks: Vec<Cik>,
    /// Only these 8-K items.
    pub items: Vec<String>,
    /// Filed on or after; EFTS has nothing of before 2001.
    pub from: Option<Date>,
    /// Filed on or before.
    pub to: Option<Date>,
}

/// A filing with a document that matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchHit {
    /// The filing.
    pub accession: AccessionNumber,
    /// Name of the best matching document.
    pub document: String,
    /// That document's type.
    pub doc_type: Option<String>,
    /// The filing's form.
    pub form: FormType,
    /// Date of filing.
    pub filed: Option<Date>,
    /// End of the period reported on.
    pub period: Option<Date>,
    /// Everybody whom it concerns, as keys.
    pub ciks: Vec<Cik>,
    /// The same as names, with symbols: `NVIDIA CORP  (NVDA)  (CIK 0001045810)`.
    pub names: Vec<String>,
    /// 8-K item codes.
    pub items: Vec<String>,
}

/// What a search brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchResult {
    /// Filings, the best match first, each once.
    pub hits: Vec<SearchHit>,
    /// How many *documents* match, amendments of the asked forms included.
    pub documents: u64,
    /// Whether there is more than EFTS gives out: narrow the dates or forms.
    pub truncated: bool,
}

#[derive(Deserialize)]
struct WireReply {
    hits: WireHits,
}

#[derive(Deserialize)]
struct WireHits {
    total: WireTotal,
    hits: Vec<WireHit>,
}

#[derive(Deserialize)]
struct WireTotal {
    value: u64,
}

#[derive(Deserialize)]
struct WireHit {
    #[serde(rename = "_id")]
    id: String,
    #[serde(rename = "_source")]
    source: WireSource,
}

#[derive(Deserialize)]
struct WireSource {
    adsh: AccessionNumber,
    #[serde(default)]
    ciks: Vec<String>,
    #[serde(default)]
    display_names: Vec<String>,
    form: String,
    file_type: Option<String>,
    file_date: Option<String>,
    period_ending: Option<String>,
    #[serde(default)]
    items: Option<Vec<String>>,
}

impl EdgarClient {
    /// Searches until `limit` filings are found or EFTS has no more.
    ///
    /// # Errors
    /// [`EdgarError::Unsupported`] for a mirror folder.
    pub async fn search(
        &self,
        query: &FullTextQuery,
        limit: usize,
    ) -> Result<SearchResult, EdgarError> {
        let mut result = SearchResult::default();
        let mut seen = HashSet::new();
        let mut from = 0;
        while result.hits.len() < limit {
            if from + PAGE > WINDOW {
                result.truncated = true;
                break;
            }
            let page = self.search_page(query, from).await?;
            result.documents = page.total.value;
            let got = page.hits.len();
            for hit in page.hits.into_iter().filter_map(hit) {
                let asked = query.forms.is_empty() || query.forms.contains(&hit.form);
                // Hits are documents: a filing comes once for each that matches.
                if asked && seen.insert(hit.accession) {
                    result.hits.push(hit);
                }
            }
            from += PAGE;
            if got < PAGE {
                break;
            }
        }
        result.hits.truncate(limit);
        Ok(result)
    }

    async fn search_page(
        &self,
        query: &FullTextQuery,
        from: usize,
    ) -> Result<WireHits, EdgarError> {
        let request = request(query, from);
        let reply: WireReply = json(&request.what(), &self.bytes(&request).await?)?;
        Ok(reply.hits)
    }

    /// The first company that a filing concerns, by way of search.
    pub(crate) async fn in_search(
        &self,
        accession: &AccessionNumber,
    ) -> Result<Option<Cik>, EdgarError> {
        let year = i16::try_from(accession.year()).unwrap_or(i16::MAX);
        if year < FIRST_YEAR {
            return Ok(None);
        }
        let query = FullTextQuery {
            text: format!("\"{accession}\""),
            // Later filings quote the number; the filing itself is of its year or the next.
            from: Date::new(year, 1, 1).ok(),
            to: Date::new(year.saturating_add(1), 12, 31).ok(),
            ..FullTextQuery::default()
        };
        let page = match self.search_page(&query, 0).await {
            Err(error) if error.is_absent() => return Ok(None),
            // A mirror has no search, and says so in its own way.
            Err(error) if self.is_partial() && error.is_transient() => return Ok(None),
            page => page?,
        };
        let of_filing = |hit: &SearchHit| hit.accession == *accession;
        let hit = page.hits.into_iter().filter_map(hit).find(of_filing);
        Ok(hit.and_then(|hit| hit.ciks.first().copied()))
    }
}

fn request(query: &FullTextQuery, from: usize) -> Request {
    let mut request = Request::new(Host::Efts, "/LATEST/search-index", Shape::Json)
        .query("q", query.text.clone())
        .query("from", from.to_string())
        .query("size", PAGE.to_string());
    if !query.forms.is_empty() {
        request = request.query("forms", forms(&query.forms));
    }
    if !query.ciks.is_empty() {
        request = request.query("ciks", join(query.ciks.iter().map(ToString::to_string)));
    }
    if !query.items.is_empty() {
        request = request.query("items", query.items.join(","));
    }
    if query.from.is_some() || query.to.is_some() {
        let first = jiff::civil::date(FIRST_YEAR, 1, 1);
        request = request
            .query("dateRange", "custom")
            .query("startdt", query.from.unwrap_or(first).to_string())
            .query(
                "enddt",
                query
                    .to
                    .unwrap_or(jiff::civil::date(2099, 12, 31))
                    .to_string(),
            );
    }
    request
}

/// EFTS takes a form as a prefix: an amendment that is not asked for is excluded by name.
fn forms(asked: &[FormType]) -> String {
    let amendments = asked
        .iter()
        .filter(|form| !form.is_amendment())
        .map(|form| format!("{form}/A"))
        .filter(|amendment| !asked.iter().any(|form| form.as_str() == amendment))
        .map(|amendment| format!("-{amendment}"));
    join(asked.iter().map(ToString::to_string).chain(amendments))
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(",")
}

fn hit(wire: WireHit) -> Option<SearchHit> {
    let source = wire.source;
    let date = |text: Option<String>| text.and_then(|text| text.parse().ok());
    Some(SearchHit {
        accession: source.adsh,
        document: wire.id.split_once(':')?.1.to_owned(),
        doc_type: source.file_type,
        form: source.form.parse().ok()?,
        filed: date(source.file_date),
        period: date(source.period_ending),
        ciks: source
            .ciks
            .iter()
            .filter_map(|cik| cik.parse().ok())
            .collect(),
        names: source.display_names,
        items: source.items.unwrap_or_default(),
    })
}
