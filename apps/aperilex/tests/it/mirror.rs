//! A mirror of EDGAR with as many filings as a test needs.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::server::samples;

/// The company of the samples.
const CIK: &str = "1999999";
const SUBMISSIONS: &str = "data.sec.gov/submissions/CIK0001999999.json";
const TICKERS: &str = "www.sec.gov/files/company_tickers.json";
/// Its current report, of which all filings are made.
const REPORT: &str = "000199999926000011/mkwx-8k.htm";

/// The accession number of the n-th filing.
pub(crate) fn accession(n: usize) -> String {
    format!("0001999999-26-{:06}", 100 + n)
}

pub(crate) fn write(root: &Path, count: usize) {
    let samples = samples();
    let archives = format!("www.sec.gov/Archives/edgar/data/{CIK}");
    let report = fs::read_to_string(samples.join(&archives).join(REPORT)).unwrap();
    let put = |path: &Path, text: &str| {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    for n in 0..count {
        let folder = root.join(&archives).join(accession(n).replace('-', ""));
        // Each is a document of its own.
        let own = report.replacen("</body>", &format!("<p>Copy {n} of many.</p></body>"), 1);
        assert_ne!(own, report);
        put(&folder.join("mkwx-8k.htm"), &own);
        let index = json!({"directory": {
            "item": [{"name": "mkwx-8k.htm", "type": "text.gif", "size": own.len().to_string(),
                "last-modified": "2026-05-04 07:02:11"}],
            "name": format!("/Archives/edgar/data/{CIK}/{}", accession(n).replace('-', "")),
            "parent-dir": format!("/Archives/edgar/data/{CIK}"),
        }});
        put(&folder.join("index.json"), &index.to_string());
    }
    let text = fs::read_to_string(samples.join(SUBMISSIONS)).unwrap();
    let mut submissions: Value = serde_json::from_str(&text).unwrap();
    let recent = submissions["filings"]["recent"].as_object_mut().unwrap();
    for (name, column) in recent.iter_mut() {
        // The first filing of the samples is the report.
        let value = column[0].clone();
        *column = (0..count)
            .map(|n| match name.as_str() {
                "accessionNumber" => json!(accession(n)),
                _ => value.clone(),
            })
            .collect();
    }
    put(&root.join(SUBMISSIONS), &submissions.to_string());
    let tickers = fs::read_to_string(samples.join(TICKERS)).unwrap();
    put(&root.join(TICKERS), &tickers);
}
