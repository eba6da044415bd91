//! What was given without a charge has its reason.

use super::{Books, Findings, Invariant};
use crate::model::{
    AccessSource, EntryKind, JournalTx, LedgerAccount, MicroUsd, Operation, Task, TaskRole,
    TaskStatus, Waiver,
};

pub(super) fn waivers(books: &Books, found: &mut Findings) {
    for (task, _) in &books.tasks {
        let subject = || format!("task {} ({})", task.id, task.status);
        let price = task.charges.analysis_price;
        let held = books.holds.iter();
        let held = held.filter(|hold| hold.id == task.charges.analysis_hold);
        found.expect(
            task.role == TaskRole::Follower || !price.is_positive() || held.count() == 1,
            Invariant::I6,
            subject,
            || format!("it leads, and {price} were never set aside for it"),
        );
        let charges = books
            .entries
            .iter()
            .filter(|line| line.kind == EntryKind::Analysis && line.task == Some(task.id));
        let charged = charges.count() > 0;
        if task.status != TaskStatus::Completed {
            found.expect(task.waiver.is_none(), Invariant::I6, subject, || {
                "it is not completed, and its charge is waived".into()
            });
            continue;
        }
        found.expect(
            charged != task.waiver.is_some(),
            Invariant::I6,
            subject,
            || match task.waiver {
                Some(waiver) => format!("it was charged, and waived as {waiver}"),
                None => "it was neither charged nor waived".into(),
            },
        );
        let follows = task.role == TaskRole::Follower;
        found.expect(
            follows == (task.waiver == Some(Waiver::Follower)),
            Invariant::I6,
            subject,
            || format!("a {} is charged, or waived as {:?}", task.role, task.waiver),
        );
    }
    absorbed(books, found);
    for open in &books.access {
        let paid = books.entries.iter().any(|line| {
            line.filing == Some(open.filing)
                && matches!(
                    line.kind,
                    EntryKind::FilingAccess | EntryKind::FilingImport | EntryKind::BulkImport
                )
        });
        let reason = paid || open.waiver.is_some() || open.source != AccessSource::Paid;
        found.expect(
            reason,
            Invariant::I6,
            || format!("filing {}", open.filing),
            || "there is access, neither paid nor waived".into(),
        );
    }
}

/// What the house bore is in its accounts: a transaction for each waiver, and none beside.
fn absorbed(books: &Books, found: &mut Findings) {
    let losses = books.journal.iter();
    let losses: Vec<_> = losses
        .filter(|tx| tx.operation == Operation::Absorb)
        .collect();
    let borne = |tx: &JournalTx| -> MicroUsd {
        let own = tx.postings.iter();
        let own = own.filter(|one| one.account == LedgerAccount::LateCaptureLoss);
        own.map(|one| one.amount.negated()).sum()
    };
    let waived = |task: &Task| task.waiver == Some(Waiver::Absorbed);
    let tasks = || books.tasks.iter().filter(|(task, _)| waived(task));
    for (task, _) in tasks() {
        let (hold, price) = (task.charges.analysis_hold, task.charges.analysis_price);
        let loss = losses.iter().find(|tx| tx.hold == Some(hold));
        found.expect(
            loss.is_some_and(|tx| borne(tx) == price),
            Invariant::I6,
            || format!("task {} ({})", task.id, task.status),
            || format!("its {price} USD were absorbed, and the journal does not tell of it"),
        );
    }
    let opened = books.access.iter();
    let opened = opened.filter(|open| open.waiver == Some(Waiver::Absorbed));
    let right = tasks().count().saturating_add(opened.count());
    found.expect(
        losses.len() == right,
        Invariant::I6,
        || "account".to_owned(),
        || {
            format!(
                "{} charges were absorbed, {right} are waived so",
                losses.len()
            )
        },
    );
}
