//! What administrators do, and that nobody else does it.

use std::time::Duration;

use aperilex_api::ApiSettings;
use aperilex_core::Tier;
use aperilex_core::ports::TaskQueue;
use serde_json::{Value, json};

use crate::world::{Answer, Call, World, body, call, settings};
use crate::{agreements, payments};

/// An administrator, and the account of another.
pub(crate) struct Desk<'a> {
    pub(crate) world: &'a World,
    key: String,
    pub(crate) member: String,
    member_id: String,
}

impl<'a> Desk<'a> {
    pub(crate) async fn new(world: &'a World) -> Self {
        let key = world.administrator("boss").await;
        let member = world.account("member", Tier::Basic, 1_000_000).await;
        let me = world.send(call("GET", "/api/v1/me").key(&member)).await;
        let member_id = me.json()["account_id"].as_str().unwrap().to_owned();
        Self {
            world,
            key,
            member,
            member_id,
        }
    }

    pub(crate) async fn send(&self, call: Call) -> Answer {
        self.world.send(call.key(&self.key)).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self
            .send(call("GET", format!("/api/v1/admin/{path}")))
            .await;
        assert_eq!(answer.status, 200, "{path}");
        answer.json()
    }

    async fn post(&self, path: &str, body: &Value, key: &str) -> Answer {
        let call = call("POST", format!("/api/v1/admin/{path}")).json(body);
        self.send(call.header("idempotency-key", key)).await
    }

    async fn change(&self, body: &Value) -> Answer {
        let path = format!("/api/v1/admin/accounts/{}", self.member_id);
        self.send(call("PATCH", path).json(body)).await
    }

    async fn credits(&self, body: &Value, key: &str) -> Answer {
        let path = format!("accounts/{}/credits", self.member_id);
        self.post(&path, body, key).await
    }

    async fn balance(&self) -> Value {
        let path = "/api/v1/billing/balance";
        let answer = self.world.send(call("GET", path).key(&self.member)).await;
        answer.json()["balance_usd"].clone()
    }

    /// The newest actions of the audit log, but for the making of the accounts that are here.
    pub(crate) async fn actions(&self) -> Vec<String> {
        let log = self.get("audit-log").await;
        let items = log["items"].as_array().unwrap().iter();
        items
            .map(|entry| entry["action"].as_str().unwrap().to_owned())
            .filter(|action| action != "account.create")
            .collect()
    }
}

/// The scenario of an operation of administrators.
pub(crate) async fn scenario(operation: &str, world: &World, analysis: &str) {
    let desk = Desk::new(world).await;
    match operation {
        "listAccounts" | "getAccount" => accounts(&desk).await,
        "changeAccount" => change(&desk).await,
        "giveCredits" => credits(&desk).await,
        "refundEntry" => refund(&desk).await,
        "listAccountEntries" => entries(&desk).await,
        "listPaymentEvents" => payment_events().await,
        "listDeadLetters" | "redriveDeadLetter" => letters(&desk).await,
        "proveBooks" => prove(&desk).await,
        "listAuditLog" => log(&desk).await,
        "getContract" | "setContract" | "endContract" => agreements::contract(&desk).await,
        "retractAnalysis" => agreements::retract(&desk, analysis).await,
        other => panic!("{other} has no scenario: write one"),
    }
}

async fn accounts(desk: &Desk<'_>) {
    let first = desk.get("accounts?limit=2").await;
    let emails = |page: &Value| {
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|it| it["email"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(emails(&first), ["first@example.com", "boss@example.com"]);
    assert_eq!(first["items"][1]["role"], "admin");
    let next = first["next"].as_str().unwrap();
    let second = desk.get(&format!("accounts?limit=2&cursor={next}")).await;
    assert_eq!(emails(&second), ["member@example.com"]);
    let found = desk.get("accounts?email=member@example.com").await;
    assert_eq!(emails(&found), ["member@example.com"]);
    let nobody = desk.get("accounts?email=nobody@example.com").await;
    assert_eq!(nobody["items"], json!([]));

    let one = desk.get(&format!("accounts/{}", desk.member_id)).await;
    assert_eq!(one["email"], "member@example.com");
    assert_eq!(
        (&one["status"], &one["tier"]),
        (&json!("active"), &json!("basic"))
    );
    let balance = json!({"balance_usd": "1.000000", "held_usd": "0.000000",
        "available_usd": "1.000000", "owed_usd": "0.000000"});
    assert_eq!(one["balance"], balance);
    let unknown = format!("/api/v1/admin/accounts/{}", uuid::Uuid::from_u128(9));
    assert_eq!(desk.send(call("GET", unknown)).await.problem(), "not-found");
}

async fn change(desk: &Desk<'_>) {
    // Its key is known to the server by now; the suspension shows all the same.
    let me = || desk.world.send(call("GET", "/api/v1/me").key(&desk.member));
    assert_eq!(me().await.status, 200);
    let suspend = json!({"status": "suspended", "reason": "it scrapes"});
    for _ in 0..2 {
        let answer = desk.change(&suspend).await;
        assert_eq!(answer.json()["status"], "suspended");
    }
    assert_eq!(me().await.problem(), "account-suspended");
    let answer = desk
        .change(&json!({"status": "active", "reason": "it stopped"}))
        .await;
    assert_eq!(answer.json()["status"], "active");
    assert_eq!(me().await.status, 200);
    let both = json!({"tier": "professional", "role": "admin", "reason": "a colleague"});
    let answer = desk.change(&both).await;
    assert_eq!(answer.json()["tier"], "professional");
    let list = "/api/v1/admin/accounts";
    assert_eq!(
        desk.world
            .send(call("GET", list).key(&desk.member))
            .await
            .status,
        200
    );
    let demote = json!({"role": "member", "reason": "no more"});
    assert_eq!(desk.change(&demote).await.json()["role"], "member");
    let refused = desk.world.send(call("GET", list).key(&desk.member)).await;
    assert_eq!(refused.problem(), "not-admin");

    assert_eq!(
        desk.actions().await,
        [
            "account.role",
            "account.tier",
            "account.role",
            "account.restore",
            "account.suspend"
        ],
        "what was so already is not noted again"
    );
    let log = desk.get("audit-log?limit=1").await;
    let expected = json!({"role": {"from": "admin", "to": "member"}, "reason": "no more"});
    assert_eq!(log["items"][0]["detail"], expected);
    let me = desk.send(call("GET", "/api/v1/me")).await.json();
    let own = me["account_id"].as_str().unwrap();
    assert_eq!(log["items"][0]["actor"], format!("user:{own}"));
    let path = format!("/api/v1/admin/accounts/{own}");
    for lock_out in [demote, suspend] {
        let refused = desk.send(call("PATCH", &path).json(&lock_out)).await;
        assert_eq!(
            refused.problem(),
            "invalid-field",
            "nobody locks themselves out"
        );
    }
}

async fn credits(desk: &Desk<'_>) {
    let top_up = json!({"kind": "top_up", "amount_usd": "2.5", "reason": "paid by bank"});
    let first = desk.credits(&top_up, "k1").await;
    assert_eq!(first.status, 200, "{:?}", first.json());
    assert_eq!(first.json()["kind"], "top_up");
    assert_eq!(first.json()["balance_after_usd"], "3.500000");
    let again = desk.credits(&top_up, "k1").await;
    assert_eq!(again.json(), first.json());
    let other = json!({"kind": "top_up", "amount_usd": "2.6", "reason": "paid by bank"});
    assert_eq!(
        desk.credits(&other, "k1").await.problem(),
        "idempotency-mismatch"
    );

    let goodwill = json!({"kind": "goodwill", "amount_usd": "0.1", "reason": "sorry", "expires_at": "2026-12-01T00:00:00Z"});
    assert_eq!(
        desk.credits(&goodwill, "k2").await.json()["kind"],
        "adjustment"
    );
    let lots = desk
        .world
        .send(call("GET", "/api/v1/billing/lots").key(&desk.member))
        .await
        .json();
    assert_eq!(
        lots["items"][0]["source"], "goodwill",
        "what lapses first is spent first"
    );
    assert_eq!(lots["items"][0]["expires_at"], "2026-12-01T00:00:00Z");
    let taken = json!({"kind": "adjustment", "amount_usd": "-0.6", "reason": "booked twice"});
    assert_eq!(
        desk.credits(&taken, "k3").await.json()["amount_usd"],
        "-0.600000"
    );
    assert_eq!(desk.balance().await, "3.000000");

    let too_much = json!({"kind": "adjustment", "amount_usd": "-9", "reason": "x"});
    assert_eq!(
        desk.credits(&too_much, "k4").await.problem(),
        "insufficient-credits"
    );
    for (kind, amount) in [("top_up", "-1"), ("goodwill", "0"), ("adjustment", "0")] {
        let bad = json!({"kind": kind, "amount_usd": amount, "reason": "x"});
        assert_eq!(
            desk.credits(&bad, "k5").await.problem(),
            "invalid-field",
            "{kind}"
        );
    }
    let path = format!("/api/v1/admin/accounts/{}/credits", desk.member_id);
    let without = desk.send(call("POST", path).json(&top_up)).await;
    assert_eq!(without.problem(), "bad-idempotency-key");
    assert_eq!(desk.balance().await, "3.000000");
    assert_eq!(
        desk.actions().await,
        ["credits.adjustment", "credits.goodwill", "credits.top_up"]
    );
}

async fn entries(desk: &Desk<'_>) {
    let give = json!({"kind": "goodwill", "amount_usd": "0.1", "reason": "sorry"});
    for key in ["k1", "k2"] {
        assert_eq!(desk.credits(&give, key).await.status, 200);
    }
    let path = "/api/v1/billing/entries";
    let own = desk.world.send(call("GET", path).key(&desk.member)).await;
    let own = own.json()["items"].clone();
    let path = format!("accounts/{}/entries", desk.member_id);
    let first = desk.get(&format!("{path}?limit=2")).await;
    let next = first["next"].as_str().unwrap();
    let second = desk.get(&format!("{path}?limit=2&cursor={next}")).await;
    let both = [&first, &second].map(|page| page["items"].as_array().unwrap().clone());
    assert_eq!(json!(both.concat()), own, "what the account sees itself");
    assert_eq!(both.concat().len(), 3);
    assert!(second.get("next").is_none());
    // A place in one account's entries is none in another's.
    let me = desk.world.get("/api/v1/me").await.json();
    let other = me["account_id"].as_str().unwrap();
    let other = format!("/api/v1/admin/accounts/{other}/entries?cursor={next}");
    assert_eq!(desk.send(call("GET", other)).await.problem(), "bad-cursor");
    let nobody = format!(
        "/api/v1/admin/accounts/{}/entries",
        uuid::Uuid::from_u128(9)
    );
    assert_eq!(desk.send(call("GET", nobody)).await.problem(), "not-found");
}

async fn refund(desk: &Desk<'_>) {
    let entries = desk.world.get("/api/v1/billing/entries").await.json();
    let charge = &entries["items"][0];
    assert_eq!(charge["amount_usd"], "-0.015000");
    let path = format!("entries/{}/refunds", charge["entry_id"].as_str().unwrap());
    let me = desk.world.get("/api/v1/me").await.json();
    let order = |amount: &str| json!({"account_id": me["account_id"], "amount_usd": amount, "reason": "wrong"});
    let first = desk.post(&path, &order("0.01"), "r1").await;
    assert_eq!(first.json()["kind"], "refund");
    assert_eq!(first.json()["amount_usd"], "0.010000");
    assert_eq!(
        desk.post(&path, &order("0.01"), "r1").await.json(),
        first.json()
    );
    assert_eq!(
        desk.post(&path, &order("0.01"), "r2").await.problem(),
        "invalid-field"
    );
    assert_eq!(desk.post(&path, &order("0.005"), "r2").await.status, 200);
    let strangers = json!({"account_id": desk.member_id, "amount_usd": "0.001", "reason": "x"});
    assert_eq!(
        desk.post(&path, &strangers, "r3").await.problem(),
        "not-found"
    );
    let without = call("POST", format!("/api/v1/admin/{path}")).json(&order("0.001"));
    assert_eq!(desk.send(without).await.problem(), "bad-idempotency-key");
    assert_eq!(desk.actions().await, ["entry.refund", "entry.refund"]);
    let after = desk.world.get("/api/v1/billing/balance").await.json();
    assert_eq!(after["balance_usd"], "4.950000");
}

async fn payment_events() {
    let world = payments::world().await;
    let desk = Desk::new(&world).await;
    assert_eq!(desk.get("payment-events").await, json!({"items": []}));
    let paid = payments::event(&world, "evt_1", "payment.paid", 1).await;
    let odd = payments::event(&world, "evt_2", "payment.dreamt", 2).await;
    for event in [&paid, &odd, &paid] {
        assert_eq!(payments::tell(&world, event).await.status, 200);
    }
    let events = desk.get("payment-events").await;
    let account = &paid["payment"]["account_id"];
    let at = "2026-11-02T09:30:00Z";
    let expected = json!([
        {"event_id": "evt_2", "payment_id": "pay_1", "outcome": "odd",
            "reason": "the type of the event is unknown", "received_at": at},
        {"event_id": "evt_1", "payment_id": "pay_1", "account_id": account,
            "outcome": "credited", "received_at": at},
    ]);
    assert_eq!(events["items"], expected, "each once");
}

async fn letters(desk: &Desk<'_>) {
    let queue = &desk.world.memory.queue;
    assert_eq!(desk.get("dead-letters").await["items"], json!([]));
    let mut other = body();
    other["template"] = "business".into();
    let accepted = desk
        .world
        .ask(call("POST", "/api/v1/analyses").json(&other))
        .await;
    desk.world.engine.relay_outbox().await.unwrap();
    let delivery = queue.receive(1, Duration::from_secs(30)).await.unwrap();
    queue
        .reject(&delivery[0].receipt, "it was odd")
        .await
        .unwrap();

    let letters = desk.get("dead-letters").await;
    let letter = &letters["items"][0];
    assert_eq!(letter["reason"], "it was odd");
    assert_eq!(letter["task_id"], accepted.json()["task_id"]);
    let path = |id: &str| format!("/api/v1/admin/dead-letters/{id}/redrive");
    let redrive = path(letter["letter_id"].as_str().unwrap());
    assert_eq!(desk.send(call("POST", &redrive)).await.status, 204);
    assert_eq!(desk.get("dead-letters").await["items"], json!([]));
    assert_eq!(queue.depth().await.unwrap(), 1);
    assert_eq!(
        desk.send(call("POST", &redrive)).await.problem(),
        "not-found"
    );
    assert_eq!(
        desk.send(call("POST", path("x"))).await.problem(),
        "not-found"
    );
    assert_eq!(desk.actions().await[0], "dead_letter.redrive");
}

async fn prove(desk: &Desk<'_>) {
    let prove = async |body: Value| {
        let call = call("POST", "/api/v1/admin/audits").json(&body);
        desk.send(call).await
    };
    let all = prove(json!({})).await;
    assert_eq!(all.json(), json!({"accounts": 3, "findings": []}));
    let one = prove(json!({"account_id": desk.member_id})).await;
    assert_eq!(one.json()["accounts"], 1);
    let unknown = prove(json!({"account_id": uuid::Uuid::from_u128(9)})).await;
    assert_eq!(unknown.problem(), "not-found");
    assert_eq!(desk.world.engine.findings(), Some(0));
    assert_eq!(desk.actions().await, ["books.prove", "books.prove"]);
}

async fn log(desk: &Desk<'_>) {
    for reason in ["one", "two", "three"] {
        let give = json!({"kind": "goodwill", "amount_usd": "0.1", "reason": reason});
        assert_eq!(desk.credits(&give, reason).await.status, 200);
    }
    let first = desk.get("audit-log?limit=2").await;
    let reasons = |page: &Value| {
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|it| it["detail"]["reason"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(reasons(&first), ["three", "two"]);
    assert_eq!(
        first["items"][0]["subject"],
        format!("account {}", desk.member_id)
    );
    let next = first["next"].as_str().unwrap();
    let second = desk.get(&format!("audit-log?limit=1&cursor={next}")).await;
    assert_eq!(reasons(&second), ["one"]);
    // Behind it the accounts are made; no address is in what is never changed.
    let next = second["next"].as_str().unwrap();
    let third = desk.get(&format!("audit-log?cursor={next}")).await;
    let made = third["items"].as_array().unwrap();
    assert!(made.iter().all(|it| it["action"] == "account.create"));
    assert_eq!(made.len(), 3);
    assert!(!third.to_string().contains('@'), "{third}");
    assert!(third.get("next").is_none());
}

#[tokio::test]
async fn nobody_but_administrators_administers() {
    let world = World::new().await;
    let document: Value = serde_json::from_str(&aperilex_api::openapi_json()).unwrap();
    let mut seen = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            if !path.starts_with("/api/v1/admin/") {
                continue;
            }
            let path = path.replace("{account_id}", &uuid::Uuid::nil().to_string());
            let path = path.replace("{entry_id}", "7").replace("{letter_id}", "1");
            let path = path.replace("{analysis_id}", &uuid::Uuid::nil().to_string());
            let answer = world.ask(call(&method.to_uppercase(), &path)).await;
            assert_eq!(answer.status, 403, "{method} {path}");
            assert_eq!(answer.problem(), "not-admin", "{method} {path}");
            seen += 1;
        }
    }
    assert!(seen >= 14, "{seen}");
}

#[tokio::test]
async fn a_suspension_takes_effect_on_servers_that_know_the_key() {
    // The other server has seen the key, and remembers it for an hour.
    let api = ApiSettings {
        auth_cache_s: 3_600,
        ..ApiSettings::default()
    };
    let world = World::with(|_| {}, settings(), api).await;
    let desk = Desk::new(&world).await;
    let wider = json!({"tier": "professional", "reason": "it asked"});
    assert_eq!(desk.change(&wider).await.status, 200);
    let engine = world.engine.clone();
    let other = aperilex_api::endpoint(
        engine,
        ApiSettings {
            auth_cache_s: 3_600,
            ..ApiSettings::default()
        },
    );
    let ask = async || {
        use poem::Endpoint;
        let request = poem::Request::builder()
            .method(poem::http::Method::POST)
            .uri_str("/api/v1/analyses")
            .header("authorization", format!("Bearer {}", desk.member))
            .header("content-type", "application/json")
            .body(body().to_string());
        let mut response = other.get_response(request).await;
        let bytes = response.take_body().into_vec().await.unwrap();
        serde_json::from_slice::<Value>(&bytes).unwrap()
    };
    let accepted = ask().await;
    assert!(accepted["task_id"].is_string(), "{accepted}");
    let suspend = json!({"status": "suspended", "reason": "abuse"});
    assert_eq!(desk.change(&suspend).await.status, 200);
    assert_eq!(
        ask().await["code"],
        "account-suspended",
        "no money moves any more"
    );
}
