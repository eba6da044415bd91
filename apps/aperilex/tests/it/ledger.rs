//! `aperilex ledger verify` on a database that somebody has tampered with.

use std::path::Path;

use sqlx::{Connection, SqliteConnection};

use crate::server::{aperilex, samples};

fn verify(data: &Path, more: &[&str]) -> (i32, String) {
    let data = data.to_str().unwrap();
    let args = [&["ledger", "verify", "--data-dir", data], more].concat();
    let output = aperilex(&args);
    let said = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), said)
}

pub(crate) async fn tamper(data: &Path, statements: &[&'static str]) {
    let database = format!("sqlite://{}", data.join("aperilex.sqlite3").display());
    let mut connection = SqliteConnection::connect(&database).await.unwrap();
    for statement in statements {
        sqlx::query(*statement)
            .execute(&mut connection)
            .await
            .unwrap();
    }
    connection.close().await.unwrap();
}

#[tokio::test]
async fn tampering_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let (data, source) = (dir.path(), samples());
    let (data_text, source) = (data.to_str().unwrap(), source.to_str().unwrap());
    let create = [
        "account",
        "create",
        "--email",
        "jo@example.com",
        "--tier",
        "basic",
    ];
    let credit = ["--credit-usd", "5.00", "--data-dir", data_text];
    assert!(aperilex(&[&create[..], &credit].concat()).status.success());
    let analyze = [
        "analyze",
        "MKWX",
        "--source",
        source,
        "--data-dir",
        data_text,
    ];
    assert!(aperilex(&analyze).status.success());

    let (code, said) = verify(data, &["--quiet", "--objects"]);
    assert_eq!(
        (code, said.as_str()),
        (0, "2 accounts proved, 0 findings\n")
    );

    // The database refuses to change an entry; whoever owns the file can make it.
    let change = "UPDATE ledger_entry SET amount = amount + 1";
    tamper(data, &["DROP TRIGGER ledger_entry_update", change]).await;
    let (code, said) = verify(data, &[]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("I2 account ") && said.contains("entry 1 (adjustment 5.000001)"),
        "{said}"
    );
    assert!(said.ends_with("findings\n"), "{said}");
    let (code, said) = verify(data, &["--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &report["accounts"]), (1, &2.into()));
    assert_eq!(report["findings"][0]["invariant"], "I2");

    tamper(data, &["UPDATE ledger_entry SET amount = amount - 1"]).await;
    assert_eq!(verify(data, &[]).0, 0, "put right");

    // One byte of a row that no sum shows: the chain of hashes names it.
    let flip = "UPDATE ledger_entry SET description = 'B' || substr(description, 2) WHERE seq = 1";
    tamper(data, &[flip]).await;
    let (code, said) = verify(data, &[]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("I2 account "), "{said}");
    assert!(
        said.contains("transaction 1 (credit post:") && said.contains("stored hash"),
        "{said}"
    );
    tamper(data, &["UPDATE task SET status = 'running'"]).await;
    let (code, said) = verify(data, &["--quiet"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("I8 ") && said.contains("I11 "), "{said}");
    let nobody = "018f4b6e-7d1c-7c3a-9b51-0d6f3a1e2b4c";
    assert_eq!(verify(data, &["--account", nobody]).0, 3);
}

/// Runs `aperilex ledger` with these words; what it says, and its exit code.
fn ledger(data: &Path, words: &[&str]) -> (i32, String) {
    let data = ["--data-dir", data.to_str().unwrap()];
    let output = aperilex(&[&["ledger"][..], words, &data].concat());
    let said = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), said)
}

#[test]
fn credits_are_shown_topped_up_and_refunded() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    let made = aperilex(&[
        "account",
        "create",
        "--email",
        "jo@example.com",
        "--tier",
        "basic",
        "--data-dir",
        data.to_str().unwrap(),
    ]);
    let made = String::from_utf8(made.stdout).unwrap();
    let account = made.split_whitespace().nth(1).unwrap();
    let top_up = [
        "top-up",
        "--account",
        account,
        "--usd",
        "10",
        "--key",
        "invoice 1",
    ];
    let (code, first) = ledger(data, &top_up);
    assert_eq!(code, 0, "{first}");
    assert!(
        first.contains("top_up\t10.000000\t10.000000\tbought credits"),
        "{first}"
    );
    assert_eq!(
        ledger(data, &top_up),
        (0, first.clone()),
        "the same key again"
    );
    let entry = first.split('\t').nth(1).unwrap();
    let month = first.get(..7).unwrap();

    let (_, lots) = ledger(data, &["lots", "--account", account]);
    assert!(
        lots.contains("purchased\t10.000000\t10.000000\t0.000000\tnever"),
        "{lots}"
    );
    let (_, statement) = ledger(data, &["statement", "--account", account, "--month", month]);
    assert!(
        statement.starts_with("opening balance\t0.000000\n"),
        "{statement}"
    );
    assert!(
        statement.ends_with("closing balance\t10.000000\n"),
        "{statement}"
    );

    let refund = |entry, usd| {
        let words = [
            "refund",
            "--account",
            account,
            "--entry",
            entry,
            "--usd",
            usd,
        ];
        ledger(
            data,
            &[&words[..], &["--key", "case 7", "--reason", "wrong"]].concat(),
        )
    };
    assert_eq!(refund(entry, "1").0, 3, "a top-up is no charge");
    assert_eq!(refund(entry, "0").0, 2);
    let bad = ["statement", "--account", account, "--month", "November"];
    assert_eq!(ledger(data, &bad).0, 2);
    assert_eq!(ledger(data, &["verify", "--quiet"]).0, 0);
}

#[tokio::test]
async fn a_chain_written_anew_is_found_by_its_root_and_sums_are_rebuilt() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    let create = [
        "account",
        "create",
        "--email",
        "jo@example.com",
        "--tier",
        "basic",
        "--credit-usd",
        "5.00",
        "--data-dir",
        data.to_str().unwrap(),
    ];
    let made = aperilex(&create);
    let made = String::from_utf8(made.stdout).unwrap();
    let account = made.split_whitespace().nth(1).unwrap();
    let (code, said) = ledger(data, &["reconcile"]);
    assert_eq!(code, 0, "{said}");
    assert!(
        said.starts_with("1 accounts proved, 0 findings\nroot "),
        "{said}"
    );
    let root = said.split_whitespace().last().unwrap();
    let top_up = ["top-up", "--account", account, "--usd", "1", "--key", "a"];
    assert_eq!(ledger(data, &top_up).0, 0);
    let (code, said) = ledger(data, &["verify", "--root", root]);
    assert_eq!(code, 0, "the chain went on: {said}");

    // Balance and lots are what the journal makes of them.
    let damage = [
        "UPDATE account SET posted = posted + 7, seq = 9",
        "UPDATE credit_lot SET available = 1 WHERE source = 'purchased'",
    ];
    tamper(data, &damage).await;
    let (code, said) = ledger(data, &["rebuild", "--account", account]);
    assert_eq!(code, 0, "{said}");
    for difference in [
        "balance: by the journal 6.000000 with 0.000000 held, stored 6.000007 with",
        "entries: by the journal 2, stored 9",
        "purchased 1.000000 of 1.000000, 0.000000 held, lapses never, stored purchased 0.000001",
        "3 differ; put them right with --write",
    ] {
        assert!(said.contains(difference), "{difference}: {said}");
    }
    assert_eq!(ledger(data, &["verify"]).0, 1);
    let (_, said) = ledger(data, &["rebuild", "--account", account, "--write"]);
    assert_eq!(said, "all is as the journal makes it\n");
    assert_eq!(ledger(data, &["verify"]).0, 0);
    let (_, said) = ledger(data, &["rebuild", "--account", account]);
    assert_eq!(said, "all is as the journal makes it\n");

    // Whoever owns the database begins the account's books anew: no sum and no link is wrong.
    let anew = [
        "DROP TRIGGER ledger_tx_delete",
        "DROP TRIGGER ledger_posting_delete",
        "DROP TRIGGER ledger_entry_delete",
        "DELETE FROM ledger_posting",
        "DELETE FROM ledger_tx",
        "DELETE FROM ledger_entry",
        "DELETE FROM credit_lot",
        "UPDATE account SET posted = 0, seq = 0, chain_seq = 0, chain_hash = NULL, chain_at = NULL",
    ];
    tamper(data, &anew).await;
    assert_eq!(ledger(data, &["verify"]).0, 0);
    let (code, said) = ledger(data, &["verify", "--root", root]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("transaction 1: the chain does not lead through"),
        "{said}"
    );
    let nowhere = "0".repeat(64);
    assert_eq!(ledger(data, &["verify", "--root", &nowhere]).0, 3);
}

#[tokio::test]
async fn rows_that_cannot_be_read_are_named_and_keep_no_account_from_its_proof() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    let create = |email| {
        let data = data.to_str().unwrap();
        let args = ["account", "create", "--email", email, "--tier", "basic"];
        let made = aperilex(&[&args[..], &["--credit-usd", "5.00", "--data-dir", data]].concat());
        let made = String::from_utf8(made.stdout).unwrap();
        made.split_whitespace().nth(1).unwrap().to_owned()
    };
    let [first, second] = [create("jo@example.com"), create("mo@example.com")];
    // A lot of the one is damaged, and where the chain of the other ends.
    let damage = [
        "UPDATE credit_lot SET source = 'found' WHERE user_id = (SELECT min(id) FROM account)",
        "UPDATE account SET chain_seq = 'many' WHERE id = (SELECT max(id) FROM account)",
    ];
    tamper(data, &damage).await;
    for command in ["verify", "reconcile"] {
        let (code, said) = ledger(data, &[command]);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("2 accounts proved, 2 findings"), "{said}");
        assert!(said.contains("cannot be read: credit_lot "), "{said}");
        let account = format!("cannot be read: account {second}: ");
        assert!(said.contains(&account), "{said}");
        assert!(said.contains(&first), "{said}");
    }
}
