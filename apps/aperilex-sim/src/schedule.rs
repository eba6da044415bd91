//! One schedule: a storm, then quiet, then the reckoning.

use std::path::Path;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use aperilex_core::ports::{ImportJob, ImportStatus, MicroUsd};

use aperilex_memory::Bug;

use crate::actors::{self, Act, Cast, Known};
use crate::reckoning::reckon;
use crate::world::{Store, World};

/// Actors at a time.
const MOST: usize = 6;
/// Rounds of the quiet phase: the longest wait of anything is over by then.
const ROUNDS: usize = 120;
/// A reset day is never farther away.
const MONTH_S: u64 = 31 * 24 * 60 * 60;

/// What a schedule was like.
#[derive(Debug, Default)]
pub struct Told {
    pub steps: u64,
    pub calls: u64,
    pub crashes: u64,
    pub completed: u64,
    pub entries: u64,
    /// Jumps over a reset day.
    pub months: u64,
    /// The log of all steps, as one number.
    pub log: u64,
    /// What does not hold; nothing, if all is well.
    pub found: Vec<String>,
    /// The last steps, if something does not.
    pub last: Vec<String>,
}

impl Told {
    /// Adds what another was like.
    pub fn add(&mut self, other: &Self) {
        self.steps += other.steps;
        self.calls += other.calls;
        self.crashes += other.crashes;
        self.completed += other.completed;
        self.entries += other.entries;
        self.months += other.months;
    }
}

/// Plays the schedule of `seed`.
///
/// # Errors
/// The world could not be made, or the stores cannot be read without faults.
pub async fn play(
    (store, bug): (Store, Option<Bug>),
    seed: u64,
    steps: u64,
    dir: &Path,
) -> anyhow::Result<Told> {
    let world = World::new(store, bug, seed, dir).await?;
    let mut told = Told::default();
    let known = Known::default();
    storm(&world, &known, seed, steps, &mut told).await?;
    told.found.extend(known.wrong());
    if told.found.is_empty() {
        calm(&world).await?;
        reckon(&world, true, &mut told).await?;
        for task in known.tasks() {
            let stored = world.bare.ports().stores.tasks.get(task).await?;
            if !stored.is_some_and(|task| task.status.is_terminal()) {
                told.found
                    .push(format!("I9 task {task} was answered, and is lost"));
            }
        }
    }
    told.calls = world.gate.calls();
    told.log = world.gate.log();
    if !told.found.is_empty() {
        told.last = world.gate.last();
    }
    Ok(told)
}

/// Lets an actor run to its next call. True if it is done.
async fn step(world: &World, act: &mut Act) -> bool {
    std::future::poll_fn(|context| match act.as_mut().poll(context) {
        Poll::Ready(()) => Poll::Ready(true),
        Poll::Pending if world.gate.was_reached() => Poll::Ready(false),
        Poll::Pending => Poll::Pending,
    })
    .await
}

async fn storm(
    world: &World,
    known: &Known,
    seed: u64,
    steps: u64,
    told: &mut Told,
) -> anyhow::Result<()> {
    let mut random = fastrand::Rng::with_seed(seed);
    let cast = Cast {
        engine: Arc::clone(&world.engine),
        accounts: world.accounts.clone(),
        known: known.clone(),
        own_models: Arc::clone(&world.own_models),
    };
    let mut live: Vec<(String, Act)> = Vec::new();
    while told.steps < steps {
        told.steps = told.steps.saturating_add(1);
        match random.u8(0..100) {
            0..=2 => {
                let month = random.u8(0..6) == 0;
                told.months = told.months.saturating_add(u64::from(month));
                let seconds = match month {
                    // Over a reset day, with whatever is under way.
                    true => MONTH_S,
                    false => *random.choice(&[1, 5, 20, 40, 130, 700]).unwrap_or(&1),
                };
                world.gate.note(|| format!("{seconds} s pass"));
                world.clock.advance(Duration::from_secs(seconds));
            }
            3 | 4 if !live.is_empty() => {
                let (name, act) = live.swap_remove(random.usize(0..live.len()));
                world.gate.note(|| format!("crash of {name}"));
                drop(act);
                told.crashes = told.crashes.saturating_add(1);
            }
            6 if random.u8(0..3) == 0 => {
                world.gate.note(|| "a lull".to_owned());
                lull(world).await;
            }
            5 if random.u8(0..8) == 0 => {
                reckon(world, false, told).await?;
                if !told.found.is_empty() {
                    return Ok(());
                }
            }
            _ => {}
        }
        if live.len() < MOST && (live.is_empty() || random.u8(0..3) == 0) {
            let (name, act) = cast.any(&mut random);
            live.push((name, act));
        }
        let at = random.usize(0..live.len());
        if let Some((name, act)) = live.get_mut(at) {
            world.gate.note(|| name.clone());
            if step(world, act).await {
                drop(live.swap_remove(at));
            }
        }
    }
    Ok(())
}

/// For a while there are no faults, and what waits is done: what comes after finds things made, and runs
/// that are over.
async fn lull(world: &World) {
    let strikes = world.gate.pause();
    for _ in 0..4 {
        work(world).await;
    }
    world.gate.resume(strikes);
}

async fn work(world: &World) {
    run(world, Box::pin(actors::relay(Arc::clone(&world.engine)))).await;
    run(world, Box::pin(actors::work(Arc::clone(&world.engine)))).await;
    run(world, Box::pin(actors::import(Arc::clone(&world.engine)))).await;
}

/// Without faults everything comes to its end: messages are sent, work is done, what lies about is swept up.
async fn calm(world: &World) -> anyhow::Result<()> {
    world.gate.calm();
    for _ in 0..ROUNDS {
        for _ in 0..3 {
            work(world).await;
        }
        run(world, Box::pin(actors::sweep(Arc::clone(&world.engine)))).await;
        if is_final(world).await? {
            return Ok(());
        }
        world.clock.advance(Duration::from_secs(40));
    }
    Ok(())
}

async fn run(world: &World, mut act: Act) {
    while !step(world, &mut act).await {}
}

async fn is_final(world: &World) -> anyhow::Result<bool> {
    for account in &world.accounts {
        let stores = &world.bare.ports().stores;
        let held = stores.ledger.balance(account.id).await?.held;
        let tasks = stores.tasks.list(account.id, None, 100).await?;
        let live = tasks.iter().any(|task| !task.status.is_terminal());
        let imports = stores.import_store.list(account.id, None, 100).await?;
        let running = |job: &ImportJob| job.status == ImportStatus::Running;
        if live || held != MicroUsd::ZERO || imports.iter().any(running) {
            return Ok(false);
        }
    }
    Ok(true)
}
