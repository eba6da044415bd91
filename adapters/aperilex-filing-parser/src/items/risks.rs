//! Single risks of the risk factors, told apart by how their headings are set.
//!
//! Every filer sets its headings in one way: whole paragraphs in bold or italic type, or the first words of
//! a paragraph. The way with the most headings that have a text below them is taken; headings without one
//! that stand in front of others are those of groups. Lists of risks in front have no texts, so give none.

mod learn;
mod para;

use std::ops::Range;

use aperilex_ports::model::{FormFamily, ItemKey, RiskFactor, Section, TextRange};

use super::lines::Lines;
use super::section::trim;
use learn::Habit;
use para::Para;

/// Share of a section's text, in percent, that its risks hold; with less the headings were others.
const MIN_SHARE: usize = 30;
/// An introduction below a group's heading is at most this long.
const MAX_INTRODUCTION: usize = 2500;

/// The single risks of a form's risk factors.
pub(crate) fn read(family: FormFamily, lines: &Lines<'_>, sections: &[Section]) -> Vec<RiskFactor> {
    let Some(section) = source(family, sections) else {
        return Vec::new();
    };
    let range = if family == FormFamily::TwentyF && section.key.item == "3" {
        part_d(lines, &section.range)
    } else {
        Some(section.range.clone())
    };
    range.map_or_else(Vec::new, |range| split(lines, section, &range))
}

/// The section that holds the risk factors.
fn source(family: FormFamily, sections: &[Section]) -> Option<&Section> {
    let keys: &[(&str, &str)] = match family {
        FormFamily::TenK => &[("I", "1A")],
        FormFamily::TenQ => &[("II", "1A")],
        FormFamily::TwentyF => &[("I", "3.D"), ("I", "3D"), ("I", "3")],
        FormFamily::S1 | FormFamily::Proxy => &[("", "risk-factors")],
        _ => &[],
    };
    let of = |key: &(&str, &str)| {
        let is_it = |s: &&Section| s.key == ItemKey::new(key.0, key.1) && !s.range.is_empty();
        sections.iter().find(is_it)
    };
    keys.iter().find_map(of)
}

/// `D. Risk Factors` of an annual report's third item.
fn part_d(lines: &Lines<'_>, range: &Range<usize>) -> Option<Range<usize>> {
    let first = lines.at(range.start);
    let heading = (first..lines.len())
        .take_while(|at| lines.start(*at) < range.end)
        .find(|at| is_part_d(lines.get(*at)))?;
    Some(lines.start(heading + 1)..range.end).filter(|range| range.start < range.end)
}

fn is_part_d(line: &str) -> bool {
    if line.len() > 40 || super::contents::ends_in_page(line) {
        return false;
    }
    let letters: String = line
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    let bare = letters.strip_prefix("item").unwrap_or(&letters);
    let bare = bare.strip_prefix('3').unwrap_or(bare);
    bare.strip_prefix('d').unwrap_or(bare) == "riskfactors"
}

/// What a paragraph is in the list of risks.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Mark {
    Group(TextRange),
    Risk(TextRange),
}

fn split(lines: &Lines<'_>, section: &Section, range: &Range<usize>) -> Vec<RiskFactor> {
    let paras = para::read(lines, range);
    let Some(habit) = Habit::learn(&paras) else {
        return Vec::new();
    };
    let marks = marks(&paras, &habit);
    let mut out: Vec<RiskFactor> = Vec::new();
    let mut group: Option<TextRange> = None;
    let starts = marks.iter().skip(1).map(|mark| match mark {
        Mark::Group(range) | Mark::Risk(range) => range.start,
    });
    for (mark, end) in marks.iter().zip(starts.chain([range.end])) {
        match mark {
            Mark::Group(range) => group = Some(range.clone()),
            Mark::Risk(heading) => {
                let body = trim(lines, heading.end, end.max(heading.end));
                if !body.is_empty() {
                    out.push(RiskFactor {
                        document: section.document,
                        section: section.key.clone(),
                        group: group.clone(),
                        heading: heading.clone(),
                        body,
                    });
                }
            }
        }
    }
    let held: usize = out.iter().map(|risk| risk.body.len()).sum();
    if held * 100 < range.len() * MIN_SHARE {
        return Vec::new();
    }
    out
}

/// Headings of risks and groups, in order.
fn marks(paras: &[Para], habit: &Habit) -> Vec<Mark> {
    let mut out: Vec<Mark> = Vec::new();
    let mut at = 0;
    while let Some(para) = paras.get(at) {
        let mut next = at + 1;
        if let Some(lead) = habit.lead(para) {
            out.push(Mark::Risk(para.start..lead));
        } else if habit.is_risk(para) {
            let mut end = para.end;
            while let Some(more) = paras
                .get(next)
                .filter(|more| goes_on(paras, next, more, habit))
            {
                end = more.end;
                next += 1;
            }
            let followed = paras.get(next).is_some_and(|next| next.class.is_none());
            let heads = paras
                .get(next)
                .is_some_and(|next| habit.is_risk(next) || habit.lead(next).is_some());
            if (heads && !followed) || para.names_risks() {
                out.push(Mark::Group(para.start..end));
            } else if followed {
                out.push(Mark::Risk(para.start..end));
            }
        } else if is_group(paras, at, habit) {
            out.push(Mark::Group(para.start..para.end));
        }
        at = next;
    }
    out
}

/// Whether the heading above goes on in `para`: set alike, and the words above are not complete.
fn goes_on(paras: &[Para], at: usize, para: &Para, habit: &Habit) -> bool {
    let Some(above) = at.checked_sub(1).and_then(|above| paras.get(above)) else {
        return false;
    };
    let alike = para.class == above.class && habit.is_risk(para);
    alike
        && !above.is_complete
        && (para.starts_small || above.is_open || (above.words > 12 && para.is_complete))
}

/// A heading in front of a risk's: at once, or with an introduction if it says so or is set higher.
fn is_group(paras: &[Para], at: usize, habit: &Habit) -> bool {
    let Some(para) = paras
        .get(at)
        .filter(|para| para.class.is_some() && !para.is_sentence())
    else {
        return false;
    };
    let mut between = 0;
    for next in paras.iter().skip(at + 1).take(8) {
        if habit.is_risk(next) || habit.lead(next).is_some() {
            return between == 0 || para.names_risks() || habit.is_higher(para);
        }
        if next.class.is_some() {
            // Another heading in between: of a lower group, if this one is higher.
            return between == 0 && (para.names_risks() || habit.is_higher(para));
        }
        between += next.end - next.start;
        if between > MAX_INTRODUCTION {
            return false;
        }
    }
    false
}
