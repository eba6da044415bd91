//! A connection on which hyper sees only heads that [`head`](crate::head) lets pass. Whoever sends
//! another is told why, and the connection is closed.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::answered::Answered;
use crate::guard::Guarded;
use crate::head::{Framing, Scan, framing};
use crate::problem::Problem;

/// Bytes read at a time while a head comes in.
const PIECE: usize = 4 * 1024;
/// What is still read of a refused request, so that closing does not take the answer from its client.
const MAX_DRAINED: usize = 256 * 1024;

/// Turns a refusal into an HTTP message.
pub(crate) type Refuse = Arc<dyn Fn(Problem) -> Vec<u8> + Send + Sync>;

/// A guarded socket, with what was read of it and not passed on yet.
pub(crate) struct Strict {
    socket: Guarded,
    refuse: Refuse,
    answered: Answered,
    state: State,
    unread: BytesMut,
    /// Whether something written may not have been sent yet.
    writing: bool,
}

enum State {
    /// A head comes in.
    Head(Scan),
    /// So many bytes of a head that may pass, and what comes behind.
    Pass(usize, Framing),
    /// So many bytes of a body.
    Body(u64),
    /// All that comes.
    Rest,
    /// The answer to a head that may not pass, and how much of it is sent.
    Refuse(Vec<u8>, usize),
    /// What its client still sends is thrown away, up to so much.
    Drain(usize),
}

impl Strict {
    pub(crate) fn new(socket: Guarded, refuse: Refuse, answered: Answered) -> Self {
        Self {
            socket,
            refuse,
            answered,
            state: State::Head(Scan::default()),
            unread: BytesMut::new(),
            writing: false,
        }
    }

    /// Looks for a head in what is there.
    fn look(&mut self) -> Option<State> {
        let State::Head(scan) = &mut self.state else {
            return None;
        };
        let passed = match scan.find(&self.unread) {
            Ok(None) => return None,
            Ok(Some(head)) => {
                self.unread.advance(head.start);
                let length = head.len();
                let head = self.unread.get(..length).unwrap_or_default();
                framing(head).map(|framing| {
                    self.answered.owe();
                    State::Pass(length, framing)
                })
            }
            Err(problem) => Err(problem),
        };
        Some(passed.unwrap_or_else(|problem| State::Refuse((self.refuse)(problem), 0)))
    }

    /// Reads more of the connection; how many bytes came.
    fn pull(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut piece = [0; PIECE];
        let mut piece = ReadBuf::new(&mut piece);
        ready!(Pin::new(&mut self.socket).poll_read(context, &mut piece))?;
        self.unread.extend_from_slice(piece.filled());
        Poll::Ready(Ok(piece.filled().len()))
    }

    /// Passes on at most `most` of what was read.
    fn pass(&mut self, most: usize, out: &mut ReadBuf<'_>) -> usize {
        let length = most.min(self.unread.len()).min(out.remaining());
        out.put_slice(self.unread.get(..length).unwrap_or_default());
        self.unread.advance(length);
        if self.unread.is_empty() {
            // Nothing is kept for a connection that only waits.
            self.unread = BytesMut::new();
        }
        length
    }

    /// Sends the rest of a refusal, and that nothing follows it.
    fn send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let State::Refuse(answer, sent) = &mut self.state
            && let Some(rest) = answer.get(*sent..).filter(|rest| !rest.is_empty())
        {
            match ready!(Pin::new(&mut self.socket).poll_write(context, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                more => *sent += more,
            }
        }
        Pin::new(&mut self.socket).poll_shutdown(context)
    }

    /// Goes on by one step; whether there is another before bytes were passed on, or the end came.
    fn step(&mut self, context: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<bool>> {
        match self.state {
            State::Head(_) => match self.look() {
                Some(state) => self.state = state,
                None if ready!(self.pull(context))? == 0 => return Poll::Ready(Ok(false)),
                None => {}
            },
            State::Pass(0, Framing::Body(length)) => self.state = State::Body(length),
            State::Pass(0, Framing::Rest) => self.state = State::Rest,
            State::Pass(length, framing) => {
                self.state = State::Pass(length - self.pass(length, out), framing);
                return Poll::Ready(Ok(false));
            }
            State::Body(0) => self.state = State::Head(Scan::default()),
            State::Body(length) => {
                if self.unread.is_empty() && ready!(self.pull(context))? == 0 {
                    return Poll::Ready(Ok(false));
                }
                let passed = self.pass(usize::try_from(length).unwrap_or(usize::MAX), out);
                self.state = State::Body(length.saturating_sub(passed as u64));
                return Poll::Ready(Ok(false));
            }
            State::Rest if self.unread.is_empty() => {
                ready!(Pin::new(&mut self.socket).poll_read(context, out))?;
                return Poll::Ready(Ok(false));
            }
            State::Rest => {
                self.pass(usize::MAX, out);
                return Poll::Ready(Ok(false));
            }
            // What was asked before is answered before. The end of a body or of a flush wakes.
            State::Refuse(..) if !self.answered.all(context.waker()) || self.writing => {
                return Poll::Pending;
            }
            State::Refuse(..) => {
                ready!(self.send(context))?;
                self.state = State::Drain(MAX_DRAINED);
            }
            State::Drain(0) => return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into())),
            State::Drain(left) => {
                self.unread.clear();
                let more = ready!(self.pull(context))?;
                self.state = State::Drain(if more == 0 {
                    0
                } else {
                    left.saturating_sub(more)
                });
            }
        }
        Poll::Ready(Ok(true))
    }
}

impl AsyncRead for Strict {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if out.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        while ready!(self.step(context, out))? {}
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Strict {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.writing = true;
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.writing = true;
        Pin::new(&mut self.socket).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.socket).poll_flush(context))?;
        self.writing = false;
        if matches!(self.state, State::Refuse(..)) {
            context.waker().wake_by_ref();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

impl fmt::Debug for Strict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Strict").finish_non_exhaustive()
    }
}
