//! `aperilex account contract` and `aperilex ledger costs`.

use serde_json::Value;

use crate::run::{Data, Said};

#[test]
fn a_contract_is_set_shown_and_cleared() {
    let data = Data::new();
    let large = data.account("enterprise");
    let contract = |account: &str, more: &str| -> Said {
        data.run(&format!("account contract --account {account} {more}"))
    };
    let set = |account: &str, json: &str| {
        let file = data.file("contract.json", json);
        contract(account, &format!("--set '{file}' --reason signed"))
    };
    let agreed = r#"{"analysis": "0.01", "requests_per_hour": 5000 }"#;
    let shown = set(&large, agreed);
    assert_eq!(shown.code, 0, "{shown:?}");
    assert_eq!(contract(&large, "").out, shown.out, "it is kept");
    let shown: Value = serde_json::from_str(&shown.out).unwrap();
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
        let said = set(&large, json);
        assert_eq!(said.code, code, "{json}: {said:?}");
        assert!(said.err.contains(words), "{json}: {said:?}");
    }
    let nothing = contract(&large, "--set /nonexistent --reason x");
    assert_eq!(nothing.code, 3);
    let refused = set(&data.account("basic"), agreed);
    assert!(
        refused.code == 4 && refused.err.contains("enterprise tier"),
        "{refused:?}"
    );
    let cleared = contract(&large, "--clear --reason ended");
    let cleared: Value = serde_json::from_str(&cleared.out).unwrap();
    assert_eq!(cleared["contract"], Value::Null);
    // Without a contract it pays what the professional plan asks.
    assert_eq!(cleared["plan"]["analysis"], "0.015000");
    assert_eq!(cleared["plan"]["bulk_unit"], "0.020000");
    assert_eq!(cleared["plan"]["filing_access"], "0.000000");
    let nobody = "018f4b6e-7d1c-7c3a-9b51-0d6f3a1e2b4c";
    assert_eq!(contract(nobody, "").code, 3);
}

#[test]
fn costs_are_summed_by_model() {
    let data = Data::new();
    let none = "provider\tmodel\tcalls\tinput_tokens\toutput_tokens\tusd\nall\t\t\t\t\t0.000000\n";
    assert_eq!(data.done("ledger costs"), none);
    data.done("ledger costs --from 2026-11-01 --to 2026-11-30");
    assert_eq!(data.run("ledger costs --from May").code, 2);
}
