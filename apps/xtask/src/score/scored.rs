//! Whole corpora, made up.

use std::path::Path;

use serde_json::{Value, json};

use super::{Scores, score};

const FOLDER: &str = "www.sec.gov/Archives/edgar/data/7/000000000124000001";

const REPORT: &str = "<html><body><p><b>PART I</b></p>
<p><b>Item 1. Business</b></p><p>We make widgets in two plants, and sell them to all who ask for them.</p>
<p><b>Item 1A. Risk Factors</b></p><p>Widgets may go out of fashion, and then we would earn nothing at all.</p>
<p><b>Item 2. Properties</b></p><p>Our two plants stand beside the river and belong to us without a mortgage.</p>
<p><b>Item 3. Legal Proceedings</b></p><p>None.</p>
<p><b>PART II</b></p>
<p><b>Item 9B. Other Information</b></p><p>None.</p></body></html>";

/// A corpus of one filing.
fn corpus(expected: &str, manifest: Option<&str>, report: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join(FOLDER);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("a.htm"), report).unwrap();
    let expected = expected.replace("{path}", &format!("{FOLDER}/a.htm"));
    std::fs::write(dir.path().join("EXPECTED.tsv"), expected).unwrap();
    if let Some(manifest) = manifest {
        let manifest = manifest.replace("{path}", &format!("{FOLDER}/a.htm"));
        std::fs::write(dir.path().join("MANIFEST.tsv"), manifest).unwrap();
    }
    dir
}

/// Scores it without headings of titled forms.
fn scored(root: &Path) -> Scores {
    let headings = root.join("HEADINGS.tsv");
    if !headings.is_file() {
        let head = "accession\tform\tdocument\tkey\ttitle\theading_start\ttext_start\tend\n";
        std::fs::write(&headings, head).unwrap();
    }
    score(root, None).unwrap()
}

const HEAD: &str = "record\tpath\tform\tpart\titem\ttitle\tstatus\tstart_text\tend_text\tchars\n";

#[test]
fn everything_right_scores_one() {
    let rows =
        "item\t{path}\t10-K\tI\t1\tBusiness\tpresent\tWe make widgets in\tall who ask for them.\t67
item\t{path}\t10-K\tI\t1A\tRisk Factors\tpresent\tWidgets may go out\tearn nothing at all.\t67
item\t{path}\t10-K\tI\t2\tProperties\tpresent\tOur two plants stand\twithout a mortgage.\t74
item\t{path}\t10-K\tI\t3\tLegal Proceedings\tnone_or_not_applicable\tNone.\tNone.\t5
item\t{path}\t10-K\tII\t9B\tOther Information\tnone_or_not_applicable\tNone.\tNone.\t5\n";
    let manifest = "path\tfiling_date\tperiod\n{path}\t2024-03-01\t2023-12-31\n";
    let dir = corpus(&format!("{HEAD}{rows}"), Some(manifest), REPORT);
    let scores = scored(dir.path()).json();
    let total = &scores["total"];
    assert_eq!(total["items"]["f1"], json!(1.0), "{scores:#}");
    assert_eq!(total["boundaries"]["both"], json!({"right": 5, "of": 5}));
    assert_eq!(total["boundaries"]["length"], json!({"right": 5, "of": 5}));
    assert_eq!(total["states"], json!({"right": 5, "of": 5}));
    assert_eq!(total["confidence"]["sure_wrong"], 0);
    assert_eq!(scores["forms"]["10-K"], *total);
    assert_eq!(scores["filings"][0]["misses"], json!([]));
}

#[test]
fn every_kind_of_fault_is_told() {
    let rows =
        "item\t{path}\t10-K\tI\t1\tBusiness\tpresent\tWe buy widgets\tall who ask for them.\t67
item\t{path}\t10-K\tI\t1A\tRisk Factors\treserved\tWidgets may go out\tthe end.\t67
item\t{path}\t10-K\tI\t3\tLegal Proceedings\tnone_or_not_applicable\tNone.\tNone.\t5
item\t{path}\t10-K\tII\t7\tDiscussion\tpresent\tWe discuss\tthe end.\t900
fact\t{path}\t10-K\t\t\t\t\t\t\t\n";
    let dir = corpus(&format!("{HEAD}{rows}"), None, REPORT);
    let scores = scored(dir.path());
    let json = scores.json();
    let total = &json["total"];
    assert_eq!(total["items"]["found"], 3, "{json:#}");
    assert_eq!(total["items"]["expected"], 4);
    // Properties and Other Information.
    assert_eq!(total["items"]["extra"], 2);
    assert_eq!(total["boundaries"]["start"], json!({"right": 2, "of": 3}));
    assert_eq!(total["boundaries"]["end"], json!({"right": 2, "of": 3}));
    assert_eq!(total["states"], json!({"right": 2, "of": 3}));
    assert_eq!(total["facts"]["all"], json!({"right": 0, "of": 1}));
    let misses = json["filings"][0]["misses"].as_array().unwrap();
    for words in [
        "starts \"Wemake",
        "expected \"Webuywidgets",
        "ends \"",
        "state present, expected reserved",
        "missing II 7 Discussion",
        "not there: Part I, Item 2",
    ] {
        let told = |miss: &Value| miss.as_str().is_some_and(|miss| miss.contains(words));
        assert!(misses.iter().any(told), "{words}: {misses:#?}");
    }
    let skipped = json["skipped"].to_string();
    assert!(skipped.contains("no MANIFEST.tsv"), "{skipped}");
    let short = scores.table(true);
    assert!(!short.contains("0000000001") && !short.contains("missing II 7"));
    let table = scores.table(false);
    assert!(table.starts_with("form"), "{table}");
    assert!(
        table.contains("3/4") && table.contains("left out"),
        "{table}"
    );
}

#[test]
fn a_group_of_items_is_one_item() {
    let report = "<html><body><p><b>Item 9B. Other Information</b></p><p>None.</p><p><b>Items 10, 11, 12 and 13. Directors, Compensation, Ownership and Relationships</b></p>
<p>All of this is incorporated by reference from our proxy statement for the annual meeting.</p></body></html>";
    let rows = "item\t{path}\t10-K\tII\t9B\tOther\tnone_or_not_applicable\tNone.\tNone.\t5
item\t{path}\t10-K\tIII\t10-14\tPART III\tincorporated_by_reference\t\t\t\n";
    let dir = corpus(&format!("{HEAD}{rows}"), None, report);
    let scores = scored(dir.path()).json();
    let items = &scores["total"]["items"];
    assert_eq!(
        (&items["found"], &items["extra"]),
        (&json!(2), &json!(0)),
        "{scores:#}"
    );
}

#[test]
fn a_filing_that_cannot_be_parsed_is_missed_whole() {
    let rows = "item\t{path}\t10-K\tI\t1\tBusiness\tpresent\ta\tb\t1
8k_items\t{path}\t10-K\t\t2.02\t\t\t\t\t
count\t{path}\t10-K\t\t\t\t\t\t\t\n";
    let dir = corpus(&format!("{HEAD}{rows}"), None, "");
    let json = scored(dir.path()).json();
    assert_eq!(json["total"]["items"]["recall"], json!(0.0));
    assert_eq!(json["total"]["codes_8k"], json!({"right": 0, "of": 1}));
    let miss = json["filings"][0]["misses"][0].as_str().unwrap();
    assert!(miss.starts_with("not parsed: "), "{miss}");
}

#[test]
fn files_that_are_not_there_are_left_out() {
    let rows = "item\tb.htm\t10-K\tI\t1\tBusiness\tpresent\ta\tb\t1\n";
    let dir = corpus(&format!("{HEAD}{rows}"), None, REPORT);
    let told = score(dir.path(), None).unwrap_err().to_string();
    assert!(told.starts_with("none of the files"), "{told}");
}

#[test]
fn facts_are_compared_as_shown_and_as_transformed() {
    let report = "<html><body><xbrli:context id=\"c\"><xbrli:period><xbrli:instant>2024-12-31</xbrli:instant></xbrli:period></xbrli:context>
<xbrli:unit id=\"u\"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>
<p><ix:nonNumeric name=\"dei:DocumentType\" contextRef=\"c\">10-K</ix:nonNumeric></p>
<p><ix:nonFraction name=\"us-gaap:Assets\" contextRef=\"c\" unitRef=\"u\" scale=\"3\" decimals=\"0\">1,234</ix:nonFraction></p></body></html>";
    let rows = "record\tpath\tform\tconcept\tvalue\tunit\tperiod
fact\t{path}\t10-K\tdei:DocumentType\t10-K\t\t2024-12-31
fact\t{path}\t10-K\tus-gaap:Assets\t1234000\tiso4217:USD\t2024-12-31
fact\t{path}\t10-K\tus-gaap:Assets\t1234000\tiso4217:EUR\t2023-12-31
count\t{path}\t10-K\tix:nonFraction\t1\t\t\n";
    let dir = corpus(rows, None, report);
    let json = scored(dir.path()).json();
    let total = &json["total"];
    let right = |right: u32| json!({"right": right, "of": 3});
    assert_eq!(total["facts"]["all"], right(2), "{json:#}");
    assert_eq!(total["facts"]["value"], right(3));
    assert_eq!(total["facts"]["unit"], right(2));
    assert_eq!(total["facts"]["period"], right(2));
    assert_eq!(total["ix_tags"], json!({"right": 1, "of": 1}));
}
