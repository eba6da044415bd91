//! Citations: every field of one must come out again.

use aperilex_ports::{Citation, QuoteMatch, TextRange};

use super::Reread;
use crate::verify::certify::item_at;
use crate::verify::folding::Folded;
use crate::verify::ladder::is_whole;

/// Index of the document that is cited and the range in its text, or what is wrong.
pub(super) fn check(
    filing: &Reread<'_>,
    citation: &Citation,
) -> Result<(usize, TextRange), &'static str> {
    let named = filing.result.documents.iter().any(|document| {
        document.name == citation.document
            && document.raw_sha256 == citation.raw_sha256
            && document.text_sha256 == citation.text_sha256
    });
    if !named {
        return Err("the analysis names no such document with this SHA-256");
    }
    let (document, range) = place(filing, citation)?;
    let text = filing.content.documents[document].text.as_ref();
    if !text.is_some_and(|text| is_whole(&text.text, &range)) {
        return Err("the quote is cut out of a word or a number");
    }
    if filing.same_parser {
        check_item(filing, citation, document, &range)?;
    }
    Ok((document, range))
}

fn place(filing: &Reread<'_>, citation: &Citation) -> Result<(usize, TextRange), &'static str> {
    let mut found = Err("no file given has the SHA-256 that is cited");
    for (index, document) in filing.content.documents.iter().enumerate() {
        let Some(text) = &document.text else { continue };
        if document.raw_sha256 != citation.raw_sha256 {
            continue;
        }
        if text.sha256 == citation.text_sha256 && document.name == citation.document {
            let range = citation.start..citation.end;
            if text.text.get(range.clone()) != Some(citation.quote.as_str()) {
                return Err("the quote is not what stands at this place of the text");
            }
            if text.map.raw_range(&range) != Some(citation.raw_start..citation.raw_end) {
                return Err("the range of raw bytes is not that of the quote");
            }
            return Ok((index, range));
        }
        if filing.same_parser {
            found = Err("the file has no text with the SHA-256 that is cited");
            continue;
        }
        // Another parser made the text: what this one shows at the raw bytes decides.
        let raw = citation.raw_start..citation.raw_end;
        let range = text.map.text_range(&raw);
        let said = range.filter(|range| {
            let words = text.text.get(range.clone()).unwrap_or_default();
            text.map.raw_range(range) == Some(raw.clone()) && fold(words) == fold(&citation.quote)
        });
        match said {
            Some(range) => return Ok((index, range)),
            None => found = Err("the quote is not the text of the raw bytes that are cited"),
        }
    }
    found
}

fn fold(text: &str) -> String {
    Folded::new(text, QuoteMatch::Typography).text
}

fn check_item(
    filing: &Reread<'_>,
    citation: &Citation,
    document: usize,
    range: &TextRange,
) -> Result<(), &'static str> {
    let item = item_at(&filing.content, document, range).filter(|_| filing.has_main);
    let part = item.map(|key| &key.part).filter(|part| !part.is_empty());
    if citation.item.as_ref() != item.map(|key| &key.item) || citation.part.as_ref() != part {
        return Err("the quote is not in the item that is cited");
    }
    Ok(())
}
