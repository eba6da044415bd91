//! Commands of the binary, run to their end on data of their own.

use std::path::Path;

use tempfile::TempDir;

use crate::server::aperilex;

/// What a command said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// What follows a word at the beginning of a line.
    pub(crate) fn field(&self, name: &str) -> String {
        let line = self.out.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{name}: {self:?}"))
            .to_owned()
    }
}

/// A folder that commands work on.
pub(crate) struct Data(TempDir);

impl Data {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// A file beside the data.
    pub(crate) fn file(&self, name: &str, content: &str) -> String {
        let path = self.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Runs a line. What is in single quotes is one word.
    pub(crate) fn run(&self, line: &str) -> Said {
        let mut words = Vec::new();
        for (at, piece) in line.split('\'').enumerate() {
            match at % 2 {
                0 => words.extend(piece.split_whitespace()),
                _ => words.push(piece),
            }
        }
        let data = ["--data-dir", self.path().to_str().unwrap()];
        let output = aperilex(&[&words[..], &data].concat());
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Said {
            code: output.status.code().unwrap(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// Runs a line that ends well; what it says.
    pub(crate) fn done(&self, line: &str) -> String {
        let said = self.run(line);
        assert_eq!(said.code, 0, "{line}: {said:?}");
        said.out
    }

    /// A new account; its id.
    pub(crate) fn account(&self, tier: &str) -> String {
        let line = format!("account create --email {tier}@example.com --tier {tier}");
        self.run(&line).field("account ")
    }
}
