//! A server under test: started, timed, and looked at through `/proc`.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use crate::shell::output;

/// A running server; it is killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    address: String,
    key: String,
    /// From starting the process to its first answer of 200.
    pub(crate) started_ms: u128,
}

/// The analysis that is read.
#[derive(Debug)]
pub(crate) struct Analysis {
    pub(crate) path: String,
    pub(crate) etag: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Our server, with the sample filings as its source.
    pub(crate) fn aperilex(
        root: &Path,
        data: &Path,
        database: &str,
        url: &str,
    ) -> anyhow::Result<Self> {
        let address = free_address()?;
        let binary = binary(root, "aperilex");
        let prepare = |command: &mut Command| {
            command
                .arg("--data-dir")
                .arg(data)
                .arg("--source")
                .arg(root.join("examples/edgar"));
            if database == "postgres" {
                command.env("APERILEX_DATABASE__PROVIDER", "postgres");
                command.env("APERILEX_DATABASE__SETTINGS__URL", url);
            }
        };
        // The owner and the schema are made before the clock runs: a start is a start, not a set-up.
        let mut migrate = Command::new(&binary);
        migrate.arg("migrate");
        prepare(&mut migrate);
        output(&mut migrate)?;
        let mut command = Command::new(&binary);
        command.args(["serve", "--listen", &address]);
        prepare(&mut command);
        let mut server = Self::start(command, address, String::new(), "/health/ready")?;
        server.key = fs::read_to_string(data.join("owner.key"))?
            .trim()
            .to_owned();
        Ok(server)
    }

    /// The floor.
    pub(crate) fn floor(root: &Path, url: &str, body: &Path) -> anyhow::Result<Self> {
        let (address, key) = (free_address()?, "floor-key".to_owned());
        let mut command = Command::new(binary(root, "aperilex-floor"));
        command.args([url, &address, &key]).arg(body);
        Self::start(command, address, key, "/health")
    }

    fn start(
        mut command: Command,
        address: String,
        key: String,
        health: &str,
    ) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut server = Self {
            child,
            address,
            key,
            started_ms: 0,
        };
        while begun.elapsed() < Duration::from_secs(20) {
            if server.get(health).is_ok() {
                server.started_ms = begun.elapsed().as_millis();
                return Ok(server);
            }
            sleep(Duration::from_millis(1));
        }
        bail!("the server at {} does not answer", server.address)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn authorization(&self) -> String {
        format!("Authorization: Bearer {}", self.key)
    }

    /// The body of a GET that must be answered with success.
    pub(crate) fn get(&self, path: &str) -> anyhow::Result<String> {
        let auth = self.authorization();
        output(Command::new("curl").args(["-sf", "-H", &auth, &self.url(path)]))
    }

    /// Has the sample 10-K analysed, and says where the result is.
    pub(crate) fn analyse_sample(&self) -> anyhow::Result<Analysis> {
        let body = r#"{"filing": {"ticker": "MKWX", "form": "10-K"}}"#;
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(60) {
            let answer = output(
                Command::new("curl")
                    .args([
                        "-s",
                        "-H",
                        &self.authorization(),
                        "-H",
                        "Content-Type: application/json",
                    ])
                    .args(["-d", body, &self.url("/api/v1/analyses")]),
            )?;
            let answer: Value = serde_json::from_str(&answer).context("no JSON")?;
            if let Some(id) = answer["id"].as_str() {
                let path = format!("/api/v1/analyses/{id}");
                let etag = self.etag(&path)?;
                return Ok(Analysis { path, etag });
            }
            ensure!(answer["task_id"].is_string(), "the server answers {answer}");
            sleep(Duration::from_millis(100));
        }
        bail!("the sample is not analysed within a minute")
    }

    fn etag(&self, path: &str) -> anyhow::Result<String> {
        let head = output(
            Command::new("curl")
                .args([
                    "-s",
                    "-o",
                    "/dev/null",
                    "-D",
                    "-",
                    "-H",
                    &self.authorization(),
                ])
                .arg(self.url(path)),
        )?;
        let line = head
            .lines()
            .find(|line| line.to_ascii_lowercase().starts_with("etag:"));
        Ok(line.context("no ETag")?[5..].trim().to_owned())
    }

    /// User and system time of the process so far, in microseconds.
    pub(crate) fn cpu_us(&self) -> anyhow::Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let fields: Vec<&str> = stat
            .rsplit(") ")
            .next()
            .unwrap_or_default()
            .split(' ')
            .collect();
        let ticks: f64 = [11, 12]
            .iter()
            .filter_map(|i| fields.get(*i)?.parse::<f64>().ok())
            .sum();
        // Linux counts in hundredths of a second on every machine Debian runs on.
        Ok(ticks * 10_000.0)
    }

    /// Proportional set size in kB.
    pub(crate) fn pss(&self) -> anyhow::Result<u64> {
        let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.child.id()))?;
        let line = rollup
            .lines()
            .find(|line| line.starts_with("Pss:"))
            .context("no Pss")?;
        Ok(line.split_whitespace().nth(1).context("no Pss")?.parse()?)
    }
}

fn binary(root: &Path, name: &str) -> std::path::PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(Into::into);
    target
        .unwrap_or_else(|| root.join("target"))
        .join("release")
        .join(name)
}

fn free_address() -> anyhow::Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}
