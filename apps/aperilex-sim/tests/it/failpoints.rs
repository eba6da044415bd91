//! Every call of every port that the story makes is struck: refused, made without an answer, or the end of
//! whoever makes it. Whatever it was, the story ends as if nothing had been, and the books are right.

use std::collections::BTreeSet;
use std::time::Instant;

use aperilex_sim::gate::{Kind, Strike};
use aperilex_sim::gated;

use crate::stage::{Base, Stage, block_on};
use crate::story::Story;

/// The story without faults tells which calls there are, so that a new one is struck as well: the first of
/// each method, and the last where it is cheap.
fn strikes(base: Base, stage: &Stage) -> Vec<Strike> {
    let mut all = Vec::new();
    for (call, count) in stage.gate.counts() {
        for kind in Kind::ALL {
            // To a database both are a call that is not made.
            if base == Base::Postgres && kind == Kind::CrashBefore {
                continue;
            }
            all.push(Strike { call, nth: 1, kind });
            if base == Base::Sqlite && kind == Kind::ReplyLost && count > 1 {
                let nth = count;
                all.push(Strike { call, nth, kind });
            }
        }
    }
    all
}

async fn every_call_is_struck(base: Base) {
    let Some(stage) = Stage::open(base).await else {
        return;
    };
    let begun = Instant::now();
    stage.gate.plan(None);
    let undisturbed = Story::tell(&stage).await.unwrap();
    let undisturbed_s = begun.elapsed().as_secs_f64();
    let made: u32 = stage.gate.counts().values().sum();
    println!("{base:?}: {made} calls in {undisturbed_s:.2} s");
    let (calls, strikes) = (stage.gate.counts().len(), strikes(base, &stage));
    let (mut struck, mut wrong) = (0, Vec::new());
    for strike in &strikes {
        stage.gate.plan(Some(*strike));
        let ending = Story::tell(&stage).await;
        struck += u32::from(stage.gate.has_struck());
        match ending {
            Ok(ending) if ending == undisturbed => {}
            Ok(ending) => wrong.push(format!("{strike:?}: {ending:?}")),
            Err(error) => wrong.push(format!("{strike:?}: {error}")),
        }
    }
    println!(
        "{base:?}: {calls} methods, {struck} of {} points struck, {:.1} s",
        strikes.len(),
        begun.elapsed().as_secs_f64()
    );
    assert!(wrong.is_empty(), "{undisturbed:?}\n{}", wrong.join("\n"));
    // The way is the same up to the fault, so that each is met.
    assert_eq!(struck as usize, strikes.len());
}

#[test]
fn on_sqlite() {
    block_on(every_call_is_struck(Base::Sqlite));
}

#[test]
fn on_postgres() {
    block_on(every_call_is_struck(Base::Postgres));
}

/// Calls that the story does not make, and why. A call that is added to a port is made by the story, or named
/// here: none of these moves credits or opens a filing to anybody, but for those that the engine never makes.
const ELSEWHERE: &[(&str, &[&str])] = &[
    (
        "readings for reports and for operators",
        &[
            "FilingSource::list",
            "FilingSource::company",
            "DocumentStore::contains",
            "TaskQueue::depth",
            "TaskQueue::dead_letters",
            "EventBus::subscribe",
            "AccountStore::list",
            "AccountStore::preferences",
            "AccountStore::keys",
            "Ledger::holds",
            "Ledger::lots",
            "Ledger::journal",
            "PaymentStore::events",
            "AuditStore::heads",
            "AuditStore::roots",
            "CostBook::totals",
            "AuditLog::entries",
            "AuditLog::head",
            "ReportStore::usage",
            "ReportStore::of_account",
            "ReportStore::gauges",
        ],
    ),
    (
        "the engine charges through the settlement, the imports and the payments, whose commits do the same",
        &["Ledger::capture", "Ledger::capture_part", "Ledger::reverse"],
    ),
    (
        "signing in, which moves no credits",
        &[
            "AccountStore::by_identity",
            "AccountStore::touch_key",
            "AccountStore::displace",
            "AccountStore::adopt",
            "QuotaStore::reset",
            "SessionStore::begin",
            "SessionStore::rotate",
            "SessionStore::account",
            "SessionStore::end",
            "SessionStore::write",
            "SessionStore::holder",
            "SessionStore::redeem",
            "SessionStore::password",
            "SessionStore::rehash",
        ],
    ),
    (
        "keys that customers bring for models: the storms of the simulator strike it",
        &["OwnModels::of"],
    ),
    (
        "asked for where an address is taken, which is so when an answer is lost",
        &["AccountStore::by_email"],
    ),
    (
        "the house's own account, which is made once and holds nothing",
        &["AccountStore::create"],
    ),
    (
        "proofs of the books of all accounts, too many here, and the mending of damaged ones",
        &[
            "AuditStore::claim_proof",
            "AuditStore::keep_root",
            "AuditStore::rebuild",
        ],
    ),
    (
        "messages that run long, or that nobody understands",
        &[
            "TaskQueue::extend",
            "TaskQueue::reject",
            "TaskQueue::redrive",
        ],
    ),
    (
        "notices whose receiver is away; nothing but tests puts items by themselves",
        &["Outbox::put_off", "Outbox::put"],
    ),
    (
        "counts of views and requests",
        &["AnalysisPool::record_view", "ReportStore::count"],
    ),
    ("nothing is deleted", &["DocumentStore::delete"]),
];

#[test]
fn no_call_is_forgotten() {
    block_on(async {
        let stage = Stage::open(Base::Memory).await.unwrap();
        stage.gate.plan(None);
        Story::tell(&stage).await.unwrap();
        let made = stage.gate.counts();
        let all = gated::calls().into_iter();
        let silent: BTreeSet<_> = all.filter(|call| !made.contains_key(call)).collect();
        let named = ELSEWHERE.iter().flat_map(|(_, calls)| *calls);
        assert_eq!(silent, named.copied().collect());
    });
}
