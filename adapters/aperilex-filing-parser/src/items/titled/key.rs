//! Titles as sets of significant words, so that spellings of the same title are equal.

use std::collections::HashMap;

/// A heading that forms give, and the titles it goes by.
#[derive(Debug)]
pub(crate) struct Heading {
    /// Its key.
    pub(crate) slug: &'static str,
    /// Titles, with `|` between them; the first is the usual one.
    pub(crate) titles: &'static str,
    /// Where it opens a section.
    pub(crate) opens: Opens,
    /// Sections whose subject it belongs to: there it opens none of its own.
    pub(crate) within: &'static [&'static str],
    /// The form asks for it.
    pub(crate) asked: bool,
}

impl Heading {
    /// Its usual title.
    pub(crate) fn title(&self) -> &'static str {
        self.titles
            .split('|')
            .next()
            .unwrap_or_default()
            .trim_ascii()
    }
}

/// Where a heading opens a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opens {
    /// Set as the headings of the highest level are, or listed in the table of contents.
    High,
    /// At any level.
    Any,
}

/// Titles of a form by their significant words.
#[derive(Debug)]
pub(crate) struct Index {
    /// The headings they belong to.
    pub(crate) headings: Vec<&'static Heading>,
    by_words: HashMap<String, usize>,
}

/// A title that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    /// Index of the heading.
    pub(crate) heading: usize,
    /// All words were those of the title; else a tail or a name was left out.
    pub(crate) exact: bool,
}

impl Index {
    /// Of the headings of `lists`; of equal titles the first is taken.
    pub(crate) fn new(lists: &[&'static [Heading]]) -> Self {
        let headings: Vec<&'static Heading> = lists.iter().flat_map(|list| list.iter()).collect();
        let mut by_words = HashMap::new();
        for (index, heading) in headings.iter().enumerate() {
            for title in heading.titles.split('|') {
                by_words.entry(key(title)).or_insert(index);
            }
        }
        Self { headings, by_words }
    }

    /// The heading that `text` is a title of.
    pub(crate) fn find(&self, text: &str) -> Option<Known> {
        let text = text.trim_ascii();
        let of = |text: &str, exact| {
            let key = key(text);
            let heading = *self.by_words.get(&key)?;
            let long = exact || key.contains(' ');
            long.then_some(Known { heading, exact })
        };
        of(text, true)
            .or_else(|| of(without_number(text)?, true))
            .or_else(|| of(text.split(['(', '—', '–', ':']).next()?, false))
            .or_else(|| of(without_owner(text)?, false))
            .or_else(|| shorter(text).find_map(|text| of(text, false)))
    }

    /// The heading at `index`.
    pub(crate) fn heading(&self, index: usize) -> Option<&'static Heading> {
        self.headings.get(index).copied()
    }
}

/// Words that a title may have or not.
const FILLERS: &[&str] = &[
    "a",
    "about",
    "an",
    "and",
    "annual",
    "are",
    "as",
    "at",
    "by",
    "certain",
    "company",
    "concerning",
    "corporation",
    "december",
    "end",
    "fiscal",
    "for",
    "how",
    "in",
    "inc",
    "is",
    "its",
    "june",
    "march",
    "of",
    "on",
    "or",
    "our",
    "regarding",
    "relating",
    "september",
    "special",
    "table",
    "that",
    "the",
    "their",
    "these",
    "this",
    "to",
    "us",
    "we",
    "what",
    "with",
    "year",
    "your",
];

/// Words of an auditor's name of office.
const AUDITOR: &[&str] = &[
    "independent",
    "registered",
    "public",
    "certified",
    "accounting",
    "firm",
    "accountant",
    "auditor",
    "auditing",
];

/// The significant words of a title, in one form each, sorted: equal for spellings of one title.
pub(crate) fn key(text: &str) -> String {
    let mut words = words(text);
    let is_auditor = words
        .iter()
        .any(|word| matches!(word.as_str(), "accounting" | "accountant" | "auditor"));
    if is_auditor {
        words.retain(|word| !AUDITOR.contains(&word.as_str()));
        words.push("auditor".to_owned());
    }
    // `About this Prospectus` is not `Prospectus`.
    let about = words.first().is_some_and(|word| word == "about");
    let filler = |word: &String| {
        if about && word == "about" {
            return false;
        }
        let year = word.len() <= 4 && word.bytes().all(|b| b.is_ascii_digit());
        year || FILLERS.contains(&word.as_str())
    };
    // A title of nothing else keeps its words.
    if !words.iter().all(filler) {
        words.retain(|word| !filler(word));
    }
    words.sort_unstable();
    words.dedup();
    words.join(" ")
}

/// The words of `text` in lower case, without plural and possessive endings.
fn words(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in text.chars().take(300).chain([' ']) {
        if c.is_alphanumeric() || matches!(c, '\'' | '’') {
            word.extend(c.to_lowercase());
        } else if c == '.' && word.chars().count() == 1 {
            // `U.S.`
        } else if !word.is_empty() {
            let done = std::mem::take(&mut word);
            match out.last_mut() {
                Some(last) if last == "non" => last.push_str(&stem(&done)),
                _ => out.push(stem(&done)),
            }
        }
    }
    out.retain(|word| !word.is_empty());
    out
}

fn stem(word: &str) -> String {
    let word = word.trim_matches(['\'', '’']);
    let word = word
        .strip_suffix("'s")
        .or_else(|| word.strip_suffix("’s"))
        .unwrap_or(word);
    let bare = match word {
        "shareholders" | "shareholder" | "stockholders" | "stockholder" | "shareowners"
        | "shareowner" | "unitholders" | "unitholder" | "securityholders" | "securityholder"
        | "holders" => "holder",
        "remuneration" => "compensation",
        "nonqualified" => "nonqualified",
        "trustee" | "trustees" => "director",
        "versus" => "vs",
        _ => match word.strip_suffix('s') {
            Some(rest) if rest.len() >= 3 && !rest.ends_with('s') => rest,
            _ => word,
        },
    };
    bare.chars().filter(|c| !matches!(c, '\'' | '’')).collect()
}

/// `text` behind `I.`, `A.`, `2.`, `Item 2.`: forms without numbered items are numbered by some.
fn without_number(text: &str) -> Option<&str> {
    let lower = text.get(..5).unwrap_or_default().to_ascii_lowercase();
    let text = if lower == "item " {
        text.get(5..)?.trim_ascii_start()
    } else {
        text
    };
    let rest = text.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
    let number = text.get(..text.len() - rest.len())?;
    let rest = rest.strip_prefix(['.', ')', ':'])?;
    let digits = number.bytes().all(|b| b.is_ascii_digit());
    let roman = number.bytes().all(|b| matches!(b, b'I' | b'V' | b'X'));
    let lawful = !number.is_empty() && number.len() <= 4 && (digits || roman || number.len() == 1);
    lawful.then_some(rest)
}

/// `text` behind `Acme Corporation's`.
fn without_owner(text: &str) -> Option<&str> {
    let end = ["’s ", "'s ", "s’ ", "s' "]
        .iter()
        .filter_map(|mark| Some(text.find(mark)? + mark.len()))
        .min()?;
    let few = text.get(..end)?.split_ascii_whitespace().count() <= 4;
    text.get(end..).filter(|_| few)
}

/// `text` without what follows its last preposition, again and again.
fn shorter(text: &str) -> impl Iterator<Item = &str> {
    let cut = |text: &str| {
        let lower = text.to_ascii_lowercase();
        [
            " of ", " for ", " at ", " in ", " to ", " under ", " from ", " by ", " on ",
        ]
        .iter()
        .filter_map(|word| lower.rfind(word))
        .max()
    };
    std::iter::successors(Some(text), move |text| text.get(..cut(text)?))
        .skip(1)
        .take(4)
}

/// A key for a title that no form gives: `Our Culture & Values` → `our-culture-values`.
pub(crate) fn slug(title: &str) -> String {
    let mut out = String::new();
    for c in title.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !matches!(c, '\'' | '’') && !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
        if out.len() >= 60 && out.ends_with('-') {
            break;
        }
    }
    out.truncate(out.trim_end_matches('-').len().min(72));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_title_have_one_key() {
        for (one, other) in [
            ("Compensation of Directors", "2023 DIRECTOR COMPENSATION"),
            (
                "Outstanding Equity Awards at 2019 Year-End",
                "Outstanding Equity Awards at Fiscal Year-End",
            ),
            (
                "Non-Qualified Deferred Compensation—2022",
                "Nonqualified Deferred Compensation",
            ),
            ("Principal Shareholders", "PRINCIPAL STOCKHOLDERS"),
            (
                "Ratification of Independent Auditors",
                "RATIFICATION OF INDEPENDENT REGISTERED PUBLIC ACCOUNTING FIRM",
            ),
            ("Pay Versus Performance", "Pay vs. Performance"),
            (
                "MATERIAL U.S. FEDERAL INCOME TAX CONSEQUENCES",
                "Material US Federal Income Tax Consequences",
            ),
        ] {
            assert_eq!(key(one), key(other));
        }
    }

    #[test]
    fn keys_of_own_titles_are_slugs() {
        assert_eq!(slug("THE PRIVATE PLACEMENT"), "the-private-placement");
        assert_eq!(
            slug("Our Culture & Values’ Worth —"),
            "our-culture-values-worth"
        );
    }
}
