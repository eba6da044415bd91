//! Item labels at the start of a line: `Item 1A.`, `ITEMS 10, 11 and 12`, `PART II, Item 5`.

/// A label and what follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Label {
    /// Roman numeral of a part named in front of it.
    pub(crate) part: Option<String>,
    /// Item numbers, normalised: `1A`, `2.02`, `X`.
    pub(crate) numbers: Vec<String>,
    /// Where the words behind the number and its punctuation start.
    pub(crate) rest: usize,
    /// Whether punctuation or a tab stands between number and words.
    pub(crate) marked: bool,
    /// It says `Items`.
    pub(crate) plural: bool,
}

/// Characters that may stand before a label.
const LEAD: [char; 8] = [' ', '\t', '*', '•', '·', '_', '-', '–'];

/// Reads the label at the start of `line`, if there is one.
pub(crate) fn read(line: &str) -> Option<Label> {
    let mut cursor = Cursor { text: line, at: 0 };
    cursor.skip(|c| LEAD.contains(&c));
    let part = cursor.part();
    if part.is_some() {
        cursor.skip(|c| c.is_whitespace() || matches!(c, ',' | '.' | ':' | '-' | '–' | '—'));
    }
    // Some filers set the letters apart.
    let apart = cursor.word("i t e m");
    if !apart && !cursor.word("item") {
        return None;
    }
    let plural = cursor.word("s") || apart && cursor.word(" s ");
    let spaced = cursor.skip(|c| c.is_whitespace() || c == '.') > 0;
    if !spaced && !cursor.peek().is_some_and(|c| c.is_ascii_digit()) {
        return None;
    }
    cursor.word("no.");
    cursor.skip(char::is_whitespace);
    let mut numbers = vec![cursor.number()?];
    while let Some(next) = cursor.next_number(plural) {
        numbers.extend(next);
    }
    // `Item 5.02(b), (e)` are parts of one item.
    if numbers.iter().any(|number| number.contains('.')) {
        while cursor.bracket() {}
    }
    let before = cursor.at;
    let is_mark = |c: char| {
        matches!(
            c,
            '.' | ':' | '-' | '–' | '—' | '\t' | ')' | '|' | '•' | ';'
        )
    };
    let gap = cursor.skip(|c| c.is_whitespace() || is_mark(c));
    let between = line.get(before..cursor.at).unwrap_or_default();
    // A comma, bracket or quote directly behind the number: a sub-item or a reference. A letter may
    // begin the title (`4Mine Safety`).
    if gap == 0 && cursor.peek().is_some_and(|c| !c.is_alphabetic()) {
        return None;
    }
    let marked = between.contains(is_mark) || between.contains("  ");
    Some(Label {
        part,
        numbers,
        rest: cursor.at,
        marked,
        plural,
    })
}

/// A sub-item without the word `Item` at the start of a line: `D. Risk Factors`, `3.D. Risk Factors`. The
/// digits if it has them, the letter, and where the words start.
pub(crate) fn lettered(line: &str) -> Option<(String, char, usize)> {
    let mut cursor = Cursor { text: line, at: 0 };
    cursor.skip(|c| LEAD.contains(&c) || c == '(');
    let digits = cursor.digits().to_owned();
    cursor.at += digits.len();
    if !digits.is_empty() {
        cursor.skip(|c| matches!(c, '.' | ' ' | '-' | '('));
    }
    let letter = cursor.peek().filter(char::is_ascii_alphabetic)?;
    cursor.at += 1;
    let marks = cursor.skip(|c| matches!(c, '.' | ')' | ':' | '-' | '–' | '—' | '\t'));
    let spaces = cursor.skip(char::is_whitespace);
    let ends = marks > 0 || (spaces > 0 && !digits.is_empty());
    (ends && digits.len() <= 2).then(|| (digits, letter.to_ascii_uppercase(), cursor.at))
}

/// The Roman numeral of a line that is a part's heading and nothing else but its title.
pub(crate) fn part_heading(line: &str) -> Option<String> {
    let mut cursor = Cursor { text: line, at: 0 };
    cursor.skip(|c| LEAD.contains(&c));
    let part = cursor.part()?;
    let rest = line.get(cursor.at..).unwrap_or_default();
    (rest.len() < 60 && !rest.contains('\t') && read(line).is_none()).then_some(part)
}

struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip(&mut self, accept: impl Fn(char) -> bool) -> usize {
        let len = self.rest().len() - self.rest().trim_start_matches(accept).len();
        self.at += len;
        len
    }

    /// Skips `word` whatever its case.
    fn word(&mut self, word: &str) -> bool {
        let found = self
            .rest()
            .get(..word.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(word));
        if found {
            self.at += word.len();
        }
        found
    }

    /// `Part II`: its numeral, behind which no letter stands.
    fn part(&mut self) -> Option<String> {
        let start = self.at;
        if self.word("part") && self.skip(char::is_whitespace) > 0 {
            let numeral: String = self
                .rest()
                .chars()
                .take_while(|c| matches!(c, 'I' | 'V' | 'i' | 'v' | '1'..='4'))
                .collect();
            let end = self.at + numeral.len();
            let follows = self.text.get(end..).unwrap_or_default().chars().next();
            let numeral = match numeral.as_str() {
                "1" => "I".to_owned(),
                "2" => "II".to_owned(),
                "3" => "III".to_owned(),
                "4" => "IV".to_owned(),
                other => other.to_ascii_uppercase(),
            };
            if matches!(numeral.as_str(), "I" | "II" | "III" | "IV")
                && !follows.is_some_and(char::is_alphanumeric)
            {
                self.at = end;
                return Some(numeral);
            }
        }
        self.at = start;
        None
    }

    fn digits(&self) -> &'t str {
        let rest = self.rest();
        let len = rest.bytes().take_while(u8::is_ascii_digit).count();
        rest.get(..len).unwrap_or_default()
    }

    /// `(b)`, with a comma or a word between it and what stands before.
    fn bracket(&mut self) -> bool {
        let start = self.at;
        self.skip(|c| matches!(c, ' ' | ','));
        self.word("and ");
        let opened = self.skip(|c| c == '(') == 1;
        let inner = self.skip(|c| c.is_ascii_alphanumeric());
        let closed = opened && (1..=3).contains(&inner) && self.skip(|c| c == ')') > 0;
        if !closed {
            self.at = start;
        }
        closed
    }

    /// `7`, `7A`, `7 A.`, `9A(T)`, `5.02`, `X`.
    fn number(&mut self) -> Option<String> {
        let digits = self.digits();
        if digits.is_empty() {
            return self.token();
        }
        if digits.len() > 2 {
            return None;
        }
        let mut number = digits.trim_start_matches('0').to_owned();
        self.at += digits.len();
        if let Some(code) = self.code() {
            return Some(format!("{number}.{code}"));
        }
        if let Some(letter) = self.letter() {
            number.push(letter);
        }
        // `9A(T)` and `4(T)`, 2007 to 2010, are 9A and 4 of smaller companies.
        if !self.word("(t)") && number.ends_with('T') {
            number.pop();
        }
        (!number.is_empty()).then_some(number)
    }

    /// One to three capitals in place of a number, behind which a mark stands: `X.`, `IV.`.
    fn token(&mut self) -> Option<String> {
        let rest = self.rest();
        let len = rest.bytes().take_while(u8::is_ascii_uppercase).count();
        let token = rest.get(..len).filter(|_| (1..=3).contains(&len))?;
        let follows = rest.get(len..).unwrap_or_default().chars().next();
        matches!(follows, Some('.' | ':' | '\t' | '–' | '—')).then(|| {
            self.at += len;
            token.to_owned()
        })
    }

    /// The `.02` of an 8-K item.
    fn code(&mut self) -> Option<String> {
        let rest = self.rest().strip_prefix('.')?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        (digits.len() == 2).then(|| {
            self.at += 3;
            digits
        })
    }

    /// A letter that belongs to the number: behind it no other letter stands, so the `M` of
    /// `4Mine Safety` does not.
    fn letter(&mut self) -> Option<char> {
        let rest = self.rest();
        let spaced = rest.strip_prefix([' ', '.']).unwrap_or(rest);
        let mut chars = spaced.chars();
        let letter = chars
            .next()
            .filter(char::is_ascii_alphabetic)?
            .to_ascii_uppercase();
        let follows = chars.next();
        // With a space or point only a letter that a mark follows: `7 A. Quantitative` and `3.D. Risk
        // Factors`, not `1 A company`.
        let ends = if spaced.len() == rest.len() {
            !follows.is_some_and(char::is_alphanumeric)
        } else {
            matches!(follows, Some('.' | ':' | '\t')) && letter <= 'K'
        };
        if !ends || letter > 'T' {
            return None;
        }
        self.at += 1 + (rest.len() - spaced.len());
        Some(letter)
    }

    /// Further numbers of a combined heading: `and 2`, `. and 2`, `& 2`, `, 11`, `through 14`, `-13`.
    fn next_number(&mut self, plural: bool) -> Option<Vec<String>> {
        let start = self.at;
        self.skip(|c| c.is_whitespace() || matches!(c, ',' | '&' | '/' | '.' | ';'));
        let through = self.word("through ") || self.word("to ");
        let dash = !through && plural && self.skip(|c| matches!(c, '-' | '–' | '—')) > 0;
        let and = self.word("and ") || self.word("and\t") || self.word("and\n");
        self.skip(char::is_whitespace);
        let item = self.word("item");
        if item {
            self.word("s");
            self.skip(|c| c.is_whitespace() || c == '.');
        }
        let moved = self.text.get(start..self.at).unwrap_or_default();
        let and = and || moved.contains('&');
        let joined = through || dash || and || moved.contains([',', '/', ';']);
        let first = self.text.get(..start).and_then(last_number);
        let starts = self.peek().is_some_and(|c| c.is_ascii_digit());
        let found = if starts && joined && (plural || and || item) {
            self.number()
        } else {
            None
        };
        // `and 10.5 million` goes on with the title.
        let Some(number) =
            found.filter(|number| !number.contains('.') || moved.contains(',') || item || plural)
        else {
            self.at = start;
            return None;
        };
        let mut out = Vec::new();
        if through || dash {
            let last: u32 = number.parse().unwrap_or(0);
            out.extend(
                (first.unwrap_or(last) + 1..last)
                    .take(10)
                    .map(|n| n.to_string()),
            );
        }
        out.push(number);
        Some(out)
    }
}

/// The number at the end of `text`.
fn last_number(text: &str) -> Option<u32> {
    let digits = text.bytes().rev().take_while(u8::is_ascii_digit).count();
    text.get(text.len() - digits..)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(line: &str) -> Option<(String, String)> {
        let label = read(line)?;
        Some((label.numbers.join("+"), line[label.rest..].to_owned()))
    }

    #[test]
    fn reads_labels() {
        for (line, number, rest) in [
            ("Item 1. Business", "1", "Business"),
            ("ITEM 1A\tRISK FACTORS", "1A", "RISK FACTORS"),
            ("Item 7 A. Quantitative", "7A", "Quantitative"),
            ("ITEM 1.FINANCIAL STATEMENTS", "1", "FINANCIAL STATEMENTS"),
            ("Item 4Mine Safety", "4", "Mine Safety"),
            ("Item 9A(T). Controls", "9A", "Controls"),
            ("Item 4(T). Controls", "4", "Controls"),
            ("Item 4T. Controls", "4", "Controls"),
            ("ITEM 2.02 Results", "2.02", "Results"),
            (
                "ITEMS 10, 11, 12 and 13.\tDIRECTORS",
                "10+11+12+13",
                "DIRECTORS",
            ),
            (
                "Items 1 and 2. Business and Properties",
                "1+2",
                "Business and Properties",
            ),
            ("Items 10-13. Directors", "10+11+12+13", "Directors"),
            ("Item 1 and Item 2 – Business", "1+2", "Business"),
            ("PART II, Item 5. Market", "5", "Market"),
            ("ITEM X. EXECUTIVE OFFICERS", "X", "EXECUTIVE OFFICERS"),
            ("Item 1", "1", ""),
            (
                "Items 1. and 2. Business and Properties",
                "1+2",
                "Business and Properties",
            ),
            ("Item 1. and Item 2. Business", "1+2", "Business"),
            ("ITEM 1 & 2. BUSINESS", "1+2", "BUSINESS"),
            ("Items 1/2. Business", "1+2", "Business"),
            ("Items 1 and\t2.\tBusiness", "1+2", "Business"),
            ("Items 7. & 7A. Management", "7+7A", "Management"),
            ("Item 9.A. Controls", "9A", "Controls"),
            ("Item 3.D. Risk Factors", "3D", "Risk Factors"),
            ("Item 5.02(b), (e) Departure", "5.02", "Departure"),
            ("Item 5.02 (d) and (e). Departure", "5.02", "Departure"),
            ("Item 1. A Short History", "1", "A Short History"),
            ("ITEM IV. CONTROLS", "IV", "CONTROLS"),
            ("Item 2. 2023 and 2022", "2", "2023 and 2022"),
            ("Item 14(a)(1):", "", ""),
            ("Item 1, \"Business--Governmental Standards\"", "", ""),
            ("Item 405 of Regulation S-K", "", ""),
            ("Item 1112(b) of Regulation AB", "", ""),
            ("Items Measured at Fair Value", "", ""),
            ("item being hedged.", "", ""),
            ("Item No.\tPage", "", ""),
        ] {
            let expected = (!number.is_empty()).then(|| (number.to_owned(), rest.to_owned()));
            assert_eq!(numbers(line), expected, "{line}");
        }
    }

    #[test]
    fn reads_part_headings() {
        assert_eq!(
            part_heading("PART II. OTHER INFORMATION").as_deref(),
            Some("II")
        );
        assert_eq!(
            part_heading("Part I — Financial Information").as_deref(),
            Some("I")
        );
        assert_eq!(part_heading("PART 1").as_deref(), Some("I"));
        assert_eq!(
            part_heading(
                "Part II and Part III incorporate information by reference from the registrant's"
            ),
            None
        );
        assert_eq!(part_heading("part of Ford's"), None);
    }
}
