//! The cells of a table as one text.

use std::fmt;

use serde::ser::{Serialize, Serializer};

/// Cells by row, all rows equally long. Their text lies in one piece, for a filing has tens of
/// thousands of them and most are short.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Cells {
    width: usize,
    text: String,
    /// Where each cell ends.
    ends: Vec<u32>,
}

/// A text as long as a filing may be fits.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Cells {
    /// No cells yet, in rows of `width`, with room for `cells` and `bytes` of text.
    #[must_use]
    pub fn with_capacity(width: usize, cells: usize, bytes: usize) -> Self {
        Self {
            width,
            text: String::with_capacity(bytes),
            ends: Vec::with_capacity(cells),
        }
    }

    /// The next cell, of these pieces of text.
    pub fn push<'t>(&mut self, pieces: impl IntoIterator<Item = &'t str>) {
        self.text.extend(pieces);
        self.ends.push(offset(self.text.len()));
    }

    /// Cells of a row.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Whole rows.
    #[must_use]
    pub const fn height(&self) -> usize {
        match self.ends.len().checked_div(self.width) {
            Some(height) => height,
            None => 0,
        }
    }

    /// How many cells there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes of text in all of them.
    #[must_use]
    pub const fn text_len(&self) -> usize {
        self.text.len()
    }

    /// A cell; none outside of the table.
    #[must_use]
    pub fn get(&self, row: usize, column: usize) -> Option<&str> {
        if column >= self.width {
            return None;
        }
        self.at(row.checked_mul(self.width)?.checked_add(column)?)
    }

    fn at(&self, cell: usize) -> Option<&str> {
        let end = *self.ends.get(cell)?;
        let before = cell.checked_sub(1).and_then(|before| self.ends.get(before));
        self.text
            .get(before.map_or(0, |start| *start as usize)..end as usize)
    }

    /// The cells of a row; none outside of the table.
    pub fn row(&self, row: usize) -> impl Iterator<Item = &str> {
        (0..self.width).map_while(move |column| self.get(row, column))
    }

    /// The rows, from top to bottom.
    pub fn rows(&self) -> impl Iterator<Item = impl Iterator<Item = &str>> {
        (0..self.height()).map(|row| self.row(row))
    }

    /// All cells, row by row.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).filter_map(|cell| self.at(cell))
    }

    /// Copies of the cells, row by row.
    #[must_use]
    pub fn to_vec(&self) -> Vec<Vec<String>> {
        self.rows()
            .map(|row| row.map(str::to_owned).collect())
            .collect()
    }
}

/// Rows of as many cells as the first; shorter ones are filled up, longer ones cut.
impl<S: AsRef<str>> FromIterator<Vec<S>> for Cells {
    fn from_iter<I: IntoIterator<Item = Vec<S>>>(rows: I) -> Self {
        let mut rows = rows.into_iter().peekable();
        let mut cells = Self {
            width: rows.peek().map_or(0, Vec::len),
            ..Self::default()
        };
        for row in rows {
            for column in 0..cells.width {
                let cell = row.get(column).map_or("", AsRef::as_ref);
                cells.push([cell]);
            }
        }
        cells
    }
}

impl fmt::Debug for Cells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |row| self.row(row).collect::<Vec<_>>();
        f.debug_list().entries((0..self.height()).map(row)).finish()
    }
}

/// A list of rows, each a list of strings.
impl Serialize for Cells {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((0..self.height()).map(|row| self.row(row).collect::<Vec<_>>()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_lie_by_row_and_column() {
        let cells: Cells = [vec!["", "1997"], vec!["Sales"], vec!["a", "b", "c"]]
            .into_iter()
            .collect();
        assert_eq!((cells.height(), cells.width(), cells.len()), (3, 2, 6));
        assert_eq!(cells.get(0, 1), Some("1997"));
        assert_eq!(cells.get(1, 1), Some(""));
        assert_eq!(cells.get(0, 2), None);
        assert_eq!(cells.get(3, 0), None);
        assert_eq!(cells.to_vec(), [["", "1997"], ["Sales", ""], ["a", "b"]]);
        assert_eq!(
            serde_json::to_string(&cells).unwrap(),
            r#"[["","1997"],["Sales",""],["a","b"]]"#
        );
        assert_eq!(Cells::default().height(), 0);
    }
}
