//! The items of each form: numbers, titles through the years, and since when they are asked for.

mod eight_k;
pub(crate) mod proxy;
pub(crate) mod s_1;
mod ten_k;
mod ten_ksb;
mod ten_q;
mod ten_qsb;
mod twenty_f;
mod twenty_f_old;

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
    /// First month (year × 100 + month) for which it is an item of the form: of the period's end, for
    /// current reports of the day they were filed.
    pub(crate) since: i32,
    /// Last one.
    pub(crate) until: i32,
    /// Whether it is missed where it is not found.
    pub(crate) asked: bool,
}

/// The dates that decide which items a form has.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Dates {
    /// End of the period reported on.
    pub(crate) period: Option<Date>,
    /// Day it was filed.
    pub(crate) filed: Option<Date>,
}

impl Dates {
    /// The month that decides for a form: the codes of current reports changed by the day of filing,
    /// everything else by period.
    pub(crate) fn month(self, family: FormFamily) -> Option<i32> {
        let date = if family == FormFamily::EightK {
            self.filed.or(self.period)
        } else {
            self.period.or(self.filed)
        };
        date.map(|date| i32::from(date.year()) * 100 + i32::from(date.month()))
    }
}

const ALWAYS: i32 = 0;
const FOREVER: i32 = i32::MAX;
/// For `since`: recognised at all times, but never missed.
const OPTIONAL: i32 = i32::MAX;

/// Filers begin with a new item up to a year early, and some keep an old one two years longer.
const EARLY: i32 = 100;
const LATE: i32 = 200;

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
        since: if since == OPTIONAL { ALWAYS } else { since },
        until,
        asked: since != OPTIONAL,
    }
}

/// An item that few filings have.
const fn rare(
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
        asked: false,
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

/// A lettered part of an item that readers ask for by itself. Its key is `3.D`, and its text lies inside
/// that of the item.
#[derive(Debug)]
pub(crate) struct SubItem {
    /// Part and number of the item it is in.
    pub(crate) of: (&'static str, &'static str),
    /// Its letter.
    pub(crate) letter: char,
    /// Titles the form has given it.
    pub(crate) titles: &'static [&'static str],
}

/// A list of items in canonical order.
#[derive(Debug)]
pub(crate) struct List {
    /// The items.
    pub(crate) items: &'static [Item],
    /// Whether the form divides items by letters: `Item 5A` is then a part of Item 5.
    pub(crate) is_lettered: bool,
    /// Those of the lettered parts that are found.
    pub(crate) sub_items: &'static [SubItem],
}

const fn list(items: &'static [Item]) -> List {
    List {
        items,
        is_lettered: false,
        sub_items: &[],
    }
}

const TWENTY_F: List = List {
    items: twenty_f::TWENTY_F,
    is_lettered: true,
    sub_items: twenty_f::SUB_ITEMS,
};

/// The lists of items that a form may follow: one, or two where it was in a time of change. None for
/// forms without numbered items.
pub(crate) fn lists(form: &FormType, month: Option<i32>) -> Vec<List> {
    let old_20_f = || list(twenty_f_old::TWENTY_F_OLD);
    match form.family() {
        FormFamily::TenK if form.is_small_business() => vec![list(ten_ksb::TEN_KSB)],
        FormFamily::TenK => vec![list(ten_k::TEN_K)],
        FormFamily::TenQ if form.is_small_business() => vec![list(ten_qsb::TEN_QSB)],
        FormFamily::TenQ => vec![list(ten_q::TEN_Q)],
        FormFamily::EightK => vec![list(eight_k::EIGHT_K)],
        FormFamily::TwentyF => match month {
            Some(month) if month < 199_909 => vec![old_20_f()],
            Some(month) if month >= 200_112 => vec![TWENTY_F],
            _ => vec![TWENTY_F, old_20_f()],
        },
        _ => Vec::new(),
    }
}

impl Item {
    /// Whether the form asked for it in `month`. Without a date only what was always asked for.
    pub(crate) fn is_asked(&self, month: Option<i32>) -> bool {
        let always = self.since == ALWAYS && self.until == FOREVER;
        self.asked && month.map_or(always, |month| (self.since..=self.until).contains(&month))
    }

    /// Whether a filing of `month` can have it, by the rules and what filers make of them. The codes
    /// of current reports changed in one day.
    pub(crate) fn is_lawful(&self, month: Option<i32>) -> bool {
        let current = self.part.is_empty();
        let (early, late) = if current { (0, 0) } else { (EARLY, LATE) };
        month.is_none_or(|month| {
            self.since.saturating_sub(early) <= month && month <= self.until.saturating_add(late)
        })
    }
}
