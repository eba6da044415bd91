//! One story of two accounts: monthly credits, a leader and a follower, a quote, a failure and its retry, a
//! withdrawal and its heir, a refund, a retraction, bulk imports, a payment that is taken back, a suspension, a
//! run that fails for good, another plan, and a reset day that passes over an open hold. A third account deals
//! with the office beside it.

mod office;

use std::sync::{Arc, Mutex};

use aperilex_core::ports::{
    Actor, Answer, EntryKind, MicroUsd, NoticePreferences, PaymentState, TaskId, TaskStatus,
    Template,
};
use aperilex_core::{
    Account, AccountChange, AnalysisId, AnalysisRequest, CreditKind, Engine, EngineError,
    GiveCredits, ImportRequest, ImportSelection, PaymentEvent, Proof, QuoteId, RefundCharge,
    Refusal, Tier,
};

use crate::stage::{Cast, Stage};

/// A reset day is never farther away.
const MONTH_S: u64 = 31 * 24 * 60 * 60;

/// How the story ended, in words that do not depend on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ending {
    /// Of each account: what it has, its tasks in order, how many filings it may read.
    accounts: Vec<(MicroUsd, Vec<TaskStatus>, usize)>,
    /// Analyses that were made, and those that were withdrawn.
    analyses: (usize, usize),
    imported: u32,
    /// Whether the log of what was done is whole.
    log_is_whole: bool,
}

pub(crate) struct Story<'s> {
    stage: &'s Stage,
    cast: Cast,
    /// The process that runs; another one when it died.
    engine: Mutex<Arc<Engine>>,
}

/// What goes wrong with a story is told, with the place where it did.
type Told<T> = Result<T, String>;

impl<'s> Story<'s> {
    /// Tells it from its beginning to its end.
    pub(crate) async fn tell(stage: &'s Stage) -> Told<Ending> {
        let tiers = [
            (Tier::Basic, "0.3"),
            (Tier::Basic, "0.3"),
            (Tier::Enterprise, "0.3"),
        ];
        let cast = stage.cast(&tiers, 6).await;
        stage.analyst.fail(0);
        let engine = Mutex::new(stage.engine());
        let story = Self {
            stage,
            cast,
            engine,
        };
        story.run().await?;
        story.ending().await
    }

    async fn run(&self) -> Told<()> {
        for who in [0, 1] {
            let id = self.admit(who).await?.id;
            let preferences = NoticePreferences {
                tasks: true,
                low_balance: true,
            };
            let told = self.ask("preferences", async |engine| {
                engine.set_notice_preferences(id, preferences).await
            });
            told.await?;
        }
        let made = self.lead_and_follow().await?;
        self.read(made).await?;
        self.withdraw_and_inherit().await?;
        self.give_back(made).await?;
        self.import().await?;
        self.pay_and_take_back().await?;
        self.deal_with_the_third().await?;
        self.suspend().await?;
        self.fail().await?;
        self.raise_and_lower().await?;
        self.pass_a_reset_day().await
    }

    fn process(&self) -> Arc<Engine> {
        Arc::clone(&self.engine.lock().unwrap())
    }

    fn restart(&self) {
        *self.engine.lock().unwrap() = self.stage.engine();
    }

    /// Does something as a client does: what failed or was not answered is asked for again.
    async fn ask<T>(
        &self,
        what: &str,
        act: impl AsyncFn(&Engine) -> Result<T, EngineError>,
    ) -> Told<T> {
        for _ in 0..4 {
            let engine = self.process();
            match self.stage.gate.survive(act(&engine)).await {
                Some(Ok(done)) => return Ok(done),
                Some(Err(EngineError::Port { .. })) => {}
                Some(Err(error)) => return Err(format!("{what}: {error}")),
                None => self.restart(),
            }
        }
        Err(format!("{what}: it failed again and again"))
    }

    /// Lets everything come to its end.
    async fn drain(&self) -> Told<()> {
        for round in 1..=90 {
            if self.stage.round(&self.process(), round % 3 == 0).await {
                self.restart();
            }
            if self.is_final().await? {
                return Ok(());
            }
            self.stage.pass(40);
        }
        Err("something never comes to its end".to_owned())
    }

    /// A running import holds credits, so that nothing has to be asked of it.
    async fn is_final(&self) -> Told<bool> {
        let bare = self.stage.bare();
        let stores = &bare.ports().stores;
        for account in &self.cast.accounts {
            let held = stores.ledger.balance(account.id).await.map_err(said)?.held;
            if held != MicroUsd::ZERO {
                return Ok(false);
            }
            let tasks = stores.tasks.list(account.id, None, 100).await;
            let tasks = tasks.map_err(said)?;
            if tasks.iter().any(|it| !it.status.is_terminal()) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn admit(&self, who: usize) -> Told<Account> {
        let id = self.cast.accounts[who].id;
        let admitted = self.ask("admit", async |engine| {
            let account = engine.account(id).await?;
            engine.admit(&account).await?;
            // It comes by itself with a request that is let in; a failure waits for the next one.
            engine.grant_monthly(&account).await?;
            Ok(account)
        });
        admitted.await
    }

    async fn request(
        &self,
        who: usize,
        (filing, template): (usize, Template),
        quote: Option<QuoteId>,
    ) -> Told<TaskId> {
        let account = &self.cast.accounts[who];
        let request = self.order((filing, template), quote);
        let asked = self.ask("request", async |engine| {
            engine.request_analysis(account, &request).await
        });
        match asked.await?.answer {
            Answer::Task(task) => Ok(task.id),
            Answer::Analysis(_) => Err("the pool has what nobody made".to_owned()),
        }
    }

    fn order(
        &self,
        (filing, template): (usize, Template),
        quote: Option<QuoteId>,
    ) -> AnalysisRequest {
        AnalysisRequest {
            filing: self.cast.locator(filing),
            template,
            quality: None,
            refresh: false,
            max_price: None,
            quote,
            idempotency_key: Some(format!("{filing} {template}")),
        }
    }

    /// One leads, two follows on a quote; the analyst fails once, and the run is tried again.
    async fn lead_and_follow(&self) -> Told<AnalysisId> {
        let what = (0, Template::Comprehensive);
        let led = self.request(0, what, None).await?;
        let (two, order) = (&self.cast.accounts[1], self.order(what, None));
        let quoted = self.ask("quote", async |engine| engine.quote(two, &order).await);
        let quote = quoted.await?.id;
        self.request(1, what, Some(quote)).await?;
        self.stage.analyst.fail(1);
        self.drain().await?;
        let one = &self.cast.accounts[0];
        let task = self.ask("task", async |engine| engine.task(one, led).await);
        task.await?
            .analysis
            .ok_or_else(|| "one failure is no reason to give up".to_owned())
    }

    async fn read(&self, analysis: AnalysisId) -> Told<()> {
        let filing = self.cast.filing(0);
        for account in &self.cast.accounts[..2] {
            let read = self.ask("read", async |engine| {
                let record = engine.analysis(account, analysis).await?;
                engine.analysis_bytes(&record).await?;
                engine.analyses(account, None, None, 5).await?;
                let record = engine.filing(account, filing).await?;
                engine.filing_content(&record).await?;
                engine.usage(account).await?;
                let tasks = engine.tasks(account, None, 5).await?;
                for task in tasks {
                    engine.task_events(task.id, 0, 50).await?;
                }
                Ok(())
            });
            read.await?;
        }
        Ok(())
    }

    /// One asks and withdraws, two inherits.
    async fn withdraw_and_inherit(&self) -> Told<()> {
        let what = (0, Template::Risk);
        let led = self.request(0, what, None).await?;
        self.request(1, what, None).await?;
        let one = &self.cast.accounts[0];
        let cancelled = self.ask("cancel", async |engine| engine.cancel_task(one, led).await);
        cancelled.await?;
        self.drain().await
    }

    /// A part of a charge is given back; then its analysis is withdrawn, and the rest is.
    async fn give_back(&self, analysis: AnalysisId) -> Told<()> {
        let one = &self.cast.accounts[0];
        let refunded = self.ask("refund", async |engine| {
            let entries = engine.ledger_entries(one, None, 20).await?;
            let charge = entries.iter().find(|it| it.kind == EntryKind::Analysis);
            let charge = charge.expect("one was charged").id;
            let refund = RefundCharge {
                charge,
                amount: MicroUsd::new(5_000),
                key: "sorry".to_owned(),
                reason: "it came late".to_owned(),
            };
            engine.refund_by(Actor::Operator, one.id, &refund).await
        });
        refunded.await?;
        let retracted = self.ask("retract", async |engine| {
            engine
                .retract_analysis(Actor::Operator, analysis, "it is wrong")
                .await
        });
        retracted.await?;
        let topped = self.ask("top up", async |engine| {
            let give = GiveCredits {
                kind: CreditKind::TopUp,
                amount: MicroUsd::new(11_000),
                key: "bought".to_owned(),
                reason: "bought".to_owned(),
                expires_at: None,
            };
            engine.give_credits(Actor::Operator, one.id, &give).await
        });
        topped.await.map(drop)
    }

    fn filings(&self, which: std::ops::Range<usize>) -> ImportRequest {
        ImportRequest {
            idempotency_key: Some(format!("filings {which:?}")),
            selection: ImportSelection::Filings(which.map(|it| self.cast.locator(it)).collect()),
            max_price: None,
        }
    }

    /// One wants another filing, and then does not. Two has the first of three, and wants all.
    async fn import(&self) -> Told<()> {
        let (one, request) = (&self.cast.accounts[0], self.filings(3..4));
        let started = self.ask("import", async |engine| {
            engine.start_import(one, &request).await
        });
        let job = started.await?.job.id;
        let cancelled = self.ask("cancel", async |engine| {
            engine.imports(one, None, 5).await?;
            engine.cancel_import(one, job).await
        });
        cancelled.await?;
        let (two, request) = (&self.cast.accounts[1], self.filings(0..3));
        let started = self.ask("import", async |engine| {
            engine.start_import(two, &request).await
        });
        let job = started.await?.job.id;
        self.drain().await?;
        let looked = self.ask("import", async |engine| {
            engine.import_items(two, job, 0, 10).await?;
            engine.import(two, job).await
        });
        looked.await.map(drop)
    }

    async fn pay_and_take_back(&self) -> Told<()> {
        let one = self.cast.accounts[0].id;
        for (version, state) in [(1, PaymentState::Paid), (2, PaymentState::Reversed)] {
            let event = PaymentEvent {
                id: format!("{one} {version}"),
                payment: format!("payment of {one}"),
                version,
                user: one,
                amount: MicroUsd::new(60_000),
                state,
            };
            let recorded = self.ask("payment", async |engine| {
                engine.record_payment(event.clone()).await
            });
            recorded.await?;
        }
        Ok(())
    }

    /// Two is suspended while an import of its waits, which goes on when the suspension is lifted.
    async fn suspend(&self) -> Told<()> {
        let (two, request) = (&self.cast.accounts[1], self.filings(5..6));
        let started = self.ask("import", async |engine| {
            engine.start_import(two, &request).await
        });
        started.await?;
        let two = two.id;
        for suspended in [true, false] {
            let change = AccountChange {
                suspended: Some(suspended),
                reason: "a look into it".to_owned(),
                ..AccountChange::default()
            };
            let changed = self.ask("suspend", async |engine| {
                let account = engine.change_account(Actor::System, two, &change).await?;
                match (suspended, engine.admit(&account).await) {
                    (true, Err(EngineError::Refused(Refusal::AccountSuspended))) => Ok(true),
                    (false, Ok(_)) => Ok(true),
                    (_, Err(error @ EngineError::Port { .. })) => Err(error),
                    _ => Ok(false),
                }
            });
            if !changed.await? {
                return Err(format!("suspended: {suspended}, and admitted otherwise"));
            }
            if suspended && self.stage.round(&self.process(), false).await {
                self.restart();
            }
        }
        self.drain().await
    }

    /// Nothing can be said of a filing, however often it is tried: nobody pays.
    async fn fail(&self) -> Told<()> {
        self.request(1, (2, Template::Risk), None).await?;
        self.stage.analyst.fail(100);
        let drained = self.drain().await;
        self.stage.analyst.fail(0);
        drained
    }

    /// One asks, and before anybody works a month passes; then both have new credits.
    async fn pass_a_reset_day(&self) -> Told<()> {
        self.request(0, (1, Template::Comprehensive), None).await?;
        self.stage.pass(MONTH_S);
        let swept = self.ask("sweep", async |engine| engine.sweep().await);
        swept.await?;
        self.drain().await?;
        for who in [0, 1] {
            self.admit(who).await?;
        }
        self.drain().await
    }

    /// Proves the books, without faults, and tells how it ended.
    async fn ending(&self) -> Told<Ending> {
        self.stage.gate.calm();
        self.drain().await?;
        // What is told to accounts is told by now, too.
        self.stage.round(&self.process(), true).await;
        let bare = self.stage.bare();
        let stores = &bare.ports().stores;
        let proof = Proof {
            quiet: true,
            objects: true,
        };
        let mut ending = Ending {
            accounts: Vec::new(),
            analyses: (0, 0),
            imported: 0,
            log_is_whole: bare.verify_audit_log().await.map_err(said)?.is_empty(),
        };
        let mut analyses = std::collections::BTreeMap::new();
        for account in &self.cast.accounts {
            let found = bare.verify_books(account.id, proof).await.map_err(said)?;
            if let Some(first) = found.first() {
                return Err(format!("the books: {first}"));
            }
            let books = stores.audit.books(account.id).await.map_err(said)?;
            let books = books.ok_or("an account has books")?;
            let statuses = books.tasks.iter().map(|(task, _)| task.status).collect();
            let has = books.balance.available();
            ending.accounts.push((has, statuses, books.access.len()));
            let jobs = books.imports.iter();
            ending.imported += jobs.map(|(job, _)| job.counts.imported).sum::<u32>();
            for record in books.analyses {
                analyses.insert(record.id.to_string(), record.retracted_at.is_some());
            }
        }
        let withdrawn = analyses.values().filter(|it| **it).count();
        ending.analyses = (analyses.len(), withdrawn);
        Ok(ending)
    }
}

fn said(error: impl std::fmt::Display) -> String {
    format!("looking on: {error}")
}
