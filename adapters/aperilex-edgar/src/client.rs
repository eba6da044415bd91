//! The client: one transport, one limiter and one cache behind cheap clones.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::cache::{Answers, Kept};
use crate::config::{Bases, ConfigError, EdgarConfig};
use crate::error::EdgarError;
use crate::request::Request;
use crate::transport::{Answer, Transport, Validators};

/// EDGAR, or a mirror of it. Clones share the limiter and the cache: make one per process.
#[derive(Clone)]
pub struct EdgarClient {
    inner: Arc<Inner>,
}

struct Inner {
    transport: Transport,
    answers: Answers,
    bases: Bases,
    sec: bool,
    partial: bool,
    max_document_bytes: u64,
}

impl EdgarClient {
    /// A client with these settings. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ConfigError`] for settings that cannot work or would get us blocked.
    pub fn new(config: &EdgarConfig) -> Result<Self, ConfigError> {
        let settings = config.resolve()?;
        Ok(Self {
            inner: Arc::new(Inner {
                transport: Transport::new(&settings)?,
                answers: Answers::new(),
                bases: settings.bases,
                sec: settings.sec,
                partial: settings.partial,
                max_document_bytes: settings.max_document_bytes,
            }),
        })
    }

    /// Whether filings that the source lists may be missing from it.
    pub(crate) fn is_partial(&self) -> bool {
        self.inner.partial
    }

    /// The base address of `www`, if it is a mirror's.
    pub(crate) fn mirror_base(&self) -> Option<&url::Url> {
        (!self.inner.sec && self.inner.transport.is_remote()).then_some(&self.inner.bases.www)
    }

    pub(crate) fn max_document_bytes(&self) -> u64 {
        self.inner.max_document_bytes
    }

    /// Asks once, keeps nothing.
    pub(crate) async fn bytes(&self, request: &Request) -> Result<Bytes, EdgarError> {
        let answer = self
            .inner
            .transport
            .get(request, &Validators::default())
            .await?;
        match answer {
            Answer::Body { bytes, .. } => Ok(bytes),
            Answer::NotModified => Err(EdgarError::bad(request.what(), "not modified, unasked")),
        }
    }

    /// The kept answer while it is younger than `ttl`, after that only if EDGAR says that it
    /// still holds.
    pub(crate) async fn cached(
        &self,
        request: &Request,
        ttl: Duration,
    ) -> Result<Bytes, EdgarError> {
        if !self.inner.transport.is_remote() {
            return self.bytes(request).await;
        }
        let key = request.what();
        let kept = self.inner.answers.get(&key);
        if let Some(kept) = kept.as_ref().filter(|kept| kept.is_fresh(ttl)) {
            return Ok(kept.bytes.clone());
        }
        let known = kept
            .as_ref()
            .map(|kept| kept.validators.clone())
            .unwrap_or_default();
        let fresh = match (self.inner.transport.get(request, &known).await?, kept) {
            (Answer::Body { bytes, validators }, _) => Kept::new(bytes, validators),
            (Answer::NotModified, Some(kept)) => Kept::new(kept.bytes, kept.validators),
            (Answer::NotModified, None) => {
                return Err(EdgarError::bad(key, "not modified, unasked"));
            }
        };
        let bytes = fresh.bytes.clone();
        self.inner.answers.keep(key, fresh);
        Ok(bytes)
    }

    /// A kept answer, read. What cannot be read is not kept, or it would hold for as long as EDGAR
    /// says that it has not changed.
    pub(crate) async fn read<T>(
        &self,
        request: &Request,
        ttl: Duration,
        read: impl FnOnce(&str, &[u8]) -> Result<T, EdgarError>,
    ) -> Result<T, EdgarError> {
        let bytes = self.cached(request, ttl).await?;
        let outcome = read(&request.what(), &bytes);
        if outcome.is_err() {
            self.forget(request);
        }
        outcome
    }

    /// Drops a kept answer.
    pub(crate) fn forget(&self, request: &Request) {
        self.inner.answers.forget(&request.what());
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.inner.transport
    }

    pub(crate) fn is_sec(&self) -> bool {
        self.inner.sec
    }
}

impl fmt::Debug for EdgarClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EdgarClient")
            .field("www", &self.inner.bases.www.as_str())
            .field("remote", &self.inner.transport.is_remote())
            .field("partial", &self.inner.partial)
            .finish_non_exhaustive()
    }
}

/// Reads a JSON body.
pub(crate) fn json<T: DeserializeOwned>(what: &str, bytes: &[u8]) -> Result<T, EdgarError> {
    serde_json::from_slice(bytes).map_err(|e| EdgarError::bad(what, format!("JSON: {e}")))
}
