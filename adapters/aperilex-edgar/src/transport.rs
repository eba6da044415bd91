//! How a request is answered: over HTTP or from a mirror folder.

mod answer;
mod folder;
mod http;
mod listing;
mod resolver;

use bytes::Bytes;

use crate::config::{ConfigError, Settings};
use crate::error::EdgarError;
use crate::request::Request;

pub(crate) use folder::FolderTransport;
pub(crate) use http::HttpTransport;

/// What lets a later request be answered with "not modified".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Validators {
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
}

impl Validators {
    pub(crate) const fn is_empty(&self) -> bool {
        self.etag.is_none() && self.last_modified.is_none()
    }
}

/// A good answer.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// The body, checked against the shape that was asked for.
    Body {
        bytes: Bytes,
        validators: Validators,
    },
    /// What the validators stood for still holds.
    NotModified,
}

#[derive(Debug)]
pub(crate) enum Transport {
    Http(Box<HttpTransport>),
    Folder(FolderTransport),
}

impl Transport {
    pub(crate) fn new(settings: &Settings) -> Result<Self, ConfigError> {
        match &settings.folder {
            Some(folder) => Ok(Self::Folder(FolderTransport::new(
                folder.clone(),
                settings.max_document_bytes,
            ))),
            None => HttpTransport::new(settings).map(|http| Self::Http(Box::new(http))),
        }
    }

    pub(crate) async fn get(
        &self,
        request: &Request,
        known: &Validators,
    ) -> Result<Answer, EdgarError> {
        match self {
            Self::Http(http) => http.get(request, known).await,
            Self::Folder(folder) => folder.get(request).await,
        }
    }

    /// Whether answers cost a request; those of a folder are not worth keeping.
    pub(crate) const fn is_remote(&self) -> bool {
        matches!(self, Self::Http(_))
    }
}

#[cfg(test)]
pub(crate) use answer::check_body;
pub(crate) use listing::hrefs;
