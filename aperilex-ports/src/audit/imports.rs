//! Bulk imports: their counts, what was charged for them, and what is still set aside.

use std::collections::BTreeSet;

use super::{Books, Findings, Invariant, Opened, Rules};
use crate::model::{
    FilingId, HoldStatus, ImportCounts, ImportItem, ImportItemStatus, ImportJob, ImportStatus,
    MicroUsd,
};

fn subject(job: &ImportJob) -> String {
    format!("import {} ({})", job.id, job.status)
}

pub(super) fn imports(books: &Books, rules: &Rules, found: &mut Findings) {
    for (job, items) in &books.imports {
        progress(job, items, rules, found);
        charges(books, job, items, found);
        goodwill(books, job, found);
        let open = |hold: &&crate::model::Hold| {
            Some(hold.id) == job.hold && hold.status == HoldStatus::Open
        };
        let held = books.holds.iter().find(open);
        found.expect(
            held.is_none() || job.status == ImportStatus::Running,
            Invariant::I7,
            || subject(job),
            || "it has ended, and its hold is open".into(),
        );
    }
}

fn progress(job: &ImportJob, items: &[ImportItem], rules: &Rules, found: &mut Findings) {
    let right = ImportCounts::of(items);
    found.expect(
        right == job.counts,
        Invariant::I11,
        || subject(job),
        || format!("its items are {right:?}, stored is {:?}", job.counts),
    );
    let running = job.status == ImportStatus::Running;
    found.expect(
        running == (right.waiting > 0),
        Invariant::I10,
        || subject(job),
        || format!("{} of its items wait", right.waiting),
    );
    found.expect(
        !rules.quiet || !running,
        Invariant::I8,
        || subject(job),
        || "it has not ended".into(),
    );
}

/// Each imported filing has one charge of the unit price, and each charge an imported filing.
fn charges(books: &Books, job: &ImportJob, items: &[ImportItem], found: &mut Findings) {
    let mut paid: BTreeSet<FilingId> = BTreeSet::new();
    let own = |line: &&crate::model::LedgerEntry| line.hold.is_some() && line.hold == job.hold;
    for line in books.entries.iter().filter(own) {
        found.expect(
            line.amount.negated() == job.unit_price,
            Invariant::I4,
            || subject(job),
            || format!("entry {} charges {} a filing", line.seq, line.amount),
        );
        paid.extend(line.filing);
    }
    let imported = |item: &&ImportItem| item.status == ImportItemStatus::Imported;
    for item in items.iter().filter(imported) {
        let charged = item.filing.is_some_and(|filing| paid.remove(&filing));
        found.expect(
            charged == job.unit_price.is_positive(),
            Invariant::I6,
            || subject(job),
            || format!("item {} was imported and not charged", item.place),
        );
        let given = |open: &Opened| Some(open.filing) == item.filing;
        found.expect(
            books.access.iter().any(given),
            Invariant::I5,
            || subject(job),
            || format!("there is no access to item {}", item.place),
        );
    }
    for filing in paid {
        found.expect(
            false,
            Invariant::I5,
            || subject(job),
            || format!("filing {filing} was charged and not imported"),
        );
    }
}

/// Nothing was made good but failures by no fault of the account, and what nobody came to.
fn goodwill(books: &Books, job: &ImportJob, found: &mut Findings) {
    found.expect(
        job.excused <= job.counts.failed,
        Invariant::I6,
        || subject(job),
        || {
            format!(
                "{} of its {} failures are excused",
                job.excused, job.counts.failed
            )
        },
    );
    let Some(hold) = job.hold else { return };
    let prefix = format!("goodwill:{hold}:");
    let given = books.entries.iter();
    let given = given.filter(|line| line.key.starts_with(&prefix));
    let given: MicroUsd = given.map(|line| line.amount).sum();
    let in_vain = match job.status {
        ImportStatus::Expired => job.counts.cancelled,
        _ => 0,
    };
    let filings = job.excused.saturating_add(in_vain);
    let most = job.unit_price.checked_mul(filings.into());
    found.expect(
        most.is_some_and(|most| given <= most),
        Invariant::I6,
        || subject(job),
        || format!("{given} USD came again for {filings} filings"),
    );
}
