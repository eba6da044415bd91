//! A store that fails as told.

use std::fmt;
use std::io;
use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload,
    ObjectMeta, ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

/// What goes wrong once.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// One bit of what is read.
    Flip,
    /// The end of what is read.
    Truncate,
    /// The put happens, its reply is lost, and the store's client tries again.
    ReplyLost,
    /// A put fails with this kind of cause.
    Refuse(io::ErrorKind),
}

/// In memory; each fault is used up by one call.
#[derive(Debug, Default)]
pub(crate) struct Faulty {
    inner: InMemory,
    faults: Mutex<Vec<Fault>>,
}

impl Faulty {
    pub(crate) fn inject(&self, faults: &[Fault]) {
        self.faults.lock().unwrap().extend_from_slice(faults);
    }

    fn next(&self) -> Option<Fault> {
        self.faults.lock().unwrap().pop()
    }
}

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("faulty")
    }
}

#[async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        opts: PutOptions,
    ) -> Result<PutResult> {
        match self.next() {
            Some(Fault::ReplyLost) => {
                let first = self.inner.put_opts(location, payload.clone(), opts.clone());
                first.await.unwrap();
            }
            Some(Fault::Refuse(kind)) => {
                // The way the local store reports it: wrapped twice.
                let source = io::Error::other(io::Error::from(kind)).into();
                return Err(Error::Generic {
                    store: "faulty",
                    source,
                });
            }
            _ => {}
        }
        self.inner.put_opts(location, payload, opts).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let mut result = self.inner.get_opts(location, options).await?;
        let fault = self.next();
        if result.range.is_empty() || fault.is_none() {
            return Ok(result);
        }
        let (meta, range, attributes) = (
            result.meta.clone(),
            result.range.clone(),
            result.attributes.clone(),
        );
        let extensions = std::mem::take(&mut result.extensions);
        let mut bytes = result.bytes().await?.to_vec();
        match fault {
            Some(Fault::Flip) => bytes[0] ^= 1,
            _ => bytes.truncate(bytes.len() / 2),
        }
        let stream = futures_util::stream::once(async move { Ok(Bytes::from(bytes)) });
        Ok(GetResult {
            payload: GetResultPayload::Stream(Box::pin(stream)),
            meta,
            range,
            attributes,
            extensions,
        })
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, opts).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}
