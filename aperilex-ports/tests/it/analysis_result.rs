//! The stored analysis.

use std::collections::BTreeMap;

use aperilex_ports::{
    AnalysedDocument, AnalysisResult, Certificate, Citation, Claim, ClaimStatus,
    DecodeAnalysisError, Digest, Figure, FilingId, FilingMeta, ItemKey, Latency, Method, MicroUsd,
    NotFound, PartKind, Period, PriorFigure, Quality, QuoteMatch, SectionState, SectionSummary,
    Template, TokenUsage,
};

use super::golden;

fn citation() -> Citation {
    Citation {
        item: Some("1A".to_owned()),
        part: Some("I".to_owned()),
        quote: "Demand may fall \u{2013} \u{201c}sharply\u{201d}.".to_owned(),
        start: 1200,
        end: 1231,
        text_sha256: Digest::of(b"text"),
        document: "exmp-20251231.htm".to_owned(),
        raw_sha256: Digest::of(b"raw"),
        raw_start: 4711,
        raw_end: 4799,
        matched: QuoteMatch::Typography,
    }
}

fn claims() -> BTreeMap<PartKind, Vec<Claim>> {
    let figure = Figure {
        concept: Some("us-gaap:Assets".to_owned()),
        value: "1250000000".to_owned(),
        unit: Some("iso4217:USD".to_owned()),
        period: Some(Period::Instant {
            instant: "2025-12-31".parse().unwrap(),
        }),
        prior: Some(PriorFigure {
            value: "1000000000".to_owned(),
            period: Some(Period::Duration {
                start: "2024-01-01".parse().unwrap(),
                end: "2024-12-31".parse().unwrap(),
            }),
            change_pct: Some("25.0".to_owned()),
        }),
    };
    let assets = Claim {
        text: "Total assets were $1,250 million, up 25.0 %.".to_owned(),
        status: ClaimStatus::Verified,
        citations: vec![Citation {
            item: None,
            part: None,
            matched: QuoteMatch::Exact,
            ..citation()
        }],
        figure: Some(figure),
    };
    let risk = Claim {
        text: "Demand may fall sharply.".to_owned(),
        status: ClaimStatus::Repaired,
        citations: vec![citation()],
        figure: None,
    };
    BTreeMap::from([
        (PartKind::KeyFinancials, vec![assets]),
        (PartKind::RiskFactors, vec![risk]),
        (PartKind::RedFlags, Vec::new()),
    ])
}

fn filing() -> FilingMeta {
    let accession = "0001234567-26-000042".parse().unwrap();
    FilingMeta {
        id: FilingId::of_accession(&accession),
        accession: Some(accession),
        cik: Some("1234567".parse().unwrap()),
        company: Some("Example Corp".to_owned()),
        ticker: Some("EXM-B".parse().unwrap()),
        form: "10-K/A".parse().unwrap(),
        filed: Some("2026-02-20".parse().unwrap()),
        period: Some("2025-12-31".parse().unwrap()),
        items: vec!["2.02".to_owned()],
        primary_document: Some("exmp-20251231.htm".to_owned()),
        url: Some("https://www.sec.gov/Archives/edgar/data/1234567/000123456726000042/".to_owned()),
    }
}

/// A result in which every field says something.
fn sample() -> AnalysisResult {
    AnalysisResult {
        schema_version: 1,
        id: "019b7d2e-5c00-7a1b-8c2d-3e4f5a6b7c8d".parse().unwrap(),
        filing: filing(),
        template: Template::Comprehensive,
        quality: Quality::Standard,
        method: Method::Model,
        provider: Some("openai".to_owned()),
        model: Some("a-model-1".to_owned()),
        prompt_version: "prompt/1".to_owned(),
        parser_version: "aperilex-parser/1".to_owned(),
        documents: vec![AnalysedDocument {
            name: "exmp-20251231.htm".to_owned(),
            raw_sha256: Digest::of(b"raw"),
            raw_bytes: 2_345_678,
            text_sha256: Digest::of(b"text"),
        }],
        parts: claims(),
        not_found: vec![NotFound {
            part: PartKind::Legal,
            reason: "Item 3 is incorporated by reference".to_owned(),
        }],
        sections: vec![SectionSummary {
            key: ItemKey::new("I", "1A"),
            title: "Risk Factors".to_owned(),
            state: SectionState::Present,
            confidence: 0.75,
            start: 1000,
            end: 90_000,
        }],
        certificate: Certificate {
            policy: "verify/1".to_owned(),
            claims: 4,
            verified: 1,
            repaired: 1,
            rejected: 2,
            numbers: 3,
            numbers_verified: 3,
        },
        tokens: TokenUsage {
            input: 81_000,
            output: 3_200,
        },
        cost_usd: MicroUsd::new(15_250),
        latency: Latency {
            fetch_ms: 900,
            parse_ms: 210,
            analyse_ms: 14_000,
            verify_ms: 35,
        },
        created_at: "2026-02-21T10:11:12.345Z".parse().unwrap(),
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn version_1_is_read_as_it_was_meant() {
    let read = AnalysisResult::decode(&golden("analysis-result/v1.json")).unwrap();
    assert_eq!(read, sample());
    // What today's build makes of it, whole: where a later version adds a field, it shows here.
    let expected = text(golden("analysis-result/v1.expected.json"));
    assert_eq!(text(read.encode().unwrap()), expected.trim_end());
}

#[test]
fn what_is_written_reads_back() {
    let whole = sample();
    let bare = AnalysisResult {
        provider: None,
        model: None,
        documents: Vec::new(),
        parts: BTreeMap::new(),
        not_found: Vec::new(),
        sections: Vec::new(),
        filing: FilingMeta {
            accession: None,
            cik: None,
            company: None,
            ticker: None,
            filed: None,
            period: None,
            items: Vec::new(),
            primary_document: None,
            url: None,
            ..filing()
        },
        ..sample()
    };
    for result in [whole, bare] {
        let bytes = result.encode().unwrap();
        assert_eq!(AnalysisResult::decode(&bytes).unwrap(), result);
    }
}

#[test]
fn fields_that_are_fixed_are_there_by_name() {
    let stored: serde_json::Value =
        serde_json::from_slice(&golden("analysis-result/v1.json")).unwrap();
    assert_eq!(stored["method"], "model");
    assert_eq!(stored["cost_usd"], "0.015250");
    let claim = &stored["risk_factors"][0];
    assert_eq!(claim["status"], "repaired");
    for field in [
        "item",
        "quote",
        "start",
        "end",
        "text_sha256",
        "document",
        "raw_sha256",
        "raw_start",
        "raw_end",
    ] {
        assert!(!claim["citations"][0][field].is_null(), "{field}");
    }
}

#[test]
fn a_newer_version_is_told_from_garbage() {
    let newer = br#"{"schema_version":2,"whatever":true}"#;
    let refused = AnalysisResult::decode(newer);
    assert!(
        matches!(refused, Err(DecodeAnalysisError::Newer { version: 2 })),
        "{refused:?}"
    );
    let bytes = golden("analysis-result/v1.json");
    let cut = &bytes[..bytes.len() - 2];
    let nothing: [&[u8]; 6] = [b"", b"null", b"{}", b"[1]", br#"{"schema_version":1}"#, cut];
    for garbage in nothing {
        let refused = AnalysisResult::decode(garbage);
        assert!(
            matches!(refused, Err(DecodeAnalysisError::Malformed(_))),
            "{refused:?}"
        );
    }
}

#[test]
fn version_0_was_never_written() {
    let mut stored: serde_json::Value =
        serde_json::from_slice(&golden("analysis-result/v1.json")).unwrap();
    stored["schema_version"] = 0.into();
    let refused = AnalysisResult::decode(stored.to_string().as_bytes());
    assert!(
        matches!(refused, Err(DecodeAnalysisError::Malformed(_))),
        "{refused:?}"
    );
}
