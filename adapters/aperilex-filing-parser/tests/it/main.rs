//! Integration tests of the filing parser.

mod corpus;
