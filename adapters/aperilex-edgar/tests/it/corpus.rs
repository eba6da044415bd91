//! Real filings, from a mirror folder and from the same folder behind a static file server.

use std::path::Path;

use aperilex_edgar::{EdgarClient, EdgarConfig};
use aperilex_ports::{Digest, FilingLocator, FilingSource};

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
