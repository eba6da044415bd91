//! What settles a delivery: which message, and the how manyth delivery of it.

use aperilex_ports::{QueueError, ReceiptHandle};

/// A later delivery has another number, so an older receipt settles nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Receipt {
    pub(super) message: i64,
    pub(super) delivery: i64,
}

impl Receipt {
    /// One of this queue; any other text is a receipt that has run out.
    pub(super) fn parse(handle: &ReceiptHandle) -> Result<Self, QueueError> {
        let (message, delivery) = handle.0.split_once(':').ok_or(QueueError::LeaseExpired)?;
        let number = |text: &str| text.parse().map_err(|_| QueueError::LeaseExpired);
        Ok(Self {
            message: number(message)?,
            delivery: number(delivery)?,
        })
    }

    pub(super) fn handle(self) -> ReceiptHandle {
        ReceiptHandle(format!("{}:{}", self.message, self.delivery))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_and_takes_no_other_text() {
        let receipt = Receipt {
            message: 7,
            delivery: 2,
        };
        assert_eq!(Receipt::parse(&receipt.handle()).unwrap(), receipt);
        for text in ["", "7", "7:", ":2", "a:b", "7:2:1"] {
            let refused = Receipt::parse(&ReceiptHandle(text.to_owned()));
            assert!(matches!(refused, Err(QueueError::LeaseExpired)), "{text}");
        }
    }
}
