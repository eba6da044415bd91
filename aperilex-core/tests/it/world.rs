//! A world with one company, its filings, and accounts that ask for analyses.

use std::sync::Arc;
use std::time::Duration;

use aperilex_core::ports::{
    Actor, AnalystProfile, Balance, Contract, Draft, DraftClaim, DraftQuote, Method, PartKind,
    Quality,
};
use aperilex_core::{
    Account, AnalysisRequest, Answer, Claimed, Engine, EngineError, FilingId, FilingLocator,
    FilingMeta, ImportStep, MicroUsd, Outcome, Proof, RawDocument, RawFiling, Requested, Role,
    Settings, Task, TaskId, Template, Tier, Timestamp, Universe, Universes,
};
use aperilex_memory::{Memory, ScriptedAnalyst};
use futures_executor::block_on;

/// The main document of every filing here.
pub(crate) const TEXT: &str = "Part I\nItem 1. Business\nMeridian Kettle Works makes kettles in two plants in Duluth \
    and sold 1,577 thousand of them.\nItem 1A. Risk Factors\nWe depend on a small number of \
    retailers for most of our sales.\nPart II\nItem 7. Management\nNet sales rose to $268.4 million \
    because prices were higher than before.\n";

/// A sentence of [`TEXT`] that is always right.
pub(crate) const SENTENCE: &str = "We depend on a small number of retailers for most of our sales.";

pub(crate) struct World {
    pub(crate) memory: Memory,
    pub(crate) engine: Engine,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// A world where something is decided otherwise.
    pub(crate) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let memory = Memory::new(now);
        for (accession, form, filed) in [
            ("0001999999-26-000007", "10-K", "2026-02-26"),
            ("0001999999-26-000011", "8-K", "2026-05-04"),
            ("0001999999-23-000003", "10-K", "2023-02-24"),
            ("0001999999-14-000002", "10-K", "2014-02-24"),
            ("0001999999-26-000020", "S-1", "2026-06-01"),
        ] {
            memory.source.add(filing(accession, form, filed));
        }
        let universe = || Universe::from_iter(["1999999".parse().unwrap()]);
        let universes = Universes {
            small: universe(),
            large: universe(),
        };
        let mut settings = Settings {
            universes,
            ..Settings::default()
        };
        change(&mut settings);
        let engine = Engine::new(memory.ports(), settings);
        Self { memory, engine }
    }

    /// The same with a model of standard quality, whose script is given.
    pub(crate) fn with_model() -> (Self, Arc<ScriptedAnalyst>) {
        let world = Self::new();
        let profile = AnalystProfile {
            method: Method::Model,
            quality: Quality::Standard,
            provider: Some("acme".to_owned()),
            prompt_version: "model/1".to_owned(),
        };
        let model = Arc::new(ScriptedAnalyst::new(profile, world.memory.faults.clone()));
        let mut memory = world.memory;
        memory.analysts.push(model.clone());
        let engine = Engine::new(memory.ports(), world.engine.settings().clone());
        (Self { memory, engine }, model)
    }

    /// An engine on the same world that decides otherwise.
    pub(crate) fn otherwise(&self, change: impl FnOnce(&mut Settings)) -> Engine {
        let mut settings = self.engine.settings().clone();
        change(&mut settings);
        Engine::new(self.memory.ports(), settings)
    }

    pub(crate) fn account(&self, name: &str, tier: Tier, credit: &str) -> Account {
        let email = format!("{name}@example.com").parse().unwrap();
        let credit = credit.parse().unwrap();
        block_on(
            self.engine
                .create_account(email, tier, Role::Member, credit),
        )
        .unwrap()
        .account
    }

    /// An account whose contract makes analyses free.
    pub(crate) fn by_contract(&self, name: &str, credit: &str) -> Account {
        let account = self.account(name, Tier::Enterprise, credit);
        let contract = Contract {
            analysis: Some(MicroUsd::ZERO),
            ..Contract::default()
        };
        let set = self
            .engine
            .set_contract(Actor::Operator, account.id, Some(&contract), "");
        block_on(set).unwrap()
    }

    pub(crate) fn request(
        &self,
        account: &Account,
        accession: &str,
    ) -> Result<Requested, EngineError> {
        block_on(self.engine.request_analysis(account, &request(accession)))
    }

    /// A request that must be accepted.
    pub(crate) fn submit(&self, account: &Account, accession: &str) -> Task {
        match self.request(account, accession).unwrap().answer {
            Answer::Task(task) => task,
            Answer::Analysis(record) => panic!("the pool has {record:?}"),
        }
    }

    /// The analyst will say one right sentence in the next analysis.
    pub(crate) fn script(&self) {
        self.memory.analyst.answer(Ok(draft(SENTENCE, SENTENCE)));
    }

    pub(crate) fn task(&self, id: TaskId) -> Task {
        block_on(self.engine.ports().stores.tasks.get(id))
            .unwrap()
            .unwrap()
    }

    pub(crate) fn balance(&self, account: &Account) -> Balance {
        block_on(self.engine.ports().stores.ledger.balance(account.id)).unwrap()
    }

    pub(crate) fn available(&self, account: &Account) -> String {
        self.balance(account).available().to_string()
    }

    /// Relays until the outbox is empty.
    pub(crate) fn relay(&self) {
        while block_on(self.engine.relay_outbox()).unwrap_or(1) > 0 {}
    }

    /// Takes one message, if there is one, and does what a worker does.
    pub(crate) fn work(&self) -> Option<Outcome> {
        self.relay();
        let queue = &self.engine.ports().queue;
        let lease = self.engine.settings().timings.lease();
        let delivery = block_on(queue.receive(1, lease)).ok()?.pop()?;
        let outcome = match block_on(self.engine.claim(&delivery)) {
            Ok(Claimed::Run(run)) => block_on(self.engine.run(&run)).ok(),
            Ok(Claimed::Settled) => None,
            Ok(Claimed::Leave(wait)) => {
                let _ = block_on(self.engine.postpone(&delivery, wait));
                return None;
            }
            _ => return None,
        };
        if outcome != Some(Outcome::LeaseLost) {
            let _ = block_on(queue.acknowledge(&delivery.receipt));
        }
        self.relay();
        outcome
    }

    /// Works on imports until nothing is to be done now.
    pub(crate) fn work_imports(&self) {
        for _ in 0..200 {
            match block_on(self.engine.work_import(None)) {
                Ok(ImportStep::Worked) => {}
                Ok(_) => return,
                // Something is away: it is looked at again later.
                Err(_) => return,
            }
        }
    }

    /// The same, with sweeps, time passing, until nothing happens any more.
    pub(crate) fn settle_imports(&self) {
        for _ in 0..100 {
            self.work_imports();
            self.memory.clock.advance(Duration::from_secs(60));
            let _ = block_on(self.engine.sweep());
        }
    }

    /// Works and sweeps, time passing, until nothing happens any more.
    pub(crate) fn settle(&self) {
        for _ in 0..200 {
            while self.work().is_some() {}
            self.memory.clock.advance(Duration::from_secs(40));
            let _ = block_on(self.engine.sweep());
            self.relay();
        }
    }

    /// What must hold whenever nothing is under way.
    pub(crate) fn check_ledger(&self, accounts: &[&Account]) {
        let proof = Proof {
            quiet: true,
            objects: true,
        };
        for account in accounts {
            let found = block_on(self.engine.verify_books(account.id, proof)).unwrap();
            assert_eq!(found, [], "{}", account.email);
        }
    }
}

pub(crate) fn request(accession: &str) -> AnalysisRequest {
    AnalysisRequest {
        filing: FilingLocator::Accession(accession.parse().unwrap()),
        template: Template::Comprehensive,
        quality: None,
        refresh: false,
        max_price: None,
        quote: None,
        idempotency_key: None,
    }
}

pub(crate) fn draft(text: &str, quote: &str) -> Draft {
    let quotes = vec![DraftQuote {
        document: 0,
        item: None,
        quote: quote.to_owned(),
        range: None,
    }];
    let claim = DraftClaim {
        text: text.to_owned(),
        quotes,
        figure: None,
    };
    Draft {
        parts: [(PartKind::Summary, vec![claim])].into(),
        ..Draft::default()
    }
}

pub(crate) fn filing(accession: &str, form: &str, filed: &str) -> RawFiling {
    let accession = accession.parse().unwrap();
    RawFiling {
        meta: FilingMeta {
            id: FilingId::of_accession(&accession),
            accession: Some(accession),
            cik: Some("1999999".parse().unwrap()),
            company: Some("Meridian Kettle Works, Inc.".to_owned()),
            ticker: Some("MKWX".parse().unwrap()),
            form: form.parse().unwrap(),
            filed: Some(filed.parse().unwrap()),
            period: None,
            items: Vec::new(),
            primary_document: Some("main.txt".to_owned()),
            url: None,
        },
        documents: vec![RawDocument {
            name: "main.txt".to_owned(),
            doc_type: Some(form.to_owned()),
            sequence: Some(1),
            description: None,
            bytes: TEXT.as_bytes().to_vec().into(),
            sha256: None,
        }],
    }
}
