//! The header of a submission, in both of its spellings.
//!
//! Readable (`CONFORMED SUBMISSION TYPE: 8-K`, in the full submission) and tagged (`<TYPE>8-K`, in
//! `.hdr.sgml`, the header page and the dissemination feed).

use aperilex_ports::{AccessionNumber, Cik, Party, SubmissionHeader, item_8k_code};
use jiff::civil::{Date, DateTime, date};

use crate::client::EdgarClient;
use crate::error::EdgarError;
use crate::request::{Host, Request, Shape, folder_path};
use crate::text::decode;

/// The header is at the start; the longest (many co-registrants) are some tens of KB.
pub(crate) const HEADER_BYTES: usize = 256 * 1024;

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
    let mut reader = Reader::default();
    for (key, value) in pairs(segment) {
        reader.take(&key, value);
    }
    Some(reader.done())
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

#[derive(Debug, Default)]
struct Reader {
    header: SubmissionHeader,
    /// Items as they are written: codes or titles.
    items: Vec<String>,
}

impl Reader {
    fn take(&mut self, key: &str, value: &str) {
        let header = &mut self.header;
        match key {
            "ACCESSION NUMBER" => header.accession = value.parse().ok(),
            "TYPE" | "CONFORMED SUBMISSION TYPE" if header.form.is_none() => {
                header.form = value.parse().ok();
            }
            "PERIOD" | "CONFORMED PERIOD OF REPORT" => header.period = compact_date(value),
            "FILING DATE" | "FILED AS OF DATE" => header.filed = compact_date(value),
            "ACCEPTANCE DATETIME" => header.accepted = compact_time(value),
            "PUBLIC DOCUMENT COUNT" => header.documents = value.parse().ok(),
            "ITEMS" | "ITEM INFORMATION" => self.items.push(value.to_owned()),
            role if ROLES.contains(&role) => header.parties.push(Party {
                role: role.to_owned(),
                name: filled(value),
                ..Party::default()
            }),
            key => {
                if let Some(party) = header.parties.last_mut() {
                    of_party(party, key, value);
                }
            }
        }
    }

    fn done(self) -> SubmissionHeader {
        let mut header = self.header;
        let old = header.filed.is_some_and(|filed| filed < date(2004, 8, 23));
        for text in &self.items {
            if let Some(code) = item_8k_code(text, old)
                && !header.items.contains(&code)
            {
                header.items.push(code);
            }
        }
        header
    }
}

/// What is said of the party that was named last; the first of each counts.
fn of_party(party: &mut Party, key: &str, value: &str) {
    let once = |slot: &mut Option<String>, value: &str| {
        if slot.is_none() {
            *slot = filled(value);
        }
    };
    match key {
        "CONFORMED NAME" | "COMPANY CONFORMED NAME" => once(&mut party.name, value),
        "CIK" | "CENTRAL INDEX KEY" => party.cik = party.cik.or_else(|| value.parse().ok()),
        "ASSIGNED SIC" | "STANDARD INDUSTRIAL CLASSIFICATION" => {
            party.sic = party.sic.or_else(|| classification(value));
        }
        "IRS NUMBER" | "EIN" => {
            let digits: String = value.chars().filter(char::is_ascii_digit).collect();
            // Filers without a number have one of zeros.
            if digits.bytes().any(|digit| digit != b'0') {
                once(&mut party.ein, &digits);
            }
        }
        "STATE OF INCORPORATION" => once(&mut party.state, value),
        "FISCAL YEAR END" => once(&mut party.fiscal_year_end, value),
        "FILE NUMBER" | "SEC FILE NUMBER" => once(&mut party.file_number, value),
        "FORMER CONFORMED NAME" | "FORMER NAME" => party.former_names.extend(filled(value)),
        _ => {}
    }
}

fn filled(value: &str) -> Option<String> {
    (!value.is_empty()).then(|| value.to_owned())
}

/// `SEMICONDUCTORS & RELATED DEVICES [3674]`, or the number alone.
fn classification(value: &str) -> Option<u16> {
    let number = value
        .strip_suffix(']')
        .and_then(|value| value.rsplit_once('['))
        .map_or(value, |(_, number)| number);
    number.trim().parse().ok().filter(|number| *number > 0)
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
