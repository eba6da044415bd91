//! What models were called for.

use std::collections::BTreeMap;

use super::{Books, Findings, Invariant, Rules};
use crate::model::{MicroUsd, ModelCall, Task, TaskId, TaskStatus};

/// Each call was made by an attempt of its task, and none once earlier attempts had passed the ceiling; what was
/// given in the end has not passed it either.
pub(super) fn calls(books: &Books, rules: &Rules, found: &mut Findings) {
    let mut by_task: BTreeMap<TaskId, Vec<&ModelCall>> = BTreeMap::new();
    for call in &books.calls {
        by_task.entry(call.task).or_default().push(call);
    }
    for (id, calls) in by_task {
        let task = books.tasks.iter().find(|(task, _)| task.id == id);
        match task {
            Some((task, _)) => of_task(task, &calls, rules, found),
            None => found.expect(
                false,
                Invariant::I13,
                || format!("task {id}"),
                || "a model was called for it, and it is not there".to_owned(),
            ),
        }
    }
}

fn of_task(task: &Task, calls: &[&ModelCall], rules: &Rules, found: &mut Findings) {
    // An attempt that is taken back is made again under the same number.
    let begun = task.attempts.saturating_add(1);
    // Of a task that has ended nothing tells how often it might be begun then.
    let attempts = match task.status.is_terminal() {
        true => begun,
        false => begun.min(rules.max_attempts),
    };
    for call in calls {
        let subject = || format!("call {} for task {}", call.id, task.id);
        let (attempt, lawful) = (call.attempt, (1..=attempts).contains(&call.attempt));
        found.expect(lawful, Invariant::I13, subject, || {
            format!(
                "it is of attempt {attempt}, the task had {} and may have {attempts}",
                task.attempts
            )
        });
        let Some(ceiling) = call.ceiling else {
            continue;
        };
        let before = calls.iter().filter(|one| one.attempt < call.attempt);
        let before: MicroUsd = before.map(|one| one.call.cost).sum();
        found.expect(before <= ceiling, Invariant::I13, subject, || {
            format!("{before} USD were spent before it, {ceiling} USD are allowed")
        });
    }
    let spent: MicroUsd = calls.iter().map(|call| call.call.cost).sum();
    let ceiling = calls.iter().filter_map(|call| call.ceiling).max();
    let within = ceiling.is_none_or(|ceiling| spent <= ceiling);
    found.expect(
        within || task.status != TaskStatus::Completed,
        Invariant::I13,
        || format!("task {}", task.id),
        || format!("it was given though models have cost {spent} USD for it"),
    );
}
