//! Which of a table's first rows are headers.

/// A table has at most this many header rows.
const MAX_HEADER_ROWS: usize = 6;

/// How many of the first rows are headers: those before the first row of data.
pub(crate) fn count(rows: &[Vec<String>]) -> usize {
    let limit = rows.len().saturating_sub(1).min(MAX_HEADER_ROWS);
    let before_data = rows
        .iter()
        .take(limit)
        .enumerate()
        .take_while(|(index, row)| is_header(row) && (*index == 0 || !is_spanned(row)))
        .count();
    let ends = rows
        .get(before_data)
        .is_some_and(|row| is_data(row) || is_group(row));
    if before_data > 0 && (ends || before_data < limit) {
        return before_data;
    }
    // Words alone: the first row names the columns if it fills them all.
    let first_is_full = rows
        .first()
        .is_some_and(|row| row.iter().all(|cell| !cell.is_empty()));
    usize::from(first_is_full && before_data > 0 && rows.len() > 2)
}

/// A row of names or periods.
fn is_header(row: &[String]) -> bool {
    let label = row.first().map_or("", String::as_str);
    let rest = row.get(1..).unwrap_or_default();
    if rest.iter().all(String::is_empty) {
        // A unit note such as "(in millions)"; a group label such as "Assets:" is not a header.
        return label.starts_with('(');
    }
    !is_data(row)
}

/// A label without numbers, alone or over all columns.
fn is_group(row: &[String]) -> bool {
    let mut rest = row.iter().skip(1);
    rest.all(String::is_empty) || is_spanned(row)
}

/// One cell over all columns: below a first row, the label of a group such as "ASSETS:".
fn is_spanned(row: &[String]) -> bool {
    row.iter().all(|cell| Some(cell) == row.first())
}

/// A row with at least one number that is not a year, a day or a note mark.
fn is_data(row: &[String]) -> bool {
    row.get(1..)
        .unwrap_or_default()
        .iter()
        .any(|cell| is_number(cell) && !is_period(cell))
}

/// Whether a cell is a number or stands for one.
pub(crate) fn is_number(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    if digits == 0 {
        return matches!(
            cell,
            "—" | "–" | "-" | "$—" | "$–" | "$-" | "—%" | "N/A" | "n/a" | "NM"
        );
    }
    cell.chars().all(|c| {
        c.is_ascii_digit()
            || matches!(
                c,
                '$' | '€'
                    | '£'
                    | '¥'
                    | ','
                    | '.'
                    | '('
                    | ')'
                    | '%'
                    | '-'
                    | '–'
                    | '—'
                    | '+'
                    | ' '
                    | '*'
                    | '/'
                    | 'x'
            )
    })
}

/// A year, or a day of the month with its comma.
fn is_period(cell: &str) -> bool {
    let digits: String = cell.chars().filter(char::is_ascii_digit).collect();
    let year = digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"));
    year && !cell.contains([',', '.', '$', '%'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines()
            .map(|line| line.split('|').map(|cell| cell.trim().to_owned()).collect())
            .collect()
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
        ] {
            assert_eq!(count(&rows(table)), expected, "{table}");
        }
    }
}
