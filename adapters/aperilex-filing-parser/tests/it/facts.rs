//! Inline XBRL 1.1.

use std::sync::Arc;

use crate::support::{check_map, file, filing, parse};
use aperilex_filing_parser::Parser;
use aperilex_ports::{Fact, FilingContent, FilingParser as _, Period};

const HEADER: &str = r#"<ix:header><ix:hidden>
<ix:nonNumeric contextRef="c1" name="dei:AmendmentFlag">false</ix:nonNumeric>
<ix:nonFraction contextRef="c2" name="x:Hidden" unitRef="usd" decimals="0" scale="3">1&#160;234</ix:nonFraction>
</ix:hidden><ix:references/><ix:resources>
<xbrli:context id="c1"><xbrli:entity><xbrli:identifier scheme="s">1</xbrli:identifier></xbrli:entity>
<xbrli:period><xbrli:startDate>2024-01-01</xbrli:startDate><xbrli:endDate>2024-12-31</xbrli:endDate></xbrli:period></xbrli:context>
<xbrli:context id="c2"><xbrli:entity><xbrli:segment>
<xbrldi:typedMember dimension="x:Tranche"><x:Name> A-1 </x:Name></xbrldi:typedMember>
<xbrldi:explicitMember dimension="us-gaap:SegmentAxis">x:EastMember</xbrldi:explicitMember></xbrli:segment></xbrli:entity>
<xbrli:period><xbrli:instant>2024-12-31</xbrli:instant></xbrli:period></xbrli:context>
<xbrli:context id="ever"><xbrli:period><xbrli:forever/></xbrli:period></xbrli:context>
<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>
<xbrli:unit id="eps"><xbrli:divide><xbrli:unitNumerator><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unitNumerator>
<xbrli:unitDenominator><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unitDenominator></xbrli:divide></xbrli:unit>
</ix:resources></ix:header>"#;

fn document(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><html xmlns:ix=\"http://www.xbrl.org/2013/inlineXBRL\"><body>\
         <div style=\"display:none\">{HEADER}</div>{body}</body></html>"
    )
}

fn read(body: &str) -> FilingContent {
    parse("10-K", document(body))
}

fn fact<'c>(content: &'c FilingContent, concept: &str) -> &'c Fact {
    content
        .facts
        .iter()
        .find(|fact| &*fact.concept == concept)
        .unwrap()
}

#[test]
fn numbers_are_scaled_and_signed_exactly() {
    let content = read(
        "<p>Loss of $(<ix:nonFraction name=\"x:Loss\" contextRef=\"c1\" unitRef=\"usd\" decimals=\"-6\" \
         scale=\"6\" sign=\"-\" format=\"ixt:num-dot-decimal\">1,250.5</ix:nonFraction>) and \
         <ix:nonFraction name=\"x:Eps\" contextRef=\"c1\" unitRef=\"eps\" decimals=\"INF\" sign=\"-\">1.25</ix:nonFraction></p>",
    );
    let loss = fact(&content, "x:Loss");
    assert_eq!(loss.value, "-1250500000");
    assert_eq!(loss.unit.as_deref(), Some("iso4217:USD"));
    assert_eq!(loss.decimals.as_deref(), Some("-6"));
    assert!(matches!(&loss.period, Some(Period::Duration { start, end })
        if start.to_string() == "2024-01-01" && end.to_string() == "2024-12-31"));
    assert_eq!(&content.text()[loss.range.clone().unwrap()], "1,250.5");
    let eps = fact(&content, "x:Eps");
    assert_eq!(
        (eps.value.as_str(), eps.unit.as_deref()),
        ("-1.25", Some("iso4217:USD/xbrli:shares"))
    );
}

#[test]
fn hidden_facts_have_values_and_no_range() {
    let content = read("<p>seen</p>");
    assert_eq!(content.text(), "seen");
    let flag = fact(&content, "dei:AmendmentFlag");
    assert_eq!((flag.value.as_str(), &flag.range), ("false", &None));
    let number = fact(&content, "x:Hidden");
    assert_eq!(number.value, "1234000");
    assert_eq!(
        number.dimensions,
        Arc::from([
            ("us-gaap:SegmentAxis".into(), "x:EastMember".into()),
            ("x:Tranche".into(), "A-1".into()),
        ])
    );
    assert!(
        !content.warnings.iter().any(|w| w.contains("hidden")),
        "{:?}",
        content.warnings
    );
}

#[test]
fn continuations_are_joined_and_exclusions_left_out() {
    let content = read(
        "<ix:nonNumeric name=\"x:Note\" contextRef=\"c1\" escape=\"true\" continuedAt=\"k1\"><p>One</p>\
         <ix:exclude><p>page 7</p></ix:exclude><p>two</p></ix:nonNumeric><p>between</p>\
         <ix:continuation id=\"k2\"><p>four</p></ix:continuation>\
         <ix:continuation id=\"k1\" continuedAt=\"k2\"><p>three</p></ix:continuation>",
    );
    let note = fact(&content, "x:Note");
    assert_eq!(note.value, "One two three four");
    assert_eq!(
        &content.text()[note.range.clone().unwrap()],
        "One\npage 7\ntwo"
    );
}

#[test]
fn nested_nil_and_timeless_facts() {
    let content = read(
        "<p><ix:nonNumeric name=\"x:Outer\" contextRef=\"ever\">All of \
         <ix:nonFraction name=\"x:Inner\" contextRef=\"c2\" unitRef=\"usd\" decimals=\"0\" format=\"ixt-sec:numwordsen\">two</ix:nonFraction> \
         things</ix:nonNumeric> <ix:nonFraction name=\"x:Nil\" contextRef=\"c2\" unitRef=\"usd\" xsi:nil=\"true\"/> \
         <ix:nonFraction name=\"x:Dash\" contextRef=\"c2\" unitRef=\"usd\" format=\"ixt:fixed-zero\">&#8212;</ix:nonFraction></p>",
    );
    assert_eq!(fact(&content, "x:Outer").value, "All of two things");
    assert_eq!(fact(&content, "x:Outer").period, None);
    assert_eq!(fact(&content, "x:Inner").value, "2");
    assert!(matches!(
        fact(&content, "x:Inner").period,
        Some(Period::Instant { .. })
    ));
    assert_eq!(fact(&content, "x:Nil").value, "");
    assert_eq!(fact(&content, "x:Dash").value, "0");
    let order: Vec<_> = content.facts.iter().map(|f| &*f.concept).collect();
    assert_eq!(
        order,
        [
            "dei:AmendmentFlag",
            "x:Hidden",
            "x:Outer",
            "x:Inner",
            "x:Nil",
            "x:Dash"
        ]
    );
}

#[test]
fn contexts_may_stand_in_another_document() {
    let second = "<html><body><p><ix:nonFraction name=\"x:Elsewhere\" contextRef=\"c2\" unitRef=\"usd\">7</ix:nonFraction></p></body></html>";
    let files = vec![
        file("a.htm", Some("10-K"), document("<p>main</p>")),
        file("b.htm", Some("EX-13"), second),
    ];
    let content = Parser.parse(&filing("10-K", None, files.clone())).unwrap();
    let found = fact(&content, "x:Elsewhere");
    assert_eq!(
        (found.document, found.unit.as_deref()),
        (1, Some("iso4217:USD"))
    );
    assert!(found.period.is_some());
    check_map(&content, &files);
}

#[test]
fn what_cannot_be_read_is_told() {
    let content = read(
        "<p><ix:nonFraction name=\"x:Odd\" contextRef=\"nowhere\" unitRef=\"usd\">about 5</ix:nonFraction></p>",
    );
    assert_eq!(fact(&content, "x:Odd").value, "about 5");
    let told = content.warnings.join(" ");
    assert!(
        told.contains("cannot be read") && told.contains("without a known context"),
        "{told}"
    );
}

#[test]
fn a_fact_whose_scale_cannot_be_applied_is_left_out() {
    for attributes in ["scale=\"100000000\"", "scale=\"six\"", "scale=\"-61\""] {
        let content = read(&format!(
            "<p><ix:nonFraction name=\"x:Odd\" contextRef=\"c1\" unitRef=\"usd\" {attributes}>5</ix:nonFraction></p>"
        ));
        assert!(content.facts.iter().all(|fact| &*fact.concept != "x:Odd"));
        let told = content.warnings.join(" ");
        assert!(told.contains("1 facts left out: their scale"), "{told}");
    }
}
