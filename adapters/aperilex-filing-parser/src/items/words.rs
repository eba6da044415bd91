//! Comparing a heading with the titles a form has given an item.

/// A word of a text and where it ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Word<'t> {
    /// As it stands in the text, from its first letter or digit to its last.
    pub(crate) text: &'t str,
    /// Behind its last byte.
    pub(crate) end: usize,
}

/// Letters at the ends of two words that may differ.
const MAX_ENDING: usize = 4;
/// Words of a title that are compared.
const MAX_TITLE: usize = 40;

/// How well a text begins with a title.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Match {
    /// Share of the title's words found.
    pub(crate) quality: f32,
    /// Words of the text up to the last one found.
    pub(crate) words: usize,
    /// Whether the title's last word was among them.
    pub(crate) whole: bool,
    /// The title's index.
    pub(crate) title: usize,
}

/// The words of `text`, at most `limit`. Apostrophes and hyphens join.
pub(crate) fn split(text: &str, limit: usize) -> Vec<Word<'_>> {
    words(text).take(limit).collect()
}

/// The words of `text` one by one.
fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + rest.find(char::is_alphanumeric)?;
        let mut end = start;
        let tail = text.get(start..)?.char_indices();
        for (offset, c) in tail {
            if c.is_alphanumeric() {
                end = start + offset + c.len_utf8();
            } else if !is_joiner(c) {
                break;
            }
        }
        at = end;
        Some(Word {
            text: text.get(start..end)?,
            end,
        })
    })
}

/// Characters that stand inside words.
const fn is_joiner(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '-' | '–' | '`')
}

/// How many words of the title or the text may be skipped to find the next common one.
const SKIP: usize = 3;

/// The best match of the words with one of `titles`.
pub(crate) fn best(text: &[Word<'_>], titles: &[&str]) -> Match {
    let mut best = Match::default();
    let mut title_words = [Word::default(); MAX_TITLE];
    for (index, title) in titles.iter().enumerate() {
        let mut len = 0;
        for (slot, word) in title_words.iter_mut().zip(words(title)) {
            *slot = word;
            len += 1;
        }
        let mut found = one(text, title_words.get(..len).unwrap_or_default());
        found.title = index;
        // Of two good matches the longer: an old title may be the beginning of the current one.
        let good = found.quality >= 0.75 && best.quality >= 0.75;
        let better = if good {
            found.words > best.words
        } else {
            found.quality > best.quality
        };
        if better {
            best = found;
        }
    }
    best
}

fn one(words: &[Word<'_>], title: &[Word<'_>]) -> Match {
    let (mut w, mut t, mut hits, mut last) = (0, 0, 0_usize, None);
    while w < words.len() && t < title.len() {
        match step(
            words.get(w..).unwrap_or_default(),
            title.get(t..).unwrap_or_default(),
        ) {
            Some((dw, dt)) => {
                w += dw + 1;
                t += dt + 1;
                hits += 1;
                last = Some((w, t));
            }
            None => break,
        }
    }
    let (words, reached) = last.unwrap_or((0, 0));
    #[allow(clippy::cast_precision_loss, reason = "titles have a few dozen words")]
    let quality = hits as f32 / title.len().max(1) as f32;
    Match {
        quality,
        words,
        whole: reached == title.len() && hits > 0,
        title: 0,
    }
}

/// How many words of each to skip so that the next two are the same.
fn step(words: &[Word<'_>], title: &[Word<'_>]) -> Option<(usize, usize)> {
    (0..=2 * SKIP).find_map(|total| {
        (0..=total.min(SKIP)).find_map(|dw| {
            let dt = total - dw;
            let (word, other) = (words.get(dw)?, title.get(dt)?);
            (dt <= SKIP && same(word.text, other.text)).then_some((dw, dt))
        })
    })
}

/// Equal whatever the case, or long words that differ only towards their ends (`accountant`, `accounting`).
fn same(a: &str, b: &str) -> bool {
    if a.eq_ignore_ascii_case(b) {
        return true;
    }
    let first = |text: &str| text.as_bytes().first().map(u8::to_ascii_lowercase);
    if first(a) != first(b) && a.is_ascii() && b.is_ascii() {
        return false;
    }
    let (mut one, mut other) = (letters(a), letters(b));
    let mut common = 0;
    loop {
        let (x, y) = (one.next(), other.next());
        let Some(same) = x.filter(|_| x == y) else {
            // What is left of them, as far as it matters.
            let left = usize::from(x.is_some()) + one.take(MAX_ENDING).count();
            let right = usize::from(y.is_some()) + other.take(MAX_ENDING).count();
            return left + right == 0 || (common >= 5 && left.max(right) <= MAX_ENDING);
        };
        common += same.len_utf8();
    }
}

/// The letters and digits of a word in lower case.
fn letters(word: &str) -> impl Iterator<Item = char> {
    word.chars()
        .filter(|c| !is_joiner(*c))
        .flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_titles_with_small_differences() {
        let titles = ["Market for Registrant's Common Equity, Related Stockholder Matters"];
        let words = split(
            "MARKET FOR THE REGISTRANT’S COMMON STOCK, RELATED SHAREHOLDER MATTERS. Ours",
            20,
        );
        let found = best(&words, &titles);
        assert!(found.quality > 0.7 && found.whole, "{found:?}");
        assert_eq!(words[found.words - 1].text, "MATTERS");
    }

    #[test]
    fn other_words_do_not_match() {
        let found = best(
            &split("Consolidated Statements of Operations", 20),
            &["Risk Factors"],
        );
        assert!(found.quality < 0.1);
    }
}
