//! The audit log: whether it is one chain, as it was written.

use super::{Finding, Findings, Invariant};
use crate::model::{AuditEntry, AuditHead};

/// Follows the log from its end to its beginning, page by page, as it is read.
#[derive(Debug)]
pub struct LogCheck {
    /// What the next older entry must be.
    expected: AuditHead,
    found: Findings,
}

fn subject(seq: u64) -> String {
    format!("audit entry {seq}")
}

impl LogCheck {
    /// Begins at the stored end.
    #[must_use]
    pub fn new(head: &AuditHead) -> Self {
        Self {
            expected: *head,
            found: Findings::default(),
        }
    }

    /// The next older entry.
    pub fn push(&mut self, entry: &AuditEntry) {
        let (seq, expected) = (self.expected.seq, self.expected.hash);
        self.found.expect(
            entry.seq == seq,
            Invariant::A1,
            || subject(seq),
            || format!("in its place stands entry {}", entry.seq),
        );
        let sealed = entry.sealed();
        self.found.expect(
            entry.hash == sealed,
            Invariant::A1,
            || subject(entry.seq),
            || format!("its stored hash is {}, recomputed {sealed}", entry.hash),
        );
        self.found.expect(
            entry.hash == expected,
            Invariant::A1,
            || subject(entry.seq),
            || {
                format!(
                    "its hash is {}, what follows it says {expected}",
                    entry.hash
                )
            },
        );
        self.expected = AuditHead {
            seq: entry.seq.saturating_sub(1),
            hash: entry.prev_hash,
        };
    }

    /// What is wrong, now that all were read.
    #[must_use]
    pub fn finish(mut self) -> Vec<Finding> {
        let (left, genesis) = (self.expected, AuditHead::genesis());
        self.found.expect(
            left.seq == 0,
            Invariant::A1,
            || subject(left.seq),
            || "it and all before it are missing".to_owned(),
        );
        self.found.expect(
            left.seq != 0 || left.hash == genesis.hash,
            Invariant::A1,
            || subject(1),
            || {
                format!(
                    "it follows {}, not the beginning {}",
                    left.hash, genesis.hash
                )
            },
        );
        self.found.0
    }
}
