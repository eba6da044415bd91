//! Reading index files line by line, packed or not.

use std::io::{BufRead, BufReader, Read};

use aperilex_ports::AccessionNumber;
use flate2::read::MultiGzDecoder;
use jiff::civil::Date;

use super::{IndexEntry, IndexKind};
use crate::error::EdgarError;
use crate::header::compact_date;
use crate::text::decode;

/// Calls `take` for each entry until it says no. At most `limit` unpacked bytes are read.
pub(crate) fn each(
    what: &str,
    kind: IndexKind,
    bytes: &[u8],
    limit: u64,
    mut take: impl FnMut(IndexEntry) -> bool,
) -> Result<(), EdgarError> {
    let mut reader = unpacked(bytes, limit);
    let mut layout = Layout::new(kind);
    let (mut line, mut total) = (Vec::new(), 0_u64);
    loop {
        line.clear();
        let read = reader
            .read_until(b'\n', &mut line)
            .map_err(|e| EdgarError::bad(what, format!("cannot be unpacked: {e}")))?;
        total = total.saturating_add(read as u64);
        if total > limit {
            return Err(EdgarError::TooLarge { limit });
        }
        if read == 0 {
            break;
        }
        if let Some(entry) = layout.line(&decode(&line))
            && !take(entry)
        {
            return Ok(());
        }
    }
    // An empty quarter has its head; what has none is something else or was cut.
    if layout.in_body {
        Ok(())
    } else {
        Err(EdgarError::bad(
            what,
            "it has no line of dashes after its head",
        ))
    }
}

fn unpacked<'a>(bytes: &'a [u8], limit: u64) -> Box<dyn BufRead + 'a> {
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let most = limit.saturating_add(1);
        Box::new(BufReader::new(MultiGzDecoder::new(bytes).take(most)))
    } else {
        Box::new(bytes)
    }
}

struct Layout {
    kind: IndexKind,
    /// Where the second column starts, in characters.
    second: usize,
    in_body: bool,
}

impl Layout {
    const fn new(kind: IndexKind) -> Self {
        let second = match kind {
            IndexKind::Form => 12,
            _ => 62,
        };
        Self {
            kind,
            second,
            in_body: false,
        }
    }

    fn line(&mut self, line: &str) -> Option<IndexEntry> {
        let line = line.trim_end();
        if self.in_body {
            return match self.kind {
                IndexKind::Master => master(line),
                _ => self.fixed(line),
            };
        }
        if line.len() >= 20 && line.bytes().all(|b| b == b'-') {
            self.in_body = true;
        } else {
            self.heading(line);
        }
        None
    }

    /// The row of headings may be wrapped, but not before its second column.
    fn heading(&mut self, line: &str) {
        let (first, second) = match self.kind {
            IndexKind::Form => ("Form Type", "Company Name"),
            _ => ("Company Name", "Form Type"),
        };
        if line.starts_with(first)
            && let Some(at) = line.find(second)
        {
            self.second = at;
        }
    }

    /// Read from the right: only the two leftmost columns hold spaces.
    fn fixed(&self, line: &str) -> Option<IndexEntry> {
        let (rest, file) = last_word(line)?;
        let (rest, filed) = last_word(rest)?;
        let (rest, cik) = last_word(rest)?;
        let at = rest
            .char_indices()
            .nth(self.second)
            .map_or(rest.len(), |(at, _)| at);
        let (first, second) = (rest.get(..at)?.trim(), rest.get(at..)?.trim());
        let (form, company) = match self.kind {
            IndexKind::Form => (first, second),
            _ => (second, first),
        };
        entry(cik, company, form, filed, file)
    }
}

fn master(line: &str) -> Option<IndexEntry> {
    let (cik, rest) = line.split_once('|')?;
    let mut fields = rest.rsplitn(4, '|');
    let (file, filed, form, company) = (
        fields.next()?,
        fields.next()?,
        fields.next()?,
        fields.next()?,
    );
    entry(cik, company, form, filed, file)
}

fn entry(cik: &str, company: &str, form: &str, filed: &str, file: &str) -> Option<IndexEntry> {
    Some(IndexEntry {
        cik: cik.trim().parse().ok()?,
        company: company.trim().to_owned(),
        form: form.trim().to_owned(),
        filed: date(filed.trim())?,
        accession: accession(file.trim())?,
    })
}

/// `20200318` in daily files, `2020-03-18` in quarterly ones.
fn date(text: &str) -> Option<Date> {
    compact_date(text).or_else(|| text.parse().ok())
}

/// `edgar/data/1806014/0001140361-20-006155.txt`, or the address of the index page.
fn accession(file: &str) -> Option<AccessionNumber> {
    file.rsplit('/').next()?.get(..20)?.parse().ok()
}

fn last_word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_end();
    let at = text.rfind(char::is_whitespace)?;
    Some((text.get(..at)?, text.get(at..)?.trim_start()))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const MASTER: &str = "Description: Master Index\n\nCIK|Company Name|Form Type|Date Filed|Filename\n\
        --------------------------------------------------------------------------------\n\
        1000|A | B CO|10-K|2020-03-18|edgar/data/1000/0000001000-20-000001.txt\n";

    fn read(kind: IndexKind, bytes: &[u8], limit: u64) -> Result<Vec<IndexEntry>, EdgarError> {
        let mut entries = Vec::new();
        each("x", kind, bytes, limit, |entry| {
            entries.push(entry);
            true
        })?;
        Ok(entries)
    }

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_company_name_may_hold_the_separator() {
        let entries = read(IndexKind::Master, MASTER.as_bytes(), 10_000).unwrap();
        assert_eq!(entries[0].company, "A | B CO");
        assert_eq!(entries[0].form, "10-K");
        assert_eq!(
            read(IndexKind::Master, &packed(MASTER.as_bytes()), 10_000).unwrap(),
            entries
        );
    }

    #[test]
    fn fixed_width_files_may_have_a_wrapped_head_and_names_of_any_kind() {
        let rule = "-".repeat(120);
        let form = format!(
            "Form Type   Company Name      CIK         Date Filed  File Name\n{rule}\n\
             SC 13D/A    N\u{e9}w 10-K, Inc.    1000        20200318    edgar/data/1000/0000001000-20-000001.txt   \n"
        );
        let mut latin = Vec::new();
        latin.extend(form.chars().map(|c| u8::try_from(u32::from(c)).unwrap()));
        let entries = read(IndexKind::Form, &latin, 10_000).unwrap();
        assert_eq!(
            (entries[0].form.as_str(), entries[0].company.as_str()),
            ("SC 13D/A", "Néw 10-K, Inc.")
        );
        let company = format!(
            "Company Name      Form Type   CIK\n      Date Filed  File Name\n{rule}\n\
             Some 8-K Co       10-12G/A    1000        2020-03-18  https://www.sec.gov/Archives/edgar/data/1000/0000001000-20-000001-index.htm\n"
        );
        let crawler = read(IndexKind::Crawler, company.as_bytes(), 10_000).unwrap();
        assert_eq!(
            (crawler[0].form.as_str(), crawler[0].company.as_str()),
            ("10-12G/A", "Some 8-K Co")
        );
    }

    #[test]
    fn an_empty_quarter_is_empty_and_a_cut_file_is_none() {
        let (head, _) = MASTER.split_at(MASTER.find("1000|").unwrap());
        assert_eq!(
            read(IndexKind::Master, head.as_bytes(), 10_000).unwrap(),
            []
        );
        let cut = read(IndexKind::Master, b"Description: Master Index\n", 10_000);
        assert!(matches!(cut, Err(EdgarError::BadAnswer { .. })));
        let broken = &packed(MASTER.as_bytes())[..40];
        assert!(read(IndexKind::Master, broken, 10_000).is_err());
    }

    #[test]
    fn a_packed_bomb_is_cut_at_the_cap() {
        let bomb = packed(&vec![b' '; 4 << 20]);
        let read = read(IndexKind::Master, &bomb, 1 << 20);
        assert!(matches!(
            read,
            Err(EdgarError::TooLarge { limit: 1_048_576 })
        ));
    }
}
