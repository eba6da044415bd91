//! Risk factors: headings, told from bodies.

use aperilex_ports::PartKind;

use crate::build::Filing;
use crate::texts;

fn body(start: &str) -> String {
    let more = "It has happened before, and nobody can say when it will happen again. ";
    format!("{start} {}\n", more.repeat(4).trim_end())
}

fn risks(text: &str) -> Vec<String> {
    texts(
        &Filing::new("10-K").item("I", "1A", "Risk Factors", text),
        PartKind::RiskFactors,
    )
}

#[test]
fn single_sentences_in_front_of_bodies_are_the_list() {
    let text = [
        "Risks Related to Our Business\n",
        "We depend on a single supplier of glass, and its loss would harm our business.\n",
        &body("All glass comes from one plant."),
        &body("The plant is old."),
        "The market for lamps is highly competitive and we may lose customers\n",
        &body("Others make lamps, too."),
        "These risks include the following and could harm us in many ways:\n",
        &body("Fire and flood."),
        "OUR SHARE PRICE MAY FALL AND INVESTORS MAY LOSE MONEY\n",
        &body("It has fallen before."),
        "Changes of tariffs could increase our costs and reduce our sales abroad.\n",
        &body("Tariffs change."),
    ]
    .concat();
    assert_eq!(
        risks(&text),
        [
            "We depend on a single supplier of glass, and its loss would harm our business.",
            "The market for lamps is highly competitive and we may lose customers",
            "Changes of tariffs could increase our costs and reduce our sales abroad.",
        ]
    );
}

#[test]
fn a_risk_that_is_said_twice_is_listed_once() {
    let one = "Changes of tariffs could increase our costs and reduce our sales abroad.\n";
    let two = "We depend on a single supplier of glass, and its loss would harm us.\n";
    let more = "The market for lamps is highly competitive and we may lose customers.\n";
    let body = body("It is so.");
    let text = [one, &body, two, &body, one, &body, more, &body].concat();
    assert_eq!(
        risks(&text),
        [one.trim_end(), two.trim_end(), more.trim_end()]
    );
}

#[test]
fn no_more_than_forty_are_listed() {
    let one = |i: usize| {
        let heading = format!("Risk number {i} could harm our business and our customers.\n");
        heading + &body("So it goes.")
    };
    let text: String = (0..60).map(one).collect();
    let risks = risks(&text);
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
    let risks = risks(text);
    assert!(
        risks[0].starts_with("Our business could be harmed"),
        "{risks:?}"
    );
}
