//! What goes over the wire: documents apart from what is stored, so that nothing is told by accident.

pub(crate) mod account;
pub(crate) mod admin;
pub(crate) mod analysis;
pub(crate) mod billing;
pub(crate) mod content;
pub(crate) mod cursor;
pub(crate) mod figures;
pub(crate) mod filing;
pub(crate) mod import;
pub(crate) mod order;
pub(crate) mod payload;
pub(crate) mod quote;
pub(crate) mod request;
pub(crate) mod strict;
pub(crate) mod task;
pub(crate) mod text;
