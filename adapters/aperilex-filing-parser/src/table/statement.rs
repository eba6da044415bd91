//! Which tables are the primary financial statements: by the facts that lie in them, else by the
//! labels of their rows and the titles above.

use aperilex_ports::model::{Fact, Statement, Table};

use crate::text::Page;

mod labels;
mod signs;

use signs::{Signs, facts_by_place};

/// Text between the pages of one statement is at most this long.
const MAX_GAP: usize = 900;
/// A statement has at most this many pages.
const MAX_PAGES: usize = 4;

const KINDS: [Statement; 5] = [
    Statement::BalanceSheet,
    Statement::IncomeStatement,
    Statement::ComprehensiveIncome,
    Statement::CashFlows,
    Statement::Equity,
];

/// Names the primary statements among the tables of a filing: one of each kind, with its pages.
pub(crate) fn assign(
    tables: &mut [Table],
    titles: &[String],
    facts: &[Fact],
    pages: &[Option<Page<'_>>],
) {
    let by_place = facts_by_place(facts);
    let by_facts: Vec<Signs> = tables
        .iter()
        .map(|table| Signs::of_facts(table, &by_place))
        .collect();
    let told = by_facts.iter().any(|signs| signs.size > 0);
    // Filers of inline XBRL tag their statements.
    let signs = if told {
        by_facts
    } else {
        labels::read(tables, titles, pages)
    };
    let mut chosen: Vec<(usize, Statement)> = Vec::new();
    for kind in KINDS {
        if let Some(found) = best(tables, &signs, kind, told) {
            let (first, last) = with_pages(tables, &signs, kind, found);
            chosen.extend((first..=last).map(|at| (at, kind)));
        }
    }
    for (at, kind) in chosen {
        if let Some(table) = tables.get_mut(at)
            && table.statement.is_none()
        {
            table.statement = Some(kind);
        }
    }
}

/// The run of tables that is most fully the statement of a kind: first and last.
fn best(
    tables: &[Table],
    signs: &[Signs],
    kind: Statement,
    by_facts: bool,
) -> Option<(usize, usize)> {
    // Where titles speak of the kind, the rest are excerpts. Of those that are about as full the first
    // is the one of the whole.
    let mut best: Option<((usize, usize), (bool, usize))> = None;
    for first in 0..signs.len() {
        let Some(run) = run(tables, signs, (kind, by_facts), first) else {
            continue;
        };
        let pages = signs.get(run.0..=run.1).unwrap_or_default();
        let size: usize = pages.iter().map(|signs| signs.size).sum();
        let titled = pages.iter().any(|signs| signs.is_titled(kind));
        let fuller = |(known_titled, known): (bool, usize)| {
            titled && !known_titled || titled == known_titled && size > known + known / 4
        };
        if size > 0 && best.is_none_or(|(_, known)| fuller(known)) {
            best = Some((run, (titled, size)));
        }
    }
    best.map(|(run, _)| run)
}

/// The shortest run from `first` on that has all that the statement must have.
fn run(
    tables: &[Table],
    signs: &[Signs],
    (kind, by_facts): (Statement, bool),
    first: usize,
) -> Option<(usize, usize)> {
    let mut all = Signs::default();
    for last in first..(first + MAX_PAGES).min(signs.len()) {
        let next = signs.get(last)?;
        // Pages of one statement are none of another, and none is whole.
        let page = next.may_be(kind) && !next.is_of_another(kind);
        let whole = last > first && (!follows(tables, last) || next.is(kind));
        if !page || whole {
            return None;
        }
        all = all.and(next);
        // A statement of several pages has its title on the first.
        let begins = last == first || by_facts || signs.get(first)?.is_titled(kind);
        if all.is(kind) && begins && (all.is_titled(kind) || all.is_by_itself(kind) || by_facts) {
            return Some((first, last));
        }
    }
    None
}

/// Whether a table stands close behind the one before.
fn follows(tables: &[Table], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tables.get(before));
    let (Some(before), Some(table)) = (before, tables.get(at)) else {
        return false;
    };
    let gap = table.range.start.checked_sub(before.range.end);
    before.document == table.document && gap.is_some_and(|gap| gap <= MAX_GAP)
}

/// The run with the pages before and behind that go on with it.
fn with_pages(
    tables: &[Table],
    signs: &[Signs],
    kind: Statement,
    (mut first, mut last): (usize, usize),
) -> (usize, usize) {
    let goes_on = |at: usize| signs.get(at).is_some_and(|signs| signs.goes_on(kind));
    while last - first < MAX_PAGES && follows(tables, last + 1) && goes_on(last + 1) {
        last += 1;
    }
    while last - first < MAX_PAGES && first > 0 && follows(tables, first) && goes_on(first - 1) {
        first -= 1;
    }
    (first, last)
}
