//! Commands that need no server: what they print, and how they end.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::server::{aperilex, samples};

fn code(args: &[&str]) -> (i32, String) {
    let output = aperilex(args);
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
#[allow(clippy::too_many_lines, reason = "a row for each case")]
fn every_ending_has_its_code_and_one_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let (data, source) = (data.to_str().unwrap(), samples());
    let source = source.to_str().unwrap();
    let file = dir.path().join("formless.htm");
    fs::write(
        &file,
        "<html><body><p>These are some words of a document that is long enough to be one and that says nowhere at all which form it might be.</p></body></html>",
    )
    .unwrap();
    let base = ["--data-dir", data, "--source", source];
    for (args, expected, words) in [
        (vec!["analyze"], 2, "required"),
        (vec!["analyze", "not a target!"], 2, "accession number"),
        (
            vec!["analyze", "0001999999-26-000007", "--form", "8-K"],
            2,
            "this filing is a 10-K",
        ),
        (
            vec!["parse", "0001999999-26-000007", "--form", "8-K"],
            2,
            "this filing is a 10-K",
        ),
        (
            vec![
                "import",
                "--ticker",
                "MKWX",
                "--form",
                "10-K",
                "--from",
                "2026-02-01",
                "--to",
                "2026-01-01",
            ],
            2,
            "later than",
        ),
        (
            vec![
                "import",
                "--ticker",
                "MKWX",
                "--form",
                "10-K",
                "--from",
                "yesterday",
            ],
            2,
            "expected a day",
        ),
        (
            vec!["serve", "--listen", "nowhere"],
            2,
            "expected an address",
        ),
        (
            vec![
                "account",
                "create",
                "--email",
                "a@example.com",
                "--tier",
                "basic",
                "--credit-usd",
                "-5",
            ],
            2,
            "negative",
        ),
        (vec!["analyze", "NOPE"], 3, "not found"),
        (vec!["analyze", "0001999999-26-999999"], 3, "not found"),
        (
            vec!["analyze", "https://evil.example/Archives/edgar/data/1/2"],
            2,
            "not allowed",
        ),
        (vec!["analyze", file.to_str().unwrap()], 2, "--form"),
        (
            vec!["analyze", "MKWX", "--template", "poem"],
            2,
            "expected one of",
        ),
        (
            vec!["verify", "/nonexistent", "--document", "/nonexistent"],
            3,
            "cannot read",
        ),
        (
            vec!["account", "create", "--email", "nobody", "--tier", "basic"],
            2,
            "e-mail",
        ),
    ] {
        let all: Vec<&str> = args.iter().copied().chain(base).collect();
        let (code, said) = code(&all);
        assert_eq!(code, expected, "{args:?}: {said}");
        assert!(said.contains(words), "{args:?}: {said}");
    }
}

#[test]
fn the_owner_has_a_key_in_a_private_file_that_is_printed_once() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let source = samples();
    let args = [
        "analyze",
        "MKWX",
        "--data-dir",
        data.to_str().unwrap(),
        "--source",
        source.to_str().unwrap(),
    ];
    assert!(aperilex(&args).status.success());
    let mode = fs::metadata(data.join("owner.key"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(
        fs::metadata(&data).unwrap().permissions().mode() & 0o777,
        0o700
    );
}

#[test]
fn parse_prints_one_object_with_everything() {
    let source = samples();
    let args = [
        "parse",
        "MKWX",
        "--format",
        "json",
        "--source",
        source.to_str().unwrap(),
    ];
    let output = aperilex(&args);
    let content: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (
            content["form"].as_str(),
            content["items_8k"].as_array().map(Vec::len)
        ),
        (Some("10-K"), Some(0))
    );
    let sections = content["sections"].as_array().unwrap();
    let risk = sections.iter().find(|s| s["item"] == "1A").unwrap();
    assert_eq!(
        (risk["part"].as_str(), risk["state"].as_str()),
        (Some("I"), Some("present"))
    );
    let text = risk["text"].as_str().unwrap();
    assert!(
        text.starts_with("You should consider") && text.ends_with("fiscal 2025."),
        "{text}"
    );
    assert_eq!(
        text.len() as u64,
        risk["end"].as_u64().unwrap() - risk["start"].as_u64().unwrap()
    );
    let fact = |concept: &str| {
        let facts = content["facts"].as_array().unwrap();
        facts
            .iter()
            .find(|fact| fact["concept"] == concept)
            .unwrap()
            .clone()
    };
    assert_eq!(fact("us-gaap:Revenues")["value"], "268412000");
    assert_eq!(fact("us-gaap:Revenues")["period"]["end"], "2025-12-31");
    assert_eq!(fact("us-gaap:Assets")["period"]["instant"], "2025-12-31");
    assert_eq!(
        fact("us-gaap:EarningsPerShareDiluted")["unit"],
        "iso4217:USD/xbrli:shares"
    );
    assert!(content["tables"].as_array().unwrap().len() >= 3);
    assert!(
        content["exhibits"]
            .as_array()
            .unwrap()
            .iter()
            .any(|e| e["number"] == "10.1")
    );
    let current = [
        "parse",
        "0001999999-26-000011",
        "--format",
        "json",
        "--source",
        source.to_str().unwrap(),
    ];
    let content: Value = serde_json::from_slice(&aperilex(&current).stdout).unwrap();
    assert_eq!(
        content["items_8k"],
        serde_json::json!(["2.02", "5.02", "9.01"])
    );
}

#[test]
fn import_brings_filings_in_once() {
    let dir = tempfile::tempdir().unwrap();
    let source = samples();
    let args = [
        "import",
        "--ticker",
        "MKWX",
        "--form",
        "10-K",
        "--from",
        "2026-01-01",
        "--data-dir",
    ];
    let tail = [
        dir.path().to_str().unwrap(),
        "--source",
        source.to_str().unwrap(),
    ];
    let run = || {
        let all: Vec<&str> = args.iter().chain(&tail).copied().collect();
        String::from_utf8(aperilex(&all).stdout).unwrap()
    };
    assert_eq!(run(), "imported 1, already there 0, failed 0\n");
    assert_eq!(run(), "imported 0, already there 1, failed 0\n");
}

#[test]
fn accounts_are_made_and_listed_and_an_address_has_one() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().to_str().unwrap();
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
        data,
    ];
    let made = aperilex(&create);
    let text = String::from_utf8(made.stdout).unwrap();
    assert!(
        text.contains("account ") && text.contains("api-key apx_live_"),
        "{text}"
    );
    assert_eq!(code(&create).0, 4);
    let listed = aperilex(&["account", "list", "--data-dir", data]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(
        listed.contains("jo@example.com\tbasic\tactive") && listed.contains("5.000000"),
        "{listed}"
    );
    assert!(!listed.contains("apx_live_"));
}

#[test]
fn the_openapi_document_is_the_one_that_is_checked_in() {
    let printed = String::from_utf8(aperilex(&["openapi"]).stdout).unwrap();
    let kept = include_str!("../../../aperilex-api/openapi.json");
    assert!(
        printed.trim_end() == kept.trim_end(),
        "the checked-in document is another"
    );
}

#[test]
fn a_file_that_claims_to_be_a_filing_does_not_become_it() {
    let dir = tempfile::tempdir().unwrap();
    let (data, source) = (dir.path().join("data"), samples());
    let raw =
        source.join("www.sec.gov/Archives/edgar/data/1999999/000199999926000007/mkwx-20251231.htm");
    let forged = fs::read_to_string(raw)
        .unwrap()
        .replace("$268.4 million", "$999.9 million");
    let header = "<SEC-DOCUMENT>x\n<SEC-HEADER>\nACCESSION NUMBER: 0001999999-26-000007\nCONFORMED SUBMISSION TYPE: 10-K\n</SEC-HEADER>\n";
    let document = "<DOCUMENT>\n<TYPE>10-K\n<SEQUENCE>1\n<FILENAME>a.htm\n<TEXT>\n";
    let file = dir.path().join("forged.txt");
    fs::write(
        &file,
        format!("{header}{document}{forged}</TEXT>\n</DOCUMENT>\n</SEC-DOCUMENT>\n"),
    )
    .unwrap();
    let analyze = |target: &str| {
        let args = [
            "analyze",
            target,
            "--data-dir",
            data.to_str().unwrap(),
            "--source",
            source.to_str().unwrap(),
        ];
        String::from_utf8(aperilex(&args).stdout).unwrap()
    };
    assert!(analyze(file.to_str().unwrap()).contains("$999.9 million"));
    let genuine = analyze("0001999999-26-000007");
    assert!(
        genuine.contains("$268.4 million") && !genuine.contains("$999.9"),
        "{genuine}"
    );
}

#[test]
fn what_holds_keys_and_records_is_its_owners_alone_in_a_shared_folder_too() {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let source = samples();
    let args = [
        "analyze",
        "MKWX",
        "--data-dir",
        dir.path().to_str().unwrap(),
        "--source",
        source.to_str().unwrap(),
    ];
    assert!(aperilex(&args).status.success());
    for name in ["aperilex.sqlite3", "owner.key"] {
        let mode = fs::metadata(dir.path().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_list_of_filings_is_imported_in_bulk() {
    let dir = tempfile::tempdir().unwrap();
    let (data, source) = (dir.path().join("data"), samples());
    let list = dir.path().join("list.txt");
    fs::write(
        &list,
        "# ours\n0001999999-26-000007\nMKWX 8-K\n000199999926000007\n0001999999-26-999999\n",
    )
    .unwrap();
    let base = [
        "--data-dir",
        data.to_str().unwrap(),
        "--source",
        source.to_str().unwrap(),
    ];
    let import = || {
        let args = [&["import", "--list", list.to_str().unwrap()], &base[..]].concat();
        let output = aperilex(&args);
        let said = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (
            output.status.code(),
            said(output.stdout),
            said(output.stderr),
        )
    };
    let (code, told, complained) = import();
    assert_eq!(
        told, "imported 2, already there 0, failed 1\n",
        "{complained}"
    );
    assert_eq!(code, Some(1), "one is not there");
    assert!(
        complained.contains("named more than once: 1"),
        "{complained}"
    );
    assert!(
        complained.contains("0001999999-26-999999: "),
        "{complained}"
    );
    let (_, again, _) = import();
    assert_eq!(again, "imported 0, already there 2, failed 1\n");
    fs::write(&list, "..\n").unwrap();
    let (code, _, complained) = import();
    assert_eq!(code, Some(2));
    assert!(complained.contains("line 1 of the list"), "{complained}");
    let verified = aperilex(&[&["ledger", "verify", "--quiet"], &base[..]].concat());
    assert!(verified.status.success());
}

#[test]
fn the_house_fills_the_pool_and_goes_on_where_it_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let (data, source) = (dir.path().join("data"), samples());
    let universe = dir.path().join("small.tsv");
    fs::write(&universe, "cik\tticker\n1999999\tMKWX\n7\tNONE\n").unwrap();
    let config = dir.path().join("config.json");
    let settings = serde_json::json!({"universes": {"small": universe}});
    fs::write(&config, settings.to_string()).unwrap();
    let base = [
        "--config",
        config.to_str().unwrap(),
        "--data-dir",
        data.to_str().unwrap(),
        "--source",
        source.to_str().unwrap(),
    ];
    let prefill = |more: &[&str]| {
        let output = aperilex(&[&["prefill"], more, &base[..]].concat());
        let complained = String::from_utf8(output.stderr).unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{told}{complained}");
        told
    };
    let forms = ["--forms", "10-K", "--years", "20"];
    let first = prefill(&[&forms[..], &["--limit", "1"]].concat());
    assert!(
        first.contains("filings imported 1, already there 0, failed 0"),
        "{first}"
    );
    let made = prefill(&[&forms[..], &["--limit", "1", "--analyze", "risk"]].concat());
    assert!(made.contains("imported 0, already there 1"), "{made}");
    assert!(
        made.contains("analyses made 1, in the pool already 0"),
        "{made}"
    );
    let again = prefill(&[&forms[..], &["--limit", "1", "--analyze", "risk"]].concat());
    assert!(
        again.contains("analyses made 0, in the pool already 1"),
        "{again}"
    );
    let whole = prefill(&["--forms", "10-K,8-K", "--years", "20"]);
    assert!(whole.starts_with("companies 2, "), "{whole}");
    let verified = aperilex(&[&["ledger", "verify", "--quiet"], &base[..]].concat());
    assert!(verified.status.success());
}
