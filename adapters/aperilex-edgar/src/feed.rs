//! The feed of the latest filings (`getcurrent`).

use aperilex_ports::{AccessionNumber, FormType, Party};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use crate::client::EdgarClient;
use crate::error::EdgarError;
use crate::request::{Host, Request, Shape};
use crate::text::decode;

const PAGE: usize = 100;
/// Twice of what EDGAR keeps: a server that never ends its feed is not followed for ever.
const MAX_START: usize = 10_000;

/// A filing in the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry {
    /// Its number.
    pub accession: AccessionNumber,
    /// Its form.
    pub form: FormType,
    /// When EDGAR accepted it.
    pub updated: Timestamp,
    /// Date of filing.
    pub filed: Option<Date>,
    /// Everybody whom it concerns: the feed has one entry for each, here they are one filing.
    pub parties: Vec<Party>,
}

#[derive(Deserialize)]
struct WireFeed {
    #[serde(default)]
    entry: Vec<WireEntry>,
}

#[derive(Deserialize)]
struct WireEntry {
    title: String,
    id: String,
    updated: String,
    category: WireCategory,
    #[serde(default)]
    summary: WireSummary,
}

#[derive(Deserialize)]
struct WireCategory {
    #[serde(rename = "@term")]
    term: String,
}

#[derive(Deserialize, Default)]
struct WireSummary {
    #[serde(rename = "$text", default)]
    text: String,
}

impl EdgarClient {
    /// The latest filings, newest first, each once. EDGAR keeps some 5,000 entries in the feed and
    /// leaves some filings out: reconcile with search and the daily index.
    ///
    /// # Errors
    /// [`EdgarError::Unsupported`] for a mirror folder.
    pub async fn latest_filings(
        &self,
        form: Option<&FormType>,
        limit: usize,
    ) -> Result<Vec<FeedEntry>, EdgarError> {
        let mut found: Vec<FeedEntry> = Vec::new();
        let mut start = 0;
        // The last filing may have more entries on the next page: it is not complete before that.
        while found.len() <= limit && start <= MAX_START {
            let Some(page) = self.feed_page(form, start).await? else {
                break;
            };
            for entry in page
                .into_iter()
                .filter(|entry| form.is_none_or(|form| *form == entry.form))
            {
                add(&mut found, entry);
            }
            start += PAGE;
        }
        found.truncate(limit);
        Ok(found)
    }

    /// None past the end of the feed.
    async fn feed_page(
        &self,
        form: Option<&FormType>,
        start: usize,
    ) -> Result<Option<Vec<FeedEntry>>, EdgarError> {
        let request = Request::new(Host::Www, "/cgi-bin/browse-edgar", Shape::Text)
            .query("action", "getcurrent")
            .query("type", form.map_or("", FormType::as_str))
            .query("owner", "include")
            .query("count", PAGE.to_string())
            .query("start", start.to_string())
            .query("output", "atom");
        // Past its end EDGAR answers 503, which is then no fault to try again for.
        let request = if start > 0 {
            request.no_retry()
        } else {
            request
        };
        let bytes = match self.bytes(&request).await {
            Err(EdgarError::Status { status: 503, .. }) if start > 0 => return Ok(None),
            outcome => outcome?,
        };
        let entries = read(&request.what(), &bytes)?;
        Ok((!entries.is_empty()).then_some(entries))
    }
}

fn add(found: &mut Vec<FeedEntry>, entry: FeedEntry) {
    match found
        .iter_mut()
        .find(|known| known.accession == entry.accession)
    {
        Some(known) => known.parties.extend(entry.parties),
        None => found.push(entry),
    }
}

pub(crate) fn read(what: &str, bytes: &[u8]) -> Result<Vec<FeedEntry>, EdgarError> {
    let feed: WireFeed = quick_xml::de::from_str(&decode(bytes))
        .map_err(|e| EdgarError::bad(what, format!("Atom: {e}")))?;
    Ok(feed.entry.into_iter().filter_map(entry).collect())
}

/// None for a form that is not written as the SEC writes forms.
fn entry(wire: WireEntry) -> Option<FeedEntry> {
    let form: FormType = wire.category.term.parse().ok()?;
    let title = wire
        .title
        .strip_prefix(form.as_str())?
        .trim_start_matches([' ', '-']);
    Some(FeedEntry {
        accession: wire.id.rsplit_once('=')?.1.trim().parse().ok()?,
        updated: wire.updated.trim().parse().ok()?,
        filed: filed(&wire.summary.text),
        parties: party(title).into_iter().collect(),
        form,
    })
}

/// `Hinge Health, Inc. (0001673743) (Issuer)`
fn party(title: &str) -> Option<Party> {
    let (rest, role) = title.trim().strip_suffix(')')?.rsplit_once(" (")?;
    let (name, cik) = rest.trim().strip_suffix(')')?.rsplit_once(" (")?;
    Some(Party {
        role: role.to_ascii_uppercase(),
        name: Some(name.to_owned()),
        cik: Some(cik.parse().ok()?),
        ..Party::default()
    })
}

/// `<b>Filed:</b> 2026-03-06 <b>AccNo:</b> …`
fn filed(summary: &str) -> Option<Date> {
    let (_, rest) = summary.split_once("Filed:</b>")?;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_latin_1_and_entities() {
        let feed = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\" ?>\n\
            <feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Latest Filings</title>\n\
            <entry><title>SC 13D/A - N\xe9w &amp; Old (Holdings) Co (0001673743) (Filed by)</title>\
            <link rel=\"alternate\" type=\"text/html\" href=\"https://www.sec.gov/x\"/>\
            <summary type=\"html\">\n &lt;b&gt;Filed:&lt;/b&gt; 2026-03-06 &lt;b&gt;AccNo:&lt;/b&gt; 0000000001-26-000001 </summary>\
            <updated>2026-03-06T17:29:37-05:00</updated>\
            <category scheme=\"https://www.sec.gov/\" label=\"form type\" term=\"SC 13D/A\"/>\
            <id>urn:tag:sec.gov,2008:accession-number=0000000001-26-000001</id></entry></feed>";
        let entries = read("feed", feed).unwrap();
        let [entry] = &entries[..] else {
            panic!("expected one entry, got {entries:?}");
        };
        assert_eq!(entry.form.as_str(), "SC 13D/A");
        assert_eq!(
            entry.parties[0].name.as_deref(),
            Some("Néw & Old (Holdings) Co")
        );
        assert_eq!(entry.parties[0].role, "FILED BY");
        assert_eq!(entry.filed, Some(jiff::civil::date(2026, 3, 6)));
        assert_eq!(entry.updated.to_string(), "2026-03-06T22:29:37Z");
        assert!(read("feed", b"<feed><entry>").is_err());
    }
}
