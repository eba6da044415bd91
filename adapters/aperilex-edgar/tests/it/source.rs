//! The clauses of `FilingSource`, against a server that answers as EDGAR does.

use aperilex_edgar::EdgarConfig;
use aperilex_ports::{
    CompanyLocator, FilingId, FilingLocator, FilingMeta, FilingQuery, FilingSource,
    FilingSourceError,
};
use jiff::civil::date;
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{asked, client, edgar, fixture, serve_body};

const DATA: &str = "/www.sec.gov/Archives/edgar/data";
const FOLDER: &str = "/www.sec.gov/Archives/edgar/data/1234567/000099000125000030";
const FOLDER_LISTING: &str = r#"{"directory":{"item":[{"last-modified":"2025-05-06 16:30:00","name":"results.htm","type":"text.gif","size":"120"}],"name":"x"}}"#;

/// EDGAR with one company.
async fn harbor() -> (MockServer, EdgarConfig) {
    let (server, config) = edgar().await;
    serve_body(
        &server,
        "/www.sec.gov/files/company_tickers.json",
        fixture("company_tickers.json"),
    )
    .await;
    serve_body(
        &server,
        "/data.sec.gov/submissions/CIK0001234567.json",
        fixture("submissions.json"),
    )
    .await;
    let older = "/data.sec.gov/submissions/CIK0001234567-submissions-001.json";
    serve_body(&server, older, fixture("submissions-001.json")).await;
    (server, config)
}

fn by_ticker(form: &str) -> FilingLocator {
    FilingLocator::Ticker {
        ticker: "HLMP".parse().unwrap(),
        form: form.parse().unwrap(),
    }
}

fn number(meta: &FilingMeta) -> String {
    meta.accession.unwrap().to_string()
}

#[tokio::test]
async fn fs_1_the_latest_of_exactly_that_form() {
    let (_server, config) = harbor().await;
    let edgar = client(&config);
    for (form, expected) in [
        ("10-K", "0000990001-25-000012"),
        ("10-K/A", "0001234567-25-000007"),
        // Two on one day: the one that was accepted later.
        ("8-K", "0000990001-25-000030"),
        // Only an older page has it.
        ("10-K405", "0000990001-97-000002"),
    ] {
        let meta = edgar.find(&by_ticker(form)).await.unwrap();
        assert_eq!(number(&meta), expected, "{form}");
        assert_eq!(meta.form.as_str(), form);
    }
    let meta = edgar.find(&by_ticker("8-K")).await.unwrap();
    assert_eq!(meta.id, FilingId::of_accession(&meta.accession.unwrap()));
    assert_eq!(meta.items, ["2.02", "9.01"]);
    assert_eq!(meta.ticker.unwrap().as_str(), "HLMP");
    assert_eq!(meta.company.as_deref(), Some("HARBOR LAMP CO"));
    assert_eq!(
        (meta.filed, meta.period),
        (Some(date(2025, 5, 6)), Some(date(2025, 5, 2)))
    );
    assert_eq!(
        meta.url.as_deref(),
        Some("https://www.sec.gov/Archives/edgar/data/1234567/000099000125000030/")
    );
    let old = edgar.find(&by_ticker("10-K405")).await.unwrap();
    assert_eq!(old.primary_document, None);
    let form_4 = edgar.find(&by_ticker("4")).await.unwrap();
    assert_eq!(form_4.primary_document.as_deref(), Some("doc4.xml"));
}

#[tokio::test]
async fn the_older_page_is_not_asked_for_without_need() {
    let (server, config) = harbor().await;
    client(&config).find(&by_ticker("10-K")).await.unwrap();
    assert!(
        !asked(&server)
            .await
            .iter()
            .any(|path| path.contains("-001"))
    );
}

#[tokio::test]
async fn fs_2_what_does_not_exist_is_not_found() {
    let (_server, config) = harbor().await;
    let edgar = client(&config);
    let nobody = FilingLocator::Ticker {
        ticker: "NONE".parse().unwrap(),
        form: "10-K".parse().unwrap(),
    };
    let unknown = FilingLocator::Company {
        cik: "42".parse().unwrap(),
        form: "10-K".parse().unwrap(),
    };
    let number = FilingLocator::Accession("0000000042-25-000001".parse().unwrap());
    let stored = FilingLocator::Stored(FilingId::of_accession(
        &"0000000042-25-000001".parse().unwrap(),
    ));
    for locator in [nobody, unknown, number, stored, by_ticker("20-F")] {
        let answer = edgar.find(&locator).await;
        assert!(
            matches!(answer, Err(FilingSourceError::NotFound { .. })),
            "{locator:?}: {answer:?}"
        );
    }
    let company = edgar
        .company(&CompanyLocator::Cik("42".parse().unwrap()))
        .await;
    assert!(matches!(company, Err(FilingSourceError::NotFound { .. })));
}

#[tokio::test]
async fn a_number_leads_to_its_company_when_the_company_submitted_it() {
    let (server, config) = harbor().await;
    serve_body(
        &server,
        &format!("{DATA}/1234567/000123456725000007/index.json"),
        FOLDER_LISTING,
    )
    .await;
    let locator = FilingLocator::Accession("0001234567-25-000007".parse().unwrap());
    let meta = client(&config).find(&locator).await.unwrap();
    assert_eq!(meta.form.as_str(), "10-K/A");
    assert_eq!(meta.ticker.unwrap().as_str(), "HLMP");
}

#[tokio::test]
async fn a_number_leads_to_its_company_by_search() {
    let (server, config) = harbor().await;
    Mock::given(method("GET"))
        .and(path("/efts.sec.gov/LATEST/search-index"))
        .and(query_param("q", "\"0000990001-25-000030\""))
        .respond_with(ResponseTemplate::new(200).set_body_bytes(fixture("search.json")))
        .mount(&server)
        .await;
    let locator = FilingLocator::Accession("0000990001-25-000030".parse().unwrap());
    let meta = client(&config).find(&locator).await.unwrap();
    // The best match only quotes the number.
    assert_eq!(meta.cik.unwrap().number(), 1_234_567);
    assert_eq!(meta.items, ["2.02", "9.01"]);
}

#[tokio::test]
async fn a_number_leads_to_its_company_by_the_quarterly_index() {
    let (server, config) = harbor().await;
    let index = "/www.sec.gov/Archives/edgar/full-index/2025/QTR2/master.idx";
    serve_body(&server, index, fixture("master.idx")).await;
    let locator = FilingLocator::Accession("0000990001-25-000030".parse().unwrap());
    let meta = client(&config).find(&locator).await.unwrap();
    assert_eq!(meta.cik.unwrap().number(), 1_234_567);
}

#[tokio::test]
async fn b32_an_address_leads_to_its_filing_and_others_send_nothing() {
    const PATH: &str = "/Archives/edgar/data/1234567/000099000125000030/";
    let (server, config) = harbor().await;
    // Somebody else on this machine, whom an address may try to reach.
    let (victim, _) = edgar().await;
    let port = victim.address().port();
    let edgar = client(&config);
    let find = async |url: &str| edgar.find(&FilingLocator::Url(url.to_owned())).await;
    let hosts = [
        "http://www.sec.gov".to_owned(),
        "ftp://www.sec.gov".to_owned(),
        "https://user@www.sec.gov".to_owned(),
        "https://user:word@www.sec.gov".to_owned(),
        format!("https://www.sec.gov@127.0.0.1:{port}"),
        format!("http://127.0.0.1:{port}"),
        format!("http://127.0.0.1:{port}/www.sec.gov"),
        format!("https://127.0.0.1:{port}"),
        format!("http://localhost:{port}"),
        format!("http://[::1]:{port}"),
        format!("http://[::ffff:127.0.0.1]:{port}"),
        format!("http://2130706433:{port}"),
        format!("http://0x7f.1:{port}"),
        "https://169.254.169.254".to_owned(),
        "https://23.196.4.1".to_owned(),
        "https://sec.gov.evil.com".to_owned(),
        "https://www.sec.gov.evil.com".to_owned(),
        "https://evilwww.sec.gov".to_owned(),
        "https://sec.gov".to_owned(),
        "https://www.sec.gov.".to_owned(),
        "https://www.sec.gov:22".to_owned(),
        "https://www.sec.gov:443".to_owned(),
        "https://xn--www-5cd.gov".to_owned(),
        "https://www.sеc.gov".to_owned(),
        "https://www.sec.gov%2eevil.com".to_owned(),
        "//www.sec.gov".to_owned(),
        "javascript:alert(1)//www.sec.gov".to_owned(),
        "file://".to_owned(),
    ];
    let mut all: Vec<_> = hosts.iter().map(|host| format!("{host}{PATH}")).collect();
    all.extend(
        [
            "http://www.sec.gov/x",
            "file:///etc/passwd",
            "gopher://x",
            "",
        ]
        .map(str::to_owned),
    );
    all.push(format!("https://www.sec.gov/redirect?to={}", victim.uri()));
    for url in &all {
        let refused = find(url).await;
        assert!(
            matches!(refused, Err(FilingSourceError::UrlNotAllowed { .. })),
            "{url}: {refused:?}"
        );
    }
    assert_eq!(asked(&server).await, Vec::<String>::new());
    assert_eq!(asked(&victim).await, Vec::<String>::new());
    let own = format!("{}{FOLDER}/results.htm", server.uri());
    for url in [
        "https://www.sec.gov/Archives/edgar/data/1234567/000099000125000030/results.htm",
        &own,
    ] {
        assert_eq!(
            number(&find(url).await.unwrap()),
            "0000990001-25-000030",
            "{url}"
        );
    }
}

#[tokio::test]
async fn a_filing_that_no_list_names_is_described_by_itself() {
    let locator = FilingLocator::Url(
        "https://www.sec.gov/Archives/edgar/data/1234568/000099000125000030/".into(),
    );
    let (server, config) = edgar().await;
    let folder = format!("{DATA}/1234568/000099000125000030/0000990001-25-000030");
    serve_body(&server, &format!("{folder}.hdr.sgml"), fixture("hdr.sgml")).await;
    let meta = client(&config).find(&locator).await.unwrap();
    assert_eq!(meta.company.as_deref(), Some("HARBOR LAMP FINANCE LLC"));
    assert_eq!(
        (meta.form.as_str(), meta.filed),
        ("8-K", Some(date(2025, 5, 6)))
    );
    assert_eq!(meta.items, ["2.02", "9.01"]);

    serve_body(
        &server,
        &format!("{folder}-index.htm"),
        fixture("index.htm"),
    )
    .await;
    let meta = client(&config).find(&locator).await.unwrap();
    assert_eq!(meta.primary_document.as_deref(), Some("results.htm"));
    assert_eq!(meta.company.as_deref(), Some("HARBOR LAMP CO"));
    assert_eq!(meta.period, Some(date(2025, 5, 2)));
}

#[tokio::test]
async fn fs_3_the_main_document_first_then_the_exhibits_that_are_text() {
    let (server, config) = harbor().await;
    serve_body(
        &server,
        &format!("{FOLDER}/results.htm"),
        b"<html>\xff results".as_slice(),
    )
    .await;
    serve_body(
        &server,
        &format!("{FOLDER}/ex991.htm"),
        "<html>press release",
    )
    .await;
    serve_body(
        &server,
        &format!("{FOLDER}/0000990001-25-000030-index.htm"),
        fixture("index.htm"),
    )
    .await;
    let edgar = client(&config);
    let meta = edgar.find(&by_ticker("8-K")).await.unwrap();
    let filing = edgar.fetch(&meta).await.unwrap();
    assert_eq!(filing.meta, meta);
    let documents: Vec<_> = filing
        .documents
        .iter()
        .map(|d| {
            (
                d.name.as_str(),
                d.doc_type.as_deref(),
                d.sequence,
                d.description.as_deref(),
                &d.bytes[..],
            )
        })
        .collect();
    assert_eq!(
        documents,
        [
            (
                "results.htm",
                Some("8-K"),
                Some(1),
                Some("8-K"),
                b"<html>\xff results".as_slice()
            ),
            (
                "ex991.htm",
                Some("EX-99.1"),
                Some(2),
                Some("PRESS RELEASE & TABLES"),
                b"<html>press release"
            ),
        ]
    );
    let asked = asked(&server).await;
    for never in ["slides.pdf", "logo.jpg", "hlmp.xsd", "index.json"] {
        assert!(!asked.iter().any(|path| path.ends_with(never)), "{never}");
    }
}

#[tokio::test]
async fn without_an_index_page_there_is_the_main_document_alone() {
    let (server, config) = harbor().await;
    serve_body(&server, &format!("{FOLDER}/results.htm"), "<html>results").await;
    let edgar = client(&config);
    let meta = edgar.find(&by_ticker("8-K")).await.unwrap();
    assert_eq!(edgar.fetch(&meta).await.unwrap().documents.len(), 1);
}

#[tokio::test]
async fn an_old_filing_is_its_full_submission() {
    let (server, config) = harbor().await;
    let edgar = client(&config);
    let meta = edgar.find(&by_ticker("10-K405")).await.unwrap();
    serve_body(
        &server,
        &format!("{DATA}/1234567/0000990001-97-000002.txt"),
        fixture("submission.txt"),
    )
    .await;
    let filing = edgar.fetch(&meta).await.unwrap();
    assert_eq!(filing.documents.len(), 1);
    assert_eq!(filing.documents[0].doc_type, None);
    assert_eq!(filing.documents[0].bytes, fixture("submission.txt"));
}

#[tokio::test]
async fn b45_a_submission_of_another_filing_or_company_or_without_end_is_refused() {
    let text = String::from_utf8(fixture("submission.txt")).unwrap();
    for (from, to) in [
        ("97-000002", "97-000003"),
        ("0001234567", "0007654321"),
        ("</SEC-DOCUMENT>", ""),
    ] {
        let (server, config) = harbor().await;
        let edgar = client(&config);
        let meta = edgar.find(&by_ticker("10-K405")).await.unwrap();
        let other = text.replace(from, to);
        serve_body(
            &server,
            &format!("{DATA}/1234567/0000990001-97-000002.txt"),
            other,
        )
        .await;
        let refused = edgar.fetch(&meta).await;
        assert!(
            matches!(refused, Err(FilingSourceError::BadAnswer { .. })),
            "{to}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn a_filing_that_is_too_large_as_a_whole_is_refused() {
    let (server, mut config) = harbor().await;
    config.max_document_bytes = 6000;
    serve_body(&server, &format!("{FOLDER}/results.htm"), "r".repeat(5000)).await;
    serve_body(&server, &format!("{FOLDER}/ex991.htm"), "e".repeat(1001)).await;
    serve_body(
        &server,
        &format!("{FOLDER}/0000990001-25-000030-index.htm"),
        fixture("index.htm"),
    )
    .await;
    let edgar = client(&config);
    let meta = edgar.find(&by_ticker("8-K")).await.unwrap();
    let refused = edgar.fetch(&meta).await;
    assert!(
        matches!(refused, Err(FilingSourceError::TooLarge { limit: 6000 })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_name_that_leaves_the_folder_is_not_asked_for() {
    let (server, config) = harbor().await;
    let edgar = client(&config);
    let mut meta = edgar.find(&by_ticker("8-K")).await.unwrap();
    meta.primary_document = Some("../../../../../files/company_tickers.json".into());
    let before = asked(&server).await.len();
    assert!(edgar.fetch(&meta).await.is_err());
    assert_eq!(asked(&server).await.len(), before);
}

#[tokio::test]
async fn fs_5_a_list_is_newest_first_within_the_dates_and_at_most_the_limit() {
    let (_server, config) = harbor().await;
    let edgar = client(&config);
    let list = async |form: Option<&str>, from, to, limit| {
        let query = FilingQuery {
            company: CompanyLocator::Ticker("HLMP".parse().unwrap()),
            form: form.map(|form| form.parse().unwrap()),
            from,
            to,
            limit,
        };
        let listed = edgar.list(&query).await.unwrap();
        listed.iter().map(number).collect::<Vec<_>>()
    };
    // One filing is on both pages and comes once.
    assert_eq!(
        list(Some("10-K"), None, None, 9).await,
        [
            "0000990001-25-000012",
            "0000990001-24-000040",
            "0000990001-23-000044",
        ]
    );
    assert_eq!(
        list(Some("10-K"), None, None, 1).await,
        ["0000990001-25-000012"]
    );
    assert_eq!(
        list(None, Some(date(2023, 3, 2)), Some(date(2024, 12, 30)), 9).await,
        [
            "0000990001-24-000099",
            "0000990001-24-000040",
            "0000990001-23-000044",
        ]
    );
    assert_eq!(list(None, None, None, 0).await, Vec::<String>::new());
    assert_eq!(list(None, None, None, 100).await.len(), 8);
}

#[tokio::test]
async fn a_company_is_described() {
    let (_server, config) = harbor().await;
    let company = client(&config)
        .company(&CompanyLocator::Ticker("HLMP".parse().unwrap()))
        .await
        .unwrap();
    assert_eq!(company.name, "HARBOR LAMP CO");
    assert_eq!(company.sic.as_deref(), Some("3640 Electric Lighting"));
    assert_eq!(company.fiscal_year_end.as_deref(), Some("1231"));
    assert_eq!(company.tickers.len(), 1);
}

#[tokio::test]
async fn a_mirror_that_lists_no_folders_is_asked_for_each_filing() {
    let (server, mut config) = harbor().await;
    config.partial = Some(true);
    // Its start page answers for every folder.
    for listing in [
        "/www.sec.gov/Archives/edgar/data/1234567/",
        "/www.sec.gov/Archives/edgar/data/",
    ] {
        serve_body(
            &server,
            listing,
            "<!DOCTYPE html><html><a href=\"/about\">Mirror</a></html>",
        )
        .await;
    }
    let at = format!("{DATA}/1234567/000099000124000040/index.json");
    serve_body(&server, &at, FOLDER_LISTING).await;
    let text = format!("{DATA}/1234567/0000990001-97-000002.txt");
    serve_body(&server, &text, fixture("submission.txt")).await;
    let edgar = client(&config);
    let meta = edgar.find(&by_ticker("10-K")).await.unwrap();
    assert_eq!(number(&meta), "0000990001-24-000040");
    let meta = edgar.find(&by_ticker("10-K405")).await.unwrap();
    assert_eq!(number(&meta), "0000990001-97-000002");
    let absent = edgar.find(&by_ticker("10-K/A")).await;
    assert!(matches!(absent, Err(FilingSourceError::NotFound { .. })));
}
