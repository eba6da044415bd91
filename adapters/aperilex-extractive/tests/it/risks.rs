//! Risk factors: headings, told from bodies.

use aperilex_ports::PartKind;

use crate::build::Filing;
use crate::texts;

fn body(start: &str) -> String {
    let more = "It has happened before, and nobody can say when it will happen again. ";
    format!("{start} {}\n", more.repeat(4).trim_end())
}

fn risks(text: &str, headings: &[&str]) -> Vec<String> {
    let filing = Filing::new("10-K").item("I", "1A", "Risk Factors", text);
    texts(&filing.risks(headings), PartKind::RiskFactors)
}

#[test]
fn headings_of_single_risks_are_the_list() {
    let headings = [
        "We depend on a single supplier of glass, and its loss would harm our business.",
        "OUR SHARE PRICE MAY FALL AND INVESTORS MAY LOSE MONEY",
        "Changes of tariffs could increase our costs\nand reduce our sales abroad.",
        "Competition",
    ];
    let one = |heading: &&str| format!("{heading}\n{}", body("It is so."));
    let text: String = headings.iter().map(one).collect();
    assert_eq!(
        risks(&text, &headings),
        [
            "We depend on a single supplier of glass, and its loss would harm our business.",
            "OUR SHARE PRICE MAY FALL AND INVESTORS MAY LOSE MONEY",
            "Changes of tariffs could increase our costs and reduce our sales abroad.",
        ]
    );
}

#[test]
fn a_risk_that_is_said_twice_is_listed_once() {
    let one = "Changes of tariffs could increase our costs and reduce our sales abroad.";
    let two = "We depend on a single supplier of glass, and its loss would harm us.";
    let body = body("It is so.");
    let text = [one, "\n", &body, two, "\n", &body, one, "\n", &body].concat();
    assert_eq!(risks(&text, &[one, two, one]), [one, two]);
}

#[test]
fn no_more_than_forty_are_listed() {
    let headings: Vec<String> = (0..60)
        .map(|i| format!("Risk number {i} could harm our business and our customers."))
        .collect();
    let one = |heading: &String| format!("{heading}\n{}", body("So it goes."));
    let text: String = headings.iter().map(one).collect();
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let risks = risks(&text, &headings);
    assert_eq!(risks.len(), 40);
    assert_eq!(
        risks[0],
        "Risk number 0 could harm our business and our customers."
    );
}

#[test]
fn without_headings_the_central_sentences_are_told() {
    let text = "Our business could be harmed by fire at the plant. The loss of the plant may harm \
                our business and its results.\nThe plant is painted blue and green.\n";
    let risks = risks(text, &[]);
    assert!(
        risks[0].starts_with("Our business could be harmed"),
        "{risks:?}"
    );
}
