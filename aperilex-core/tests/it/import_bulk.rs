//! Bulk imports: one hold, filing by filing, whatever fails in between.

use std::sync::Arc;
use std::time::Duration;

use aperilex_core::ports::{
    ChangeAccount, Clock, Company, CompanyLocator, FilingQuery, FilingSource, FilingSourceError,
    HoldId, Ports,
};
use aperilex_core::{
    Account, AccountStatus, Actor, Answer, AuditRecord, Engine, EngineError, EntryKind, FilingId,
    FilingLocator, FilingMeta, HoldStatus, ImportItem, ImportItemStatus, ImportJob, ImportRequest,
    ImportSelection, ImportStatus, ImportStep, Limit, MAX_IMPORT_ITEMS, RawFiling, Refusal, Role,
    Standing, Tier, Timestamp,
};
use async_trait::async_trait;
use futures_executor::block_on;

use crate::world::{SENTENCE, World, draft, filing, request};

/// In every basic account's plan.
const COVERED: [&str; 2] = ["0001999999-26-000007", "0001999999-26-000011"];
/// Too old for a basic account, of a form it does not have, and not there.
const OTHERS: [&str; 3] = [
    "0001999999-14-000002",
    "0001999999-26-000020",
    "0001999999-26-999999",
];

fn list(accessions: &[&str]) -> ImportRequest {
    let locator = |text: &&str| FilingLocator::Accession(text.parse().unwrap());
    ImportRequest {
        selection: ImportSelection::Filings(accessions.iter().map(locator).collect()),
        max_price: None,
        idempotency_key: None,
    }
}

fn start(world: &World, account: &Account, request: &ImportRequest) -> ImportJob {
    block_on(world.engine.start_import(account, request))
        .unwrap()
        .job
}

fn refused(world: &World, account: &Account, request: &ImportRequest) -> Refusal {
    match block_on(world.engine.start_import(account, request)) {
        Err(EngineError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn job(world: &World, account: &Account, job: &ImportJob) -> ImportJob {
    block_on(world.engine.import(account, job.id)).unwrap()
}

fn items(world: &World, account: &Account, job: &ImportJob) -> Vec<ImportItem> {
    block_on(world.engine.import_items(account, job.id, 0, 100)).unwrap()
}

fn reads(world: &World, account: &Account, accession: &str) -> bool {
    let id = FilingId::of_accession(&accession.parse().unwrap());
    block_on(world.engine.filing(account, id)).is_ok()
}

#[test]
fn what_comes_is_charged_and_the_rest_goes_back() {
    let world = World::new();
    let account = world.account("one", Tier::Basic, "1");
    let named = [&COVERED[..], &OTHERS, &COVERED[..1]].concat();
    let started = start(&world, &account, &list(&named));
    assert_eq!((started.counts.waiting, started.duplicates), (5, 1));
    assert_eq!(
        world.available(&account),
        "0.750000",
        "five times 0.05 is held"
    );
    assert!(
        !reads(&world, &account, COVERED[0]),
        "not before it is there"
    );
    world.work_imports();
    let done = job(&world, &account, &started);
    assert_eq!(done.status, ImportStatus::Done);
    assert_eq!((done.counts.imported, done.counts.failed), (2, 3));
    assert_eq!(done.charged().to_string(), "0.100000");
    assert_eq!(world.available(&account), "0.900000");
    assert!(COVERED.iter().all(|one| reads(&world, &account, one)));
    let codes: Vec<_> = items(&world, &account, &started)
        .into_iter()
        .map(|item| {
            item.failure
                .map_or_else(String::new, |failure| failure.code)
        })
        .collect();
    let expected = ["", "", "not_entitled", "not_entitled", "filing_not_found"];
    assert_eq!(codes, expected);

    // What it has now is free, however it comes to be asked for.
    let again = start(&world, &account, &list(&COVERED));
    assert_eq!((again.status, again.counts.owned), (ImportStatus::Done, 2));
    let by_name = ImportRequest {
        selection: ImportSelection::Filings(vec![FilingLocator::Ticker {
            ticker: "MKWX".parse().unwrap(),
            form: "10-K".parse().unwrap(),
        }]),
        ..list(&[])
    };
    let named = start(&world, &account, &by_name);
    assert_eq!(world.available(&account), "0.850000");
    world.work_imports();
    assert_eq!(job(&world, &account, &named).counts.owned, 1);
    assert_eq!(world.available(&account), "0.900000");
    world.check_ledger(&[&account]);
}

#[test]
fn a_company_is_imported_by_forms_and_days() {
    let world = World::new();
    let account = world.account("one", Tier::Professional, "1");
    let selection = |forms: &[&str], from: Option<&str>| ImportRequest {
        selection: ImportSelection::Company {
            company: CompanyLocator::Ticker("MKWX".parse().unwrap()),
            forms: forms.iter().map(|form| form.parse().unwrap()).collect(),
            from: from.map(|day| day.parse().unwrap()),
            to: None,
        },
        ..list(&[])
    };
    let wanted = selection(&["10-K", "8-K", "10-K"], Some("2020-01-01"));
    let started = start(&world, &account, &wanted);
    assert_eq!(started.counts.waiting, 3);
    world.work_imports();
    let done = job(&world, &account, &started);
    assert_eq!((done.status, done.counts.imported), (ImportStatus::Done, 3));
    assert_eq!(world.available(&account), "0.940000", "0.02 each");
    let nothing = selection(&["10-Q"], None);
    assert_eq!(
        refused(&world, &account, &nothing),
        Refusal::NothingToImport
    );
    world.check_ledger(&[&account]);
}

#[test]
fn what_is_refused_costs_nothing() {
    let world = World::new();
    let demo = world.account("demo", Tier::Demo, "5");
    let expected = Refusal::NotEntitled {
        limit: Limit::BulkImport,
        tier: Tier::Demo,
        lifted_by: Some(Tier::Basic),
    };
    let refusal = refused(&world, &demo, &list(&COVERED));
    assert_eq!(refusal, expected);
    assert_eq!(
        refusal.to_string(),
        "bulk import is not part of the demo tier; the basic tier has it"
    );
    let account = world.account("one", Tier::Basic, "0.09");
    assert_eq!(
        refused(&world, &account, &list(&[])),
        Refusal::NothingToImport
    );
    let poor = refused(&world, &account, &list(&COVERED));
    assert!(
        matches!(poor, Refusal::InsufficientCredits { .. }),
        "{poor:?}"
    );
    let dear = ImportRequest {
        max_price: Some("0.04".parse().unwrap()),
        ..list(&COVERED[..1])
    };
    let dear = refused(&world, &account, &dear);
    assert!(matches!(dear, Refusal::OverMaxPrice { .. }), "{dear:?}");
    let many = vec![FilingLocator::Url(String::new()); MAX_IMPORT_ITEMS + 1];
    let many = ImportRequest {
        selection: ImportSelection::Filings(many),
        ..list(&[])
    };
    let limit = MAX_IMPORT_ITEMS;
    assert_eq!(
        refused(&world, &account, &many),
        Refusal::TooManyItems { limit }
    );
    assert_eq!(world.available(&account), "0.090000");
    assert!(
        block_on(world.engine.imports(&account, None, 9))
            .unwrap()
            .is_empty()
    );
    world.check_ledger(&[&account, &demo]);
}

#[test]
fn a_repeated_request_gives_the_first_import() {
    let world = World::new();
    let [account, other] = ["one", "two"].map(|name| world.account(name, Tier::Basic, "1"));
    let asked = ImportRequest {
        idempotency_key: Some("again".into()),
        ..list(&COVERED)
    };
    let first = start(&world, &account, &asked);
    world.work_imports();
    let again = block_on(world.engine.start_import(&account, &asked)).unwrap();
    assert!(again.replayed);
    assert_eq!(again.job, job(&world, &account, &first));
    let reused = ImportRequest {
        idempotency_key: Some("again".into()),
        ..list(&COVERED[..1])
    };
    assert_eq!(refused(&world, &account, &reused), Refusal::KeyReused);
    assert_eq!(world.available(&account), "0.900000");
    // Another's import does not exist.
    for found in [
        block_on(world.engine.import(&other, first.id)).map(drop),
        block_on(world.engine.import_items(&other, first.id, 0, 9)).map(drop),
        block_on(world.engine.cancel_import(&other, first.id)).map(drop),
    ] {
        assert!(
            matches!(found, Err(EngineError::NotFound { .. })),
            "{found:?}"
        );
    }
}

#[test]
fn a_withdrawn_import_stops_and_gives_back() {
    let world = World::new();
    let account = world.account("one", Tier::Basic, "1");
    let started = start(&world, &account, &list(&COVERED));
    let step = block_on(world.engine.work_import(None)).unwrap();
    assert_eq!(step, ImportStep::Worked);
    let cancelled = block_on(world.engine.cancel_import(&account, started.id)).unwrap();
    assert_eq!(cancelled.status, ImportStatus::Cancelled);
    assert_eq!(
        (cancelled.counts.imported, cancelled.counts.cancelled),
        (1, 1)
    );
    assert_eq!(world.available(&account), "0.950000");
    let step = block_on(world.engine.work_import(None)).unwrap();
    assert_eq!(step, ImportStep::Idle);
    assert!(reads(&world, &account, COVERED[0]) && !reads(&world, &account, COVERED[1]));
    world.check_ledger(&[&account]);
}

#[test]
fn who_may_not_act_imports_nothing_until_it_may_again() {
    let world = World::new();
    let account = world.account("gone", Tier::Basic, "1");
    let started = start(&world, &account, &list(&COVERED));
    block_on(world.engine.work_import(None)).unwrap();
    let change = ChangeAccount {
        user: account.id,
        expected: account.standing(),
        to: Standing {
            status: AccountStatus::Suspended,
            ..account.standing()
        },
        audit: AuditRecord {
            actor: Actor::System,
            action: "account.suspend".into(),
            subject: account.id.to_string(),
            detail: serde_json::Value::Null,
            at: world.memory.clock.now(),
        },
        grant: None,
        notice: None,
        now: world.memory.clock.now(),
    };
    block_on(world.engine.ports().stores.accounts.change(&change)).unwrap();
    world.work_imports();
    let waiting = job(&world, &account, &started);
    assert_eq!(waiting.status, ImportStatus::Running);
    assert_eq!((waiting.counts.imported, waiting.counts.waiting), (1, 1));
    let again = refused(&world, &account, &list(&COVERED));
    assert_eq!(again, Refusal::AccountSuspended);

    let restore = ChangeAccount {
        expected: change.to,
        to: change.expected,
        ..change
    };
    block_on(world.engine.ports().stores.accounts.change(&restore)).unwrap();
    world.memory.clock.advance(Duration::from_secs(5 * 60));
    world.work_imports();
    let ended = job(&world, &account, &started);
    assert_eq!(
        (ended.status, ended.counts.imported),
        (ImportStatus::Done, 2)
    );
    assert_eq!(world.available(&account), "0.900000");
    world.check_ledger(&[&account]);
}

#[test]
fn an_import_in_which_nothing_moves_is_given_up() {
    let world = World::new();
    let account = world.account("one", Tier::Basic, "1");
    let started = start(&world, &account, &list(&COVERED));
    let day = Duration::from_secs(24 * 60 * 60);
    world.memory.clock.advance(day - Duration::from_secs(1));
    block_on(world.engine.sweep()).unwrap();
    assert_eq!(
        job(&world, &account, &started).status,
        ImportStatus::Running
    );
    let hold = started.hold.unwrap();
    let placed = |id: HoldId| {
        let holds = block_on(world.engine.ports().stores.ledger.holds(account.id)).unwrap();
        holds.into_iter().find(|hold| hold.id == id).unwrap()
    };
    assert_eq!(placed(hold).status, HoldStatus::Open);
    world.memory.clock.advance(Duration::from_secs(1));
    block_on(world.engine.sweep()).unwrap();
    assert_eq!(
        job(&world, &account, &started).status,
        ImportStatus::Expired
    );
    assert_eq!(placed(hold).status, HoldStatus::Voided);
    assert_eq!(world.available(&account), "1.000000");
    world.check_ledger(&[&account]);
}

/// Fetches nothing until a time, and says how long that is.
#[derive(Debug)]
struct Blocked {
    inner: Arc<dyn FilingSource>,
    clock: Arc<dyn Clock>,
    until: Timestamp,
}

#[async_trait]
impl FilingSource for Blocked {
    async fn find(&self, locator: &FilingLocator) -> Result<FilingMeta, FilingSourceError> {
        self.inner.find(locator).await
    }

    async fn fetch(&self, filing: &FilingMeta) -> Result<RawFiling, FilingSourceError> {
        let left = self.until.duration_since(self.clock.now());
        match Duration::try_from(left) {
            Ok(after) if !after.is_zero() => Err(FilingSourceError::Throttled { after }),
            _ => self.inner.fetch(filing).await,
        }
    }

    async fn list(&self, query: &FilingQuery) -> Result<Vec<FilingMeta>, FilingSourceError> {
        self.inner.list(query).await
    }

    async fn company(&self, company: &CompanyLocator) -> Result<Company, FilingSourceError> {
        self.inner.company(company).await
    }
}

#[test]
fn a_source_that_asks_to_wait_costs_no_attempt() {
    let mut world = World::new();
    let ports = world.memory.ports();
    let source = Blocked {
        inner: ports.source.clone(),
        clock: ports.clock.clone(),
        until: world.memory.clock.now() + Duration::from_secs(600),
    };
    let ports = Ports {
        source: Arc::new(source),
        ..ports
    };
    world.engine = Engine::new(ports, world.engine.settings().clone());
    let account = world.account("one", Tier::Basic, "1");
    let started = start(&world, &account, &list(&COVERED));
    for _ in 0..20 {
        match block_on(world.engine.work_import(None)).unwrap() {
            ImportStep::Wait(wait) => world.memory.clock.advance(wait / 5),
            ImportStep::Idle => world.memory.clock.advance(Duration::from_secs(30)),
            ImportStep::Worked => {}
        }
    }
    let waiting = items(&world, &account, &started);
    assert!(waiting.iter().all(|item| item.attempts <= 1), "{waiting:?}");
    world.settle_imports();
    assert_eq!(job(&world, &account, &started).counts.imported, 2);
    assert_eq!(world.available(&account), "0.900000");
    world.check_ledger(&[&account]);
}

/// What an import calls after it was asked for.
const METHODS: &[&str] = &[
    "import_store.claim",
    "accounts.get",
    "filings.get",
    "filings.register",
    "filings.access",
    "filings.mark_stored",
    "source.find",
    "source.fetch",
    "documents.put",
    "imports.settle",
    "imports.put_back",
    "imports.expire",
    "ledger.expire",
];

fn survives(method: &str, nth: u32, lose_reply: bool) {
    let place = format!("{method} #{nth}, reply lost: {lose_reply}");
    let world = World::new();
    let account = world.account("one", Tier::Basic, "1");
    let started = start(
        &world,
        &account,
        &list(&[&COVERED[..], &OTHERS[2..]].concat()),
    );
    if lose_reply {
        world.memory.faults.lose_reply_nth(method, nth);
    } else {
        world.memory.faults.fail_nth(method, nth);
    }
    world.settle_imports();
    world.memory.faults.clear();
    world.settle_imports();
    let done = job(&world, &account, &started);
    assert_eq!(done.status, ImportStatus::Done, "{place}: {done:?}");
    assert_eq!(
        (done.counts.imported, done.counts.failed),
        (2, 1),
        "{place}: nothing is lost: {:?}",
        items(&world, &account, &started)
    );
    assert_eq!(world.available(&account), "0.900000", "{place}");
    world.check_ledger(&[&account]);
}

#[test]
fn one_fault_anywhere_charges_nothing_twice_and_loses_nothing() {
    for method in METHODS {
        for nth in 1..=4 {
            survives(method, nth, false);
            survives(method, nth, true);
        }
    }
}

#[test]
fn a_lost_reply_to_a_request_starts_one_import() {
    let world = World::new();
    let account = world.account("unsure", Tier::Basic, "1");
    let asked = ImportRequest {
        idempotency_key: Some("again".into()),
        ..list(&COVERED)
    };
    world.memory.faults.lose_reply_next("imports.submit");
    assert!(block_on(world.engine.start_import(&account, &asked)).is_err());
    let again = block_on(world.engine.start_import(&account, &asked)).unwrap();
    assert!(again.replayed);
    world.work_imports();
    assert_eq!(world.available(&account), "0.900000");
    let all = block_on(world.engine.imports(&account, None, 9)).unwrap();
    assert_eq!(all.len(), 1);
    world.check_ledger(&[&account]);
}

#[test]
fn a_worker_that_dies_leaves_its_item_to_another() {
    let world = World::new();
    let account = world.account("one", Tier::Basic, "1");
    let started = start(&world, &account, &list(&COVERED[..1]));
    // Its claim is made, and it is never heard of again.
    world.memory.faults.lose_reply_next("import_store.claim");
    assert!(block_on(world.engine.work_import(None)).is_err());
    assert_eq!(
        block_on(world.engine.work_import(None)).unwrap(),
        ImportStep::Idle
    );
    world.memory.clock.advance(Duration::from_secs(5 * 60));
    world.work_imports();
    let item = &items(&world, &account, &started)[0];
    assert_eq!(
        (item.status, item.attempts),
        (ImportItemStatus::Imported, 2)
    );
    world.check_ledger(&[&account]);
}

#[test]
fn what_the_house_has_made_demo_accounts_read_for_free() {
    let world = World::new();
    let house = block_on(world.engine.house()).unwrap();
    assert_eq!(
        block_on(world.engine.house()).unwrap(),
        house,
        "there is one"
    );
    assert_eq!(house.role, Role::House);
    let meta = filing(COVERED[0], "10-K", "2026-02-26").meta;
    let imported = block_on(world.engine.import_filing(&house, &meta)).unwrap();
    assert!(imported.fetched);
    let task = world.submit(&house, COVERED[0]);
    assert_eq!(task.priority.level(), 9);
    world.memory.analyst.answer(Ok(draft(SENTENCE, SENTENCE)));
    world.settle();
    let demo = world.account("demo", Tier::Demo, "0");
    let answer = block_on(world.engine.request_analysis(&demo, &request(COVERED[0])));
    assert!(matches!(answer.unwrap().answer, Answer::Analysis(_)));
    for account in [&house, &demo] {
        let ledger = &world.engine.ports().stores.ledger;
        let entries = block_on(ledger.entries(account.id, None, 9)).unwrap();
        assert!(
            entries
                .iter()
                .all(|entry| entry.kind == EntryKind::MonthlyGrant),
            "{entries:?}"
        );
    }
    world.check_ledger(&[&house, &demo]);
}
