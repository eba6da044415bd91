//! What an account's own model key makes is charged to nobody, and is that account's alone unless it shares it.

use super::{Books, Findings, Invariant};
use crate::model::{Task, TaskRole, TaskStatus, Waiver};

pub(super) fn own_keys(books: &Books, found: &mut Findings) {
    for (task, _) in &books.tasks {
        let subject = || format!("task {} ({})", task.id, task.status);
        found.expect(
            task.key.owner.is_none_or(|owner| owner == books.user),
            Invariant::I12,
            subject,
            || "it is work of another account's own key".into(),
        );
        let Some(waiver) = task.waiver.filter(|_| task.key.owner.is_some()) else {
            found.expect(
                task.waiver != Some(Waiver::OwnKey) && !is_own_and_done(task),
                Invariant::I6,
                subject,
                || "its waiver does not say whose key made it".into(),
            );
            continue;
        };
        // Nothing else stands in, and nobody follows.
        let made = books.analyses.iter();
        let mut made = made.filter(|record| Some(record.id) == task.analysis);
        let is_own = waiver == Waiver::OwnKey && task.role == TaskRole::Leader;
        found.expect(
            is_own && made.all(|record| record.key.quality >= task.key.quality),
            Invariant::I6,
            subject,
            || format!("an own key's, it is waived as {waiver}, or less than was asked for"),
        );
    }
    for record in &books.analyses {
        found.expect(
            record.key.owner.is_none_or(|owner| owner == books.user),
            Invariant::I12,
            || format!("analysis {}", record.id),
            || "it is another account's alone".into(),
        );
    }
}

fn is_own_and_done(task: &Task) -> bool {
    task.key.owner.is_some() && task.status == TaskStatus::Completed
}
