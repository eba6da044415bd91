//! Somebody of each kind, one thing of each kind, and what they send.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use aperilex_core::ports::{Ports, TaskQueue};
use aperilex_core::{AccountStatus, OneTimePurpose, SignedIn, Tier};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Operation, Who};
use crate::payments;
use crate::sign_in::{PASSWORD, Works, token};
use crate::world::{ACCESSION, Answer, Call, World, call, filing_id, settings};

/// Everybody, and one thing of each kind that is the owner's.
pub(super) struct Scene {
    world: World,
    keys: BTreeMap<Who, String>,
    /// By the names that paths have for them.
    things: BTreeMap<&'static str, String>,
    waiting_task: String,
    quote: String,
    suspended: String,
    /// An account that may have a contract.
    large: String,
}

fn text(document: &Value, name: &str) -> String {
    document[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name}: {document}"))
        .to_owned()
}

/// The address of who asks.
fn email(who: Who) -> &'static str {
    match who {
        Who::Owner | Who::ReadKey => "first@example.com",
        Who::Other => "other@example.com",
        Who::OtherTier => "demo@example.com",
        Who::Suspended => "bad@example.com",
        Who::Admin => "boss@example.com",
        Who::Anonymous => "nobody@example.com",
    }
}

impl Scene {
    pub(super) async fn new() -> Self {
        let provide = |ports: &mut Ports| ports.sign_in.providers = vec![Arc::new(Works)];
        let world = World::with(provide, settings(), payments::taking()).await;
        let (quote, mut things) = things(&world).await;
        let read = made(&world, "keys", &json!({"name": "read", "scopes": ["read"]})).await;
        let account = async |name, tier| world.account(name, tier, 1_000_000).await;
        let suspended = account("bad", Tier::Professional).await;
        let keys = BTreeMap::from([
            (Who::Owner, world.key.clone()),
            (Who::Other, account("other", Tier::Professional).await),
            (Who::OtherTier, account("demo", Tier::Demo).await),
            (Who::Suspended, suspended.clone()),
            (Who::ReadKey, text(&read, "secret")),
            (Who::Admin, world.administrator("boss").await),
        ]);
        let me = async |key| {
            let me = world.send(call("GET", "/api/v1/me").key(key)).await;
            text(&me.json(), "account_id")
        };
        things.insert("account_id", me(&world.key).await);
        let large = account("large", Tier::Enterprise).await;
        let large = me(&large).await;
        Self {
            keys,
            things,
            // Nothing relays it: it waits.
            waiting_task: analysis_of(&world, "financial").await,
            quote,
            suspended: me(&suspended).await,
            large,
            world,
        }
    }

    /// What cannot be told from what does not exist: the ids of the owner's things.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        let public = |name: &&str| ["filing_id", "part", "item", "month"].contains(name);
        let things = self.things.iter().filter(move |(name, _)| !public(name));
        let things = things.map(|(_, id)| id.as_str());
        let more = [&self.waiting_task, &self.quote].map(String::as_str);
        // The number of a letter is in too much.
        let long = |id: &&str| id.len() >= 32;
        things.chain(more).filter(long).chain([email(Who::Owner)])
    }

    /// A thing as a request names it, or one that does not exist.
    fn thing(&self, operation: &Operation, name: &str, exists: bool) -> String {
        let id = match (operation.id.as_str(), name) {
            ("cancelTask", "task_id") => &self.waiting_task,
            ("getContract" | "setContract" | "endContract", "account_id") => &self.large,
            _ => self
                .things
                .get(name)
                .unwrap_or_else(|| panic!("{}: no {name} here; make one", operation.id)),
        };
        match name {
            _ if exists || !name.ends_with("_id") => id.clone(),
            "letter_id" => "none".to_owned(),
            _ => Uuid::from_u128(9).to_string(),
        }
    }

    fn path(&self, operation: &Operation, exists: bool) -> String {
        let filled = operation
            .path
            .split('/')
            .map(|piece| {
                let name = piece.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
                match name {
                    Some(name) => self.thing(operation, name, exists),
                    None => piece.to_owned(),
                }
            })
            .collect::<Vec<_>>()
            .join("/");
        let query = match operation.id.as_str() {
            "listAnalyses" => {
                format!("?filing_id={}", self.thing(operation, "filing_id", exists))
            }
            "beginOidc" => "?provider=works".to_owned(),
            "endContract" => "?reason=over".to_owned(),
            _ => String::new(),
        };
        filled + &query
    }

    /// The usual body of an operation.
    fn body(&self, operation: &Operation, who: Who, exists: bool, proof: &str) -> Option<Value> {
        let address = if exists {
            email(Who::Owner)
        } else {
            email(Who::Anonymous)
        };
        let account = || self.thing(operation, "account_id", exists);
        let body = match operation.id.as_str() {
            "createQuote" => wanted("risk"),
            "requestAnalysis" => {
                let mut request = wanted("risk");
                request["quote"] = if exists {
                    self.quote.as_str().into()
                } else {
                    Uuid::from_u128(9).to_string().into()
                };
                request
            }
            "startImport" => json!({"filings": [{"accession": "0001999999-26-999998"}]}),
            "setNotices" => json!({"tasks": true, "low_balance": true}),
            "createKey" => json!({"name": "a new one", "scopes": ["read"]}),
            "signUp" => json!({"email": "new@example.com"}),
            "forgotPassword" => json!({"email": address}),
            "verifyAccount" | "resetPassword" => json!({"token": proof, "password": PASSWORD}),
            "createSession" if who == Who::Suspended => {
                json!({"email": email(who), "password": proof})
            }
            "createSession" => json!({"email": address, "password": proof}),
            "refreshSession" => json!({"refresh_token": proof}),
            "changeAccount" => json!({"tier": "basic", "reason": "it asked"}),
            "giveCredits" => json!({"kind": "top_up", "amount_usd": "2.5", "reason": "paid"}),
            "refundEntry" => {
                json!({"account_id": account(), "amount_usd": "0.001", "reason": "slow"})
            }
            "setContract" => json!({"contract": {"priority": 1}, "reason": "signed"}),
            "retractAnalysis" => json!({"reason": "it was wrong"}),
            "proveBooks" => json!({"account_id": account()}),
            "receivePaymentEvent" => json!({"id": "evt_1", "type": "payment.paid", "payment": {
                "id": "pay_1", "version": 1, "account_id": account(),
                "amount_usd": "10.00", "currency": "usd"}}),
            other => {
                assert!(!operation.has_body, "{other} has no body here: write one");
                return None;
            }
        };
        Some(body)
    }

    /// The request; `proof` is what it goes by where that is not a key.
    fn call(&self, operation: &Operation, who: Who, exists: bool, proof: &str) -> Call {
        let mut path = self.path(operation, exists);
        if operation.id == "finishOidc" {
            let state = proof.split_once(' ').unwrap().0;
            write!(path, "?code=good&state={state}").unwrap();
        }
        let mut call = call(&operation.method, path);
        let key = match operation.id.as_str() {
            "endSession" if !proof.is_empty() => Some(proof),
            _ => self.keys.get(&who).map(String::as_str),
        };
        if let Some(key) = key {
            call = call.key(key);
        }
        if let Some(body) = self.body(operation, who, exists, proof) {
            if operation.id == "receivePaymentEvent" && who == Who::Owner {
                call = call.header("payment-signature", payments::signed(&body));
            }
            call = call.json(&body);
        }
        if operation.id == "finishOidc" && who.holds_token() {
            call = call.header("cookie", proof.split_once(' ').unwrap().1);
        }
        match operation.id.as_str() {
            "giveCredits" | "refundEntry" => call.header("idempotency-key", "once"),
            "setContract" | "endContract" => call.header("if-match", proof),
            _ => call,
        }
    }

    async fn sign_in(&self, who: Who) -> SignedIn {
        let engine = &self.world.engine;
        let address = email(who).parse().unwrap();
        let password = PASSWORD.parse().unwrap();
        engine.forgot_password(&address).await.unwrap();
        let letter = token(&self.world).await;
        let purpose = OneTimePurpose::ResetPassword;
        engine
            .set_password(&letter, purpose, &password)
            .await
            .unwrap();
        engine.sign_in(&address, &password).await.unwrap()
    }

    /// What a request goes by where that is not a key: who has none makes one up.
    async fn proof(&self, operation: &Operation, who: Who) -> String {
        let engine = &self.world.engine;
        let made_up = || "0".repeat(64);
        match operation.id.as_str() {
            "endSession" if self.keys.contains_key(&who) && who != Who::ReadKey => {
                self.sign_in(who).await.access.reveal().to_owned()
            }
            "finishOidc" => self.journey(who).await,
            "setContract" | "endContract" => {
                let path = format!("/api/v1/admin/accounts/{}/contract", self.large);
                let get = call("GET", path).key(&self.keys[&Who::Admin]);
                self.world.send(get).await.header("etag").to_owned()
            }
            "verifyAccount" if who == Who::Owner => {
                let address = "new@example.com".parse().unwrap();
                engine.sign_up(&address, None).await.unwrap();
                token(&self.world).await
            }
            "resetPassword" if who.holds_token() => {
                let address = email(who).parse().unwrap();
                engine.forgot_password(&address).await.unwrap();
                token(&self.world).await
            }
            "refreshSession" if who.holds_token() => {
                self.sign_in(who).await.refresh.reveal().to_owned()
            }
            "createSession" => {
                self.sign_in(Who::Owner).await;
                if who != Who::Suspended {
                    let own = who == Who::Owner;
                    return if own { PASSWORD.to_owned() } else { made_up() };
                }
                self.sign_in(who).await;
                PASSWORD.to_owned()
            }
            "verifyAccount" | "resetPassword" | "refreshSession" => made_up(),
            _ => String::new(),
        }
    }

    /// State and cookie of somebody who comes back from the identity provider; the account behind the
    /// identity is suspended already if theirs is to be.
    async fn journey(&self, who: Who) -> String {
        let begin = async || {
            let login = call("GET", "/api/v1/oidc/login?provider=works");
            let away = self.world.send(login).await;
            let state = away.header("location").split_once("state=").unwrap().1;
            let cookie = away.header("set-cookie").split(';').next().unwrap();
            (state.to_owned(), cookie.to_owned())
        };
        let (mut state, mut cookie) = begin().await;
        if who == Who::Suspended {
            let path = format!("/api/v1/oidc/callback?code=good&state={state}");
            let arrived = call("GET", path).header("cookie", &cookie);
            let session = self.world.send(arrived).await.json();
            self.suspend(&text(&session, "account_id")).await;
            (state, cookie) = begin().await;
        }
        format!("{state} {cookie}")
    }

    async fn suspend(&self, account: &str) {
        let path = format!("/api/v1/admin/accounts/{account}");
        let change = call("PATCH", path).key(&self.keys[&Who::Admin]);
        let change = change.json(&json!({"status": "suspended", "reason": "it scrapes"}));
        let answer = self.world.send(change).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// Whether who is to be suspended is so still.
    pub(super) async fn is_suspended(&self) -> bool {
        let user = self.suspended.parse().unwrap();
        let account = self.world.engine.account(user).await.unwrap();
        account.status == AccountStatus::Suspended
    }

    /// What somebody is answered.
    pub(super) async fn ask(&self, operation: &Operation, who: Who) -> Asked {
        let proof = self.proof(operation, who).await;
        if who == Who::Suspended {
            self.suspend(&self.suspended).await;
        }
        let call = self.call(operation, who, true, &proof);
        let answer = self.world.send(call.clone()).await;
        if who.is_entitled(operation) {
            return Asked {
                call,
                answer,
                absent: None,
            };
        }
        let other = self.call(operation, who, false, &proof);
        let absent = if call == other {
            None
        } else {
            Some((self.world.send(other.clone()).await, other))
        };
        Asked {
            call,
            answer,
            absent,
        }
    }
}

/// A request and what came of it.
pub(super) struct Asked {
    pub(super) call: Call,
    pub(super) answer: Answer,
    /// The same request of a thing that does not exist, where that is another one and who asks is not
    /// entitled to the thing.
    pub(super) absent: Option<(Answer, Call)>,
}

/// Something that the owner has made.
async fn made(world: &World, what: &str, body: &Value) -> Value {
    let call = call("POST", format!("/api/v1/{what}")).json(body);
    let answer = world.ask(call).await;
    assert!(answer.status.is_success(), "{what}: {answer:?}");
    answer.json()
}

fn wanted(template: &str) -> Value {
    json!({"filing": {"accession": ACCESSION}, "template": template})
}

/// A task of the owner for an analysis that does not exist.
async fn analysis_of(world: &World, template: &str) -> String {
    text(&made(world, "analyses", &wanted(template)).await, "task_id")
}

/// A quote of the owner; and what paths name.
async fn things(world: &World) -> (String, BTreeMap<&'static str, String>) {
    let analysis = world.analysed().await;
    let first = async |path: &str, name: &str| {
        let list = world.get(&format!("/api/v1/{path}")).await.json();
        text(&list["items"][0], name)
    };
    let task = first("tasks", "task_id").await;
    let entry = first("billing/entries", "entry_id").await;
    let letter = dead_letter(world, &analysis_of(world, "business").await).await;
    let import = json!({"filings": [{"accession": "0001999999-26-999999"}]});
    let import = made(world, "imports", &import).await;
    let key = made(world, "keys", &json!({"name": "spare"})).await;
    let quote = made(world, "quotes", &wanted("risk")).await;
    let things = [
        ("analysis_id", analysis),
        ("task_id", task),
        ("entry_id", entry),
        ("letter_id", letter),
        ("import_id", text(&import, "import_id")),
        ("key_id", text(&key["key"], "key_id")),
        ("filing_id", filing_id()),
        ("part", "I".to_owned()),
        ("item", "1A".to_owned()),
        ("month", "2026-11".to_owned()),
    ];
    (text(&quote, "quote_id"), things.into())
}

/// Has the message of a task given up; gives the number of the letter.
async fn dead_letter(world: &World, task: &str) -> String {
    let queue = &world.memory.queue;
    world.engine.relay_outbox().await.unwrap();
    let deliveries = queue.receive(1, Duration::from_secs(30)).await.unwrap();
    let receipt = &deliveries[0].receipt;
    queue.reject(receipt, "it was odd").await.unwrap();
    let letters = world.engine.dead_letters(9).await.unwrap();
    let body = String::from_utf8_lossy(&letters[0].body);
    assert!(letters.len() == 1 && body.contains(task), "{body}");
    letters[0].id.0.clone()
}
