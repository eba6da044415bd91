//! Every operation does what it is for: one scenario each, and none is left out.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::world::{ACCESSION, MAIN, World, body, call, filing_id, report};
use crate::{payments, sign_in};

/// The operations that the document describes.
fn described() -> BTreeSet<String> {
    let document: Value = serde_json::from_str(&aperilex_api::openapi_json()).unwrap();
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|path| path.as_object().unwrap().values());
    operations
        .map(|operation| operation["operationId"].as_str().unwrap().to_owned())
        .collect()
}

/// The scenario of each operation; what it checks, it checks in a world where the analysis is made.
async fn scenario(operation: &str, world: &World, analysis: &str) {
    match operation {
        "healthLive" | "healthReady" => health(operation, world).await,
        "getOpenApi" => open_api(world).await,
        "createQuote" => quote(world).await,
        "requestAnalysis" => request(world, analysis).await,
        "listAnalyses" => list_analyses(world, analysis).await,
        "getAnalysis" => get_analysis(world, analysis).await,
        "listTasks" | "getTask" | "waitForTask" => tasks(operation, world, analysis).await,
        "cancelTask" => cancel(world).await,
        "streamTaskEvents" => stream(world).await,
        "getFiling" => filing(world).await,
        "getFilingRaw" => raw(world).await,
        "listFilingSections" | "getFilingSection" => sections(operation, world).await,
        "getFilingText" => text(world).await,
        "listFilingRiskFactors" => risk_factors(world).await,
        "getFilingHeader" => header(world).await,
        "listFilingTables" => tables(world).await,
        "listFilingFacts" => facts(world).await,
        "listFilingExhibits" => exhibits(world).await,
        "startImport" => start_import(world).await,
        "listImports" | "getImport" | "listImportItems" => imports(operation, world).await,
        "cancelImport" => cancel_import(world).await,
        "getMe" => me(world).await,
        "listBillingEntries" => entries(world).await,
        "listKeys" | "createKey" | "revokeKey" => sign_in::keys(world).await,
        "signUp" | "verifyAccount" => sign_in::sign_up(world).await,
        "forgotPassword" | "resetPassword" => sign_in::reset(world).await,
        "createSession" | "refreshSession" | "endSession" => sign_in::session(world).await,
        "beginOidc" | "finishOidc" => sign_in::elsewhere().await,
        "closeAccount" => sign_in::close(world).await,
        "getBillingBalance" | "listCreditLots" => crate::usage::credits(world).await,
        "getBillingStatement" => crate::usage::statement(world).await,
        "getUsage" | "getUsageReport" => crate::usage::usage(operation, world, analysis).await,
        "getNotices" | "setNotices" => notices(world).await,
        "receivePaymentEvent" => payment().await,
        other => crate::admin::scenario(other, world, analysis).await,
    }
}

#[tokio::test]
async fn every_operation_works() {
    for operation in described() {
        let world = World::new().await;
        let analysis = world.analysed().await;
        scenario(&operation, &world, &analysis).await;
    }
}

#[test]
fn nothing_is_described_that_is_not_meant_to_be() {
    assert_eq!(described().len(), 65);
}

async fn health(operation: &str, world: &World) {
    let word = if operation == "healthLive" {
        "live"
    } else {
        "ready"
    };
    let answer = world.send(call("GET", format!("/health/{word}"))).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (200, json!({"status": word}))
    );
}

async fn open_api(world: &World) {
    let answer = world.send(call("GET", "/api/v1/openapi.json")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.bytes, aperilex_api::openapi_json().into_bytes());
}

async fn quote(world: &World) {
    let mut wanted = body();
    wanted["template"] = "risk".into();
    let answer = world
        .ask(call("POST", "/api/v1/quotes").json(&wanted))
        .await;
    assert_eq!(answer.status, 200, "{:?}", answer.json());
    let quote = answer.json();
    assert_eq!(quote["analysis_usd"], "0.015000");
    assert_eq!(
        quote["access_usd"], "0.000000",
        "access was paid for with the first analysis"
    );
    assert_eq!(quote["total_usd"], "0.015000");
    assert_eq!(quote["available_usd"], "4.935000");
    assert_eq!(quote["pooled"], false);
    assert_eq!(quote["filing"]["accession"], ACCESSION);
    assert_eq!(quote["expires_at"], "2026-11-02T09:40:00Z");
    assert_eq!(
        answer.header("ratelimit-policy"),
        r#""hour";q=1000;w=3600, "day";q=10000;w=86400"#
    );
}

async fn request(world: &World, analysis: &str) {
    let answer = world.request(&world.key).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["id"], analysis);
    assert_eq!(
        answer.header("content-location"),
        format!("/api/v1/analyses/{analysis}")
    );
    let mut other = body();
    other["template"] = "financial".into();
    let answer = world
        .ask(call("POST", "/api/v1/analyses").json(&other))
        .await;
    assert_eq!(answer.status, 202);
    let accepted = answer.json();
    let task = format!("/api/v1/tasks/{}", accepted["task_id"].as_str().unwrap());
    assert_eq!(answer.header("location"), task);
    assert_eq!(accepted["status"], "pending");
    assert_eq!(accepted["events_url"], format!("{task}/events"));
}

async fn list_analyses(world: &World, analysis: &str) {
    let list = world.get("/api/v1/analyses").await.json();
    assert_eq!(list["items"][0]["analysis_id"], analysis);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert!(list.get("next").is_none());
    let other = uuid::Uuid::nil();
    let none = world
        .get(&format!("/api/v1/analyses?filing_id={other}"))
        .await
        .json();
    assert_eq!(none["items"], json!([]));
}

async fn get_analysis(world: &World, analysis: &str) {
    let path = format!("/api/v1/analyses/{analysis}");
    let answer = world.get(&path).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["id"], analysis);
    assert_eq!(answer.header("retracted-at"), "");
    let etag = answer.header("etag").to_owned();
    assert_eq!(
        etag,
        format!("\"{}\"", aperilex_core::Digest::of(&answer.bytes))
    );
    let again = world
        .ask(call("GET", &path).header("if-none-match", &etag))
        .await;
    assert_eq!((again.status.as_u16(), again.bytes.len()), (304, 0));
    assert_eq!(again.header("etag"), etag);
}

async fn tasks(operation: &str, world: &World, analysis: &str) {
    let list = world.get("/api/v1/tasks").await.json();
    let task = list["items"][0].clone();
    assert_eq!(task["status"], "completed");
    assert_eq!(task["analysis_url"], format!("/api/v1/analyses/{analysis}"));
    let path = format!("/api/v1/tasks/{}", task["task_id"].as_str().unwrap());
    let path = if operation == "waitForTask" {
        format!("{path}/wait?timeout_s=60")
    } else {
        path
    };
    assert_eq!(world.get(&path).await.json(), task);
}

async fn cancel(world: &World) {
    let mut other = body();
    other["template"] = "business".into();
    let accepted = world
        .ask(call("POST", "/api/v1/analyses").json(&other))
        .await;
    let path = accepted.header("location").to_owned();
    for _ in 0..2 {
        let answer = world.ask(call("DELETE", &path)).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["status"]),
            (200, &json!("cancelled"))
        );
    }
}

async fn stream(world: &World) {
    let task = world.get("/api/v1/tasks").await.json()["items"][0].clone();
    let path = task["events_url"].as_str().unwrap().to_owned();
    let answer = world.get(&path).await;
    assert_eq!(answer.header("content-type"), "text/event-stream");
    let text = String::from_utf8(answer.bytes).unwrap();
    assert!(
        text.contains("event: pending") && text.ends_with("\n\n"),
        "{text}"
    );
    let last = task["last_event"].to_string();
    let done = world
        .ask(call("GET", &path).header("last-event-id", last))
        .await;
    assert_eq!(done.status, 204);
}

async fn filing(world: &World) {
    let filing = world
        .get(&format!("/api/v1/filings/{}", filing_id()))
        .await
        .json();
    assert_eq!(filing["accession"], ACCESSION);
    assert_eq!(filing["cik"], "0000320193");
    assert_eq!(filing["filed"], "2026-08-14");
    assert_eq!(filing["documents"][0]["name"], MAIN);
    assert_eq!(filing["documents"][1]["type"], "EX-21");
    assert_eq!(filing["stored_at"], "2026-11-02T09:30:00Z");
}

async fn raw(world: &World) {
    let path = format!("/api/v1/filings/{}/raw", filing_id());
    let answer = world.get(&path).await;
    assert_eq!(answer.bytes, report().into_bytes());
    assert_eq!(
        answer.header("content-disposition"),
        format!("attachment; filename=\"{MAIN}\"")
    );
    assert_eq!(
        answer.header("content-security-policy"),
        "default-src 'none'; sandbox"
    );
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    let fresh = world
        .ask(call("GET", &path).header("if-none-match", answer.header("etag")))
        .await;
    assert_eq!(fresh.status, 304);
    let exhibit = world.get(&format!("{path}?document=ex-21.txt")).await;
    assert_eq!(exhibit.bytes, b"Subsidiaries: none.\n");
}

async fn sections(operation: &str, world: &World) {
    let path = format!("/api/v1/filings/{}/sections", filing_id());
    let sections = world.get(&path).await.json();
    let find = |item: &str| {
        let items = sections["items"].as_array().unwrap();
        items
            .iter()
            .find(|section| section["item"] == item)
            .unwrap()
            .clone()
    };
    assert_eq!(sections["parser_version"], "plain/1");
    assert_eq!(find("7")["state"], "present");
    assert_eq!(find("8")["state"], "not_found");
    if operation == "getFilingSection" {
        let section = world.get(&format!("{path}/I/1A")).await.json();
        let (start, end) = (find("1A")["start"].clone(), find("1A")["end"].clone());
        let range = usize::try_from(start.as_u64().unwrap()).unwrap()
            ..usize::try_from(end.as_u64().unwrap()).unwrap();
        assert_eq!(section["text"], report()[range]);
        assert_eq!((&section["start"], &section["end"]), (&start, &end));
        let second = world.get(&format!("{path}/I/1A?occurrence=2")).await;
        assert_eq!(second.problem(), "not-found");
        let first = world.get(&format!("{path}/I/1A?occurrence=1")).await.json();
        assert_eq!(first, section);
    }
}

async fn tables(world: &World) {
    let path = format!("/api/v1/filings/{}/tables", filing_id());
    let first = world.get(&format!("{path}?limit=1")).await.json();
    assert_eq!(first["items"][0]["caption"], "Net sales");
    assert_eq!(first["items"][0]["rows"][1], json!(["Net sales", "1,250"]));
    let next = first["next"].as_str().unwrap();
    let second = world
        .get(&format!("{path}?limit=1&cursor={next}"))
        .await
        .json();
    assert_eq!(second["items"][0]["caption"], "Net sales by region");
    assert!(second.get("next").is_none());
    let statement = format!("{path}?statement=income_statement");
    let income = world.get(&statement).await.json();
    assert_eq!(income["items"].as_array().unwrap().len(), 1);
    let table = &income["items"][0];
    assert_eq!((&table["index"], &table["scale"]), (&json!(1), &json!(6)));
    let number = json!({"row": 1, "column": 1, "value": "1250000000", "unit": "iso4217:USD", "start": 10, "end": 15});
    assert_eq!(table["numbers"], json!([number]));
    assert_eq!(
        table["periods"],
        json!([{"column": 1, "period": {"start": "2025-07-01", "end": "2026-06-30"}}])
    );
    let none = world.get(&format!("{path}?statement=equity")).await.json();
    assert_eq!(none["items"], json!([]));
    let odd = world.get(&format!("{path}?statement=income")).await;
    assert_eq!(odd.status, 422);
}

async fn text(world: &World) {
    let path = format!("/api/v1/filings/{}/text", filing_id());
    let whole = world.get(&path).await.json();
    let text = whole["text"].as_str().unwrap().to_owned();
    assert_eq!(whole["document"], MAIN);
    assert_eq!(whole["text_bytes"], text.len());
    assert!(whole.get("next_start").is_none());
    let (mut pieces, mut start) = (String::new(), 0);
    loop {
        let piece = world
            .get(&format!("{path}?start={start}&limit=50"))
            .await
            .json();
        pieces.push_str(piece["text"].as_str().unwrap());
        match piece["next_start"].as_u64() {
            Some(next) => start = next,
            None => break,
        }
    }
    assert_eq!(pieces, text, "the pieces are the whole");
    let absent = world.get(&format!("{path}?document=nowhere.htm")).await;
    assert_eq!(absent.problem(), "not-found");
    let beyond = world.get(&format!("{path}?start=99999999")).await.json();
    assert_eq!(beyond["text"], "");
}

async fn risk_factors(world: &World) {
    let path = format!("/api/v1/filings/{}/risk-factors", filing_id());
    let risks = world.get(&path).await.json();
    let risk = &risks["items"][0];
    assert_eq!((&risk["part"], &risk["item"]), (&json!("I"), &json!("1A")));
    assert_eq!(risk["heading"], report()[0..4]);
    assert_eq!(risk["text"], report()[5..9]);
    assert_eq!((&risk["start"], &risk["end"]), (&json!(0), &json!(9)));
}

async fn header(world: &World) {
    let path = format!("/api/v1/filings/{}/header", filing_id());
    let header = world.get(&path).await.json();
    assert_eq!(header["accession"], ACCESSION);
    assert_eq!(header["accepted_new_york"], "2026-07-30T16:31:07");
    assert_eq!(header["parties"][0]["sic"], 3420);
}

async fn facts(world: &World) {
    let path = format!("/api/v1/filings/{}/facts", filing_id());
    assert_eq!(
        world.get(&path).await.json()["items"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    let revenues = world
        .get(&format!("{path}?concept=us-gaap:Revenues"))
        .await
        .json();
    assert_eq!(revenues["items"].as_array().unwrap().len(), 2);
    let fact = &revenues["items"][0];
    assert_eq!(fact["value"], "1250000000");
    assert_eq!(
        fact["period"],
        json!({"start": "2025-07-01", "end": "2026-06-30"})
    );
    assert_eq!(fact["dimensions"][0]["member"], "apx:Tools");
    assert_eq!(fact["shown"]["raw_end"], 4);
    assert_eq!(fact["footnotes"], json!(["as restated"]));
}

async fn exhibits(world: &World) {
    let exhibits = world
        .get(&format!("/api/v1/filings/{}/exhibits", filing_id()))
        .await
        .json();
    let only = json!([{"number": "21", "kind": "subsidiaries", "description": "", "document": "ex-21.txt"}]);
    assert_eq!(exhibits["items"], only);
}

async fn me(world: &World) {
    let me = world.get("/api/v1/me").await.json();
    assert_eq!(me["tier"], "professional");
    assert_eq!(me["email"], "first@example.com");
    assert_eq!(me["balance"]["balance_usd"], "4.935000");
    assert_eq!(me["limits"]["analyses_at_a_time"], 10);
    assert_eq!(me["limits"]["monthly_price_usd"], "49.000000");
    assert_eq!(me["limits"]["filing_import_usd"], "0.050000");
    assert_eq!(me["limits"]["bulk_filing_usd"], "0.020000");
    assert_eq!(me["usage"][0]["name"], "hour");
    assert_eq!(me["usage"][0]["used"], 1, "reads do not count");
}

async fn entries(world: &World) {
    let first = world.get("/api/v1/billing/entries?limit=2").await.json();
    let kinds = |page: &Value| {
        let items = page["items"].as_array().unwrap();
        items
            .iter()
            .map(|e| e["kind"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds(&first), ["analysis", "filing_import"]);
    assert_eq!(first["items"][0]["amount_usd"], "-0.015000");
    let next = first["next"].as_str().unwrap();
    let second = world
        .get(&format!("/api/v1/billing/entries?limit=2&cursor={next}"))
        .await
        .json();
    assert_eq!(kinds(&second), ["adjustment"]);
    assert!(second.get("next").is_none());
}

/// An import of a filing that is not there, of the one that the account has, and of that one again.
async fn started(world: &World, key: &str) -> crate::world::Answer {
    let wanted = json!({"filings": [
        {"accession": ACCESSION},
        {"accession": "0001999999-26-999999"},
        {"id": filing_id()},
    ]});
    let call = call("POST", "/api/v1/imports").json(&wanted);
    world.ask(call.header("idempotency-key", key)).await
}

async fn start_import(world: &World) {
    let answer = started(world, "one").await;
    assert_eq!(answer.status, 202, "{:?}", answer.json());
    let import = answer.json();
    let path = format!("/api/v1/imports/{}", import["import_id"].as_str().unwrap());
    assert_eq!(answer.header("location"), path);
    assert_eq!(import["status"], "running");
    let counts = json!({
        "total": 2, "waiting": 1, "imported": 0, "owned": 1, "failed": 0, "cancelled": 0,
    });
    assert_eq!(import["counts"], counts);
    assert_eq!(
        (&import["duplicates"], &import["unit_price_usd"]),
        (&json!(1), &json!("0.020000"))
    );
    let me = world.get("/api/v1/me").await.json();
    assert_eq!(me["balance"]["held_usd"], "0.020000");
    let again = started(world, "one").await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.json()["import_id"], import["import_id"]);
}

async fn imports(operation: &str, world: &World) {
    let import = started(world, "one").await.json();
    world.engine.work_import(None).await.unwrap();
    let path = format!("/api/v1/imports/{}", import["import_id"].as_str().unwrap());
    if operation == "listImports" {
        started(world, "two").await;
        let first = world.get("/api/v1/imports?limit=1").await.json();
        assert_ne!(first["items"][0]["import_id"], import["import_id"]);
        let next = first["next"].as_str().unwrap();
        let second = world
            .get(&format!("/api/v1/imports?limit=1&cursor={next}"))
            .await;
        assert_eq!(second.json()["items"][0]["import_id"], import["import_id"]);
        return;
    }
    if operation == "getImport" {
        let done = world.get(&path).await.json();
        assert_eq!(done["status"], "done");
        assert_eq!(
            (&done["counts"]["failed"], &done["charged_usd"]),
            (&json!(1), &json!("0.000000"))
        );
        return;
    }
    let first = world.get(&format!("{path}/items?limit=1")).await.json();
    let owned = json!([{
        "place": 1, "filing": {"accession": ACCESSION}, "filing_id": filing_id(),
        "status": "owned", "charged_usd": "0.000000", "attempts": 0,
    }]);
    assert_eq!(first["items"], owned);
    let next = first["next"].as_str().unwrap();
    let second = world
        .get(&format!("{path}/items?limit=1&cursor={next}"))
        .await;
    let item = second.json()["items"][0].clone();
    assert_eq!(
        (&item["status"], &item["failure"]["code"]),
        (&json!("failed"), &json!("filing_not_found"))
    );
}

async fn cancel_import(world: &World) {
    let import = started(world, "one").await.json();
    let path = format!("/api/v1/imports/{}", import["import_id"].as_str().unwrap());
    for _ in 0..2 {
        let answer = world.ask(call("DELETE", &path)).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json()["status"], "cancelled");
        assert_eq!(answer.json()["counts"]["cancelled"], 1);
    }
    let me = world.get("/api/v1/me").await.json();
    assert_eq!(me["balance"]["held_usd"], "0.000000");
}

async fn notices(world: &World) {
    let path = "/api/v1/me/notices";
    let default = world.get(path).await.json();
    assert_eq!(default, json!({"tasks": false, "low_balance": true}));
    let wanted = json!({"tasks": true, "low_balance": false});
    let set = world.ask(call("PUT", path).json(&wanted)).await;
    assert_eq!((set.status.as_u16(), set.json()), (200, wanted.clone()));
    assert_eq!(world.get(path).await.json(), wanted);
    for (wrong, code) in [
        (json!({"tasks": true}), "missing-field"),
        (json!({"tasks": "yes", "low_balance": true}), "wrong-type"),
        (
            json!({"tasks": true, "low_balance": true, "sms": true}),
            "unknown-field",
        ),
    ] {
        let refused = world.ask(call("PUT", path).json(&wrong)).await;
        assert_eq!(refused.problem(), code, "{wrong}");
    }
    assert_eq!(world.get(path).await.json(), wanted);
}

async fn payment() {
    let world = payments::world().await;
    let event = payments::event(&world, "evt_1", "payment.paid", 1).await;
    let receipt = payments::tell(&world, &event).await;
    assert_eq!(receipt.status, 200);
    let expected = json!({"outcome": "credited", "repeated": false});
    assert_eq!(receipt.json(), expected);
    let first = world.get("/api/v1/billing/entries?limit=1").await.json();
    assert_eq!(first["items"][0]["kind"], "top_up");
    assert_eq!(first["items"][0]["amount_usd"], "10.000000");
}
