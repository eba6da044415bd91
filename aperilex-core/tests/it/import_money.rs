//! What an import may cost is asked before anything is written, and what lapses while it is held comes again
//! for our failures alone.

use std::time::Duration;

use aperilex_core::ports::{CompanyLocator, LotSource};
use aperilex_core::{
    Account, FilingId, FilingLocator, ImportRequest, ImportSelection, ImportStatus, MicroUsd,
    Refusal, Tier,
};
use futures_executor::block_on;

use crate::world::World;

const COVERED: &str = "0001999999-26-000007";

fn filings(names: &[&str]) -> ImportRequest {
    let locator = |text: &&str| FilingLocator::Accession(text.parse().unwrap());
    ImportRequest {
        selection: ImportSelection::Filings(names.iter().map(locator).collect()),
        max_price: None,
        idempotency_key: None,
    }
}

fn of_company() -> ImportRequest {
    ImportRequest {
        selection: ImportSelection::Company {
            company: CompanyLocator::Ticker("MKWX".parse().unwrap()),
            forms: vec!["10-K".parse().unwrap(), "8-K".parse().unwrap()],
            from: None,
            to: None,
        },
        ..filings(&[])
    }
}

fn is_known(world: &World, accession: &str) -> bool {
    let id = FilingId::of_accession(&accession.parse().unwrap());
    let filings = &world.engine.ports().stores.filings;
    block_on(filings.get(id)).unwrap().is_some()
}

#[test]
fn a_refused_import_of_a_company_writes_nothing() {
    let world = World::new();
    let poor = world.account("poor", Tier::Professional, "0.01");
    let refused = block_on(world.engine.start_import(&poor, &of_company()));
    let told = refused.unwrap_err().to_string();
    assert!(told.contains("0.080000"), "{told}");
    assert!(!is_known(&world, COVERED), "a filing was noted for nothing");

    let rich = world.account("rich", Tier::Professional, "1");
    let begun = block_on(world.engine.start_import(&rich, &of_company())).unwrap();
    assert_eq!(begun.job.counts.waiting, 4);
    assert!(
        is_known(&world, COVERED),
        "the source need not be asked again"
    );
    world.work_imports();
    world.check_ledger(&[&poor, &rich]);
}

#[test]
fn what_could_not_be_noted_beforehand_is_imported_all_the_same() {
    let world = World::new();
    let account = world.account("one", Tier::Professional, "1");
    world.memory.faults.fail_nth("filings.register", 2);
    let begun = block_on(world.engine.start_import(&account, &of_company())).unwrap();
    world.settle_imports();
    let done = block_on(world.engine.import(&account, begun.job.id)).unwrap();
    // One of them is older than the plan allows.
    let counts = (done.counts.imported, done.counts.failed);
    assert_eq!((done.status, counts), (ImportStatus::Done, (3, 1)));
    world.check_ledger(&[&account]);
}

fn goodwill(world: &World, account: &Account) -> MicroUsd {
    let lots = block_on(world.engine.lots(account.id)).unwrap();
    let goodwill = lots.iter().filter(|lot| lot.source == LotSource::Goodwill);
    goodwill.map(|lot| lot.available).sum()
}

/// An import that holds a month's credits ten minutes before they lapse, and what is done with it after that.
fn over_a_reset_day(names: &[&str], after: impl FnOnce(&World)) -> (World, Account) {
    let world = World::new();
    let account = world.account("monthly", Tier::Basic, "0");
    block_on(world.engine.grant_monthly(&account)).unwrap();
    let minutes = (29 * 24 + 11) * 60 + 50;
    world
        .memory
        .clock
        .advance(Duration::from_secs(minutes * 60));
    assert_eq!(world.available(&account), "5.000000");
    block_on(world.engine.start_import(&account, &filings(names))).unwrap();
    world.memory.clock.advance(Duration::from_secs(20 * 60));
    after(&world);
    (world, account)
}

#[test]
fn invented_filings_carry_no_credits_over_a_reset_day() {
    let invented: Vec<String> = (0..100).map(|n| format!("0001999999-26-9{n:05}")).collect();
    let names: Vec<&str> = invented.iter().map(String::as_str).collect();
    let (world, account) = over_a_reset_day(&names, World::work_imports);
    assert_eq!(goodwill(&world, &account), MicroUsd::ZERO);
    assert_eq!(world.available(&account), "0.000000");
    world.check_ledger(&[&account]);
}

#[test]
fn what_failed_by_our_fault_is_made_good() {
    let names = [COVERED, "0001999999-26-999999"];
    let (world, account) = over_a_reset_day(&names, |world| {
        // Our storage is away, for all attempts.
        for _ in 0..9 {
            world.memory.faults.fail_next("documents.put");
            world.work_imports();
            world.memory.clock.advance(Duration::from_secs(90));
        }
    });
    let price: MicroUsd = "0.05".parse().unwrap();
    assert_eq!(goodwill(&world, &account), price, "one of two");
    world.check_ledger(&[&account]);
}

#[test]
fn a_key_of_an_embedding_program_meets_none_of_our_own() {
    let world = World::new();
    let account = world.account("one", Tier::Basic, "0");
    let granted = block_on(world.engine.grant_monthly(&account))
        .unwrap()
        .unwrap();
    let amount: MicroUsd = "5".parse().unwrap();
    for key in [
        granted.key.as_str(),
        "payment:p1:1",
        "retract:x",
        "own:a",
        "end:x",
        "lapse:x",
    ] {
        let topped = block_on(world.engine.top_up(account.id, amount, key, "bought")).unwrap();
        assert_eq!(topped.key, format!("own:{key}"));
        let again = block_on(world.engine.top_up(account.id, amount, key, "bought")).unwrap();
        assert_eq!(again, topped);
    }
    assert_eq!(world.available(&account), "35.000000");
    // Another amount under a known key is refused.
    let other = block_on(
        world
            .engine
            .top_up(account.id, "9".parse().unwrap(), "own:a", "x"),
    );
    assert!(matches!(
        other,
        Err(aperilex_core::EngineError::Refused(Refusal::KeyReused))
    ));
    world.check_ledger(&[&account]);
}
