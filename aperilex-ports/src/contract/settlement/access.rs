//! Access to filings: SE-6, SE-13, SE-18 and SE-19.

use futures_util::future::join_all;

use super::super::support::{ACCESS, ANALYSIS, Desk, at, usd};
use crate::*;

async fn access(desk: &Desk, user: UserId, filing: FilingId) -> Option<AccessSource> {
    desk.stores.filings.access(user, filing).await.unwrap()
}

fn grant(desk: &Desk, user: UserId, filing: FilingId) -> GrantAccess {
    GrantAccess {
        user,
        filing,
        access: desk.pending_access(),
        now: at(5),
    }
}

pub(super) async fn delivery_grants_access_to_all_who_wait(desk: Desk) {
    let filing = desk.filing().await;
    let key = Desk::pool_key(filing);
    let leader = desk.request_with_access(desk.funded(1000).await, &key);
    let (task, lease) = desk.running(&leader).await;
    let follower = desk.request_with_access(desk.funded(1000).await, &key);
    let mut other = desk.request_with_access(desk.funded(1000).await, &key);
    other.key.template = Template::Risk;
    let elsewhere = Desk::pool_key(desk.filing().await);
    let elsewhere = desk.request_with_access(desk.funded(1000).await, &elsewhere);
    for request in [&follower, &other, &elsewhere] {
        desk.submit(request).await;
    }
    assert_eq!(
        access(&desk, leader.user, filing).await,
        None,
        "not before it is there"
    );

    desk.stores
        .settlement
        .deliver_filing(task.id, lease, None, at(5))
        .await
        .unwrap();
    for request in [&leader, &follower, &other] {
        assert_eq!(
            access(&desk, request.user, filing).await,
            Some(AccessSource::Paid)
        );
        let hold = request.charges.access.as_ref().unwrap().hold;
        assert_eq!(
            desk.hold_status(request.user, hold).await,
            Some(HoldStatus::Captured)
        );
        let entries = desk.entries(request.user).await;
        let charge = entries.last().unwrap();
        assert_eq!((charge.amount, charge.hold), (usd(-ACCESS), Some(hold)));
        assert_eq!(
            (charge.filing, charge.task),
            (Some(filing), Some(request.task))
        );
        assert_eq!(charge.kind, EntryKind::FilingAccess);
    }
    assert_eq!(access(&desk, elsewhere.user, filing).await, None);
    assert_eq!(
        access(&desk, elsewhere.user, elsewhere.key.filing).await,
        None
    );
    assert_eq!(desk.balance(elsewhere.user).await.posted, usd(1000));

    let before = desk.snapshot().await;
    desk.stores
        .settlement
        .deliver_filing(task.id, lease, None, at(6))
        .await
        .unwrap();
    assert_eq!(
        desk.snapshot().await,
        before,
        "repeated, it changes nothing"
    );
    desk.audit().await;
}

pub(super) async fn delivery_charges_an_account_once(desk: Desk) {
    let user = desk.funded(1000).await;
    let key = Desk::pool_key(desk.filing().await);
    let first = desk.request_with_access(user, &key);
    let mut second = desk.request_with_access(user, &key);
    second.key.template = Template::Risk;
    let (task, lease) = desk.running(&first).await;
    let (_, other_lease) = desk.running(&second).await;
    let settlement = &desk.stores.settlement;
    let deliveries = join_all((0..16).flat_map(|_| {
        let own = settlement.deliver_filing(task.id, lease, None, at(5));
        let others = settlement.deliver_filing(second.task, other_lease, None, at(5));
        [own, others]
    }));
    for outcome in deliveries.await {
        outcome.unwrap();
    }
    let charges = desk.entries(user).await.len() - 1;
    assert_eq!(charges, 1, "two tasks, one filing, one charge");
    assert_eq!(desk.balance(user).await.posted, usd(1000 - ACCESS));
    let mut ends = Vec::new();
    for request in [&first, &second] {
        let hold = request.charges.access.as_ref().unwrap().hold;
        ends.push(desk.hold_status(user, hold).await);
    }
    ends.sort();
    assert_eq!(ends, [Some(HoldStatus::Captured), Some(HoldStatus::Voided)]);
    desk.audit().await;
}

pub(super) async fn access_got_meanwhile_is_not_charged_again(desk: Desk) {
    let user = desk.funded(1000).await;
    let filing = desk.filing().await;
    let request = desk.request_with_access(user, &Desk::pool_key(filing));
    let (task, lease) = desk.running(&request).await;
    let settlement = &desk.stores.settlement;
    assert!(
        settlement
            .grant_access(&grant(&desk, user, filing))
            .await
            .unwrap()
    );
    settlement
        .deliver_filing(task.id, lease, None, at(6))
        .await
        .unwrap();
    let hold = request.charges.access.as_ref().unwrap().hold;
    assert_eq!(desk.hold_status(user, hold).await, Some(HoldStatus::Voided));
    assert_eq!(desk.balance(user).await.posted, usd(1000 - ACCESS));
    desk.audit().await;
}

pub(super) async fn access_is_charged_once(desk: Desk) {
    let [user, other] = [desk.funded(1000).await, desk.funded(1000).await];
    let filing = desk.filing().await;
    let settlement = &desk.stores.settlement;
    let grants: Vec<_> = (0..32).map(|_| grant(&desk, user, filing)).collect();
    let outcomes = join_all(grants.iter().map(|grant| settlement.grant_access(grant))).await;
    let charged = outcomes
        .into_iter()
        .filter(|outcome| *outcome.as_ref().unwrap());
    assert_eq!(charged.count(), 1);
    let entries = desk.entries(user).await;
    assert_eq!(entries.len(), 2);
    assert_eq!(
        (entries[1].amount, entries[1].filing),
        (usd(-ACCESS), Some(filing))
    );
    assert_eq!(entries[1].kind, EntryKind::FilingAccess);
    assert_eq!(desk.balance(user).await.held, usd(0));
    assert_eq!(access(&desk, user, filing).await, Some(AccessSource::Paid));
    assert_eq!(access(&desk, other, filing).await, None);
    let second = desk.filing().await;
    assert!(
        settlement
            .grant_access(&grant(&desk, user, second))
            .await
            .unwrap()
    );
    assert!(
        settlement
            .grant_access(&grant(&desk, other, filing))
            .await
            .unwrap()
    );
    desk.audit().await;
}

pub(super) async fn access_without_credits_is_refused(desk: Desk) {
    let user = desk.funded(ACCESS - 1).await;
    let filing = desk.filing().await;
    let before = desk.snapshot().await;
    let refused = desk
        .stores
        .settlement
        .grant_access(&grant(&desk, user, filing))
        .await;
    let credits = matches!(
        refused,
        Err(SettlementError::InsufficientCredits { needed, available })
            if needed == usd(ACCESS) && available == usd(ACCESS - 1)
    );
    assert!(credits, "{refused:?}");
    assert_eq!(access(&desk, user, filing).await, None);
    assert_eq!(desk.snapshot().await, before);
}

pub(super) async fn free_access_is_not_charged(desk: Desk) {
    let user = desk.account().await;
    let filing = desk.filing().await;
    let mut free = grant(&desk, user, filing);
    free.access.price = MicroUsd::ZERO;
    free.access.source = AccessSource::Policy;
    assert!(!desk.stores.settlement.grant_access(&free).await.unwrap());
    assert_eq!(
        access(&desk, user, filing).await,
        Some(AccessSource::Policy)
    );
    assert!(desk.entries(user).await.is_empty());
    assert!(desk.stores.ledger.holds(user).await.unwrap().is_empty());
}

pub(super) async fn paid_access_outranks_a_policy(desk: Desk) {
    let user = desk.funded(1000).await;
    let filing = desk.filing().await;
    let settlement = &desk.stores.settlement;
    let policy = |hold| GrantAccess {
        access: PendingAccess {
            hold,
            price: MicroUsd::ZERO,
            source: AccessSource::Policy,
            ..desk.pending_access()
        },
        ..grant(&desk, user, filing)
    };
    settlement
        .grant_access(&policy(desk.id(HoldId::from_uuid)))
        .await
        .unwrap();
    let paid = settlement
        .grant_access(&grant(&desk, user, filing))
        .await
        .unwrap();
    assert!(paid, "access by policy may end, so it can be bought");
    assert_eq!(access(&desk, user, filing).await, Some(AccessSource::Paid));
    settlement
        .grant_access(&policy(desk.id(HoldId::from_uuid)))
        .await
        .unwrap();
    assert_eq!(access(&desk, user, filing).await, Some(AccessSource::Paid));
    assert_eq!(desk.balance(user).await.posted, usd(1000 - ACCESS));
    desk.audit().await;
}

pub(super) async fn what_a_lost_hold_was_for_is_charged_anew(desk: Desk) {
    let (user, task) = without_holds(&desk).await;
    let opened = desk.opened(user).await;
    assert_eq!(opened.len(), 1);
    assert_eq!(
        (opened[0].source, opened[0].waiver),
        (AccessSource::Paid, None)
    );
    assert_eq!(desk.task(task).await.waiver, None);
    assert_eq!(
        desk.balance(user).await.posted,
        usd(1000 - ACCESS - ANALYSIS)
    );
    desk.audit().await;
}

/// A run that ends well though its holds were given back by hand.
async fn without_holds(desk: &Desk) -> (UserId, TaskId) {
    let user = desk.funded(1000).await;
    let (request, task, lease) = stripped(desk, user).await;
    finish(desk, &request, &task, lease).await;
    (user, task.id)
}

async fn stripped(desk: &Desk, user: UserId) -> (SubmitTask, Task, LeaseToken) {
    let filing = desk.filing().await;
    let request = desk.request_with_access(user, &Desk::pool_key(filing));
    let (task, lease) = desk.running(&request).await;
    let access = request.charges.access.as_ref().unwrap().hold;
    for hold in [access, request.charges.analysis_hold] {
        desk.stores.ledger.void(hold, None, at(4)).await.unwrap();
    }
    (request, task, lease)
}

async fn finish(desk: &Desk, request: &SubmitTask, task: &Task, lease: LeaseToken) {
    let settlement = &desk.stores.settlement;
    let delivered = settlement.deliver_filing(task.id, lease, None, at(5)).await;
    delivered.unwrap();
    let given = access(desk, request.user, request.key.filing).await;
    assert_eq!(given, Some(AccessSource::Paid));
    let done = desk.completion(task, lease);
    settlement.complete(&done).await.unwrap();
    assert_eq!(desk.status(task.id).await, TaskStatus::Completed);
}

pub(super) async fn what_cannot_be_charged_anew_is_absorbed(desk: Desk) {
    let user = desk.funded(1000).await;
    let (request, task, lease) = stripped(&desk, user).await;
    let all = desk.hold(user, 1000);
    desk.stores.ledger.place_hold(&all).await.unwrap();
    finish(&desk, &request, &task, lease).await;
    let opened = desk.opened(user).await;
    assert_eq!(opened[0].waiver, Some(Waiver::Absorbed));
    assert_eq!(desk.task(task.id).await.waiver, Some(Waiver::Absorbed));
    assert_eq!(desk.balance(user).await.posted, usd(1000));
    desk.stores.ledger.void(all.id, None, at(20)).await.unwrap();
    let journal = desk.stores.ledger.journal(user, 0, MAX_PAGE).await.unwrap();
    let postings = journal.iter().flat_map(|tx| &tx.postings);
    let losses = postings.filter(|one| one.account == LedgerAccount::LateCaptureLoss);
    let losses: Vec<_> = losses.map(|one| one.amount).collect();
    assert_eq!(losses, [usd(-ACCESS), usd(-ANALYSIS)]);
    desk.audit().await;
}

pub(super) async fn what_is_free_says_why(desk: Desk) {
    let [leads, follows, free] = [
        desk.funded(1000).await,
        desk.funded(1000).await,
        desk.funded(1000).await,
    ];
    let key = Desk::pool_key(desk.filing().await);
    let (led, lease) = desk.running(&desk.request(leads, &key)).await;
    let followed = desk.submit(&desk.request(follows, &key)).await;
    let mut done = desk.completion(&led, lease);
    done.free = Some(Waiver::StandIn);
    desk.stores.settlement.complete(&done).await.unwrap();
    let waivers = [
        desk.task(led.id).await.waiver,
        desk.task(followed.id).await.waiver,
    ];
    assert_eq!(waivers, [Some(Waiver::StandIn), Some(Waiver::Follower)]);

    let mut request = desk.request_with_access(free, &Desk::pool_key(desk.filing().await));
    request.charges.analysis_price = MicroUsd::ZERO;
    request.charges.access.as_mut().unwrap().price = MicroUsd::ZERO;
    let (task, lease) = desk.running(&request).await;
    let done = desk.completion(&task, lease);
    desk.stores.settlement.complete(&done).await.unwrap();
    assert_eq!(desk.task(task.id).await.waiver, Some(Waiver::NoFee));
    let opened = desk.opened(free).await;
    assert_eq!(opened[0].waiver, Some(Waiver::NoFee));
    desk.audit().await;
}
