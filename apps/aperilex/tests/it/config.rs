//! Settings that cannot work are refused at start: exit 78, the setting, where it comes from and what would be
//! right, and never what it says. What may come back is exit 75.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::server::samples;

/// `aperilex check-config` with these settings in a file, on the sample filings.
pub(crate) struct Case {
    dir: tempfile::TempDir,
}

impl Case {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { dir }
    }

    fn file(&self) -> std::path::PathBuf {
        self.dir.path().join("settings.json")
    }

    /// What a command says, and its exit code.
    fn run(&self, settings: &str, words: &[&str], variables: &[(&str, &str)]) -> (i32, String) {
        said(&self.command(settings, words, variables))
    }

    /// The exit code of a command, what it prints, and what it says.
    pub(crate) fn output(&self, settings: &str, words: &[&str]) -> (i32, String, String) {
        let output = self.command(settings, words, &[]);
        let (code, said) = said(&output);
        (
            code,
            String::from_utf8_lossy(&output.stdout).into_owned(),
            said,
        )
    }

    fn command(&self, settings: &str, words: &[&str], variables: &[(&str, &str)]) -> Output {
        fs::write(self.file(), settings).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_aperilex"));
        command
            .args(words)
            .args(["--config".as_ref(), self.file().as_os_str()])
            .args([
                "--data-dir".as_ref(),
                self.dir.path().join("data").as_os_str(),
            ])
            .envs(variables.iter().copied());
        command.output().unwrap()
    }

    pub(crate) fn check(&self, settings: &str) -> (i32, String) {
        let source = samples();
        let words = ["check-config", "--source", source.to_str().unwrap()];
        self.run(settings, &words, &[])
    }
}

fn said(output: &Output) -> (i32, String) {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap(), said)
}

/// Each of these settings is refused: its path, the file and what is expected are named, no value is.
pub(crate) fn refused(rows: &[(&str, &str, &str, &str)]) {
    let case = Case::new();
    for (row, settings, path, expected) in rows {
        let (code, said) = case.check(settings);
        assert_eq!(code, 78, "{row}: {said}");
        assert!(said.contains(&format!("`{path}`")), "{row}: {said}");
        assert!(said.contains("settings.json)"), "{row}: {said}");
        assert!(said.contains(expected), "{row}: {said}");
        assert!(!said.contains("hunter2"), "{row}: {said}");
    }
}

#[test]
fn b71_what_cannot_be_read_as_a_setting() {
    refused(&[
        (
            "missing",
            r#"{"database": {"provider": "postgres", "settings": {"pool_max": 5}}}"#,
            "database.settings",
            "missing field `url`",
        ),
        (
            "unknown key",
            r#"{"worker": {"speed": "hunter2"}}"#,
            "worker.speed",
            "expected one of",
        ),
        (
            "unknown key of a provider",
            r#"{"database": {"provider": "postgres", "settings": {"url": "hunter2", "speed": 1}}}"#,
            "database.settings.speed",
            "expected one of",
        ),
        (
            "wrong type",
            r#"{"worker": {"concurrency": "hunter2"}}"#,
            "worker.concurrency",
            "expected u32",
        ),
        (
            "wrong type of a provider's setting",
            r#"{"database": {"provider": "postgres", "settings": {"url": "x", "pool_max": "hunter2"}}}"#,
            "database.settings.pool_max",
            "expected u32",
        ),
        (
            "wrong type of a setting of the API",
            r#"{"api": {"heartbeat_s": "hunter2"}}"#,
            "api.heartbeat_s",
            "expected u64",
        ),
        (
            "typo of a provider",
            r#"{"database": {"provider": "hunter2"}}"#,
            "database.provider",
            "expected one of `sqlite`",
        ),
        (
            "a URL of no kind",
            r#"{"database": {"provider": "postgres", "settings": {"url": "hunter2"}}}"#,
            "database.settings.url",
            "expected sqlite:PATH or postgres://",
        ),
        (
            "a word of a closed set",
            r#"{"plans": {"basic": {"companies": "hunter2"}}}"#,
            "plans.basic.companies",
            "expected one of `small`",
        ),
    ]);
}

#[test]
fn b71_the_layer_that_is_wrong_is_named() {
    let case = Case::new();
    let source = samples();
    let words = ["check-config", "--source", source.to_str().unwrap()];
    let variable = ("APERILEX_WORKER__CONCURRENCY", "0");
    let (code, said) = case.run(r#"{"worker": {"concurrency": 3}}"#, &words, &[variable]);
    assert_eq!(code, 78, "{said}");
    assert!(
        said.contains("(from APERILEX_WORKER__CONCURRENCY): expected 1 to 100"),
        "{said}"
    );
    for (settings, words) in [("[1]", "expected one JSON object"), ("{", "EOF")] {
        let (code, said) = case.check(settings);
        assert_eq!(code, 78, "{said}");
        assert!(
            said.contains("settings.json") && said.contains(words),
            "{said}"
        );
    }
    let absent = ["check-config", "--config", "/nonexistent/settings.json"];
    let (code, said) = said_by(&absent);
    assert_eq!(code, 78, "{said}");
    assert!(said.contains("/nonexistent/settings.json"), "{said}");
}

fn said_by(words: &[&str]) -> (i32, String) {
    said(&crate::server::aperilex(words))
}

#[test]
fn b72_one_provider_that_is_in_this_build() {
    refused(&[
        (
            "not in this build",
            r#"{"queue": {"provider": "rabbitmq"}}"#,
            "queue.provider",
            "`rabbitmq` is not in this build; use `embedded`",
        ),
        (
            "a list for one place",
            r#"{"queue": {"provider": ["embedded", "sqs"]}}"#,
            "queue.provider",
            "expected",
        ),
    ]);
    let (code, said) =
        Case::new().check(r#"{"queue": {"provider": "embedded", "provider": "sqs"}}"#);
    assert_eq!(code, 78, "{said}");
    assert!(
        said.contains("settings.json: `provider` is there twice"),
        "{said}"
    );
}

#[test]
fn b73_times_that_do_not_fit_together() {
    refused(&[
        (
            "hold and run",
            r#"{"timings": {"hold_ttl_s": 200, "run_limit_s": 300}}"#,
            "timings.hold_ttl_s",
            "inconsistent timing: expected at least the 300 of timings.run_limit_s",
        ),
        (
            "hold and lease",
            r#"{"timings": {"hold_ttl_s": 200, "run_limit_s": 100, "lease_s": 300}}"#,
            "timings.hold_ttl_s",
            "timings.lease_s",
        ),
        (
            "age and run",
            r#"{"timings": {"task_max_age_s": 299}}"#,
            "timings.task_max_age_s",
            "at least the 300 of timings.run_limit_s",
        ),
        (
            "age and message",
            r#"{"timings": {"task_max_age_s": 400, "resend_after_s": 500}}"#,
            "timings.task_max_age_s",
            "timings.resend_after_s",
        ),
        (
            "back-off",
            r#"{"timings": {"backoff_s": 61}}"#,
            "timings.backoff_s",
            "at most the 60 of timings.backoff_max_s",
        ),
        (
            "grace",
            r#"{"worker": {"grace_s": 301}}"#,
            "worker.grace_s",
            "at most the 300 of timings.run_limit_s",
        ),
        (
            "connections and workers",
            r#"{"worker": {"concurrency": 20}, "database": {"provider": "postgres", "settings": {"url": "postgres://h/d", "pool_max": 20}}}"#,
            "database.settings.pool_max",
            "expected at least 21",
        ),
        (
            "workers, and connections as they are unless set",
            r#"{"worker": {"concurrency": 20}, "database": {"provider": "postgres", "settings": {"url": "postgres://h/d"}}}"#,
            "worker.concurrency",
            "expected less than the 10 of database.settings.pool_max",
        ),
    ]);
}

#[test]
#[allow(clippy::too_many_lines, reason = "a row for each case")]
fn b74_figures_that_no_plan_may_have() {
    refused(&[
        (
            "negative",
            r#"{"plans": {"basic": {"analysis": "-0.02"}}}"#,
            "plans.basic.analysis",
            "no negative amount",
        ),
        (
            "seven decimals",
            r#"{"plans": {"basic": {"analysis": "0.0200001"}}}"#,
            "plans.basic.analysis",
            "at most six decimal places",
        ),
        (
            "a float",
            r#"{"plans": {"basic": {"analysis": 0.02}}}"#,
            "plans.basic.analysis",
            "expected",
        ),
        (
            "a paid tier for nothing",
            r#"{"plans": {"basic": {"monthly_price": "0"}}}"#,
            "plans.basic.monthly_price",
            "expected a price over 0",
        ),
        (
            "an import",
            r#"{"plans": {"basic": {"filing_import": "-1"}}}"#,
            "plans.basic.filing_import",
            "no negative amount",
        ),
        (
            "a fee of one quality",
            r#"{"plans": {"basic": {"analysis_by_quality": {"premium": "-1"}}}}"#,
            "plans.basic.analysis_by_quality.premium",
            "no negative amount",
        ),
        (
            "an unknown quality",
            r#"{"plans": {"basic": {"analysis_by_quality": {"best": "1"}}}}"#,
            "plans.basic.analysis_by_quality",
            "expected one of",
        ),
        (
            "a pack that is dearer than its filings",
            r#"{"plans": {"basic": {"bulk_unit": "0.11"}}}"#,
            "plans.basic.bulk_unit",
            "expected at most 0.100000",
        ),
        (
            "no limit at all",
            r#"{"plans": {"demo": {"requests_per_hour": 0}}}"#,
            "plans.demo.requests_per_hour",
            "expected at least 1, or null",
        ),
        (
            "no analysis at a time",
            r#"{"plans": {"demo": {"running": 0}}}"#,
            "plans.demo.running",
            "expected at least 1, or null",
        ),
        (
            "more in an hour than in a day",
            r#"{"plans": {"demo": {"requests_per_hour": 51}}}"#,
            "plans.demo.requests_per_hour",
            "expected at most the 50",
        ),
        (
            "an unknown form",
            r#"{"plans": {"demo": {"forms": ["10-K", "ANNUAL"]}}}"#,
            "plans.demo.forms[1]",
            "the SEC's spelling",
        ),
        (
            "a form that another stands for",
            r#"{"plans": {"demo": {"forms": ["10-K/A"]}}}"#,
            "plans.demo.forms[0]",
            "expected `10-K`",
        ),
        (
            "an urgency beyond the last",
            r#"{"plans": {"demo": {"priority": 10}}}"#,
            "plans.demo.priority",
            "expected 0 (first) to 9 (last)",
        ),
        (
            "no ceiling",
            r#"{"plans": {"basic": {"cost_ceiling": "0"}}}"#,
            "plans.basic.cost_ceiling",
            "expected an amount over 0",
        ),
        (
            "a part of nothing",
            r#"{"plans": {"basic": {"large_filing_percent": 0}}}"#,
            "plans.basic.large_filing_percent",
            "expected 1 to 100",
        ),
        (
            "paid access by policy",
            r#"{"plans": {"demo": {"filing_access": "0.1"}}}"#,
            "plans.demo.filing_access",
            "expected 0, or `access_by_policy` false",
        ),
    ]);
    // Universes are data, and checked like figures.
    let case = Case::new();
    let file = case.dir.path().join("companies.tsv");
    fs::write(&file, "cik\tname\nApple\t320193\n").unwrap();
    let settings = serde_json::json!({"universes": {"small": file}}).to_string();
    let (code, said) = case.check(&settings);
    assert_eq!(code, 78, "{said}");
    assert!(
        said.contains("companies.tsv, line 2: expected a CIK"),
        "{said}"
    );
}

#[test]
fn b76_a_service_that_is_away_is_waited_for_and_may_come_back() {
    let settings = r#"{"start_wait_s": 1, "database": {"provider": "postgres", "settings":
        {"url": "postgres://u:hunter2@127.0.0.1:1/x", "acquire_timeout_ms": 300}}}"#;
    let case = Case::new();
    let begun = std::time::Instant::now();
    let (code, said) = case.run(settings, &["migrate"], &[]);
    assert_eq!(code, 75, "{said}");
    assert!(begun.elapsed().as_secs_f32() >= 1.0, "it did not wait");
    assert!(
        said.contains("the database does not answer; start again"),
        "{said}"
    );
    assert!(!said.contains("hunter2"), "{said}");
    let (code, said) = case.check(settings);
    // The settings are lawful: this is no 78.
    let there = Path::new(case.dir.path()).join("data").exists();
    assert!(there && code == 75, "{code}: {said}");
}

#[test]
fn b77_the_sec_is_told_whom_to_write_to() {
    let case = Case::new();
    let agent = |agent: &str| {
        let settings = serde_json::json!({"user_agent": agent});
        serde_json::json!({"source": {"provider": "edgar", "settings": settings}}).to_string()
    };
    let refused = |settings: &str, origin: &str| {
        let (code, said) = case.run(settings, &["check-config"], &[]);
        assert_eq!(code, 78, "{settings}: {said}");
        let named = format!("`source.settings.user_agent`{origin}");
        assert!(
            said.contains(&named) && said.contains("e-mail address"),
            "{settings}: {said}"
        );
        assert!(!said.contains("hunter2"), "{said}");
    };
    refused("{}", "");
    for bad in [
        "",
        "hunter2",
        "hunter2 Corp",
        "hunter2 filings at example.com",
        "hunter2 filings@",
        "hunter2 @example.com",
        "hunter2 filings@localhost",
    ] {
        refused(&agent(bad), " (from ");
    }
    let good = agent("Example Corp filings@example.com");
    assert_eq!(case.run(&good, &["check-config"], &[]).0, 0);
}

#[test]
fn b78_nothing_secret_goes_over_a_network_in_the_clear() {
    const SECRET: &str = "0123456789abcdef0123456789abcdef";
    let receiver = format!(
        r#"{{"notices": {{"provider": "webhook", "settings": {{"url": "http://hooks.example.com/hunter2", "secret": "{SECRET}"}}}}}}"#
    );
    refused(&[
        (
            "the API",
            r#"{"listen": "0.0.0.0:8620"}"#,
            "listen",
            "expected a loopback address",
        ),
        (
            "the API on all addresses of IPv6",
            r#"{"listen": "[::]:8620"}"#,
            "listen",
            "expected a loopback address",
        ),
        ("a receiver", &receiver, "notices.settings.url", "https"),
        (
            "an identity provider",
            r#"{"auth": {"oidc": [{"name": "works", "issuer": "http://id.example.com", "client_id": "c", "client_secret": "hunter2", "redirect_url": "https://api.example.com/api/v1/oidc/callback", "email_domains": ["works.example"], "tier": "basic"}]}}"#,
            "auth.oidc[0].issuer",
            "https",
        ),
    ]);
    let case = Case::new();
    let behind = r#"{"listen": "0.0.0.0:8620", "api": {"behind_tls": true}}"#;
    assert_eq!(case.check(behind).0, 0);
    let source = samples();
    let serve = [
        "serve",
        "--listen",
        "0.0.0.0:0",
        "--source",
        source.to_str().unwrap(),
    ];
    let (code, said) = case.run("{}", &serve, &[]);
    assert_eq!(code, 78, "{said}");
    assert!(said.contains("`listen` (from the command line)"), "{said}");
    for host in ["www", "data", "efts"] {
        let settings = serde_json::json!({"user_agent": "Example Corp filings@example.com",
            host: "http://www.sec.gov"});
        let edgar = serde_json::json!({"source": {"provider": "edgar", "settings": settings}});
        let (code, said) = case.run(&edgar.to_string(), &["check-config"], &[]);
        assert_eq!(code, 78, "{host}: {said}");
        assert!(
            said.contains(&format!("`source.settings.{host}`")) && said.contains("https"),
            "{said}"
        );
    }
}
