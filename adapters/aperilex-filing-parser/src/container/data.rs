//! Files that EDGAR adds to a filing for its viewer: data and programs, no text of the filer.

/// Types of documents without text of their own.
const TYPES: [&str; 6] = ["XML", "JSON", "EXCEL", "ZIP", "GRAPHIC", "PDF"];
/// Endings of their names.
const ENDINGS: [&str; 9] = [
    "js", "json", "css", "xsd", "xls", "xlsx", "zip", "jpg", "gif",
];

/// Whether a document of this type and name is data. The type decides where there is one; by its name
/// alone only a file that no filer names so is.
pub(crate) fn is_data(doc_type: Option<&str>, name: &str) -> bool {
    let Some(doc_type) = doc_type.map(str::trim).filter(|text| !text.is_empty()) else {
        return is_report(name) || has_ending(name);
    };
    TYPES
        .iter()
        .any(|known| doc_type.eq_ignore_ascii_case(known))
}

/// `R12.htm`: a statement or note as the viewer shows it, made from the facts.
fn is_report(name: &str) -> bool {
    let number = name
        .strip_prefix('R')
        .and_then(|rest| rest.strip_suffix(".htm"));
    number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

fn has_ending(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|e| ENDINGS.iter().any(|known| e.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_decide_and_then_names() {
        for (doc_type, name, data) in [
            (Some("XML"), "R4.htm", true),
            (Some("JSON"), "MetaLinks.json", true),
            (Some("XML"), "FilingSummary.xml", true),
            (Some("10-K"), "R4.htm", false),
            (Some("EX-99.1"), "report.css", false),
            (None, "R4.htm", true),
            (None, "Show.js", true),
            (None, "report.css", true),
            (None, "MetaLinks.json", true),
            (None, "R10k.htm", false),
            (None, "r4.htm", false),
            (None, "R.htm", false),
            (None, "a.txt", false),
            (Some(" "), "Show.js", true),
        ] {
            assert_eq!(is_data(doc_type, name), data, "{doc_type:?} {name}");
        }
    }
}
