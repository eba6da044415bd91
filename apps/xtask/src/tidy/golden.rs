//! Golden files of stored shapes are kept for ever: bytes that were once written must be read.

use std::path::Path;
use std::process::Command;

use super::Tree;

/// Compares golden files with those of the oldest commit that has them.
pub(super) fn check(tree: &Tree) -> anyhow::Result<Vec<String>> {
    let mut broken = Vec::new();
    for path in tree.files.iter().filter(|path| is_golden(path)) {
        let Some(first) = first_version(tree, path) else {
            continue;
        };
        if first != tree.text(path)? {
            broken.push(format!(
                "{}: a golden file was changed; write the next version beside it",
                path.display()
            ));
        }
    }
    Ok(broken)
}

/// `tests/fixtures/<shape>/v1.json`; what is expected of it may grow with the vocabulary.
fn is_golden(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let version = name
        .strip_prefix('v')
        .and_then(|name| name.strip_suffix(".json"));
    path.to_string_lossy().contains("tests/fixtures/")
        && version.is_some_and(|v| !v.is_empty() && v.bytes().all(|b| b.is_ascii_digit()))
}

/// The file as it was released first: at the oldest tag that has it. Before the first release
/// shapes may still change.
fn first_version(tree: &Tree, path: &Path) -> Option<String> {
    let git = |args: &[&str]| {
        let output = Command::new("git")
            .args(args)
            .current_dir(&tree.root)
            .output()
            .ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8(output.stdout).ok())
            .flatten()
    };
    let tags = git(&["tag", "--sort=creatordate", "--list", "v*"])?;
    let path = path.to_string_lossy();
    tags.lines()
        .find_map(|tag| git(&["show", &format!("{tag}:{path}")]))
}
