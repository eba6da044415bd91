//! Work that takes long and waits for nothing, kept from holding up what waits.

use aperilex_core::ports::{
    CanonicalText, FilingContent, FilingParser, ParseFilingError, RawDocument, RawFiling,
};
use tokio::runtime::{Handle, RuntimeFlavor};

/// A parser whose callers may be on the runtime's threads: while one parses, others take its place.
#[derive(Debug)]
pub(crate) struct OffRuntime<P>(pub(crate) P);

impl<P: FilingParser> FilingParser for OffRuntime<P> {
    fn version(&self) -> &'static str {
        self.0.version()
    }

    fn parse(&self, filing: &RawFiling) -> Result<FilingContent, ParseFilingError> {
        off_runtime(|| self.0.parse(filing))
    }

    fn canonical_texts(&self, file: &RawDocument) -> Result<Vec<CanonicalText>, ParseFilingError> {
        off_runtime(|| self.0.canonical_texts(file))
    }
}

fn off_runtime<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current() {
        Ok(runtime) if runtime.runtime_flavor() == RuntimeFlavor::MultiThread => {
            tokio::task::block_in_place(work)
        }
        // A runtime of one thread has nobody to take its place.
        _ => work(),
    }
}
