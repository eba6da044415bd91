//! What several tests need.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use aperilex_edgar::{EdgarClient, EdgarConfig};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// The development corpus, if it is here. Says so if not, and fails where it is required.
pub(crate) fn corpus() -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/edgar");
    let path = std::env::var_os("APERILEX_CORPUS").map_or(default, PathBuf::from);
    if path.join("EXPECTED.tsv").is_file() {
        return Some(path);
    }
    let required = std::env::var("APERILEX_REQUIRE").unwrap_or_default();
    assert!(
        !required.split(',').any(|name| name.trim() == "corpus"),
        "APERILEX_REQUIRE names the corpus, and {} is none",
        path.display()
    );
    eprintln!(
        "SKIPPED: no corpus at {} (set APERILEX_CORPUS)",
        path.display()
    );
    None
}

/// Rows of a tab-separated file with a heading, as field by name.
pub(crate) fn rows(file: &Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut lines = text.lines();
    let heads: Vec<&str> = lines.next().unwrap().split('\t').collect();
    lines
        .map(|line| {
            let fields = line.split('\t').map(str::to_owned);
            heads
                .iter()
                .map(|head| (*head).to_owned())
                .zip(fields)
                .collect()
        })
        .collect()
}

/// SHA-256 of each corpus file.
pub(crate) fn digests(corpus: &Path) -> BTreeMap<String, String> {
    rows(&corpus.join("MANIFEST.tsv"))
        .into_iter()
        .map(|row| (row["path"].clone(), row["sha256"].clone()))
        .collect()
}

/// Accession, form and path of the main document of every 10-K, 10-Q and 8-K of the corpus.
pub(crate) fn filings(corpus: &Path) -> BTreeSet<(String, String, String)> {
    let filings: BTreeSet<_> = rows(&corpus.join("EXPECTED.tsv"))
        .into_iter()
        .filter(|row| ["10-K", "10-K405", "10-Q", "8-K"].contains(&row["form"].as_str()))
        .map(|row| {
            (
                row["accession"].clone(),
                row["form"].clone(),
                row["path"].clone(),
            )
        })
        .collect();
    assert!(filings.len() > 40, "the corpus has filings");
    filings
}

/// A recorded-shape answer of ours.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures")
            .join(name),
    )
    .unwrap()
}

/// A server that stands for EDGAR, and its settings: complete, as EDGAR is.
pub(crate) async fn edgar() -> (MockServer, EdgarConfig) {
    let server = MockServer::start().await;
    let mut config = EdgarConfig::for_source(&server.uri()).unwrap();
    config.partial = Some(false);
    (server, config)
}

/// A client with these settings.
pub(crate) fn client(config: &EdgarConfig) -> EdgarClient {
    EdgarClient::new(config).unwrap()
}

/// Lets the server answer this path so.
pub(crate) async fn serve(server: &MockServer, at: &str, answer: ResponseTemplate) {
    Mock::given(method("GET"))
        .and(path(at))
        .respond_with(answer)
        .mount(server)
        .await;
}

/// Lets the server answer this path with these bytes.
pub(crate) async fn serve_body(server: &MockServer, at: &str, body: impl Into<Vec<u8>>) {
    serve(server, at, ResponseTemplate::new(200).set_body_bytes(body)).await;
}

/// Paths that were asked for, in order.
pub(crate) async fn asked(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    requests
        .iter()
        .map(|request| request.url.path().to_owned())
        .collect()
}
