//! Real filings, from a mirror folder and from the same folder behind a static file server.

use std::path::Path;

use aperilex_edgar::{EdgarClient, EdgarConfig, IndexKind};
use aperilex_ports::{
    CompanyLocator, Digest, FilingLocator, FilingQuery, FilingSource, FilingSourceError,
};
use jiff::civil::date;

use crate::mirror::serve_folder;
use crate::support::{corpus, digests, filings};

fn client(source: &str) -> EdgarClient {
    EdgarClient::new(&EdgarConfig::for_source(source).unwrap()).unwrap()
}

/// **FS-1**, **FS-3** for every filing of the corpus.
async fn every_filing_is_found_by_number_and_is_byte_for_byte(edgar: &EdgarClient, corpus: &Path) {
    let digests = digests(corpus);
    for (accession, form, path) in filings(corpus) {
        let locator = FilingLocator::Accession(accession.parse().unwrap());
        let meta = edgar
            .find(&locator)
            .await
            .unwrap_or_else(|e| panic!("{accession}: {e}"));
        assert_eq!(meta.accession, Some(accession.parse().unwrap()));
        assert_eq!(meta.form.as_str(), form, "{accession}");
        assert!(
            meta.company.is_some() && meta.filed.is_some(),
            "{accession}: {meta:?}"
        );
        let folder = path.split('/').nth(4).unwrap();
        assert_eq!(
            meta.cik.unwrap().number().to_string(),
            folder,
            "{accession}"
        );

        let filing = edgar
            .fetch(&meta)
            .await
            .unwrap_or_else(|e| panic!("{accession}: {e}"));
        let main = &filing.documents[0];
        assert_eq!(main.name, path.rsplit('/').next().unwrap(), "{accession}");
        assert_eq!(
            Digest::of(&main.bytes).to_string(),
            digests[&path],
            "{accession}"
        );
        for exhibit in &filing.documents[1..] {
            let name = path.rsplit_once('/').unwrap().0.to_owned() + "/" + &exhibit.name;
            assert_eq!(
                Digest::of(&exhibit.bytes).to_string(),
                digests[&name],
                "{name}"
            );
        }
    }
}

#[tokio::test]
async fn fs_1_fs_3_from_a_folder() {
    let Some(corpus) = corpus() else { return };
    let edgar = client(corpus.to_str().unwrap());
    every_filing_is_found_by_number_and_is_byte_for_byte(&edgar, &corpus).await;
}

#[tokio::test]
async fn fs_1_fs_3_from_a_file_server() {
    let Some(corpus) = corpus() else { return };
    let mirror = serve_folder(corpus.clone()).await;
    let mut config = EdgarConfig::for_source(&mirror).unwrap();
    config.requests_per_second = Some(1000);
    let edgar = EdgarClient::new(&config).unwrap();
    every_filing_is_found_by_number_and_is_byte_for_byte(&edgar, &corpus).await;
}

/// Real submissions files list many filings that the corpus has not.
#[tokio::test]
async fn the_latest_is_the_latest_that_a_mirror_has() {
    let Some(corpus) = corpus() else { return };
    let mirror = serve_folder(corpus.clone()).await;
    for source in [corpus.to_str().unwrap(), &mirror] {
        let edgar = client(source);
        for (ticker, form, expected) in [
            ("AAPL", "10-K", "0000320193-24-000123"),
            ("AAPL", "10-Q", "0000320193-25-000057"),
            ("TSLA", "10-K", "0001628280-24-002390"),
            ("MSFT", "10-K", "0001193125-13-310206"),
            ("KO", "10-K", "0000021344-24-000009"),
            ("NVDA", "8-K", "0001045810-26-000024"),
            // These symbols belong to other companies today.
            ("DELL", "10-K", "0000950134-06-005149"),
            ("DIS", "8-K", "0001001039-18-000048"),
        ] {
            let locator = FilingLocator::Ticker {
                ticker: ticker.parse().unwrap(),
                form: form.parse().unwrap(),
            };
            let meta = edgar.find(&locator).await.unwrap();
            assert_eq!(
                meta.accession.unwrap().to_string(),
                expected,
                "{ticker} {form}"
            );
        }
        let list = FilingQuery {
            company: CompanyLocator::Ticker("AAPL".parse().unwrap()),
            form: Some("10-Q".parse().unwrap()),
            from: None,
            to: None,
            limit: 10,
        };
        let listed = edgar.list(&list).await.unwrap();
        let numbers: Vec<_> = listed
            .iter()
            .map(|meta| meta.accession.unwrap().to_string())
            .collect();
        assert_eq!(
            numbers,
            [
                "0000320193-25-000057",
                "0000320193-23-000077",
                "0000912057-00-023442"
            ]
        );
        let absent = FilingLocator::Accession("0000320193-23-000106".parse().unwrap());
        let answer = edgar.find(&absent).await;
        assert!(
            matches!(answer, Err(FilingSourceError::NotFound { .. })),
            "{answer:?}"
        );
    }
}

/// How many items a header names, by code or title; a few name an empty one.
fn written_items(submission: &[u8]) -> usize {
    String::from_utf8_lossy(submission)
        .lines()
        .filter_map(|line| line.strip_prefix("ITEM INFORMATION:"))
        .filter(|item| !item.trim().is_empty())
        .count()
}

/// Every header of a full submission agrees with the list of its company.
#[tokio::test]
async fn real_headers_index_pages_and_index_files_are_read() {
    let Some(corpus) = corpus() else { return };
    let edgar = client(corpus.to_str().unwrap());
    let mut headers = 0;
    for (accession, form, path) in filings(&corpus) {
        let cik = path.split('/').nth(4).unwrap().parse().unwrap();
        let number = accession.parse().unwrap();
        let Ok(header) = edgar.header(cik, &number).await else {
            continue;
        };
        headers += 1;
        let meta = edgar.find(&FilingLocator::Accession(number)).await.unwrap();
        assert_eq!(header.form.as_ref().unwrap().as_str(), form, "{accession}");
        assert_eq!(
            (header.filed, header.filer().unwrap().cik),
            (meta.filed, meta.cik),
            "{accession}"
        );
        assert!(header.filer().unwrap().name.is_some());
        let text = edgar.full_submission(cik, &number).await.unwrap();
        assert_eq!(header.items.len(), written_items(&text), "{accession}");
    }
    assert!(headers >= 10, "{headers}");

    let page = edgar
        .index_page(
            "1045810".parse().unwrap(),
            &"0001045810-26-000024".parse().unwrap(),
        )
        .await
        .unwrap();
    assert_eq!(page.items, ["5.02", "9.01"]);
    assert_eq!(
        page.filers,
        [("1045810".parse().unwrap(), "NVIDIA CORP".to_owned())]
    );
    let types: Vec<_> = page
        .documents
        .iter()
        .filter_map(|row| row.doc_type.as_deref())
        .collect();
    assert_eq!(types, ["8-K", "EX-10.1"]);

    let forms = edgar
        .daily_index(date(2020, 3, 18), IndexKind::Form)
        .await
        .unwrap();
    let companies = edgar
        .daily_index(date(2022, 10, 3), IndexKind::Company)
        .await
        .unwrap();
    for (day, entries) in [(date(2020, 3, 18), forms), (date(2022, 10, 3), companies)] {
        let file = if day.year() == 2020 {
            "2020/QTR1/form.20200318.idx"
        } else {
            "2022/QTR4/company.20221003.idx"
        };
        let text = std::fs::read(
            corpus
                .join("www.sec.gov/Archives/edgar/daily-index")
                .join(file),
        )
        .unwrap();
        let lines = String::from_utf8_lossy(&text)
            .matches("edgar/data/")
            .count();
        assert_eq!(entries.len(), lines, "{file}");
        // Letters and effectiveness orders are disseminated after their date.
        assert!(entries.iter().all(|entry| entry.filed <= day
            && !entry.form.is_empty()
            && !entry.company.is_empty()));
    }
}
