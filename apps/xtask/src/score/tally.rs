//! What was counted, of one filing or of many.

/// From this confidence on a section is reported as sure.
pub(super) const SURE: f32 = 0.9;

/// Lower bounds of the confidence's bins.
pub(super) const BINS: [f32; 8] = [0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.995];

/// Right ones of so many.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) right: usize,
    pub(super) of: usize,
}

impl Share {
    /// Counts one.
    pub(super) fn count(&mut self, right: bool) {
        self.right += usize::from(right);
        self.of += 1;
    }

    fn add(&mut self, other: Self) {
        self.right += other.right;
        self.of += other.of;
    }

    /// As a part of 1; none of nothing.
    #[allow(clippy::cast_precision_loss, reason = "counts are small")]
    pub(super) fn ratio(self) -> Option<f64> {
        (self.of > 0).then(|| self.right as f64 / self.of as f64)
    }
}

/// The counts.
#[derive(Debug, Default, Clone)]
pub(super) struct Tally {
    pub(super) filings: usize,
    /// Items found, of those that are there.
    pub(super) items: Share,
    /// Items reported that are not there.
    pub(super) extra: usize,
    /// Beginnings, ends and both, of the items found whose bounds are known.
    pub(super) starts: Share,
    pub(super) ends: Share,
    pub(super) both: Share,
    /// Lengths within 3 % of the known one: tells of a text that was cut out or doubled inside.
    pub(super) lengths: Share,
    pub(super) states: Share,
    /// Both bounds of items that an index sends to a place in the text.
    pub(super) indexed: Share,
    pub(super) facts: Share,
    /// Facts with this concept and value, with the unit too, with the period too.
    pub(super) fact_values: Share,
    pub(super) fact_units: Share,
    pub(super) fact_periods: Share,
    /// 8-K codes of filings, all of them in order.
    pub(super) codes: Share,
    /// Numbers of tags.
    pub(super) tags: Share,
    /// Sections by their confidence.
    pub(super) bins: [Share; BINS.len()],
    /// Sections reported as sure that are right.
    pub(super) sure: Share,
}

impl Tally {
    /// Counts a section by the confidence it was reported with.
    pub(super) fn judge(&mut self, confidence: f32, right: bool) {
        let bin = BINS.iter().rposition(|from| confidence >= *from);
        if let Some(bin) = self.bins.get_mut(bin.unwrap_or_default()) {
            bin.count(right);
        }
        if confidence >= SURE {
            self.sure.count(right);
        }
    }

    /// Adds what was counted elsewhere.
    pub(super) fn add(&mut self, other: &Self) {
        self.filings += other.filings;
        self.extra += other.extra;
        let pairs = [
            (&mut self.items, other.items),
            (&mut self.starts, other.starts),
            (&mut self.ends, other.ends),
            (&mut self.both, other.both),
            (&mut self.lengths, other.lengths),
            (&mut self.states, other.states),
            (&mut self.indexed, other.indexed),
            (&mut self.facts, other.facts),
            (&mut self.fact_values, other.fact_values),
            (&mut self.fact_units, other.fact_units),
            (&mut self.fact_periods, other.fact_periods),
            (&mut self.codes, other.codes),
            (&mut self.tags, other.tags),
            (&mut self.sure, other.sure),
        ];
        for (mine, theirs) in pairs {
            mine.add(theirs);
        }
        for (mine, theirs) in self.bins.iter_mut().zip(other.bins) {
            mine.add(theirs);
        }
    }

    /// Items found, of those reported.
    pub(super) fn precision(&self) -> Option<f64> {
        let share = Share {
            right: self.items.right,
            of: self.items.right + self.extra,
        };
        share.ratio()
    }

    /// The harmonic mean of precision and recall.
    pub(super) fn f1(&self) -> Option<f64> {
        let share = Share {
            right: 2 * self.items.right,
            of: self.items.of + self.items.right + self.extra,
        };
        share.ratio()
    }

    /// Sections reported as sure that are wrong.
    pub(super) fn sure_wrong(&self) -> usize {
        self.sure.of - self.sure.right
    }

    /// The same, of a thousand reported as sure.
    pub(super) fn sure_wrong_per_1000(&self) -> Option<f64> {
        self.sure.ratio().map(|right| (1.0 - right) * 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_counted_by_confidence() {
        let mut tally = Tally::default();
        for (confidence, right) in [(0.3, false), (0.9, true), (0.94, false), (1.0, true)] {
            tally.judge(confidence, right);
        }
        let counts: Vec<_> = tally.bins.iter().map(|bin| (bin.right, bin.of)).collect();
        let expected = [
            (0, 1),
            (0, 0),
            (0, 0),
            (0, 0),
            (1, 2),
            (0, 0),
            (0, 0),
            (1, 1),
        ];
        assert_eq!(counts, expected);
        assert_eq!(tally.sure_wrong(), 1);
        let mut all = tally.clone();
        all.add(&tally);
        assert_eq!((all.sure_wrong(), all.sure.of), (2, 6));
        assert!((all.sure_wrong_per_1000().unwrap() - 333.3).abs() < 0.1);
    }

    #[test]
    fn nothing_has_no_ratio() {
        let tally = Tally::default();
        assert_eq!((tally.precision(), tally.f1()), (None, None));
        let tally = Tally {
            items: Share { right: 3, of: 4 },
            extra: 1,
            ..Tally::default()
        };
        assert_eq!((tally.precision(), tally.f1()), (Some(0.75), Some(0.75)));
    }
}
