//! What an account's own model key makes is charged to nobody, and is that account's alone unless it shares it.

use super::{Books, Findings, Invariant};
use crate::model::{TaskRole, TaskStatus, Waiver};

pub(super) fn own_keys(books: &Books, found: &mut Findings) {
    for (task, _) in &books.tasks {
        let subject = || format!("task {} ({})", task.id, task.status);
        found.expect(
            task.key.owner.is_none_or(|owner| owner == books.user),
            Invariant::I12,
            subject,
            || "it is work of another account's own key".into(),
        );
        let leads = task.role == TaskRole::Leader && task.status == TaskStatus::Completed;
        found.expect(
            !leads || task.key.owner.is_some() == (task.waiver == Some(Waiver::OwnKey)),
            Invariant::I6,
            subject,
            || match task.waiver {
                Some(waiver) => format!(
                    "made by {}, it is waived as {waiver}",
                    maker(task.key.owner.is_some())
                ),
                None => "made by the account's own key, it is not waived".into(),
            },
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

const fn maker(own: bool) -> &'static str {
    if own {
        "the account's own key"
    } else {
        "our models"
    }
}
