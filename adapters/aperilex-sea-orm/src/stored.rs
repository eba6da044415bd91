//! Between the values of columns and those of the vocabulary.

use std::str::FromStr;

use aperilex_ports::Timestamp;

use crate::error::Unreadable;

/// Microseconds since 1970.
pub(crate) fn micros(time: Timestamp) -> i64 {
    time.as_microsecond()
}

/// The time as it will be read back.
pub(crate) fn rounded(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(micros(time)).unwrap_or(time)
}

pub(crate) fn time(what: &str, micros: i64) -> Result<Timestamp, Unreadable> {
    Timestamp::from_microsecond(micros).map_err(|_| unreadable(what, micros))
}

/// A word, digest, form type or the like.
pub(crate) fn word<T: FromStr>(what: &str, text: &str) -> Result<T, Unreadable> {
    text.parse().map_err(|_| unreadable(what, text))
}

/// A count that is narrower, or without a sign, in the vocabulary.
pub(crate) fn count<T: TryFrom<i64>>(what: &str, number: i64) -> Result<T, Unreadable> {
    number.try_into().map_err(|_| unreadable(what, number))
}

/// A count as stored; beyond what a column holds, it is that.
pub(crate) fn number(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}

pub(crate) fn unreadable(what: &str, value: impl std::fmt::Display) -> Unreadable {
    Unreadable(format!("{what} is {value}"))
}
