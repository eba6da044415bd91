//! Which addresses may be fetched, and which filing they name. Nothing here sends anything.

use aperilex_ports::{AccessionNumber, Cik};
use url::Url;

use crate::error::EdgarError;

const ARCHIVES: &str = "/Archives/edgar/data/";
const HOSTS: [&str; 2] = ["www.sec.gov", "data.sec.gov"];
const MAX_LENGTH: usize = 2048;

/// The filing that an address names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FilingAddress {
    pub(crate) cik: Cik,
    pub(crate) accession: AccessionNumber,
}

/// Reads an address of a filing: its folder, its index page or one of its documents.
///
/// Allowed are `https` on SEC's two hosts and what lies below the base of a configured mirror.
pub(crate) fn filing_address(
    text: &str,
    mirror: Option<&Url>,
) -> Result<FilingAddress, EdgarError> {
    let path = match mirror.and_then(|base| below(text, base)) {
        Some(path) => path,
        None => sec_path(text)?,
    };
    let path = path.strip_prefix(ARCHIVES).ok_or_else(not_a_filing)?;
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let cik = parts.next().and_then(|part| part.parse().ok());
    let accession = parts.next().and_then(accession_of);
    match (cik, accession) {
        (Some(cik), Some(accession)) => Ok(FilingAddress { cik, accession }),
        _ => Err(not_a_filing()),
    }
}

/// A folder of 18 digits, or a file that starts with a number: `…-index.htm`, `….txt`.
fn accession_of(part: &str) -> Option<AccessionNumber> {
    if let Ok(accession) = part.parse() {
        return Some(accession);
    }
    let (number, rest) = (part.get(..20)?, part.get(20..)?);
    let lawful = [
        ".txt",
        ".hdr.sgml",
        "-index.htm",
        "-index.html",
        "-index-headers.html",
    ];
    if lawful.contains(&rest) {
        number.parse().ok()
    } else {
        None
    }
}

/// The path, with `/ix?doc=` taken off, of an address on SEC's hosts.
fn sec_path(text: &str) -> Result<String, EdgarError> {
    let url = parse(text)?;
    if url.scheme() != "https" {
        return Err(refuse("it must start with https://"));
    }
    if !url.host_str().is_some_and(|host| HOSTS.contains(&host)) {
        return Err(refuse("the host must be www.sec.gov or data.sec.gov"));
    }
    Ok(document_path(&url))
}

/// The path below a mirror's base, if the address is there.
fn below(text: &str, base: &Url) -> Option<String> {
    let url = parse_plain(text)?;
    if url.origin() != base.origin() || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let root = base.path().trim_end_matches('/');
    let path = url.path().strip_prefix(root)?;
    path.starts_with('/')
        .then(|| viewed(path, url.query()).unwrap_or_else(|| path.to_owned()))
}

/// Refuses what a lenient parser would mend or read in more than one way.
fn parse(text: &str) -> Result<Url, EdgarError> {
    let url = parse_plain(text).ok_or_else(|| refuse("it is not an address in plain ASCII"))?;
    let scheme = text.len().min(url.scheme().len());
    let authority = text
        .get(scheme..)
        .and_then(|rest| rest.strip_prefix("://"))
        .and_then(|rest| rest.split(['/', '?', '#']).next())
        .ok_or_else(|| refuse("it must start with https://"))?;
    if authority.contains(['@', ':', '[', '%']) {
        return Err(refuse("it must have no user, port or IP address in it"));
    }
    Ok(url)
}

fn parse_plain(text: &str) -> Option<Url> {
    let plain =
        text.len() <= MAX_LENGTH && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    plain.then(|| Url::parse(text).ok()).flatten()
}

fn document_path(url: &Url) -> String {
    viewed(url.path(), url.query()).unwrap_or_else(|| url.path().to_owned())
}

/// The inline XBRL viewer shows a document: `/ix?doc=/Archives/…`.
fn viewed(path: &str, query: Option<&str>) -> Option<String> {
    if path != "/ix" {
        return None;
    }
    let doc = query?
        .split('&')
        .find_map(|pair| pair.strip_prefix("doc="))?;
    // A document is named as in its folder: nothing in it needs decoding or leads upwards.
    (!doc.contains('%') && !doc.split('/').any(|part| part == "..")).then(|| doc.to_owned())
}

fn not_a_filing() -> EdgarError {
    refuse(
        "expected the folder, index page or a document of a filing, such as \
         https://www.sec.gov/Archives/edgar/data/320193/000032019324000123/",
    )
}

fn refuse(reason: &str) -> EdgarError {
    EdgarError::UrlNotAllowed {
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOLDER: &str = "/Archives/edgar/data/320193/000032019324000123";

    fn number(text: &str) -> Option<String> {
        let address = filing_address(text, None).ok()?;
        assert_eq!(address.cik.number(), 320_193);
        Some(address.accession.to_string())
    }

    #[test]
    fn reads_all_the_ways_in_which_edgar_names_a_filing() {
        let company = "/Archives/edgar/data/320193/0000320193-24-000123";
        for text in [
            format!("https://www.sec.gov{FOLDER}"),
            format!("https://www.sec.gov{FOLDER}/"),
            format!("https://www.sec.gov{FOLDER}/aapl-20240928.htm#item7"),
            format!("https://www.sec.gov{FOLDER}/0000320193-24-000123-index.htm"),
            format!("https://www.sec.gov{company}-index.html"),
            format!("https://www.sec.gov{company}.txt"),
            format!("https://www.sec.gov{company}-index-headers.html"),
            format!("https://www.sec.gov/ix?doc={FOLDER}/aapl-20240928.htm"),
            format!("https://data.sec.gov{FOLDER}/"),
            format!("HTTPS://WWW.SEC.GOV{FOLDER}/"),
        ] {
            assert_eq!(
                number(&text).as_deref(),
                Some("0000320193-24-000123"),
                "{text}"
            );
        }
    }

    #[test]
    fn b32_everything_else_is_refused() {
        for text in [
            format!("http://www.sec.gov{FOLDER}/"),
            "file:///etc/passwd".into(),
            format!("ftp://www.sec.gov{FOLDER}/"),
            format!("https://user@www.sec.gov{FOLDER}/"),
            format!("https://@www.sec.gov{FOLDER}/"),
            format!("https://www.sec.gov@evil.com{FOLDER}/"),
            format!("https://23.196.4.1{FOLDER}/"),
            format!("https://[2600:1406::1]{FOLDER}/"),
            format!("https://2130706433{FOLDER}/"),
            format!("https://sec.gov.evil.com{FOLDER}/"),
            format!("https://www.sec.gov.evil.com{FOLDER}/"),
            format!("https://evilwww.sec.gov{FOLDER}/"),
            format!("https://sec.gov{FOLDER}/"),
            format!("https://www.sec.gov.{FOLDER}/"),
            format!("https://www.sec.gov:22{FOLDER}/"),
            format!("https://www.sec.gov:443{FOLDER}/"),
            format!("https://www.sеc.gov{FOLDER}/"),
            format!("https://xn--www-5cd.gov{FOLDER}/"),
            format!("https:\\\\www.sec.gov{FOLDER}/"),
            format!("https:/www.sec.gov{FOLDER}/"),
            format!("https:www.sec.gov{FOLDER}/"),
            format!("https://www.sec.gov{FOLDER}/ x"),
            format!("\thttps://www.sec.gov{FOLDER}/"),
            format!("https://www.sec.gov/x/..%2f..{FOLDER}/"),
            "https://www.sec.gov/Archives/edgar/data/320193/".into(),
            "https://www.sec.gov/Archives/edgar/data/320193/00003201932400012".into(),
            "https://www.sec.gov/Archives/edgar/data/../../x/320193/000032019324000123".into(),
            "https://www.sec.gov/cgi-bin/browse-edgar?action=getcurrent".into(),
            format!("https://www.sec.gov/ix?doc=https://evil.com{FOLDER}/x.htm"),
            format!("https://www.sec.gov/ix?doc=/Archives/edgar/data/../..{FOLDER}/x.htm"),
            format!("https://www.sec.gov{FOLDER}/{}", "a".repeat(2048)),
            String::new(),
        ] {
            let refused = filing_address(&text, None);
            assert!(
                matches!(refused, Err(EdgarError::UrlNotAllowed { .. })),
                "{text}"
            );
        }
    }

    #[test]
    fn a_configured_mirror_is_allowed_too_and_no_other_place_on_its_host() {
        let base = Url::parse("http://127.0.0.1:8000/www.sec.gov").unwrap();
        let read = |text: &str| filing_address(text, Some(&base)).is_ok();
        assert!(read(&format!("http://127.0.0.1:8000/www.sec.gov{FOLDER}/")));
        assert!(read(&format!("https://www.sec.gov{FOLDER}/")));
        assert!(!read(&format!(
            "http://127.0.0.1:8001/www.sec.gov{FOLDER}/"
        )));
        assert!(!read(&format!(
            "http://u@127.0.0.1:8000/www.sec.gov{FOLDER}/"
        )));
        assert!(!read(&format!(
            "http://127.0.0.1:8000/www.sec.govx{FOLDER}/"
        )));
        assert!(!read(&format!("http://127.0.0.1:8000{FOLDER}/")));
    }
}
