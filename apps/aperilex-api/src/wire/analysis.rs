//! Analyses. A result goes out as the bytes that were stored; the objects here describe them, and a
//! test reads stored results through them.

use aperilex_core::AnalysisRecord;
use poem_openapi::Object;
use uuid::Uuid;

use super::task::analysis_url;
use super::text::{
    ClaimStatusWord, Day, Decimal, MethodWord, Moment, OrNull, PartWord, QualityWord,
    QuoteMatchWord, Sha256, TemplateWord, Usd,
};

/// An analysis in a list.
#[derive(Debug, Object)]
#[oai(rename = "AnalysisSummary")]
pub(crate) struct AnalysisSummary {
    analysis_id: Uuid,
    filing_id: Uuid,
    template: TemplateWord,
    quality: QualityWord,
    method: MethodWord,
    prompt_version: String,
    /// Version of the stored shape.
    schema_version: u32,
    /// Claims in it.
    claims: u32,
    /// SHA-256 of the stored bytes; its ETag.
    result_sha256: Sha256,
    /// Size of the stored bytes.
    result_bytes: u64,
    /// Where it is.
    analysis_url: String,
    /// Whether it is this account's alone: its own key made it.
    private: bool,
    created_at: Moment,
    /// When it was withdrawn; absent if it stands. A withdrawn analysis answers no request.
    #[oai(skip_serializing_if_is_none)]
    retracted_at: Option<Moment>,
}

/// A page of analyses, newest first.
#[derive(Debug, Object)]
#[oai(rename = "AnalysisPage", skip_serializing_if_is_none)]
pub(crate) struct AnalysisPage {
    pub(crate) items: Vec<AnalysisSummary>,
    /// Cursor of the next page; absent on the last.
    pub(crate) next: Option<String>,
}

impl From<&AnalysisRecord> for AnalysisSummary {
    fn from(record: &AnalysisRecord) -> Self {
        Self {
            analysis_id: record.id.as_uuid(),
            filing_id: record.key.filing.as_uuid(),
            template: record.key.template.into(),
            quality: record.key.quality.into(),
            method: record.method.into(),
            prompt_version: record.key.prompt_version.clone(),
            schema_version: record.schema_version,
            claims: record.claims,
            result_sha256: record.result_sha256.into(),
            result_bytes: record.result_bytes,
            analysis_url: analysis_url(record.id.as_uuid()),
            private: record.key.owner.is_some(),
            created_at: record.created_at.into(),
            retracted_at: record.retracted_at.map(Into::into),
        }
    }
}

/// The filing of a stored analysis.
#[derive(Debug, Object)]
#[oai(rename = "AnalysedFiling")]
struct AnalysedFiling {
    id: Uuid,
    accession: OrNull<String>,
    cik: OrNull<String>,
    company: OrNull<String>,
    ticker: OrNull<String>,
    form: String,
    filed: OrNull<Day>,
    period: OrNull<Day>,
    items: Vec<String>,
    primary_document: OrNull<String>,
    url: OrNull<String>,
}

/// A document that was analysed.
#[derive(Debug, Object)]
#[oai(rename = "AnalysedDocument")]
struct AnalysedDocument {
    name: String,
    raw_sha256: Sha256,
    raw_bytes: u64,
    /// SHA-256 of its canonical text.
    text_sha256: Sha256,
}

/// A period: an instant, or start and end.
#[derive(Debug, Object)]
#[oai(rename = "Period", skip_serializing_if_is_none)]
struct PeriodDocument {
    instant: Option<Day>,
    start: Option<Day>,
    end: Option<Day>,
}

/// A place in a filing: byte ranges of the canonical text and of the raw file.
#[derive(Debug, Object)]
#[oai(rename = "Citation", skip_serializing_if_is_none)]
struct Citation {
    /// The item; null outside all items.
    item: OrNull<String>,
    /// The item's part; absent where the form has none.
    part: Option<String>,
    /// The filing's own words.
    quote: String,
    start: u64,
    end: u64,
    text_sha256: Sha256,
    document: String,
    raw_sha256: Sha256,
    raw_start: u64,
    raw_end: u64,
    #[oai(rename = "match")]
    matched: QuoteMatchWord,
}

/// The same figure a period earlier.
#[derive(Debug, Object)]
#[oai(rename = "PriorFigure")]
struct PriorFigure {
    value: Decimal,
    period: OrNull<PeriodDocument>,
    /// Change from it in percent, one decimal place.
    change_pct: OrNull<Decimal>,
}

/// A number with its meaning.
#[derive(Debug, Object)]
#[oai(rename = "Figure", skip_serializing_if_is_none)]
struct Figure {
    /// XBRL concept.
    concept: OrNull<String>,
    value: Decimal,
    unit: OrNull<String>,
    period: OrNull<PeriodDocument>,
    prior: Option<PriorFigure>,
}

/// A statement with its proof.
#[derive(Debug, Object)]
#[oai(rename = "Claim", skip_serializing_if_is_none)]
struct Claim {
    text: String,
    status: ClaimStatusWord,
    citations: Vec<Citation>,
    figure: Option<Figure>,
}

/// Something the template asks for that the filing, or the method, does not give.
#[derive(Debug, Object)]
#[oai(rename = "NotFound")]
struct NotFound {
    part: PartWord,
    reason: String,
}

/// What became of an item.
#[derive(Debug, Object)]
#[oai(rename = "SectionSummary")]
struct SectionSummary {
    part: String,
    item: String,
    title: String,
    state: String,
    confidence: f32,
    start: u64,
    end: u64,
}

/// What checking found.
#[derive(Debug, Object)]
#[oai(rename = "Certificate")]
struct Certificate {
    /// Version of the rules of checking.
    policy: String,
    claims: u32,
    verified: u32,
    repaired: u32,
    rejected: u32,
    numbers: u32,
    numbers_verified: u32,
}

/// Tokens of a model.
#[derive(Debug, Object)]
#[oai(rename = "TokenUsage")]
struct TokenUsage {
    input: u64,
    output: u64,
}

/// Wall time of the stages.
#[derive(Debug, Object)]
#[oai(rename = "Latency")]
struct Latency {
    fetch_ms: u64,
    parse_ms: u64,
    analyse_ms: u64,
    verify_ms: u64,
}

/// A stored analysis. Which parts it has depends on form and template; an empty part says nothing.
#[derive(Debug, Object)]
#[oai(rename = "Analysis", skip_serializing_if_is_none)]
pub(crate) struct AnalysisDocument {
    schema_version: u32,
    id: Uuid,
    filing: AnalysedFiling,
    template: TemplateWord,
    quality: QualityWord,
    method: MethodWord,
    provider: OrNull<String>,
    model: OrNull<String>,
    prompt_version: String,
    parser_version: String,
    documents: Vec<AnalysedDocument>,
    summary: Option<Vec<Claim>>,
    key_financials: Option<Vec<Claim>>,
    risk_factors: Option<Vec<Claim>>,
    mdna_drivers: Option<Vec<Claim>>,
    liquidity: Option<Vec<Claim>>,
    business: Option<Vec<Claim>>,
    legal: Option<Vec<Claim>>,
    events: Option<Vec<Claim>>,
    red_flags: Option<Vec<Claim>>,
    governance: Option<Vec<Claim>>,
    offering: Option<Vec<Claim>>,
    not_found: Vec<NotFound>,
    sections: Vec<SectionSummary>,
    certificate: Certificate,
    tokens: TokenUsage,
    cost_usd: Usd,
    latency: Latency,
    created_at: Moment,
}
