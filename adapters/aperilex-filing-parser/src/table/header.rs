//! Which of a table's first rows are headers.

use super::grid::Grid;
use super::number::Class;

/// A table has at most this many header rows.
const MAX_HEADER_ROWS: usize = 8;

/// How many of the first rows are headers: titles, notes and names of columns before the first row of
/// data. Groups below the names are not.
pub(crate) fn count(grid: &Grid<'_>) -> usize {
    let limit = grid.height.saturating_sub(1).min(MAX_HEADER_ROWS);
    let data = (0..=limit).find(|row| is_data(grid, *row));
    let Some(data) = data else {
        // Words alone: the first row names the columns if it fills them all.
        let full = (0..grid.width).all(|column| !grid.place(0, column).is_empty());
        return usize::from(full && grid.height > 2 && !grid.is_spanned(0));
    };
    let names = (0..data).rev().find(|row| names_columns(grid, *row));
    match names {
        Some(last) => last + 1,
        None => usize::from(data > 0 && grid.is_spanned(0)),
    }
}

/// A row of names or periods, or a note such as `(in millions)`.
fn names_columns(grid: &Grid<'_>, row: usize) -> bool {
    if grid.is_label_alone(row) {
        return grid.words(row, 0).starts_with('(');
    }
    !grid.is_spanned(row) || grid.words(row, 0).starts_with('(')
}

/// A row with at least one number that is not a year, a day or the mark of a note, or with years
/// below names.
fn is_data(grid: &Grid<'_>, row: usize) -> bool {
    let mut years = false;
    for column in 1..grid.width {
        match grid.class(row, column) {
            Some(Class::Number | Class::Dash | Class::Missing) => return true,
            // A small number in brackets, if it stands beside words.
            Some(Class::Mark) => {
                let mark = grid.words(row, column).bytes().any(|b| b.is_ascii_digit());
                if mark && row > 0 && !grid.words(row, 0).is_empty() {
                    return true;
                }
            }
            Some(Class::Year) => years = true,
            _ => {}
        }
    }
    years && row > 0 && is_year_of_data(grid, row)
}

/// Whether the years of a row are data: it has a label of its own that is no period, and the columns
/// have names above.
fn is_year_of_data(grid: &Grid<'_>, row: usize) -> bool {
    let label = grid.words(row, 0);
    let lower = label.to_ascii_lowercase();
    let period = [
        "year", "ended", "fiscal", "december", "month", "quarter", "data",
    ];
    if label.is_empty() || label.starts_with('(') || period.iter().any(|word| lower.contains(word))
    {
        return false;
    }
    let above: Vec<usize> = (0..row).filter(|above| !grid.is_spanned(*above)).collect();
    let named = |column: usize| {
        above.iter().any(|above| {
            let place = grid.place(*above, column);
            !place.is_empty()
                && place != grid.place(*above, column + 1)
                && (column == 1 || place != grid.place(*above, column - 1))
        })
    };
    (1..grid.width)
        .filter(|column| grid.class(row, *column) == Some(Class::Year))
        .all(named)
}

#[cfg(test)]
mod tests {
    use super::super::grid::{Cell, Place};
    use super::super::number::class;
    use super::*;

    /// A grid of lines with `|` between cells; the same words side by side are one cell.
    fn grid(text: &str) -> Grid<'_> {
        let (mut cells, mut places, mut width, mut at) = (Vec::new(), Vec::new(), 0, 0);
        for line in text.split('\n') {
            let mut previous = ("", Place::EMPTY);
            width = line.split('|').count();
            for cell in line.split('|') {
                let place = if cell.is_empty() {
                    Place::EMPTY
                } else if cell == previous.0 && !cell.contains(|c: char| c.is_ascii_digit()) {
                    previous.1
                } else {
                    cells.push(Cell {
                        start: at,
                        end: at + u32::try_from(cell.len()).unwrap(),
                        class: class(cell),
                    });
                    Place::of(u32::try_from(cells.len()).unwrap() - 1)
                };
                previous = (cell, place);
                places.push(place);
                at += u32::try_from(cell.len()).unwrap() + 1;
            }
        }
        let height = places.len() / width;
        Grid {
            text,
            cells,
            places,
            width,
            height,
            header_rows: 0,
        }
    }

    #[test]
    fn headers_end_where_data_begin() {
        for (table, expected) in [
            (
                "|Years ended|Years ended\n(in millions)|2024|2023\nNet sales|$ 1|2\nCosts|3|4",
                2,
            ),
            ("|2024|2023\nAssets:||\nCash|1|2", 1),
            (
                "Name|Age|Position\nA. Person|55|Director\nB. Person|44|Director",
                1,
            ),
            ("|2024|2023\nASSETS:|ASSETS:|ASSETS:\nCash|1|2", 1),
            ("Cash|1|2\nDebt|3|4", 0),
            ("Exhibit|Description\n3.1|Articles\n3.2|By-laws", 1),
            (
                "A Corp|A Corp|A Corp\nBalance sheets|Balance sheets|Balance sheets\n|2024|2023\nCash|1|2",
                3,
            ),
            ("Name|Since\nA. Person|1998\nB. Person|2004", 1),
            ("|Plant A|Plant B\nBuilt in|1998|2004\nArea|1|2", 1),
            ("2024|$5\n2025|$6\nThereafter|$7", 0),
            ("Year|Amount\n2024|5\n2025|6", 1),
            ("Fiscal|2024|2023\nSales|5|6", 1),
        ] {
            assert_eq!(count(&grid(table)), expected, "{table}");
        }
    }
}
