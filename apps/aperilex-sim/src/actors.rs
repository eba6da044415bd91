//! What clients, workers, the relay, the sweeper, the cashier, the provider of payments and those who run
//! the place do, as they would over the ports.

mod office;

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aperilex_core::ports::{
    Answer, EntryKind, FilingLocator, MicroUsd, PostEntry, Refund, TaskId, Template, Timestamp,
    UserId,
};
use aperilex_memory::MemoryOwnModels;

use aperilex_core::{
    Account, AnalysisRequest, Claimed, Engine, EngineError, EntryId, ImportRequest,
    ImportSelection, Outcome, PaymentEvent, PaymentState, Requested,
};

use crate::world::{FILINGS, own_model};

/// An actor under way.
pub type Act = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What actors know of each other, and of what they were answered.
#[derive(Debug, Clone, Default)]
pub struct Known(Arc<Mutex<Heard>>);

#[derive(Debug, Default)]
struct Heard {
    tasks: Vec<(usize, TaskId)>,
    /// What each idempotency key of an account asked for and was answered.
    keys: BTreeMap<(usize, String), (String, String)>,
    wrong: Vec<String>,
}

impl Known {
    fn heard(&self) -> std::sync::MutexGuard<'_, Heard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn any(&self, random: &mut fastrand::Rng) -> Option<(usize, TaskId)> {
        random.choice(self.heard().tasks.iter()).copied()
    }

    /// Notes an answer. A key has one answer, to one request.
    fn answered(&self, owner: (usize, UserId), request: &AnalysisRequest, answer: &Answer) {
        let (owner, account) = owner;
        let answer = match answer {
            Answer::Task(task) => {
                self.heard().tasks.push((owner, task.id));
                format!("task {}", task.id)
            }
            Answer::Analysis(record) => {
                if record.key.owner.is_some_and(|it| it != account) {
                    let told =
                        format!("I12 client {owner} was given what is another's: {record:?}");
                    self.heard().wrong.push(told);
                }
                format!("analysis {}", record.id)
            }
        };
        let Some(key) = request.idempotency_key.clone() else {
            return;
        };
        let asked = format!("{:?} {}", request.filing, request.template);
        let now = (asked, answer);
        let mut heard = self.heard();
        let first = heard.keys.entry((owner, key.clone()));
        let first = first.or_insert_with(|| now.clone()).clone();
        if first != now {
            heard
                .wrong
                .push(format!("{key} of client {owner}: {first:?}, then {now:?}"));
        }
    }

    /// Tasks that were answered.
    #[must_use]
    pub fn tasks(&self) -> Vec<TaskId> {
        self.heard().tasks.iter().map(|(_, task)| *task).collect()
    }

    /// Answers that were not the first.
    #[must_use]
    pub fn wrong(&self) -> Vec<String> {
        self.heard().wrong.clone()
    }
}

/// What an actor is made from.
#[derive(Debug)]
pub struct Cast {
    pub engine: Arc<Engine>,
    pub accounts: Vec<Account>,
    pub known: Known,
    pub own_models: Arc<MemoryOwnModels>,
}

impl Cast {
    /// An actor by chance, with its name.
    pub fn any(&self, random: &mut fastrand::Rng) -> (String, Act) {
        let engine = Arc::clone(&self.engine);
        match random.u8(0..28) {
            0..=6 => self.client(random),
            7 => self.canceller(random),
            8..=12 => ("worker".to_owned(), Box::pin(work(engine))),
            13..=15 => ("relay".to_owned(), Box::pin(relay(engine))),
            16 => ("sweeper".to_owned(), Box::pin(sweep(engine))),
            17 | 18 => self.cashier(random),
            19 => self.importer(random),
            20..=22 => ("import worker".to_owned(), Box::pin(import(engine))),
            23 | 24 => self.office(random),
            25 => self.visitor(random),
            _ if random.u8(0..3) == 0 => self.customer(random),
            _ if random.bool() => self.provider(random),
            _ => self.reader(random),
        }
    }

    fn client(&self, random: &mut fastrand::Rng) -> (String, Act) {
        let owner = random.usize(0..self.accounts.len());
        let Some(account) = self.accounts.get(owner).cloned() else {
            return ("nobody".to_owned(), Box::pin(async {}));
        };
        let templates = [Template::Comprehensive, Template::Risk];
        let (filing, _) = *random.choice(&FILINGS).unwrap_or(&FILINGS[0]);
        let template = *random.choice(&templates).unwrap_or(&Template::Risk);
        // Few keys, so that they come again: with the same request, and with another.
        let key = random.bool().then(|| format!("key {}", random.u8(0..3)));
        let name = format!("client {owner} asks for {filing} {template}, {key:?}");
        let (engine, known) = (Arc::clone(&self.engine), self.known.clone());
        let act = async move {
            let Ok(accession) = filing.parse() else {
                return;
            };
            let request = AnalysisRequest {
                filing: FilingLocator::Accession(accession),
                template,
                quality: None,
                refresh: false,
                max_price: None,
                quote: None,
                idempotency_key: key,
            };
            let Some(account) = admitted(&engine, &account).await else {
                return;
            };
            // A reply that was lost is asked for again, as an SDK does.
            for _ in 0..3 {
                match engine.request_analysis(&account, &request).await {
                    Ok(Requested { answer, .. }) => {
                        return known.answered((owner, account.id), &request, &answer);
                    }
                    Err(EngineError::Port { .. }) => {}
                    Err(_) => return,
                }
            }
        };
        (name, Box::pin(act))
    }

    /// Asks for filings in bulk, now and then with the same key; or withdraws an import.
    fn importer(&self, random: &mut fastrand::Rng) -> (String, Act) {
        let engine = Arc::clone(&self.engine);
        let account = random.choice(&self.accounts).cloned();
        let (many, key, cancels) = (
            random.usize(1..=FILINGS.len()),
            random.bool().then(|| format!("import {}", random.u8(0..3))),
            random.u8(0..4) == 0,
        );
        let act = async move {
            let Some(account) = account else { return };
            let Some(account) = admitted(&engine, &account).await else {
                return;
            };
            if cancels {
                let jobs = engine.imports(&account, None, 1).await;
                for job in jobs.into_iter().flatten() {
                    let _ = engine.cancel_import(&account, job.id).await;
                }
                return;
            }
            let named = FILINGS.iter().take(many);
            let named = named.filter_map(|(filing, _)| filing.parse().ok());
            let request = ImportRequest {
                selection: ImportSelection::Filings(named.map(FilingLocator::Accession).collect()),
                max_price: None,
                idempotency_key: key,
            };
            // A reply that was lost is asked for again.
            if let Err(EngineError::Port { .. }) = engine.start_import(&account, &request).await {
                let _ = engine.start_import(&account, &request).await;
            }
        };
        ("importer".to_owned(), Box::pin(act))
    }

    /// Takes the key of its model away, or brings it again.
    fn customer(&self, random: &mut fastrand::Rng) -> (String, Act) {
        let models = Arc::clone(&self.own_models);
        let customer = self.accounts.last().map(|account| account.id);
        let brings = random.u8(0..4) > 0;
        let act = async move {
            match customer {
                Some(customer) if brings => models.bring(customer, own_model()),
                Some(customer) => models.take_away(customer),
                None => {}
            }
        };
        ("customer with a key".to_owned(), Box::pin(act))
    }

    fn canceller(&self, random: &mut fastrand::Rng) -> (String, Act) {
        let engine = Arc::clone(&self.engine);
        let found = self.known.any(random);
        let found = found.and_then(|(owner, task)| Some((self.accounts.get(owner)?.clone(), task)));
        let act = async move {
            if let Some((account, task)) = found {
                let _ = engine.cancel_task(&account, task).await;
            }
        };
        ("canceller".to_owned(), Box::pin(act))
    }

    /// Tells of payments: again, out of order, and of some that were taken back.
    fn provider(&self, random: &mut fastrand::Rng) -> (String, Act) {
        let engine = Arc::clone(&self.engine);
        let account = random.choice(&self.accounts).cloned();
        let (payment, version) = (random.u8(0..3), random.u64(1..5));
        let reversed = version % 2 == 0;
        let act = async move {
            let Some(account) = account else { return };
            let event = PaymentEvent {
                id: format!("{} {payment} {version}", account.id),
                payment: format!("{} {payment}", account.id),
                version,
                user: account.id,
                amount: MicroUsd::new(60_000),
                state: if reversed {
                    PaymentState::Reversed
                } else {
                    PaymentState::Paid
                },
            };
            // What was not answered is told again.
            for _ in 0..2 {
                if engine.record_payment(event.clone()).await.is_ok() {
                    return;
                }
            }
        };
        ("provider of payments".to_owned(), Box::pin(act))
    }

    fn reader(&self, random: &mut fastrand::Rng) -> (String, Act) {
        let engine = Arc::clone(&self.engine);
        let account = random.choice(&self.accounts).cloned();
        let act = async move {
            if let Some(account) = account {
                let _ = engine.analyses(&account, None, None, 5).await;
                let _ = engine.ledger_entries(&account, None, 5).await;
            }
        };
        ("reader".to_owned(), Box::pin(act))
    }

    /// Credits, corrects or gives back, now and then the same again.
    fn cashier(&self, random: &mut fastrand::Rng) -> (String, Act) {
        let engine = Arc::clone(&self.engine);
        let account = random.choice(&self.accounts).cloned();
        // The same key says the same, so that commands come again.
        let (what, n) = (random.u8(0..4), random.u16(0..30));
        let amount = i64::from(n).saturating_mul(1_999).saturating_add(1);
        let act = async move {
            let Some(account) = account else { return };
            let ports = engine.ports();
            let now = ports.clock.now();
            let id = EntryId::from_uuid(ports.ids.uuid_v7(now));
            let ledger = &ports.stores.ledger;
            if what == 3 {
                let Ok(entries) = ledger.entries(account.id, None, 20).await else {
                    return;
                };
                let charge = entries.iter().find(|line| line.hold.is_some());
                let Some(charge) = charge else { return };
                let whole = charge.amount.negated();
                // Wholes, so that a second one is more than was paid; parts, so that several fit.
                let amount = if n % 2 == 0 {
                    whole
                } else {
                    MicroUsd::new(amount)
                };
                // The second is as if somebody else had the same thought.
                for thought in 0..2 {
                    let refund = Refund {
                        id: EntryId::from_uuid(ports.ids.uuid_v7(now)),
                        user: account.id,
                        entry: charge.id,
                        amount,
                        key: format!("refund {n} {thought}"),
                        description: "it was wrong".to_owned(),
                        fresh_until: after(now, 500),
                        now,
                    };
                    if ledger.refund(&refund).await.is_err() {
                        let _ = ledger.refund(&refund).await;
                    }
                }
                return;
            }
            let (kind, expires_at) = match what {
                0 => (EntryKind::TopUp, None),
                1 => (EntryKind::MonthlyGrant, Some(after(now, 300))),
                _ => (EntryKind::Adjustment, None),
            };
            let entry = PostEntry {
                id,
                user: account.id,
                kind,
                amount: MicroUsd::new(if what == 2 { -amount } else { amount }),
                key: format!("{kind} {n}"),
                expires_at,
                description: "the cashier".to_owned(),
                now,
            };
            // A reply that was lost is asked for again.
            if ledger.post(&entry).await.is_err() {
                let _ = ledger.post(&entry).await;
            }
        };
        ("cashier".to_owned(), Box::pin(act))
    }
}

/// The account as it is now, if it is let in: that is where it comes by its monthly credits.
async fn admitted(engine: &Engine, account: &Account) -> Option<Account> {
    for _ in 0..2 {
        let account = engine.account(account.id).await;
        match account {
            Ok(account) => match engine.admit(&account).await {
                Ok(_) => return Some(account),
                Err(EngineError::Port { .. }) => {}
                Err(_) => return None,
            },
            Err(_) => continue,
        }
    }
    None
}

fn after(now: Timestamp, seconds: u64) -> Timestamp {
    let later = now.checked_add(Duration::from_secs(seconds));
    later.unwrap_or(Timestamp::MAX)
}

/// One round of a worker.
pub async fn work(engine: Arc<Engine>) {
    let queue = &engine.ports().queue;
    let lease = engine.settings().timings.lease();
    let Ok(mut deliveries) = queue.receive(1, lease).await else {
        return;
    };
    let Some(delivery) = deliveries.pop() else {
        return;
    };
    match engine.claim(&delivery).await {
        Ok(Claimed::Run(run)) => {
            // As often as it beats, a lost lease stops it.
            if engine.heartbeat(&run).await.is_err() {
                return;
            }
            match engine.run(&run).await {
                Ok(Outcome::LeaseLost) | Err(_) => return,
                Ok(_) => {}
            }
        }
        Ok(Claimed::Settled) => {}
        Ok(Claimed::Leave(wait)) => {
            let _ = engine.postpone(&delivery, wait).await;
            return;
        }
        Ok(Claimed::Poison { reason }) => {
            let _ = queue.reject(&delivery.receipt, &reason).await;
            return;
        }
        Err(_) => return,
    }
    let _ = queue.acknowledge(&delivery.receipt).await;
}

/// One item of a bulk import.
pub async fn import(engine: Arc<Engine>) {
    let _ = engine.work_import(None).await;
}

pub async fn relay(engine: Arc<Engine>) {
    let _ = engine.relay_outbox().await;
    let _ = engine.send_notices().await;
}

pub async fn sweep(engine: Arc<Engine>) {
    let _ = engine.sweep().await;
}
