//! Whether the last request of a connection has its answer: told by the answer's body when hyper is done
//! with it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use hyper::body::{Body, Frame, SizeHint};

/// Shared by both ends of one connection.
#[derive(Debug, Clone)]
pub(crate) struct Answered(Arc<AtomicBool>);

impl Answered {
    /// Nothing was asked yet.
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }

    /// A request goes in.
    pub(crate) fn owe(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    pub(crate) fn is_answered(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// The same body, which tells of its end.
    pub(crate) fn with<B>(&self, body: B) -> Telling<B> {
        Telling {
            body,
            answered: self.clone(),
        }
    }
}

/// A body that tells of its end.
#[derive(Debug)]
pub(crate) struct Telling<B> {
    body: B,
    answered: Answered,
}

impl<B> Drop for Telling<B> {
    fn drop(&mut self) {
        self.answered.0.store(true, Ordering::Relaxed);
    }
}

impl<B: Body + Unpin> Body for Telling<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
