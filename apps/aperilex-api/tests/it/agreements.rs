//! Contracts of accounts, and analyses that are withdrawn.

use aperilex_core::Tier;
use serde_json::{Value, json};

use crate::admin::Desk;
use crate::world::{Answer, World, body, call};

/// The contract of one account, and the tag that was seen last.
struct Agreement<'a> {
    desk: &'a Desk<'a>,
    path: String,
}

impl<'a> Agreement<'a> {
    async fn of(desk: &'a Desk<'a>, key: &str) -> Self {
        let me = desk.world.send(call("GET", "/api/v1/me").key(key)).await;
        let id = me.json()["account_id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/admin/accounts/{id}/contract");
        Self { desk, path }
    }

    async fn get(&self) -> Answer {
        self.desk.send(call("GET", &self.path)).await
    }

    async fn set(&self, seen: &str, contract: &Value) -> Answer {
        let order = json!({"contract": contract, "reason": "signed"});
        let put = call("PUT", &self.path).json(&order);
        self.desk.send(put.header("if-match", seen)).await
    }

    async fn end(&self, seen: &str, query: &str) -> Answer {
        let end = call("DELETE", format!("{}{query}", self.path));
        self.desk.send(end.header("if-match", seen)).await
    }
}

fn tag(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{:?}", answer.json());
    answer.header("etag").to_owned()
}

pub(crate) async fn contract(desk: &Desk<'_>) {
    let key = desk.world.account("large", Tier::Enterprise, 0).await;
    let large = Agreement::of(desk, &key).await;
    let bare = large.get().await;
    let first = tag(&bare);
    assert!(bare.json().get("contract").is_none(), "{:?}", bare.json());
    assert_eq!(bare.json()["limits"]["analysis_usd"], "0.015000");

    let agreed = json!({"analysis_usd": "0.012", "requests_per_hour": 5000,
        "history_years": null, "analyses_at_a_time": 25});
    let set = large.set(&first, &agreed).await;
    let second = tag(&set);
    assert_ne!(first, second);
    assert_eq!(set.json()["contract"]["analysis_usd"], "0.012000");
    assert_eq!(set.json()["contract"]["history_years"], Value::Null);
    assert_eq!(set.json()["limits"]["analyses_at_a_time"], 25);
    let read = large.get().await;
    assert_eq!((tag(&read), read.json()), (second.clone(), set.json()));
    // What is read can be put back as it is: nothing of it is lost.
    let again = large.set(&second, &read.json()["contract"]).await;
    assert_eq!(tag(&again), second);
    // Whoever did not hear that it was set asks for it again.
    assert_eq!(tag(&large.set(&first, &agreed).await), second);
    let me = desk.world.send(call("GET", "/api/v1/me").key(&key)).await;
    assert_eq!(me.json()["limits"]["analysis_usd"], "0.012000");

    // Who has seen what was there before changes nothing.
    let late = large.set(&first, &json!({"analysis_usd": "0.5"})).await;
    assert_eq!(
        (late.status.as_u16(), late.problem().as_str()),
        (412, "version-changed")
    );
    assert_eq!(
        large.end(&first, "?reason=over").await.problem(),
        "version-changed"
    );
    let order = json!({"contract": {}, "reason": "signed"});
    let blind = desk.send(call("PUT", &large.path).json(&order)).await;
    assert_eq!(
        (blind.status.as_u16(), blind.problem().as_str()),
        (428, "version-required")
    );
    assert_eq!(tag(&large.get().await), second);

    for query in ["", "?reason=", "?reason=%20"] {
        let refused = large.end(&second, query).await;
        assert_eq!(refused.json()["errors"][0]["pointer"], "?reason", "{query}");
    }
    let ended = large.end(&second, "?reason=it%20is%20over").await;
    assert_eq!(tag(&ended), first);
    assert!(ended.json().get("contract").is_none());
    let log = desk.get("audit-log?limit=3").await;
    let actions: Vec<_> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["action"])
        .collect();
    assert_eq!(actions, ["account.contract"; 3]);
    assert_eq!(log["items"][0]["detail"]["reason"], "it is over");
    assert_eq!(log["items"][0]["detail"]["after"], Value::Null);
    assert_eq!(log["items"][0]["detail"]["before"]["analysis"], "0.012000");
    refusals(desk, &large, &first).await;
}

/// What no contract may say is refused, and the field named as it was sent.
async fn refusals(desk: &Desk<'_>, large: &Agreement<'_>, seen: &str) {
    for (contract, pointer) in [
        (json!({"analysis_usd": "2000000"}), "/contract/analysis_usd"),
        (
            json!({"analyses_at_a_time": 0}),
            "/contract/analyses_at_a_time",
        ),
        (json!({"forms": ["10-K", "10K"]}), "/contract/forms/1"),
        (
            json!({"filing_access_usd": "0.1", "bulk_filing_usd": "0.2"}),
            "/contract/bulk_filing_usd",
        ),
        (
            json!({"analysis_by_quality_usd": {"premium": "-1"}}),
            "/contract/analysis_by_quality_usd/premium",
        ),
        (
            json!({"requests_per_hour": 1.5}),
            "/contract/requests_per_hour",
        ),
        (json!({"discount": "1"}), "/contract/discount"),
    ] {
        let refused = large.set(seen, &contract).await;
        assert_eq!(refused.status, 422, "{contract}");
        assert_eq!(
            refused.json()["errors"][0]["pointer"],
            pointer,
            "{contract}"
        );
    }
    let small = Agreement::of(desk, &desk.member).await;
    let refused = small.set(&tag(&small.get().await), &json!({})).await;
    assert_eq!(refused.json()["errors"][0]["pointer"], "/contract/tier");
    let nobody = format!(
        "/api/v1/admin/accounts/{}/contract",
        uuid::Uuid::from_u128(9)
    );
    let nobodys = Agreement { desk, path: nobody };
    assert_eq!(nobodys.get().await.problem(), "not-found");
    assert_eq!(nobodys.set(seen, &json!({})).await.problem(), "not-found");
    assert_eq!(tag(&large.get().await), seen);
}

pub(crate) async fn retract(desk: &Desk<'_>, analysis: &str) {
    let path = |id: &str| format!("/api/v1/admin/analyses/{id}/retraction");
    let order = json!({"reason": "its figures were wrong"});
    let withdraw = async || desk.send(call("POST", path(analysis)).json(&order)).await;
    let first = withdraw().await;
    assert_eq!(first.status, 200, "{:?}", first.json());
    assert_eq!(first.json()["analysis_id"], analysis);
    assert_eq!(first.json()["refund"]["amount_usd"], "0.015000");
    let at = first.json()["retracted_at"].clone();
    assert!(at.is_string());
    desk.world
        .memory
        .clock
        .advance(std::time::Duration::from_secs(60));
    assert_eq!(withdraw().await.json(), first.json(), "the first outcome");
    assert_eq!(desk.actions().await, ["analysis.retract"]);
    let log = desk.get("audit-log?limit=1").await;
    assert_eq!(log["items"][0]["detail"]["reason"], order["reason"]);

    let entries = desk.world.get("/api/v1/billing/entries").await.json();
    let refunds = entries["items"].as_array().unwrap().iter();
    let refunds: Vec<_> = refunds.filter(|line| line["kind"] == "refund").collect();
    assert_eq!(refunds.len(), 1);
    let text = refunds[0]["description"].as_str().unwrap();
    assert!(text.contains("its figures were wrong"), "{text}");
    // It answers no request any more; who had it reads it still, and is told.
    let read = desk
        .world
        .get(&format!("/api/v1/analyses/{analysis}"))
        .await;
    assert_eq!(read.header("retracted-at"), at.as_str().unwrap());
    let own = format!("/api/v1/analyses/{analysis}");
    let known = call("GET", own).header("if-none-match", read.header("etag"));
    let known = desk.world.ask(known).await;
    assert_eq!(
        (known.status.as_u16(), known.header("retracted-at")),
        (304, at.as_str().unwrap())
    );
    let list = desk.world.get("/api/v1/analyses").await.json();
    assert_eq!(list["items"][0]["retracted_at"], at);
    let anew = desk
        .world
        .ask(call("POST", "/api/v1/analyses").json(&body()))
        .await;
    assert_eq!(anew.status, 202, "{:?}", anew.json());

    let without = desk
        .send(call("POST", path(analysis)).json(&json!({})))
        .await;
    assert_eq!(without.json()["errors"][0]["pointer"], "/reason");
    let nobody = path(&uuid::Uuid::from_u128(9).to_string());
    let unknown = desk.send(call("POST", nobody).json(&order)).await;
    assert_eq!(unknown.problem(), "not-found");
}

#[tokio::test]
async fn b08_figures_that_are_no_whole_numbers_or_too_large() {
    let world = World::new().await;
    let desk = Desk::new(&world).await;
    let key = world.account("large", Tier::Enterprise, 0).await;
    let large = Agreement::of(&desk, &key).await;
    let seen = tag(&large.get().await);
    for (number, status, code) in [
        ("2147483648", 200, ""),
        ("4294967295", 200, ""),
        ("4294967296", 422, "out-of-range"),
        ("18446744073709551616", 422, "out-of-range"),
        ("1.5", 422, "out-of-range"),
        ("1e400", 422, "out-of-range"),
        ("-0", 422, "out-of-range"),
        ("-1", 422, "out-of-range"),
        ("\"1\"", 422, "wrong-type"),
        ("NaN", 400, "malformed-json"),
    ] {
        let order = format!(r#"{{"contract":{{"requests_per_hour":{number}}},"reason":"x"}}"#);
        let put = call("PUT", &large.path)
            .header("if-match", &seen)
            .body(order);
        let answer = desk.send(put).await;
        assert_eq!(answer.status, status, "{number}");
        if status != 200 {
            assert_eq!(answer.problem(), code, "{number}");
            continue;
        }
        let end = large.end(&tag(&answer), "?reason=x").await;
        assert_eq!(tag(&end), seen, "{number}");
    }
}

#[tokio::test]
async fn of_contracts_set_at_the_same_time_one_is_set() {
    let world = World::new().await;
    let desk = Desk::new(&world).await;
    let key = world.account("large", Tier::Enterprise, 0).await;
    let large = Agreement::of(&desk, &key).await;
    let seen = tag(&large.get().await);
    let wanted: Vec<_> = (1..=8).map(|n| json!({"requests_per_hour": n})).collect();
    let sent = wanted.iter().map(|contract| large.set(&seen, contract));
    let answers = futures_util::future::join_all(sent).await;
    let won: Vec<_> = answers.iter().filter(|it| it.status == 200).collect();
    assert_eq!(won.len(), 1);
    for lost in answers.iter().filter(|it| it.status != 200) {
        assert!(["conflict", "version-changed"].contains(&lost.problem().as_str()));
    }
    assert_eq!(large.get().await.json(), won[0].json());
}
