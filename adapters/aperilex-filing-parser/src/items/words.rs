//! Comparing a heading with the titles a form has given an item.

/// A word of a text and where it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// Lower case letters and digits.
    pub(crate) text: String,
    /// Behind its last byte.
    pub(crate) end: usize,
}

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
pub(crate) fn split(text: &str, limit: usize) -> Vec<Word> {
    let mut out: Vec<Word> = Vec::new();
    let mut word = String::new();
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
            end = at + c.len_utf8();
        } else if !word.is_empty() && !matches!(c, '\'' | '’' | '‘' | '-' | '–' | '`') {
            out.push(Word {
                text: std::mem::take(&mut word),
                end,
            });
            if out.len() >= limit {
                return out;
            }
        }
    }
    if !word.is_empty() {
        out.push(Word { text: word, end });
    }
    out
}

/// How many words of the title or the text may be skipped to find the next common one.
const SKIP: usize = 3;

/// The best match of the words with one of `titles`.
pub(crate) fn best(words: &[Word], titles: &[&str]) -> Match {
    let mut best = Match::default();
    for (index, title) in titles.iter().enumerate() {
        let title_words = split(title, 40);
        let mut found = one(words, &title_words);
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

fn one(words: &[Word], title: &[Word]) -> Match {
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
fn step(words: &[Word], title: &[Word]) -> Option<(usize, usize)> {
    (0..=2 * SKIP).find_map(|total| {
        (0..=total.min(SKIP)).find_map(|dw| {
            let dt = total - dw;
            let (word, other) = (words.get(dw)?, title.get(dt)?);
            (dt <= SKIP && same(&word.text, &other.text)).then_some((dw, dt))
        })
    })
}

/// Equal, or long words that differ only towards their ends (`accountant`, `accounting`).
fn same(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let common = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    common >= 5 && a.len().abs_diff(b.len()) <= 3
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
        assert_eq!(words[found.words - 1].text, "matters");
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
