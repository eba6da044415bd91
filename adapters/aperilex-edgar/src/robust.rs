//! No bytes make a reader panic: whatever a server sends, the worst answer is an error.

use proptest::prelude::*;

use crate::index_files::IndexKind;
use crate::request::Shape;
use crate::{address, feed, header, index_files, index_page, transport};

/// A true answer with pieces of it cut out, doubled or replaced by anything.
fn mangled(fixture: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    let edit = (
        0..fixture.len(),
        0..64_usize,
        prop::collection::vec(any::<u8>(), 0..8),
    );
    prop::collection::vec(edit, 0..6).prop_map(move |edits| {
        let mut bytes = fixture.to_vec();
        for (at, length, put) in edits {
            let at = at.min(bytes.len());
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, put);
        }
        bytes
    })
}

fn read_everything(bytes: &[u8]) {
    let _ = header::read(bytes);
    let _ = index_page::read("x", bytes);
    let _ = feed::read("x", bytes);
    for kind in [
        IndexKind::Form,
        IndexKind::Company,
        IndexKind::Master,
        IndexKind::Crawler,
    ] {
        let _ = index_files::parse::each("x", kind, bytes, 1 << 20, |_| true);
    }
    for shape in [
        Shape::Json,
        Shape::Text,
        Shape::Page,
        Shape::Gzip,
        Shape::Document,
    ] {
        let _ = transport::check_body("x", shape, bytes);
    }
    let page = url::Url::parse("http://mirror/data/").unwrap();
    let _ = transport::hrefs("x", &page, bytes);
    let text = String::from_utf8_lossy(bytes);
    let _ = address::filing_address(&text, Some(&page));
    let _ = aperilex_ports::model::item_8k_code(&text, false);
}

proptest! {
    #[test]
    fn header(bytes in mangled(include_bytes!("../tests/fixtures/hdr.sgml"))) {
        read_everything(&bytes);
    }

    #[test]
    fn submission(bytes in mangled(include_bytes!("../tests/fixtures/submission.txt"))) {
        read_everything(&bytes);
    }

    #[test]
    fn page(bytes in mangled(include_bytes!("../tests/fixtures/index.htm"))) {
        read_everything(&bytes);
    }

    #[test]
    fn atom(bytes in mangled(include_bytes!("../tests/fixtures/feed.xml"))) {
        read_everything(&bytes);
    }

    #[test]
    fn index(bytes in mangled(include_bytes!("../tests/fixtures/master.idx"))) {
        read_everything(&bytes);
    }

    #[test]
    fn address(text in "(https?:/{0,3})?[a-z.@:%\\\\]{0,20}/Archives/edgar/data/[0-9a-z/.-]{0,60}") {
        let _ = address::filing_address(&text, None);
    }
}
