//! Tasks and their events.

use super::{Books, Findings, Invariant, Rules};
use crate::model::{Task, TaskEvent, TaskStatus};

pub(super) fn tasks(books: &Books, rules: &Rules, found: &mut Findings) {
    for (task, events) in &books.tasks {
        let subject = || format!("task {} ({})", task.id, task.status);
        found.expect(
            !rules.quiet || task.status.is_terminal(),
            Invariant::I8,
            subject,
            || "it has not ended".into(),
        );
        let completed = task.status == TaskStatus::Completed;
        found.expect(
            task.analysis.is_some() == completed,
            Invariant::I10,
            subject,
            || "a task has an analysis if it is completed, and only then".into(),
        );
        let stored = |id| books.analyses.iter().any(|record| record.id == id);
        found.expect(
            task.analysis.is_none_or(stored),
            Invariant::I5,
            subject,
            || "its analysis is not there".into(),
        );
        found.expect(
            task.lease.is_none() || task.status == TaskStatus::Running,
            Invariant::I10,
            subject,
            || "somebody has a lease on it".into(),
        );
        events_of(task, events, rules, found);
    }
}

fn events_of(task: &Task, events: &[TaskEvent], rules: &Rules, found: &mut Findings) {
    let subject = || format!("task {} ({})", task.id, task.status);
    for (seq, event) in (1..).zip(events) {
        found.expect(
            (event.task, event.seq) == (task.id, seq),
            Invariant::I11,
            subject,
            || format!("event {} is in place {seq}", event.seq),
        );
    }
    for pair in events.windows(2) {
        let [before, after] = pair else { continue };
        let stays = before.status == after.status && !before.status.is_terminal();
        found.expect(
            stays || (rules.task_follows)(before.status, after.status),
            Invariant::I10,
            subject,
            || {
                format!(
                    "it went from {} to {} by event {}",
                    before.status, after.status, after.seq
                )
            },
        );
    }
    let last = events.last();
    found.expect(
        last.is_some_and(|last| {
            (last.seq, last.status, last.progress, last.analysis)
                == (task.last_event, task.status, task.progress, task.analysis)
        }),
        Invariant::I11,
        subject,
        || "its last event does not say where it is".into(),
    );
}
