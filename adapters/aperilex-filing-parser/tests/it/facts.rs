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
        "<p><ix:nonFraction name=\"x:Odd\" contextRef=\"nowhere\" unitRef=\"none\">about 5</ix:nonFraction></p>",
    );
    assert_eq!(fact(&content, "x:Odd").value, "about 5");
    let told = content.warnings.join(" ");
    assert!(
        told.contains("cannot be read")
            && told.contains("without a known context")
            && told.contains("without the unit"),
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

fn told(content: &FilingContent, words: &str) -> bool {
    content.warnings.iter().any(|told| told.contains(words))
}

fn has(content: &FilingContent, concept: &str) -> bool {
    content.facts.iter().any(|fact| &*fact.concept == concept)
}

/// A number of a format.
fn number(concept: &str, format: &str, shown: &str) -> String {
    format!(
        "<p><ix:nonFraction name=\"{concept}\" contextRef=\"c1\" unitRef=\"usd\" format=\"{format}\">{shown}</ix:nonFraction></p>"
    )
}

/// A text of a format.
fn text(concept: &str, format: &str, shown: &str) -> String {
    format!(
        "<p><ix:nonNumeric name=\"{concept}\" contextRef=\"c1\" format=\"{format}\">{shown}</ix:nonNumeric></p>"
    )
}

#[test]
fn a_decimal_comma_is_read_as_one() {
    let content = read(
        &[
            number("x:A", "ixt:numcomma", "1234,56"),
            number("x:B", "ixt:num-comma-decimal-apos", "1'234,56"),
            number("x:C", "ixt:num-comma-decimal", "1.234,56"),
        ]
        .concat(),
    );
    for concept in ["x:A", "x:B", "x:C"] {
        assert_eq!(fact(&content, concept).value, "1234.56");
    }
}

#[test]
fn a_number_of_an_unknown_format_is_left_out_and_told() {
    let content = read(&number("x:A", "ixt:num-roman-en", "MMXX"));
    assert!(!has(&content, "x:A"));
    assert!(told(
        &content,
        "1 facts left out: the format of their number"
    ));
    let content = read(&text(
        "x:B",
        "ixt:date-day-monthname-year-de",
        "1. Mai 2024",
    ));
    assert_eq!(fact(&content, "x:B").value, "1. Mai 2024");
    assert!(told(&content, "1 facts as they are shown"));
}

#[test]
fn parentheses_inside_a_negated_number_do_not_turn_it() {
    let content = read(
        "<p><ix:nonFraction name=\"x:A\" contextRef=\"c1\" unitRef=\"usd\" sign=\"-\" scale=\"3\">(5)</ix:nonFraction></p>",
    );
    assert_eq!(fact(&content, "x:A").value, "-5000");
}

#[test]
fn texts_are_transformed_and_keep_what_is_shown() {
    let content = read(
        &[
            text(
                "x:Date",
                "ixt:date-monthname-day-year-en",
                "June&#160;30, 2024",
            ),
            text("x:Day", "ixt:date-monthname-day-en", "June 30"),
            text("x:Box", "ixt-sec:boolballotbox", "&#9746;"),
            text("x:Flag", "ixt:fixed-false", "no such thing"),
            text(
                "x:Exchange",
                "ixt-sec:exchnameen",
                "The Nasdaq Stock Market LLC",
            ),
            text("x:State", "ixt-sec:stateprovnameen", "New York"),
            text("x:Life", "ixt-sec:durwordsen", "five-year"),
            text("x:Years", "ixt-sec:duryear", "2.5"),
            text("x:Count", "ixt-sec:numwordsen", "twelve"),
            text("x:Bad", "ixt:date-monthname-day-year-en", "soon"),
        ]
        .concat(),
    );
    for (concept, value, shown) in [
        ("x:Date", "2024-06-30", "June 30, 2024"),
        ("x:Day", "--06-30", "June 30"),
        ("x:Box", "true", "☒"),
        ("x:Flag", "false", "no such thing"),
        ("x:Exchange", "NASDAQ", "The Nasdaq Stock Market LLC"),
        ("x:State", "NY", "New York"),
        ("x:Life", "P5Y", "five-year"),
        ("x:Years", "P2Y6M", "2.5"),
        ("x:Count", "12", "twelve"),
        ("x:Bad", "soon", "soon"),
    ] {
        let fact = fact(&content, concept);
        assert_eq!(fact.canonical(), value, "{concept}");
        assert_eq!(fact.value, shown);
        assert_eq!(content.slice(0, fact.range.as_ref().unwrap()), shown);
    }
    assert!(told(&content, "1 facts whose value or name cannot be read"));
}

#[test]
fn a_date_in_two_parts_is_one() {
    let content = read(
        "<p><ix:nonNumeric name=\"x:End\" contextRef=\"c1\" format=\"ixt:date-monthname-day-year-en\" \
         continuedAt=\"k\">December 31</ix:nonNumeric>, <b><ix:continuation id=\"k\">2024</ix:continuation></b></p>",
    );
    assert_eq!(fact(&content, "x:End").canonical(), "2024-12-31");
}

/// Documents of one filing.
fn filed(documents: &[&str]) -> FilingContent {
    let files = documents.iter().enumerate().map(|(at, document)| {
        let doc_type = if at == 0 { "10-K" } else { "EX-99" };
        file(&format!("{at}.htm"), Some(doc_type), *document)
    });
    let files: Vec<_> = files.chain([crate::support::words()]).collect();
    Parser.parse(&filing("10-K", None, files)).unwrap()
}

#[test]
fn contexts_are_shared_over_any_number_of_documents() {
    let main = document("<p>main</p>");
    let other = "<html><p><ix:nonFraction name=\"x:Far\" contextRef=\"c2\" unitRef=\"usd\">7</ix:nonFraction></p></html>";
    let mut documents = vec![main.as_str()];
    documents.extend(["<html><p>nothing here</p></html>"; 12]);
    documents.push(other);
    let content = filed(&documents);
    let far = fact(&content, "x:Far");
    assert_eq!(
        (far.document, far.unit.as_deref()),
        (13, Some("iso4217:USD"))
    );
    assert_eq!(far.dimensions.len(), 2);
}

#[test]
fn the_own_document_comes_first_and_others_must_agree() {
    let with = |year: u16| {
        document("<p><ix:nonNumeric name=\"x:A\" contextRef=\"c1\">a</ix:nonNumeric></p>")
            .replace("2024-12-31", &format!("{year}-12-31"))
    };
    let third =
        "<html><p><ix:nonNumeric name=\"x:C\" contextRef=\"c1\">c</ix:nonNumeric></p></html>";
    let content = filed(&[&with(2024), &with(2025), third]);
    let ends: Vec<_> = content
        .facts
        .iter()
        .filter(|fact| &*fact.concept == "x:A")
        .map(|fact| fact.period.as_ref().unwrap().end().year())
        .collect();
    assert_eq!(ends, [2024, 2025]);
    assert_eq!(fact(&content, "x:C").period, None);
    assert!(told(&content, "1 facts without a known context"));
}

#[test]
fn a_text_may_go_on_in_another_document() {
    let main = document(
        "<p><ix:nonNumeric name=\"x:Note\" contextRef=\"c1\" continuedAt=\"k\">One</ix:nonNumeric></p>",
    );
    let content = filed(&[
        &main,
        "<html><p>Before <ix:continuation id=\"k\">two <ix:exclude>not</ix:exclude> three</ix:continuation></p></html>",
    ]);
    assert_eq!(fact(&content, "x:Note").value, "One two three");
}

#[test]
fn a_context_that_says_more_than_dimensions_has_no_facts() {
    let body = "<p><ix:nonFraction name=\"x:East\" contextRef=\"s\" unitRef=\"usd\">1</ix:nonFraction>\
        <ix:nonFraction name=\"x:Sub\" contextRef=\"e\" unitRef=\"usd\">2</ix:nonFraction></p>\
        <ix:header><ix:resources><xbrli:context id=\"s\"><xbrli:entity><xbrli:identifier scheme=\"s\">1</xbrli:identifier>\
        <xbrli:segment><x:Region>East</x:Region></xbrli:segment></xbrli:entity></xbrli:context>\
        <xbrli:context id=\"e\"><xbrli:entity><xbrli:identifier scheme=\"s\">2</xbrli:identifier></xbrli:entity></xbrli:context>\
        <xbrli:context id=\"z\"><xbrli:entity><xbrli:identifier scheme=\"s\">0001</xbrli:identifier></xbrli:entity></xbrli:context>\
        </ix:resources></ix:header>";
    let content = read(body);
    assert!(!has(&content, "x:East") && !has(&content, "x:Sub"));
    assert!(told(&content, "their context says more than dimensions"));
    assert!(told(&content, "they are about another entity"));
}

#[test]
fn prefixes_are_those_that_the_document_binds() {
    for uri in [
        "http://www.xbrl.org/2008/inlineXBRL",
        "http://www.xbrl.org/2013/inlineXBRL",
    ] {
        let content = parse(
            "10-K",
            format!(
                "<html xmlns:inl=\"{uri}\" xmlns:f=\"http://www.xbrl.org/inlineXBRL/transformation/2015-02-26\">\
                 <inl:header><inl:hidden><inl:nonNumeric name=\"x:H\" contextRef=\"c\">h</inl:nonNumeric></inl:hidden>\
                 <inl:resources><context xmlns=\"http://www.xbrl.org/2003/instance\" id=\"c\"><entity/>\
                 <period><instant>2024-12-31</instant></period></context><unit id=\"u\"><measure>a:b</measure></unit>\
                 </inl:resources></inl:header>\
                 <p>Sales <inl:nonFraction name=\"x:S\" contextRef=\"c\" unitRef=\"u\" format=\"f:numdotdecimal\">1,000</inl:nonFraction></p></html>"
            ),
        );
        assert_eq!(content.text(), "Sales 1,000");
        assert_eq!(fact(&content, "x:H").range, None);
        let sales = fact(&content, "x:S");
        assert_eq!(
            (sales.value.as_str(), sales.unit.as_deref()),
            ("1000", Some("a:b"))
        );
        assert!(sales.period.is_some());
    }
}

#[test]
fn facts_of_tuples_and_other_targets_are_left_out() {
    let one = |attributes: &str| {
        format!("<ix:nonNumeric name=\"x:A\" contextRef=\"c1\" {attributes}>a</ix:nonNumeric>")
    };
    let content = read(&format!(
        "<p><ix:tuple name=\"x:T\">{}</ix:tuple>{}{}{}</p>",
        one(""),
        one("tupleRef=\"t\""),
        one("target=\"other\""),
        one("id=\"mine\"")
    ));
    let found = content.facts.iter().filter(|f| &*f.concept == "x:A");
    assert_eq!(found.count(), 1);
    assert!(told(&content, "2 facts left out: they are parts of tuples"));
    assert!(told(
        &content,
        "1 facts left out: they are of another target"
    ));
}

#[test]
fn a_style_shows_where_a_hidden_fact_stands() {
    let hidden = "<ix:header><ix:hidden><ix:nonNumeric id=\"h1\" name=\"x:Life\" contextRef=\"c1\">P5Y</ix:nonNumeric>\
        <ix:nonNumeric id=\"h2\" name=\"x:Rate\" contextRef=\"c1\">PT5H</ix:nonNumeric></ix:hidden></ix:header>";
    let content = read(&format!(
        "{hidden}<table><tr><td>Lives</td><td><span style=\"color:#000;-sec-ix-hidden:h1\"><span style=\"-sec-ix-hidden: h2;\">five\n \
         years</span></span></td><td><span style=\"-sec-ix-hidden:none\">x</span></td></tr></table>"
    ));
    for (concept, value) in [("x:Life", "P5Y"), ("x:Rate", "PT5H")] {
        let fact = fact(&content, concept);
        assert_eq!(fact.value, value);
        let range = fact.range.as_ref().unwrap();
        assert_eq!(content.slice(0, range), "five years");
    }
}

#[test]
fn precision_is_told_as_decimals() {
    let content = read(
        "<p><ix:nonFraction name=\"x:A\" contextRef=\"c1\" unitRef=\"usd\" precision=\"2\" scale=\"3\">12.5</ix:nonFraction></p>",
    );
    assert_eq!(fact(&content, "x:A").decimals.as_deref(), Some("-3"));
}

#[test]
fn facts_have_their_footnotes() {
    let content = read(
        "<p><ix:nonNumeric id=\"f1\" name=\"x:A\" contextRef=\"c1\">a</ix:nonNumeric>\
         <ix:nonNumeric id=\"f2\" name=\"x:B\" contextRef=\"c1\">b</ix:nonNumeric>\
         <ix:nonNumeric name=\"x:C\" contextRef=\"c1\" footnoteRefs=\"old n2\">c</ix:nonNumeric></p>\
         <p><ix:footnote id=\"n1\">As <b>restated</b>.</ix:footnote></p><p><ix:footnote id=\"n2\">Unaudited.</ix:footnote>\
         <ix:footnote footnoteID=\"old\">Of 2010.</ix:footnote></p>\
         <ix:header><ix:resources><ix:relationship fromRefs=\"f1 f2\" toRefs=\"n1\"/>\
         <ix:relationship fromRefs=\"f2 nowhere\" toRefs=\"n2 n1\"/></ix:resources></ix:header>",
    );
    let notes: Vec<_> = content
        .footnotes
        .iter()
        .map(|note| {
            let shown = content.slice(note.document, note.range.as_ref().unwrap());
            assert_eq!(shown, note.text);
            shown
        })
        .collect();
    assert_eq!(notes, ["As restated.", "Unaudited.", "Of 2010."]);
    let of = |concept| fact(&content, concept).footnotes.clone();
    assert_eq!(
        (of("x:A"), of("x:B"), of("x:C")),
        (vec![0], vec![0, 1], vec![1, 2])
    );
}

#[test]
fn facts_of_a_context_share_its_dimensions() {
    let one = "<ix:nonNumeric name=\"x:A\" contextRef=\"c2\">a</ix:nonNumeric>";
    let content = read(&format!("<p>{one} {one}</p>"));
    let mut found = content.facts.iter().filter(|f| &*f.concept == "x:A");
    let (a, b) = (found.next().unwrap(), found.next().unwrap());
    assert!(Arc::ptr_eq(&a.dimensions, &b.dimensions) && Arc::ptr_eq(&a.concept, &b.concept));
}
