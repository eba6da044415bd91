//! Proving all books and anchoring where their chains end.
//!
//! Whoever owns the database could write a whole chain anew. A root is the SHA-256 of where every chain
//! ended; once it is known elsewhere (it is logged, and kept in the document store with the list it is of),
//! a chain that was written anew no longer leads through it.

use std::time::Duration;

use aperilex_ports::audit::{Finding, Invariant, project};
use aperilex_ports::{
    Actor, AuditRecord, ChainHead, Digest, DocumentStoreError, LedgerRoot, Retry, Timestamp, UserId,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Engine, Proof, earlier, later};
use crate::error::EngineError;

/// Accounts in one object of the document store.
const PAGE: usize = 10_000;
/// Accounts proved in one go.
const BATCH: usize = 100;
/// How long a process that proves all books is thought to be at it.
const AT_IT: Duration = Duration::from_secs(60 * 60);

/// A finding, and the account it is of.
pub type AccountFinding = (UserId, Finding);

/// What all books came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BooksProof {
    /// Accounts that were proved.
    pub accounts: u64,
    /// What does not hold.
    pub findings: Vec<AccountFinding>,
}

/// The list behind a root.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RootDocument {
    version: u32,
    at: Timestamp,
    accounts: u64,
    /// SHA-256 of each page of ends.
    pages: Vec<Digest>,
}

/// Where some chains ended: account, number and hash of the last transaction.
type EndsDocument = Vec<(UserId, u64, Digest)>;

impl Engine {
    /// Proves the books of all accounts.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn verify_all_books(&self, proof: Proof) -> Result<BooksProof, EngineError> {
        let (mut proved, mut after) = (BooksProof::default(), None);
        loop {
            // By their ids: an account that cannot be read is proved, too, and found.
            let page = self.ports.stores.audit.heads(after, BATCH).await?;
            let Some((last, _)) = page.last() else {
                self.proved.note(true, proved.findings.len());
                return Ok(proved);
            };
            after = Some(*last);
            for (user, _) in page {
                let found = self.verify_books(user, proof).await?;
                proved.accounts = proved.accounts.saturating_add(1);
                let found = found.into_iter().map(|finding| (user, finding));
                proved.findings.extend(found);
            }
        }
    }

    /// Proves all books, and anchors where their chains end now.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn reconcile(&self) -> Result<(LedgerRoot, BooksProof), EngineError> {
        let proved = self.verify_all_books(Proof::default()).await?;
        let at = self.now();
        let (mut pages, mut accounts, mut after) = (Vec::new(), 0_u64, None);
        let mut ends = EndsDocument::new();
        loop {
            let audit = &self.ports.stores.audit;
            let page = audit.heads(after, BATCH).await?;
            let last = page.last().map(|(user, _)| *user);
            accounts = accounts.saturating_add(page.len() as u64);
            // An end that cannot be read is among the findings, and anchored when it is mended.
            let legible = page.into_iter().filter_map(|(user, head)| {
                let head = head?;
                Some((user, head.seq, head.hash))
            });
            ends.extend(legible);
            if ends.len() >= PAGE || last.is_none() && !ends.is_empty() {
                pages.push(self.keep_document(&std::mem::take(&mut ends)).await?);
            }
            let Some(last) = last else { break };
            after = Some(last);
        }
        let document = RootDocument {
            version: 1,
            at,
            accounts,
            pages,
        };
        let root = LedgerRoot {
            digest: self.keep_document(&document).await?,
            accounts,
            findings: proved.findings.len() as u64,
            at,
        };
        self.ports.stores.audit.keep_root(&root).await?;
        Ok((root, proved))
    }

    /// The same, unless it was done within `every`, or another process is at it. One that has not finished
    /// within the hour is not waited for.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn reconcile_if_due(
        &self,
        every: Duration,
    ) -> Result<Option<(LedgerRoot, BooksProof)>, EngineError> {
        let (audit, now) = (&self.ports.stores.audit, self.now());
        let newest = audit.roots(1).await?;
        let due = |root: &LedgerRoot| later(root.at, every) <= now;
        if newest.first().is_none_or(due) && audit.claim_proof(earlier(now, AT_IT), now).await? {
            return Ok(Some(self.reconcile().await?));
        }
        Ok(None)
    }

    /// The chains that do not lead through a root that was kept.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] if the document store has no such root, or a port's failure.
    pub async fn verify_root(&self, root: &Digest) -> Result<Vec<AccountFinding>, EngineError> {
        let document: RootDocument = self.kept(root).await?;
        let mut found = Vec::new();
        for page in &document.pages {
            let ends: EndsDocument = self.kept(page).await?;
            for (user, seq, hash) in ends {
                let holds = self.leads_through(user, seq, &hash).await?;
                if !holds {
                    let finding = Finding {
                        invariant: Invariant::I2,
                        subject: format!("transaction {seq}"),
                        message: format!(
                            "the chain does not lead through {hash}, where it ended at {}",
                            document.at
                        ),
                    };
                    found.push((user, finding));
                }
            }
        }
        Ok(found)
    }

    async fn leads_through(
        &self,
        user: UserId,
        seq: u64,
        hash: &Digest,
    ) -> Result<bool, EngineError> {
        let Some(before) = seq.checked_sub(1) else {
            return Ok(ChainHead::genesis(user).hash == *hash);
        };
        let ledger = &self.ports.stores.ledger;
        let page = ledger.journal(user, before, 1).await?;
        Ok(page
            .first()
            .is_some_and(|tx| (tx.seq, tx.hash) == (seq, *hash)))
    }

    /// Makes balance, lots and holds of an account anew from its journal; says what of them is stored
    /// otherwise. With `write` it is put right first, unless the account changes meanwhile, and what
    /// was different is noted in the audit log: what is said then is what could not be put right, such as a
    /// hold that ended by hand.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] for an unknown account; refused where the journal itself is damaged, or a
    /// port's failure.
    pub async fn rebuild_books(
        &self,
        actor: Actor,
        user: UserId,
        write: bool,
    ) -> Result<Vec<String>, EngineError> {
        let audit = &self.ports.stores.audit;
        let books = audit.books(user).await?;
        let books = books.ok_or_else(|| EngineError::not_found(format!("account {user}")))?;
        let made = project(&books);
        let differs = made.differences(&books);
        if !write || differs.is_empty() {
            return Ok(differs);
        }
        let record = AuditRecord {
            actor,
            action: "books.rebuild".to_owned(),
            subject: format!("account {user}"),
            detail: json!({ "differed": differs }),
            at: self.now(),
        };
        audit.rebuild(user, &made, &record).await?;
        let after = audit.books(user).await?;
        // What moved meanwhile is in both.
        Ok(after.map_or_else(Vec::new, |books| project(&books).differences(&books)))
    }

    async fn keep_document(&self, document: &impl Serialize) -> Result<Digest, EngineError> {
        let bytes = serde_json::to_vec(document).map_err(|error| unreadable(&error))?;
        Ok(self.ports.documents.put(bytes.into()).await?)
    }

    async fn kept<T: serde::de::DeserializeOwned>(
        &self,
        digest: &Digest,
    ) -> Result<T, EngineError> {
        let bytes = match self.ports.documents.get(digest).await {
            Err(DocumentStoreError::NotFound { .. }) => {
                return Err(EngineError::not_found(format!("root {digest}")));
            }
            kept => kept?,
        };
        serde_json::from_slice(&bytes).map_err(|error| unreadable(&error))
    }
}

fn unreadable(error: &serde_json::Error) -> EngineError {
    EngineError::Port {
        port: "document store",
        retry: Retry::Never,
        source: format!("a root of the ledger cannot be read: {error}").into(),
    }
}
