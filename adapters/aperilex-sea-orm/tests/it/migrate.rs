//! First boots.

use sea_orm::ConnectionTrait;

use crate::support::{self, Fresh};

/// Empty databases of every kind that is there.
async fn empty() -> Vec<Fresh> {
    let mut all = vec![support::empty_sqlite().await];
    if let Some(url) = support::postgres_url() {
        all.push(support::empty_postgres(&url).await);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_first_boots_at_once_succeed() {
    for fresh in &empty().await {
        let boots = (0..8).map(|_| {
            let url = fresh.url.clone();
            tokio::spawn(async move {
                let database = support::open(&url).await;
                let applied = aperilex_migrations::run(database.connection()).await;
                database.close().await;
                applied.unwrap()
            })
        });
        let mut applied = Vec::new();
        for boot in boots.collect::<Vec<_>>() {
            applied.extend(boot.await.unwrap());
        }
        assert_eq!(
            applied,
            aperilex_migrations::names(),
            "each step once, in order"
        );
        let missing = aperilex_migrations::pending(fresh.database.connection()).await;
        assert!(missing.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_for_missing_steps_changes_nothing() {
    for fresh in &empty().await {
        let db = fresh.database.connection();
        for _ in 0..2 {
            let missing = aperilex_migrations::pending(db).await.unwrap();
            assert_eq!(missing, aperilex_migrations::names());
        }
        assert!(
            db.execute_unprepared("SELECT * FROM seaql_migrations")
                .await
                .is_err()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_the_next_release_is_accepted() {
    for fresh in &support::each().await {
        let db = fresh.database.connection();
        let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m2099', 0)";
        db.execute_unprepared(newer).await.unwrap();
        assert!(aperilex_migrations::run(db).await.unwrap().is_empty());
    }
}
