//! What the database itself refuses, whatever the program does.

use aperilex_ports::audit::LogCheck;
use aperilex_ports::{
    Actor, AuditRecord, CallId, CallOutcome, MicroUsd, ModelCall, SpentCall, StoreError, TaskId,
    Timestamp, TokenUsage,
};
use aperilex_sea_orm::{Database, DatabaseConfig};
use sea_orm::{ConnectionTrait, DbBackend};

use crate::desk::{at, audit, funded, hold, request};
use crate::support::{self, Fresh};

#[tokio::test(flavor = "multi_thread")]
async fn ledger_entries_are_never_changed_or_removed() {
    for fresh in &support::each().await {
        let stores = fresh.database.stores();
        let user = funded(&stores, 100).await;
        for change in [
            "UPDATE ledger_entry SET amount = 1000000",
            "DELETE FROM ledger_entry",
        ] {
            let refused = fresh.database.connection().execute_unprepared(change).await;
            let error = refused.unwrap_err().to_string();
            assert!(error.contains("ledger entries are never"), "{error}");
        }
        assert_eq!(audit(&stores, user).await.posted, MicroUsd::new(100));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_is_sealed() {
    for fresh in &support::each().await {
        let stores = fresh.database.stores();
        let user = funded(&stores, 100).await;
        let held = hold(user, 30);
        stores.ledger.place_hold(&held).await.unwrap();
        stores.ledger.void(held.id, None, at(1)).await.unwrap();
        let posting = "INSERT INTO ledger_posting SELECT user_id, seq, 9, account, lot_id, 1, NULL, NULL \
                       FROM ledger_posting WHERE line = 0 AND seq = 1";
        let next = "INSERT INTO ledger_tx SELECT user_id, seq + 1, operation, 'x', hold_id, \
                    entry_id, reverses, posted_after, held_after, at, prev_hash, hash \
                    FROM ledger_tx WHERE seq = 3";
        for (change, why) in [
            (
                "UPDATE ledger_tx SET posted_after = 1000000",
                "never changed",
            ),
            ("DELETE FROM ledger_tx", "never changed"),
            (
                "UPDATE ledger_posting SET amount = 1000000",
                "never changed",
            ),
            ("DELETE FROM ledger_posting", "never changed"),
            (posting, "sealed"),
            (next, "sum to nothing"),
            ("UPDATE hold SET status = 'open'", "ends once"),
        ] {
            let refused = fresh.database.connection().execute_unprepared(change).await;
            let error = refused.expect_err(change).to_string();
            assert!(error.contains(why), "{change}: {error}");
        }
        assert_eq!(audit(&stores, user).await.posted, MicroUsd::new(100));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_book_of_what_models_cost_is_only_written_on() {
    for fresh in &support::each().await {
        let call = ModelCall {
            ceiling: None,
            id: CallId::from_uuid(uuid::Uuid::from_u128(1)),
            task: TaskId::from_uuid(uuid::Uuid::from_u128(2)),
            attempt: 1,
            call: SpentCall {
                section: "1A".to_owned(),
                provider: "acme".to_owned(),
                model: "acme-large".to_owned(),
                price_row: None,
                tokens: TokenUsage::default(),
                cost: MicroUsd::new(7),
                estimated: true,
                outcome: CallOutcome::Failed,
            },
            own_key: false,
            at: at(0),
        };
        let costs = fresh.database.stores().costs;
        costs.record(&call).await.unwrap();
        for change in ["UPDATE model_call SET cost = 1", "DELETE FROM model_call"] {
            let refused = fresh.database.connection().execute_unprepared(change).await;
            let error = refused.expect_err(change).to_string();
            assert!(error.contains("never changed"), "{error}");
        }
        assert_eq!(costs.of_task(call.task).await.unwrap(), [call]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_is_never_changed() {
    for fresh in &support::each().await {
        let log = fresh.database.stores().audit_log;
        for n in 1..=3 {
            let record = AuditRecord {
                actor: Actor::Operator,
                action: "account.suspend".into(),
                subject: format!("account {n}"),
                detail: serde_json::json!({ "reason": "abuse" }),
                at: at(n),
            };
            log.append(&record).await.unwrap();
        }
        let db = fresh.database.connection();
        for (change, why) in [
            ("UPDATE audit_entry SET actor = 'system'", "never changed"),
            ("DELETE FROM audit_entry", "never changed"),
            ("DELETE FROM audit_head", "never removed"),
            (
                "INSERT INTO audit_entry SELECT seq + 4, actor, action, subject, detail, at, \
                 prev_hash, hash FROM audit_entry WHERE seq = 1",
                "without gaps",
            ),
        ] {
            let refused = db.execute_unprepared(change).await;
            let error = refused.expect_err(change).to_string();
            assert!(error.contains(why), "{change}: {error}");
        }
        let head = log.head().await.unwrap();
        let check = async || {
            let mut check = LogCheck::new(&head);
            let entries = log.entries(None, 9).await.unwrap();
            entries.iter().for_each(|entry| check.push(entry));
            check.finish()
        };
        assert_eq!(check().await, []);

        // Whoever takes the guard away and changes a row is found out.
        let guard = match db.get_database_backend() {
            DbBackend::Sqlite => "DROP TRIGGER audit_entry_update",
            _ => "DROP TRIGGER audit_entry_change ON audit_entry",
        };
        let damage = "UPDATE audit_entry SET detail = '{\"reason\":\"none\"}' WHERE seq = 2";
        for statement in [guard, damage] {
            db.execute_unprepared(statement).await.unwrap();
        }
        let found = check().await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].subject, "audit entry 2");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_wallet_is_overdrawn() {
    for fresh in &support::each().await {
        funded(&fresh.database.stores(), 100).await;
        for overdraft in [
            "UPDATE account SET held = 101",
            "UPDATE account SET posted = -1",
            "UPDATE account SET held = -1",
        ] {
            let refused = fresh
                .database
                .connection()
                .execute_unprepared(overdraft)
                .await;
            let error = refused.unwrap_err().to_string();
            assert!(error.to_lowercase().contains("check"), "{error}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_cannot_be_read_are_reported() {
    for Fresh { database, .. } in &support::each().await {
        let stores = database.stores();
        let user = funded(&stores, 100).await;
        stores.ledger.place_hold(&hold(user, 1)).await.unwrap();
        let task = request(user);
        stores.settlement.submit(&task).await.unwrap();
        for damage in [
            "UPDATE account SET tier = 'gold'",
            "UPDATE hold SET created_at = 9223372036854775807",
            "UPDATE task SET generation = -1",
            "UPDATE task_event SET event = '{\"schema_version\": 2}'",
        ] {
            database
                .connection()
                .execute_unprepared(damage)
                .await
                .unwrap();
        }
        for (what, error) in [
            ("gold", stores.accounts.get(user).await.unwrap_err()),
            ("hold", stores.ledger.holds(user).await.unwrap_err()),
            ("generation", stores.tasks.get(task.task).await.unwrap_err()),
            (
                "version 2",
                stores.tasks.events(task.task, 0, 9).await.unwrap_err(),
            ),
        ] {
            let StoreError::Unreadable { what: told } = &error else {
                panic!("{error:?}");
            };
            assert!(told.contains(what), "{told}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_row_keeps_no_other_from_being_swept() {
    for Fresh { database, .. } in &support::each().await {
        let stores = database.stores();
        let user = funded(&stores, 100).await;
        let (damaged, late) = (hold(user, 1), hold(user, 2));
        for command in [&damaged, &late] {
            stores.ledger.place_hold(command).await.unwrap();
        }
        let damage = "UPDATE hold SET purpose = 'bribe' WHERE amount = 1";
        database
            .connection()
            .execute_unprepared(damage)
            .await
            .unwrap();
        let ended = stores.ledger.expire(None, at(9999), 9).await.unwrap();
        let ids: Vec<_> = ended.iter().map(|hold| hold.id).collect();
        assert_eq!(ids, [late.id]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_outbox_row_holds_up_nobody() {
    for Fresh { database, .. } in &support::each().await {
        let stores = database.stores();
        let user = funded(&stores, 100).await;
        stores.settlement.submit(&request(user)).await.unwrap();
        let damage = "UPDATE outbox SET item = 'x' WHERE id = (SELECT min(id) FROM outbox)";
        database
            .connection()
            .execute_unprepared(damage)
            .await
            .unwrap();
        let (now, later) = (
            Timestamp::from_second(0).unwrap(),
            Timestamp::from_second(60).unwrap(),
        );
        let batch = stores.outbox.next_batch(9, later, now).await.unwrap();
        assert_eq!(batch.len(), 1, "the other of two");
    }
}

#[tokio::test]
async fn no_password_is_shown() {
    let settings = serde_json::json!({
        "url": "postgres://apx:hunter2@127.0.0.1:1/apx", "acquire_timeout_ms": 200,
    });
    let config: DatabaseConfig = serde_json::from_value(settings).unwrap();
    let database = Database::connect(&config).await.unwrap();
    let error = database.ping().await.unwrap_err();
    let shown = format!("{config:?} {database:?} {database:#?} {error:?} {error}");
    assert!(!shown.contains("hunter2"), "{shown}");
}
