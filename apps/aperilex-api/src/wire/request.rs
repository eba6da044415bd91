//! What clients send.

use aperilex_core::{
    AnalysisRequest, Cik, FilingId, FilingLocator, FormType, MicroUsd, Quality, QuoteId, Template,
    Ticker,
};
use poem::http::HeaderMap;
use poem::{Request, RequestBody, Result};
use poem_openapi::payload::{ParsePayload, Payload};
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use poem_openapi::{Object, impl_apirequest_for_payload};

use super::strict::{self, Object as Fields};
use super::text::{QualityWord, TemplateWord, Usd};
use crate::body;
use crate::problem::{Problem, ProblemCode};

/// Longest address of a filing.
const MAX_URL: usize = 2_048;
/// Ways to name a filing.
const WAYS: [&str; 5] = ["ticker", "cik", "accession", "url", "id"];

/// Names a filing in exactly one way: `ticker` and `form`, `cik` and `form` (the newest such filing
/// of the company), `accession`, `url`, or `id`.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none, deny_unknown_fields)]
pub(super) struct FilingName {
    /// Ticker, such as `AAPL` or `BRK-B`.
    ticker: Option<String>,
    /// SEC Central Index Key, 1 to 10 digits.
    cik: Option<String>,
    /// Form type in the SEC's spelling, such as `10-K`.
    form: Option<String>,
    /// Accession number, such as `0000320193-23-000106`.
    accession: Option<String>,
    /// Address of a filing on www.sec.gov.
    url: Option<String>,
    /// Id of a filing that is known here.
    id: Option<uuid::Uuid>,
}

impl From<&FilingLocator> for FilingName {
    fn from(locator: &FilingLocator) -> Self {
        let mut name = Self {
            ticker: None,
            cik: None,
            form: None,
            accession: None,
            url: None,
            id: None,
        };
        match locator {
            FilingLocator::Ticker { ticker, form } => {
                name.ticker = Some(ticker.to_string());
                name.form = Some(form.to_string());
            }
            FilingLocator::Company { cik, form } => {
                name.cik = Some(cik.to_string());
                name.form = Some(form.to_string());
            }
            FilingLocator::Accession(accession) => name.accession = Some(accession.to_string()),
            FilingLocator::Url(url) => name.url = Some(url.clone()),
            FilingLocator::Stored(id) => name.id = Some(id.as_uuid()),
            // A way of naming that is newer than this document.
            _ => {}
        }
        name
    }
}

/// Asks for an analysis, or for what it would cost.
#[derive(Debug, Object)]
#[oai(
    rename = "AnalysisRequest",
    skip_serializing_if_is_none,
    deny_unknown_fields
)]
pub(crate) struct AnalysisRequestDocument {
    /// The filing.
    filing: FilingName,
    /// What to look at; `comprehensive` if not said.
    template: Option<TemplateWord>,
    /// At least how good; the lowest that is offered if not said.
    quality: Option<QualityWord>,
    /// Make it anew and pay for it, whatever the pool has; `false` if not said.
    refresh: Option<bool>,
    /// Refuse if it costs more.
    max_price_usd: Option<Usd>,
    /// The quote whose prices count, until it expires.
    quote: Option<uuid::Uuid>,
}

/// The body of a request for an analysis, read strictly.
#[derive(Debug)]
pub(crate) struct AnalysisBody(pub(crate) AnalysisRequest);

impl Payload for AnalysisBody {
    const CONTENT_TYPE: &'static str = "application/json";

    fn check_content_type(content_type: &str) -> bool {
        body::is_json(content_type)
    }

    fn schema_ref() -> MetaSchemaRef {
        AnalysisRequestDocument::schema_ref()
    }

    fn register(registry: &mut Registry) {
        AnalysisRequestDocument::register(registry);
    }
}

impl ParsePayload for AnalysisBody {
    const IS_REQUIRED: bool = true;

    async fn from_request(request: &Request, body: &mut RequestBody) -> Result<Self> {
        let bytes = body::read(request, body).await?;
        Ok(Self(read(&bytes)?))
    }
}

impl_apirequest_for_payload!(AnalysisBody);

fn read(bytes: &[u8]) -> Result<AnalysisRequest, Problem> {
    let mut fields = strict::parse(bytes)?;
    let mut name = fields.object("filing");
    let filing = name.as_mut().and_then(locator);
    if let Some(name) = name {
        name.end(&mut fields);
    }
    let template = fields.text("template", str::parse::<Template>);
    let quality = fields.text("quality", str::parse::<Quality>);
    let refresh = fields.flag("refresh");
    let max_price = fields.text("max_price_usd", price);
    let quote = fields.text("quote", str::parse::<QuoteId>);
    fields.finish()?;
    // Without a locator there was a complaint.
    let filing = filing.ok_or_else(Problem::internal)?;
    Ok(AnalysisRequest {
        filing,
        template: template.unwrap_or(Template::Comprehensive),
        quality,
        refresh,
        max_price,
        quote,
        idempotency_key: None,
    })
}

pub(super) fn price(text: &str) -> Result<MicroUsd, String> {
    match text.parse::<MicroUsd>() {
        Ok(price) if price >= MicroUsd::ZERO => Ok(price),
        Ok(_) => Err("expected no negative price".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

pub(super) fn locator(name: &mut Fields) -> Option<FilingLocator> {
    name.drop_nulls(&[&WAYS[..], &["form"]].concat());
    let named: Vec<_> = WAYS.into_iter().filter(|way| name.has(way)).collect();
    let way = match named[..] {
        [way] => way,
        _ => {
            let detail = format!("name the filing in exactly one way: {}", WAYS.join(", "));
            // The fields are known; that there are none or several is the one complaint.
            for field in WAYS.into_iter().chain(["form"]) {
                let _ = name.text(field, |_| Ok::<_, String>(()));
            }
            name.wrong("", ProblemCode::InvalidField, detail);
            return None;
        }
    };
    let by_company = matches!(way, "ticker" | "cik");
    if name.has("form") && !by_company {
        name.wrong(
            "form",
            ProblemCode::InvalidField,
            "goes with ticker and cik only",
        );
    }
    if !name.has("form") && by_company {
        name.wrong(
            "form",
            ProblemCode::MissingField,
            "needed with ticker and cik",
        );
    }
    let form = name.text("form", str::parse::<FormType>);
    match way {
        "ticker" => {
            let ticker = name.text("ticker", str::parse::<Ticker>)?;
            form.map(|form| FilingLocator::Ticker { ticker, form })
        }
        "cik" => {
            let cik = name.text("cik", str::parse::<Cik>)?;
            form.map(|form| FilingLocator::Company { cik, form })
        }
        "accession" => name
            .text("accession", str::parse)
            .map(FilingLocator::Accession),
        "id" => name
            .text("id", str::parse::<FilingId>)
            .map(FilingLocator::Stored),
        _ => name.text("url", url).map(FilingLocator::Url),
    }
}

fn url(text: &str) -> Result<String, String> {
    if text.len() > MAX_URL {
        return Err(format!("expected at most {MAX_URL} characters"));
    }
    Ok(text.to_owned())
}

/// The client's own key for repeating a paid request safely: 1 to 255 visible ASCII characters.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut keys = headers.get_all("idempotency-key").iter();
    let Some(key) = keys.next() else {
        return Ok(None);
    };
    let lawful = (1..=255).contains(&key.len())
        && key.as_bytes().iter().all(u8::is_ascii_graphic)
        && keys.next().is_none();
    if !lawful {
        let detail = "expected one Idempotency-Key of 1 to 255 visible ASCII characters";
        return Err(Problem::new(ProblemCode::BadIdempotencyKey, detail));
    }
    Ok(key.to_str().ok().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_and_place(body: &str) -> (ProblemCode, String) {
        let problem = read(body.as_bytes()).unwrap_err();
        let place = problem.errors.first().map(|error| error.pointer.clone());
        (problem.code, place.unwrap_or_default())
    }

    #[test]
    fn a_filing_is_named_in_one_way() {
        let read = |body: &str| read(body.as_bytes()).map(|request| request.filing);
        let form: FormType = "10-K".parse().unwrap();
        assert_eq!(
            read(r#"{"filing":{"ticker":"brk.b","form":"10-K"}}"#).unwrap(),
            FilingLocator::Ticker {
                ticker: "BRK-B".parse().unwrap(),
                form: form.clone()
            }
        );
        assert_eq!(
            read(r#"{"filing":{"cik":"320193","form":"10-K"}}"#).unwrap(),
            FilingLocator::Company {
                cik: "0000320193".parse().unwrap(),
                form
            }
        );
        let accession = "0000320193-23-000106";
        assert_eq!(
            read(&format!(
                r#"{{"filing":{{"accession":"{accession}","url":null}}}}"#
            ))
            .unwrap(),
            FilingLocator::Accession(accession.parse().unwrap())
        );
    }

    /// A filing, the code of the complaint, and where it points.
    const BAD_FILINGS: &[(&str, ProblemCode, &str)] = &[
        ("7", ProblemCode::WrongType, ""),
        ("null", ProblemCode::MissingField, ""),
        ("{}", ProblemCode::InvalidField, ""),
        (
            r#"{"ticker":"A","accession":"x"}"#,
            ProblemCode::InvalidField,
            "",
        ),
        (r#"{"ticker":"AAPL"}"#, ProblemCode::MissingField, "/form"),
        (
            r#"{"ticker":"","form":"10-K"}"#,
            ProblemCode::InvalidField,
            "/ticker",
        ),
        (
            r#"{"ticker":"AAPL;DROP","form":"10-K"}"#,
            ProblemCode::InvalidField,
            "/ticker",
        ),
        (
            r#"{"ticker":"ＡＡＰＬ","form":"10-K"}"#,
            ProblemCode::InvalidField,
            "/ticker",
        ),
        (
            r#"{"ticker":1,"form":"10-K"}"#,
            ProblemCode::WrongType,
            "/ticker",
        ),
        (
            r#"{"ticker":"A","form":"10-k"}"#,
            ProblemCode::InvalidField,
            "/form",
        ),
        (
            r#"{"ticker":"A","form":"../"}"#,
            ProblemCode::InvalidField,
            "/form",
        ),
        (
            r#"{"cik":"0","form":"10-K"}"#,
            ProblemCode::InvalidField,
            "/cik",
        ),
        (
            r#"{"cik":"12345678901","form":"10-K"}"#,
            ProblemCode::InvalidField,
            "/cik",
        ),
        (r#"{"id":"x"}"#, ProblemCode::InvalidField, "/id"),
        (
            r#"{"url":"https://www.sec.gov/","form":"10-K"}"#,
            ProblemCode::InvalidField,
            "/form",
        ),
        (
            r#"{"accession":"0000320193-23-000106","x":1}"#,
            ProblemCode::UnknownField,
            "/x",
        ),
    ];

    #[test]
    fn what_is_wrong_with_a_filing_is_named() {
        for (filing, code, place) in BAD_FILINGS {
            let body = format!(r#"{{"filing":{filing}}}"#);
            assert_eq!(
                code_and_place(&body),
                (*code, format!("/filing{place}")),
                "{body}"
            );
        }
    }

    #[test]
    fn what_is_wrong_with_the_rest_is_named() {
        for (rest, code, place) in [
            (r#""tier":"ENTERPRISE""#, ProblemCode::UnknownField, "/tier"),
            (r#""refresh":"yes""#, ProblemCode::WrongType, "/refresh"),
            (
                r#""max_price_usd":1"#,
                ProblemCode::WrongType,
                "/max_price_usd",
            ),
            (
                r#""max_price_usd":"-1""#,
                ProblemCode::InvalidField,
                "/max_price_usd",
            ),
            (
                r#""max_price_usd":"1e3""#,
                ProblemCode::InvalidField,
                "/max_price_usd",
            ),
            (
                r#""template":"all""#,
                ProblemCode::InvalidField,
                "/template",
            ),
            (r#""quality":"best""#, ProblemCode::InvalidField, "/quality"),
        ] {
            let body = format!(r#"{{"filing":{{"accession":"0000320193-23-000106"}},{rest}}}"#);
            assert_eq!(code_and_place(&body), (code, place.to_owned()), "{body}");
        }
        let nothing = (ProblemCode::MissingField, "/filing".to_owned());
        assert_eq!(code_and_place("{}"), nothing);
    }

    #[test]
    fn idempotency_keys_are_visible_ascii() {
        let key = |value: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.append(
                "idempotency-key",
                poem::http::HeaderValue::from_bytes(value).unwrap(),
            );
            idempotency_key(&headers)
        };
        assert_eq!(key(b"a-1").unwrap().as_deref(), Some("a-1"));
        assert_eq!(idempotency_key(&HeaderMap::new()).unwrap(), None);
        for bad in [&b""[..], b"a b", "é".as_bytes(), &[b'x'; 256]] {
            assert_eq!(key(bad).unwrap_err().code, ProblemCode::BadIdempotencyKey);
        }
    }
}
