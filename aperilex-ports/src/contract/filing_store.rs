//! Clauses of [`FilingStore`].

use futures_util::future::join_all;

use super::support::{Desk, at, stored_document};
use super::*;
use crate::*;

/// The scenarios.
pub const SCENARIOS: &[Scenario<Desk>] = &[
    scenario!(id: "FI-1", a_filing_is_registered_once),
    scenario!(id: "FI-1", many_register_one_filing),
    scenario!(id: "FI-2", a_filing_is_stored_once),
    scenario!(id: "FI-2", of_many_who_store_one_counts),
    scenario!(id: "FI-2", only_a_registered_filing_is_stored),
    scenario!(id: "FI-3", an_unknown_filing_is_none),
    scenario!(id: "FI-4", access_is_an_accounts_own),
];

async fn a_filing_is_registered_once(desk: Desk) {
    let filings = &desk.stores.filings;
    let mut full = desk.meta();
    full.items = vec!["2.02".into(), "9.01".into()];
    full.url = Some("https://www.sec.gov/Archives/edgar/data/1234567/".into());
    let bare = FilingMeta {
        accession: None,
        cik: None,
        company: None,
        ticker: None,
        filed: None,
        period: None,
        primary_document: None,
        ..desk.meta()
    };
    for meta in [full, bare] {
        let record = filings.register(&meta, at(0)).await.unwrap();
        assert_eq!(
            record,
            FilingRecord {
                meta: meta.clone(),
                stored: None
            }
        );
        let renamed = FilingMeta {
            company: Some("Renamed Inc".into()),
            ..meta.clone()
        };
        assert_eq!(filings.register(&renamed, at(9)).await.unwrap(), record);
        assert_eq!(filings.get(meta.id).await.unwrap(), Some(record));
    }
}

async fn many_register_one_filing(desk: Desk) {
    let meta = desk.meta();
    let named = |n| FilingMeta {
        company: Some(format!("Name {n}")),
        ..meta.clone()
    };
    let metas: Vec<_> = (0..32).map(named).collect();
    let registers = metas
        .iter()
        .map(|meta| desk.stores.filings.register(meta, at(0)));
    let records: Vec<_> = join_all(registers)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!(
        records.iter().all(|record| *record == records[0]),
        "one record for all"
    );
}

fn documents(name: &str) -> [StoredDocument; 2] {
    let main = StoredDocument {
        name: name.into(),
        ..stored_document()
    };
    let exhibit = StoredDocument {
        name: "ex99.htm".into(),
        doc_type: None,
        sequence: None,
        description: None,
        sha256: Digest::of(b"an exhibit"),
        bytes: 10,
    };
    [main, exhibit]
}

async fn a_filing_is_stored_once(desk: Desk) {
    let filings = &desk.stores.filings;
    let meta = desk.meta();
    filings.register(&meta, at(0)).await.unwrap();
    let first = documents("first.htm");
    let record = filings.mark_stored(meta.id, &first, at(5)).await.unwrap();
    let stored = StoredFiling {
        meta: meta.clone(),
        documents: first.to_vec(),
        stored_at: at(5),
    };
    assert_eq!(record.stored, Some(stored), "documents in the order given");
    let again = filings
        .mark_stored(meta.id, &documents("second.htm"), at(6))
        .await
        .unwrap();
    assert_eq!(again, record);
    assert_eq!(filings.get(meta.id).await.unwrap(), Some(record.clone()));
    assert_eq!(filings.register(&meta, at(7)).await.unwrap(), record);
}

async fn of_many_who_store_one_counts(desk: Desk) {
    let filings = &desk.stores.filings;
    let meta = desk.meta();
    filings.register(&meta, at(0)).await.unwrap();
    let all: Vec<_> = (0..32).map(|n| documents(&format!("{n}.htm"))).collect();
    let marks = all
        .iter()
        .map(|documents| filings.mark_stored(meta.id, documents, at(1)));
    let records: Vec<_> = join_all(marks)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!(
        records.iter().all(|record| *record == records[0]),
        "one record for all"
    );
    assert_eq!(records[0].stored.as_ref().unwrap().documents.len(), 2);
    assert_eq!(
        filings.get(meta.id).await.unwrap().as_ref(),
        Some(&records[0])
    );
}

async fn only_a_registered_filing_is_stored(desk: Desk) {
    let id = desk.meta().id;
    let refused = desk
        .stores
        .filings
        .mark_stored(id, &documents("a.htm"), at(0))
        .await;
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    assert_eq!(desk.stores.filings.get(id).await.unwrap(), None);
}

async fn an_unknown_filing_is_none(desk: Desk) {
    desk.filing().await;
    let user = desk.account().await;
    let unknown = desk.meta().id;
    assert_eq!(desk.stores.filings.get(unknown).await.unwrap(), None);
    assert_eq!(
        desk.stores.filings.access(user, unknown).await.unwrap(),
        None
    );
}

async fn access_is_an_accounts_own(desk: Desk) {
    let [user, other] = [desk.account().await, desk.account().await];
    let [filing, another] = [desk.filing().await, desk.filing().await];
    for source in [AccessSource::Policy, AccessSource::Admin] {
        let filing = if source == AccessSource::Policy {
            filing
        } else {
            another
        };
        desk.give_access(user, filing, source).await;
        let access = desk.stores.filings.access(user, filing).await.unwrap();
        assert_eq!(access, Some(source));
        assert_eq!(
            desk.stores.filings.access(other, filing).await.unwrap(),
            None
        );
    }
    let stranger = desk.id(UserId::from_uuid);
    assert_eq!(
        desk.stores.filings.access(stranger, filing).await.unwrap(),
        None
    );
}
