//! What a request would cost.

use aperilex_core::Quote;
use poem_openapi::Object;
use uuid::Uuid;

use super::filing::FilingSummary;
use super::text::{EntryKindWord, Moment, QualityWord, TemplateWord, Usd};

/// What a request would cost now.
#[derive(Debug, Object)]
#[oai(rename = "Quote")]
pub(crate) struct QuoteDocument {
    /// Names it in a request, which then costs what it says.
    quote_id: Uuid,
    filing: FilingSummary,
    template: TemplateWord,
    quality: QualityWord,
    /// What access to the filing would be charged as.
    access_kind: EntryKindWord,
    /// For access to the filing; zero if the account has it.
    access_usd: Usd,
    /// For the analysis; zero if it exists already, or if the account's own key makes it.
    analysis_usd: Usd,
    /// Both.
    total_usd: Usd,
    /// Whether the analysis exists and would be given at once.
    pooled: bool,
    /// Whether the account's own key would make it.
    own_key: bool,
    /// Whether the filing is so large that its analysis costs more than the plan says. A request must then
    /// name this quote, or allow the price with `max_price_usd`.
    large: bool,
    /// What the account can spend.
    available_usd: Usd,
    /// Tells one set of prices from another.
    price_version: String,
    /// Until when the price holds.
    expires_at: Moment,
}

impl From<&Quote> for QuoteDocument {
    fn from(quote: &Quote) -> Self {
        Self {
            quote_id: quote.id.as_uuid(),
            filing: (&quote.filing).into(),
            template: quote.template.into(),
            quality: quote.quality.into(),
            access_kind: quote.access_kind.into(),
            access_usd: quote.access.into(),
            analysis_usd: quote.analysis.into(),
            total_usd: quote.total.into(),
            pooled: quote.pooled,
            own_key: quote.own_key,
            large: quote.large,
            available_usd: quote.available.into(),
            price_version: quote.price_version.clone(),
            expires_at: quote.expires_at.into(),
        }
    }
}
