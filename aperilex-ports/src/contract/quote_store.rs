//! Clauses of [`QuoteStore`].

use futures_util::future::join_all;

use super::support::{ACCESS, ANALYSIS, Desk, at, usd};
use super::*;
use crate::*;

/// The scenarios.
pub const SCENARIOS: &[Scenario<Desk>] = &[
    scenario!(id: "QT-1", a_quote_reads_back_to_its_account_alone),
    scenario!(id: "QT-2", one_task_uses_a_quote),
    scenario!(id: "QT-2", of_many_tasks_one_uses_a_quote),
    scenario!(id: "QT-2", a_joined_request_uses_none),
    scenario!(id: "QT-3", expired_quotes_are_forgotten_and_no_others),
];

fn quote(desk: &Desk, user: UserId, key: &PoolKey, expires_at: i64) -> StoredQuote {
    StoredQuote {
        id: desk.id(QuoteId::from_uuid),
        user,
        key: key.clone(),
        refresh: false,
        access: Some(QuotedAccess {
            price: usd(ACCESS),
            source: AccessSource::Paid,
        }),
        analysis: usd(ANALYSIS),
        large: false,
        price_version: "0123456789ab".into(),
        created_at: at(0),
        expires_at: at(expires_at),
        used_by: None,
    }
}

async fn kept(desk: &Desk, quote: &StoredQuote) -> StoredQuote {
    desk.stores.quotes.keep(quote).await.unwrap();
    quote.clone()
}

async fn read(desk: &Desk, quote: &StoredQuote) -> Option<StoredQuote> {
    desk.stores.quotes.get(quote.user, quote.id).await.unwrap()
}

async fn a_quote_reads_back_to_its_account_alone(desk: Desk) {
    let [ours, theirs] = [desk.account().await, desk.account().await];
    let key = Desk::pool_key(desk.filing().await);
    let plain = quote(&desk, ours, &key, 600);
    let free = StoredQuote {
        refresh: true,
        access: None,
        analysis: MicroUsd::ZERO,
        large: true,
        ..quote(&desk, ours, &key, 600)
    };
    let mut own = quote(&desk, ours, &key, 600);
    own.key.owner = Some(ours);
    for quote in [&plain, &free, &own] {
        kept(&desk, quote).await;
    }
    for quote in [&plain, &free, &own] {
        assert_eq!(read(&desk, quote).await.as_ref(), Some(quote));
        let quotes = &desk.stores.quotes;
        assert_eq!(quotes.get(theirs, quote.id).await.unwrap(), None);
    }
    assert_eq!(read(&desk, &quote(&desk, ours, &key, 600)).await, None);
}

async fn one_task_uses_a_quote(desk: Desk) {
    let user = desk.funded(1000).await;
    let key = Desk::pool_key(desk.filing().await);
    let first = kept(&desk, &quote(&desk, user, &key, 600)).await;
    let request = SubmitTask {
        quote: Some(first.id),
        ..desk.request(user, &key)
    };
    let task = desk.submit(&request).await;
    let used = read(&desk, &first).await.unwrap();
    assert_eq!(used.used_by, Some(task.id));
    let other = Desk::pool_key(desk.filing().await);
    let stranger = desk.funded(1000).await;
    let strange = kept(&desk, &quote(&desk, stranger, &other, 600)).await;
    for quote in [first.id, strange.id, desk.id(QuoteId::from_uuid)] {
        let again = SubmitTask {
            quote: Some(quote),
            ..desk.request(user, &other)
        };
        let before = desk.snapshot().await;
        let refused = desk.stores.settlement.submit(&again).await;
        assert!(
            matches!(refused, Err(SettlementError::QuoteUsed)),
            "{refused:?}"
        );
        assert_eq!(desk.snapshot().await, before);
    }
    assert_eq!(read(&desk, &strange).await.unwrap().used_by, None);
    // A request that is refused uses none.
    let poor = desk.account().await;
    let dear = kept(&desk, &quote(&desk, poor, &other, 600)).await;
    let refused = SubmitTask {
        quote: Some(dear.id),
        ..desk.request(poor, &other)
    };
    assert!(desk.stores.settlement.submit(&refused).await.is_err());
    assert_eq!(read(&desk, &dear).await.unwrap().used_by, None);
    desk.audit().await;
}

async fn of_many_tasks_one_uses_a_quote(desk: Desk) {
    let user = desk.funded(1000).await;
    let first = Desk::pool_key(desk.filing().await);
    let kept = kept(&desk, &quote(&desk, user, &first, 600)).await;
    let mut requests = Vec::new();
    for _ in 0..16 {
        let key = Desk::pool_key(desk.filing().await);
        requests.push(SubmitTask {
            quote: Some(kept.id),
            ..desk.request(user, &key)
        });
    }
    let settlement = &desk.stores.settlement;
    let outcomes = join_all(requests.iter().map(|request| settlement.submit(request))).await;
    let accepted = outcomes.iter().filter(|outcome| outcome.is_ok());
    assert_eq!(accepted.count(), 1);
    desk.audit().await;
}

async fn a_joined_request_uses_none(desk: Desk) {
    let user = desk.funded(1000).await;
    let key = Desk::pool_key(desk.filing().await);
    let quotes = [
        kept(&desk, &quote(&desk, user, &key, 600)).await,
        kept(&desk, &quote(&desk, user, &key, 600)).await,
    ];
    let request = |quote: &StoredQuote| SubmitTask {
        quote: Some(quote.id),
        ..desk.request(user, &key)
    };
    let task = desk.submit(&request(&quotes[0])).await;
    let settlement = &desk.stores.settlement;
    for quote in &quotes {
        let joined = settlement.submit(&request(quote)).await.unwrap();
        assert_eq!(joined.into_answer(), Answer::Task(task.clone()));
    }
    assert_eq!(read(&desk, &quotes[1]).await.unwrap().used_by, None);
}

async fn expired_quotes_are_forgotten_and_no_others(desk: Desk) {
    let user = desk.account().await;
    let key = Desk::pool_key(desk.filing().await);
    let mut all = Vec::new();
    for expires_at in [10, 20, 30, 40] {
        all.push(kept(&desk, &quote(&desk, user, &key, expires_at)).await);
    }
    let quotes = &desk.stores.quotes;
    assert_eq!(quotes.forget(at(9), 10).await.unwrap(), 0);
    assert_eq!(quotes.forget(at(30), 2).await.unwrap(), 2);
    assert_eq!(quotes.forget(at(30), 2).await.unwrap(), 1);
    assert_eq!(quotes.forget(at(30), 2).await.unwrap(), 0);
    let (last, gone) = all.split_last().unwrap();
    assert_eq!(read(&desk, last).await.as_ref(), Some(last));
    for quote in gone {
        assert_eq!(read(&desk, quote).await, None);
    }
}
