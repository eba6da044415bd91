//! Whether all requests of a connection have their answers: told by each answer's body when hyper is done
//! with it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use futures_util::task::AtomicWaker;
use hyper::body::{Body, Frame, SizeHint};

/// Shared by both ends of one connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answered(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    asked: AtomicU64,
    answered: AtomicU64,
    waiting: AtomicWaker,
}

impl Answered {
    /// A request goes in.
    pub(crate) fn owe(&self) {
        self.0.asked.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether every request has its answer; if not, `waker` is woken when another one has.
    pub(crate) fn all(&self, waker: &Waker) -> bool {
        self.0.waiting.register(waker);
        self.0.asked.load(Ordering::Acquire) == self.0.answered.load(Ordering::Acquire)
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
        let counts = &self.answered.0;
        counts.answered.fetch_add(1, Ordering::Release);
        counts.waiting.wake();
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
