//! Books of bulk imports.

use super::*;

fn item(place: u32, filing: Option<FilingId>, status: ImportItemStatus) -> ImportItem {
    ImportItem {
        job: id(ImportId::from_uuid, 1),
        place,
        locator: FilingLocator::Url(place.to_string()),
        filing,
        status,
        failure: None,
        attempts: 1,
        ready_at: at(0),
        lease: None,
    }
}

/// An import of three filings under way: two are paid for, one waits.
fn importing() -> Books {
    let user = id(UserId::from_uuid, 1);
    let filings = [8, 9].map(|n| id(FilingId::from_uuid, n));
    let mut kept = Kept::new(user);
    kept.top_up(1000);
    let held = hold(5, EntryKind::BulkImport, 30, None);
    kept.parts(&held, &filings, 10);
    let items = vec![
        item(1, Some(filings[0]), ImportItemStatus::Imported),
        item(2, Some(filings[1]), ImportItemStatus::Imported),
        item(3, None, ImportItemStatus::Waiting),
    ];
    let job = ImportJob {
        id: id(ImportId::from_uuid, 1),
        user,
        status: ImportStatus::Running,
        unit_price: MicroUsd::new(10),
        hold: Some(held.id),
        counts: ImportCounts::of(&items),
        duplicates: 0,
        excused: 0,
        expires_at: at(1000),
        created_at: at(0),
        updated_at: at(0),
    };
    Books {
        user,
        balance: kept.wallet.balance,
        debt: MicroUsd::ZERO,
        entry_count: 3,
        entries: kept.change.entries,
        head: kept.wallet.head,
        journal: kept.change.journal,
        lots: kept.wallet.lots,
        holds: kept.holds,
        tasks: Vec::new(),
        imports: vec![(job, items)],
        access: filings
            .map(|filing| Opened {
                filing,
                source: AccessSource::Paid,
                waiver: None,
            })
            .to_vec(),
        analyses: Vec::new(),
        calls: Vec::new(),
        answers: Vec::new(),
    }
}

const IMPORT_DAMAGES: &[(&str, Invariant, Damage)] = &[
    ("a part is charged twice", Invariant::I4, |b| {
        let again = b.entries[1].clone();
        b.entries.push(again);
    }),
    (
        "a part is captured twice in the journal",
        Invariant::I4,
        |b| {
            let again = b.journal[2].clone();
            b.journal.push(again);
        },
    ),
    ("more is captured than was set aside", Invariant::I7, |b| {
        b.entries[2].amount = MicroUsd::new(-21);
    }),
    ("parts make it whole and it is open", Invariant::I7, |b| {
        b.holds[0].amount = MicroUsd::new(20);
    }),
    ("captured, and a part is left", Invariant::I7, |b| {
        b.holds[0].status = HoldStatus::Captured;
    }),
    ("the stored sum of its parts is off", Invariant::I2, |b| {
        b.holds[0].captured = MicroUsd::new(10);
    }),
    ("a part costs more than a unit", Invariant::I4, |b| {
        b.imports[0].0.unit_price = MicroUsd::new(9);
    }),
    ("a filing is imported for nothing", Invariant::I6, |b| {
        b.imports[0].1[2].status = ImportItemStatus::Imported;
        b.imports[0].1[2].filing = Some(id(FilingId::from_uuid, 10));
    }),
    ("a filing is charged and not imported", Invariant::I5, |b| {
        b.imports[0].1[0].status = ImportItemStatus::Failed;
    }),
    ("a filing is charged and not opened", Invariant::I5, |b| {
        b.access.clear();
    }),
    ("its counts are off", Invariant::I11, |b| {
        b.imports[0].0.counts.waiting = 2;
    }),
    ("it is done, and an item waits", Invariant::I10, |b| {
        b.imports[0].0.status = ImportStatus::Done;
    }),
    ("it has ended, and its hold is open", Invariant::I7, |b| {
        b.imports[0].0.status = ImportStatus::Cancelled;
    }),
    (
        "more failures are excused than there were",
        Invariant::I6,
        |b| {
            b.imports[0].0.excused = 1;
        },
    ),
    (
        "failures that are not ours are made good",
        Invariant::I6,
        |b| {
            let hold = b.holds[0].id;
            let mut line = b.entries[0].clone();
            line.key = format!("goodwill:{hold}:{}", line.id);
            b.entries.push(line);
        },
    ),
    ("its hold is for nothing any more", Invariant::I7, |b| {
        b.imports.clear();
    }),
];

#[test]
fn every_damage_of_an_import_is_found() {
    // Long after the hold was to end: the import is what keeps it.
    assert_eq!(check(&importing(), &rules(false)), []);
    let rules = Rules {
        holds_since: at(500),
        ..rules(false)
    };
    each_is_found(IMPORT_DAMAGES, importing, &rules);
}
