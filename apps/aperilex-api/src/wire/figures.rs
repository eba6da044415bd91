//! Tables and facts.

use std::sync::Arc;

use aperilex_core::{Fact, FilingContent, Period, Table, TableNumber};
use poem_openapi::{Enum, Object};

use super::content::{PlaceDocument, number, word};
use super::text::Day;

/// A table.
#[derive(Debug, Object)]
#[oai(rename = "Table", skip_serializing_if_is_none)]
pub(crate) struct TableDocument {
    /// Its number in the filing, from 0.
    index: u64,
    /// Part of the item it is in.
    part: Option<String>,
    /// The item it is in.
    item: Option<String>,
    #[oai(flatten)]
    place: PlaceDocument,
    /// The line above it that names it, or empty.
    caption: String,
    /// Which primary financial statement it is, such as `balance_sheet`.
    statement: Option<String>,
    /// How many of the first rows are headers.
    header_rows: u64,
    /// Cells by row, all rows equally long.
    rows: Vec<Vec<String>>,
    /// The periods that headers of columns name.
    periods: Vec<ColumnPeriodDocument>,
    /// The powers of ten that numbers are told in: 3 for "in thousands".
    scale: u8,
    /// The cells that are numbers, row by row.
    numbers: Vec<NumberDocument>,
}

/// The period that a column's header names.
#[derive(Debug, Object)]
#[oai(rename = "TableColumnPeriod")]
struct ColumnPeriodDocument {
    /// The column, from 0.
    column: u64,
    period: PeriodDocument,
}

/// A cell that is a number.
#[derive(Debug, Object)]
#[oai(rename = "TableNumber", skip_serializing_if_is_none)]
struct NumberDocument {
    /// Its row, from 0.
    row: u64,
    /// Its column, from 0.
    column: u64,
    /// Exact decimal, scaled and signed; a percentage as its hundredth.
    value: String,
    /// Its unit in the spelling of XBRL, if the table tells it.
    unit: Option<String>,
    /// Where it is shown, in the document of the table.
    start: u64,
    end: u64,
}

/// A page of tables, in document order.
#[derive(Debug, Object)]
#[oai(rename = "TablePage", skip_serializing_if_is_none)]
pub(crate) struct TablePage {
    pub(crate) items: Vec<TableDocument>,
    /// Cursor of the next page; absent on the last.
    pub(crate) next: Option<String>,
}

/// Primary financial statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename = "Statement", rename_all = "snake_case")]
pub(crate) enum StatementName {
    BalanceSheet,
    IncomeStatement,
    ComprehensiveIncome,
    CashFlows,
    Equity,
}

/// A period: an instant, or start and end.
#[derive(Debug, Object)]
#[oai(rename = "FactPeriod", skip_serializing_if_is_none)]
struct PeriodDocument {
    instant: Option<Day>,
    start: Option<Day>,
    end: Option<Day>,
}

/// An XBRL dimension of a fact.
#[derive(Debug, Object)]
#[oai(rename = "FactDimension")]
struct DimensionDocument {
    axis: String,
    member: String,
}

/// An XBRL fact.
#[derive(Debug, Object)]
#[oai(rename = "Fact", skip_serializing_if_is_none)]
pub(crate) struct FactDocument {
    /// Qualified name, such as `us-gaap:Assets`.
    concept: String,
    /// Exact decimal, scaled and signed; for facts that are no numbers what the document says, such as
    /// `December 31, 2023`.
    value: String,
    /// What the transformation of a text makes of it, such as `2023-12-31`, where that differs.
    transformed: Option<String>,
    unit: Option<String>,
    decimals: Option<String>,
    period: Option<PeriodDocument>,
    dimensions: Vec<DimensionDocument>,
    /// Name of the document it is in.
    document: String,
    /// Where it is shown; absent if hidden.
    shown: Option<PlaceDocument>,
    /// The texts of its footnotes.
    footnotes: Vec<String>,
}

/// A page of facts, in document order.
#[derive(Debug, Object)]
#[oai(rename = "FactPage", skip_serializing_if_is_none)]
pub(crate) struct FactPage {
    pub(crate) items: Vec<FactDocument>,
    /// Cursor of the next page; absent on the last.
    pub(crate) next: Option<String>,
}

impl StatementName {
    /// Whether a table is this statement.
    pub(crate) fn is(self, table: &Table) -> bool {
        use aperilex_core::Statement;
        let wanted = match self {
            Self::BalanceSheet => Statement::BalanceSheet,
            Self::IncomeStatement => Statement::IncomeStatement,
            Self::ComprehensiveIncome => Statement::ComprehensiveIncome,
            Self::CashFlows => Statement::CashFlows,
            Self::Equity => Statement::Equity,
        };
        table.statement == Some(wanted)
    }
}

impl TableDocument {
    pub(crate) fn new(content: &FilingContent, index: usize, table: &Table) -> Self {
        let periods = table.periods.iter().enumerate();
        let periods = periods.filter_map(|(column, period)| {
            Some(ColumnPeriodDocument {
                column: number(column),
                period: period.as_ref()?.into(),
            })
        });
        Self {
            index: number(index),
            part: table.section.as_ref().map(|key| key.part.clone()),
            item: table.section.as_ref().map(|key| key.item.clone()),
            place: PlaceDocument::new(content, table.document, &table.range),
            caption: table.caption.clone(),
            statement: table.statement.as_ref().map(word),
            header_rows: number(table.header_rows),
            rows: table.cells.to_vec(),
            periods: periods.collect(),
            scale: table.scale,
            numbers: table.numbers.iter().map(NumberDocument::from).collect(),
        }
    }
}

impl From<&TableNumber> for NumberDocument {
    fn from(cell: &TableNumber) -> Self {
        Self {
            row: number(cell.row),
            column: number(cell.column),
            value: cell.value.clone(),
            unit: cell.unit.as_deref().map(str::to_owned),
            start: number(cell.range.start),
            end: number(cell.range.end),
        }
    }
}

impl From<&Period> for PeriodDocument {
    fn from(period: &Period) -> Self {
        let (mut instant, mut start, mut end) = (None, None, None);
        match period {
            Period::Instant { instant: day } => instant = Some(Day::from(day)),
            Period::Duration {
                start: first,
                end: last,
            } => {
                (start, end) = (Some(Day::from(first)), Some(Day::from(last)));
            }
        }
        Self {
            instant,
            start,
            end,
        }
    }
}

impl FactDocument {
    pub(crate) fn new(content: &FilingContent, fact: &Fact) -> Self {
        let dimension = |(axis, member): &(Arc<str>, Arc<str>)| DimensionDocument {
            axis: axis.to_string(),
            member: member.to_string(),
        };
        let document = content.documents.get(fact.document);
        let place = |range| PlaceDocument::new(content, fact.document, range);
        let notes = fact.footnotes.iter();
        let notes = notes.filter_map(|index| content.footnotes.get(*index));
        Self {
            concept: fact.concept.to_string(),
            value: fact.value.clone(),
            transformed: fact.transformed.clone(),
            unit: fact.unit.as_deref().map(str::to_owned),
            decimals: fact.decimals.clone(),
            period: fact.period.as_ref().map(PeriodDocument::from),
            dimensions: fact.dimensions.iter().map(dimension).collect(),
            document: document.map(|d| d.name.clone()).unwrap_or_default(),
            shown: fact.range.as_ref().map(place),
            footnotes: notes.map(|note| note.text.clone()).collect(),
        }
    }
}
