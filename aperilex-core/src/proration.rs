//! What of a month's credits is due for the rest of a month.

use aperilex_ports::{MicroUsd, Timestamp};

use crate::period::BillingPeriod;

/// The part of `amount` for what is left of the period at `now`, rounded down to the micro-dollar.
#[must_use]
pub(crate) fn rest_of(amount: MicroUsd, period: BillingPeriod, now: Timestamp) -> MicroUsd {
    let micros = |from: Timestamp, to: Timestamp| to.duration_since(from).as_micros().max(0);
    let whole = micros(period.start, period.end).max(1);
    let left = micros(now.max(period.start), period.end).min(whole);
    let part = i128::from(amount.micros()).saturating_mul(left) / whole;
    MicroUsd::new(i64::try_from(part).unwrap_or(amount.micros()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_is_that_of_the_time_left_rounded_down() {
        let period = BillingPeriod {
            start: "2026-11-01T00:00:00Z".parse().unwrap(),
            end: "2026-12-01T00:00:00Z".parse().unwrap(),
        };
        for (now, part) in [
            ("2026-10-31T00:00:00Z", 20_000_000),
            ("2026-11-01T00:00:00Z", 20_000_000),
            ("2026-11-16T00:00:00Z", 10_000_000),
            ("2026-11-30T23:59:59Z", 7),
            ("2026-11-30T23:59:59.999999Z", 0),
            ("2026-12-01T00:00:00Z", 0),
            ("2027-01-01T00:00:00Z", 0),
        ] {
            let rest = rest_of(MicroUsd::new(20_000_000), period, now.parse().unwrap());
            assert_eq!(rest, MicroUsd::new(part), "{now}");
        }
        let least = rest_of(MicroUsd::new(1), period, period.start);
        assert_eq!(least, MicroUsd::new(1));
        let most = rest_of(MicroUsd::new(i64::MAX), period, period.start);
        assert_eq!(most, MicroUsd::new(i64::MAX));
    }
}
