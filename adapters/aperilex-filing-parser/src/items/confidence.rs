//! How sure a section is: points for its start, its end and its state, and what share of sections with
//! that many points is right.

use aperilex_ports::model::{Section, SectionState};

use super::candidate::Candidate;

#[cfg(test)]
mod fit;

/// Points of what nothing speaks against.
pub(crate) const SURE: u8 = 10;
/// At most this many points where two signals contradict each other.
pub(crate) const CONFLICT: u8 = 3;
/// At most this many where one signal misses what it should show.
pub(crate) const DOUBT: u8 = 5;
/// How sure it is that an item which was not found is not there. It was not measured: the ground truth
/// lists what is there.
pub(crate) const NOT_FOUND: f32 = 0.5;

/// By points the share of sections that are right at both ends and in state, fitted over the corpus and over
/// copies of it in which one heading is struck out: smoothed, rising, and never above 0.99, as no corpus is
/// all filings. Below 3 points there was nothing to measure. To fit it again:
/// `APERILEX_CORPUS=... cargo test -p aperilex-filing-parser --lib calibrates -- --ignored --nocapture`.
const CALIBRATION: [f32; 11] = [
    0.500, 0.500, 0.500, 0.509, 0.754, 0.754, 0.754, 0.754, 0.990, 0.990, 0.990,
];

/// A section with the points of its weakest part.
#[derive(Debug, Clone)]
pub(crate) struct Scored {
    /// The section.
    pub(crate) section: Section,
    /// Points of its bounds, from 0 to [`SURE`].
    pub(crate) bounds: u8,
    /// Points of its state.
    pub(crate) state: u8,
}

impl Scored {
    /// A section with the points of all that speaks for its bounds, the least of which counts.
    pub(crate) fn new(section: Section, bounds: &[u8], state: u8) -> Self {
        let bounds = bounds.iter().copied().min().unwrap_or(SURE);
        Self {
            section,
            bounds,
            state,
        }
    }

    /// Takes away all points of its bounds above `most`.
    pub(crate) fn cap(&mut self, most: u8) {
        self.bounds = self.bounds.min(most);
    }

    /// Points of its weakest part.
    pub(crate) fn points(&self) -> u8 {
        self.bounds.min(self.state)
    }

    /// The section with its confidence.
    pub(crate) fn finish(self) -> Section {
        let points = self.points();
        let mut section = self.section;
        section.confidence = if section.state == SectionState::NotFound {
            NOT_FOUND
        } else {
            of(points)
        };
        section
    }
}

/// The confidence that belongs to points.
pub(crate) fn of(points: u8) -> f32 {
    let last = CALIBRATION.last().copied().unwrap_or_default();
    CALIBRATION
        .get(usize::from(points))
        .copied()
        .unwrap_or(last)
}

/// How the headings of a filing are set for the most part.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usual {
    /// Bold, underlined, centred or in capitals.
    pub(crate) strong: bool,
    /// The table of contents links to them.
    pub(crate) linked: bool,
}

impl Usual {
    /// What most of the chosen headings are.
    pub(crate) fn of(headings: &[&Candidate]) -> Self {
        let most = |is: fn(&Candidate) -> bool| {
            headings.iter().filter(|heading| is(heading)).count() * 2 > headings.len()
        };
        Self {
            strong: most(|heading| heading.strong),
            linked: most(|heading| heading.linked),
        }
    }
}

/// Points of a heading: that it is one, and that of its item.
pub(crate) fn heading(heading: &Candidate, usual: Usual) -> u8 {
    let mut points: u8 = match heading.quality {
        _ if !heading.labelled && heading.linked => 7,
        _ if !heading.labelled => 5,
        q if q >= 0.75 => SURE,
        q if q >= 0.6 => 9,
        q if q >= 0.35 => 8,
        // The number alone: as good as its place.
        _ if heading.title.is_empty() => 5,
        _ => 4,
    };
    if usual.strong && !heading.strong {
        points = points.saturating_sub(2);
    }
    // Among linked headings one that is not may be a sentence's beginning.
    if usual.linked && !heading.linked {
        points = points.saturating_sub(1);
    }
    if heading.running || heading.continued || heading.inside {
        points = points.saturating_sub(3);
    }
    if heading.ranks.len() > 1 {
        points = points.saturating_sub(1);
    }
    if heading.ranks.is_empty() {
        points = points.min(6);
    }
    if !heading.lawful || heading.disputed {
        points = points.min(CONFLICT);
    }
    points
}
