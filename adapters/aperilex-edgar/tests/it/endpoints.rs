//! The rest of EDGAR's endpoints.

use aperilex_edgar::{EdgarError, FullTextQuery, IndexKind, Quarter};
use aperilex_ports::{AccessionNumber, Cik};
use jiff::civil::{date, datetime};
use wiremock::matchers::{path, query_param};
use wiremock::{Mock, ResponseTemplate};

use crate::support::{asked, client, edgar, fixture, serve, serve_body};

const FOLDER: &str = "/www.sec.gov/Archives/edgar/data/1234567/000099000125000030";

fn filing() -> (Cik, AccessionNumber) {
    (
        Cik::new(1_234_567).unwrap(),
        "0000990001-25-000030".parse().unwrap(),
    )
}

#[tokio::test]
async fn tickers_with_their_exchange() {
    let (server, config) = edgar().await;
    let at = "/www.sec.gov/files/company_tickers_exchange.json";
    serve_body(&server, at, fixture("company_tickers_exchange.json")).await;
    let tickers = client(&config).tickers_with_exchange().await.unwrap();
    assert_eq!(tickers[0].exchange.as_deref(), Some("Nasdaq"));
    assert_eq!(
        (tickers[1].ticker.as_str(), tickers[1].exchange.as_deref()),
        ("TIDE-B", None)
    );
}

#[tokio::test]
async fn symbols_are_read_in_edgars_spelling() {
    let (server, config) = edgar().await;
    let at = "/www.sec.gov/files/company_tickers.json";
    serve_body(&server, at, fixture("company_tickers.json")).await;
    let edgar = client(&config);
    assert_eq!(edgar.tickers().await.unwrap().len(), 2);
    let cik = edgar.cik_of(&"tide.b".parse().unwrap()).await.unwrap();
    assert_eq!(cik.number(), 7_654_321);
    assert_eq!(asked(&server).await.len(), 1, "the list is kept");
}

#[tokio::test]
async fn a_header_is_read_from_wherever_it_is() {
    let (cik, accession) = filing();
    let tagged = fixture("hdr.sgml");
    let page = format!(
        "<html><pre>{}</pre></html>",
        String::from_utf8(tagged.clone())
            .unwrap()
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    );
    let glued = String::from_utf8(tagged.clone()).unwrap().replace('\n', "");
    let places = [
        (format!("{FOLDER}/{accession}.hdr.sgml"), tagged.clone()),
        (format!("{FOLDER}/{accession}.hdr.sgml"), glued.into_bytes()),
        (
            format!("{FOLDER}/{accession}-index-headers.html"),
            page.into_bytes(),
        ),
        (format!("{FOLDER}/{accession}.txt"), tagged),
    ];
    for (at, body) in places {
        let (server, config) = edgar().await;
        serve_body(&server, &at, body).await;
        let header = client(&config).header(cik, &accession).await.unwrap();
        assert_eq!(header.accession, Some(accession), "{at}");
        assert_eq!(header.form.as_ref().unwrap().as_str(), "8-K");
        assert_eq!(header.items, ["2.02", "9.01"]);
        assert_eq!(
            (header.filed, header.period),
            (Some(date(2025, 5, 6)), Some(date(2025, 5, 2)))
        );
        assert_eq!(header.accepted, Some(datetime(2025, 5, 6, 16, 30, 0, 0)));
        let names: Vec<_> = header
            .parties
            .iter()
            .filter_map(|party| party.name.as_deref())
            .collect();
        assert_eq!(names, ["HARBOR LAMP CO", "HARBOR LAMP FINANCE LLC"]);
        assert_eq!(header.filer().unwrap().cik, Some(cik));
    }
}

#[tokio::test]
async fn a_header_of_another_filing_is_refused() {
    let (cik, _) = filing();
    let other = "0000990001-25-000031".parse().unwrap();
    let (server, config) = edgar().await;
    let at =
        "/www.sec.gov/Archives/edgar/data/1234567/000099000125000031/0000990001-25-000031.hdr.sgml";
    serve_body(&server, at, fixture("hdr.sgml")).await;
    let refused = client(&config).header(cik, &other).await;
    assert!(matches!(refused, Err(EdgarError::BadAnswer { .. })));
}

#[tokio::test]
async fn search_counts_filings_not_documents_and_drops_amendments_nobody_asked_for() {
    let (server, config) = edgar().await;
    Mock::given(path("/efts.sec.gov/LATEST/search-index"))
        .and(query_param("q", "\"going concern\""))
        .and(query_param("forms", "8-K,-8-K/A"))
        .and(query_param("ciks", "0001234567"))
        .and(query_param("dateRange", "custom"))
        .and(query_param("startdt", "2025-01-01"))
        .and(query_param("enddt", "2025-12-31"))
        .and(query_param("from", "0"))
        .respond_with(ResponseTemplate::new(200).set_body_bytes(fixture("search.json")))
        .expect(1)
        .mount(&server)
        .await;
    let query = FullTextQuery {
        text: "\"going concern\"".into(),
        forms: vec!["8-K".parse().unwrap()],
        ciks: vec![filing().0],
        from: Some(date(2025, 1, 1)),
        to: Some(date(2025, 12, 31)),
        ..FullTextQuery::default()
    };
    let result = client(&config).search(&query, 50).await.unwrap();
    let [hit] = &result.hits[..] else {
        panic!("expected one filing, got {:?}", result.hits);
    };
    assert_eq!(
        (hit.accession, hit.document.as_str()),
        (filing().1, "results.htm")
    );
    assert_eq!((result.documents, result.truncated), (4, false));
}

#[tokio::test]
async fn search_stops_where_efts_does_and_says_so() {
    let (server, config) = edgar().await;
    let hit = |n: usize| {
        format!(
            r#"{{"_id":"0000000001-25-{n:06}:a.htm","_source":{{"adsh":"0000000001-25-{n:06}","form":"8-K"}}}}"#
        )
    };
    // The same filing on every page: there is always more, and never anything new.
    let page = format!(
        r#"{{"hits":{{"total":{{"value":10000}},"hits":[{}]}}}}"#,
        vec![hit(1); 100].join(",")
    );
    serve_body(&server, "/efts.sec.gov/LATEST/search-index", page).await;
    let result = client(&config)
        .search(&FullTextQuery::default(), 50)
        .await
        .unwrap();
    assert!(result.truncated);
    assert_eq!(result.hits.len(), 1);
    assert_eq!(asked(&server).await.len(), 100);
}

#[tokio::test]
async fn a_day_without_filings_is_not_found() {
    let (server, config) = edgar().await;
    let denied = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>";
    let at = "/www.sec.gov/Archives/edgar/daily-index/2025/QTR3/master.20250704.idx";
    serve(
        &server,
        at,
        ResponseTemplate::new(403).set_body_string(denied),
    )
    .await;
    let holiday = client(&config)
        .daily_index(date(2025, 7, 4), IndexKind::Master)
        .await;
    assert!(matches!(holiday, Err(EdgarError::NotFound { .. })));
}

#[tokio::test]
async fn a_packed_quarter_is_read() {
    let (server, config) = edgar().await;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, &fixture("master.idx")).unwrap();
    let at = "/www.sec.gov/Archives/edgar/full-index/2025/QTR2/master.gz";
    serve_body(&server, at, packed.finish().unwrap()).await;
    let quarter = Quarter::new(2025, 2).unwrap();
    let entries = client(&config)
        .quarterly_index(quarter, IndexKind::Master)
        .await
        .unwrap();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[1].company, "Tidewater Kites plc");
    assert_eq!(entries[0].accession, filing().1);
    assert_eq!(entries[0].filed, date(2025, 5, 6));
}

#[tokio::test]
async fn the_feed_has_each_filing_once_and_ends_with_503() {
    let (server, config) = edgar().await;
    let feed = |start: &str| {
        Mock::given(path("/www.sec.gov/cgi-bin/browse-edgar"))
            .and(query_param("action", "getcurrent"))
            .and(query_param("output", "atom"))
            .and(query_param("start", start))
    };
    let body = ResponseTemplate::new(200).set_body_bytes(fixture("feed.xml"));
    feed("0").respond_with(body).expect(1).mount(&server).await;
    feed("100")
        .respond_with(ResponseTemplate::new(503))
        .expect(1)
        .mount(&server)
        .await;
    let filings = client(&config).latest_filings(None, 1000).await.unwrap();
    let forms: Vec<_> = filings.iter().map(|filing| filing.form.as_str()).collect();
    assert_eq!(forms, ["4", "8-K"]);
    let roles: Vec<_> = filings[0]
        .parties
        .iter()
        .map(|party| party.role.as_str())
        .collect();
    assert_eq!(roles, ["ISSUER", "REPORTING"]);
}

#[tokio::test]
async fn a_feed_that_is_down_is_not_an_empty_feed() {
    let (server, config) = edgar().await;
    serve(
        &server,
        "/www.sec.gov/cgi-bin/browse-edgar",
        ResponseTemplate::new(503),
    )
    .await;
    let down = client(&config).latest_filings(None, 10).await;
    assert!(matches!(down, Err(EdgarError::Status { status: 503, .. })));
}
