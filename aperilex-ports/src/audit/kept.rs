//! What was acknowledged is there, and all of it is the account's own.

use std::collections::BTreeSet;

use super::{Acknowledged, Books, Findings, Invariant};
use crate::model::{TaskId, UserId};

/// What answers, holds and entries name.
pub(super) fn acknowledged(books: &Books, found: &mut Findings) {
    let tasks: BTreeSet<TaskId> = books.tasks.iter().map(|(task, _)| task.id).collect();
    let missing = |task: Option<TaskId>| task.filter(|task| !tasks.contains(task));
    let mut expect = |is_there: bool, subject: String, what: String| {
        let message = || format!("{what} is not there");
        found.expect(is_there, Invariant::I9, || subject, message);
    };
    for (key, answer) in &books.answers {
        let (is_there, what) = match answer {
            Acknowledged::Task(id) => (tasks.contains(id), format!("task {id}")),
            Acknowledged::Analysis(id) => {
                let there = books.analyses.iter().any(|record| record.id == *id);
                (there, format!("analysis {id}"))
            }
            Acknowledged::Import(id) => {
                let there = books.imports.iter().any(|(job, _)| job.id == *id);
                (there, format!("import {id}"))
            }
        };
        expect(is_there, format!("answer to key `{key}`"), what);
    }
    for hold in &books.holds {
        if let Some(task) = missing(hold.task) {
            let subject = format!("hold {} ({} {})", hold.id, hold.purpose, hold.amount);
            expect(false, subject, format!("task {task}"));
        }
    }
    for line in &books.entries {
        if let Some(task) = missing(line.task) {
            let subject = format!("entry {} ({} {})", line.seq, line.kind, line.amount);
            expect(false, subject, format!("task {task}"));
        }
    }
}

/// Whose what is. Stores look books up by their account, so of their rows this shows only that an adapter mixed
/// them up; what was given to an account is looked up by itself.
pub(super) fn own(books: &Books, found: &mut Findings) {
    let mut expect = |user: UserId, subject: String| {
        let message = || format!("it is of account {user}");
        found.expect(user == books.user, Invariant::I12, || subject, message);
    };
    for line in &books.entries {
        expect(line.user, format!("entry {}", line.seq));
    }
    for tx in &books.journal {
        expect(tx.user, format!("transaction {}", tx.seq));
    }
    for hold in &books.holds {
        expect(hold.user, format!("hold {}", hold.id));
    }
    for (task, _) in &books.tasks {
        expect(task.user, format!("task {}", task.id));
    }
    for (job, _) in &books.imports {
        expect(job.user, format!("import {}", job.id));
    }
    // A result is of the filing that was asked for.
    for (task, _) in &books.tasks {
        let given = books
            .analyses
            .iter()
            .find(|it| Some(it.id) == task.analysis);
        let fits = given.is_none_or(|record| record.key.filing == task.key.filing);
        found.expect(
            fits,
            Invariant::I12,
            || format!("task {}", task.id),
            || "its analysis is of another filing".to_owned(),
        );
    }
}
