//! Sound books have no findings, and every damage has its own.

mod imports;
mod kept;

use super::*;
use crate::model::*;
use crate::port::{CapturePart, PlaceHold, PostEntry, ReverseCredit};
use crate::wallet::{Change, Charge, Paid, Wallet, draws};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + second).unwrap()
}

fn id<T>(kind: fn(uuid::Uuid) -> T, n: u128) -> T {
    kind(uuid::Uuid::from_u128(n))
}

fn rules(quiet: bool) -> Rules {
    Rules {
        task_follows: |from, to| from != to && !from.is_terminal(),
        quiet,
        now: at(100),
        holds_since: at(50),
        max_attempts: 3,
    }
}

fn hold(n: u128, purpose: EntryKind, amount: i64, task: Option<TaskId>) -> Hold {
    Hold {
        id: id(HoldId::from_uuid, n),
        user: id(UserId::from_uuid, 1),
        purpose,
        amount: MicroUsd::new(amount),
        captured: MicroUsd::ZERO,
        status: HoldStatus::Open,
        filing: None,
        task,
        expires_at: at(60),
        created_at: at(0),
    }
}

/// A wallet, and all that was ever saved of it.
struct Kept {
    wallet: Wallet,
    change: Change,
    holds: Vec<Hold>,
}

impl Kept {
    fn new(user: UserId) -> Self {
        Self {
            wallet: Wallet::new(user),
            change: Change::default(),
            holds: Vec::new(),
        }
    }

    fn save(&mut self, change: Change) {
        self.change.journal.extend(change.journal);
        self.change.entries.extend(change.entries);
        if let Some(hold) = change.hold {
            self.holds.retain(|known| known.id != hold.id);
            self.holds.push(hold);
        }
    }

    fn top_up(&mut self, amount: i64) {
        let command = PostEntry {
            id: id(EntryId::from_uuid, 1),
            user: self.wallet.user,
            kind: EntryKind::TopUp,
            amount: MicroUsd::new(amount),
            key: "key 1".into(),
            expires_at: None,
            description: String::new(),
            now: at(0),
        };
        let (_, change) = self.wallet.post(&command, None).unwrap();
        self.save(change);
    }

    /// The payment of the top-up is taken back.
    fn reverse(&mut self, amount: i64) {
        let command = ReverseCredit {
            id: id(EntryId::from_uuid, 11),
            user: self.wallet.user,
            entry: id(EntryId::from_uuid, 1),
            amount: MicroUsd::new(amount),
            key: "taken back".into(),
            description: String::new(),
            now: at(0),
        };
        let paid = Paid {
            entry: &self.change.entries[0],
            before: &[],
        };
        let (_, change) = self.wallet.reverse(&command, &paid).unwrap();
        self.save(change);
    }

    fn place(&mut self, hold: &Hold, filing: Option<FilingId>) -> Hold {
        let command = PlaceHold {
            id: hold.id,
            user: hold.user,
            purpose: hold.purpose,
            amount: hold.amount,
            filing,
            task: hold.task,
            expires_at: hold.expires_at,
            now: hold.created_at,
        };
        let (placed, change) = self.wallet.place(&command, None).unwrap();
        self.save(change);
        placed
    }

    /// Charges a hold for bulk import, filing by filing.
    fn parts(&mut self, hold: &Hold, filings: &[FilingId], amount: i64) {
        let mut held = self.place(hold, None);
        let draws = draws(self.change.journal.last().unwrap());
        for filing in filings {
            let part = CapturePart {
                hold: hold.id,
                filing: *filing,
                amount: MicroUsd::new(amount),
                description: String::new(),
                now: at(0),
            };
            let captured = self.wallet.capture_part(&held, &draws, &part, None);
            let (_, change) = captured.unwrap();
            held = change.hold.clone().unwrap();
            self.save(change);
        }
    }

    fn charge(&mut self, hold: Hold, (filing, analysis): (Option<FilingId>, Option<AnalysisId>)) {
        let placed = self.place(&hold, filing);
        let draws = draws(self.change.journal.last().unwrap());
        let charge = Charge {
            amount: hold.amount,
            description: "",
            analysis,
        };
        let (_, change) = self
            .wallet
            .capture(&placed, &draws, &charge, at(0))
            .unwrap();
        self.save(change);
    }
}

fn event(task: TaskId, seq: u64, status: TaskStatus, analysis: Option<AnalysisId>) -> TaskEvent {
    let progress = match status {
        TaskStatus::Completed => AnalysisStatus::Completed,
        _ => AnalysisStatus::Initiated,
    };
    TaskEvent {
        task,
        seq,
        status,
        progress,
        analysis,
        failure: None,
        at: at(0),
    }
}

fn record(analysis: AnalysisId, key: PoolKey, task: TaskId) -> AnalysisRecord {
    AnalysisRecord {
        id: analysis,
        key,
        schema_version: 1,
        method: Method::Model,
        document_sha256: Digest::of(b"d"),
        result_sha256: Digest::of(b"r"),
        result_bytes: 1,
        claims: 1,
        score: 1000,
        task,
        created_at: at(0),
        retracted_at: None,
    }
}

fn done(task: TaskId, user: UserId, key: PoolKey, analysis: AnalysisId) -> Task {
    Task {
        id: task,
        user,
        key,
        status: TaskStatus::Completed,
        progress: AnalysisStatus::Completed,
        role: TaskRole::Leader,
        priority: Priority::new(5),
        generation: 1,
        attempts: 1,
        not_before: None,
        lease: None,
        charges: TaskCharges {
            access: None,
            analysis_hold: id(HoldId::from_uuid, 3),
            analysis_price: MicroUsd::new(20),
        },
        max_running: None,
        shares: false,
        waiver: None,
        analysis: Some(analysis),
        failure: None,
        last_event: 3,
        created_at: at(0),
        updated_at: at(0),
    }
}

/// A call of a model under a ceiling of 100.
fn called(task: TaskId, attempt: u32, cost: i64) -> ModelCall {
    ModelCall {
        id: id(
            CallId::from_uuid,
            u128::from(attempt) * 1000 + cost.unsigned_abs() as u128,
        ),
        task,
        attempt,
        ceiling: Some(MicroUsd::new(100)),
        own_key: false,
        call: SpentCall {
            section: "1A".into(),
            provider: "p".into(),
            model: "m".into(),
            price_row: None,
            tokens: TokenUsage::default(),
            cost: MicroUsd::new(cost),
            estimated: false,
            outcome: CallOutcome::Answered,
        },
        at: at(0),
    }
}

/// A top-up, access and an analysis, each paid for once.
fn sound() -> Books {
    let user = id(UserId::from_uuid, 1);
    let (task, filing) = (id(TaskId::from_uuid, 7), id(FilingId::from_uuid, 8));
    let analysis = id(AnalysisId::from_uuid, 9);
    let key = PoolKey {
        filing,
        template: Template::Risk,
        quality: Quality::Standard,
        prompt_version: "p/1".into(),
        owner: None,
    };
    let record = record(analysis, key.clone(), task);
    let done = done(task, user, key, analysis);
    let events = vec![
        event(task, 1, TaskStatus::Pending, None),
        event(task, 2, TaskStatus::Running, None),
        event(task, 3, TaskStatus::Completed, Some(analysis)),
    ];
    let mut kept = Kept::new(user);
    kept.top_up(1000);
    kept.charge(
        hold(2, EntryKind::FilingAccess, 100, Some(task)),
        (Some(filing), None),
    );
    kept.charge(
        hold(3, EntryKind::Analysis, 20, Some(task)),
        (None, Some(analysis)),
    );
    Books {
        user,
        balance: kept.wallet.balance,
        debt: kept.wallet.debt,
        entry_count: 3,
        entries: kept.change.entries,
        head: kept.wallet.head,
        journal: kept.change.journal,
        lots: kept.wallet.lots,
        holds: kept.holds,
        tasks: vec![(done, events)],
        imports: Vec::new(),
        access: vec![Opened {
            filing,
            source: AccessSource::Paid,
            waiver: None,
        }],
        analyses: vec![record],
        calls: vec![called(task, 1, 30), called(task, 1, 40)],
        answers: vec![("k1".into(), Acknowledged::Task(task))],
    }
}

#[test]
fn sound_books_have_no_findings() {
    assert_eq!(check(&sound(), &rules(true)), []);
}

type Damage = fn(&mut Books);

const DAMAGES: &[(&str, Invariant, Damage)] = &[
    ("a posting is changed", Invariant::I1, |b| {
        b.journal[1].postings[0].amount = MicroUsd::new(-99);
    }),
    ("a transaction has no sides", Invariant::I1, |b| {
        b.journal[1].postings.clear();
    }),
    ("a description is changed", Invariant::I2, |b| {
        b.entries[2].description.push('!');
    }),
    ("a hash is changed", Invariant::I2, |b| {
        b.journal[4].hash = Digest::of(b"another");
    }),
    ("a transaction is missing", Invariant::I2, |b| {
        b.journal.remove(2);
    }),
    ("the last transactions are missing", Invariant::I2, |b| {
        b.journal.truncate(3);
    }),
    ("a lot has more than came", Invariant::I2, |b| {
        b.lots[0].available = MicroUsd::new(881);
    }),
    ("the stored end of the chain is off", Invariant::I2, |b| {
        b.head.seq = 4;
    }),
    ("a lot never lapses any more", Invariant::I2, |b| {
        b.lots[0].expires_at = Some(at(5));
    }),
    ("a lot comes from elsewhere", Invariant::I2, |b| {
        b.lots[0].source = LotSource::Goodwill;
    }),
    ("a hold is for something else", Invariant::I2, |b| {
        b.holds[0].expires_at = at(61);
    }),
    (
        "an entry says more than its lots gain",
        Invariant::I1,
        |b| {
            b.journal[0].postings[0].amount = MicroUsd::new(-100);
            b.journal[0].postings[1].amount = MicroUsd::new(100);
        },
    ),
    ("it left less than was held", Invariant::I3, |b| {
        b.journal[1].held_after = MicroUsd::new(1001);
    }),
    ("an entry is changed", Invariant::I2, |b| {
        b.entries[1].amount = MicroUsd::new(-99);
    }),
    ("an entry is missing", Invariant::I2, |b| {
        b.entries.remove(0);
    }),
    ("entries change places", Invariant::I2, |b| {
        b.entries.swap(0, 1)
    }),
    ("the count is off", Invariant::I2, |b| b.entry_count = 4),
    ("the balance is off", Invariant::I2, |b| {
        b.balance.posted = MicroUsd::new(881);
    }),
    ("held credits are off", Invariant::I2, |b| {
        b.balance.held = MicroUsd::new(1);
    }),
    ("less than nothing is left", Invariant::I3, |b| {
        b.balance.held = MicroUsd::new(881);
    }),
    ("a key is used twice", Invariant::I4, |b| {
        b.entries[2].key = b.entries[1].key.clone();
    }),
    ("a charge gives credits", Invariant::I4, |b| {
        b.entries[2].amount = MicroUsd::new(20);
    }),
    ("access is charged twice", Invariant::I4, |b| {
        let again = b.entries[1].clone();
        b.entries.push(again);
    }),
    ("an analysis is charged twice", Invariant::I4, |b| {
        let again = b.entries[2].clone();
        b.entries.push(again);
    }),
    ("a charge without access", Invariant::I5, |b| {
        b.access.clear()
    }),
    ("a charge without an analysis", Invariant::I5, |b| {
        b.analyses.clear()
    }),
    ("a charge for a failed task", Invariant::I5, |b| {
        b.tasks[0].0.status = TaskStatus::Failed;
    }),
    ("an analysis nobody was charged for", Invariant::I6, |b| {
        b.entries.retain(|line| line.kind != EntryKind::Analysis);
    }),
    ("a charge that is waived", Invariant::I6, |b| {
        b.tasks[0].0.waiver = Some(Waiver::NoFee);
    }),
    (
        "a leader that is served as a follower",
        Invariant::I6,
        |b| {
            b.entries.retain(|line| line.kind != EntryKind::Analysis);
            b.tasks[0].0.waiver = Some(Waiver::Follower);
        },
    ),
    ("a task that failed and is waived", Invariant::I6, |b| {
        b.tasks[0].0.status = TaskStatus::Failed;
        b.tasks[0].0.waiver = Some(Waiver::NoFee);
    }),
    ("a leader nothing was set aside for", Invariant::I6, |b| {
        b.tasks[0].0.charges.analysis_hold = id(HoldId::from_uuid, 99);
    }),
    ("ours, waived as its own key's", Invariant::I6, |b| {
        b.entries.retain(|line| line.kind != EntryKind::Analysis);
        b.tasks[0].0.waiver = Some(Waiver::OwnKey);
    }),
    ("its own key's, and charged", Invariant::I6, |b| {
        b.tasks[0].0.key.owner = Some(b.user);
    }),
    ("less than its own key was to make", Invariant::I6, |b| {
        b.entries.retain(|line| line.kind != EntryKind::Analysis);
        b.tasks[0].0.key.owner = Some(b.user);
        b.tasks[0].0.waiver = Some(Waiver::OwnKey);
        b.analyses[0].key.quality = Quality::Extractive;
    }),
    ("another account's own run", Invariant::I12, |b| {
        b.tasks[0].0.key.owner = Some(id(UserId::from_uuid, 2));
    }),
    ("an analysis that is another's alone", Invariant::I12, |b| {
        b.analyses[0].key.owner = Some(id(UserId::from_uuid, 2));
    }),
    ("access nobody paid for", Invariant::I6, |b| {
        b.entries
            .retain(|line| line.kind != EntryKind::FilingAccess);
    }),
    ("a voided hold that was charged", Invariant::I7, |b| {
        b.holds[0].status = HoldStatus::Voided;
    }),
    ("a captured hold without a charge", Invariant::I7, |b| {
        b.entries[2].hold = None;
    }),
    ("a charge without a hold", Invariant::I7, |b| {
        b.holds.remove(0);
    }),
    ("more charged than held", Invariant::I7, |b| {
        b.holds[1].amount = MicroUsd::new(19);
    }),
    ("an open hold of a finished task", Invariant::I7, |b| {
        b.holds
            .push(hold(5, EntryKind::Analysis, 1, Some(b.tasks[0].0.id)));
    }),
    ("a forgotten hold", Invariant::I7, |b| {
        let mut late = hold(5, EntryKind::Analysis, 1, None);
        late.expires_at = at(50);
        b.holds.push(late);
    }),
    ("a hold when all is quiet", Invariant::I8, |b| {
        b.holds.push(hold(5, EntryKind::Analysis, 1, None));
    }),
    ("work when all is quiet", Invariant::I8, |b| {
        b.tasks[0].0.status = TaskStatus::Queued;
    }),
    ("an unlawful way", Invariant::I10, |b| {
        b.tasks[0].1[0].status = TaskStatus::Failed;
    }),
    ("completed without an analysis", Invariant::I10, |b| {
        b.tasks[0].0.analysis = None;
    }),
    ("a lease on what has ended", Invariant::I10, |b| {
        b.tasks[0].0.lease = Some(Lease {
            token: id(LeaseToken::from_uuid, 4),
            until: at(9),
        });
    }),
    ("an event is missing", Invariant::I11, |b| {
        b.tasks[0].1.remove(1);
    }),
    ("the last event is missing", Invariant::I11, |b| {
        b.tasks[0].1.pop();
    }),
    ("an event behind the end", Invariant::I11, |b| {
        let task = b.tasks[0].0.id;
        b.tasks[0].1.push(event(task, 4, TaskStatus::Failed, None));
    }),
];

/// Each damage of sound books is found as a breach of its invariant.
fn each_is_found(damages: &[(&str, Invariant, Damage)], sound: fn() -> Books, rules: &Rules) {
    for (what, invariant, damage) in damages {
        let mut books = sound();
        damage(&mut books);
        let found = check(&books, rules);
        let named: Vec<_> = found.iter().map(|finding| finding.invariant).collect();
        assert!(named.contains(invariant), "{what}: {found:?}");
    }
}

#[test]
fn every_damage_is_found() {
    each_is_found(DAMAGES, sound, &rules(true));
}

#[test]
fn open_work_is_no_finding_while_it_goes_on() {
    let mut kept = Kept::new(id(UserId::from_uuid, 1));
    kept.top_up(1000);
    kept.place(&hold(5, EntryKind::Analysis, 1, None), None);
    let books = Books {
        user: kept.wallet.user,
        balance: kept.wallet.balance,
        debt: kept.wallet.debt,
        entry_count: 1,
        entries: kept.change.entries,
        head: kept.wallet.head,
        journal: kept.change.journal,
        lots: kept.wallet.lots,
        holds: kept.holds,
        tasks: Vec::new(),
        imports: Vec::new(),
        access: Vec::new(),
        analyses: Vec::new(),
        calls: Vec::new(),
        answers: Vec::new(),
    };
    assert_eq!(check(&books, &rules(false)), []);
}

/// A top-up of which a part is spent, and which was then taken back.
fn indebted() -> Books {
    let mut books = sound();
    let mut kept = Kept::new(books.user);
    kept.top_up(1000);
    kept.charge(
        hold(2, EntryKind::FilingAccess, 100, Some(books.tasks[0].0.id)),
        (Some(books.access[0].filing), None),
    );
    kept.charge(
        hold(3, EntryKind::Analysis, 20, Some(books.tasks[0].0.id)),
        (None, Some(books.analyses[0].id)),
    );
    kept.reverse(1000);
    books.balance = kept.wallet.balance;
    books.debt = kept.wallet.debt;
    books.entry_count = 4;
    books.entries = kept.change.entries;
    books.head = kept.wallet.head;
    books.journal = kept.change.journal;
    books.lots.clear();
    books.holds = kept.holds;
    books
}

#[test]
fn what_is_owed_is_no_finding_and_what_is_wrong_with_it_is() {
    let books = indebted();
    assert_eq!(books.debt, MicroUsd::new(120));
    assert_eq!(check(&books, &rules(true)), []);
    let damages: &[(&str, Invariant, Damage)] = &[
        ("a debt is forgotten", Invariant::I2, |b| {
            b.debt = MicroUsd::ZERO;
        }),
        ("who owes can spend", Invariant::I3, |b| {
            b.balance.posted = MicroUsd::new(1);
        }),
        ("more is taken back than came", Invariant::I4, |b| {
            let last = b.journal.last_mut().unwrap();
            for posting in &mut last.postings {
                if posting.account == LedgerAccount::Cash {
                    posting.amount = MicroUsd::new(1001);
                }
            }
        }),
        ("what is owed is waived in passing", Invariant::I3, |b| {
            b.journal.last_mut().unwrap().operation = Operation::Debit;
        }),
    ];
    for (what, invariant, damage) in damages {
        let mut books = indebted();
        damage(&mut books);
        let found = check(&books, &rules(true));
        let named: Vec<_> = found.iter().map(|finding| finding.invariant).collect();
        assert!(named.contains(invariant), "{what}: {found:?}");
    }
}
