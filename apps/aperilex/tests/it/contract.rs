//! `aperilex account contract` and `aperilex ledger costs`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::server::aperilex;

fn run(data: &Path, words: &[&str]) -> (i32, String, String) {
    let data = ["--data-dir", data.to_str().unwrap()];
    let output = aperilex(&[words, &data].concat());
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn account(data: &Path, tier: &str) -> String {
    let email = format!("{tier}@example.com");
    let words = ["account", "create", "--email", &email, "--tier", tier];
    let (_, made, _) = run(data, &words);
    made.split_whitespace().nth(1).unwrap().to_owned()
}

#[test]
fn a_contract_is_set_shown_and_cleared() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let large = account(&data, "enterprise");
    let file = dir.path().join("contract.json");
    let contract = |account: &str, more: &[&str]| {
        run(
            &data,
            &[&["account", "contract", "--account", account][..], more].concat(),
        )
    };
    let set = |account: &str, json: &str| {
        fs::write(&file, json).unwrap();
        contract(
            account,
            &["--set", file.to_str().unwrap(), "--reason", "signed"],
        )
    };
    let agreed = r#"{"analysis": "0.01", "requests_per_hour": 5000 }"#;
    let (code, shown, said) = set(&large, agreed);
    assert_eq!(code, 0, "{said}");
    assert_eq!(contract(&large, &[]).1, shown, "it is kept");
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["contract"]["analysis"], "0.010000");
    assert_eq!(shown["plan"]["analysis"], "0.010000");
    assert_eq!(shown["plan"]["requests_per_hour"], 5000);
    assert_eq!(shown["plan"]["requests_per_day"], Value::Null);
    for (json, code, words) in [
        (
            r#"{"analysis": "-1"}"#,
            4,
            "`analysis`: expected no negative amount",
        ),
        (r#"{"analysis": "0.0000001"}"#, 2, "six decimal places"),
        (r#"{"analyses": "1"}"#, 2, "analyses"),
        (r#"{"schema_version": 2}"#, 2, "version 2"),
        ("[]", 2, "expected a JSON object"),
    ] {
        let (ended, _, said) = set(&large, json);
        assert_eq!(ended, code, "{json}: {said}");
        assert!(said.contains(words), "{json}: {said}");
    }
    assert_eq!(
        contract(&large, &["--set", "/nonexistent", "--reason", "x"]).0,
        3
    );
    let small = account(&data, "basic");
    let (code, _, said) = set(&small, agreed);
    assert!(
        code == 4 && said.contains("enterprise tier"),
        "{code}: {said}"
    );
    let (_, cleared, _) = contract(&large, &["--clear", "--reason", "ended"]);
    let cleared: Value = serde_json::from_str(&cleared).unwrap();
    assert_eq!(cleared["contract"], Value::Null);
    // Without a contract it pays what the professional plan asks.
    assert_eq!(cleared["plan"]["analysis"], "0.015000");
    assert_eq!(cleared["plan"]["bulk_unit"], "0.020000");
    assert_eq!(cleared["plan"]["filing_access"], "0.000000");
    let nobody = "018f4b6e-7d1c-7c3a-9b51-0d6f3a1e2b4c";
    assert_eq!(contract(nobody, &[]).0, 3);
}

#[test]
fn costs_are_summed_by_model() {
    let dir = tempfile::tempdir().unwrap();
    let none = "provider\tmodel\tcalls\tinput_tokens\toutput_tokens\tusd\nall\t\t\t\t\t0.000000\n";
    let (code, shown, said) = run(dir.path(), &["ledger", "costs"]);
    assert_eq!((code, shown.as_str()), (0, none), "{said}");
    let days = [
        "ledger",
        "costs",
        "--from",
        "2026-11-01",
        "--to",
        "2026-11-30",
    ];
    assert_eq!(run(dir.path(), &days).0, 0);
    assert_eq!(run(dir.path(), &["ledger", "costs", "--from", "May"]).0, 2);
}
