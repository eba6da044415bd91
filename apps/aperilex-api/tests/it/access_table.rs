//! Who may do what: `access.tsv` has a row for each operation of the description and a column for each
//! kind of caller, and every cell is tried.
//!
//! After a change run the tests once with `UPDATE_ACCESS=1` and look at the difference.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use aperilex_api::ProblemCode;
use serde_json::Value;

use crate::world::Answer;

mod scene;

use scene::{Asked, Scene};

const UNAUTHENTICATED: &str = "401 unauthenticated";
const SUSPENDED: &str = "403 account-suspended";
const NOT_ADMIN: &str = "403 not-admin";
const NOT_FOUND: &str = "404 not-found";
const SCOPE_MISSING: &str = "403 scope-missing";

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    /// Has the things: a member of the tier professional.
    Owner,
    /// Has the same tier, and nothing.
    Other,
    /// Has the tier demo, and nothing.
    OtherTier,
    /// Suspended just now.
    Suspended,
    /// Has a key of the owner that is for reading, and nothing else that the owner has.
    ReadKey,
    /// Administers, and has nothing.
    Admin,
    /// Sends no credentials.
    Anonymous,
}

impl Who {
    const ALL: [(Self, &'static str); 7] = [
        (Self::Owner, "owner"),
        (Self::Other, "other"),
        (Self::OtherTier, "other_tier"),
        (Self::Suspended, "suspended"),
        (Self::ReadKey, "read_key"),
        (Self::Admin, "admin"),
        (Self::Anonymous, "anonymous"),
    ];

    /// Whether the things that the operation is about are for them.
    const fn is_entitled(self, operation: &Operation) -> bool {
        match self {
            Self::Owner | Self::ReadKey => !operation.admin,
            Self::Admin => operation.admin,
            _ => false,
        }
    }

    /// Whether they have a token of their own, where an operation goes by a token and not by a key.
    const fn holds_token(self) -> bool {
        matches!(self, Self::Owner | Self::Suspended)
    }
}

/// An operation as it is described.
#[derive(Debug)]
struct Operation {
    id: String,
    method: String,
    path: String,
    protected: bool,
    admin: bool,
    has_body: bool,
    statuses: BTreeSet<String>,
}

impl Operation {
    /// Whether its path names a thing that is somebody's.
    fn names_a_thing(&self) -> bool {
        self.path.contains("_id}")
    }

    /// Whether a key for reading does not do. A quote changes nothing.
    fn is_more_than_reading(&self) -> bool {
        let changes = self.method != "GET" && self.id != "createQuote";
        changes || self.path.starts_with("/api/v1/billing/")
    }
}

fn described() -> Vec<Operation> {
    let document: Value = serde_json::from_str(&aperilex_api::openapi_json()).unwrap();
    let mut all = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let statuses = operation["responses"].as_object().unwrap();
            all.push(Operation {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase(),
                path: path.clone(),
                protected: operation["security"].is_array(),
                admin: path.starts_with("/api/v1/admin/"),
                has_body: operation["requestBody"].is_object(),
                statuses: statuses.keys().cloned().collect(),
            });
        }
    }
    all
}

/// What a cell says of an answer.
fn told(answer: &Answer) -> String {
    let status = answer.status.as_u16();
    if status < 400 {
        return status.to_string();
    }
    format!("{status} {}", answer.problem())
}

/// The header fields of an answer, but for those that differ from request to request.
fn fields(answer: &Answer) -> Vec<(String, String)> {
    let fixed = |name: &str| !["x-request-id", "ratelimit"].contains(&name);
    let fields = answer.headers.iter();
    let fields = fields.map(|(name, value)| (name.to_string(), format!("{value:?}")));
    fields.filter(|(name, _)| fixed(name)).collect()
}

/// Nothing tells whoever is not entitled to a thing that it exists: neither the answer to asking for it,
/// nor its id in an answer to something else.
fn tells_nothing(scene: &Scene, asked: &Asked, what: &str) {
    let Asked {
        call,
        answer,
        absent,
    } = asked;
    let text = String::from_utf8_lossy(&answer.bytes);
    let sent = call.shown();
    for secret in scene.secrets().filter(|secret| !sent.contains(*secret)) {
        assert!(!text.contains(secret), "{what}: {secret} is in {text}");
    }
    let Some((absent, other)) = absent else {
        return;
    };
    assert_eq!(answer.status, absent.status, "{what}");
    assert_eq!(fields(answer), fields(absent), "{what}");
    // What was asked for may be said back.
    let text = said_back(&call.shown(), &other.shown(), &text);
    if answer.bytes.is_empty() {
        assert_eq!(text.as_bytes(), absent.bytes, "{what}");
        return;
    }
    let but_for_the_id = |text: &str| {
        let mut body: Value = serde_json::from_str(text).unwrap();
        body["request_id"].take();
        body
    };
    let absent = String::from_utf8_lossy(&absent.bytes);
    assert_eq!(but_for_the_id(&text), but_for_the_id(&absent), "{what}");
}

/// A text with what one request names in the place of what another names.
fn said_back(sent: &str, other: &str, text: &str) -> String {
    let pieces = |sent: &str| -> Vec<String> {
        let between = |c: char| !(c.is_ascii_alphanumeric() || "-/".contains(c));
        sent.split(between).map(str::to_owned).collect()
    };
    // Whole paths first, then the ids in them; the number of a letter is in too much.
    let (paths, others) = (pieces(sent), pieces(other));
    let ids = paths.iter().flat_map(|path| path.split('/'));
    let ids = ids.zip(others.iter().flat_map(|path| path.split('/')));
    let ids = ids.filter(|(id, _)| id.len() == 36);
    let paths = paths
        .iter()
        .map(String::as_str)
        .zip(others.iter().map(String::as_str));
    let paths = paths.filter(|(path, _)| path.starts_with('/'));
    let renamed = |text: String, (from, to): (&str, &str)| text.replace(from, to);
    paths.chain(ids).fold(text.to_owned(), renamed)
}

fn head() -> String {
    let columns = Who::ALL.map(|(_, name)| name).join("\t");
    format!("operation\tmethod\tpath\t{columns}")
}

fn place() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("access.tsv")
}

/// The table that is kept, a row a line.
fn kept() -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(place()).unwrap_or_default();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some(head().as_str()), "the columns");
    let cells = |line: &str| line.split('\t').map(str::to_owned).collect();
    lines.map(cells).collect()
}

#[tokio::test]
async fn everybody_may_what_the_table_says() {
    let mut seen = head() + "\n";
    for operation in described() {
        let Operation {
            id, method, path, ..
        } = &operation;
        write!(seen, "{id}\t{method}\t{path}").unwrap();
        for (who, name) in Who::ALL {
            let scene = Scene::new().await;
            let asked = scene.ask(&operation, who).await;
            if !who.is_entitled(&operation) {
                tells_nothing(&scene, &asked, &format!("{id} by {name}"));
            }
            if who == Who::Suspended {
                assert!(scene.is_suspended().await, "{id} lifts a suspension");
            }
            write!(seen, "\t{}", told(&asked.answer)).unwrap();
        }
        seen.push('\n');
    }
    if std::env::var_os("UPDATE_ACCESS").is_some() {
        std::fs::write(place(), &seen).unwrap();
    }
    let kept = std::fs::read_to_string(place()).unwrap_or_default();
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let (seen, kept) = (lines(&seen), lines(&kept));
    let differences = seen.symmetric_difference(&kept).collect::<Vec<_>>();
    assert!(
        differences.is_empty(),
        "run the tests with UPDATE_ACCESS=1 and look at the difference: {differences:#?}"
    );
}

#[test]
fn every_operation_has_its_row_and_every_row_its_operation() {
    let operations = described();
    let described = operations.iter().map(|it| [&it.id, &it.method, &it.path]);
    let kept = kept();
    let rows = kept.iter().map(|row| [&row[0], &row[1], &row[2]]);
    assert_eq!(rows.collect::<Vec<_>>(), described.collect::<Vec<_>>());
}

/// What no cell may say, whatever was seen: an update that nobody looks at must not pass.
#[test]
fn the_table_keeps_the_rules() {
    let kept = kept();
    for operation in described() {
        // One that has none is told of by the test of the rows.
        let Some(row) = kept.iter().find(|row| row[0] == operation.id) else {
            continue;
        };
        let cells = &row[3..];
        assert_eq!(cells.len(), Who::ALL.len(), "{row:?}");
        for ((who, name), cell) in Who::ALL.into_iter().zip(cells) {
            let (status, code) = cell.split_once(' ').unwrap_or((cell, ""));
            let what = format!("{} by {name}: {cell}", operation.id);
            assert!(operation.statuses.contains(status), "not described: {what}");
            let known = ProblemCode::ALL.iter().find(|it| it.as_str() == code);
            let right = known.map(|code| code.status().as_str().to_owned());
            let right = right.unwrap_or_else(|| status.to_owned());
            assert_eq!(status, right, "{what}");
            if let Some(rule) = rule(&operation, who) {
                assert_eq!(cell, rule, "{what}");
            }
            // Or else the request is not one that the operation takes, and its row says little.
            let right = if operation.admin {
                Who::Admin
            } else {
                Who::Owner
            };
            assert!(who != right || status < "400", "{what}");
        }
    }
}

/// What the rules say of a cell, if they alone decide.
fn rule(operation: &Operation, who: Who) -> Option<&'static str> {
    if !operation.protected {
        return None;
    }
    match who {
        Who::Anonymous => Some(UNAUTHENTICATED),
        Who::Suspended => Some(SUSPENDED),
        Who::Admin if operation.admin => None,
        _ if operation.admin => Some(NOT_ADMIN),
        Who::Other | Who::OtherTier | Who::Admin if operation.names_a_thing() => Some(NOT_FOUND),
        Who::ReadKey if operation.is_more_than_reading() => Some(SCOPE_MISSING),
        _ => None,
    }
}
