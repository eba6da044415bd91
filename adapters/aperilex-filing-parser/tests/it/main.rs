//! Integration tests of the filing parser.

mod container;
mod corpus;
mod facts;
mod hostile;
mod items;
mod properties;
mod support;
mod tables;
mod text;
