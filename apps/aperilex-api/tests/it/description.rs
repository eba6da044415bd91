//! The checked-in description is the one that is served, and says what clients rely on.

use std::collections::BTreeSet;
use std::path::Path;

use aperilex_api::ProblemCode;
use serde_json::Value;

#[test]
fn the_checked_in_description_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let made = aperilex_api::openapi_json();
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "run the tests with UPDATE_OPENAPI=1 and look at the difference"
    );
}

/// What nobody needs credentials for: one gets them there.
const OPEN: [&str; 9] = [
    "/api/v1/openapi.json",
    "/api/v1/accounts",
    "/api/v1/accounts/verification",
    "/api/v1/sessions",
    "/api/v1/sessions/refresh",
    "/api/v1/passwords",
    "/api/v1/passwords/reset",
    "/api/v1/oidc/login",
    "/api/v1/oidc/callback",
];

#[test]
fn every_refusal_is_a_problem_document() {
    let document: Value = serde_json::from_str(&aperilex_api::openapi_json()).unwrap();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            // Webhooks are signed by who sends them.
            let signed = path.starts_with("/api/v1/webhooks/");
            let open = signed || OPEN.contains(&path.as_str());
            let protected = path.starts_with("/api/v1/") && !open;
            assert_eq!(
                operation["security"].is_array(),
                protected,
                "{method} {path}"
            );
            let responses = operation["responses"].as_object().unwrap();
            for (status, response) in responses.iter().filter(|(s, _)| s.as_str() >= "400") {
                let schema = &response["content"]["application/problem+json"]["schema"];
                assert_eq!(
                    schema["$ref"], "#/components/schemas/Problem",
                    "{path} {status}"
                );
            }
            let needed: &[&str] = if protected {
                &["401", "403", "414", "422", "431", "500"]
            } else {
                // The first two are answered whatever a request is for.
                &["414", "431", "500"]
            };
            for status in needed {
                assert!(
                    responses.contains_key(*status),
                    "{method} {path} lacks {status}"
                );
            }
        }
    }
}

#[test]
fn what_a_request_cannot_do_without_is_described_as_needed() {
    let document: Value = serde_json::from_str(&aperilex_api::openapi_json()).unwrap();
    let paths = document["paths"].as_object().unwrap().values();
    let mut needed = BTreeSet::new();
    for operation in paths.flat_map(|path| path.as_object().unwrap().values()) {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        for parameter in parameters.filter(|it| it["in"] != "path" && it["required"] == true) {
            let (id, name) = (&operation["operationId"], &parameter["name"]);
            needed.insert(format!(
                "{} {}",
                id.as_str().unwrap(),
                name.as_str().unwrap()
            ));
        }
    }
    let expected = [
        "beginOidc provider",
        "endContract If-Match",
        "endContract reason",
        "giveCredits Idempotency-Key",
        "refundEntry Idempotency-Key",
        "setContract If-Match",
    ];
    assert_eq!(
        needed.iter().map(String::as_str).collect::<Vec<_>>(),
        expected
    );
}

#[test]
fn every_problem_code_has_its_page() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/problems");
    let pages: BTreeSet<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let codes: BTreeSet<_> = ProblemCode::ALL
        .iter()
        .map(|code| code.as_str().to_owned())
        .collect();
    assert_eq!(pages, codes);
    for code in ProblemCode::ALL {
        let page = std::fs::read_to_string(folder.join(format!("{}.md", code.as_str()))).unwrap();
        let heading = format!("# {}\n", code.as_str());
        assert!(page.starts_with(&heading), "{}", code.as_str());
        let status = format!("Status {}", code.status().as_u16());
        assert!(page.contains(&status), "{}", code.as_str());
    }
}
