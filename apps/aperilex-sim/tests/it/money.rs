//! Random acts on every database. After each the books are proved, and the credits are what a naive model
//! says: two sums of each account, what it was given and what it has spent, the latter by the price list and
//! by what the account has, without a look into the ledger.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use aperilex_core::ports::{
    AccessSource, Actor, Answer, EntryKind, MicroUsd, PaymentState, TaskRole, TaskStatus, Template,
};
use aperilex_core::{
    Account, AccountChange, AnalysisRequest, Engine, EngineError, ImportRequest, ImportSelection,
    PaymentEvent, Proof, RefundCharge, Tier,
};
use aperilex_memory::Bug;
use aperilex_sim::actors;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::stage::{Base, Cast, Stage, runtime};

const TIERS: [(Tier, &str); 3] = [
    (Tier::Basic, "0.25"),
    (Tier::Professional, "0.12"),
    (Tier::Demo, "0.04"),
];
const FILINGS: u32 = 3;
const PAYMENT: i64 = 60_000;

#[derive(Debug, Clone)]
enum Act {
    Request {
        who: usize,
        what: What,
        key: u8,
    },
    Quoted {
        who: usize,
        what: What,
    },
    Cancel {
        who: usize,
    },
    Read {
        who: usize,
    },
    Import {
        who: usize,
        many: usize,
    },
    CancelImport {
        who: usize,
    },
    TopUp {
        who: usize,
        times: u8,
    },
    Refund {
        who: usize,
        nth: usize,
        amount: i64,
    },
    Retract {
        who: usize,
    },
    Payment {
        who: usize,
        number: u8,
        version: u64,
    },
    Suspend {
        who: usize,
        suspended: bool,
    },
    Pass {
        seconds: u64,
    },
    Work {
        well: bool,
    },
    WorkImport,
    Sweep,
}

type What = (usize, bool);

fn act() -> impl Strategy<Value = Act> {
    let who = || 0..TIERS.len();
    let what = || (0..FILINGS as usize, any::<bool>());
    prop_oneof![
        5 => (who(), what(), 0..3_u8).prop_map(|(who, what, key)| Act::Request { who, what, key }),
        2 => (who(), what()).prop_map(|(who, what)| Act::Quoted { who, what }),
        1 => who().prop_map(|who| Act::Cancel { who }),
        1 => who().prop_map(|who| Act::Read { who }),
        2 => (who(), 1..=FILINGS as usize).prop_map(|(who, many)| Act::Import { who, many }),
        1 => who().prop_map(|who| Act::CancelImport { who }),
        1 => (who(), 1..3_u8).prop_map(|(who, times)| Act::TopUp { who, times }),
        2 => (who(), 0..3_usize, 1..60_000_i64)
            .prop_map(|(who, nth, amount)| Act::Refund { who, nth, amount }),
        1 => who().prop_map(|who| Act::Retract { who }),
        2 => (who(), 0..2_u8, 1..4_u64)
            .prop_map(|(who, number, version)| Act::Payment { who, number, version }),
        1 => (who(), any::<bool>()).prop_map(|(who, suspended)| Act::Suspend { who, suspended }),
        1 => prop_oneof![1..4_000_u64, Just(31 * 24 * 60 * 60)]
            .prop_map(|seconds| Act::Pass { seconds }),
        5 => any::<bool>().prop_map(|well| Act::Work { well }),
        4 => Just(Act::WorkImport),
        1 => Just(Act::Sweep),
    ]
}

/// What is known of an account without its ledger.
#[derive(Debug, Default)]
struct Sums {
    given: i64,
    spent: i64,
    /// What was counted: filings that it may read, analyses that were made for it, refunds, payments.
    read: BTreeSet<usize>,
    made: BTreeSet<String>,
    refunds: BTreeMap<String, i64>,
    refunded: BTreeSet<String>,
    withdrawn: BTreeSet<String>,
    payments: BTreeMap<u8, (u64, bool)>,
}

struct Play<'s> {
    stage: &'s Stage,
    cast: Cast,
    engine: std::sync::Arc<Engine>,
    bare: Engine,
    sums: Vec<Sums>,
    /// Acts so far: what makes keys new.
    acts: u64,
}

type Done = Result<(), TestCaseError>;

fn failed(error: impl Debug) -> TestCaseError {
    TestCaseError::fail(format!("{error:?}"))
}

/// A refusal changes nothing and is an answer; a failure of a port is none.
fn answered<T>(result: Result<T, EngineError>) -> Result<Option<T>, TestCaseError> {
    match result {
        Ok(done) => Ok(Some(done)),
        Err(error @ EngineError::Port { .. }) => Err(failed(error)),
        Err(_) => Ok(None),
    }
}

impl<'s> Play<'s> {
    async fn new(stage: &'s Stage) -> Self {
        let opening = |(_, credit): &(Tier, &str)| Sums {
            given: credit.parse::<MicroUsd>().unwrap().micros(),
            ..Sums::default()
        };
        Self {
            stage,
            cast: stage.cast(&TIERS, FILINGS).await,
            engine: stage.engine(),
            bare: stage.bare(),
            sums: TIERS.iter().map(opening).collect(),
            acts: 0,
        }
    }

    async fn account(&self, who: usize) -> Result<Account, TestCaseError> {
        let id = self.cast.accounts[who].id;
        self.engine.account(id).await.map_err(failed)
    }

    async fn perform(&mut self, act: &Act) -> Done {
        self.acts += 1;
        match *act {
            Act::Request { who, what, key } => self.request(who, what, Some(key), false).await,
            Act::Quoted { who, what } => self.request(who, what, None, true).await,
            Act::Cancel { who } => self.cancel(who).await,
            Act::Read { who } => self.read(who).await,
            Act::Import { who, many } => self.import(who, many).await,
            Act::CancelImport { who } => self.cancel_import(who).await,
            Act::TopUp { who, times } => self.top_up(who, times).await,
            Act::Refund { who, nth, amount } => self.refund(who, nth, amount).await,
            Act::Retract { who } => self.retract(who).await,
            Act::Payment {
                who,
                number,
                version,
            } => self.pay(who, number, version).await,
            Act::Suspend { who, suspended } => self.suspend(who, suspended).await,
            Act::Pass { seconds } => {
                self.stage.pass(seconds);
                Ok(())
            }
            Act::Work { well } => {
                self.stage.analyst.fail(u32::from(!well));
                actors::relay(self.engine.clone()).await;
                actors::work(self.engine.clone()).await;
                self.stage.analyst.fail(0);
                Ok(())
            }
            Act::WorkImport => self
                .engine
                .work_import(None)
                .await
                .map(drop)
                .map_err(failed),
            Act::Sweep => self.engine.sweep().await.map(drop).map_err(failed),
        }
    }

    async fn request(&self, who: usize, what: What, key: Option<u8>, quoted: bool) -> Done {
        let account = self.account(who).await?;
        let (filing, risk) = what;
        let mut request = AnalysisRequest {
            filing: self.cast.locator(filing),
            template: if risk {
                Template::Risk
            } else {
                Template::Comprehensive
            },
            quality: None,
            refresh: false,
            max_price: None,
            quote: None,
            idempotency_key: key.map(|key| format!("key {key}")),
        };
        let mut total = None;
        if quoted {
            let Some(quote) = answered(self.engine.quote(&account, &request).await)? else {
                return Ok(());
            };
            (request.quote, total) = (Some(quote.id), Some(quote.total));
        }
        let before = self.engine.balance(account.id).await.map_err(failed)?;
        let asked = answered(self.engine.request_analysis(&account, &request).await)?;
        let after = self.engine.balance(account.id).await.map_err(failed)?;
        // What it has less is at most what it was told.
        let less = before.available().micros() - after.available().micros();
        if let (Some(total), Some(_)) = (total, &asked) {
            prop_assert!(less <= total.micros(), "{less} for {total}");
        }
        if asked.is_none() {
            prop_assert_eq!(less, 0, "it was refused");
        } else if let Some(Answer::Analysis(_)) = asked.map(|it| it.answer) {
            prop_assert_eq!(before.held, after.held);
        }
        Ok(())
    }

    async fn cancel(&self, who: usize) -> Done {
        let account = self.account(who).await?;
        let tasks = self.engine.tasks(&account, None, 1).await.map_err(failed)?;
        for task in tasks {
            answered(self.engine.cancel_task(&account, task.id).await)?;
        }
        Ok(())
    }

    /// Whatever is shown can be read, and nothing is charged for it.
    async fn read(&self, who: usize) -> Done {
        let account = self.account(who).await?;
        let seen = self.engine.analyses(&account, None, None, 20).await;
        for record in seen.map_err(failed)? {
            let record = self.engine.analysis(&account, record.id).await;
            let bytes = self.engine.analysis_bytes(&record.map_err(failed)?).await;
            prop_assert!(!bytes.map_err(failed)?.is_empty());
        }
        Ok(())
    }

    async fn import(&self, who: usize, many: usize) -> Done {
        let account = self.account(who).await?;
        let request = ImportRequest {
            selection: ImportSelection::Filings(
                (0..many).map(|it| self.cast.locator(it)).collect(),
            ),
            max_price: None,
            idempotency_key: None,
        };
        answered(self.engine.start_import(&account, &request).await).map(drop)
    }

    async fn cancel_import(&self, who: usize) -> Done {
        let account = self.account(who).await?;
        let jobs = self.engine.imports(&account, None, 1).await;
        for job in jobs.map_err(failed)? {
            answered(self.engine.cancel_import(&account, job.id).await)?;
        }
        Ok(())
    }

    /// However often it is told: the credits come once.
    async fn top_up(&mut self, who: usize, times: u8) -> Done {
        let (user, key) = (self.cast.accounts[who].id, format!("bought {}", self.acts));
        let amount = MicroUsd::new(17_003);
        for _ in 0..times {
            let topped = self.engine.top_up(user, amount, &key, "bought").await;
            topped.map_err(failed)?;
        }
        self.sums[who].given += amount.micros();
        Ok(())
    }

    async fn refund(&mut self, who: usize, nth: usize, amount: i64) -> Done {
        let account = self.account(who).await?;
        let entries = self.engine.ledger_entries(&account, None, 50).await;
        let entries = entries.map_err(failed)?;
        let mut charges = entries.iter().filter(|line| line.hold.is_some());
        let Some(charge) = charges.nth(nth) else {
            return Ok(());
        };
        let refund = RefundCharge {
            charge: charge.id,
            amount: MicroUsd::new(amount),
            key: format!("refund {}", self.acts),
            reason: "it was wrong".to_owned(),
        };
        let sums = &mut self.sums[who];
        let before = sums.refunds.entry(charge.id.to_string()).or_default();
        let fits = *before + amount <= -charge.amount.micros();
        match self.engine.refund(account.id, &refund).await {
            Ok(entry) => {
                prop_assert!(fits, "more than the charge");
                *before += amount;
                sums.refunded.insert(entry.id.to_string());
                sums.given += amount;
            }
            Err(error) => prop_assert!(!fits, "{error}"),
        }
        Ok(())
    }

    /// Its newest analysis is withdrawn: who paid has back what was not given back before.
    async fn retract(&mut self, who: usize) -> Done {
        let account = self.account(who).await?;
        let tasks = self
            .engine
            .tasks(&account, None, 50)
            .await
            .map_err(failed)?;
        let done = |task: &&aperilex_core::Task| task.status == TaskStatus::Completed;
        let Some(analysis) = tasks.iter().find(done).and_then(|task| task.analysis) else {
            return Ok(());
        };
        let mut owed = Vec::new();
        for (payer, account) in self.cast.accounts.iter().enumerate() {
            let entries = self.engine.ledger_entries(account, None, 100).await;
            for line in entries.map_err(failed)? {
                if line.kind == EntryKind::Analysis && line.analysis == Some(analysis) {
                    owed.push((payer, line));
                }
            }
        }
        let retracted = self
            .engine
            .retract_analysis(Actor::Operator, analysis, "it is wrong")
            .await;
        retracted.map_err(failed)?;
        for (payer, line) in owed {
            let sums = &mut self.sums[payer];
            if sums.withdrawn.insert(analysis.to_string()) {
                let before = sums.refunds.entry(line.id.to_string()).or_default();
                sums.given += -line.amount.micros() - *before;
                *before = -line.amount.micros();
            }
        }
        Ok(())
    }

    /// Versions come in any order, and the newest counts; odd ones say paid, even ones taken back.
    async fn pay(&mut self, who: usize, number: u8, version: u64) -> Done {
        let user = self.cast.accounts[who].id;
        let paid = version % 2 == 1;
        let event = PaymentEvent {
            id: format!("{user} {number} {version}"),
            payment: format!("{user} {number}"),
            version,
            user,
            amount: MicroUsd::new(PAYMENT),
            state: if paid {
                PaymentState::Paid
            } else {
                PaymentState::Reversed
            },
        };
        let recorded = self.engine.record_payment(event).await;
        recorded.map_err(failed)?;
        let sums = &mut self.sums[who];
        let (newest, has) = sums.payments.get(&number).copied().unwrap_or((0, false));
        if version > newest {
            sums.given += PAYMENT * (i64::from(paid) - i64::from(has));
            sums.payments.insert(number, (version, paid));
        }
        Ok(())
    }

    async fn suspend(&self, who: usize, suspended: bool) -> Done {
        let change = AccountChange {
            suspended: Some(suspended),
            reason: "a look into it".to_owned(),
            ..AccountChange::default()
        };
        let user = self.cast.accounts[who].id;
        let changed = self.engine.change_account(Actor::System, user, &change);
        changed.await.map(drop).map_err(failed)
    }

    /// Counts what accounts have now and did not before, at its price.
    async fn count(&mut self, act: &Act) -> Done {
        let stores = &self.bare.ports().stores;
        for (account, sums) in self.cast.accounts.iter().zip(&mut self.sums) {
            let plan = self.bare.settings().plan_of(account);
            let unit = match act {
                Act::WorkImport => plan.bulk_unit.unwrap_or(MicroUsd::ZERO),
                _ => plan.filing_access,
            };
            for filing in 0..self.cast.filings.len() {
                let access = stores.filings.access(account.id, self.cast.filing(filing));
                let access = access.await.map_err(failed)?;
                if access == Some(AccessSource::Paid) && sums.read.insert(filing) {
                    sums.spent += unit.micros();
                }
            }
            let tasks = stores.tasks.list(account.id, None, 100).await;
            for task in tasks.map_err(failed)? {
                let led = task.role == TaskRole::Leader && task.status == TaskStatus::Completed;
                if led && task.waiver.is_none() && sums.made.insert(task.id.to_string()) {
                    sums.spent += plan.analysis.micros();
                }
            }
        }
        Ok(())
    }

    async fn check(&self, quiet: bool) -> Done {
        let ledger = &self.bare.ports().stores.ledger;
        for (account, sums) in self.cast.accounts.iter().zip(&self.sums) {
            let proof = Proof {
                quiet,
                objects: quiet,
            };
            let found = self.bare.verify_books(account.id, proof).await;
            prop_assert_eq!(found.map_err(failed)?, []);
            let balance = ledger.balance(account.id).await.map_err(failed)?;
            let debt = ledger.funds(account.id).await.map_err(failed)?.owed;
            let has = balance.posted.micros() - debt.micros();
            prop_assert_eq!(
                has,
                sums.given - sums.spent,
                "{:?}: {:?}",
                account.tier,
                sums
            );
            prop_assert!(balance.available().micros() >= 0, "overdrawn");
            if quiet {
                prop_assert_eq!(balance.held, MicroUsd::ZERO);
            }
        }
        Ok(())
    }

    /// Everything comes to its end.
    async fn settle(&mut self) -> Done {
        for _ in 0..90 {
            for act in [Act::Work { well: true }, Act::WorkImport, Act::Sweep] {
                self.perform(&act).await?;
                self.count(&act).await?;
            }
            let mut live = false;
            for account in &self.cast.accounts {
                let held = self.bare.balance(account.id).await.map_err(failed)?.held;
                let tasks = self.bare.tasks(account, None, 100).await.map_err(failed)?;
                live |= held != MicroUsd::ZERO || tasks.iter().any(|it| !it.status.is_terminal());
            }
            if !live {
                return self.check(true).await;
            }
            self.stage.pass(40);
        }
        Err(failed("something never comes to its end"))
    }
}

async fn play(stage: &Stage, acts: &[Act]) -> Done {
    let mut play = Play::new(stage).await;
    for act in acts {
        play.perform(act).await?;
        play.count(act).await?;
        play.check(false).await?;
    }
    play.settle().await
}

fn run(base: Base, cases: u32, bug: Option<Bug>) -> Result<(), String> {
    let runtime = runtime();
    let Some(shared) = runtime.block_on(Stage::open(base)) else {
        return Ok(());
    };
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let acts = proptest::collection::vec(act(), 1..40);
    let ran = TestRunner::new(config).run(&acts, |acts| {
        runtime.block_on(async {
            // Stores in memory are copied at every commit: they are to stay small.
            let fresh = match base {
                Base::Memory => Stage::open(base).await,
                _ => None,
            };
            let stage = fresh.as_ref().unwrap_or(&shared);
            if let Some(bug) = bug {
                stage.memory.stores.plant(bug);
            }
            play(stage, &acts).await
        })
    });
    ran.map_err(|failure| format!("{base:?}: {failure}"))
}

fn holds(base: Base, cases: u32) {
    if let Err(failure) = run(base, cases, None) {
        panic!("{failure}");
    }
}

#[test]
fn credits_are_what_a_naive_model_says_in_memory() {
    holds(Base::Memory, 500);
}

#[test]
fn credits_are_what_a_naive_model_says_on_sqlite() {
    holds(Base::Sqlite, 40);
}

#[test]
fn credits_are_what_a_naive_model_says_on_postgres() {
    holds(Base::Postgres, 20);
}

/// The books alone do not miss what a withdrawal owes.
#[test]
fn the_model_finds_what_the_books_do_not_say() {
    let found = run(Base::Memory, 2_000, Some(Bug::WithdrawsForNothing));
    let found = found.expect_err("nothing was given back");
    assert!(found.contains("given:"), "{found}");
}
