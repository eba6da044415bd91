//! Contexts and units of an XBRL instance.

use std::sync::Arc;

use aperilex_ports::model::Period;
use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime};

use crate::text::attr::Attributes;

/// Dimensions of a context; a fact with more would be one that no taxonomy has.
const MAX_DIMENSIONS: usize = 32;

/// What a fact's context says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Context {
    /// Its period; none for `forever` or one that cannot be read.
    pub(crate) period: Option<Period>,
    /// Axis and member, sorted by axis.
    pub(crate) dimensions: Arc<[(Arc<str>, Arc<str>)]>,
    /// It has more dimensions than are taken, so it does not say what its facts are about.
    pub(crate) overfull: bool,
}

/// A unit as `measure` or `numerator/denominator`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unit(pub(crate) Arc<str>);

/// Reads contexts and units element by element.
#[derive(Debug, Default)]
pub(crate) struct ContextReader<'a> {
    id: Option<&'a [u8]>,
    dimensions: Vec<(String, String)>,
    dimension: &'a [u8],
    overfull: bool,
    start: Option<Date>,
    end: Option<Date>,
    instant: Option<Date>,
    numerator: Vec<String>,
    denominator: Vec<String>,
    in_denominator: bool,
    content: usize,
}

impl<'a> ContextReader<'a> {
    /// An element starts, its content at `content`.
    pub(crate) fn open(&mut self, local: &[u8], attributes: Attributes<'a>, content: usize) {
        self.content = content;
        let is = |name: &str| local.eq_ignore_ascii_case(name.as_bytes());
        if is("context") || is("unit") {
            *self = Self {
                id: attributes.get("id"),
                content,
                ..Self::default()
            };
        } else if is("explicitMember") || is("typedMember") {
            self.dimension = attributes.get("dimension").unwrap_or_default();
        } else if is("unitDenominator") {
            self.in_denominator = true;
        }
    }

    /// An element with content of its own ends at `raw` of `src`.
    pub(crate) fn close(&mut self, local: &[u8], src: &[u8], raw: usize) {
        let is = |name: &str| local.eq_ignore_ascii_case(name.as_bytes());
        let content = || plain(src.get(self.content..raw).unwrap_or_default());
        if is("startDate") {
            self.start = date(&content(), false);
        } else if is("endDate") {
            self.end = date(&content(), true);
        } else if is("instant") {
            self.instant = date(&content(), true);
        } else if is("explicitMember") || is("typedMember") {
            if self.dimensions.len() < MAX_DIMENSIONS {
                let axis = String::from_utf8_lossy(self.dimension).into_owned();
                let member = content();
                self.dimensions.push((axis, member));
            } else {
                self.overfull = true;
            }
        } else if is("measure") {
            let measure = content();
            let list = if self.in_denominator {
                &mut self.denominator
            } else {
                &mut self.numerator
            };
            list.push(measure);
        } else if is("unitDenominator") {
            self.in_denominator = false;
        }
        // What was read once is not read again for a further end tag.
        self.content = raw;
    }

    /// The context that `local` ends, if it ends one.
    pub(crate) fn close_context(&mut self, local: &[u8]) -> Option<(&'a [u8], Context)> {
        if !local.eq_ignore_ascii_case(b"context") {
            return None;
        }
        let done = std::mem::take(self);
        let mut dimensions = done.dimensions;
        dimensions.sort();
        let period = match (done.instant, done.start, done.end) {
            (Some(instant), ..) => Some(Period::Instant { instant }),
            (None, Some(start), Some(end)) => Some(Period::Duration { start, end }),
            _ => None,
        };
        let context = Context {
            period,
            dimensions: dimensions
                .into_iter()
                .map(|(axis, member)| (axis.into(), member.into()))
                .collect(),
            overfull: done.overfull,
        };
        Some((done.id?, context))
    }

    /// The unit that `local` ends, if it ends one.
    pub(crate) fn close_unit(&mut self, local: &[u8]) -> Option<(&'a [u8], Unit)> {
        if !local.eq_ignore_ascii_case(b"unit") {
            return None;
        }
        let done = std::mem::take(self);
        let mut unit = done.numerator.join("*");
        if !done.denominator.is_empty() {
            unit.push('/');
            unit.push_str(&done.denominator.join("*"));
        }
        Some((done.id?, Unit(unit.into())))
    }
}

/// The text of a piece of source without its tags.
fn plain(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(open) = memchr::memchr(b'<', rest) {
        out.extend_from_slice(rest.get(..open).unwrap_or_default());
        let tag = rest.get(open..).unwrap_or_default();
        let close = memchr::memchr(b'>', tag).map_or(tag.len(), |at| at + 1);
        rest = tag.get(close..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    String::from_utf8_lossy(out.trim_ascii()).into_owned()
}

/// A day. XBRL reads the time 00:00 at an end or instant as the end of the day before.
fn date(text: &str, is_end: bool) -> Option<Date> {
    if let Ok(date) = text.parse::<Date>()
        && !text.contains('T')
    {
        return Some(date);
    }
    let text = text.trim_end_matches('Z');
    let moment: DateTime = text.parse().ok()?;
    let midnight = moment.time() == jiff::civil::Time::midnight();
    if is_end && midnight {
        return moment.date().checked_sub(1.day()).ok();
    }
    Some(moment.date())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn midnight_ends_the_day_before() {
        let day = |y, m, d| Some(jiff::civil::date(y, m, d));
        assert_eq!(date("2024-12-31", true), day(2024, 12, 31));
        assert_eq!(date("2025-01-01T00:00:00", true), day(2024, 12, 31));
        assert_eq!(date("2025-01-01T00:00:00", false), day(2025, 1, 1));
        assert_eq!(date("soon", true), None);
    }

    #[test]
    fn typed_members_lose_their_tags() {
        assert_eq!(plain(b" <a:Tranche> Class A-1 </a:Tranche> "), "Class A-1");
    }
}
