//! Contracts as stored.

use aperilex_ports::{Companies, Contract, DecodeContractError, MicroUsd, Priority, Quality};

use super::golden;

fn usd(micros: i64) -> Option<MicroUsd> {
    Some(MicroUsd::new(micros))
}

#[test]
fn version_1_is_read_as_it_was_meant_and_written_as_it_was() {
    let json = String::from_utf8(golden("contract/v1.json")).unwrap();
    let contract = Contract::decode(&json).unwrap();
    let expected = Contract {
        monthly_price: usd(500_000_000),
        requests_per_hour: Some(Some(5_000)),
        requests_per_day: Some(None),
        history_years: Some(Some(20)),
        companies: Some(Companies::All),
        forms: Some(Some(vec!["10-K".into(), "S-1".into()])),
        filing_access: usd(10_000),
        filing_import: Some(usd(20_000)),
        bulk_unit: Some(usd(5_000)),
        analysis: usd(12_000),
        analysis_by_quality: [
            (Quality::Standard, MicroUsd::new(20_000)),
            (Quality::Premium, MicroUsd::new(70_000)),
        ]
        .into(),
        monthly_credits: usd(100_000_000),
        running: Some(None),
        priority: Some(Priority::new(1)),
        cost_ceiling: usd(500_000),
        large_filing_percent: Some(80),
        byok: true,
        share_results: false,
    };
    assert_eq!(contract, expected);
    assert_eq!(contract.encode(), json);
}

#[test]
fn what_is_absent_is_as_the_plan_says_and_null_is_without_limit() {
    let nothing = Contract::default();
    assert_eq!(Contract::decode(&nothing.encode()), Ok(nothing));
    let read = |json: &str| Contract::decode(json).unwrap();
    let unlimited = read(r#"{"schema_version":1,"requests_per_hour":null}"#);
    assert_eq!(unlimited.requests_per_hour, Some(None));
    assert_eq!(unlimited.requests_per_day, None);
    assert_eq!(read(&unlimited.encode()), unlimited);
}

#[test]
fn another_version_is_told_from_garbage() {
    let newer = Contract::decode(r#"{"schema_version":2,"later":1}"#);
    assert_eq!(newer, Err(DecodeContractError::Newer { version: 2 }));
    for garbage in [
        "",
        "null",
        "[]",
        "{}",
        r#"{"schema_version":0}"#,
        r#"{"schema_version":"1"}"#,
        r#"{"schema_version":1,"analyses":"0.02"}"#,
        r#"{"schema_version":1,"analysis":0.02}"#,
        r#"{"schema_version":1,"analysis":"0.0200001"}"#,
        r#"{"schema_version":1,"companies":"most"}"#,
        r#"{"schema_version":1,"analysis_by_quality":{"best":"1"}}"#,
    ] {
        let refused = Contract::decode(garbage);
        let malformed = matches!(refused, Err(DecodeContractError::Malformed { .. }));
        assert!(malformed, "{garbage}: {refused:?}");
    }
}
