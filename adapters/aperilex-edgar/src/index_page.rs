//! The index page of a filing: the only place that tells the type of each document.

use std::cell::RefCell;

use aperilex_ports::{AccessionNumber, Cik, FormType};
use bytes::Bytes;
use jiff::civil::{Date, DateTime};
use lol_html::html_content::{Element, TextChunk};
use lol_html::{RewriteStrSettings, element, rewrite_str, text};

use crate::client::EdgarClient;
use crate::error::EdgarError;
use crate::request::{Host, Request, Shape, company_path, folder_path};
use crate::text::{decode, plain};

/// What the index page of a filing says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexPage {
    /// Its number.
    pub accession: Option<AccessionNumber>,
    /// Its form.
    pub form: Option<FormType>,
    /// Date of filing.
    pub filed: Option<Date>,
    /// When EDGAR accepted it, New York time.
    pub accepted: Option<DateTime>,
    /// End of the period reported on.
    pub period: Option<Date>,
    /// 8-K item codes.
    pub items: Vec<String>,
    /// Filers with their names, the first one first.
    pub filers: Vec<(Cik, String)>,
    /// The documents, data files (XBRL) left out.
    pub documents: Vec<IndexedDocument>,
}

/// A row of the page's table of documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexedDocument {
    /// Place in the submission, from 1; none for the full submission.
    pub sequence: Option<u32>,
    /// The filer's description.
    pub description: Option<String>,
    /// File name; old filings have none.
    pub name: Option<String>,
    /// EDGAR document type.
    pub doc_type: Option<String>,
    /// Size in bytes.
    pub size: Option<u64>,
}

impl EdgarClient {
    /// The index page of a filing.
    ///
    /// # Errors
    /// [`EdgarError::NotFound`] if the source has none.
    pub async fn index_page(
        &self,
        cik: Cik,
        accession: &AccessionNumber,
    ) -> Result<IndexPage, EdgarError> {
        let bytes = self.index_page_bytes(cik, accession).await?;
        let what = format!("index page of {accession}");
        let page = read(&what, &bytes)?;
        if page.accession.is_some_and(|number| number != *accession) {
            return Err(EdgarError::bad(what, "it is about another filing"));
        }
        Ok(page)
    }

    async fn index_page_bytes(
        &self,
        cik: Cik,
        accession: &AccessionNumber,
    ) -> Result<Bytes, EdgarError> {
        let (folder, company) = (folder_path(cik, accession), company_path(cik));
        let mut places = vec![
            format!("{folder}/{accession}-index.htm"),
            format!("{company}/{accession}-index.html"),
        ];
        if self.is_partial() {
            places.push(format!("{folder}/{accession}-index.html"));
            places.push(format!("{company}/{accession}-index.htm"));
        }
        for place in places {
            match self
                .bytes(&Request::new(Host::Www, &place, Shape::Page))
                .await
            {
                Err(error) if error.is_absent() => {}
                outcome => return outcome,
            }
        }
        Err(EdgarError::not_found(format!("index page of {accession}")))
    }
}

#[derive(Default)]
struct Scan {
    form: String,
    number: String,
    heads: Vec<String>,
    infos: Vec<String>,
    filers: Vec<String>,
    rows: Vec<Row>,
    /// Whether the table at hand is the one of documents.
    documents: bool,
}

#[derive(Default)]
struct Row {
    cells: Vec<String>,
    href: Option<String>,
}

/// Reads an index page.
pub(crate) fn read(what: &str, page: &[u8]) -> Result<IndexPage, EdgarError> {
    let scan = scan(&decode(page))
        .map_err(|_| EdgarError::bad(what, "an index page that cannot be read"))?;
    let mut index = IndexPage {
        accession: scan
            .number
            .split_whitespace()
            .find_map(|word| word.parse().ok()),
        form: plain(&scan.form)
            .strip_prefix("Form ")
            .and_then(|form| form.parse().ok()),
        filers: scan.filers.iter().filter_map(|text| filer(text)).collect(),
        documents: scan.rows.iter().filter_map(document).collect(),
        ..IndexPage::default()
    };
    for (head, info) in scan.heads.iter().zip(&scan.infos) {
        let value = plain(info);
        match plain(head).as_str() {
            "Filing Date" => index.filed = value.parse().ok(),
            "Accepted" => index.accepted = value.replacen(' ', "T", 1).parse().ok(),
            "Period of Report" => index.period = value.parse().ok(),
            "Items" => index.items = items(info),
            _ => {}
        }
    }
    Ok(index)
}

fn scan(page: &str) -> Result<Scan, lol_html::errors::RewritingError> {
    let state = RefCell::new(Scan::default());
    let push = |list: fn(&mut Scan) -> &mut Vec<String>| {
        let state = &state;
        move |_: &mut Element<'_, '_>| {
            list(&mut state.borrow_mut()).push(String::new());
            Ok(())
        }
    };
    let append = |last: fn(&mut Scan) -> Option<&mut String>| {
        let state = &state;
        move |chunk: &mut TextChunk<'_>| {
            if let Some(text) = last(&mut state.borrow_mut()) {
                text.push_str(chunk.as_str());
            }
            Ok(())
        }
    };
    let href = |link: &mut Element<'_, '_>| {
        if let Some(row) = state.borrow_mut().row() {
            row.href = link.get_attribute("href");
        }
        Ok(())
    };
    let handlers = [
        text!("#formName strong", append(|s| Some(&mut s.form))),
        text!("#secNum", append(|s| Some(&mut s.number))),
        element!("div.infoHead", push(|s| &mut s.heads)),
        text!("div.infoHead", append(|s| s.heads.last_mut())),
        element!("div.info", push(|s| &mut s.infos)),
        text!("div.info", append(|s| s.infos.last_mut())),
        element!("div.info br", |_: &mut Element<'_, '_>| {
            state.borrow_mut().end_info_line();
            Ok(())
        }),
        element!("span.companyName", push(|s| &mut s.filers)),
        text!("span.companyName", append(|s| s.filers.last_mut())),
        element!("table.tableFile", |table: &mut Element<'_, '_>| {
            let summary = table.get_attribute("summary").unwrap_or_default();
            state.borrow_mut().documents = !summary.starts_with("Data");
            Ok(())
        }),
        element!("table.tableFile tr", |_: &mut Element<'_, '_>| {
            state.borrow_mut().start_row();
            Ok(())
        }),
        element!("table.tableFile td", |_: &mut Element<'_, '_>| {
            state.borrow_mut().start_cell();
            Ok(())
        }),
        text!("table.tableFile td", append(Scan::cell)),
        element!("table.tableFile td a[href]", href),
    ];
    let settings = handlers.into_iter().fold(
        RewriteStrSettings::new(),
        RewriteStrSettings::append_element_content_handler,
    );
    rewrite_str(page, settings)?;
    Ok(state.into_inner())
}

impl Scan {
    fn end_info_line(&mut self) {
        if let Some(info) = self.infos.last_mut() {
            info.push('\n');
        }
    }

    fn start_row(&mut self) {
        if self.documents {
            self.rows.push(Row::default());
        }
    }

    fn start_cell(&mut self) {
        if let Some(row) = self.row() {
            row.cells.push(String::new());
        }
    }

    /// The row at hand, unless it is one of data files.
    fn row(&mut self) -> Option<&mut Row> {
        self.rows.last_mut().filter(|_| self.documents)
    }

    fn cell(&mut self) -> Option<&mut String> {
        self.row()?.cells.last_mut()
    }
}

fn document(row: &Row) -> Option<IndexedDocument> {
    let cell = |at: usize| {
        row.cells
            .get(at)
            .map(|text| plain(text))
            .filter(|text| !text.is_empty())
    };
    // The row of headings has no `td`.
    (row.cells.len() >= 5).then(|| IndexedDocument {
        sequence: cell(0).and_then(|number| number.parse().ok()),
        description: cell(1),
        name: row
            .href
            .as_deref()
            .and_then(|href| href.rsplit('/').next())
            .filter(|name| !name.is_empty())
            .map(str::to_owned),
        doc_type: cell(3),
        size: cell(4).and_then(|size| size.parse().ok()),
    })
}

/// `NVIDIA CORP (Filer) CIK: 0001045810 (see all company filings)`
fn filer(text: &str) -> Option<(Cik, String)> {
    let text = plain(text);
    let (name, rest) = text.split_once("CIK")?;
    let cik = rest
        .split(|c: char| !c.is_ascii_digit())
        .find(|word| word.len() == 10)?
        .parse()
        .ok()?;
    let name = name.trim();
    let role = name.rfind(" (").unwrap_or(name.len());
    Some((cik, name.get(..role).unwrap_or(name).to_owned()))
}

/// `Item 5.02: Departure of …`, one a line.
fn items(info: &str) -> Vec<String> {
    info.lines()
        .filter_map(|line| {
            let (code, _) = line.trim().strip_prefix("Item ")?.split_once(':')?;
            Some(code.trim().to_owned())
        })
        .collect()
}
