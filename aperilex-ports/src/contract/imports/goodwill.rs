//! Credits that lapse while an import holds them: IS-4, IS-6 and IS-9.

use super::super::ledger::suspend;
use super::super::support::{Desk, at, failure, usd};
use super::{LIFE, UNIT, claim, settling, submitted};
use crate::*;

const UNTIL: i64 = 90_000;
/// All credits of the month have lapsed by then.
const LATE: i64 = 2_000;

/// Takes the next item, which fails at `now`.
async fn fail(desk: &Desk, now: i64, excused: bool) -> ImportJob {
    let (_, item) = claim(desk, now).await.unwrap();
    let settle = SettleItem {
        outcome: ImportOutcome::Failed {
            failure: failure(),
            excused,
        },
        goodwill_until: Some(at(UNTIL)),
        now: at(now),
        ..settling(&item, false)
    };
    desk.stores.imports.settle(&settle).await.unwrap()
}

pub(super) async fn only_excused_failures_are_made_good(desk: Desk) {
    for excused in [[false; 3], [false, true, false], [true; 3]] {
        let user = desk.lapsing(3 * UNIT).await;
        let job = submitted(&desk, user, 3).await;
        let most = excused.iter().filter(|excused| **excused).count();
        for (now, excused) in [10, 20, LATE].into_iter().zip(excused) {
            fail(&desk, now, excused).await;
        }
        let job = desk.job(job.id).await;
        assert_eq!((job.status, job.counts.failed), (ImportStatus::Done, 3));
        let most = i64::try_from(most).unwrap();
        assert_eq!(i64::from(job.excused), most);
        assert_eq!(desk.goodwill(user).await, usd(most * UNIT));
        assert_eq!(desk.balance(user).await.available(), usd(most * UNIT));
    }
    desk.audit().await;
}

pub(super) async fn a_withdrawal_is_made_good_for_what_failed_before(desk: Desk) {
    let user = desk.lapsing(3 * UNIT).await;
    let job = submitted(&desk, user, 3).await;
    fail(&desk, 10, true).await;
    let imports = &desk.stores.imports;
    let until = Some(at(UNTIL));
    imports.cancel(job.id, until, at(LATE)).await.unwrap();
    assert_eq!(desk.goodwill(user).await, usd(UNIT));
    desk.audit().await;
}

pub(super) async fn who_waited_in_vain_loses_nothing(desk: Desk) {
    let [active, suspended] = [desk.lapsing(3 * UNIT).await, desk.lapsing(3 * UNIT).await];
    for user in [active, suspended] {
        submitted(&desk, user, 3).await;
    }
    suspend(&desk, suspended).await;
    let imports = &desk.stores.imports;
    let ended = imports.expire(Some(at(UNTIL)), at(LIFE), 9).await.unwrap();
    assert_eq!(ended.len(), 2);
    assert_eq!(desk.goodwill(active).await, usd(3 * UNIT));
    assert_eq!(desk.goodwill(suspended).await, usd(0), "nobody could come");
    desk.audit().await;
}
