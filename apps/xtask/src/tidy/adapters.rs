//! Every adapter looks like every other.

use super::Tree;

pub(super) fn check(tree: &Tree) -> anyhow::Result<Vec<String>> {
    let mut broken = Vec::new();
    let table = tree.text("docs/adapters.md".as_ref())?;
    let mut wiring = String::new();
    for path in tree.below("apps", ".toml") {
        wiring.push_str(&tree.text(path)?);
    }
    for folder in tree.adapters() {
        let name = folder.rsplit('/').next().unwrap_or_default();
        for file in ["README.md", "src/lib.rs"] {
            if !tree.has(&format!("{folder}/{file}")) {
                broken.push(format!("{folder}: no {file}"));
            }
        }
        let tested = tree.has(&format!("{folder}/tests/contract.rs"))
            || tree.has(&format!("{folder}/tests/it/main.rs"));
        if !tested {
            broken.push(format!(
                "{folder}: neither tests/contract.rs nor tests/it/main.rs"
            ));
        }
        if !table.contains(&format!("`{name}`")) {
            broken.push(format!("docs/adapters.md: no row for `{name}`"));
        }
        // The memory adapter is for tests and for programs that embed the domain.
        if name != "aperilex-memory" && !wiring.contains(name) {
            broken.push(format!("{folder}: no app knows it"));
        }
    }
    Ok(broken)
}
