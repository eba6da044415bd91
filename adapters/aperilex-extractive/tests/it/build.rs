//! Filings built by hand: plain text with an identity map.

use std::sync::Arc;

use aperilex_ports::{
    CanonicalText, Digest, Document, Fact, FilingContent, FilingId, FilingMeta, ItemKey, Period,
    RawMap, RawRun, RiskFactor, Section, SectionState, Table, TextRange,
};

#[derive(Debug, Clone)]
pub(crate) struct Filing {
    pub(crate) meta: FilingMeta,
    pub(crate) content: FilingContent,
    text: String,
}

/// The last and the first day of a period, or one day.
pub(crate) fn period(start: &str, end: &str) -> Period {
    let (start, end) = (start.parse().unwrap(), end.parse().unwrap());
    Period::Duration { start, end }
}

pub(crate) fn day(instant: &str) -> Period {
    let instant = instant.parse().unwrap();
    Period::Instant { instant }
}

impl Filing {
    pub(crate) fn new(form: &str) -> Self {
        let meta = FilingMeta {
            id: FilingId::of_content(&Digest::of(form.as_bytes())),
            accession: None,
            cik: None,
            company: None,
            ticker: None,
            form: form.parse().unwrap(),
            filed: None,
            period: None,
            items: Vec::new(),
            primary_document: None,
            url: None,
        };
        let content = FilingContent {
            form: meta.form.clone(),
            parser_version: "by-hand/1".into(),
            documents: vec![document("main.htm", None, "")],
            main: 0,
            sections: Vec::new(),
            tables: Vec::new(),
            facts: Vec::new(),
            footnotes: Vec::new(),
            risk_factors: Vec::new(),
            exhibits: Vec::new(),
            items_8k: Vec::new(),
            header: None,
            warnings: Vec::new(),
        };
        let text = String::new();
        Self {
            meta,
            content,
            text,
        }
    }

    /// Appends text.
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.push(text);
        self
    }

    /// Appends a heading and an item of that text.
    pub(crate) fn item(mut self, part: &str, item: &str, title: &str, text: &str) -> Self {
        self.push(&format!("Item {item}. {title}\n"));
        let range = self.push(text);
        self.push("\n");
        self.content.sections.push(Section {
            document: 0,
            key: ItemKey::new(part, item),
            title: title.to_owned(),
            state: SectionState::Present,
            confidence: 0.9,
            range,
            heading: 0..0,
            more: Vec::new(),
        });
        if part.is_empty() {
            self.content.items_8k.push(item.to_owned());
        }
        self
    }

    /// Tells single risks in the last item, each from its heading to the next.
    pub(crate) fn risks(mut self, headings: &[&str]) -> Self {
        let section = self.content.sections.last().unwrap().clone();
        let mut at = section.range.start;
        for (index, heading) in headings.iter().enumerate() {
            let start = at + self.text[at..].find(heading).unwrap();
            let end = start + heading.len();
            let next = headings
                .get(index + 1)
                .and_then(|next| self.text[end..].find(next));
            at = next.map_or(section.range.end, |next| end + next);
            self.content.risk_factors.push(RiskFactor {
                document: 0,
                section: section.key.clone(),
                group: None,
                heading: start..end,
                body: end..at,
            });
        }
        self
    }

    /// Changes the state of the last item.
    pub(crate) fn state(mut self, state: SectionState) -> Self {
        self.content.sections.last_mut().unwrap().state = state;
        self
    }

    /// Appends a row of facts: shown text, value and period of each.
    pub(crate) fn row(
        mut self,
        label: &str,
        concept: &str,
        unit: &str,
        cells: &[(&str, &str, Period)],
    ) -> Self {
        self.push(label);
        for (shown, value, period) in cells {
            self.push("\t");
            let range = self.push(shown);
            self.content.facts.push(Fact {
                document: 0,
                concept: concept.into(),
                value: (*value).to_owned(),
                transformed: None,
                unit: Some(unit.into()),
                decimals: Some("-6".to_owned()),
                period: Some(period.clone()),
                dimensions: Arc::default(),
                range: Some(range),
                footnotes: Vec::new(),
            });
        }
        self.push("\n");
        self
    }

    /// Appends a row of US dollars.
    pub(crate) fn dollars(
        self,
        label: &str,
        concept: &str,
        cells: &[(&str, &str, Period)],
    ) -> Self {
        self.row(label, concept, "iso4217:USD", cells)
    }

    /// A fact in US dollars that the last words `shown` of the text so far show.
    pub(crate) fn shown(mut self, concept: &str, shown: &str, value: &str, period: Period) -> Self {
        let start = self.text.rfind(shown).unwrap();
        self.content.facts.push(Fact {
            document: 0,
            concept: concept.into(),
            value: value.to_owned(),
            transformed: None,
            unit: Some("iso4217:USD".into()),
            decimals: Some("-6".to_owned()),
            period: Some(period),
            dimensions: Arc::default(),
            range: Some(start..start + shown.len()),
            footnotes: Vec::new(),
        });
        self
    }

    /// The cover page's fact that names the period reported on.
    pub(crate) fn reports(mut self, period: Period) -> Self {
        self.content.facts.push(Fact {
            document: 0,
            concept: "dei:DocumentType".into(),
            value: self.meta.form.to_string(),
            transformed: None,
            unit: None,
            decimals: None,
            period: Some(period),
            dimensions: Arc::default(),
            range: None,
            footnotes: Vec::new(),
        });
        self
    }

    /// Makes the last fact hidden, or changes it otherwise.
    pub(crate) fn amend(mut self, change: impl FnOnce(&mut Fact)) -> Self {
        change(self.content.facts.last_mut().unwrap());
        self
    }

    /// Appends a table of that text.
    pub(crate) fn table(mut self, caption: &str, text: &str) -> Self {
        self.push(&format!("{caption}\n"));
        let range = self.push(text);
        let rows = text
            .lines()
            .map(|line| line.split('\t').map(str::to_owned).collect());
        self.content.tables.push(Table {
            document: 0,
            section: None,
            range,
            caption: caption.to_owned(),
            header_rows: 1,
            cells: rows.collect(),
            ..Table::default()
        });
        self.push("\n");
        self
    }

    /// Attaches another document.
    pub(crate) fn exhibit(mut self, doc_type: &str, text: &str) -> Self {
        let document = document("exhibit.htm", Some(doc_type), text);
        self.content.documents.push(document);
        self
    }

    fn push(&mut self, text: &str) -> TextRange {
        let start = self.text.len();
        self.text.push_str(text);
        self.content.documents[0] = document("main.htm", None, &self.text);
        start..self.text.len()
    }
}

fn document(name: &str, doc_type: Option<&str>, text: &str) -> Document {
    let length = u32::try_from(text.len()).unwrap();
    let run = RawRun {
        text: 0,
        raw: 0,
        raw_len: length,
    };
    Document {
        name: name.to_owned(),
        doc_type: doc_type.map(str::to_owned),
        sequence: None,
        description: None,
        raw_sha256: Digest::of(text.as_bytes()),
        raw_bytes: text.len() as u64,
        raw_range: 0..text.len(),
        text: Some(CanonicalText {
            text: text.to_owned(),
            sha256: Digest::of(text.as_bytes()),
            map: RawMap::new(vec![run], length),
        }),
    }
}
