//! `aperilex ledger verify` on a database that somebody has tampered with.

use std::path::Path;

use sqlx::{Connection, SqliteConnection};

use crate::run::Data;
use crate::server::samples;

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
    let folder = Data::new();
    folder.done("account create --email jo@example.com --tier basic --credit-usd 5.00");
    let source = samples();
    folder.done(&format!("analyze MKWX --source {}", source.display()));
    let data = folder.path();
    let verify = |more: &str| {
        let said = folder.run(&format!("ledger verify {more}"));
        (said.code, said.out)
    };

    let (code, said) = verify("--quiet --objects");
    assert_eq!(
        (code, said.as_str()),
        (0, "2 accounts proved, 0 findings\n")
    );

    // The database refuses to change an entry; whoever owns the file can make it.
    let change = "UPDATE ledger_entry SET amount = amount + 1";
    tamper(data, &["DROP TRIGGER ledger_entry_update", change]).await;
    let (code, said) = verify("");
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("I2 account ") && said.contains("entry 1 (adjustment 5.000001)"),
        "{said}"
    );
    assert!(said.ends_with("findings\n"), "{said}");
    let (code, said) = verify("--format json");
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &report["accounts"]), (1, &2.into()));
    assert_eq!(report["findings"][0]["invariant"], "I2");

    tamper(data, &["UPDATE ledger_entry SET amount = amount - 1"]).await;
    assert_eq!(verify("").0, 0, "put right");

    // One byte of a row that no sum shows: the chain of hashes names it.
    let flip = "UPDATE ledger_entry SET description = 'B' || substr(description, 2) WHERE seq = 1";
    tamper(data, &[flip]).await;
    let (code, said) = verify("");
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("I2 account "), "{said}");
    assert!(
        said.contains("transaction 1 (credit post:") && said.contains("stored hash"),
        "{said}"
    );
    tamper(data, &["UPDATE task SET status = 'running'"]).await;
    let (code, said) = verify("--quiet");
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("I8 ") && said.contains("I11 "), "{said}");
    let nobody = "018f4b6e-7d1c-7c3a-9b51-0d6f3a1e2b4c";
    assert_eq!(verify(&format!("--account {nobody}")).0, 3);
}

#[test]
fn credits_are_shown_topped_up_and_refunded() {
    let data = Data::new();
    let account = &data.account("basic");
    let ledger = |line: &str| data.run(&format!("ledger {line}"));
    let top_up = format!("top-up --account {account} --usd 10 --key 'invoice 1'");
    let first = ledger(&top_up);
    assert_eq!(first.code, 0, "{first:?}");
    assert!(
        first
            .out
            .contains("top_up\t10.000000\t10.000000\tbought credits"),
        "{first:?}"
    );
    assert_eq!(ledger(&top_up), first, "the same key again");
    let entry = first.out.split('\t').nth(1).unwrap();
    let month = first.out.get(..7).unwrap();

    let balance = ledger(&format!("balance --account {account}")).out;
    assert_eq!(
        balance,
        "balance\t10.000000\nheld\t0.000000\navailable\t10.000000\nowed\t0.000000\n"
    );
    let lots = ledger(&format!("lots --account {account}")).out;
    assert!(
        lots.contains("purchased\t10.000000\t10.000000\t0.000000\tnever"),
        "{lots}"
    );
    let statement = ledger(&format!("statement --account {account} --month {month}")).out;
    assert!(
        statement.starts_with("opening balance\t0.000000\n"),
        "{statement}"
    );
    assert!(
        statement.ends_with("closing balance\t10.000000\n"),
        "{statement}"
    );

    let refund = |usd: &str| {
        let line = format!("refund --account {account} --entry {entry} --usd {usd}");
        ledger(&format!("{line} --key 'case 7' --reason wrong")).code
    };
    assert_eq!(refund("1"), 3, "a top-up is no charge");
    assert_eq!(refund("0"), 2);
    let bad = format!("statement --account {account} --month November");
    assert_eq!(ledger(&bad).code, 2);
    assert_eq!(ledger("verify --quiet").code, 0);
}

#[tokio::test]
async fn a_chain_written_anew_is_found_by_its_root_and_sums_are_rebuilt() {
    let folder = Data::new();
    let data = folder.path();
    let made = folder.run("account create --email jo@example.com --tier basic --credit-usd 5.00");
    let account = &made.field("account ");
    let ledger = |line: &str| {
        let said = folder.run(&format!("ledger {line}"));
        (said.code, said.out)
    };
    let (code, said) = ledger("reconcile");
    assert_eq!(code, 0, "{said}");
    assert!(
        said.starts_with("1 accounts proved, 0 findings\nroot "),
        "{said}"
    );
    let root = said.split_whitespace().last().unwrap();
    let top_up = format!("top-up --account {account} --usd 1 --key a");
    assert_eq!(ledger(&top_up).0, 0);
    let (code, said) = ledger(&format!("verify --root {root}"));
    assert_eq!(code, 0, "the chain went on: {said}");

    // Balance and lots are what the journal makes of them.
    let damage = [
        "UPDATE account SET posted = posted + 7, seq = 9",
        "UPDATE credit_lot SET available = 1 WHERE source = 'purchased'",
    ];
    tamper(data, &damage).await;
    let (code, said) = ledger(&format!("rebuild --account {account}"));
    assert_eq!(code, 0, "{said}");
    for difference in [
        "balance: by the journal 6.000000 with 0.000000 held, stored 6.000007 with",
        "entries: by the journal 2, stored 9",
        "purchased 1.000000 of 1.000000, 0.000000 held, lapses never, stored purchased 0.000001",
        "3 differ; put them right with --write",
    ] {
        assert!(said.contains(difference), "{difference}: {said}");
    }
    assert_eq!(ledger("verify").0, 1);
    let (_, said) = ledger(&format!("rebuild --account {account} --write"));
    assert_eq!(said, "all is as the journal makes it\n");
    assert_eq!(ledger("verify").0, 0);
    let (_, said) = ledger(&format!("rebuild --account {account}"));
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
    assert_eq!(ledger("verify").0, 0);
    let (code, said) = ledger(&format!("verify --root {root}"));
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("transaction 1: the chain does not lead through"),
        "{said}"
    );
    let nowhere = "0".repeat(64);
    assert_eq!(ledger(&format!("verify --root {nowhere}")).0, 3);
}

#[tokio::test]
async fn rows_that_cannot_be_read_are_named_and_keep_no_account_from_its_proof() {
    let folder = Data::new();
    let create = |email: &str| {
        let line = format!("account create --email {email} --tier basic --credit-usd 5.00");
        folder.run(&line).field("account ")
    };
    let [first, second] = [create("jo@example.com"), create("mo@example.com")];
    // A lot of the one is damaged, and where the chain of the other ends.
    let damage = [
        "UPDATE credit_lot SET source = 'found' WHERE user_id = (SELECT min(id) FROM account)",
        "UPDATE account SET chain_seq = 'many' WHERE id = (SELECT max(id) FROM account)",
    ];
    tamper(folder.path(), &damage).await;
    for command in ["verify", "reconcile"] {
        let said = folder.run(&format!("ledger {command}"));
        let (code, said) = (said.code, said.out);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("2 accounts proved, 2 findings"), "{said}");
        assert!(said.contains("cannot be read: credit_lot "), "{said}");
        let account = format!("cannot be read: account {second}: ");
        assert!(said.contains(&account), "{said}");
        assert!(said.contains(&first), "{said}");
    }
}
