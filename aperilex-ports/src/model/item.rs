//! Items: the numbered parts of a form.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Key of an item: numbers repeat across the parts of a 10-Q, so the part belongs to the key.
///
/// - `part` is the Roman numeral (`I`, `II` …), empty for forms without parts (8-K)
/// - `item` is the SEC's number: `1`, `1A`, `2.02`; for forms with headings instead of numbers it
///   is the heading's slug (`summary-compensation-table`)
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ItemKey {
    /// Roman numeral, or empty.
    pub part: String,
    /// Item number or heading slug.
    pub item: String,
}

impl ItemKey {
    /// A key from its two halves.
    #[must_use]
    pub fn new(part: impl Into<String>, item: impl Into<String>) -> Self {
        Self {
            part: part.into(),
            item: item.into(),
        }
    }
}

impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.item.starts_with(|c: char| c.is_ascii_digit()) {
            // A heading's slug speaks for itself.
            f.write_str(&self.item)
        } else if self.part.is_empty() {
            write!(f, "Item {}", self.item)
        } else {
            write!(f, "Part {}, Item {}", self.part, self.item)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_items_and_slugs_are_not() {
        for (part, item, shown) in [
            ("I", "1A", "Part I, Item 1A"),
            ("", "2.02", "Item 2.02"),
            ("", "risk-factors", "risk-factors"),
        ] {
            assert_eq!(ItemKey::new(part, item).to_string(), shown);
        }
    }
}
