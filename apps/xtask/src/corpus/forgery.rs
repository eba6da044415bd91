//! Analyses with one thing changed that their filing does not bear out.

use serde_json::{Value, json};

/// Fields of a citation; each is forged in another citation of the analysis, and in the first.
const CITATION: [&str; 11] = [
    "item",
    "part",
    "quote",
    "start",
    "end",
    "text_sha256",
    "document",
    "raw_sha256",
    "raw_start",
    "raw_end",
    "match",
];
const CERTIFICATE: [&str; 6] = [
    "policy",
    "claims",
    "verified",
    "repaired",
    "numbers",
    "numbers_verified",
];

/// Every forgery of an analysis with its name.
pub(super) fn of(result: &Value) -> Vec<(String, Value)> {
    let places = citations(result);
    let mut forgeries = Vec::new();
    let mut forge = |pointer: String| {
        let mut changed = result.clone();
        if let Some(field) = changed.pointer_mut(&pointer) {
            let was = field.clone();
            *field = altered(&pointer, &was);
            forgeries.push((pointer, changed));
        }
    };
    for (index, field) in CITATION.iter().enumerate() {
        let spread = places.get(places.len() * index / CITATION.len());
        let mut chosen: Vec<&String> = places.first().into_iter().chain(spread).collect();
        chosen.dedup();
        for place in chosen {
            forge(format!("{place}/{field}"));
        }
    }
    for claim in claims(result) {
        forge(format!("{claim}/text"));
        for field in [
            "concept",
            "value",
            "unit",
            "prior/value",
            "prior/change_pct",
        ] {
            forge(format!("{claim}/figure/{field}"));
        }
    }
    for field in CERTIFICATE {
        forge(format!("/certificate/{field}"));
    }
    for pointer in ["/method", "/filing/accession", "/documents/0/name"] {
        forge(pointer.to_owned());
    }
    forgeries
}

/// The first, the middle and the last claim, and the first and the last with a figure.
fn claims(result: &Value) -> Vec<String> {
    let all = all_claims(result);
    let figure = |place: &&String| result.pointer(&format!("{place}/figure")).is_some();
    let figures: Vec<&String> = all.iter().filter(figure).collect();
    let mut chosen: Vec<String> = [all.first(), all.get(all.len() / 2), all.last()]
        .into_iter()
        .chain([figures.first().copied(), figures.last().copied()])
        .flatten()
        .cloned()
        .collect();
    chosen.sort();
    chosen.dedup();
    chosen
}

/// JSON pointers of all claims.
fn all_claims(result: &Value) -> Vec<String> {
    let parts = result.as_object().into_iter().flatten();
    parts
        .filter_map(|(part, list)| Some((part, list.as_array()?)))
        .flat_map(|(part, list)| {
            let claims = list.iter().enumerate();
            claims
                .filter(|(_, claim)| claim["status"].is_string())
                .map(move |(at, _)| format!("/{part}/{at}"))
        })
        .collect()
}

fn citations(result: &Value) -> Vec<String> {
    let cited = |claim: &String| {
        let list = result.pointer(&format!("{claim}/citations"));
        list.and_then(Value::as_array).map_or(0, Vec::len)
    };
    all_claims(result)
        .iter()
        .flat_map(|claim| (0..cited(claim)).map(move |at| format!("{claim}/citations/{at}")))
        .collect()
}

/// Another value that reads like a true one.
fn altered(pointer: &str, value: &Value) -> Value {
    let field = pointer.rsplit('/').next().unwrap_or_default();
    match (field, value) {
        (_, Value::Number(number)) => json!(number.as_u64().unwrap_or_default() + 1),
        ("method", _) => json!("model"),
        ("match", _) => json!("alphanumeric"),
        ("item" | "part", _) => json!("9Z"),
        ("change_pct", Value::String(text)) => json!(
            text.strip_prefix('-')
                .map_or_else(|| format!("-{text}"), str::to_owned)
        ),
        (_, Value::String(text)) => json!(one_changed(text)),
        _ => json!("X"),
    }
}

/// The text with one digit, or letter where it has none, changed.
fn one_changed(text: &str) -> String {
    let spots = |wanted: fn(&char) -> bool| {
        let chars = text.char_indices().filter(move |(_, c)| wanted(c));
        let spots: Vec<usize> = chars.map(|(at, _)| at).collect();
        spots.get(spots.len() / 2).copied()
    };
    let spot = spots(char::is_ascii_digit).or_else(|| spots(char::is_ascii_alphanumeric));
    let Some(at) = spot else {
        return format!("{text}3");
    };
    let new = if text[at..].starts_with('3') {
        "4"
    } else {
        "3"
    };
    format!("{}{new}{}", &text[..at], &text[at + 1..])
}
