//! A server process with its own data, on SQLite or on a Postgres database of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Sample filings in EDGAR's layout.
pub(crate) fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples/edgar")
        .canonicalize()
        .unwrap()
}

/// Runs a command of the binary to its end.
pub(crate) fn aperilex(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_aperilex"))
        .args(args)
        .output()
        .unwrap()
}

/// Databases to run a test on. A Postgres that is not there is said aloud, and fails where
/// `APERILEX_REQUIRE` names it.
pub(crate) async fn worlds() -> Vec<World> {
    let mut worlds = vec![World::new(None)];
    match std::env::var("APERILEX_TEST_POSTGRES_URL") {
        Ok(url) => worlds.push(World::new(Some(fresh_database(&url).await))),
        Err(_) => {
            let required = std::env::var("APERILEX_REQUIRE").unwrap_or_default();
            assert!(
                !required.split(',').any(|name| name == "postgres"),
                "postgres is required: set APERILEX_TEST_POSTGRES_URL"
            );
            eprintln!("SKIPPED on postgres: set APERILEX_TEST_POSTGRES_URL");
        }
    }
    worlds
}

async fn fresh_database(url: &str) -> String {
    use sqlx::{AssertSqlSafe, Connection};
    let name = format!("it_{}", uuid::Uuid::now_v7().simple());
    let mut admin = sqlx::PgConnection::connect(url).await.unwrap();
    let statement = AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(statement).execute(&mut admin).await.unwrap();
    let (base, _) = url.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

/// Data that outlives the processes that work on it.
pub(crate) struct World {
    dir: TempDir,
    postgres: Option<String>,
    source: PathBuf,
    settings: Vec<(&'static str, String)>,
}

impl World {
    pub(crate) fn new(postgres: Option<String>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        // The company of the samples is in no index.
        std::fs::write(dir.path().join("universe.tsv"), "cik\n0001999999\n").unwrap();
        Self {
            dir,
            postgres,
            source: samples(),
            settings: Vec::new(),
        }
    }

    /// Changes a setting, such as `WORKER__POLL_MS`.
    pub(crate) fn set(mut self, setting: &'static str, value: impl ToString) -> Self {
        self.settings.push((setting, value.to_string()));
        self
    }

    /// Has this many filings of one company to offer, in place of the samples.
    pub(crate) fn with_filings(mut self, count: usize) -> Self {
        self.source = self.dir.path().join("edgar");
        crate::mirror::write(&self.source, count);
        self
    }

    pub(crate) const fn is_postgres(&self) -> bool {
        self.postgres.is_some()
    }

    /// Runs a command of the binary on this data to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Proves the books of all accounts, when nothing is under way.
    pub(crate) fn verify(&self) {
        let output = self.run(&["ledger", "verify", "--quiet", "--objects"]);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{}: {said}", self.name());
        assert!(said.contains(", 0 findings"), "{said}");
    }

    /// Makes accounts, several at a time; gives their keys.
    pub(crate) fn accounts(&self, names: &[String], credit: &str) -> Vec<String> {
        let email = |name: &String| format!("{name}@example.com");
        let some = |names: &[String]| -> Vec<String> {
            let each = names.iter().map(|name| self.account(&email(name), credit));
            each.collect()
        };
        std::thread::scope(|scope| {
            let shares = names.chunks(names.len().div_ceil(4).max(1));
            let running: Vec<_> = shares
                .map(|names| scope.spawn(move || some(names)))
                .collect();
            let keys = running.into_iter().flat_map(|it| it.join().unwrap());
            keys.collect()
        })
    }

    pub(crate) fn name(&self) -> &'static str {
        if self.postgres.is_some() {
            "postgres"
        } else {
            "sqlite"
        }
    }

    /// Where its data is.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// The URL of its Postgres database, if it is on one.
    pub(crate) fn postgres(&self) -> Option<&str> {
        self.postgres.as_deref()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aperilex"));
        command
            .args(args)
            .arg("--data-dir")
            .arg(self.dir.path().join("data"));
        command.arg("--source").arg(&self.source);
        let universe = self.dir.path().join("universe.tsv");
        command.env("APERILEX_UNIVERSES__SMALL", &universe);
        command.env("APERILEX_UNIVERSES__LARGE", &universe);
        // Short times, so that what was left lying is picked up within the test.
        for (setting, value) in [
            ("TIMINGS__LEASE_S", "1"),
            ("TIMINGS__RESEND_AFTER_S", "1"),
            ("WORKER__SWEEP_MS", "200"),
            ("WORKER__POLL_MS", "50"),
        ] {
            command.env(format!("APERILEX_{setting}"), value);
        }
        for (setting, value) in &self.settings {
            command.env(format!("APERILEX_{setting}"), value);
        }
        if let Some(url) = &self.postgres {
            command.env("APERILEX_DATABASE__PROVIDER", "postgres");
            command.env("APERILEX_DATABASE__SETTINGS__URL", url);
        }
        command
    }

    /// Makes an account; gives its key.
    pub(crate) fn account(&self, email: &str, credit: &str) -> String {
        let args = [
            "account",
            "create",
            "--email",
            email,
            "--tier",
            "basic",
            "--credit-usd",
            credit,
        ];
        let output = self.command(&args).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let key = text.lines().find_map(|line| line.strip_prefix("api-key "));
        key.unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)))
            .to_owned()
    }

    /// Starts a server and waits until it listens; `kill_at` names the step at which it dies.
    pub(crate) fn serve(&self, kill_at: Option<&str>) -> Server {
        self.start(&["serve", "--listen", "127.0.0.1:0"], kill_at)
    }

    /// Starts a server that leaves the work to others.
    pub(crate) fn serve_without_worker(&self) -> Server {
        self.start(&["serve", "--listen", "127.0.0.1:0", "--no-worker"], None)
    }

    /// Starts a worker process.
    pub(crate) fn worker(&self) -> Worker {
        let quiet = || Stdio::null();
        Worker(
            self.command(&["worker"])
                .stdout(quiet())
                .stderr(quiet())
                .spawn()
                .unwrap(),
        )
    }

    fn start(&self, args: &[&str], kill_at: Option<&str>) -> Server {
        let mut command = self.command(args);
        if let Some(step) = kill_at {
            command.env("APERILEX_KILL_AT", step);
        }
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = Vec::new();
        let address = loop {
            let line = lines
                .next()
                .unwrap_or_else(|| panic!("it ended: {said:?}"))
                .unwrap();
            if let Some(address) = line.strip_prefix("listening on ") {
                break address.to_owned();
            }
            said.push(line);
        };
        // Somebody must go on reading, or the server stops at a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Server {
            child,
            address,
            client: Client::new(),
        }
    }
}

/// A running worker; it is killed when dropped.
pub(crate) struct Worker(Child);

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A running server; it is killed when dropped.
pub(crate) struct Server {
    child: Child,
    address: String,
    client: Client,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    pub(crate) fn get(&self, key: &str, path: &str) -> RequestBuilder {
        self.client
            .get(format!("{}{path}", self.address))
            .bearer_auth(key)
    }

    pub(crate) fn delete(&self, key: &str, path: &str) -> RequestBuilder {
        self.client
            .delete(format!("{}{path}", self.address))
            .bearer_auth(key)
    }

    pub(crate) async fn json(&self, key: &str, path: &str) -> Value {
        self.get(key, path)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    pub(crate) fn post(&self, key: &str, path: &str, body: &Value) -> RequestBuilder {
        self.client
            .post(format!("{}{path}", self.address))
            .bearer_auth(key)
            .json(body)
    }

    /// Asks for the sample 10-K; an error means that the server died.
    pub(crate) async fn ask(&self, key: &str) -> Result<Response, reqwest::Error> {
        let body = json!({"filing": {"ticker": "MKWX", "form": "10-K"}});
        self.post(key, "/api/v1/analyses", &body).send().await
    }

    /// Asks and must be given a task.
    pub(crate) async fn task(&self, key: &str) -> String {
        let response = self.ask(key).await.unwrap();
        assert_eq!(response.status(), StatusCode::ACCEPTED);
        let answer: Value = response.json().await.unwrap();
        answer["task_id"].as_str().unwrap().to_owned()
    }

    /// Asks it to stop, as an operator does.
    pub(crate) fn terminate(&self) {
        self.signal("-TERM");
    }

    /// Ends it at once, as a machine that loses power does.
    pub(crate) fn kill(&self) {
        self.signal("-KILL");
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &pid]).status();
        assert!(sent.unwrap().success());
    }

    pub(crate) async fn wait_for_death(&mut self) {
        let begun = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "it should have died by now"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Tasks of an account, once all of them are final.
    pub(crate) async fn final_tasks(&self, key: &str) -> Vec<Value> {
        let begun = Instant::now();
        loop {
            let page = self.json(key, "/api/v1/tasks").await;
            let tasks = page["items"].as_array().unwrap().clone();
            let done = |task: &Value| {
                matches!(
                    task["status"].as_str(),
                    Some("completed" | "failed" | "cancelled")
                )
            };
            if tasks.iter().all(done) {
                return tasks;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "not final: {page}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What must hold when nothing is under way. Gives the kinds and amounts of all charges.
    pub(crate) async fn check_ledger(&self, key: &str) -> Vec<(String, i64)> {
        let entries = self.json(key, "/api/v1/billing/entries?limit=100").await;
        let balance = self.json(key, "/api/v1/me").await["balance"].clone();
        let mut entries = entries["items"].as_array().unwrap().clone();
        entries.reverse();
        let mut sum = 0;
        for entry in &entries {
            sum += micros(&entry["amount_usd"]);
            assert_eq!(micros(&entry["balance_after_usd"]), sum, "{entry}");
        }
        assert_eq!(micros(&balance["balance_usd"]), sum);
        assert_eq!(micros(&balance["held_usd"]), 0, "a hold is open");
        assert_eq!(micros(&balance["available_usd"]), sum);
        entries
            .iter()
            .map(|entry| {
                (
                    entry["kind"].as_str().unwrap().to_owned(),
                    micros(&entry["amount_usd"]),
                )
            })
            .filter(|(_, amount)| *amount < 0)
            .collect()
    }
}

fn micros(amount: &Value) -> i64 {
    let text = amount
        .as_str()
        .unwrap_or_else(|| panic!("no amount: {amount}"));
    let (dollars, micros) = text.split_once('.').unwrap();
    let micros: i64 = micros.parse().unwrap();
    let sign = if dollars.starts_with('-') { -1 } else { 1 };
    dollars.parse::<i64>().unwrap() * 1_000_000 + sign * micros
}
