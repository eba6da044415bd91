//! Tab separated tables with a header line, read by the names of their columns.

use std::path::Path;

use anyhow::{Context, ensure};

/// A table. A column that is not there is empty in every row.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// A row of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'t> {
    columns: &'t [String],
    fields: &'t [String],
}

impl Table {
    /// Reads a file that must have these columns. Lines that start with `#` are comments.
    pub(super) fn read(path: &Path, needed: &[&str]) -> anyhow::Result<Self> {
        let bytes = std::fs::read(path).with_context(|| format!("no {}", path.display()))?;
        let text =
            String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))?;
        let table = Self::parse(&text);
        for column in needed {
            ensure!(
                table.has(column),
                "{} has no column `{column}`",
                path.display()
            );
        }
        Ok(table)
    }

    fn parse(text: &str) -> Self {
        let split = |line: &str| -> Vec<String> {
            let fields = line.split('\t');
            fields.map(|field| field.trim().to_owned()).collect()
        };
        let text = text.trim_start_matches('\u{feff}');
        let mut lines = text
            .lines()
            .filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        Self {
            columns: lines.next().map(split).unwrap_or_default(),
            rows: lines.map(split).collect(),
        }
    }

    /// Whether it has this column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|name| name == column)
    }

    /// Its rows in order.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|fields| Row {
            columns: &self.columns,
            fields,
        })
    }
}

impl<'t> Row<'t> {
    /// The field of a column; empty if there is none.
    pub(super) fn get(self, column: &str) -> &'t str {
        let at = self.columns.iter().position(|name| name == column);
        at.and_then(|at| self.fields.get(at))
            .map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_name_and_may_be_missing() {
        let table = Table::parse("\u{feff}# made up\nb\ta\r\n1\t2\r\n\n3\n");
        let rows: Vec<_> = table.rows().map(|r| (r.get("a"), r.get("b"))).collect();
        assert_eq!(rows, [("2", "1"), ("", "3")]);
        assert!(table.has("a") && !table.has("c"));
        assert_eq!(table.rows().next().unwrap().get("c"), "");
    }

    #[test]
    fn a_column_that_is_needed_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("EXPECTED.tsv");
        let told = |needed: &str| Table::read(&path, &[needed]).unwrap_err().to_string();
        assert!(told("a").starts_with("no "), "{}", told("a"));
        std::fs::write(&path, "a\tb\n").unwrap();
        assert!(Table::read(&path, &["a"]).is_ok());
        assert!(told("c").ends_with("has no column `c`"));
    }
}
