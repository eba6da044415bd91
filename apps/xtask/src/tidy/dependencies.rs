//! Which way dependencies run (docs/ARCHITECTURE.md).

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::Context;
use serde_json::Value;

use super::Tree;
use crate::shell::{cargo, output};

/// What a crate of the workspace may depend on in it; dev-dependencies apart.
fn allowed(name: &str, is_adapter: bool) -> Option<&'static [&'static str]> {
    match name {
        "aperilex-ports" | "aperilex-migrations" => Some(&[]),
        // It scores the parser; everything else it starts as a program.
        "xtask" => Some(&["aperilex-filing-parser", "aperilex-ports"]),
        "aperilex-core" => Some(&["aperilex-ports"]),
        _ if is_adapter => Some(&["aperilex-ports"]),
        // Apps may know everything.
        _ => None,
    }
}

/// What a crate of the workspace may test with, beyond what it depends on.
fn allowed_dev(name: &str, is_adapter: bool) -> Option<&'static [&'static str]> {
    match name {
        // Published first: a dev-dependency back into the workspace would be a publish cycle.
        "aperilex-ports" | "aperilex-migrations" => Some(&[]),
        "aperilex-core" => Some(&["aperilex-memory"]),
        "aperilex-sea-orm" => Some(&["aperilex-ports", "aperilex-migrations"]),
        // A layer is tested around the reference adapter.
        "aperilex-layers" => Some(&["aperilex-ports", "aperilex-memory"]),
        _ if is_adapter => Some(&["aperilex-ports"]),
        _ => None,
    }
}

/// What the ports and the domain must never pull in: runtimes, HTTP, databases, SDKs.
const IMPURE: [&str; 12] = [
    "tokio",
    "async-std",
    "hyper",
    "reqwest",
    "poem",
    "axum",
    "sqlx",
    "sea-orm",
    "object_store",
    "aws-config",
    "lapin",
    "rustls",
];
/// Third-party crates the ports may have.
const MAX_PORT_DEPENDENCIES: usize = 10;

pub(super) fn check(tree: &Tree) -> anyhow::Result<Vec<String>> {
    let metadata = output(&mut cargo(&[
        "metadata",
        "--format-version=1",
        "--no-deps",
        "--offline",
    ]))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array().context("no packages")?;
    let mut broken = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let is_adapter = package["manifest_path"]
            .as_str()
            .is_some_and(|path| path.starts_with(&*tree.root.join("adapters").to_string_lossy()));
        let mut kinds: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let kind = dependency["kind"].as_str().unwrap_or("normal");
            kinds
                .entry(kind)
                .or_default()
                .push(dependency["name"].as_str().unwrap_or_default());
        }
        let normal = kinds.remove("normal").unwrap_or_default();
        broken.extend(foreign(
            name,
            "depends on",
            &normal,
            allowed(name, is_adapter),
        ));
        let dev = kinds.remove("dev").unwrap_or_default();
        broken.extend(foreign(
            name,
            "tests with",
            &dev,
            allowed_dev(name, is_adapter),
        ));
        if name == "aperilex-ports" {
            let optional = ["libtest-mimic", "futures-util"];
            let third = normal.iter().filter(|dep| !optional.contains(*dep)).count();
            if third > MAX_PORT_DEPENDENCIES {
                broken.push(format!(
                    "aperilex-ports: {third} dependencies, at most {MAX_PORT_DEPENDENCIES}"
                ));
            }
        }
    }
    broken.extend(impure()?);
    Ok(broken)
}

fn foreign(name: &str, verb: &str, has: &[&str], may: Option<&[&str]>) -> Vec<String> {
    let Some(may) = may else { return Vec::new() };
    let ours = |dep: &&&str| dep.starts_with("aperilex") && !may.contains(*dep);
    has.iter()
        .filter(ours)
        .map(|dep| format!("{name} {verb} {dep}, which the table forbids"))
        .collect()
}

/// Looks at what really ends up in the ports and the domain.
fn impure() -> anyhow::Result<Vec<String>> {
    let mut broken = Vec::new();
    for name in ["aperilex-ports", "aperilex-core"] {
        let mut tree: Command = cargo(&[
            "tree",
            "--offline",
            "-e",
            "normal",
            "--prefix",
            "none",
            "-p",
            name,
        ]);
        for line in output(&mut tree)?.lines() {
            let crate_name = line.split(' ').next().unwrap_or_default();
            if IMPURE.contains(&crate_name) || crate_name.starts_with("aws-sdk") {
                broken.push(format!("{name} pulls in {crate_name}"));
            }
        }
    }
    Ok(broken)
}
