//! The windows a plan counts requests in.

use std::time::Duration;

use aperilex_ports::QuotaWindow;

use crate::tier::TierPlan;

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The windows of a plan; none if it is unlimited.
pub(crate) fn windows(plan: &TierPlan) -> Vec<QuotaWindow> {
    let window = |name, length| {
        move |limit| QuotaWindow {
            name,
            length,
            limit,
        }
    };
    let hour = plan.requests_per_hour.map(window("hour", HOUR));
    let day = plan.requests_per_day.map(window("day", DAY));
    hour.into_iter().chain(day).collect()
}
