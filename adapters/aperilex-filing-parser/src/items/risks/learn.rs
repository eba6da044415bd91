//! How a filer sets the headings of its risks.

use std::collections::BTreeMap;

use super::para::{Class, Lead, Para};

/// A body is at least this long.
const MIN_BODY: usize = 100;
/// Words of a heading.
const MIN_WORDS: usize = 2;
/// Headings that are no sentences must be this many to be a habit.
const MIN_TITLES: u32 = 3;

/// How headings of risks are set.
#[derive(Debug)]
pub(super) struct Habit {
    /// Whole paragraphs that are headings.
    classes: Vec<Class>,
    /// First words that are.
    lead: Option<Lead>,
    size: u8,
    /// The headings are sentences.
    sentences: bool,
}

#[derive(Debug, Default, Clone, Copy)]
struct Count {
    /// Headings with a body.
    pairs: u32,
    /// Of these, sentences.
    sentences: u32,
}

impl Habit {
    /// The habit of most headings with bodies; none if there is none.
    pub(super) fn learn(paras: &[Para]) -> Option<Self> {
        let mut whole: BTreeMap<Class, Count> = BTreeMap::new();
        let mut leads: BTreeMap<Lead, u32> = BTreeMap::new();
        for (at, para) in paras.iter().enumerate() {
            if let Some((lead, _)) = para.lead {
                *leads.entry(lead).or_default() += 1;
            }
            let Some(class) = para.class.filter(|_| para.words >= MIN_WORDS) else {
                continue;
            };
            if has_body(paras, at) && !para.names_risks() {
                let count = whole.entry(class).or_default();
                count.pairs += 1;
                count.sentences += u32::from(para.is_sentence());
            }
        }
        let weight = |count: &Count| count.sentences * 3 + count.pairs;
        let best = whole
            .iter()
            .max_by_key(|(_, count)| weight(count))
            .map(|(class, count)| (*class, *count));
        let lead = leads.into_iter().max_by_key(|(_, count)| *count);
        let by_lead = lead.is_some_and(|(_, count)| {
            count >= MIN_TITLES && count * 2 > best.map_or(0, |(_, count)| weight(&count))
        });
        if by_lead {
            return Some(Self {
                classes: Vec::new(),
                lead: lead.map(|(lead, _)| lead),
                size: 0,
                sentences: false,
            });
        }
        let (class, count) = best?;
        let sentences = count.sentences * 2 >= count.pairs;
        if !sentences && count.pairs < MIN_TITLES {
            return None;
        }
        let also = |other: &Count| {
            sentences && other.sentences >= 2 && other.sentences * 5 >= count.sentences
        };
        let classes = whole
            .iter()
            .filter(|(one, other)| **one == class || also(other))
            .map(|(one, _)| *one)
            .collect();
        let size = paras
            .iter()
            .filter(|para| para.class == Some(class))
            .map(|para| para.size)
            .max()
            .unwrap_or(0);
        Some(Self {
            classes,
            lead: None,
            size,
            sentences,
        })
    }

    /// Whether `para` is set as headings of risks are.
    pub(super) fn is_risk(&self, para: &Para) -> bool {
        let set = para
            .class
            .is_some_and(|class| self.classes.contains(&class));
        set && para.words >= MIN_WORDS
    }

    /// Where the heading that `para` begins with ends.
    pub(super) fn lead(&self, para: &Para) -> Option<usize> {
        let (lead, end) = para.lead?;
        (self.lead == Some(lead)).then_some(end)
    }

    /// Whether `para` is set higher than headings of risks.
    pub(super) fn is_higher(&self, para: &Para) -> bool {
        let Some(class) = para.class else {
            return false;
        };
        let caps = class.caps && self.classes.iter().all(|other| !other.caps);
        let centred = class.centred && self.classes.iter().all(|other| !other.centred);
        let strong = class.strong && self.classes.iter().all(|other| !other.strong);
        self.sentences && (para.size > self.size || caps || centred || strong || class.heading)
    }
}

/// Whether text follows a heading before the next.
fn has_body(paras: &[Para], at: usize) -> bool {
    let mut held = 0;
    for para in paras.iter().skip(at + 1) {
        if para.class.is_some() {
            return false;
        }
        held += para.end - para.start;
        if held >= MIN_BODY {
            return true;
        }
    }
    false
}
