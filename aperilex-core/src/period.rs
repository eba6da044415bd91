//! Months of an account: from one reset day to the next.

use aperilex_ports::Timestamp;
use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The span between two reset days, its end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BillingPeriod {
    /// The first moment.
    pub start: Timestamp,
    /// The first moment of the next.
    pub end: Timestamp,
}

impl BillingPeriod {
    /// The period of an account made at `anchor` that `now` is in. Reset days are counted from the
    /// anchor itself, so that a month too short for its day does not move the days after it: the 31st of
    /// January, the 28th of February, the 31st of March. Days begin at midnight UTC.
    #[must_use]
    pub fn of(anchor: Timestamp, now: Timestamp) -> Self {
        let first = anchor.to_zoned(TimeZone::UTC).date();
        let today = now.max(anchor).to_zoned(TimeZone::UTC).date();
        let years = i32::from(today.year()) - i32::from(first.year());
        let mut months = years * 12 + i32::from(today.month()) - i32::from(first.month());
        if reset(first, months) > today {
            months -= 1;
        }
        Self {
            start: midnight(reset(first, months)),
            end: midnight(reset(first, months + 1)),
        }
    }

    /// A month of the calendar, in UTC.
    #[must_use]
    pub fn month(first: Date) -> Self {
        let first = first.first_of_month();
        Self {
            start: midnight(first),
            end: midnight(reset(first, 1)),
        }
    }
}

/// The reset day so many months behind the first.
fn reset(first: Date, months: i32) -> Date {
    first.saturating_add(months.months())
}

pub(crate) fn midnight(date: Date) -> Timestamp {
    let zoned = date.to_zoned(TimeZone::UTC);
    zoned.map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reset_days_are_counted_from_the_first() {
        for (anchor, now, start, end) in [
            (
                "2026-01-31T15:00:00Z",
                "2026-01-31T15:00:00Z",
                "2026-01-31",
                "2026-02-28",
            ),
            (
                "2026-01-31T15:00:00Z",
                "2026-02-28T00:00:00Z",
                "2026-02-28",
                "2026-03-31",
            ),
            (
                "2026-01-31T15:00:00Z",
                "2026-03-30T23:59:59Z",
                "2026-02-28",
                "2026-03-31",
            ),
            (
                "2026-01-31T15:00:00Z",
                "2026-03-31T00:00:00Z",
                "2026-03-31",
                "2026-04-30",
            ),
            (
                "2027-12-31T00:00:00Z",
                "2028-02-29T12:00:00Z",
                "2028-02-29",
                "2028-03-31",
            ),
            (
                "2026-11-15T09:00:00Z",
                "2027-01-14T09:00:00Z",
                "2026-12-15",
                "2027-01-15",
            ),
            (
                "2026-11-15T09:00:00Z",
                "2026-11-01T09:00:00Z",
                "2026-11-15",
                "2026-12-15",
            ),
        ] {
            let period = BillingPeriod::of(anchor.parse().unwrap(), now.parse().unwrap());
            let day = |time: Timestamp| time.to_zoned(TimeZone::UTC).date().to_string();
            assert_eq!(
                (day(period.start), day(period.end)),
                (start.into(), end.into()),
                "{now}"
            );
        }
    }

    #[test]
    fn a_month_is_of_the_calendar() {
        let month = BillingPeriod::month("2026-02-17".parse().unwrap());
        assert_eq!(month.start, "2026-02-01T00:00:00Z".parse().unwrap());
        assert_eq!(month.end, "2026-03-01T00:00:00Z".parse().unwrap());
    }
}
