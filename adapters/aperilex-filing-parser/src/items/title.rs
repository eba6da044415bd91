//! The title behind a label: how far it goes, and whether it is one.

use super::words::{Match, Word};

/// Bytes of a title that is not the form's own.
const MAX_OWN_TITLE: usize = 120;

/// The title behind a label.
pub(crate) struct Title {
    /// Its words in one line.
    pub(crate) text: String,
    /// Behind the title and the punctuation that ends it, counted from the label's end.
    pub(crate) end: usize,
    /// The words go on as a sentence: the line refers to the item.
    pub(crate) is_reference: bool,
}

impl Title {
    /// Reads the title of a label whose line goes on with `on_line`, in a window of lines.
    pub(crate) fn read(
        on_line: &str,
        window: &str,
        own: &[Word<'_>],
        wide: &[Word<'_>],
        matched: &Match,
    ) -> Self {
        if matched.quality < 0.35 {
            return Self::own_words(on_line);
        }
        let matched_end = matched
            .words
            .checked_sub(1)
            .and_then(|w| wide.get(w))
            .map_or(0, |w| w.end);
        let line_words = own.len();
        if matched.words > line_words {
            return Self::over_lines(window, matched_end);
        }
        let tail = on_line.get(matched_end..).unwrap_or_default();
        let bare = tail.trim_start_matches(|c: char| {
            !c.is_alphanumeric() && !matches!(c, '(' | '[' | '"' | '“')
        });
        let mark = tail.get(..tail.len() - bare.len()).unwrap_or_default();
        let trimmed = bare.trim_ascii_end();
        let ended = mark.contains(['.', ':', '–', '—', '-']);
        let answer = trimmed.trim_end_matches('.').to_ascii_lowercase();
        let nothing = matches!(
            answer.as_str(),
            "none" | "not applicable" | "n/a" | "not required"
        );
        let sentence_follows = ended && (trimmed.ends_with(['.', ';']) || nothing);
        if is_title_tail(trimmed) && !sentence_follows {
            return Self {
                text: clean(on_line),
                end: on_line.len(),
                is_reference: false,
            };
        }
        if ended || mark.contains('\t') {
            return Self {
                text: clean(on_line.get(..matched_end).unwrap_or_default()),
                end: on_line.len() - bare.len(),
                is_reference: false,
            };
        }
        let sentence = trimmed.chars().next().is_some_and(char::is_lowercase)
            || mark.contains([',', '"', '”', '’', ')']);
        Self {
            text: clean(on_line.get(..matched_end).unwrap_or_default()),
            end: on_line.len() - bare.len(),
            is_reference: sentence,
        }
    }

    /// A title that runs over several lines, to the end of the line its last word is on.
    fn over_lines(window: &str, matched_end: usize) -> Self {
        let rest = window.get(matched_end..).unwrap_or_default();
        let line_end = rest.find('\n').unwrap_or(rest.len());
        let tail = rest.get(..line_end).unwrap_or_default();
        let end = if is_title_tail(tail.trim_matches(|c: char| !c.is_alphanumeric() && c != '(')) {
            matched_end + line_end
        } else {
            matched_end
                + (tail.len()
                    - tail
                        .trim_start_matches(|c: char| !c.is_alphanumeric())
                        .len())
        };
        Self {
            text: clean(window.get(..end).unwrap_or_default()),
            end,
            is_reference: false,
        }
    }

    /// A line whose words are not the form's title.
    fn own_words(on_line: &str) -> Self {
        let trimmed = on_line.trim_ascii();
        let sentence = trimmed.chars().next().is_some_and(char::is_lowercase);
        let is_reference = sentence || trimmed.len() > MAX_OWN_TITLE;
        Self {
            text: clean(on_line),
            end: on_line.len(),
            is_reference,
        }
    }
}

/// Whether what follows a title on its line still belongs to it: nothing, a note mark, a few more
/// words without a sentence's end.
fn is_title_tail(tail: &str) -> bool {
    let letters = tail.chars().filter(|c| c.is_alphanumeric()).count();
    let words = ["and ", "of ", "for ", "on ", "to ", "the "];
    let bare = words
        .iter()
        .fold(tail, |rest, word| rest.strip_prefix(word).unwrap_or(rest));
    let lower_start = bare.chars().next().is_some_and(char::is_lowercase);
    letters == 0
        || (tail.len() <= 60 && !tail.trim_end_matches(['.', ':']).contains(". ") && !lower_start)
}

/// Words of a title in one line, without note marks and the punctuation at its end.
pub(crate) fn clean(text: &str) -> String {
    let joined = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    joined
        .trim_matches(|c: char| matches!(c, ':' | '-' | '–' | '—' | ' ' | '|'))
        .to_owned()
}
