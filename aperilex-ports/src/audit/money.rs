//! Sums, charges and holds.

use std::collections::{BTreeMap, BTreeSet};

use super::{Books, Findings, Invariant, Rules};
use crate::model::{
    Balance, EntryKind, Hold, HoldStatus, ImportJob, ImportStatus, LedgerEntry, MicroUsd, Task,
    TaskStatus,
};

fn entry(entry: &LedgerEntry) -> String {
    format!("entry {} ({} {})", entry.seq, entry.kind, entry.amount)
}

fn hold(hold: &Hold) -> String {
    format!("hold {} ({} {})", hold.id, hold.purpose, hold.amount)
}

pub(super) fn balances(books: &Books, found: &mut Findings) {
    let mut sum = Some(MicroUsd::ZERO);
    for (seq, line) in (1..).zip(&books.entries) {
        sum = sum.and_then(|sum| sum.checked_add(line.amount));
        let expected = sum.map_or_else(|| "a sum that can be counted".into(), |s| s.to_string());
        found.expect(
            line.seq == seq,
            Invariant::I2,
            || entry(line),
            || format!("it is in place {seq}"),
        );
        found.expect(
            Some(line.balance_after) == sum,
            Invariant::I2,
            || entry(line),
            || {
                format!(
                    "the balance after it is {expected}, stored is {}",
                    line.balance_after
                )
            },
        );
        found.expect(
            line.balance_after >= MicroUsd::ZERO,
            Invariant::I3,
            || entry(line),
            || format!("it left {}", line.balance_after),
        );
    }
    let count = books.entries.len();
    found.expect(
        u64::try_from(count) == Ok(books.entry_count),
        Invariant::I2,
        || "account".into(),
        || format!("it counts {} entries of {count}", books.entry_count),
    );
    let folded = Balance::fold(&books.entries, &books.holds);
    for (what, stored, right) in [
        ("balance", books.balance.posted, folded.posted),
        ("held credits", books.balance.held, folded.held),
    ] {
        found.expect(
            stored == right,
            Invariant::I2,
            || "account".into(),
            || format!("its {what} are {right}, stored is {stored}"),
        );
    }
    let available = books.balance.available();
    found.expect(
        available >= MicroUsd::ZERO,
        Invariant::I3,
        || "account".into(),
        || format!("{available} are available"),
    );
}

const fn is_charge(kind: EntryKind) -> bool {
    matches!(
        kind,
        EntryKind::FilingAccess
            | EntryKind::FilingImport
            | EntryKind::Analysis
            | EntryKind::BulkImport
    )
}

pub(super) fn charges(books: &Books, found: &mut Findings) {
    let (mut keys, mut goods) = (BTreeSet::new(), BTreeSet::new());
    let tasks: BTreeMap<_, &Task> = books
        .tasks
        .iter()
        .map(|(task, _)| (task.id, task))
        .collect();
    for line in &books.entries {
        found.expect(
            keys.insert(line.key.as_str()),
            Invariant::I4,
            || entry(line),
            || format!("its key `{}` was used before", line.key),
        );
        found.expect(
            !is_charge(line.kind) || line.amount < MicroUsd::ZERO,
            Invariant::I4,
            || entry(line),
            || "a charge takes credits".into(),
        );
        match (line.kind, line.task, line.filing) {
            (EntryKind::Analysis, Some(task), _) => {
                let once = goods.insert(task.as_uuid());
                let subject = || entry(line);
                found.expect(once, Invariant::I4, subject, || {
                    format!("task {task} was charged before")
                });
                analysis(books, line, tasks.get(&task).copied(), found);
            }
            (
                EntryKind::FilingAccess | EntryKind::FilingImport | EntryKind::BulkImport,
                _,
                Some(filing),
            ) => {
                let once = goods.insert(filing.as_uuid());
                let subject = || entry(line);
                found.expect(once, Invariant::I4, subject, || {
                    format!("filing {filing} was charged before")
                });
                let given = books.access.iter().any(|open| open.filing == filing);
                found.expect(given, Invariant::I5, subject, || {
                    format!("there is no access to filing {filing}")
                });
            }
            _ => {}
        }
    }
}

fn analysis(books: &Books, line: &LedgerEntry, task: Option<&Task>, found: &mut Findings) {
    let done = task.filter(|task| task.status == TaskStatus::Completed);
    found.expect(
        done.is_some_and(|task| task.analysis == line.analysis),
        Invariant::I5,
        || entry(line),
        || "its task is not completed with this analysis".into(),
    );
    let stored = |id| books.analyses.iter().any(|record| record.id == id);
    found.expect(
        line.analysis.is_some_and(stored),
        Invariant::I5,
        || entry(line),
        || "there is no such analysis".into(),
    );
}

pub(super) fn holds(books: &Books, rules: &Rules, found: &mut Findings) {
    let mut captures: BTreeMap<_, Vec<&LedgerEntry>> = BTreeMap::new();
    for line in &books.entries {
        if let Some(hold) = line.hold {
            captures.entry(hold).or_default().push(line);
        }
    }
    let live = |task| {
        let task = books.tasks.iter().find(|(stored, _)| stored.id == task);
        task.is_some_and(|(task, _)| !task.status.is_terminal())
    };
    for one in &books.holds {
        let lines = captures.remove(&one.id).unwrap_or_default();
        let subject = || hold(one);
        let charged: MicroUsd = lines.iter().map(|line| line.amount.negated()).sum();
        let captured = one.status == HoldStatus::Captured;
        let fits = if one.purpose == EntryKind::BulkImport {
            // As many parts as there were filings; the one that makes it whole ends it.
            captured == (charged == one.amount)
        } else {
            lines.len() == usize::from(captured)
        };
        found.expect(fits, Invariant::I7, subject, || {
            format!("it is {} and charged {} times", one.status, lines.len())
        });
        found.expect(charged <= one.amount, Invariant::I7, subject, || {
            "more was charged than was set aside".into()
        });
        if one.status != HoldStatus::Open {
            continue;
        }
        let imports = |(job, _): &(ImportJob, _)| {
            job.hold == Some(one.id) && job.status == ImportStatus::Running
        };
        let at_work = one.task.is_some_and(live) || books.imports.iter().any(imports);
        let in_time = one.task.is_none() && one.expires_at > rules.holds_since;
        found.expect(at_work || in_time, Invariant::I7, subject, || {
            "it is open, and nothing is at work for it".into()
        });
        found.expect(!rules.quiet, Invariant::I8, subject, || "it is open".into());
    }
    for (hold, lines) in captures {
        for line in lines {
            let subject = || entry(line);
            found.expect(false, Invariant::I7, subject, || {
                format!("there is no hold {hold}")
            });
        }
    }
}
