//! The SGML header of a submission, in both of its spellings.
//!
//! Readable (`CONFORMED SUBMISSION TYPE: 8-K`, in full submissions) and tagged (`<TYPE>8-K`, in
//! `.hdr.sgml` files and the dissemination feed, where it may have no line ends).

use aperilex_ports::model::{Party, SubmissionHeader, item_8k_code};
use jiff::civil::{Date, DateTime, Time, date};

/// The longest headers, with many co-registrants, have some tens of KB.
const WINDOW: usize = 256 * 1024;
/// How far into a file the header may begin: behind a PEM envelope.
const PREAMBLE: usize = 16 * 1024;
/// Parties that are taken.
const MAX_PARTIES: usize = 1000;
/// Item lines that are taken.
const MAX_ITEMS: usize = 100;

/// Reads the header at the start of a file; none if there is none.
pub(crate) fn read(file: &[u8]) -> Option<SubmissionHeader> {
    let file = file.get(..WINDOW).unwrap_or(file);
    let text = segment(file)?;
    // Names are in the characters of their time; keys and codes are ASCII.
    let text = std::str::from_utf8(text).map_or_else(
        |_| {
            encoding_rs::WINDOWS_1252
                .decode_without_bom_handling(text)
                .0
        },
        Into::into,
    );
    let mut reader = Reader::default();
    if text.contains("<TYPE>") || text.contains("<CONFORMED-NAME>") {
        text.split('<')
            .filter_map(tag)
            .for_each(|(k, v)| reader.take(k, v));
    } else {
        text.lines()
            .filter_map(readable)
            .for_each(|(k, v)| reader.take(k, v));
    }
    let header = reader.done();
    (header != SubmissionHeader::default()).then_some(header)
}

/// What lies between the header's tags.
fn segment(file: &[u8]) -> Option<&[u8]> {
    let head = file.get(..PREAMBLE).unwrap_or(file);
    let open = [&b"<SEC-HEADER>"[..], b"<IMS-HEADER>", b"<SUBMISSION>"]
        .iter()
        .filter_map(|tag| Some(memchr::memmem::find(head, tag)? + tag.len()))
        .min()?;
    // What is called a header in the middle of a text is none.
    let before = head.get(..open)?;
    let foreign = memchr::memmem::find(before, b"<DOCUMENT>").is_some()
        || !matches!(before.trim_ascii_start().first(), Some(b'<' | b'-'));
    let rest = file.get(open..)?;
    let close = [&b"</SEC-HEADER>"[..], b"</IMS-HEADER>", b"<DOCUMENT>"]
        .iter()
        .filter_map(|tag| memchr::memmem::find(rest, tag))
        .min()
        .unwrap_or(rest.len());
    rest.get(..close).filter(|_| !foreign)
}

/// `TYPE>8-K`; a value ends with its line or at the next tag.
fn tag(piece: &str) -> Option<(&str, &str)> {
    let (name, value) = piece.split_once('>')?;
    Some((name, value.lines().next().unwrap_or_default().trim()))
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

const ROLES: [&str; 11] = [
    "FILER",
    "SUBJECT COMPANY",
    "FILED BY",
    "FILED FOR",
    "REPORTING OWNER",
    "ISSUER",
    "GROUP MEMBERS",
    "SERIAL COMPANY",
    "DEPOSITOR",
    "SECURITIZER",
    "UNDERWRITER",
];

#[derive(Debug, Default)]
struct Reader {
    header: SubmissionHeader,
    items: Vec<String>,
    period: Option<Date>,
}

impl Reader {
    fn take(&mut self, key: &str, value: &str) {
        let key = key.trim().to_ascii_uppercase().replace('-', " ");
        let header = &mut self.header;
        match key.as_str() {
            "ACCESSION NUMBER" => header.accession = header.accession.or(value.parse().ok()),
            "TYPE" | "CONFORMED SUBMISSION TYPE" if header.form.is_none() => {
                header.form = value.parse().ok();
            }
            "PERIOD" | "CONFORMED PERIOD OF REPORT" => self.period = day(value),
            "FILING DATE" | "FILED AS OF DATE" => header.filed = day(value),
            "ACCEPTANCE DATETIME" => header.accepted = moment(value),
            "PUBLIC DOCUMENT COUNT" => header.documents = value.parse().ok(),
            "ITEMS" | "ITEM INFORMATION" if self.items.len() < MAX_ITEMS => {
                self.items.push(value.to_owned());
            }
            role if ROLES.contains(&role) && header.parties.len() < MAX_PARTIES => {
                header.parties.push(Party {
                    role: role.to_owned(),
                    name: filled(value),
                    ..Party::default()
                });
            }
            key => {
                if let Some(party) = header.parties.last_mut() {
                    of_party(party, key, value);
                }
            }
        }
    }

    fn done(self) -> SubmissionHeader {
        let mut header = self.header;
        header.period = self.period;
        let changed = date(2004, 8, 23);
        let old = header.filed.or(header.period);
        let old = old.is_some_and(|day| day < changed);
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
        "FORMER CONFORMED NAME" | "FORMER NAME" if party.former_names.len() < MAX_PARTIES => {
            party.former_names.extend(filled(value));
        }
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
fn day(text: &str) -> Option<Date> {
    let digits = text.get(..8).filter(|_| text.len() == 8)?;
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (year, month, day) = (text.get(..4)?, text.get(4..6)?, text.get(6..)?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// `20260306161125`, New York time.
fn moment(text: &str) -> Option<DateTime> {
    let date = day(text.get(..8)?)?;
    let part = |from: usize| text.get(from..from + 2)?.parse::<i8>().ok();
    let time = Time::new(part(8)?, part(10)?, part(12)?, 0).ok()?;
    Some(date.to_datetime(time))
}
