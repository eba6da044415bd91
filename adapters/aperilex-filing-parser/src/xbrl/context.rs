//! Contexts and units of an XBRL instance.

use std::sync::Arc;

use aperilex_ports::model::Period;
use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime};

use crate::encoding::Charset;
use crate::text::{self, attr::Attributes};

use super::ids::IdMap;
use super::xml::{XmlTag, XmlTags};

/// Dimensions of a context; a fact with more would be one that no taxonomy has.
const MAX_DIMENSIONS: usize = 32;

/// Axis and member pairs.
pub(crate) type Dimensions = Arc<[(Arc<str>, Arc<str>)]>;

/// What a fact's context says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Context {
    /// Its period; none for `forever` or one that cannot be read.
    pub(crate) period: Option<Period>,
    /// Axis and member, sorted by axis.
    pub(crate) dimensions: Dimensions,
    /// What the pairs take.
    pub(crate) bytes: usize,
    /// Scheme and identifier of the entity.
    pub(crate) entity: Option<Box<str>>,
    /// It has more dimensions than are taken, so it does not say what its facts are about.
    pub(crate) overfull: bool,
    /// Its segment or scenario says more than dimensions can.
    pub(crate) foreign: bool,
}

/// Whether a name is `known`, in whatever case.
fn is(local: &[u8], known: &str) -> bool {
    local.eq_ignore_ascii_case(known.as_bytes())
}

/// Names of axes and members, each once: contexts repeat them.
pub(crate) type Names<'a> = IdMap<&'a [u8], Arc<str>>;

/// The context with this content.
pub(crate) fn read<'a>(content: &'a [u8], charset: Charset, names: &mut Names<'a>) -> Context {
    let mut reader = Reader::new(content, charset, names);
    let mut inner: Option<XmlTag<'_>> = None;
    for tag in XmlTags::new(content) {
        // Inside a typed member everything is its value.
        match &inner {
            Some(open) if tag.end && tag.local == open.local => {
                reader.close(open, tag.from);
                inner = None;
            }
            Some(open) if is(open.local, "typedMember") => {}
            _ if tag.end => {
                // A member that does not end is one that cannot be read.
                reader.foreign |= inner.take().is_some();
                reader.end(tag.local);
            }
            _ => inner = reader.open(tag),
        }
    }
    reader.foreign |= inner.is_some();
    reader.done()
}

struct Reader<'n, 'a> {
    content: &'a [u8],
    names: &'n mut Names<'a>,
    charset: Charset,
    dimensions: Vec<(Arc<str>, Arc<str>)>,
    in_segment: bool,
    overfull: bool,
    foreign: bool,
    entity: Option<Box<str>>,
    start: Option<Date>,
    end: Option<Date>,
    instant: Option<Date>,
}

impl<'n, 'a> Reader<'n, 'a> {
    const fn new(content: &'a [u8], charset: Charset, names: &'n mut Names<'a>) -> Self {
        Self {
            content,
            names,
            charset,
            dimensions: Vec::new(),
            in_segment: false,
            overfull: false,
            foreign: false,
            entity: None,
            start: None,
            end: None,
            instant: None,
        }
    }

    /// A tag starts. Answers it if its content is a value.
    fn open(&mut self, tag: XmlTag<'a>) -> Option<XmlTag<'a>> {
        let member = is(tag.local, "explicitMember") || is(tag.local, "typedMember");
        if member {
            if tag.empty {
                self.close(&tag, tag.to);
                return None;
            }
            return Some(tag);
        }
        if is(tag.local, "segment") || is(tag.local, "scenario") {
            self.in_segment = !tag.empty;
            return None;
        }
        if self.in_segment {
            self.foreign = true;
            return None;
        }
        let value = ["identifier", "startDate", "endDate", "instant"];
        (!tag.empty && value.iter().any(|name| is(tag.local, name))).then_some(tag)
    }

    /// The element of a value ends at `end`.
    fn close(&mut self, tag: &XmlTag<'a>, end: usize) {
        let raw = self.content.get(tag.to..end).unwrap_or_default();
        if is(tag.local, "explicitMember") || is(tag.local, "typedMember") {
            self.dimension(&tag.attributes, raw);
            return;
        }
        let value = plain(raw, self.charset);
        if is(tag.local, "startDate") {
            self.start = date(&value, false);
        } else if is(tag.local, "endDate") {
            self.end = date(&value, true);
        } else if is(tag.local, "instant") {
            self.instant = date(&value, true);
        } else {
            let scheme = tag.attributes.get("scheme").unwrap_or_default();
            let scheme = String::from_utf8_lossy(scheme);
            // EDGAR's keys are written with and without zeros in front.
            let key = value.trim_start_matches('0');
            self.entity = Some(format!("{} {key}", scheme.trim()).into());
        }
    }

    fn dimension(&mut self, attributes: &Attributes<'a>, raw: &'a [u8]) {
        if self.dimensions.len() >= MAX_DIMENSIONS {
            self.overfull = true;
            return;
        }
        let axis = attributes.get("dimension").unwrap_or_default();
        let axis = self.name(axis);
        let member = self.name(raw);
        self.dimensions.push((axis, member));
    }

    fn name(&mut self, raw: &'a [u8]) -> Arc<str> {
        let charset = self.charset;
        let known = self.names.entry(raw.trim_ascii());
        Arc::clone(known.or_insert_with(|| plain(raw, charset).into()))
    }

    fn end(&mut self, local: &[u8]) {
        if is(local, "segment") || is(local, "scenario") {
            self.in_segment = false;
        }
    }

    fn done(mut self) -> Context {
        self.dimensions.sort();
        let period = match (self.instant, self.start, self.end) {
            (Some(instant), ..) => Some(Period::Instant { instant }),
            (None, Some(start), Some(end)) => Some(Period::Duration { start, end }),
            _ => None,
        };
        let pair = |(axis, member): &(Arc<str>, Arc<str>)| {
            size_of::<(Arc<str>, Arc<str>)>() + axis.len() + member.len()
        };
        Context {
            period,
            bytes: self.dimensions.iter().map(pair).sum(),
            dimensions: self.dimensions.into(),
            entity: self.entity,
            overfull: self.overfull,
            foreign: self.foreign,
        }
    }
}

/// The unit with this content, as `measure` or `numerator/denominator`.
pub(crate) fn unit(content: &[u8], charset: Charset) -> Arc<str> {
    let (mut numerator, mut denominator) = (Vec::new(), Vec::new());
    let mut below = false;
    let mut start = None;
    for tag in XmlTags::new(content) {
        if is(tag.local, "unitDenominator") {
            below = !tag.end;
        } else if is(tag.local, "measure") && !tag.end {
            start = Some(tag.to);
        } else if is(tag.local, "measure")
            && let Some(start) = start.take()
        {
            let raw = content.get(start..tag.from).unwrap_or_default();
            let list = if below {
                &mut denominator
            } else {
                &mut numerator
            };
            list.push(plain(raw, charset));
        }
    }
    let mut unit = numerator.join("*");
    if !denominator.is_empty() {
        unit.push('/');
        unit.push_str(&denominator.join("*"));
    }
    unit.into()
}

/// The words of a piece of source, without its tags.
fn plain(bytes: &[u8], charset: Charset) -> String {
    let bytes = bytes.trim_ascii();
    let markup = |b: &u8| matches!(b, b'<' | b'&' | 0x80..) || b.is_ascii_whitespace();
    if bytes.iter().any(markup) {
        return text::fragment(bytes, charset);
    }
    String::from_utf8_lossy(bytes).into_owned()
}

/// A day. XBRL reads the time 00:00 at an end or instant as the end of the day before.
fn date(text: &str, is_end: bool) -> Option<Date> {
    let (day, time) = text.split_at_checked(10).unwrap_or((text, ""));
    let date = ymd(day.as_bytes())?;
    let Some(time) = time.strip_prefix('T') else {
        return Some(date);
    };
    if time.starts_with("24:00:00") {
        return Some(date);
    }
    let time = time.get(..8)?;
    let moment: DateTime = format!("{day}T{time}").parse().ok()?;
    if is_end && moment.time() == jiff::civil::Time::midnight() {
        return date.checked_sub(1.day()).ok();
    }
    Some(date)
}

/// `2024-12-31`
fn ymd(bytes: &[u8]) -> Option<Date> {
    let &[a, b, c, d, b'-', e, f, b'-', g, h] = bytes else {
        return None;
    };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_i16, |number, b| {
            b.is_ascii_digit()
                .then(|| number * 10 + i16::from(*b - b'0'))
        })
    };
    let (year, month, day) = (number(&[a, b, c, d])?, number(&[e, f])?, number(&[g, h])?);
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn midnight_ends_the_day_before() {
        let day = |y, m, d| Some(jiff::civil::date(y, m, d));
        assert_eq!(date("2024-12-31", true), day(2024, 12, 31));
        assert_eq!(date("2024-12-31Z", true), day(2024, 12, 31));
        assert_eq!(date("2025-01-01T00:00:00", true), day(2024, 12, 31));
        assert_eq!(date("2024-12-31T24:00:00", true), day(2024, 12, 31));
        assert_eq!(date("2025-01-01T00:00:00Z", false), day(2025, 1, 1));
        assert_eq!(date("soon", true), None);
        assert_eq!(date("2024-13-01", true), None);
    }

    fn context(content: &str) -> Context {
        read(content.as_bytes(), Charset::Utf8, &mut Names::default())
    }

    #[test]
    fn typed_members_lose_their_tags() {
        let context = context(
            "<entity><identifier scheme='s'>1</identifier><segment>\
             <xbrldi:typedMember dimension='a:Tranche'> <a:T> Class A&amp;1 </a:T> </xbrldi:typedMember>\
             <xbrldi:typedMember dimension='a:Nil'/></segment></entity>",
        );
        let pairs: Vec<_> = context
            .dimensions
            .iter()
            .map(|(a, m)| (&**a, &**m))
            .collect();
        assert_eq!(pairs, [("a:Nil", ""), ("a:Tranche", "Class A&1")]);
        assert!(!context.foreign);
        assert_eq!(context.entity.as_deref(), Some("s 1"));
    }

    #[test]
    fn a_segment_may_say_more_than_dimensions() {
        for content in [
            "<entity><segment><a:Region>East</a:Region></segment></entity>",
            "<scenario><a:Budget/></scenario>",
            "<segment><x:explicitMember dimension='a:A'>a:M</segment>",
        ] {
            let context = context(content);
            assert!(context.foreign && context.dimensions.is_empty());
        }
    }

    #[test]
    fn units_multiply_and_divide() {
        for (content, expected) in [
            ("<measure> iso4217:USD </measure>", "iso4217:USD"),
            (
                "<x:divide><x:unitNumerator><x:measure>a:m</x:measure><x:measure>a:n</x:measure></x:unitNumerator>\
                 <x:unitDenominator><x:measure>a:s</x:measure></x:unitDenominator></x:divide>",
                "a:m*a:n/a:s",
            ),
            ("", ""),
        ] {
            assert_eq!(&*unit(content.as_bytes(), Charset::Utf8), expected);
        }
    }
}
