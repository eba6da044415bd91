//! Broken quote stores.

use std::sync::Arc;
use std::time::Duration;

use aperilex_ports::{QuoteId, QuoteStore, StoreError, StoredQuote, Stores, Timestamp, UserId};
use async_trait::async_trait;

use super::failures;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    LosesTheSize,
    ForgetsWhoUsedIt,
    ForgetsEarly,
}

pub(crate) const FLAWS: &[(Flaw, &str)] = &[
    (Flaw::LosesTheSize, "QT-1"),
    (Flaw::ForgetsWhoUsedIt, "QT-2"),
    (Flaw::ForgetsEarly, "QT-3"),
];

pub(crate) fn caught(flaw: Flaw) -> Vec<&'static str> {
    failures(move |stores| {
        let inner = stores.quotes.clone();
        Stores {
            quotes: Arc::new(Broken { inner, flaw }),
            ..stores
        }
    })
}

#[derive(Debug)]
struct Broken {
    inner: Arc<dyn QuoteStore>,
    flaw: Flaw,
}

#[async_trait]
impl QuoteStore for Broken {
    async fn keep(&self, quote: &StoredQuote) -> Result<(), StoreError> {
        self.inner.keep(quote).await
    }

    async fn get(&self, user: UserId, quote: QuoteId) -> Result<Option<StoredQuote>, StoreError> {
        let mut quote = self.inner.get(user, quote).await?;
        if let Some(quote) = &mut quote {
            match self.flaw {
                Flaw::LosesTheSize => quote.large = false,
                Flaw::ForgetsWhoUsedIt => quote.used_by = None,
                Flaw::ForgetsEarly => {}
            }
        }
        Ok(quote)
    }

    async fn forget(&self, by: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let early = match self.flaw {
            Flaw::ForgetsEarly => Duration::from_secs(60),
            _ => Duration::ZERO,
        };
        self.inner.forget(by + early, limit).await
    }
}
