//! What holds for any filing.

use aperilex_ports::Template;
use proptest::prelude::*;

use crate::build::{Filing, period};
use crate::try_draft;

const PIECES: &[&str] = &[
    "Net sales increased 12.5 % to $4.5\nbillion in 2023.5 due to higher demand. ",
    "We expect a loss of $(1,234) million – or more – in the U.S. and in Europe.",
    "There is substantial doubt about our ability to continue as a going concern.",
    "RISK FACTORS\n",
    "Item 1A. Risk Factors\n",
    "\n\n",
    "\n12\nTable of Contents\n",
    "Net income\t$\t(5\t)\t–\t7\t%\n",
    "Total assets ......  5,000   4,000   (3,000)\n",
    "We may fail to keep our customers and could lose “key” people\n",
    "• (b) On May 1, 2024 she resigned as a director of Acme Corp. The board",
    " has thanked her for it. e.g. this. ",
    "naïve \u{a0} Straße — 日本語のテキスト。",
    "The court of 12-\nmonth terms found for the plaintiff in May 2024, paying 1.5 million.\n",
    "x",
    " ",
];

fn text() -> impl Strategy<Value = String> {
    let known = prop::sample::select(PIECES).prop_map(str::to_owned);
    let piece = prop_oneof![8 => known, 1 => "\\PC{0,40}", 1 => "[ -~\n\t]{0,60}"];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn form() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["10-K", "10-Q", "8-K", "20-F", "DEF 14A", "S-1", "424B4"][..])
}

fn template() -> impl Strategy<Value = Template> {
    prop::sample::select(Template::ALL)
}

const ITEMS: &[(&str, &str)] = &[
    ("I", "1"),
    ("I", "1A"),
    ("I", "2"),
    ("I", "3"),
    ("II", "1"),
    ("II", "1A"),
    ("II", "7"),
    ("II", "8"),
    ("", "5.02"),
    ("", "2.02"),
    ("", "4"),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn quotes_and_numbers_are_the_filings_own(
        form in form(),
        template in template(),
        texts in prop::collection::vec((prop::sample::select(ITEMS), text()), 0..4),
        preface in text(),
    ) {
        let mut filing = Filing::new(form).text(&preface);
        for ((part, item), text) in &texts {
            filing = filing.item(part, item, "Risk Factors and Business", text);
        }
        let first = try_draft(&filing, template);
        let second = try_draft(&filing, template);
        prop_assert_eq!(format!("{first:?}"), format!("{second:?}"), "the same every time");
    }

    #[test]
    fn figures_are_exact_whatever_their_size(
        now in -10_i64.pow(15)..10_i64.pow(15),
        then in -10_i64.pow(15)..10_i64.pow(15),
        thousands in 0_u32..4,
    ) {
        let scale = 10_i64.pow(thousands);
        let (now, then) = ((now * scale).to_string(), (then * scale).to_string());
        let year = |y: i32| period(&format!("{y}-01-01"), &format!("{y}-12-31"));
        let cells = [(now.as_str(), now.as_str(), year(2023)), (then.as_str(), then.as_str(), year(2022))];
        let filing = Filing::new("10-K").reports(year(2023)).dollars("Revenue", "us-gaap:Revenues", &cells);
        let draft = try_draft(&filing, Template::Financial).unwrap();
        let claims: usize = draft.parts.values().map(Vec::len).sum();
        prop_assert_eq!(claims, 1);
    }

    #[test]
    fn ranges_of_no_text_do_no_harm(text in text(), start in 0_usize..400, end in 0_usize..400) {
        let mut filing = Filing::new("10-K").item("I", "1A", "Risk Factors", &text).table("x", &text);
        filing.content.sections[0].range = start..end;
        filing.content.tables[0].range = end..start;
        let _ = try_draft(&filing, Template::Comprehensive);
    }
}
