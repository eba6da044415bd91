//! The JSON of submissions files: parallel arrays, index `i` of each is one filing.

use aperilex_ports::{Cik, Company, Ticker};
use serde::Deserialize;

use super::{OlderPage, Submissions, SubmittedFiling, merge};
use crate::error::EdgarError;

// EDGAR adds keys now and then: what is not named here is not looked at.

#[derive(Deserialize)]
pub(super) struct WireCompany {
    cik: WireCik,
    name: String,
    #[serde(default)]
    tickers: Vec<Option<String>>,
    sic: Option<String>,
    #[serde(rename = "sicDescription")]
    sic_description: Option<String>,
    #[serde(rename = "fiscalYearEnd")]
    fiscal_year_end: Option<String>,
    filings: WireFilings,
}

/// A ten-digit text in today's files, a number in some older recordings.
#[derive(Deserialize)]
#[serde(untagged)]
enum WireCik {
    Text(String),
    Number(u64),
}

#[derive(Deserialize)]
struct WireFilings {
    recent: WireColumns,
    #[serde(default)]
    files: Vec<WirePage>,
}

#[derive(Deserialize)]
struct WirePage {
    name: String,
    #[serde(rename = "filingFrom")]
    from: String,
    #[serde(rename = "filingTo")]
    to: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireColumns {
    accession_number: Vec<String>,
    filing_date: Vec<String>,
    form: Vec<String>,
    #[serde(default)]
    report_date: Vec<Option<String>>,
    #[serde(default)]
    acceptance_date_time: Vec<Option<String>>,
    #[serde(default)]
    items: Vec<Option<String>>,
    #[serde(default)]
    primary_document: Vec<Option<String>>,
}

pub(super) fn company(
    what: &str,
    asked: Cik,
    wire: WireCompany,
) -> Result<Submissions, EdgarError> {
    let cik = match wire.cik {
        WireCik::Text(text) => text.parse().ok(),
        WireCik::Number(number) => Cik::new(number).ok(),
    };
    if cik != Some(asked) {
        return Err(EdgarError::bad(what, "it is about another company"));
    }
    let older = wire
        .filings
        .files
        .into_iter()
        .map(|page| older_page(what, page));
    Ok(Submissions {
        company: Company {
            cik: asked,
            name: wire.name,
            tickers: tickers(&wire.tickers),
            sic: sic(wire.sic, wire.sic_description),
            fiscal_year_end: wire.fiscal_year_end.filter(|end| !end.is_empty()),
        },
        recent: filings(what, wire.filings.recent)?,
        older: older.collect::<Result<_, _>>()?,
    })
}

fn tickers(wire: &[Option<String>]) -> Vec<Ticker> {
    wire.iter()
        .flatten()
        .filter_map(|text| text.parse().ok())
        .collect()
}

fn sic(code: Option<String>, title: Option<String>) -> Option<String> {
    let code = code.filter(|code| !code.is_empty())?;
    Some(match title.filter(|title| !title.is_empty()) {
        Some(title) => format!("{code} {title}"),
        None => code,
    })
}

fn older_page(what: &str, page: WirePage) -> Result<OlderPage, EdgarError> {
    let date = |text: &str| {
        text.parse()
            .map_err(|_| EdgarError::bad(what, format!("expected a date, got {text:?}")))
    };
    Ok(OlderPage {
        from: date(&page.from)?,
        to: date(&page.to)?,
        name: page.name,
    })
}

/// Turns columns into filings, newest first.
pub(super) fn filings(
    what: &str,
    columns: WireColumns,
) -> Result<Vec<SubmittedFiling>, EdgarError> {
    let rows = columns.accession_number.len();
    let unequal = |length: usize, optional: bool| length != rows && !(optional && length == 0);
    if unequal(columns.filing_date.len(), false)
        || unequal(columns.form.len(), false)
        || unequal(columns.report_date.len(), true)
        || unequal(columns.acceptance_date_time.len(), true)
        || unequal(columns.items.len(), true)
        || unequal(columns.primary_document.len(), true)
    {
        return Err(EdgarError::bad(what, "its columns differ in length"));
    }
    let mut filings = Vec::with_capacity(rows);
    for row in 0..rows {
        filings.extend(filing(what, &columns, row)?);
    }
    merge(&mut filings);
    Ok(filings)
}

/// None for a form that is not written as the SEC writes forms: nobody can ask for it.
fn filing(
    what: &str,
    columns: &WireColumns,
    row: usize,
) -> Result<Option<SubmittedFiling>, EdgarError> {
    let number = cell(&columns.accession_number, row);
    let filed = cell(&columns.filing_date, row);
    let (Ok(accession), Ok(filed)) = (number.parse(), filed.parse()) else {
        let reason = format!("expected a number and a date, got {number:?} {filed:?}");
        return Err(EdgarError::bad(what, reason));
    };
    let Ok(form) = cell(&columns.form, row).parse() else {
        return Ok(None);
    };
    Ok(Some(SubmittedFiling {
        accession,
        form,
        filed,
        period: optional(&columns.report_date, row).and_then(|date| date.parse().ok()),
        items: optional(&columns.items, row)
            .map(item_codes)
            .unwrap_or_default(),
        primary_document: optional(&columns.primary_document, row)
            .map(|name| without_rendering(name).to_owned()),
        accepted: optional(&columns.acceptance_date_time, row)
            .unwrap_or_default()
            .to_owned(),
    }))
}

fn cell(column: &[String], row: usize) -> &str {
    column.get(row).map_or("", String::as_str)
}

fn optional(column: &[Option<String>], row: usize) -> Option<&str> {
    column.get(row)?.as_deref().filter(|text| !text.is_empty())
}

fn item_codes(text: &str) -> Vec<String> {
    text.split(',')
        .map(str::trim)
        .filter(|code| !code.is_empty())
        .map(str::to_owned)
        .collect()
}

/// `xslF345X05/doc4.xml` is a rendering of `doc4.xml`, which is what was filed.
fn without_rendering(name: &str) -> &str {
    match name.split_once('/') {
        Some((folder, file)) if folder.starts_with("xsl") => file,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: serde_json::Value) -> Result<Vec<SubmittedFiling>, EdgarError> {
        filings("x", serde_json::from_value(json).unwrap())
    }

    #[test]
    fn columns_of_unequal_length_are_refused() {
        let short = serde_json::json!({
            "accessionNumber": ["0000000001-24-000001", "0000000001-24-000002"],
            "filingDate": ["2024-01-01", "2024-01-02"], "form": ["10-K", "8-K"],
            "items": [""],
        });
        assert!(matches!(read(short), Err(EdgarError::BadAnswer { .. })));
    }

    #[test]
    fn unknown_columns_and_nulls_do_no_harm() {
        let filings = read(serde_json::json!({
            "accessionNumber": ["0000000001-24-000001", "0000000001-24-000002"],
            "filingDate": ["2024-01-01", "2024-01-02"], "form": ["4", "8-K"],
            "items": [null, "2.02, 9.01"], "primaryDocument": ["xslF345X05/doc4.xml", ""],
            "reportDate": ["", "2023-12-31"], "newColumn": [1],
        }))
        .unwrap();
        assert_eq!(filings[0].items, ["2.02", "9.01"]);
        assert_eq!(filings[0].primary_document, None);
        assert_eq!(filings[1].primary_document.as_deref(), Some("doc4.xml"));
        assert_eq!(filings[1].period, None);
    }
}
