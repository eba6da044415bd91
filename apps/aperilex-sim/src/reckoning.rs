//! What must hold of every account, and between them.

use std::collections::BTreeMap;

use anyhow::Context as _;
use aperilex_core::ports::audit::{Books, Opened};
use aperilex_core::ports::{
    AccessSource, Clock as _, CreditLot, EntryKind, LedgerEntry, MicroUsd, Task, TaskRole,
    TaskStatus,
};
use aperilex_core::{Account, Proof};

use crate::schedule::Told;
use crate::world::World;

/// What is counted over all accounts.
#[derive(Debug, Default)]
struct Between {
    /// Accounts that paid for each analysis.
    payers: BTreeMap<String, u32>,
    /// Live leaders of each run.
    leaders: BTreeMap<String, u32>,
    /// Analyses of each key of the pool.
    made: BTreeMap<String, Vec<String>>,
}

/// Proves the books; in quiet everything must be final.
///
/// # Errors
/// The books cannot be read.
pub async fn reckon(world: &World, quiet: bool, told: &mut Told) -> anyhow::Result<()> {
    let proof = Proof {
        quiet,
        objects: quiet,
    };
    let mut between = Between::default();
    for account in &world.accounts {
        let found = world.bare.verify_books(account.id, proof).await?;
        let name = account.email.as_str();
        told.found
            .extend(found.iter().map(|one| format!("{name}: {one}")));
        let books = world.bare.ports().stores.audit.books(account.id).await?;
        let books = books.context("an account has books")?;
        let wrong = own(world, account, &books);
        told.found
            .extend(wrong.into_iter().map(|one| format!("{name}: {one}")));
        between.add(&books);
        if quiet {
            let wrong = settled(world, &books);
            told.found
                .extend(wrong.into_iter().map(|one| format!("{name}: {one}")));
            let done = books.tasks.iter().filter(|(task, _)| is_done(task));
            told.completed = told.completed.saturating_add(done.count() as u64);
            told.entries = told.entries.saturating_add(books.entries.len() as u64);
        }
    }
    told.found.extend(between.wrong());
    let ever = (Some("2026-01-01".parse()?), Some("2999-01-01".parse()?));
    for model in world.bare.model_costs(ever.0, ever.1).await? {
        let name = model.model;
        told.found
            .push(format!("own key: a call of {name} is in our costs"));
    }
    Ok(())
}

fn is_done(task: &Task) -> bool {
    task.status == TaskStatus::Completed
}

/// What this world asks of one account beyond its books: here every analysis and every paid access has
/// its price.
fn own(world: &World, account: &Account, books: &Books) -> Vec<String> {
    let mut wrong = Vec::new();
    let tasks = books.tasks.iter().map(|(task, _)| task);
    let leaders: Vec<&Task> = tasks.filter(|task| task.role == TaskRole::Leader).collect();
    let priced = |task: &&&Task| task.charges.analysis_price != MicroUsd::ZERO && is_done(task);
    for task in leaders.iter().filter(priced) {
        let charges = |kind| kind == EntryKind::Analysis;
        let paid = books
            .entries
            .iter()
            .filter(|line| charges(line.kind) && line.task == Some(task.id))
            .count();
        if paid != 1 {
            wrong.push(format!(
                "I6 task {}: completed, and charged {paid} times",
                task.id
            ));
        }
    }
    for Opened { filing, source, .. } in &books.access {
        let charge = books.entries.iter().find(|line| {
            let access = matches!(
                line.kind,
                EntryKind::FilingAccess | EntryKind::FilingImport | EntryKind::BulkImport
            );
            access && line.filing == Some(*filing)
        });
        if *source == AccessSource::Paid && charge.is_none() {
            wrong.push(format!("I6 access to filing {filing}: nobody paid for it"));
        }
    }
    // Nobody shares here what its own key makes.
    let is_own = |id| {
        leaders
            .iter()
            .any(|task| task.analysis == Some(id) && task.key.owner.is_some())
    };
    for record in &books.analyses {
        if record.key.owner.is_none() && is_own(record.id) {
            wrong.push(format!("I12 analysis {}: an own key's, for all", record.id));
        }
    }
    let live = leaders.iter().filter(|task| !task.status.is_terminal());
    let (live, plan) = (live.count(), world.bare.settings().plan_of(account));
    let most = plan.running.map_or(usize::MAX, |most| most as usize);
    if live > most {
        wrong.push(format!(
            "slots: {live} analyses at a time, {most} are allowed"
        ));
    }
    wrong
}

/// What must hold beyond the books when nothing is under way: late credits have lapsed, and what was charged
/// for an analysis that was withdrawn is given back.
fn settled(world: &World, books: &Books) -> Vec<String> {
    let now = world.clock.now();
    let late = |lot: &&CreditLot| lot.is_late(now) && lot.available.is_positive();
    let late = books.lots.iter().filter(late);
    let mut wrong: Vec<String> = late
        .map(|lot| {
            format!(
                "I8 lot {}: its time has passed, and it can be spent",
                lot.id
            )
        })
        .collect();
    let withdrawn = |line: &&LedgerEntry| {
        let mut analyses = books.analyses.iter();
        line.kind == EntryKind::Analysis
            && analyses.any(|it| Some(it.id) == line.analysis && it.retracted_at.is_some())
    };
    for charge in books.entries.iter().filter(withdrawn) {
        let back = books.journal.iter();
        let back = back.filter(|tx| tx.reverses == Some(charge.id));
        let lines = back.filter_map(|tx| books.entries.iter().find(|it| Some(it.id) == tx.entry));
        let given: i64 = lines.map(|line| line.amount.micros()).sum();
        if given != -charge.amount.micros() {
            wrong.push(format!(
                "I5 analysis {}: withdrawn, and {given} of {} given back",
                charge.analysis.map(|it| it.to_string()).unwrap_or_default(),
                charge.amount
            ));
        }
    }
    wrong
}

impl Between {
    fn add(&mut self, books: &Books) {
        for line in books.entries.iter().filter(|line| line.hold.is_some()) {
            if let Some(analysis) = line.analysis {
                *self.payers.entry(analysis.to_string()).or_default() += 1;
            }
        }
        for (task, _) in &books.tasks {
            if task.role == TaskRole::Leader && !task.status.is_terminal() {
                *self.leaders.entry(task.key.to_string()).or_default() += 1;
            }
        }
        // What was withdrawn may be made again.
        let valid = books.analyses.iter();
        for record in valid.filter(|record| record.retracted_at.is_none()) {
            let made = self.made.entry(record.key.to_string()).or_default();
            let id = record.id.to_string();
            if !made.contains(&id) {
                made.push(id);
            }
        }
    }

    fn wrong(self) -> Vec<String> {
        let mut wrong = Vec::new();
        for (analysis, count) in self.payers.into_iter().filter(|(_, count)| *count > 1) {
            wrong.push(format!(
                "I4 analysis {analysis}: {count} accounts paid for it"
            ));
        }
        for (key, count) in self.leaders.into_iter().filter(|(_, count)| *count > 1) {
            wrong.push(format!("single flight: {count} lead run {key}"));
        }
        for (key, made) in self.made.into_iter().filter(|(_, made)| made.len() > 1) {
            wrong.push(format!(
                "single flight: run {key} was made {} times",
                made.len()
            ));
        }
        wrong
    }
}
