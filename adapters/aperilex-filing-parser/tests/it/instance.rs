//! XBRL instances that are not inline.

use aperilex_filing_parser::Parser;
use aperilex_ports::{Fact, FilingContent, FilingParser as _, Period};

use crate::support::{file, filing, words};

const INSTANCE: &str = r##"<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE xbrl [<!ENTITY e "expanded">]>
<xbrli:xbrl xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:link="http://www.xbrl.org/2003/linkbase">
<link:schemaRef xlink:href="a.xsd"/>
<us-gaap:Assets id="f1" contextRef="c" unitRef="usd" decimals="-3">1234000.50</us-gaap:Assets>
<us-gaap:Note contextRef="c">&lt;p&gt;One &amp;amp; two&lt;/p&gt;&lt;p&gt;three&lt;/p&gt;</us-gaap:Note>
<us-gaap:Other contextRef="c"><![CDATA[<div>A</div><div>B</div>]]></us-gaap:Other>
<us-gaap:Name contextRef="c">AT&amp;T &e;</us-gaap:Name>
<us-gaap:Nil contextRef="c" unitRef="usd" xsi:nil="true"/>
<x:Tuple><x:Part contextRef="c">left out</x:Part></x:Tuple>
<xbrli:context id="c"><xbrli:entity><xbrli:identifier scheme="s">1</xbrli:identifier><xbrli:segment>
<xbrldi:explicitMember dimension="a:Axis">a:Member</xbrldi:explicitMember></xbrli:segment></xbrli:entity>
<xbrli:period><xbrli:instant>2012-12-31</xbrli:instant></xbrli:period></xbrli:context>
<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>
<link:footnoteLink><link:loc xlink:href="#f1" xlink:label="l"/>
<link:footnote xlink:label="n"><p>As restated.</p></link:footnote>
<link:footnoteArc xlink:from="l" xlink:to="n"/></link:footnoteLink>
</xbrli:xbrl>"##;

fn read(main: &str, instance: &str) -> FilingContent {
    let files = vec![
        file("main.htm", Some("10-K"), main),
        file("main_htm.xml", Some("XML"), instance),
        words(),
    ];
    Parser.parse(&filing("10-K", None, files)).unwrap()
}

fn fact<'c>(content: &'c FilingContent, concept: &str) -> &'c Fact {
    let mut facts = content.facts.iter();
    facts.find(|fact| &*fact.concept == concept).unwrap()
}

#[test]
fn facts_of_an_instance_are_read_and_shown_nowhere() {
    let content = read("<html><p>Annual report</p></html>", INSTANCE);
    let assets = fact(&content, "us-gaap:Assets");
    assert_eq!(
        (
            assets.document,
            assets.value.as_str(),
            assets.unit.as_deref()
        ),
        (1, "1234000.5", Some("iso4217:USD"))
    );
    assert_eq!(assets.decimals.as_deref(), Some("-3"));
    assert_eq!(assets.range, None);
    assert!(matches!(assets.period, Some(Period::Instant { .. })));
    assert_eq!(&*assets.dimensions[0].1, "a:Member");
    for (concept, value) in [
        ("us-gaap:Note", "One & two three"),
        ("us-gaap:Other", "A B"),
        ("us-gaap:Name", "AT&T &e;"),
        ("us-gaap:Nil", ""),
    ] {
        assert_eq!(fact(&content, concept).value, value, "{concept}");
    }
    assert_eq!(content.facts.len(), 5);
    assert!(content.documents[1].text.is_none());
    let told = content.warnings.join(" ");
    assert!(
        told.contains("XBRL: 1 facts left out: they are parts of tuples"),
        "{told}"
    );
}

#[test]
fn footnotes_of_an_instance_have_text_and_no_range() {
    let content = read("<html><p>Annual report</p></html>", INSTANCE);
    assert_eq!(fact(&content, "us-gaap:Assets").footnotes, [0]);
    let note = &content.footnotes[0];
    assert_eq!((note.text.as_str(), &note.range), ("As restated.", &None));
}

#[test]
fn an_instance_is_not_read_where_there_are_inline_facts() {
    let main = "<html><p><ix:nonNumeric name=\"dei:DocumentType\" contextRef=\"c\">10-K</ix:nonNumeric></p></html>";
    let content = read(main, INSTANCE);
    assert_eq!(content.facts.len(), 1);
    assert_eq!(content.facts[0].document, 0);
}

#[test]
fn an_instance_inside_a_submission_is_found() {
    let submission = format!(
        "<SEC-DOCUMENT>x\n<DOCUMENT>\n<TYPE>10-K\n<SEQUENCE>1\n<TEXT>\nANNUAL REPORT of a company\n</TEXT>\n</DOCUMENT>\n\
         <DOCUMENT>\n<TYPE>EX-101.INS\n<SEQUENCE>2\n<TEXT>\n<XBRL>\n{INSTANCE}\n</XBRL>\n</TEXT>\n</DOCUMENT>\n\
         <DOCUMENT>\n<TYPE>XML\n<SEQUENCE>3\n<TEXT>\n<XML>\n<?xml version='1.0'?><other/>\n</XML>\n</TEXT>\n</DOCUMENT>\n"
    );
    let wrapped = submission.replace("XBRL>\n", "XML>\n");
    for submission in [submission, wrapped] {
        let files = vec![file("a.txt", None, submission)];
        let content = Parser.parse(&filing("10-K", None, files)).unwrap();
        assert_eq!(content.facts.len(), 5);
        assert!(content.documents.iter().skip(1).all(|d| d.text.is_none()));
    }
}
