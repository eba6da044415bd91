//! Every call of every port that the story makes is struck: refused, made without an answer, or the end of
//! whoever makes it. Whatever it was, the story ends as if nothing had been, and the books are right.

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

/// Calls that the story does not make: readings for reports and for operators, and what has to do with
/// signing in, which moves no credits. A call that is added to a port is made by the story, or named here.
const ELSEWHERE: &[&str] = &[
    "FilingSource::list",
    "FilingSource::company",
    "OwnModels::of",
    "DocumentStore::contains",
    "DocumentStore::delete",
    "TaskQueue::extend",
    "TaskQueue::reject",
    "TaskQueue::depth",
    "TaskQueue::dead_letters",
    "TaskQueue::redrive",
    "EventBus::subscribe",
    "AccountStore::create",
    "AccountStore::by_email",
    "AccountStore::open",
    "AccountStore::by_key",
    "AccountStore::by_identity",
    "AccountStore::add_key",
    "AccountStore::keys",
    "AccountStore::touch_key",
    "AccountStore::close",
    "AccountStore::revoke_key",
    "AccountStore::displace",
    "AccountStore::set_contract",
    "AccountStore::arrange",
    "AccountStore::list",
    "AccountStore::preferences",
    "AnalysisPool::record_view",
    "Ledger::place_hold",
    "Ledger::capture",
    "Ledger::capture_part",
    "Ledger::void",
    "Ledger::holds",
    "Ledger::refund",
    "Ledger::reverse",
    "Ledger::lots",
    "Ledger::journal",
    "Settlement::grant_access",
    "Imports::put_back",
    "QuotaStore::reset",
    "Outbox::put_off",
    "Outbox::put",
    "PaymentStore::note",
    "PaymentStore::events",
    "AuditStore::books",
    "AuditStore::heads",
    "AuditStore::keep_root",
    "AuditStore::roots",
    "AuditStore::rebuild",
    "SessionStore::begin",
    "SessionStore::rotate",
    "SessionStore::account",
    "SessionStore::end",
    "SessionStore::write",
    "SessionStore::holder",
    "SessionStore::redeem",
    "SessionStore::password",
    "SessionStore::rehash",
    "CostBook::record",
    "CostBook::totals",
    "AuditLog::append",
    "AuditLog::entries",
    "AuditLog::head",
    "ReportStore::count",
    "ReportStore::usage",
    "ReportStore::of_account",
    "ReportStore::gauges",
];

#[test]
fn no_call_is_forgotten() {
    block_on(async {
        let stage = Stage::open(Base::Memory).await.unwrap();
        stage.gate.plan(None);
        Story::tell(&stage).await.unwrap();
        let made = stage.gate.counts();
        let all = gated::calls().into_iter();
        let silent: Vec<_> = all.filter(|call| !made.contains_key(call)).collect();
        assert_eq!(silent, ELSEWHERE);
    });
}
