//! Numbers of tables: values, units and periods.

use aperilex_ports::{Fact, FilingContent, Period, Table, TableNumber, TextRange};

use crate::real;
use crate::support::parse;

/// The number that a fact is shown in.
fn number_of<'c>(content: &'c FilingContent, fact: &Fact) -> Option<(&'c Table, &'c TableNumber)> {
    let range = fact.range.as_ref()?;
    let holds = |outer: &TextRange| outer.start <= range.start && range.end <= outer.end;
    let at = content
        .tables
        .partition_point(|t| (t.document, t.range.start) <= (fact.document, range.start));
    let table = content.tables.get(at.checked_sub(1)?)?;
    if table.document != fact.document || !holds(&table.range) {
        return None;
    }
    let at = table
        .numbers
        .partition_point(|n| n.range.start <= range.start);
    let number = table.numbers.get(at.checked_sub(1)?)?;
    holds(&number.range).then_some((table, number))
}

/// Agreement of numbers and facts.
#[derive(Debug, Default)]
struct Score {
    /// Facts alone in a cell of a table.
    facts: usize,
    found: usize,
    values: usize,
    units_told: usize,
    units: usize,
    periods_told: usize,
    periods: usize,
    misses: Vec<String>,
}

impl Score {
    fn add(&mut self, other: &Self) {
        self.facts += other.facts;
        self.found += other.found;
        self.values += other.values;
        self.units_told += other.units_told;
        self.units += other.units;
        self.periods_told += other.periods_told;
        self.periods += other.periods;
    }

    fn row(&self, name: &str) -> String {
        format!(
            "{name:<28} facts {:>6} found {:>6} values {:>6} units {:>6}/{:<6} periods {:>6}/{:<6}",
            self.facts,
            self.found,
            self.values,
            self.units,
            self.units_told,
            self.periods,
            self.periods_told
        )
    }
}

/// `read` against the facts of `known`, which has the same text.
fn score(read: &FilingContent, known: &FilingContent) -> Score {
    let mut score = Score::default();
    let text = known.text();
    for fact in known.facts.iter().filter(|fact| fact.unit.is_some()) {
        let Some(range) = &fact.range else { continue };
        let in_table =
            |table: &Table| table.range.start <= range.start && range.end <= table.range.end;
        if fact.value.is_empty() || !is_alone(text, range) || !read.tables.iter().any(in_table) {
            continue;
        }
        score.facts += 1;
        match number_of(read, fact) {
            Some((table, number)) => score.compare(text, fact, table, number),
            None => score.miss("none", text, fact, ""),
        }
    }
    score
}

/// Whether a cell of the text holds a range and nothing but signs beside it.
fn is_alone(text: &str, range: &TextRange) -> bool {
    let (before, behind) = (&text[..range.start], &text[range.end..]);
    let start = before.rfind(['\n', '\t']).map_or(0, |at| at + 1);
    let end = behind.find(['\n', '\t']).unwrap_or(behind.len());
    let words = |piece: &str| piece.chars().any(char::is_alphanumeric);
    !words(&before[start..]) && !words(&behind[..end])
}

/// Whether a column's period is that of a fact; balances at its start and end are in it.
fn agrees(column: &Period, fact: &Period) -> bool {
    match (column, fact) {
        (Period::Duration { start, end }, Period::Instant { instant }) => {
            instant == end || instant.tomorrow().unwrap() == *start
        }
        _ => column == fact,
    }
}

impl Score {
    fn compare(&mut self, text: &str, fact: &Fact, table: &Table, number: &TableNumber) {
        self.found += 1;
        // The sign of a fact may be the opposite of the one that shows.
        let size = |value: &str| value.trim_start_matches('-').to_owned();
        if size(&number.value) == size(&fact.value) {
            self.values += 1;
        } else {
            self.miss("value", text, fact, &number.value);
        }
        if let Some(unit) = &number.unit {
            self.units_told += 1;
            if Some(unit) == fact.unit.as_ref() {
                self.units += 1;
            } else {
                self.miss("unit", text, fact, unit);
            }
        }
        let period = table.periods.get(number.column).and_then(Option::as_ref);
        if let (Some(period), Some(known)) = (period, &fact.period) {
            self.periods_told += 1;
            if agrees(period, known) {
                self.periods += 1;
            } else {
                self.miss("period", text, fact, &format!("{period:?}"));
            }
        }
    }

    fn miss(&mut self, what: &str, text: &str, fact: &Fact, read: &str) {
        let range = fact.range.clone().unwrap_or_default();
        let label = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
        let label: String = text[label..].chars().take(50).collect();
        self.misses.push(format!(
            "{what}: {:?} is {read:?}, expected {} {:?} {:?} in {label:?}",
            &text[range], fact.value, fact.unit, fact.period
        ));
    }
}

/// Scores over the corpus, with the misses of each filing if `APERILEX_MISSES` names it.
fn over_corpus(blind: bool) -> Option<Score> {
    let mut all = Score::default();
    let show = std::env::var("APERILEX_MISSES").unwrap_or_default();
    for real in real::filings() {
        let bytes = real.bytes();
        if count(&bytes, b"<ix:nonFraction") < 50 {
            continue;
        }
        let known = real.content(bytes.clone());
        let score = if blind {
            score(&real.content(without_facts(&bytes)), &known)
        } else {
            score(&known, &known)
        };
        println!("{}", score.row(&real.name));
        if !show.is_empty() && real.name.contains(&show) {
            for miss in &score.misses {
                println!("      {miss}");
            }
        }
        all.add(&score);
    }
    println!("{}", all.row("all"));
    (all.facts > 0).then_some(all)
}

fn count(bytes: &[u8], word: &[u8]) -> usize {
    bytes
        .windows(word.len())
        .filter(|window| *window == word)
        .count()
}

/// The same document with its numbers no longer marked as facts.
fn without_facts(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    text.replace("ix:nonFraction", "x:nonFraction").into_bytes()
}

/// `part` of `whole` in thousandths.
fn per_mille(part: usize, whole: usize) -> usize {
    part * 1000 / whole.max(1)
}

#[test]
fn numbers_agree_with_the_facts_they_show() {
    let Some(all) = over_corpus(false) else {
        return;
    };
    assert!(per_mille(all.values, all.facts) >= 999);
    assert!(per_mille(all.units, all.units_told) >= 999);
    assert!(per_mille(all.periods, all.periods_told) >= 980);
}

#[test]
fn numbers_agree_with_the_facts_when_these_are_hidden() {
    let Some(all) = over_corpus(true) else { return };
    assert!(per_mille(all.values, all.facts) >= 990);
    assert!(per_mille(all.units, all.units_told) >= 990);
    assert!(per_mille(all.periods, all.periods_told) >= 970);
}

/// The first table of a body.
fn table(body: &str) -> Table {
    let content = parse("10-K", format!("<html><body>{body}</body></html>"));
    content.tables.into_iter().next().unwrap()
}

/// Rows of cells with `|` between them.
fn grid(rows: &[&str]) -> String {
    let cell = |cell: &str| format!("<td>{cell}</td>");
    let row = |row: &&str| format!("<tr>{}</tr>", row.split('|').map(cell).collect::<String>());
    format!(
        "<table>{}</table>",
        rows.iter().map(row).collect::<String>()
    )
}

/// Row, value and unit of each number.
fn numbers(table: &Table) -> Vec<(usize, &str, &str)> {
    fn told(number: &TableNumber) -> (usize, &str, &str) {
        let unit = number.unit.as_deref().unwrap_or_default();
        (number.row, &number.value, unit)
    }
    table.numbers.iter().map(told).collect()
}

#[test]
fn a_note_scales_money_but_not_shares_and_percentages() {
    let found = table(&format!(
        "<p><b>Results</b></p><p>(in millions, except per share data)</p>{}",
        grid(&[
            "|2023|2022",
            "Net sales|$1,234.5|$1,100",
            "Loss on sale|(5|)",
            "Other|—|3",
            "Margin|12.5%|(3)%",
            "Net income per share|$1.25|$(0.10)",
            "Weighted average shares outstanding|250.5|249",
        ])
    ));
    assert_eq!(found.caption, "Results");
    assert_eq!(found.scale, 6);
    let usd = "iso4217:USD";
    assert_eq!(
        numbers(&found),
        [
            (1, "1234500000", usd),
            (1, "1100000000", usd),
            (2, "-5000000", usd),
            (3, "0", usd),
            (3, "3000000", usd),
            (4, "0.125", "xbrli:pure"),
            (4, "-0.03", "xbrli:pure"),
            (5, "1.25", "iso4217:USD/xbrli:shares"),
            (5, "-0.1", "iso4217:USD/xbrli:shares"),
            (6, "250500000", "xbrli:shares"),
            (6, "249000000", "xbrli:shares"),
        ]
    );
}

#[test]
fn a_number_tells_where_it_is() {
    let content = parse(
        "10-K",
        format!(
            "<html><body>{}</body></html>",
            grid(&["|2023", "Loss|$|(1,250|)", "Gain|$|3|"])
        ),
    );
    let shown: Vec<&str> = content.tables[0]
        .numbers
        .iter()
        .map(|number| content.slice(0, &number.range))
        .collect();
    let plain = |text: &str| text.replace(['\t', ' '], "");
    assert_eq!(
        shown.into_iter().map(plain).collect::<Vec<_>>(),
        ["$(1,250)", "$3"]
    );
}

#[test]
fn units_stand_in_columns_and_rows() {
    let found = table(&grid(&[
        "|Number of shares|Average price paid per share|Amount (in thousands)|% of total",
        "January|1,000|$12.50|$12|40.5",
        "February|500|13.00|6|59.5",
    ]));
    let per_share = "iso4217:USD/xbrli:shares";
    assert_eq!(
        numbers(&found),
        [
            (1, "1000", "xbrli:shares"),
            (1, "12.5", per_share),
            (1, "12000", "iso4217:USD"),
            (1, "0.405", "xbrli:pure"),
            (2, "500", "xbrli:shares"),
            (2, "13", per_share),
            (2, "6000", "iso4217:USD"),
            (2, "0.595", "xbrli:pure"),
        ]
    );
}

#[test]
fn what_is_unknown_has_no_unit() {
    let found = table(&grid(&[
        "Plant|Employees|Built",
        "North|250|1998",
        "South|40|2004",
    ]));
    assert_eq!(numbers(&found), [(1, "250", ""), (2, "40", "")]);
    // Dollars of another country are told by words.
    let found = table(&format!(
        "<p>(Expressed in Canadian dollars)</p>{}",
        grid(&["|2023|2022", "Cash|$5|$4"])
    ));
    assert_eq!(numbers(&found)[0].2, "iso4217:CAD");
}

#[test]
fn marks_of_notes_and_words_are_no_numbers() {
    let found = table(&grid(&[
        "Name|2023|2022",
        "Sales(1)|5,000(2)|4,000 (a)",
        "Growth|NM|N/A",
        "Notes|*|**",
        "Range|1-2|10/12",
    ]));
    let values: Vec<&str> = found.numbers.iter().map(|n| n.value.as_str()).collect();
    assert_eq!(values, ["5000", "4000"]);
}

#[test]
fn headers_over_several_columns_name_periods() {
    let found = table(
        "<table><tr><td></td><td colspan=2>Three Months Ended June 30,</td><td colspan=2>Six Months Ended June 30,</td></tr>\
         <tr><td></td><td>2023</td><td>2022</td><td>2023</td><td>2022</td></tr>\
         <tr><td>Sales</td><td>$5</td><td>$4</td><td>$9</td><td>$8</td></tr></table>",
    );
    let told: Vec<String> = found
        .periods
        .iter()
        .flatten()
        .map(|period| format!("{period:?}"))
        .collect();
    assert_eq!(found.periods.len(), 5);
    assert!(
        told[0].contains("2023-04-01") && told[0].contains("2023-06-30"),
        "{told:?}"
    );
    assert!(
        told[3].contains("2022-01-01") && told[3].contains("2022-06-30"),
        "{told:?}"
    );
    let found = table(&format!(
        "<p><b>Balance Sheets</b></p>{}",
        grid(&[
            "|December 31, 2023|December 31, 2022|Change",
            "Cash|$5|$4|$1"
        ])
    ));
    let instant = |date: &str| {
        Some(Period::Instant {
            instant: date.parse().unwrap(),
        })
    };
    assert_eq!(
        found.periods,
        [None, instant("2023-12-31"), instant("2022-12-31"), None]
    );
}

#[test]
fn facts_decide_what_words_do_not_tell() {
    let fact = |context: &str, value: &str| {
        format!(
            "<ix:nonFraction name=\"us-gaap:Revenues\" contextRef=\"{context}\" unitRef=\"u\" scale=\"3\" decimals=\"-3\" \
             format=\"ixt:num-dot-decimal\">{value}</ix:nonFraction>"
        )
    };
    let period = |id: &str, start: &str, end: &str| {
        format!(
            "<xbrli:context id=\"{id}\"><xbrli:period><xbrli:startDate>{start}</xbrli:startDate>\
             <xbrli:endDate>{end}</xbrli:endDate></xbrli:period></xbrli:context>"
        )
    };
    let found = table(&format!(
        "<ix:header><ix:resources>{}{}<xbrli:unit id=\"u\"><xbrli:measure>iso4217:EUR</xbrli:measure></xbrli:unit>\
         </ix:resources></ix:header>{}",
        period("a", "2022-10-01", "2023-09-30"),
        period("b", "2021-10-01", "2022-09-30"),
        grid(&[
            "|This year|The year before",
            &format!("Sales|{}|({})", fact("a", "1,250"), fact("b", "900"))
        ]),
    ));
    assert_eq!(found.scale, 3);
    assert_eq!(
        numbers(&found),
        [(1, "1250000", "iso4217:EUR"), (1, "-900000", "iso4217:EUR")]
    );
    assert_eq!(
        found.periods[2].as_ref().unwrap().end().to_string(),
        "2022-09-30"
    );
}

#[test]
fn filers_tell_the_scale_of_all_tables_once() {
    let content = parse(
        "10-K",
        format!(
            "<html><body><p><b>Balance Sheets</b></p><p>(in thousands)</p>{}<p>Note 5. Inventories</p>{}\
             <p><b>Item 11. Executive Compensation</b></p>{}</body></html>",
            grid(&["|2023|2022", "Cash|$15,000|$14,000"]),
            grid(&["|2023|2022", "Goods|$500|$400"]),
            grid(&["Name|Salary", "A. Person|$9,000"]),
        ),
    );
    let first = |at: usize| content.tables[at].numbers[0].value.as_str();
    assert_eq!(
        [first(0), first(1), first(2)],
        ["15000000", "500000", "9000"]
    );
}

#[test]
fn a_day_above_the_labels_is_one_of_balances() {
    let found = table(&grid(&["June 30,|2013|2012", "Cash|$5|$4"]));
    let instant = |date: &str| {
        Some(Period::Instant {
            instant: date.parse().unwrap(),
        })
    };
    assert_eq!(
        found.periods,
        [None, instant("2013-06-30"), instant("2012-06-30")]
    );
}

#[test]
fn plain_text_has_numbers_units_and_periods() {
    let content = parse(
        "10-K",
        "                      CONSOLIDATED STATEMENT OF EARNINGS\n\n<TABLE>\n<CAPTION>\n(Dollars in millions except per share amounts)\n\n\
         For the year ended December 31:    1997      1996\n<S>                             <C>       <C>\n\
         Net sales ....................   $1,200    $1,100\nCost of sales                     (900)     (800)\n\
         Net earnings per share ......    $ 1.25    $  .98\n</TABLE>\nEnd\n",
    );
    let found = &content.tables[0];
    assert_eq!((found.scale, found.header_rows), (6, 1));
    assert_eq!(found.caption, "CONSOLIDATED STATEMENT OF EARNINGS");
    let period = found.periods[1].as_ref().unwrap();
    assert!(matches!(period, Period::Duration { start, .. } if start.to_string() == "1997-01-01"));
    let values: Vec<&str> = found.numbers.iter().map(|n| n.value.as_str()).collect();
    assert_eq!(
        values,
        [
            "1200000000",
            "1100000000",
            "-900000000",
            "-800000000",
            "1.25",
            "0.98"
        ]
    );
}
