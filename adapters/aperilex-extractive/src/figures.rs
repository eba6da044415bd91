//! Figures: facts of the right period, their change, and rows where there are no facts.

mod concepts;
mod decimal;
mod facts;
mod period;
mod rows;

pub(crate) use concepts::{METRICS, Metric, RECEIVABLES};
pub(crate) use facts::{Facts, Reading};
pub(crate) use rows::rows;
