//! What the reader of facts should know: counts of what was left out or not understood.

use super::collect::Collector;

/// Counts of one document.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Told {
    /// Text cut at the budget.
    pub(crate) cut: usize,
    /// Neither name nor value.
    pub(crate) unreadable: usize,
    /// Numbers that cannot be scaled or signed.
    pub(crate) unscaled: usize,
    /// Numbers in a format that is not known.
    pub(crate) unknown_numbers: usize,
    /// Texts in a format that is not known.
    pub(crate) unknown_texts: usize,
    /// Too many dimensions.
    pub(crate) overfull: usize,
    /// More than dimensions.
    pub(crate) foreign: usize,
    /// Another entity.
    pub(crate) other_entity: usize,
    /// Dimensions of all too large.
    pub(crate) over_budget: usize,
    /// No context.
    pub(crate) without_context: usize,
    /// Parts of tuples.
    pub(crate) in_tuples: usize,
    /// Of another target document.
    pub(crate) other_target: usize,
    /// More elements than are taken.
    pub(crate) too_many: usize,
    /// Elements too deep.
    pub(crate) too_deep: usize,
    /// Fractions and tuples.
    pub(crate) unread: usize,
}

impl Told {
    /// With what was told when the elements were collected, and how many texts were cut.
    pub(crate) const fn with(self, collector: &Collector<'_>, cut: usize) -> Self {
        Self {
            cut,
            too_many: collector.too_many,
            too_deep: collector.too_deep,
            unread: collector.unread,
            ..self
        }
    }

    /// Sentences, about facts of what is called `kind`.
    pub(crate) fn sentences(&self, kind: &str) -> Vec<String> {
        let counts = [
            (self.cut, "facts with text cut short"),
            (
                self.unreadable,
                "facts whose value or name cannot be read by their rule",
            ),
            (
                self.unscaled,
                "facts left out: their scale or sign cannot be applied",
            ),
            (
                self.unknown_numbers,
                "facts left out: the format of their number is not known",
            ),
            (
                self.unknown_texts,
                "facts as they are shown: their format is not known",
            ),
            (
                self.overfull,
                "facts left out: their context has too many dimensions",
            ),
            (
                self.foreign,
                "facts left out: their context says more than dimensions",
            ),
            (
                self.other_entity,
                "facts left out: they are about another entity",
            ),
            (
                self.over_budget,
                "facts left out: the dimensions and units of all are too large",
            ),
            (self.too_many, "facts or parts left out: there are too many"),
            (self.too_deep, "elements left out: they are nested too deep"),
            (self.without_context, "facts without a known context"),
            (self.in_tuples, "facts left out: they are parts of tuples"),
            (
                self.other_target,
                "facts left out: they are of another target document",
            ),
            (self.unread, "fractions or tuples not read"),
        ];
        counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{kind}: {count} {what}"))
            .collect()
    }
}
