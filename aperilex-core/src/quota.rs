//! The windows a plan counts requests in.

use std::time::Duration;

use aperilex_ports::QuotaWindow;

use crate::settings::{AccountRules, Settings};
use crate::tier::TierPlan;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The windows in which passwords are tried for an address.
pub(crate) fn of_passwords(rules: &AccountRules) -> [QuotaWindow; 2] {
    let window = |name, length, limit| QuotaWindow {
        name,
        length,
        limit,
    };
    let short = Duration::from_secs(rules.password_window_s);
    [
        window("passwords", short, rules.password_tries),
        window("passwords a day", DAY, rules.password_tries_per_day),
    ]
}

/// The windows in which an address gets letters of one kind.
pub(crate) fn of_letters(rules: &AccountRules) -> Vec<QuotaWindow> {
    let window = |name, length, limit| QuotaWindow {
        name,
        length,
        limit,
    };
    vec![
        window("letters a minute", MINUTE, 1),
        window("letters a day", DAY, rules.letters_per_day),
    ]
}

/// The longest window in which anything is counted: what left it counts nowhere.
pub(crate) fn longest(settings: &Settings) -> Duration {
    DAY.max(Duration::from_secs(settings.conduct.window_s))
}

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
