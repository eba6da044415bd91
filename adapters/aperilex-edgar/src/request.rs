//! What is asked of EDGAR: one file of one host.

use aperilex_ports::{AccessionNumber, Cik};

use crate::error::EdgarError;

/// Which of SEC's hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Host {
    Www,
    Data,
    Efts,
}

impl Host {
    /// The host, and the folder of a mirror that stands for it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Www => "www.sec.gov",
            Self::Data => "data.sec.gov",
            Self::Efts => "efts.sec.gov",
        }
    }
}

/// What an answer must look like to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A JSON object or array.
    Json,
    /// Text that is no HTML page: an index file, a feed, an SGML header.
    Text,
    /// An HTML page of EDGAR's own.
    Page,
    /// A gzip file.
    Gzip,
    /// Any document of a filer.
    Document,
}

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) host: Host,
    /// Segments of the path, not yet percent-encoded.
    pub(crate) path: Vec<String>,
    /// Whether the path ends in a slash.
    pub(crate) directory: bool,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) shape: Shape,
    /// A cap of its own, in decoded bytes.
    pub(crate) limit: Option<u64>,
    /// Only this many bytes of the start are wanted.
    pub(crate) prefix: Option<usize>,
    pub(crate) retries: u32,
}

impl Request {
    /// A request for a path that is written by us or of checked parts.
    pub(crate) fn new(host: Host, path: &str, shape: Shape) -> Self {
        Self {
            host,
            path: path
                .split('/')
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect(),
            directory: path.ends_with('/'),
            query: Vec::new(),
            shape,
            limit: None,
            prefix: None,
            retries: 2,
        }
    }

    pub(crate) fn query(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.query.push((key, value.into()));
        self
    }

    pub(crate) const fn limit(mut self, bytes: u64) -> Self {
        self.limit = Some(bytes);
        self
    }

    pub(crate) const fn prefix(mut self, bytes: usize) -> Self {
        self.prefix = Some(bytes);
        self
    }

    pub(crate) const fn no_retry(mut self) -> Self {
        self.retries = 0;
        self
    }

    /// Host and path, for messages and as a cache key.
    pub(crate) fn what(&self) -> String {
        let mut what = format!("{}/{}", self.host.name(), self.path.join("/"));
        if self.directory {
            what.push('/');
        }
        for (i, (key, value)) in self.query.iter().enumerate() {
            what.push(if i == 0 { '?' } else { '&' });
            what.push_str(key);
            what.push('=');
            what.push_str(value);
        }
        what
    }
}

/// `/Archives/edgar/data/320193/000032019323000106`
pub(crate) fn folder_path(cik: Cik, accession: &AccessionNumber) -> String {
    format!("{}/{}", company_path(cik), accession.digits())
}

/// `/Archives/edgar/data/320193`
pub(crate) fn company_path(cik: Cik) -> String {
    format!("/Archives/edgar/data/{}", cik.number())
}

/// A file name as EDGAR lists it, once it is certain that it stays inside its folder.
pub(crate) fn checked_name(name: &str) -> Result<&str, EdgarError> {
    let lawful = |part: &str| !part.is_empty() && part != "." && part != "..";
    let plain = name.len() <= 255 && !name.chars().any(|c| c.is_control() || c == '\\');
    if plain && name.split('/').all(lawful) {
        Ok(name)
    } else {
        Err(EdgarError::bad(
            "a file name",
            format!("expected a name inside the filing's folder, got {name:?}"),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_leave_the_folder_are_refused() {
        for name in ["aapl-20240928.htm", "xslF345X05/doc4.xml", "a b.htm"] {
            assert!(checked_name(name).is_ok(), "{name}");
        }
        for name in [
            "",
            "..",
            "../x",
            "a/../../b",
            "/etc/passwd",
            "a\\b",
            "a//b",
            "a\n",
        ] {
            assert!(checked_name(name).is_err(), "{name}");
        }
    }
}
