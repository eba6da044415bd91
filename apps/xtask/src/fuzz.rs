//! Fuzzing of the parser for a bounded time: by libFuzzer where it can be built, which needs a C++
//! compiler and no other toolchain than the repository's own; else by mutation without coverage.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

use crate::shell::{cargo, output, root};

const TARGETS: [&str; 4] = ["html", "sgml", "xbrl", "plain"];

/// What `cargo fuzz` passes too, without a sanitizer: all code is safe, so nothing is lost, and these
/// flags are those of the stable compiler.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-simplifycfg-branch-fold-threshold=0 \
    --cfg fuzzing";

/// What to fuzz.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Seconds in all, the build apart
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Only this target [default: all]
    #[arg(long, value_parser = TARGETS)]
    target: Option<String>,
    /// Where the fuzzer's chance begins
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// Mutate without coverage even if libFuzzer can be built
    #[arg(long)]
    no_coverage: bool,
}

/// Fuzzes; fails with the input's place if one breaks what must hold.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let chosen = |target: &&&str| {
        options
            .target
            .as_deref()
            .is_none_or(|only| only == **target)
    };
    let targets: Vec<&str> = TARGETS.iter().filter(chosen).copied().collect();
    let seconds = (options.seconds / targets.len() as u64).max(1);
    let built = if options.no_coverage {
        Err(anyhow::anyhow!("it was asked for"))
    } else {
        with_coverage()
    };
    let folder = match &built {
        Ok(folder) => folder.clone(),
        Err(reason) => {
            println!("mutating without coverage, for {reason:#}");
            without_coverage()?
        }
    };
    for target in targets {
        let artifacts = crate_folder().join("artifacts").join(target);
        fs::create_dir_all(&artifacts)?;
        let mut command = if built.is_ok() {
            lib_fuzzer(&folder, target, seconds, options.seed, &artifacts)?
        } else {
            mutate(&folder, target, seconds, options.seed, &artifacts)
        };
        let output = command
            .output()
            .with_context(|| format!("cannot run the target {target}"))?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned()
            + &String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            eprintln!("{}", told(&said));
        }
        ensure!(
            output.status.success(),
            "{target} broke on an input kept in {}: add it to {} and mend the parser",
            artifacts.display(),
            corpus(target).display()
        );
        println!("{target}: {}", summary(&said));
    }
    Ok(())
}

/// Builds the targets with libFuzzer; their folder.
fn with_coverage() -> anyhow::Result<PathBuf> {
    let host = host()?;
    let mut build = build(&["--target", &host]);
    for target in TARGETS {
        build.args(["--bin", target]);
    }
    let done = build.env("RUSTFLAGS", COVERAGE).output()?;
    ensure!(
        done.status.success(),
        "libFuzzer does not build here: {}",
        last_words(&String::from_utf8_lossy(&done.stderr))
    );
    Ok(folder().join(host).join("release"))
}

fn without_coverage() -> anyhow::Result<PathBuf> {
    let mut build = build(&["--no-default-features", "--bin", "mutate"]);
    let status = build.stderr(Stdio::inherit()).status()?;
    ensure!(status.success(), "the fuzz targets do not build");
    Ok(folder().join("release"))
}

fn build(arguments: &[&str]) -> Command {
    let mut command = cargo(&["build", "--release", "--manifest-path"]);
    command.arg(crate_folder().join("Cargo.toml"));
    command.arg("--target-dir").arg(folder());
    command.args(arguments);
    command
}

/// Where the targets are.
fn crate_folder() -> PathBuf {
    root().join("adapters/aperilex-filing-parser/fuzz")
}

/// The build's folder: apart from that of the other builds, for the flags are others.
fn folder() -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    root().join(target).join("fuzz")
}

fn host() -> anyhow::Result<String> {
    let version = output(Command::new("rustc").arg("-vV").current_dir(root()))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc names no host")?.to_owned())
}

/// Inputs of new coverage go to the build's folder, and stay there for the next time.
fn lib_fuzzer(
    built: &Path,
    target: &str,
    seconds: u64,
    seed: u32,
    artifacts: &Path,
) -> anyhow::Result<Command> {
    let found = folder().join("corpus").join(target);
    fs::create_dir_all(&found)?;
    let mut command = Command::new(built.join(target));
    command
        .args([
            format!("-max_total_time={seconds}"),
            format!("-seed={seed}"),
            format!("-artifact_prefix={}/", artifacts.display()),
            format!("-dict={}", crate_folder().join("dictionary").display()),
        ])
        .args(["-max_len=16384", "-timeout=10", "-rss_limit_mb=1024"])
        .args(["-print_final_stats=1", "-verbosity=1"])
        .arg(found)
        .arg(corpus(target));
    Ok(command)
}

fn mutate(built: &Path, target: &str, seconds: u64, seed: u32, artifacts: &Path) -> Command {
    let mut command = Command::new(built.join("mutate"));
    command
        .arg(target)
        .arg(corpus(target))
        .arg(crate_folder().join("dictionary"))
        .args([seconds.to_string(), seed.to_string()])
        .arg(artifacts);
    command
}

fn corpus(target: &str) -> PathBuf {
    crate_folder().join("corpus").join(target)
}

/// What went wrong, without the fuzzer's own progress.
fn told(said: &str) -> String {
    let from = said.find("panicked at").or_else(|| said.find("ERROR:"));
    let start = from.map_or(0, |at| {
        said.get(..at)
            .and_then(|before| before.rfind('\n'))
            .unwrap_or_default()
    });
    let lines = said.get(start..).unwrap_or_default().lines();
    lines.take(40).collect::<Vec<_>>().join("\n")
}

/// How much was tried.
fn summary(said: &str) -> String {
    let figure = |name: &str| {
        let line = said.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().last().map(str::to_owned)
    };
    match (
        figure("stat::number_of_executed_units:"),
        figure("stat::peak_rss_mb:"),
    ) {
        (Some(runs), Some(memory)) => format!("{runs} runs, {memory} MB at most"),
        _ => said.lines().last().unwrap_or("no word").to_owned(),
    }
}

fn last_words(said: &str) -> &str {
    let mut errors = said.lines().filter(|line| line.starts_with("error"));
    errors.next_back().unwrap_or("no word")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_counted_and_faults_are_shown() {
        let said =
            "INFO: x\n#12 NEW\nstat::number_of_executed_units: 99\nstat::peak_rss_mb:   41\n";
        assert_eq!(summary(said), "99 runs, 41 MB at most");
        assert_eq!(
            summary("x\n7 runs, the slowest 1s\n"),
            "7 runs, the slowest 1s"
        );
        let broken = "#1 INITED\nthread 'main' panicked at src/a.rs:1:\nindex\n";
        assert_eq!(
            told(broken).trim_start(),
            "thread 'main' panicked at src/a.rs:1:\nindex"
        );
        assert_eq!(last_words("warning: x\nerror: no c++\n"), "error: no c++");
    }

    #[test]
    fn every_target_has_a_corpus() {
        for target in TARGETS {
            let inputs = fs::read_dir(corpus(target)).unwrap().count();
            assert!(inputs >= 12, "{inputs} inputs of {target}");
            assert!(
                crate_folder()
                    .join(format!("targets/{target}.rs"))
                    .is_file()
            );
        }
    }
}
