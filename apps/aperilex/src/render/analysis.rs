//! An analysis for people: in a terminal, and as Markdown.

use aperilex_core::{AnalysisResult, Citation, Claim, Method, PartKind};

/// Widest line of the text form.
const WIDTH: usize = 100;
/// Longest quote that is shown whole.
const QUOTE: usize = 240;

/// For a terminal.
pub(crate) fn text(result: &AnalysisResult) -> String {
    let mut out = vec![title(result), underline(&title(result)), facts_line(result)];
    for (part, claims) in shown(result) {
        out.push(String::new());
        out.push(heading(part).to_uppercase());
        for claim in claims {
            out.extend(wrap(&claim.text, "  • ", "    "));
            out.extend(
                claim
                    .citations
                    .iter()
                    .map(|c| format!("      [{}]", place(c))),
            );
            for citation in claim.citations.iter().filter(|c| c.quote != claim.text) {
                out.extend(wrap(&quote(citation), "      “", "       "));
            }
        }
    }
    out.extend(not_found(result).map(|line| format!("  – {line}")));
    out.push(String::new());
    out.extend(wrap(&certificate(result), "", ""));
    out.join("\n")
}

/// For documents.
pub(crate) fn markdown(result: &AnalysisResult) -> String {
    let mut out = vec![
        format!("# {}", escape(&title(result))),
        String::new(),
        facts_line(result),
    ];
    for (part, claims) in shown(result) {
        out.extend([
            String::new(),
            format!("## {}", heading(part)),
            String::new(),
        ]);
        for claim in claims {
            out.push(format!("- {}", escape(&claim.text)));
            for citation in &claim.citations {
                out.push(format!(
                    "  - {}: “{}”",
                    escape(&place(citation)),
                    escape(&one_line(citation))
                ));
            }
        }
    }
    let missing: Vec<String> = not_found(result)
        .map(|line| format!("- {}", escape(&line)))
        .collect();
    if !missing.is_empty() {
        out.extend([String::new(), "## Not found".to_owned(), String::new()]);
        out.extend(missing);
    }
    out.extend([String::new(), format!("*{}*", certificate(result))]);
    out.join("\n")
}

fn shown(result: &AnalysisResult) -> impl Iterator<Item = (PartKind, &Vec<Claim>)> {
    result
        .parts
        .iter()
        .map(|(part, claims)| (*part, claims))
        .filter(|(_, claims)| !claims.is_empty())
}

fn title(result: &AnalysisResult) -> String {
    let filing = &result.filing;
    let company = filing.company.as_deref().unwrap_or("Filing");
    let period = filing
        .period
        .map(|date| format!(" for the period to {date}"))
        .unwrap_or_default();
    format!("{company}: {}{period}", filing.form)
}

fn underline(title: &str) -> String {
    "=".repeat(title.chars().count())
}

fn facts_line(result: &AnalysisResult) -> String {
    let filing = &result.filing;
    let mut facts = Vec::new();
    facts.extend(filing.accession.map(|a| format!("accession {a}")));
    facts.extend(filing.filed.map(|d| format!("filed {d}")));
    facts.extend(filing.cik.map(|c| format!("CIK {c}")));
    facts.push(format!("{} analysis", result.template));
    facts.join(" · ")
}

const fn heading(part: PartKind) -> &'static str {
    match part {
        PartKind::Summary => "Summary",
        PartKind::KeyFinancials => "Key financials",
        PartKind::RiskFactors => "Risk factors",
        PartKind::MdnaDrivers => "Drivers of the results",
        PartKind::Liquidity => "Liquidity",
        PartKind::Business => "Business",
        PartKind::Legal => "Legal proceedings",
        PartKind::Events => "Events",
        PartKind::RedFlags => "Red flags",
        PartKind::Governance => "Governance",
        PartKind::Offering => "Offering",
    }
}

fn not_found(result: &AnalysisResult) -> impl Iterator<Item = String> {
    result
        .not_found
        .iter()
        .map(|n| format!("{}: {}", heading(n.part), n.reason))
}

fn place(citation: &Citation) -> String {
    let item = match (&citation.part, &citation.item) {
        (Some(part), Some(item)) => format!("Part {part}, Item {item}, "),
        (None, Some(item)) => format!("Item {item}, "),
        _ => String::new(),
    };
    let Citation {
        document,
        raw_start,
        raw_end,
        ..
    } = citation;
    format!("{item}{document}, bytes {raw_start}–{raw_end}")
}

fn one_line(citation: &Citation) -> String {
    let words: Vec<&str> = citation.quote.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= QUOTE {
        return line;
    }
    line.chars().take(QUOTE - 1).chain(['…']).collect()
}

fn quote(citation: &Citation) -> String {
    format!("{}”", one_line(citation))
}

fn certificate(result: &AnalysisResult) -> String {
    let c = &result.certificate;
    let method = match result.method {
        Method::Extractive => "Figures computed and sentences selected, not written".to_owned(),
        Method::Model => {
            format!(
                "Written by {}",
                result.model.as_deref().unwrap_or("a language model")
            )
        }
    };
    format!(
        "{method}. Checked by plain code against the filing: {} claims hold, {} were rejected; {} of \
         {} numbers verified.",
        c.verified.saturating_add(c.repaired),
        c.rejected,
        c.numbers_verified,
        c.numbers,
    )
}

/// Breaks a text into lines of [`WIDTH`], the first behind `first`, the others behind `rest`.
fn wrap(text: &str, first: &str, rest: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = first.to_owned();
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(std::mem::replace(&mut line, rest.to_owned()));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(&printable(word));
        empty = false;
    }
    lines.push(line);
    lines
}

/// Filings are strangers' text: no control character of theirs reaches the terminal.
fn printable(word: &str) -> String {
    word.chars().filter(|c| !c.is_control()).collect()
}

/// Characters that Markdown or HTML would act on.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        if matches!(
            c,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '!' | '&'
        ) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_wrapped_and_control_characters_dropped() {
        let text = format!("{} end\u{1b}[31m", "word ".repeat(40));
        let lines = wrap(&text, "  • ", "    ");
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH));
        assert_eq!(lines.len(), 3);
        assert!(lines[2].ends_with("end[31m"));
    }

    #[test]
    fn markdown_of_strangers_is_text() {
        assert_eq!(escape("![x](y) <b>"), r"\!\[x\](y) \<b\>");
    }
}
