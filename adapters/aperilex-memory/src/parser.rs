//! A parser for plain text, so that the domain can be tried without the real one.

use std::collections::BTreeMap;

use aperilex_ports::{
    CanonicalText, Digest, Document, Exhibit, FilingContent, FilingParser, FormFamily, FormType,
    ItemKey, MAX_FILING_BYTES, ParseFilingError, RawDocument, RawFiling, RawMap, RawRun, Section,
    SectionState, TextRange,
};

/// Reads plain UTF-8 text in which a heading is a line `Item 1A. Risk Factors`, and a line `Part II`
/// begins a part. The canonical text is the document's own without carriage returns.
///
/// It knows no HTML, tables or XBRL.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PlainParser;

impl FilingParser for PlainParser {
    fn version(&self) -> &'static str {
        "plain/1"
    }

    fn parse(&self, filing: &RawFiling) -> Result<FilingContent, ParseFilingError> {
        check_size(filing.documents.iter())?;
        let documents: Vec<Document> = filing.documents.iter().map(document).collect();
        let main = documents.first().and_then(|main| main.text.as_ref());
        let text = main.filter(|text| !text.text.trim().is_empty());
        let Some(text) = text else {
            let reason = "the main document has no text".to_owned();
            return Err(ParseFilingError::Unusable { reason });
        };
        let form = &filing.meta.form;
        let sections = sections(&text.text, form, &filing.meta.items);
        let found = sections
            .iter()
            .filter(|it| it.state != SectionState::NotFound);
        let items_8k = match form.family() {
            FormFamily::EightK => found.map(|it| it.key.item.clone()).collect(),
            _ => Vec::new(),
        };
        Ok(FilingContent {
            form: form.clone(),
            parser_version: self.version().to_owned(),
            main: 0,
            sections,
            tables: Vec::new(),
            facts: Vec::new(),
            footnotes: Vec::new(),
            risk_factors: Vec::new(),
            exhibits: filing.documents.iter().filter_map(exhibit).collect(),
            items_8k,
            header: None,
            warnings: warnings(&documents),
            documents,
        })
    }

    fn canonical_texts(&self, file: &RawDocument) -> Result<Vec<CanonicalText>, ParseFilingError> {
        check_size(std::iter::once(file))?;
        Ok(canonical(&file.bytes).into_iter().collect())
    }
}

fn check_size<'a>(files: impl Iterator<Item = &'a RawDocument>) -> Result<(), ParseFilingError> {
    let sizes = files.map(|file| u64::try_from(file.bytes.len()).unwrap_or(u64::MAX));
    let bytes = sizes.fold(0, u64::saturating_add);
    if bytes > MAX_FILING_BYTES {
        return Err(ParseFilingError::TooLarge { bytes });
    }
    Ok(())
}

fn document(raw: &RawDocument) -> Document {
    Document {
        name: raw.name.clone(),
        doc_type: raw.doc_type.clone(),
        sequence: raw.sequence,
        description: raw.description.clone(),
        raw_sha256: Digest::of(&raw.bytes),
        raw_bytes: u64::try_from(raw.bytes.len()).unwrap_or(u64::MAX),
        raw_range: 0..raw.bytes.len(),
        text: canonical(&raw.bytes),
    }
}

fn exhibit(raw: &RawDocument) -> Option<Exhibit> {
    let number = raw.doc_type.as_deref()?.strip_prefix("EX-")?;
    Some(Exhibit {
        number: number.to_owned(),
        description: raw.description.clone().unwrap_or_default(),
        document: Some(raw.name.clone()),
        url: None,
    })
}

fn warnings(documents: &[Document]) -> Vec<String> {
    let binary = documents.iter().filter(|document| document.text.is_none());
    let warning = |document: &Document| format!("{} is not UTF-8 text", document.name);
    binary.map(warning).collect()
}

/// The text without carriage returns, and where each stretch of it comes from; none if the bytes are
/// not text.
fn canonical(bytes: &[u8]) -> Option<CanonicalText> {
    let raw = std::str::from_utf8(bytes).ok()?;
    if raw.contains('\0') {
        return None;
    }
    let (mut text, mut runs, mut start) = (String::with_capacity(raw.len()), Vec::new(), 0);
    for stretch in raw.split('\r') {
        if !stretch.is_empty() {
            runs.push(RawRun {
                text: u32::try_from(text.len()).ok()?,
                raw: u32::try_from(start).ok()?,
                raw_len: u32::try_from(stretch.len()).ok()?,
            });
            text.push_str(stretch);
        }
        start += stretch.len() + 1;
    }
    Some(CanonicalText {
        sha256: Digest::of(text.as_bytes()),
        map: RawMap::new(runs, u32::try_from(text.len()).ok()?),
        text,
    })
}

/// A heading and what follows it.
struct Heading<'a> {
    part: &'a str,
    item: &'a str,
    title: &'a str,
    body: TextRange,
}

/// Items of the form in its own order; items it does not know come behind.
fn sections(text: &str, form: &FormType, codes: &[String]) -> Vec<Section> {
    let asked = asked_items(form, codes);
    let mut found = BTreeMap::new();
    for heading in headings(text) {
        let given = ItemKey::new(heading.part, heading.item);
        // Without a line that names the part, an item is in the first part that has it.
        let unnamed = |key: &&ItemKey| {
            heading.part.is_empty() && key.item == heading.item && !found.contains_key(*key)
        };
        let key = asked.iter().find(unnamed).cloned().unwrap_or(given);
        found.entry(key).or_insert(heading);
    }
    let unasked: Vec<_> = found
        .keys()
        .filter(|key| !asked.contains(key))
        .cloned()
        .collect();
    let keys = asked.into_iter().chain(unasked);
    keys.map(|key| section(text, found.remove(&key), key))
        .collect()
}

fn section(text: &str, heading: Option<Heading<'_>>, key: ItemKey) -> Section {
    let (title, range, state) = match heading {
        None => (key.to_string(), 0..0, SectionState::NotFound),
        Some(heading) => {
            let range = trimmed(text, heading.body);
            let state = state(text.get(range.clone()).unwrap_or_default());
            (heading.title.to_owned(), range, state)
        }
    };
    Section {
        document: 0,
        key,
        title,
        state,
        confidence: 1.0,
        range,
        heading: 0..0,
        more: Vec::new(),
    }
}

fn state(body: &str) -> SectionState {
    let words = body
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_ascii_lowercase();
    match words.as_str() {
        "" | "none" | "not applicable" => SectionState::NoneOrNotApplicable,
        "reserved" => SectionState::Reserved,
        _ => SectionState::Present,
    }
}

/// The range without white space around what is in it.
fn trimmed(text: &str, range: TextRange) -> TextRange {
    let body = text.get(range.clone()).unwrap_or_default();
    let start = range.start + (body.len() - body.trim_start().len());
    start..start + body.trim().len()
}

fn headings(text: &str) -> Vec<Heading<'_>> {
    let mut headings: Vec<Heading<'_>> = Vec::new();
    let (mut part, mut start) = ("", 0);
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let named = part_line(line);
        let heading = item_line(line);
        if (named.is_some() || heading.is_some())
            && let Some(last) = headings.last_mut()
        {
            last.body.end = last.body.end.min(start);
        }
        part = named.unwrap_or(part);
        if let Some((item, title)) = heading {
            let body = end..text.len();
            headings.push(Heading {
                part,
                item,
                title,
                body,
            });
        }
        start = end;
    }
    headings
}

/// `Part II` is `II`.
fn part_line(line: &str) -> Option<&str> {
    let part = strip_word(line.trim(), "part")?;
    let roman = !part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b"IVX".contains(&b));
    roman.then_some(part)
}

/// `Item 1A. Risk Factors` is `1A` and `Risk Factors`.
fn item_line(line: &str) -> Option<(&str, &str)> {
    let rest = strip_word(line.trim(), "item")?;
    let (number, title) = match rest.split_once(char::is_whitespace) {
        Some((number, title)) => (number, title.trim()),
        None => (rest, ""),
    };
    let number = number.strip_suffix('.')?;
    let (digits, letter) = match number.strip_suffix(|c: char| c.is_ascii_uppercase()) {
        Some(digits) => (digits, true),
        None => (number, false),
    };
    let plain =
        |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let good = match digits.split_once('.') {
        Some((section, item)) => plain(section) && plain(item) && !letter,
        None => plain(digits),
    };
    good.then_some((number, title))
}

/// What follows a word and white space, whatever the word's case.
fn strip_word<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let (first, rest) = line.split_once(char::is_whitespace)?;
    first
        .eq_ignore_ascii_case(word)
        .then_some(rest.trim_start())
}

const TEN_K: &[(&str, &[&str])] = &[
    ("I", &["1", "1A", "1B", "1C", "2", "3", "4"]),
    ("II", &["5", "6", "7", "7A", "8", "9", "9A", "9B", "9C"]),
    ("III", &["10", "11", "12", "13", "14"]),
    ("IV", &["15", "16"]),
];
const TEN_Q: &[(&str, &[&str])] = &[
    ("I", &["1", "2", "3", "4"]),
    ("II", &["1", "1A", "2", "3", "4", "5", "6"]),
];

/// Items the form asks for: of a current report those that its header names.
fn asked_items(form: &FormType, codes: &[String]) -> Vec<ItemKey> {
    let parts = match form.family() {
        FormFamily::TenK => TEN_K,
        FormFamily::TenQ => TEN_Q,
        FormFamily::EightK => {
            return codes
                .iter()
                .map(|code| ItemKey::new("", code.as_str()))
                .collect();
        }
        _ => &[],
    };
    let keys = parts
        .iter()
        .flat_map(|(part, items)| items.iter().map(move |item| ItemKey::new(*part, *item)));
    keys.collect()
}
