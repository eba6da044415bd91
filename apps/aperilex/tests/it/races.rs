//! Many clients at once, on one server over SQLite and on two over one Postgres.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::mirror::accession;
use crate::server::{Server, World, worlds};

const ANALYSES: &str = "/api/v1/analyses";
const TEMPLATES: [&str; 4] = ["comprehensive", "financial", "risk", "business"];

/// How long servers are kept under pressure: longer in the gate than every day.
fn pressure() -> Duration {
    let told = std::env::var("APERILEX_TEST_PRESSURE_S");
    Duration::from_secs(told.map_or(6, |seconds| seconds.parse().unwrap()))
}

fn names(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|n| format!("{prefix}{n}")).collect()
}

/// As many servers as the database can have.
fn servers(world: &World) -> Vec<Server> {
    let count = if world.is_postgres() { 2 } else { 1 };
    (0..count).map(|_| world.serve(None)).collect()
}

/// An analysis that nobody else asks for under the same number.
fn request(n: usize) -> Value {
    json!({
        "filing": {"accession": accession(n / TEMPLATES.len())},
        "template": TEMPLATES[n % TEMPLATES.len()],
    })
}

#[tokio::test]
async fn of_sixty_four_requests_as_many_win_as_the_wallet_pays() {
    for world in worlds().await {
        let world = world
            .with_filings(16)
            .set("PLANS__BASIC__ACCESS_BY_POLICY", true)
            .set("PLANS__BASIC__FILING_ACCESS", "0.000000")
            .set("PLANS__BASIC__MONTHLY_CREDITS", "0.000000")
            .set("PLANS__BASIC__RUNNING", 100);
        let key = world.account("wallet@example.com", "0.10");
        // Nobody works, so that nothing that was held comes back.
        let count = if world.is_postgres() { 2 } else { 1 };
        let servers: Vec<_> = (0..count).map(|_| world.serve_without_worker()).collect();
        let asked = (0..64).map(|n| {
            let server = &servers[n % servers.len()];
            server.post(&key, ANALYSES, &request(n)).send()
        });
        let mut told: BTreeMap<u16, usize> = BTreeMap::new();
        for answer in join_all(asked).await {
            *told.entry(answer.unwrap().status().as_u16()).or_default() += 1;
        }
        let expected = BTreeMap::from([(202, 5), (402, 59)]);
        assert_eq!(told, expected, "{}", world.name());
        let balance = servers[0].json(&key, "/api/v1/me").await["balance"].clone();
        assert_eq!(balance["available_usd"], "0.000000");
        assert_eq!(balance["held_usd"], "0.100000");
    }
}

#[tokio::test]
async fn of_fifty_accounts_that_ask_at_once_one_pays_for_the_analysis() {
    for world in worlds().await {
        let keys = world.accounts(&names("reader", 50), "1.00");
        let servers = servers(&world);
        let asked = keys
            .iter()
            .enumerate()
            .map(|(n, key)| servers[n % servers.len()].ask(key));
        for answer in join_all(asked).await {
            let status = answer.unwrap().status();
            let given = [StatusCode::ACCEPTED, StatusCode::OK];
            assert!(given.contains(&status), "{status}");
        }
        let (mut paid, mut results) = (0, BTreeSet::new());
        for key in &keys {
            for task in servers[0].final_tasks(key).await {
                assert_eq!(task["status"], "completed", "{task}");
            }
            let answer = servers[0].ask(key).await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK);
            let analysis: Value = answer.json().await.unwrap();
            results.insert(analysis["id"].to_string());
            let charges = servers[0].check_ledger(key).await;
            let of = |kind: &str| {
                charges
                    .iter()
                    .filter(|(it, _)| it.starts_with(kind))
                    .count()
            };
            assert_eq!(of("filing_"), 1, "each pays access once: {charges:?}");
            paid += of("analysis");
        }
        assert_eq!((paid, results.len()), (1, 1), "{}", world.name());
        world.verify();
    }
}

/// Asks without pause, now one server and now the other, until it was refused some times; how many
/// requests were allowed.
async fn hammer(servers: Arc<Vec<Server>>, key: String, first: usize) -> usize {
    let (mut allowed, mut refused) = (0, 0);
    for n in first.. {
        let quote = servers[n % servers.len()].post(&key, "/api/v1/quotes", &request(0));
        let answer = quote.send().await.unwrap();
        match answer.status() {
            StatusCode::OK => allowed += 1,
            StatusCode::TOO_MANY_REQUESTS => {
                let wait = answer.headers()["retry-after"].to_str().unwrap();
                assert!((1..=3600).contains(&wait.parse::<u32>().unwrap()), "{wait}");
                refused += 1;
            }
            other => panic!("{other}: {}", answer.text().await.unwrap()),
        }
        if refused == 4 {
            break;
        }
    }
    allowed
}

/// Four clients for each of these accounts, at once; all of a quota can be had, and no more.
async fn storm(world: &World, servers: &Arc<Vec<Server>>, round: u32, limit: usize) {
    const CLIENTS: usize = 4;
    let keys = world.accounts(&names(&format!("eager-{round}-"), 4), "0");
    let clients = (0..CLIENTS * keys.len()).map(|n| {
        let key = keys[n % keys.len()].clone();
        tokio::spawn(hammer(servers.clone(), key, n / keys.len()))
    });
    let mut allowed = vec![0; keys.len()];
    for (n, ended) in join_all(clients).await.into_iter().enumerate() {
        allowed[n % keys.len()] += ended.unwrap();
    }
    assert_eq!(allowed, vec![limit; keys.len()], "{}", world.name());
    for key in &keys {
        let quota = servers[0].json(key, "/api/v1/me").await.to_string();
        assert!(quota.contains(&format!("\"used\":{limit}")), "{quota}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_under_pressure_never_exceed_a_quota() {
    const LIMIT: usize = 60;
    for world in worlds().await {
        let world = world
            .with_filings(1)
            .set("PLANS__BASIC__REQUESTS_PER_HOUR", LIMIT)
            .set("PLANS__BASIC__REQUESTS_PER_DAY", 10 * LIMIT);
        let servers = Arc::new(servers(&world));
        // New accounts all the time, because one that has met its limit is refused from memory.
        let (begun, mut round) = (Instant::now(), 0);
        while round == 0 || (world.is_postgres() && begun.elapsed() < pressure()) {
            storm(&world, &servers, round, LIMIT).await;
            round += 1;
        }
        eprintln!("{}: {round} rounds in {:?}", world.name(), begun.elapsed());
    }
}

/// Asks for one analysis after another; gives the tasks that were acknowledged, and stops when the
/// server it asks is gone.
async fn ask_on(servers: Arc<Vec<Server>>, own: usize, key: String, until: Instant) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for n in own.. {
        if Instant::now() >= until {
            break;
        }
        let server = &servers[own % servers.len()];
        let body = request(n % 64);
        let Ok(answer) = server.post(&key, ANALYSES, &body).send().await else {
            break;
        };
        let status = answer.status();
        let Ok(answer) = answer.json::<Value>().await else {
            break;
        };
        match status {
            StatusCode::ACCEPTED => {
                acknowledged.push(answer["task_id"].as_str().unwrap().to_owned());
            }
            StatusCode::OK => {}
            other => panic!("{other}: {answer}"),
        }
    }
    acknowledged
}

/// The analysis of each acknowledged task, once it is final on this server; it must be completed.
async fn ends(server: &Server, key: &str, task: &str) -> String {
    let begun = Instant::now();
    loop {
        let found = server.json(key, &format!("/api/v1/tasks/{task}")).await;
        match found["status"].as_str() {
            Some("completed") => return found["analysis_url"].to_string(),
            Some("failed" | "cancelled") | None => panic!("{found}"),
            Some(_) => {}
        }
        assert!(begun.elapsed() < Duration::from_secs(90), "{found}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_servers_is_killed_under_load_and_nothing_is_lost_or_doubled() {
    for world in worlds().await.into_iter().filter(World::is_postgres) {
        let world = world
            .with_filings(16)
            .set("PLANS__BASIC__REQUESTS_PER_HOUR", 1_000_000)
            .set("PLANS__BASIC__REQUESTS_PER_DAY", 1_000_000)
            .set("PLANS__BASIC__RUNNING", 100)
            .set("WORKER__CONCURRENCY", 1);
        let keys = world.accounts(&names("busy", 8), "20.00");
        let servers = Arc::new(vec![world.serve(None), world.serve(None)]);
        let [dying, living] = &servers[..] else {
            panic!("two servers")
        };
        let until = Instant::now() + Duration::from_secs(4);
        let clients = (0..2 * keys.len()).map(|n| {
            let key = keys[n % keys.len()].clone();
            tokio::spawn(ask_on(servers.clone(), n, key, until))
        });
        let clients: Vec<_> = clients.collect();
        tokio::time::sleep(Duration::from_millis(1500)).await;
        dying.kill();
        let mut open = 0;
        for key in &keys {
            let tasks = living.json(key, "/api/v1/tasks?limit=100").await;
            let tasks = tasks["items"].as_array().unwrap().iter();
            open += tasks.filter(|task| task["status"] != "completed").count();
        }
        assert!(open > 0, "nothing was under way");
        let mut acknowledged = 0;
        for (n, client) in clients.into_iter().enumerate() {
            for task in client.await.unwrap() {
                ends(living, &keys[n % keys.len()], &task).await;
                acknowledged += 1;
            }
        }
        assert!(acknowledged > 20, "{acknowledged} are no load");
        eprintln!("{acknowledged} acknowledged, {open} under way when one died");
        let (mut paid, mut made) = (0, BTreeSet::new());
        for key in &keys {
            // Those whose answer was lost as well.
            let tasks = living.json(key, "/api/v1/tasks?limit=100").await;
            for task in tasks["items"].as_array().unwrap() {
                let task = task["task_id"].as_str().unwrap();
                made.insert(ends(living, key, task).await);
            }
            let charges = living.check_ledger(key).await;
            paid += charges
                .iter()
                .filter(|(kind, _)| kind == "analysis")
                .count();
        }
        assert_eq!(paid, made.len(), "each analysis is made once and paid once");
        world.verify();
    }
}
