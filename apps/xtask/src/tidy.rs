//! The rules of the house, as code. It runs as a test, so nothing that breaks them is green.

mod adapters;
mod clauses;
mod dependencies;
mod files;
mod golden;
mod links;

use std::path::{Path, PathBuf};

use crate::shell::root;

/// One rule: the places that break it.
type Rule = fn(&Tree) -> anyhow::Result<Vec<String>>;

/// Checks all rules; names every place that breaks one.
pub(crate) fn run() -> anyhow::Result<()> {
    let broken = broken_rules()?;
    for line in &broken {
        eprintln!("{line}");
    }
    anyhow::ensure!(
        broken.is_empty(),
        "{} places break a rule of the house",
        broken.len()
    );
    println!("tidy");
    Ok(())
}

fn broken_rules() -> anyhow::Result<Vec<String>> {
    let tree = Tree::read(&root())?;
    let rules: [Rule; 6] = [
        dependencies::check,
        files::check,
        adapters::check,
        clauses::check,
        golden::check,
        links::check,
    ];
    let mut broken = Vec::new();
    for rule in rules {
        broken.extend(rule(&tree)?);
    }
    Ok(broken)
}

/// The files of the repository, without build output and version control.
#[derive(Debug)]
pub(crate) struct Tree {
    root: PathBuf,
    /// Paths from the root, sorted.
    files: Vec<PathBuf>,
}

impl Tree {
    fn read(root: &Path) -> anyhow::Result<Self> {
        let mut files = Vec::new();
        let mut open = vec![root.to_owned()];
        while let Some(dir) = open.pop() {
            for entry in std::fs::read_dir(dir)? {
                let path = entry?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                if path.is_dir() {
                    if !matches!(&*name, "target" | ".git" | "node_modules") {
                        open.push(path);
                    }
                } else {
                    files.push(path.strip_prefix(root)?.to_owned());
                }
            }
        }
        files.sort();
        Ok(Self {
            root: root.to_owned(),
            files,
        })
    }

    /// Files with this ending, below a folder.
    fn below<'t>(&'t self, folder: &'t str, ending: &'t str) -> impl Iterator<Item = &'t Path> {
        let fits = move |path: &&PathBuf| {
            path.starts_with(folder) && path.to_string_lossy().ends_with(ending)
        };
        self.files.iter().filter(fits).map(PathBuf::as_path)
    }

    fn text(&self, path: &Path) -> anyhow::Result<String> {
        let bytes = std::fs::read(self.root.join(path))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn has(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    /// Folders of the adapters.
    fn adapters(&self) -> Vec<String> {
        let manifests = self.below("adapters", "Cargo.toml");
        let mut folders: Vec<String> = manifests
            .filter(|path| path.components().count() == 3)
            .filter_map(|path| Some(path.parent()?.to_string_lossy().into_owned()))
            .collect();
        folders.sort();
        folders
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_rules_of_the_house_hold() {
        let broken = super::broken_rules().unwrap();
        assert!(broken.is_empty(), "\n{}", broken.join("\n"));
    }
}
