//! Tables.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Cells, ItemKey, Period, TextRange};

/// A table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Index of the document it is in.
    pub document: usize,
    /// The item it is in.
    pub section: Option<ItemKey>,
    /// Where it is.
    pub range: TextRange,
    /// The line above it that names it, or empty.
    pub caption: String,
    /// How many of the first rows are headers.
    pub header_rows: usize,
    /// The text of each cell; what lies over several places is repeated at each.
    pub cells: Cells,
    /// The period that each column's header names; none where it names none.
    pub periods: Vec<Option<Period>>,
    /// The powers of ten that its numbers are told in: 3 for "in thousands". Numbers per share and
    /// percentages are not.
    pub scale: u8,
    /// The cells below the headers that are numbers, row by row.
    pub numbers: Vec<TableNumber>,
    /// Which of the primary financial statements it is.
    pub statement: Option<Statement>,
}

/// A cell that is a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableNumber {
    /// Row in [`Table::cells`].
    pub row: usize,
    /// Column in that row.
    pub column: usize,
    /// What it means as an exact decimal: scaled, negative where it stands in parentheses, and a
    /// percentage as its hundredth. A dash is zero.
    pub value: String,
    /// Its unit in the spelling of XBRL (`iso4217:USD`, `xbrli:shares`, `xbrli:pure` for a percentage,
    /// `iso4217:USD/xbrli:shares`); none where the table does not tell.
    pub unit: Option<Arc<str>>,
    /// Where it is shown, signs included.
    pub range: TextRange,
}

/// A primary financial statement (Regulation S-X, Rules 3-01 to 3-04).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Statement {
    /// Financial position.
    BalanceSheet,
    /// Operations, income or earnings.
    IncomeStatement,
    /// Comprehensive income.
    ComprehensiveIncome,
    /// Cash flows.
    CashFlows,
    /// Changes in shareholders' equity.
    Equity,
}
