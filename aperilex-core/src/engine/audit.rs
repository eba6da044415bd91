//! Proving the books.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aperilex_ports::audit::{Finding, Invariant, Rules, check};
use aperilex_ports::{AnalysisRecord, Digest, DocumentStoreError, StoreError, UserId};

use super::{Engine, earlier};
use crate::error::EngineError;
use crate::lifecycle::task_follows;

/// How thoroughly books are proved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Proof {
    /// Nothing is under way: everything must be final.
    pub quiet: bool,
    /// Read every analysis that was charged, and compare its SHA-256.
    pub objects: bool,
}

/// What the last proof of all accounts found, as far as this process has made one.
#[derive(Debug, Default)]
pub(super) struct Proved(Mutex<Option<u64>>);

impl Proved {
    /// Notes what was found; `anew` at the beginning of a round.
    pub(super) fn note(&self, anew: bool, findings: usize) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let so_far = known.filter(|_| !anew).unwrap_or_default();
        let found = u64::try_from(findings).unwrap_or(u64::MAX);
        *known = Some(so_far.saturating_add(found));
    }

    pub(super) fn findings(&self) -> Option<u64> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// What does not hold of an account's books; nothing, if all is well.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for an unknown account, or a port's failure.
    pub async fn verify_books(
        &self,
        user: UserId,
        proof: Proof,
    ) -> Result<Vec<Finding>, EngineError> {
        let books = match self.ports.stores.audit.books(user).await {
            // What cannot be read is named with its account, and keeps no other account from its proof.
            Err(StoreError::Unreadable { what }) => {
                return Ok(vec![Finding {
                    invariant: Invariant::I2,
                    subject: "account".to_owned(),
                    message: format!("a record of its books cannot be read: {what}"),
                }]);
            }
            books => books?,
        };
        let books = books.ok_or_else(|| EngineError::not_found(format!("account {user}")))?;
        let now = self.now();
        // The sweeper gives late holds back; it has as long again as a hold lives.
        let grace = Duration::from_secs(self.settings.timings.hold_ttl_s);
        let rules = Rules {
            task_follows,
            quiet: proof.quiet,
            now,
            holds_since: earlier(now, grace),
            max_attempts: self.settings.timings.max_attempts,
        };
        let mut found = check(&books, &rules);
        if proof.objects {
            for record in &books.analyses {
                found.extend(self.object(record).await?);
            }
        }
        Ok(found)
    }

    /// Whether the bytes of an analysis are there, and are what was stored.
    async fn object(&self, record: &AnalysisRecord) -> Result<Option<Finding>, EngineError> {
        let digest = &record.result_sha256;
        let message = match self.ports.documents.get(digest).await {
            Ok(bytes) if Digest::of(&bytes) == *digest => return Ok(None),
            Ok(_) | Err(DocumentStoreError::Damaged { .. }) => "its bytes are damaged",
            Err(DocumentStoreError::NotFound { .. }) => "its bytes are not there",
            Err(error) => return Err(error.into()),
        };
        Ok(Some(Finding {
            invariant: Invariant::I5,
            subject: format!("analysis {}", record.id),
            message: message.to_owned(),
        }))
    }
}
