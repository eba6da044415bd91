//! The primary financial statements among the tables.

use crate::real;

#[test]
fn statements_of_the_corpus() {
    for real in real::filings() {
        let content = real.content(real.bytes());
        println!(
            "{} {} {} tables",
            real.form,
            real.name,
            content.tables.len()
        );
        for (at, table) in content.tables.iter().enumerate() {
            let Some(statement) = table.statement else {
                continue;
            };
            let labels = table.rows.iter().skip(table.header_rows);
            let mut labels = labels
                .filter_map(|row| row.first())
                .filter(|cell| !cell.is_empty())
                .map(|cell| cell.chars().take(40).collect::<String>());
            println!(
                "   {statement:?} #{at} {} rows {} numbers e{} {:?} {:?} | {:?} .. {:?}",
                table.rows.len(),
                table.numbers.len(),
                table.scale,
                table.section.as_ref().map(ToString::to_string),
                table.caption,
                labels.next(),
                labels.next_back(),
            );
        }
    }
}
