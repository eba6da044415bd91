//! Broken books.

use std::sync::Arc;

use aperilex_ports::audit::Books;
use aperilex_ports::{AuditStore, StoreError, Stores, UserId};
use async_trait::async_trait;

use super::{failures, pause};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    ReadsHoldsLater,
    LeavesAccessOut,
}

pub(crate) const FLAWS: &[(Flaw, &str)] = &[
    (Flaw::ReadsHoldsLater, "AU-1"),
    (Flaw::LeavesAccessOut, "AU-2"),
];

pub(crate) fn caught(flaw: Flaw) -> Vec<&'static str> {
    failures(move |stores| {
        let broken = Broken {
            inner: stores.audit.clone(),
            flaw,
        };
        Stores {
            audit: Arc::new(broken),
            ..stores
        }
    })
}

#[derive(Debug)]
struct Broken {
    inner: Arc<dyn AuditStore>,
    flaw: Flaw,
}

#[async_trait]
impl AuditStore for Broken {
    async fn books(&self, user: UserId) -> Result<Option<Books>, StoreError> {
        let Some(mut books) = self.inner.books(user).await? else {
            return Ok(None);
        };
        match self.flaw {
            Flaw::LeavesAccessOut => books.access.clear(),
            Flaw::ReadsHoldsLater => {
                pause().await;
                let later = self.inner.books(user).await?;
                books.holds = later.map(|books| books.holds).unwrap_or_default();
            }
        }
        Ok(Some(books))
    }
}
