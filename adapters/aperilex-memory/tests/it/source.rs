//! The source of given filings, by the clauses of its port.

use aperilex_memory::{Faults, MemorySource};
use aperilex_ports::{
    AccessionNumber, CompanyLocator, FilingId, FilingLocator, FilingMeta, FilingQuery,
    FilingSource, FilingSourceError, RawDocument, RawFiling,
};
use futures_executor::block_on;

fn filing(accession: &str, form: &str, filed: &str) -> RawFiling {
    let accession: AccessionNumber = accession.parse().unwrap();
    let meta = FilingMeta {
        id: FilingId::of_accession(&accession),
        accession: Some(accession),
        cik: Some("1234567".parse().unwrap()),
        company: Some("Example Corp".to_owned()),
        ticker: Some("EXMP".parse().unwrap()),
        form: form.parse().unwrap(),
        filed: Some(filed.parse().unwrap()),
        period: None,
        items: Vec::new(),
        primary_document: Some("main.txt".to_owned()),
        url: Some(format!("https://example.com/data/{}/", accession.digits())),
    };
    let document = |name: &str| RawDocument {
        name: name.to_owned(),
        doc_type: None,
        sequence: None,
        description: None,
        bytes: format!("{name} of {accession}").into_bytes().into(),
        sha256: None,
    };
    RawFiling {
        meta,
        documents: vec![document("main.txt"), document("exhibit.txt")],
    }
}

const OLD: &str = "0001234567-24-000001";
const NEW: &str = "0001234567-25-000001";
const AMENDED: &str = "0001234567-25-000002";

fn source() -> MemorySource {
    let source = MemorySource::new(Faults::default());
    for (accession, form, filed) in [
        (NEW, "10-K", "2025-02-01"),
        (OLD, "10-K", "2024-02-01"),
        (AMENDED, "10-K/A", "2025-06-01"),
    ] {
        source.add(filing(accession, form, filed));
    }
    source
}

fn find(locator: &FilingLocator) -> Result<String, FilingSourceError> {
    let meta = block_on(source().find(locator))?;
    Ok(meta.accession.unwrap().to_string())
}

fn by_ticker(ticker: &str, form: &str) -> FilingLocator {
    FilingLocator::Ticker {
        ticker: ticker.parse().unwrap(),
        form: form.parse().unwrap(),
    }
}

#[test]
fn a_filing_is_found_however_it_is_named() {
    let company = FilingLocator::Company {
        cik: "1234567".parse().unwrap(),
        form: "10-K".parse().unwrap(),
    };
    let folder = format!("https://example.com/data/{}", OLD.replace('-', ""));
    for (locator, expected) in [
        (by_ticker("EXMP", "10-K"), NEW),
        (by_ticker("EXMP", "10-K/A"), AMENDED),
        (company, NEW),
        (FilingLocator::Accession(OLD.parse().unwrap()), OLD),
        (FilingLocator::Url(format!("{folder}/main.txt")), OLD),
        (FilingLocator::Url(folder), OLD),
    ] {
        assert_eq!(find(&locator).unwrap(), expected, "{locator:?}");
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let stored = FilingId::of_accession(&OLD.parse().unwrap());
    for locator in [
        by_ticker("OTHER", "10-K"),
        by_ticker("EXMP", "10-Q"),
        FilingLocator::Url("https://example.com/".to_owned()),
        FilingLocator::Stored(stored),
    ] {
        let refused = find(&locator);
        assert!(
            matches!(refused, Err(FilingSourceError::NotFound { .. })),
            "{refused:?}"
        );
    }
    let other = CompanyLocator::Ticker("OTHER".parse().unwrap());
    let refused = block_on(source().company(&other));
    assert!(
        matches!(refused, Err(FilingSourceError::NotFound { .. })),
        "{refused:?}"
    );
}

#[test]
fn documents_are_served_as_given() {
    let given = filing(OLD, "10-K", "2024-02-01");
    assert_eq!(block_on(source().fetch(&given.meta)).unwrap(), given);
    let mut empty = filing("0001234567-25-000009", "10-K", "2025-03-01");
    empty.documents[1].bytes = bytes::Bytes::new();
    let source = source();
    source.add(empty.clone());
    let refused = block_on(source.fetch(&empty.meta));
    assert!(
        matches!(refused, Err(FilingSourceError::BadAnswer { .. })),
        "{refused:?}"
    );
}

#[test]
fn lists_are_newest_first_within_the_dates() {
    let query = |form: Option<&str>, from: Option<&str>, to: Option<&str>, limit| FilingQuery {
        company: CompanyLocator::Ticker("EXMP".parse().unwrap()),
        form: form.map(|form| form.parse().unwrap()),
        from: from.map(|date| date.parse().unwrap()),
        to: to.map(|date| date.parse().unwrap()),
        limit,
    };
    for (query, expected) in [
        (query(None, None, None, 9), vec![AMENDED, NEW, OLD]),
        (query(None, None, None, 2), vec![AMENDED, NEW]),
        (query(Some("10-K"), None, None, 9), vec![NEW, OLD]),
        (query(None, Some("2025-02-01"), None, 9), vec![AMENDED, NEW]),
        (query(None, None, Some("2025-02-01"), 9), vec![NEW, OLD]),
        (query(Some("10-Q"), None, None, 9), vec![]),
    ] {
        let metas = block_on(source().list(&query)).unwrap();
        let found: Vec<_> = metas
            .iter()
            .map(|it| it.accession.unwrap().to_string())
            .collect();
        assert_eq!(found, expected, "{query:?}");
    }
}
