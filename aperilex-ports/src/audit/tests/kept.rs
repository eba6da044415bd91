//! What was acknowledged, whose it is, what models cost, and what the house bore.

use super::*;

const OTHER: u128 = 99;

const KEPT_DAMAGES: &[(&str, Invariant, Damage)] = &[
    ("an answer names a task that is gone", Invariant::I9, |b| {
        let gone = id(TaskId::from_uuid, OTHER);
        b.answers[0].1 = Acknowledged::Task(gone);
    }),
    (
        "an answer names an import that is gone",
        Invariant::I9,
        |b| {
            let gone = id(ImportId::from_uuid, OTHER);
            b.answers[0].1 = Acknowledged::Import(gone);
        },
    ),
    (
        "an answer names an analysis that is gone",
        Invariant::I9,
        |b| {
            let gone = id(AnalysisId::from_uuid, OTHER);
            b.answers[0].1 = Acknowledged::Analysis(gone);
        },
    ),
    ("a task that was paid for is gone", Invariant::I9, |b| {
        b.tasks.clear();
        b.answers.clear();
        b.calls.clear();
    }),
    ("a hold is for a task that is gone", Invariant::I9, |b| {
        b.holds[1].task = Some(id(TaskId::from_uuid, OTHER));
    }),
    ("an entry is another's", Invariant::I12, |b| {
        b.entries[0].user = id(UserId::from_uuid, OTHER);
    }),
    ("a transaction is another's", Invariant::I12, |b| {
        b.journal[0].user = id(UserId::from_uuid, OTHER);
    }),
    ("a hold is another's", Invariant::I12, |b| {
        b.holds[0].user = id(UserId::from_uuid, OTHER);
    }),
    ("a task is another's", Invariant::I12, |b| {
        b.tasks[0].0.user = id(UserId::from_uuid, OTHER);
    }),
    ("another's own analysis was given", Invariant::I12, |b| {
        b.analyses[0].key.owner = Some(id(UserId::from_uuid, OTHER));
    }),
    (
        "an analysis of another filing was given",
        Invariant::I12,
        |b| {
            b.analyses[0].key.filing = id(FilingId::from_uuid, OTHER);
        },
    ),
    (
        "a call is of an attempt that never was",
        Invariant::I13,
        |b| {
            b.calls[1].attempt = 3;
        },
    ),
    ("a model is called again and again", Invariant::I13, |b| {
        b.tasks[0].0.status = TaskStatus::Running;
        b.tasks[0].0.attempts = 4;
        b.calls[1].attempt = 4;
    }),
    ("a call is of no attempt", Invariant::I13, |b| {
        b.calls[0].attempt = 0
    }),
    ("models cost more than the ceiling", Invariant::I13, |b| {
        b.calls[1].call.cost = MicroUsd::new(71);
    }),
    (
        "a call is made once the ceiling is passed",
        Invariant::I13,
        |b| {
            b.calls[0].call.cost = MicroUsd::new(101);
            b.calls[1].attempt = 2;
            b.tasks[0].0.status = TaskStatus::Failed;
        },
    ),
    ("a call is for a task that is gone", Invariant::I13, |b| {
        b.calls[0].task = id(TaskId::from_uuid, OTHER);
    }),
    (
        "a loss is waived and not in the journal",
        Invariant::I6,
        |b| {
            b.tasks[0].0.waiver = Some(Waiver::Absorbed);
        },
    ),
];

#[test]
fn every_loss_leak_and_excess_is_found() {
    each_is_found(KEPT_DAMAGES, sound, &rules(true));
}

#[test]
fn the_pools_and_ones_own_are_no_leak() {
    let mut books = sound();
    books.analyses[0].key.owner = Some(books.user);
    // As old as the first calls, whose ceilings were not kept.
    books.calls[0].ceiling = None;
    books.calls[1].ceiling = None;
    books.calls[1].call.cost = MicroUsd::new(1_000);
    assert_eq!(check(&books, &rules(true)), []);
}

/// Access was delivered when its hold had ended and nothing was left.
fn absorbed() -> Books {
    let books = sound();
    let (user, filing) = (books.user, books.access[0].filing);
    let mut kept = Kept::new(user);
    let loss = kept
        .wallet
        .absorb(id(HoldId::from_uuid, 2), MicroUsd::new(100), at(0));
    kept.save(loss.unwrap());
    Books {
        balance: kept.wallet.balance,
        entry_count: 0,
        entries: Vec::new(),
        head: kept.wallet.head,
        journal: kept.change.journal,
        lots: Vec::new(),
        holds: Vec::new(),
        tasks: Vec::new(),
        access: vec![Opened {
            filing,
            source: AccessSource::Paid,
            waiver: Some(Waiver::Absorbed),
        }],
        analyses: Vec::new(),
        calls: Vec::new(),
        answers: Vec::new(),
        ..books
    }
}

#[test]
fn what_the_house_bears_is_in_the_journal() {
    assert_eq!(check(&absorbed(), &rules(true)), []);
    let damages: &[(&str, Invariant, Damage)] = &[
        ("nobody got anything for the loss", Invariant::I6, |b| {
            b.access.clear()
        }),
        ("what was given is no loss", Invariant::I6, |b| {
            b.access[0].waiver = Some(Waiver::NoFee);
        }),
        ("the customer gains by it", Invariant::I1, |b| {
            b.journal[0].postings[1].account = LedgerAccount::Available;
        }),
    ];
    for (what, invariant, damage) in damages {
        let mut books = absorbed();
        damage(&mut books);
        let found = check(&books, &rules(true));
        let named: Vec<_> = found.iter().map(|finding| finding.invariant).collect();
        assert!(named.contains(invariant), "{what}: {found:?}");
    }
}
