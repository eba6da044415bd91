//! The header of a submission, in both of its spellings.
//!
//! Readable (`CONFORMED SUBMISSION TYPE: 8-K`, in the full submission) and tagged (`<TYPE>8-K`, in
//! `.hdr.sgml`, the header page and the dissemination feed).

use aperilex_ports::{AccessionNumber, Cik, FormType};
use jiff::civil::{Date, DateTime, date};

use crate::client::EdgarClient;
use crate::error::EdgarError;
use crate::items;
use crate::request::{Host, Request, Shape, folder_path};
use crate::text::decode;

/// The header is at the start; the longest (many co-registrants) are some tens of KB.
pub(crate) const HEADER_BYTES: usize = 256 * 1024;

/// What the header of a submission says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubmissionHeader {
    /// The filing's number.
    pub accession: Option<AccessionNumber>,
    /// Its form.
    pub form: Option<FormType>,
    /// End of the period reported on.
    pub period: Option<Date>,
    /// Date of filing.
    pub filed: Option<Date>,
    /// When EDGAR accepted it: always New York time.
    pub accepted: Option<DateTime>,
    /// 8-K item codes; those of the readable spelling are found by their title.
    pub items: Vec<String>,
    /// How many public documents there are.
    pub documents: Option<u32>,
    /// Everybody whom it concerns, in the order of the header.
    pub parties: Vec<Party>,
}

/// A company or person in a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// `FILER`, `SUBJECT COMPANY`, `FILED BY`, `REPORTING OWNER`, `ISSUER` …
    pub role: String,
    /// Name.
    pub name: Option<String>,
    /// Key.
    pub cik: Option<Cik>,
}

impl EdgarClient {
    /// The header of a filing: from its own file, the header page, or the full submission.
    ///
    /// # Errors
    /// [`EdgarError::NotFound`] if there is none of them.
    pub async fn header(
        &self,
        cik: Cik,
        accession: &AccessionNumber,
    ) -> Result<SubmissionHeader, EdgarError> {
        let folder = folder_path(cik, accession);
        let places = [
            (format!("{folder}/{accession}.hdr.sgml"), Shape::Text),
            (
                format!("{folder}/{accession}-index-headers.html"),
                Shape::Page,
            ),
        ];
        for (path, shape) in places {
            let request = Request::new(Host::Www, &path, shape).prefix(HEADER_BYTES);
            match self.bytes(&request).await {
                Err(error) if error.is_absent() => {}
                Ok(bytes) => return checked(accession, &bytes),
                Err(error) => return Err(error),
            }
        }
        let start = self
            .submission_text(cik, accession, Some(HEADER_BYTES))
            .await?;
        checked(accession, &start)
    }
}

fn checked(accession: &AccessionNumber, bytes: &[u8]) -> Result<SubmissionHeader, EdgarError> {
    let what = format!("header of {accession}");
    let header = read(bytes).ok_or_else(|| EdgarError::not_found(&what))?;
    if header.accession.is_some_and(|number| number != *accession) {
        return Err(EdgarError::bad(what, "it is the header of another filing"));
    }
    Ok(header)
}

/// Reads the header at the start of a file; none if there is none.
pub(crate) fn read(bytes: &[u8]) -> Option<SubmissionHeader> {
    let start = bytes.get(..bytes.len().min(HEADER_BYTES))?;
    let mut text = decode(start).into_owned();
    if text.contains("&lt;") {
        // A header page shows the tags as text.
        text = text
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&");
    }
    let segment = segment(&text)?;
    let mut header = SubmissionHeader::default();
    let mut titles = Vec::new();
    for (key, value) in pairs(segment) {
        header.take(&key, value, &mut titles);
    }
    header.settle_items(&titles);
    Some(header)
}

/// What lies between the header's tags.
fn segment(text: &str) -> Option<&str> {
    let open = ["<SEC-HEADER>", "<IMS-HEADER>", "<SUBMISSION>"]
        .iter()
        .filter_map(|tag| text.find(tag).map(|at| at + tag.len()))
        .min()?;
    let rest = text.get(open..)?;
    let close = ["</SEC-HEADER>", "</IMS-HEADER>", "<DOCUMENT>"]
        .iter()
        .filter_map(|tag| rest.find(tag))
        .min()
        .unwrap_or(rest.len());
    rest.get(..close)
}

/// Keys in one spelling (upper case, spaces) with their values.
fn pairs(segment: &str) -> Vec<(String, &str)> {
    let tagged = segment.contains("<TYPE>") || segment.contains("<CONFORMED-NAME>");
    let key = |name: &str| name.trim().to_ascii_uppercase().replace('-', " ");
    let pairs: Vec<(&str, &str)> = if tagged {
        segment.split('<').filter_map(tag).collect()
    } else {
        segment.lines().filter_map(readable).collect()
    };
    let named = |(name, value): (&str, _)| (key(name), value);
    pairs.into_iter().map(named).collect()
}

/// `TYPE>8-K`; a value ends with its line or at the next tag, as some files have no line ends.
fn tag(piece: &str) -> Option<(&str, &str)> {
    let (name, value) = piece.split_once('>')?;
    Some((name, value.lines().next().unwrap_or("").trim()))
}

/// `FILED AS OF DATE: 20260306`, and the one tag among such lines.
fn readable(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let (name, value) = match line.strip_prefix('<') {
        Some(piece) => piece.split_once('>')?,
        None => line.split_once(':')?,
    };
    Some((name, value.trim()))
}

const ROLES: [&str; 9] = [
    "FILER",
    "SUBJECT COMPANY",
    "FILED BY",
    "FILED FOR",
    "REPORTING OWNER",
    "ISSUER",
    "GROUP MEMBERS",
    "SERIAL COMPANY",
    "DEPOSITOR",
];

impl SubmissionHeader {
    /// The first filer, or whoever comes first.
    #[must_use]
    pub fn filer(&self) -> Option<&Party> {
        let known = |party: &&Party| party.cik.is_some();
        self.parties
            .iter()
            .filter(known)
            .find(|party| party.role == "FILER")
            .or_else(|| self.parties.iter().find(known))
    }

    /// Whether this company is among those that it concerns; true if it names none.
    #[must_use]
    pub fn concerns(&self, cik: Cik) -> bool {
        let mut named = self.parties.iter().filter_map(|party| party.cik).peekable();
        named.peek().is_none() || named.any(|party| party == cik)
    }

    fn take(&mut self, key: &str, value: &str, titles: &mut Vec<String>) {
        match key {
            "ACCESSION NUMBER" => self.accession = value.parse().ok(),
            "TYPE" | "CONFORMED SUBMISSION TYPE" if self.form.is_none() => {
                self.form = value.parse().ok();
            }
            "PERIOD" | "CONFORMED PERIOD OF REPORT" => self.period = compact_date(value),
            "FILING DATE" | "FILED AS OF DATE" => self.filed = compact_date(value),
            "ACCEPTANCE DATETIME" => self.accepted = compact_time(value),
            "PUBLIC DOCUMENT COUNT" => self.documents = value.parse().ok(),
            "ITEMS" | "ITEM INFORMATION" => titles.push(value.to_owned()),
            "CONFORMED NAME" | "COMPANY CONFORMED NAME" => {
                if let Some(party) = self.parties.last_mut() {
                    party.name.get_or_insert_with(|| value.to_owned());
                }
            }
            "CIK" | "CENTRAL INDEX KEY" => {
                if let Some(party) = self.parties.last_mut() {
                    party.cik = party.cik.or_else(|| value.parse().ok());
                }
            }
            role if ROLES.contains(&role) => self.parties.push(Party {
                role: role.to_owned(),
                name: None,
                cik: None,
            }),
            _ => {}
        }
    }

    fn settle_items(&mut self, written: &[String]) {
        let old = self.filed.is_some_and(|filed| filed < date(2004, 8, 23));
        for text in written {
            if let Some(code) = items::code(text, old)
                && !self.items.contains(&code)
            {
                self.items.push(code);
            }
        }
    }
}

/// `20260306`
pub(crate) fn compact_date(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Date::new(
        text.get(..4)?.parse().ok()?,
        text.get(4..6)?.parse().ok()?,
        text.get(6..)?.parse().ok()?,
    )
    .ok()
}

/// `20260306161125`
fn compact_time(text: &str) -> Option<DateTime> {
    let day = compact_date(text.get(..8)?)?;
    let part = |from: usize| text.get(from..from + 2)?.parse::<i8>().ok();
    let time = jiff::civil::Time::new(part(8)?, part(10)?, part(12)?, 0).ok()?;
    Some(day.to_datetime(time))
}
