//! Any sequence of requests, imports, cancels, runs and failures keeps the ledger whole.

use aperilex_core::ports::AnalystError;
use aperilex_core::{Account, FilingLocator, ImportRequest, ImportSelection, Tier};
use futures_executor::block_on;
use proptest::prelude::*;

use crate::world::World;

const FILINGS: [&str; 3] = [
    "0001999999-26-000007",
    "0001999999-26-000011",
    "0001999999-23-000003",
];

#[derive(Debug, Clone)]
enum Act {
    Ask { who: usize, filing: usize },
    Cancel { who: usize },
    Work { well: bool },
    Sweep { seconds: u64 },
    Import { who: usize, many: usize },
    WorkImport,
    CancelImport { who: usize },
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0..3_usize, 0..3_usize).prop_map(|(who, filing)| Act::Ask { who, filing }),
        1 => (0..3_usize).prop_map(|who| Act::Cancel { who }),
        3 => any::<bool>().prop_map(|well| Act::Work { well }),
        1 => (1..4000_u64).prop_map(|seconds| Act::Sweep { seconds }),
        2 => (0..3_usize, 1..4_usize).prop_map(|(who, many)| Act::Import { who, many }),
        4 => Just(Act::WorkImport),
        1 => (0..3_usize).prop_map(|who| Act::CancelImport { who }),
    ]
}

fn perform(world: &World, accounts: &[Account], act: &Act) {
    match act {
        Act::Ask { who, filing } => {
            let _ = world.request(&accounts[*who], FILINGS[*filing]);
        }
        Act::Cancel { who } => {
            let tasks = block_on(world.engine.tasks(&accounts[*who], None, 1)).unwrap();
            for task in tasks {
                let _ = block_on(world.engine.cancel_task(&accounts[*who], task.id));
            }
        }
        Act::Work { well } => {
            if *well {
                world.script();
            } else {
                let source = "away".into();
                world
                    .memory
                    .analyst
                    .answer(Err(AnalystError::Unavailable { source }));
            }
            world.work();
        }
        Act::Import { who, many } => {
            let named = FILINGS.iter().take(*many);
            let named = named.map(|one| FilingLocator::Accession(one.parse().unwrap()));
            let request = ImportRequest {
                selection: ImportSelection::Filings(named.collect()),
                max_price: None,
                idempotency_key: None,
            };
            let _ = block_on(world.engine.start_import(&accounts[*who], &request));
        }
        Act::WorkImport => {
            block_on(world.engine.work_import(None)).unwrap();
        }
        Act::CancelImport { who } => {
            let imports = block_on(world.engine.imports(&accounts[*who], None, 1)).unwrap();
            for job in imports {
                block_on(world.engine.cancel_import(&accounts[*who], job.id)).unwrap();
            }
        }
        Act::Sweep { seconds } => {
            world
                .memory
                .clock
                .advance(std::time::Duration::from_secs(*seconds));
            let _ = block_on(world.engine.sweep());
        }
    }
    for account in accounts {
        assert!(
            !world.available(account).starts_with('-'),
            "overdrawn by {act:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_ledger_stays_whole(acts in proptest::collection::vec(act(), 1..40)) {
        let world = World::new();
        let accounts = [
            world.account("a", Tier::Basic, "0.25"),
            world.account("b", Tier::Basic, "0.12"),
            world.account("c", Tier::Demo, "0.04"),
        ];
        for act in &acts {
            perform(&world, &accounts, act);
        }
        for _ in 0..20 {
            world.script();
        }
        world.settle();
        world.settle_imports();
        for account in &accounts {
            for task in block_on(world.engine.tasks(account, None, 100)).unwrap() {
                prop_assert!(task.status.is_terminal(), "{} is {}", task.id, task.status);
            }
        }
        world.check_ledger(&accounts.iter().collect::<Vec<_>>());
    }
}
