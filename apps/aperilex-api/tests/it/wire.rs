//! What is sent is what is described: answers are checked against the schemas of the document.

use aperilex_core::{AnalysisResult, Figure, NotFound, PartKind, Period, PriorFigure};
use serde_json::Value;

use crate::world::{World, body, call, filing_id};

/// The complaints of a value against a schema: types, fields that are missing or not described, words
/// outside their set, nulls.
pub(crate) fn complaints(document: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.trim_start_matches("#/components/schemas/");
        return complaints(
            document,
            &document["components"]["schemas"][name],
            value,
            at,
        );
    }
    if value.is_null() {
        let nullable = schema["nullable"] == true;
        return if nullable {
            vec![]
        } else {
            vec![format!("{at}: null")]
        };
    }
    if let Some(all) = schema["allOf"].as_array() {
        return all
            .iter()
            .flat_map(|one| complaints(document, one, value, at))
            .collect();
    }
    let right = match schema["type"].as_str() {
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        // A description beside a reference: it says nothing of the value.
        None => return vec![],
        other => panic!("{at}: {other:?} in {schema}"),
    };
    if !right {
        return vec![format!("{at}: {value} is no {}", schema["type"])];
    }
    if schema["enum"]
        .as_array()
        .is_some_and(|words| !words.contains(value))
    {
        return vec![format!("{at}: {value} is none of the words")];
    }
    match value {
        Value::Array(items) => {
            let each = items.iter().enumerate();
            each.flat_map(|(i, item)| {
                complaints(document, &schema["items"], item, &format!("{at}/{i}"))
            })
            .collect()
        }
        Value::Object(fields) => object(document, schema, fields, at),
        _ => vec![],
    }
}

fn object(
    document: &Value,
    schema: &Value,
    fields: &serde_json::Map<String, Value>,
    at: &str,
) -> Vec<String> {
    let required = schema["required"].as_array().into_iter().flatten();
    let missing = required.filter(|name| !fields.contains_key(name.as_str().unwrap()));
    let mut all: Vec<_> = missing
        .map(|name| format!("{at}: {name} is missing"))
        .collect();
    for (name, value) in fields {
        let at = format!("{at}/{name}");
        match schema["properties"].get(name) {
            Some(property) => all.extend(complaints(document, property, value, &at)),
            None => all.push(format!("{at} is not described")),
        }
    }
    all
}

fn document() -> Value {
    serde_json::from_str(&aperilex_api::openapi_json()).unwrap()
}

fn check(schema: &str, value: &Value) {
    let document = document();
    let schema = &document["components"]["schemas"][schema];
    assert_eq!(
        complaints(&document, schema, value, ""),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn answers_are_as_described() {
    let world = World::new().await;
    let analysis = world.analysed().await;
    let filing = format!("/api/v1/filings/{}", filing_id());
    let task = world.get("/api/v1/tasks").await.json()["items"][0]["task_id"].clone();
    for (path, schema) in [
        ("/health/ready".to_owned(), "Health"),
        (format!("/api/v1/analyses/{analysis}"), "Analysis"),
        ("/api/v1/analyses".to_owned(), "AnalysisPage"),
        ("/api/v1/tasks?limit=1".to_owned(), "TaskPage"),
        (format!("/api/v1/tasks/{}", task.as_str().unwrap()), "Task"),
        (filing.clone(), "Filing"),
        (format!("{filing}/sections"), "SectionList"),
        (format!("{filing}/sections/I/1A"), "SectionText"),
        (format!("{filing}/tables?limit=1"), "TablePage"),
        (format!("{filing}/facts"), "FactPage"),
        (format!("{filing}/exhibits"), "ExhibitList"),
        (format!("{filing}/text?limit=9"), "DocumentText"),
        (format!("{filing}/risk-factors"), "RiskFactorPage"),
        (format!("{filing}/header"), "SubmissionHeader"),
        ("/api/v1/me".to_owned(), "Me"),
        ("/api/v1/billing/entries?limit=1".to_owned(), "LedgerPage"),
        ("/api/v1/nowhere".to_owned(), "Problem"),
    ] {
        check(schema, &world.get(&path).await.json());
    }
    let quote = world
        .ask(call("POST", "/api/v1/quotes").json(&body()))
        .await;
    check("Quote", &quote.json());
    let bad = world
        .ask(call("POST", "/api/v1/quotes").json(&Value::Null))
        .await;
    check("Problem", &bad.json());
}

#[tokio::test]
async fn every_shape_of_a_stored_analysis_is_described() {
    let world = World::new().await;
    let analysis = world.analysed().await;
    let stored = world
        .get(&format!("/api/v1/analyses/{analysis}"))
        .await
        .bytes;
    let mut result = AnalysisResult::decode(&stored).unwrap();
    let period = Some(Period::Instant {
        instant: "2026-06-30".parse().unwrap(),
    });
    let prior = PriorFigure {
        value: "0".to_owned(),
        period: period.clone(),
        change_pct: None,
    };
    let mut claim = result.parts[&PartKind::Summary][0].clone();
    claim.citations[0].item = None;
    claim.citations[0].part = None;
    claim.figure = Some(Figure {
        concept: None,
        value: "1".to_owned(),
        unit: None,
        period,
        prior: Some(prior),
    });
    let words = aperilex_core::PartKind::ALL.iter();
    result.parts = words.map(|part| (*part, vec![claim.clone()])).collect();
    result.not_found = vec![NotFound {
        part: PartKind::Legal,
        reason: "none".to_owned(),
    }];
    result.provider = Some("acme".to_owned());
    result.filing.accession = None;
    let bytes = result.encode().unwrap();
    check("Analysis", &serde_json::from_slice(&bytes).unwrap());
}
