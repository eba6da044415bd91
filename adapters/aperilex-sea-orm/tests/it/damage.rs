//! Rows that cannot be read, of a newer version or damaged: each is named, and keeps nothing else back.

use aperilex_ports::{
    ClaimItem, FilingId, FilingLocator, HoldId, ImportId, ImportStatus, Lease, LeaseToken,
    MicroUsd, NewImportItem, StoreError, Stores, SubmitImport, UserId,
};
use sea_orm::{ConnectionTrait, DbBackend};
use uuid::Uuid;

use crate::desk::{at, funded, hold, request};
use crate::support::{self, Fresh};

fn import(user: UserId, items: usize) -> SubmitImport {
    let item = |_| {
        let filing = FilingId::from_uuid(Uuid::now_v7());
        NewImportItem {
            locator: FilingLocator::Stored(filing),
            filing: Some(filing),
        }
    };
    SubmitImport {
        import: ImportId::from_uuid(Uuid::now_v7()),
        user,
        items: (0..items).map(item).collect(),
        duplicates: 0,
        unit_price: MicroUsd::new(10),
        hold: HoldId::from_uuid(Uuid::now_v7()),
        max_price: None,
        idempotency: None,
        expires_at: at(5_000),
        now: at(0),
    }
}

async fn claim(stores: &Stores, now: i64) -> Option<(ImportId, u32)> {
    let token = LeaseToken::from_uuid(Uuid::now_v7());
    let until = at(now + 60);
    let claim = ClaimItem {
        lease: Lease { token, until },
        only: None,
        now: at(now),
    };
    let claimed = stores.import_store.claim(&claim).await.unwrap();
    claimed.map(|(job, item)| (job.id, item.place))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_cannot_be_read_stops_no_import() {
    for Fresh { database, .. } in &support::each().await {
        let stores = database.stores();
        let user = funded(&stores, 1_000).await;
        let [one, two, three] = [import(user, 2), import(user, 2), import(user, 1)];
        for command in [&one, &two, &three] {
            stores.imports.submit(command).await.unwrap();
        }
        let db = database.connection();
        let mut damages = vec![
            // Its first item is of a version to come; of the second import nothing can be read.
            format!(
                "UPDATE import_item SET locator = '{{\"schema_version\": 9}}' \
                 WHERE place = 1 AND job_id = {}",
                literal(db.get_database_backend(), one.import.as_uuid())
            ),
            format!(
                "UPDATE import_job SET duplicates = -1 WHERE id = {}",
                literal(db.get_database_backend(), two.import.as_uuid())
            ),
        ];
        if db.get_database_backend() == DbBackend::Sqlite {
            // A value of another type than its column's.
            damages.push("UPDATE import_item SET attempts = 'many' WHERE place = 1".to_owned());
            damages.push(format!(
                "UPDATE import_item SET attempts = 0 WHERE job_id = {}",
                literal(DbBackend::Sqlite, three.import.as_uuid())
            ));
        }
        for damage in damages {
            db.execute_unprepared(&damage).await.unwrap();
        }
        let claimed = [claim(&stores, 0).await, claim(&stores, 0).await];
        let right = [Some((one.import, 2)), Some((three.import, 1))];
        assert_eq!(claimed, right);
        assert_eq!(claim(&stores, 0).await, None);
        // Ended by time, what was set aside for it goes back.
        let ended = stores.imports.expire(None, at(5_000), 9).await;
        assert!(
            ended.is_err(),
            "the second cannot be ended, and that is said"
        );
        let job = stores.import_store.get(one.import).await.unwrap().unwrap();
        assert_eq!(
            (job.status, job.counts.cancelled),
            (ImportStatus::Expired, 2)
        );
    }
}

fn literal(backend: DbBackend, id: Uuid) -> String {
    match backend {
        DbBackend::Sqlite => format!("x'{}'", id.simple()),
        _ => format!("'{id}'"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn books_name_the_row_and_ends_of_others_are_told() {
    for Fresh { database, .. } in &support::each().await {
        let stores = database.stores();
        let [damaged, sound] = [funded(&stores, 100).await, funded(&stores, 100).await];
        let held = hold(damaged, 1);
        stores.ledger.place_hold(&held).await.unwrap();
        let task = request(damaged);
        stores.settlement.submit(&task).await.unwrap();
        let db = database.connection();
        for (damage, row) in [
            (
                "UPDATE task SET generation = -1",
                format!("task {}: ", task.task),
            ),
            (
                "UPDATE hold SET purpose = 'bribe' WHERE amount = 1",
                format!("hold {}: ", held.id),
            ),
            (
                "UPDATE account SET chain_hash = 'short' WHERE held > 0",
                "end of a chain".to_owned(),
            ),
        ] {
            db.execute_unprepared(damage).await.unwrap();
            let unread = stores.audit.books(damaged).await.unwrap_err();
            let StoreError::Unreadable { what } = &unread else {
                panic!("{unread:?}");
            };
            assert!(what.contains(&row), "{row}: {what}");
            let mend = match damage.starts_with("UPDATE task") {
                true => "UPDATE task SET generation = 1",
                false => "UPDATE hold SET purpose = 'analysis'",
            };
            db.execute_unprepared(mend).await.unwrap();
        }
        let heads = stores.audit.heads(None, 10).await.unwrap();
        let ends: Vec<_> = heads
            .iter()
            .map(|(user, end)| (*user, end.is_some()))
            .collect();
        assert_eq!(ends, [(damaged, false), (sound, true)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_processes_one_proves_the_books() {
    for Fresh { database, url, .. } in &support::each().await {
        let other = support::open(url).await;
        let stores = [database.stores(), other.stores()];
        let claims = (0..16).map(|n| {
            let stores = stores[n % 2].clone();
            tokio::spawn(async move { stores.audit.claim_proof(at(-1), at(0)).await })
        });
        let mut won = 0;
        for claim in claims.collect::<Vec<_>>() {
            won += usize::from(claim.await.unwrap().unwrap());
        }
        assert_eq!(won, 1);
    }
}
