//! Quotes: what a request would cost, and the promise that it does.

use std::time::Duration;

use aperilex_ports::{
    AccessSource, Account, EntryKind, FilingMeta, MicroUsd, Quality, QuoteId, QuotedAccess,
    SettlementError, StoredQuote, SubmitTask, Template, Timestamp,
};

use super::request_analysis::{AnalysisRequest, Case};
use super::{Engine, later};
use crate::error::EngineError;
use crate::refusal::Refusal;

/// What a request would cost now. A request that names it costs that until it expires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Its id.
    pub id: QuoteId,
    /// The filing.
    pub filing: FilingMeta,
    /// What is looked at.
    pub template: Template,
    /// How good.
    pub quality: Quality,
    /// Whether access is paid for as access or as import.
    pub access_kind: EntryKind,
    /// For access to the filing; zero if the account has it.
    pub access: MicroUsd,
    /// For the analysis; zero if the pool has it.
    pub analysis: MicroUsd,
    /// Both.
    pub total: MicroUsd,
    /// Whether the pool has the analysis.
    pub pooled: bool,
    /// Whether the account's own key would make it.
    pub own_key: bool,
    /// Whether the filing is so large that the analysis costs more than the plan says.
    pub large: bool,
    /// What the account can spend.
    pub available: MicroUsd,
    /// Tells the prices that it was made from.
    pub price_version: String,
    /// Until when the price holds.
    pub expires_at: Timestamp,
}

/// What a request may cost beyond what it says itself, and what it is told where that is not enough.
#[derive(Debug, Clone)]
pub(super) struct Promise {
    /// The quote that its prices are from.
    quote: Option<QuoteId>,
    /// Over this it is refused, and how.
    cap: Option<(MicroUsd, Cap)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cap {
    /// At the usual price: that the filing is large was not accepted.
    Usual,
    /// At what an expired quote said.
    Quoted,
}

impl Engine {
    /// What a request would cost, and a promise that it does. Nothing else is done.
    ///
    /// # Errors
    /// [`EngineError`]: the refusals that the request would meet, but for credits.
    pub async fn quote(
        &self,
        account: &Account,
        request: &AnalysisRequest,
    ) -> Result<Quote, EngineError> {
        let case = self.decide(account, request).await?;
        let pooled = self.is_pooled(case.wanted.as_ref()).await?;
        let balance = self.ports.stores.ledger.balance(account.id).await?;
        let ttl = Duration::from_secs(self.settings.timings.quote_ttl_s);
        let now = self.now();
        let quoted = |access: &aperilex_ports::PendingAccess| QuotedAccess {
            price: access.price,
            source: access.source,
        };
        let purpose = case.access.as_ref().map(|access| access.purpose);
        let stored = StoredQuote {
            id: QuoteId::from_uuid(self.id(now)),
            user: account.id,
            refresh: request.refresh,
            access: case.access.as_ref().map(quoted),
            analysis: if pooled {
                MicroUsd::ZERO
            } else {
                case.fee.price
            },
            large: !pooled && case.fee.is_large(),
            key: case.key,
            price_version: self.settings.price_version(account),
            created_at: now,
            expires_at: later(now, ttl),
            used_by: None,
        };
        self.ports.stores.quotes.keep(&stored).await?;
        Ok(Quote {
            id: stored.id,
            access_kind: purpose.unwrap_or(EntryKind::FilingAccess),
            access: stored.access.map_or(MicroUsd::ZERO, |access| access.price),
            analysis: stored.analysis,
            total: stored.total(),
            pooled,
            own_key: stored.key.owner.is_some(),
            large: stored.large,
            available: balance.available(),
            price_version: stored.price_version,
            expires_at: stored.expires_at,
            template: stored.key.template,
            quality: stored.key.quality,
            filing: case.record.meta,
        })
    }

    /// Puts the prices of the request's quote in the place of today's while it holds. Once it has expired,
    /// today's prices count, as long as they are no higher.
    pub(super) async fn promise(
        &self,
        account: &Account,
        request: &AnalysisRequest,
        case: &mut Case,
    ) -> Result<Promise, EngineError> {
        let Some(id) = request.quote else {
            return Ok(Promise::without(request, case));
        };
        let quotes = &self.ports.stores.quotes;
        let quote = quotes.get(account.id, id).await?;
        let quote = quote.ok_or(Refusal::QuoteUnknown)?;
        for (field, same) in [
            ("filing", quote.key.filing == case.key.filing),
            ("template", quote.key.template == case.key.template),
            ("quality", quote.key.quality == case.key.quality),
            // What an own key makes for nothing is another thing than what ours make.
            ("own key", quote.key.owner == case.key.owner),
            // What is promised for nothing because the pool has it is not promised to be made anew.
            ("refresh", quote.refresh == request.refresh),
        ] {
            if !same {
                return Err(Refusal::QuoteMismatch { field }.into());
            }
        }
        if quote.expires_at <= self.now() {
            return Ok(Promise {
                quote: None,
                cap: Some((quote.total(), Cap::Quoted)),
            });
        }
        honour(&quote, case)?;
        let dearer = case.fee.price > quote.analysis;
        Ok(Promise {
            quote: Some(id),
            cap: dearer.then(|| (quote.total(), Cap::Quoted)),
        })
    }
}

/// Quoted prices count, whatever plans say now. What was to be free because of the tier or a role at the time is
/// not, once it must be paid for: that is another thing than was quoted.
fn honour(quote: &StoredQuote, case: &mut Case) -> Result<(), Refusal> {
    if let Some(access) = &mut case.access
        && access.source == AccessSource::Paid
    {
        match quote.access {
            Some(quoted) if quoted.source == AccessSource::Paid => access.price = quoted.price,
            _ if !access.price.is_positive() => {}
            _ => {
                let price = [access.price, quote.analysis].into_iter().sum();
                let quoted = quote.total();
                return Err(Refusal::PriceChanged { quoted, price });
            }
        }
    }
    // What was free was so because the pool had it. If that is gone, making it is another thing, and refused
    // below: its price has changed.
    if quote.analysis.is_positive() || !case.fee.price.is_positive() {
        case.fee.price = quote.analysis;
    }
    Ok(())
}

impl Promise {
    /// Without a quote the usual price is the most, unless the request itself allows what it costs.
    fn without(request: &AnalysisRequest, case: &Case) -> Self {
        let access = case.access.as_ref().map(|access| access.price);
        let with = |fee| access.into_iter().chain([fee]).sum();
        let is_accepted = request
            .max_price
            .is_some_and(|max| max >= with(case.fee.price));
        let cap = (case.fee.is_large() && !is_accepted).then(|| (with(case.fee.usual), Cap::Usual));
        Self { quote: None, cap }
    }

    /// Writes it into the command: the database looks whether the pool spares the fee, so it alone can tell
    /// what the request costs.
    pub(super) fn bind(&self, command: &mut SubmitTask) {
        command.quote = self.quote;
        let cap = self.cap.map(|(cap, _)| cap);
        command.max_price = match (command.max_price, cap) {
            (Some(own), Some(cap)) => Some(own.min(cap)),
            (own, cap) => own.or(cap),
        };
    }

    /// A refusal by price, as what it is.
    pub(super) fn explain(&self, error: SettlementError) -> EngineError {
        match (&error, self.cap) {
            (SettlementError::OverMaxPrice { price, .. }, Some((_, Cap::Usual))) => {
                Refusal::LargeFiling { price: *price }.into()
            }
            (SettlementError::OverMaxPrice { price, max }, Some((quoted, Cap::Quoted)))
                if *max == quoted =>
            {
                let price = *price;
                Refusal::PriceChanged { quoted, price }.into()
            }
            _ => error.into(),
        }
    }
}
