//! The items of each form: numbers, titles through the years, and since when they are asked for.

mod eight_k;
pub(crate) mod proxy;
pub(crate) mod s_1;
mod ten_k;
mod ten_q;
mod twenty_f;

use aperilex_ports::model::{FormFamily, FormType};
use jiff::civil::Date;

/// An item of a form.
#[derive(Debug)]
pub(crate) struct Item {
    /// Part, as a Roman numeral, or empty.
    pub(crate) part: &'static str,
    /// Number.
    pub(crate) number: &'static str,
    /// Titles the form has given it, the current one first.
    pub(crate) titles: &'static [&'static str],
    /// First period end (year × 100 + month) for which the form asks for it.
    pub(crate) since: i32,
    /// Last one.
    pub(crate) until: i32,
}

const ALWAYS: i32 = 0;
const FOREVER: i32 = i32::MAX;
/// Recognised, but never missed.
const OPTIONAL: i32 = i32::MAX;

const fn item(
    part: &'static str,
    number: &'static str,
    titles: &'static [&'static str],
    since: i32,
    until: i32,
) -> Item {
    Item {
        part,
        number,
        titles,
        since,
        until,
    }
}

const MDA: &str =
    "Management's Discussion and Analysis of Financial Condition and Results of Operations";
const MARKET_RISK: &str = "Quantitative and Qualitative Disclosures About Market Risk";
const VOTE: &str = "Submission of Matters to a Vote of Security Holders";
const MINE: &str = "Mine Safety Disclosures";
const CONTROLS: &str = "Controls and Procedures";
const EXHIBITS: &str = "Exhibits, Financial Statement Schedules, and Reports on Form 8-K";
const EXHIBITS_NOW: &str = "Exhibits and Financial Statement Schedules";
const FEES: &str = "Principal Accountant Fees and Services";

/// The items of a form in canonical order; none for forms without numbered items.
pub(crate) fn of(form: &FormType) -> &'static [Item] {
    match form.family() {
        FormFamily::TenK => ten_k::TEN_K,
        FormFamily::TenQ => ten_q::TEN_Q,
        FormFamily::EightK => eight_k::EIGHT_K,
        FormFamily::TwentyF => twenty_f::TWENTY_F,
        _ => &[],
    }
}

impl Item {
    /// Whether the form asked for it in a report for a period that ended on `end`. Without a date
    /// only what was always asked for.
    pub(crate) fn is_asked(&self, end: Option<Date>) -> bool {
        let Some(end) = end else {
            return self.since == ALWAYS && self.until == FOREVER;
        };
        let month = i32::from(end.year()) * 100 + i32::from(end.month());
        self.since <= month && month <= self.until && self.since != OPTIONAL
    }
}
