//! Prices that were promised.

use aperilex_ports::{
    QuoteId, QuoteStore, SettlementError, StoreError, StoredQuote, SubmitTask, Timestamp, UserId,
};
use async_trait::async_trait;

use crate::state::State;
use crate::stores::MemoryStores;

#[async_trait]
impl QuoteStore for MemoryStores {
    async fn keep(&self, quote: &StoredQuote) -> Result<(), StoreError> {
        self.commit("quotes.keep", |state| {
            if state.quotes.contains_key(&quote.id) {
                return Err(StoreError::Conflict);
            }
            state.quotes.insert(quote.id, quote.clone());
            Ok(())
        })
    }

    async fn get(&self, user: UserId, quote: QuoteId) -> Result<Option<StoredQuote>, StoreError> {
        self.read("quotes.get", |state| {
            let quote = state.quotes.get(&quote);
            quote.filter(|quote| quote.user == user).cloned()
        })
    }

    async fn forget(&self, by: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.commit("quotes.forget", |state| {
            let expired = state.quotes.values().filter(|quote| quote.expires_at <= by);
            let expired: Vec<_> = expired.take(limit).map(|quote| quote.id).collect();
            for id in &expired {
                state.quotes.remove(id);
            }
            Ok(expired.len())
        })
    }
}

impl State {
    /// Marks the quote of an accepted request; refused if it was used before.
    pub(crate) fn use_quote(&mut self, request: &SubmitTask) -> Result<(), SettlementError> {
        let Some(id) = request.quote else {
            return Ok(());
        };
        let quote = self.quotes.get_mut(&id);
        let own = quote.filter(|quote| quote.user == request.user);
        match own.filter(|quote| quote.used_by.is_none()) {
            Some(quote) => {
                quote.used_by = Some(request.task);
                Ok(())
            }
            None => Err(SettlementError::QuoteUsed),
        }
    }
}
