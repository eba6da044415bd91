//! From what servers say to the port's error. Their words are left out: they may repeat an address.

use aperilex_ports::NotifyError;

/// What went wrong, without anybody's address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Cause {
    /// The server answered, and not well.
    #[error("the server answered {0}")]
    Answered(u16),
    /// A redirection: the address that was configured is the one that is used.
    #[error("the server answered {0}; redirections are not followed")]
    Redirected(u16),
    /// No answer in time.
    #[error("no answer within {0} s")]
    TimedOut(u64),
    /// The connection could not be protected.
    #[error("TLS failed, or is not offered")]
    Tls,
    /// All addresses of the receiver are private.
    #[error("the receiver has no public address; private ones are refused")]
    Private,
    /// Anything else on the way.
    #[error("no connection")]
    Unreachable,
    /// The message could not be made.
    #[error("the message could not be made: {0}")]
    Message(&'static str),
}

impl Cause {
    pub(crate) fn unavailable(self) -> NotifyError {
        NotifyError::Unavailable {
            source: Box::new(self),
        }
    }
}

/// The server's answer to a mail, if it gave one.
pub(crate) fn smtp(error: &lettre::transport::smtp::Error) -> NotifyError {
    if let Some(code) = error.status() {
        let code = u16::from(code);
        return match code {
            // No such mailbox, mailbox name not allowed, mailbox moved: of this address, for ever.
            550 | 551 | 553 => NotifyError::Refused {
                reason: format!("the mail server answered {code}"),
            },
            code => Cause::Answered(code).unavailable(),
        };
    }
    let cause = if error.is_timeout() {
        Cause::TimedOut(aperilex_ports::MAX_NOTIFY_TIME.as_secs())
    } else if error.is_tls() || error.is_client() {
        // Not offering STARTTLS is told as the client's own refusal.
        Cause::Tls
    } else {
        Cause::Unreachable
    };
    cause.unavailable()
}

/// The way to a receiver of webhooks.
pub(crate) fn http(error: &reqwest::Error) -> NotifyError {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if let Some(cause) = inner.downcast_ref::<Cause>() {
            return cause.clone().unavailable();
        }
        source = inner.source();
    }
    let cause = if error.is_timeout() {
        Cause::TimedOut(aperilex_ports::MAX_NOTIFY_TIME.as_secs())
    } else {
        Cause::Unreachable
    };
    cause.unavailable()
}
