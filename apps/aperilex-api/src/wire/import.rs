//! Bulk imports.

use aperilex_core::{
    CompanyLocator, FilingLocator, FormType, ImportItem, ImportItemStatus, ImportJob,
    ImportRequest, ImportSelection, MAX_IMPORT_ITEMS,
};
use poem::{Request, RequestBody, Result};
use poem_openapi::payload::{ParsePayload, Payload};
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use poem_openapi::{Object, impl_apirequest_for_payload};
use uuid::Uuid;

use super::request::{FilingName, locator, price};
use super::strict::{self, Object as Fields};
use super::task::FailureDocument;
use super::text::{Day, ImportItemStatusWord, ImportStatusWord, Moment, Usd, day};
use crate::body;
use crate::problem::{Problem, ProblemCode};

/// Most forms of a company that are asked for at once.
const MAX_FORMS: usize = 50;

/// Filings of a company: `ticker` or `cik`, and the forms.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none, deny_unknown_fields)]
struct CompanyFilings {
    /// Ticker, such as `AAPL` or `BRK-B`.
    ticker: Option<String>,
    /// SEC Central Index Key, 1 to 10 digits.
    cik: Option<String>,
    /// Form types in the SEC's spelling, such as `10-K`; an amendment only if named as one.
    forms: Vec<String>,
    /// Filed on or after.
    from: Option<Day>,
    /// Filed on or before.
    to: Option<Day>,
}

/// Asks for many filings: either `filings` or `company`.
#[derive(Debug, Object)]
#[oai(
    rename = "ImportRequest",
    skip_serializing_if_is_none,
    deny_unknown_fields
)]
pub(crate) struct ImportRequestDocument {
    /// The filings, at most 10,000; one that is named twice is imported once.
    filings: Option<Vec<FilingName>>,
    /// All such filings of a company, at most 10,000.
    company: Option<CompanyFilings>,
    /// Refuse if it may cost more.
    max_price_usd: Option<Usd>,
}

/// The body of a request for an import, read strictly.
#[derive(Debug)]
pub(crate) struct ImportBody(pub(crate) ImportRequest);

impl Payload for ImportBody {
    const CONTENT_TYPE: &'static str = "application/json";

    fn check_content_type(content_type: &str) -> bool {
        body::is_json(content_type)
    }

    fn schema_ref() -> MetaSchemaRef {
        ImportRequestDocument::schema_ref()
    }

    fn register(registry: &mut Registry) {
        ImportRequestDocument::register(registry);
    }
}

impl ParsePayload for ImportBody {
    const IS_REQUIRED: bool = true;

    async fn from_request(request: &Request, body: &mut RequestBody) -> Result<Self> {
        let bytes = body::read(request, body).await?;
        Ok(Self(read(&bytes)?))
    }
}

impl_apirequest_for_payload!(ImportBody);

fn read(bytes: &[u8]) -> Result<ImportRequest, Problem> {
    let mut fields = strict::parse(bytes)?;
    // Before anything is said of any of them.
    if fields.length("filings") > Some(MAX_IMPORT_ITEMS) {
        let detail = format!("an import has at most {MAX_IMPORT_ITEMS} filings");
        return Err(Problem::new(ProblemCode::TooManyItems, detail));
    }
    fields.drop_nulls(&["filings", "company"]);
    let selection = match (fields.has("filings"), fields.has("company")) {
        (true, false) => filings(&mut fields),
        (false, true) => company(&mut fields),
        (both, _) => {
            let code = match both {
                true => ProblemCode::InvalidField,
                false => ProblemCode::MissingField,
            };
            fields.wrong("filings", code, "name either `filings` or a `company`");
            fields.leave_out(&["filings", "company"]);
            None
        }
    };
    let max_price = fields.text("max_price_usd", price);
    fields.finish()?;
    Ok(ImportRequest {
        // Without a selection there was a complaint.
        selection: selection.ok_or_else(Problem::internal)?,
        max_price,
        idempotency_key: None,
    })
}

fn filings(fields: &mut Fields) -> Option<ImportSelection> {
    let locators: Vec<FilingLocator> = fields.objects("filings", locator)?;
    if locators.is_empty() {
        let detail = "name at least one filing";
        fields.wrong("filings", ProblemCode::InvalidField, detail);
        return None;
    }
    Some(ImportSelection::Filings(locators))
}

fn company(fields: &mut Fields) -> Option<ImportSelection> {
    let mut company = fields.object("company")?;
    company.drop_nulls(&["ticker", "cik", "forms", "from", "to"]);
    let locator = match (company.has("ticker"), company.has("cik")) {
        (true, false) => company
            .text("ticker", str::parse)
            .map(CompanyLocator::Ticker),
        (false, true) => company.text("cik", str::parse).map(CompanyLocator::Cik),
        _ => {
            let detail = "name the company by either `ticker` or `cik`";
            company.leave_out(&["ticker", "cik"]);
            company.wrong("", ProblemCode::InvalidField, detail);
            None
        }
    };
    let forms = company.texts("forms", str::parse::<FormType>);
    if forms
        .as_ref()
        .is_none_or(|forms| forms.is_empty() || forms.len() > MAX_FORMS)
    {
        let detail = format!("name 1 to {MAX_FORMS} form types");
        company.wrong("forms", ProblemCode::InvalidField, detail);
    }
    let from = company.text("from", day);
    let to = company.text("to", day);
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        company.wrong("from", ProblemCode::InvalidField, "it is later than `to`");
    }
    company.end(fields);
    Some(ImportSelection::Company {
        company: locator?,
        forms: forms?,
        from,
        to,
    })
}

/// How many filings of an import are where.
#[derive(Debug, Object)]
#[oai(rename = "ImportCounts")]
struct CountsDocument {
    total: u32,
    /// To be imported.
    waiting: u32,
    /// Opened to the account, and charged.
    imported: u32,
    /// The account had them: free.
    owned: u32,
    /// Not to be had; nothing was charged for them.
    failed: u32,
    /// The import ended before it was their turn.
    cancelled: u32,
}

/// A bulk import.
#[derive(Debug, Object)]
#[oai(rename = "Import")]
pub(crate) struct ImportDocument {
    import_id: Uuid,
    /// Where it is.
    status: ImportStatusWord,
    /// Where its filings are.
    counts: CountsDocument,
    /// Filings that were named more than once: each is imported once.
    duplicates: u32,
    /// What a filing costs.
    unit_price_usd: Usd,
    /// What was charged so far.
    charged_usd: Usd,
    /// Its filings, one by one.
    items_url: String,
    created_at: Moment,
    updated_at: Moment,
    /// When it is given up, unless something moves before.
    expires_at: Moment,
}

/// A page of imports, newest first.
#[derive(Debug, Object)]
#[oai(rename = "ImportPage", skip_serializing_if_is_none)]
pub(crate) struct ImportPage {
    pub(crate) items: Vec<ImportDocument>,
    /// Cursor of the next page; absent on the last.
    pub(crate) next: Option<String>,
}

/// One filing of an import.
#[derive(Debug, Object)]
#[oai(rename = "ImportItem", skip_serializing_if_is_none)]
pub(crate) struct ImportItemDocument {
    /// Its place in the list, from 1.
    place: u32,
    /// As it was named.
    filing: FilingName,
    /// The filing, once it is known.
    filing_id: Option<Uuid>,
    /// Where it is.
    status: ImportItemStatusWord,
    /// What was charged for it.
    charged_usd: Usd,
    /// How often work on it was begun.
    attempts: u32,
    /// Why it failed, or last failed.
    failure: Option<FailureDocument>,
}

/// A page of the filings of an import, in their order.
#[derive(Debug, Object)]
#[oai(rename = "ImportItemPage", skip_serializing_if_is_none)]
pub(crate) struct ImportItemPage {
    pub(crate) items: Vec<ImportItemDocument>,
    /// Cursor of the next page; absent on the last.
    pub(crate) next: Option<String>,
}

/// Where an import is.
pub(crate) fn import_url(id: Uuid) -> String {
    format!("/api/v1/imports/{id}")
}

impl From<&ImportJob> for ImportDocument {
    fn from(job: &ImportJob) -> Self {
        let (id, counts) = (job.id.as_uuid(), &job.counts);
        Self {
            import_id: id,
            status: job.status.into(),
            counts: CountsDocument {
                total: counts.total(),
                waiting: counts.waiting,
                imported: counts.imported,
                owned: counts.owned,
                failed: counts.failed,
                cancelled: counts.cancelled,
            },
            duplicates: job.duplicates,
            unit_price_usd: job.unit_price.into(),
            charged_usd: job.charged().into(),
            items_url: format!("{}/items", import_url(id)),
            created_at: job.created_at.into(),
            updated_at: job.updated_at.into(),
            expires_at: job.expires_at.into(),
        }
    }
}

impl ImportItemDocument {
    /// An item of this import.
    pub(crate) fn new(job: &ImportJob, item: &ImportItem) -> Self {
        let charged = match item.status {
            ImportItemStatus::Imported => job.unit_price,
            _ => aperilex_core::MicroUsd::ZERO,
        };
        Self {
            place: item.place,
            filing: (&item.locator).into(),
            filing_id: item.filing.map(|filing| filing.as_uuid()),
            status: item.status.into(),
            charged_usd: charged.into(),
            attempts: item.attempts,
            failure: item.failure.as_ref().map(Into::into),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filings_or_a_company_are_named() {
        let filings =
            r#"{"filings":[{"accession":"0000320193-23-000106"},{"cik":"1","form":"10-K"}]}"#;
        let ImportSelection::Filings(named) = read(filings.as_bytes()).unwrap().selection else {
            panic!("filings");
        };
        assert_eq!(named.len(), 2);
        let company = r#"{"company":{"ticker":"aapl","forms":["10-K","8-K"],"from":"2020-01-01"},
            "max_price_usd":"1.5"}"#;
        let asked = read(company.as_bytes()).unwrap();
        assert_eq!(asked.max_price, Some("1.5".parse().unwrap()));
        let ImportSelection::Company {
            forms, from, to, ..
        } = asked.selection
        else {
            panic!("a company");
        };
        assert_eq!((forms.len(), from.is_some(), to), (2, true, None));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (body, code, place) in [
            ("{}", ProblemCode::MissingField, "/filings"),
            (r#"{"filings":[]}"#, ProblemCode::InvalidField, "/filings"),
            (r#"{"filings":{}}"#, ProblemCode::WrongType, "/filings"),
            (r#"{"filings":[7]}"#, ProblemCode::WrongType, "/filings/0"),
            (
                r#"{"filings":[{"accession":"0000320193-23-000106"},{"accession":"x"}]}"#,
                ProblemCode::InvalidField,
                "/filings/1/accession",
            ),
            (
                r#"{"filings":[{"id":"x"}],"company":{}}"#,
                ProblemCode::InvalidField,
                "/filings",
            ),
            (
                r#"{"company":{"forms":["10-K"]}}"#,
                ProblemCode::InvalidField,
                "/company",
            ),
            (
                r#"{"company":{"cik":"1","forms":[]}}"#,
                ProblemCode::InvalidField,
                "/company/forms",
            ),
            (
                r#"{"company":{"cik":"1","forms":["10-K",3]}}"#,
                ProblemCode::WrongType,
                "/company/forms/1",
            ),
            (
                r#"{"company":{"cik":"1","forms":["10-K"],"from":"2020-02-01","to":"2020-01-01"}}"#,
                ProblemCode::InvalidField,
                "/company/from",
            ),
            (
                r#"{"company":{"cik":"1","forms":["10-K"],"year":"2020"}}"#,
                ProblemCode::UnknownField,
                "/company/year",
            ),
        ] {
            let problem = read(body.as_bytes()).unwrap_err();
            let first = problem.errors.first().map(|error| error.pointer.as_str());
            assert_eq!((problem.code, first), (code, Some(place)), "{body}");
        }
        let one = r#"{"accession":"0000320193-23-000106"}"#;
        let many = vec![one; MAX_IMPORT_ITEMS + 1].join(",");
        let problem = read(format!(r#"{{"filings":[{many}]}}"#).as_bytes()).unwrap_err();
        assert_eq!(problem.code, ProblemCode::TooManyItems);
    }
}
