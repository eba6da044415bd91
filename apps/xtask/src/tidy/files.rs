//! Source files: one subject, not too long, described at the top.

use super::Tree;

const MAX_LINES: usize = 600;

pub(super) fn check(tree: &Tree) -> anyhow::Result<Vec<String>> {
    let mut broken = Vec::new();
    for path in tree.below("", ".rs") {
        let text = tree.text(path)?;
        let shown = path.display();
        let lines = text.lines().count();
        if lines > MAX_LINES {
            broken.push(format!("{shown}: {lines} lines, at most {MAX_LINES}"));
        }
        let head = text.trim_start();
        if !head.starts_with("//!") && !head.starts_with("#![doc") {
            broken.push(format!("{shown}: no module documentation at the top"));
        }
        for (index, line) in text.lines().enumerate() {
            if line.ends_with([' ', '\t']) {
                broken.push(format!("{shown}:{}: trailing white space", index + 1));
            }
        }
    }
    for path in tree.below("", "Cargo.toml") {
        let manifest: toml::Table = tree.text(path)?.parse()?;
        let inherits = manifest
            .get("lints")
            .and_then(|lints| lints.get("workspace"))
            .and_then(toml::Value::as_bool);
        if manifest.contains_key("package") && inherits != Some(true) {
            broken.push(format!("{}: no `[lints] workspace = true`", path.display()));
        }
    }
    Ok(broken)
}
