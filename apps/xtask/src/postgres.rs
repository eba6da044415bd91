//! A private Postgres for tests: installed from Debian if it is not there, in a directory of its
//! own, on a free port of the loopback address.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail};

use crate::shell::{output, run, there};

/// A running server.
#[derive(Debug)]
pub(crate) struct Postgres {
    bin: PathBuf,
    dir: PathBuf,
    port: u16,
}

impl Postgres {
    /// Installs and starts one.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let bin = match installed() {
            Some(bin) => bin,
            None => install()?,
        };
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let dir = std::env::temp_dir().join(format!("aperilex-postgres-{port}"));
        fs::create_dir_all(&dir)?;
        let postgres = Self { bin, dir, port };
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&postgres.dir))?;
        }
        let data = postgres.dir.join("data");
        output(postgres.tool("initdb").arg("-D").arg(&data).args([
            "-A",
            "trust",
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ]))?;
        // fsync stays on: what these tests show about crashes must be true. Connections: nextest
        // runs scenarios side by side, each with its pool.
        let options = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c max_connections=300 -k {}",
            postgres.dir.display()
        );
        output(
            postgres
                .tool("pg_ctl")
                .arg("-D")
                .arg(&data)
                .arg("-l")
                .arg(postgres.dir.join("log"))
                .args(["-o", &options, "-w", "start"]),
        )?;
        Ok(postgres)
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Stops it and removes its directory.
    pub(crate) fn stop(self) -> anyhow::Result<()> {
        run(self
            .tool("pg_ctl")
            .arg("-D")
            .arg(self.dir.join("data"))
            .args(["-m", "immediate", "stop"]))?;
        fs::remove_dir_all(&self.dir).context("cannot remove the test database")
    }

    /// One of its programs, as the user it may run as: it refuses root.
    fn tool(&self, name: &str) -> Command {
        let program = self.bin.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(&self.dir);
        command
    }
}

/// The directory of the newest installed server's programs.
fn installed() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let mut bins: Vec<PathBuf> = versions
        .map(|version| version.path().join("bin"))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    bins.sort();
    bins.pop()
}

fn install() -> anyhow::Result<PathBuf> {
    if !there("apt-get", "--version") {
        bail!(
            "install a PostgreSQL server (15 or later) so that /usr/lib/postgresql/*/bin/initdb exists"
        );
    }
    let apt = |args: &[&str]| -> anyhow::Result<()> {
        let mut command = if is_root() {
            Command::new("apt-get")
        } else {
            let mut command = Command::new("sudo");
            command.args(["-n", "apt-get"]);
            command
        };
        run(command.args(args).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt(&["update", "-q"])?;
    apt(&["install", "-qy", "--no-install-recommends", "postgresql"])?;
    installed().context("PostgreSQL was installed, but its programs are not in /usr/lib/postgresql")
}

fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
