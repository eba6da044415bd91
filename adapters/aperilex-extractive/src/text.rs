//! From canonical text to sentences and their terms.

mod paragraphs;
mod prose;
mod sentences;
mod terms;

pub(crate) use paragraphs::{Layout, paragraphs};
pub(crate) use prose::{
    collapse, contains_any, is_boilerplate, is_lead, is_prose, is_quotable, marker, stands_alone,
};
pub(crate) use sentences::sentences;
pub(crate) use terms::Vocabulary;
