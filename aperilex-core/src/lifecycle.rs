//! Which status may follow which: the two tables of product §5. Everything else is refused.

use aperilex_ports::{AnalysisStatus, TaskStatus};

/// Whether a task may go from one status to the other.
#[must_use]
pub const fn task_follows(from: TaskStatus, to: TaskStatus) -> bool {
    use TaskStatus as S;
    matches!(
        (from, to),
        (
            S::Pending,
            S::Queued | S::Completed | S::Failed | S::Cancelled
        ) | (
            S::Queued,
            S::Running | S::Completed | S::Failed | S::Cancelled
        ) | (S::Running, S::Retrying | S::Completed | S::Failed)
            | (S::Retrying, S::Queued | S::Failed | S::Cancelled)
    )
}

/// Whether an analysis may go from one status to the other.
#[must_use]
pub const fn analysis_follows(from: AnalysisStatus, to: AnalysisStatus) -> bool {
    use AnalysisStatus as S;
    matches!(
        (from, to),
        (S::Initiated, S::Queued | S::Fetching)
            | (S::Queued, S::Fetching)
            | (S::Fetching, S::Parsing)
            | (S::Parsing, S::Analyzing)
            | (S::Analyzing, S::Verifying)
            | (S::Verifying, S::Completed)
            // A new attempt begins again: on the queue, or where a worker died.
            | (S::Fetching | S::Parsing | S::Analyzing | S::Verifying, S::Queued)
            | (S::Parsing | S::Analyzing | S::Verifying, S::Fetching)
            | (
                S::Initiated | S::Queued | S::Fetching | S::Parsing | S::Analyzing | S::Verifying,
                S::Error
            )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_follows_the_end() {
        for from in TaskStatus::ALL.iter().filter(|status| status.is_terminal()) {
            for to in TaskStatus::ALL {
                assert!(!task_follows(*from, *to), "{from} → {to}");
            }
        }
        for to in AnalysisStatus::ALL {
            assert!(!analysis_follows(AnalysisStatus::Completed, *to));
            assert!(!analysis_follows(AnalysisStatus::Error, *to));
        }
    }

    #[test]
    fn every_status_can_be_reached_and_ended() {
        for to in TaskStatus::ALL
            .iter()
            .filter(|status| **status != TaskStatus::Pending)
        {
            assert!(
                TaskStatus::ALL.iter().any(|from| task_follows(*from, *to)),
                "{to}"
            );
        }
        for from in TaskStatus::ALL
            .iter()
            .filter(|status| !status.is_terminal())
        {
            assert!(task_follows(*from, TaskStatus::Failed), "{from}");
        }
    }
}
