//! Exact decimals, and the numbers in a text.

mod decimal;
mod tail;
mod token;
mod words;

pub(crate) use decimal::Decimal;
pub(crate) use token::{Kind, Number, Sign, Token, tokens};
