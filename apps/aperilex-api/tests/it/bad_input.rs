//! Bad input gets its answer: the rows of the matrix by number, B01 to B40. Those that need a real socket
//! are in `server` and `events`, those about keys in `access`, those about money in `pool` and `quotes`.

mod bodies;
mod lists;
mod money;
mod names;
mod paths;

use serde_json::json;

use crate::world::{ACCESSION, Answer, Call, World, call};

const ANALYSES: &str = "/api/v1/analyses";

fn post(body: impl Into<Vec<u8>>) -> Call {
    call("POST", ANALYSES).body(body)
}

/// A good request with more fields behind.
fn filing(rest: &str) -> Call {
    post(format!(
        r#"{{"filing":{{"accession":"{ACCESSION}"}}{rest}}}"#
    ))
}

fn named(filing: &str) -> Call {
    post(format!(r#"{{"filing":{filing}}}"#))
}

fn get(path: &str) -> Call {
    call("GET", format!("/api/v1/{path}"))
}

/// Status and code of a refusal.
fn told(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.problem())
}

/// Request, status, code.
type Row = (Call, u16, &'static str);

/// Sends each with the account's key; each is refused as told, and nothing is charged.
async fn refused(rows: Vec<Row>) {
    let world = World::new().await;
    for (call, status, code) in rows {
        let shown = format!("{call:.200?}");
        let answer = world.ask(call).await;
        assert_eq!(told(&answer), (status, code.to_owned()), "{shown}");
    }
    let me = world.get("/api/v1/me").await.json();
    assert_eq!(
        me["balance"]["available_usd"], "5.000000",
        "nothing was charged"
    );
}

#[tokio::test]
async fn nothing_long_is_said_back() {
    let world = World::new().await;
    let long = "q".repeat(200);
    for call in [
        named(&json!({"ticker": long, "form": "10-K"}).to_string()),
        named(&json!({"accession": ACCESSION, &long: 1}).to_string()),
        named(&json!({"url": format!("https://www.sec.gov/{long}")}).to_string()),
        call("GET", format!("/{long}")),
        call("GET", format!("/api/v1/tasks/{long}")),
        call("GET", format!("/api/v1/tasks?{long}=1")),
    ] {
        let answer = world.ask(call).await;
        assert!(answer.status.is_client_error());
        answer.problem();
        assert!(!String::from_utf8_lossy(&answer.bytes).contains(&long[..65]));
    }
}
