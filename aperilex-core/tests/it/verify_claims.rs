//! Claims that must be refused although their quotes stand in the filing, and true ones.

use std::sync::Arc;

use aperilex_core::ports::{
    Draft, DraftClaim, DraftQuote, Fact, Figure, FilingContent, FilingParser, PartKind, Period,
    PriorFigure,
};
use aperilex_core::verify::check;
use aperilex_core::{FilingId, FilingMeta, RawDocument, RawFiling};
use aperilex_memory::PlainParser;

const SALES: &str = "Net sales rose to $268.4 million in 2025 because prices were higher.";
const DIVIDEND: &str = "The board declared dividends of $.05 per share for the year.";
const STORES: &str = "We run 12 stores in two states and half of them are ours.";
const MARGIN: &str = "The margin was (3)% of sales after COVID-19 in Q3 of the year.";
const EXOTIC: &str = "We paid 1.2.3 or - 5 or ½ of ９ units, 7 M each, to them.";
const ROW: &str = "Net (loss) income\t(23,517\t)\t21,450";

fn content() -> FilingContent {
    let text = [
        "Item 7. Management",
        SALES,
        DIVIDEND,
        STORES,
        MARGIN,
        EXOTIC,
        ROW,
        "Net",
        "The end.",
    ]
    .join("\n");
    let meta = FilingMeta {
        id: FilingId::of_accession(&"0001999999-26-000007".parse().unwrap()),
        accession: None,
        cik: None,
        company: None,
        ticker: None,
        form: "10-K".parse().unwrap(),
        filed: None,
        period: None,
        items: Vec::new(),
        primary_document: None,
        url: None,
    };
    let document = RawDocument {
        name: "main.txt".to_owned(),
        doc_type: None,
        sequence: None,
        description: None,
        bytes: text.clone().into_bytes().into(),
        sha256: None,
    };
    let raw = RawFiling {
        meta,
        documents: vec![document],
    };
    let mut content = PlainParser.parse(&raw).unwrap();
    let fact = |value: &str, year: i16, shown: Option<&str>| Fact {
        document: 0,
        concept: "us-gaap:NetIncomeLoss".into(),
        value: value.to_owned(),
        transformed: None,
        unit: Some("iso4217:USD".into()),
        decimals: Some("-3".to_owned()),
        period: Some(period(year)),
        dimensions: Arc::default(),
        range: shown.and_then(|shown| {
            let start = text.find(shown)?;
            Some(start..start + shown.len())
        }),
        footnotes: Vec::new(),
    };
    let segment = Fact {
        dimensions: [("srt:ProductAxis".into(), "x:KettlesMember".into())].into(),
        ..fact("12", 2025, Some("12 stores"))
    };
    content.facts = vec![
        fact("-23517000", 2025, Some("(23,517")),
        fact("21450000", 2024, Some("21,450")),
        segment,
    ];
    content
}

fn period(year: i16) -> Period {
    let day = format!("{year}-12-31");
    Period::Instant {
        instant: day.parse().unwrap(),
    }
}

fn holds(text: &str, quotes: &[&str], figure: Option<Figure>) -> bool {
    let quote = |quote: &&str| DraftQuote {
        document: 0,
        item: None,
        quote: (*quote).to_owned(),
        range: None,
    };
    let claim = DraftClaim {
        text: text.to_owned(),
        quotes: quotes.iter().map(quote).collect(),
        figure,
    };
    let parts = [(PartKind::Summary, vec![claim])].into();
    let draft = Draft {
        parts,
        ..Draft::default()
    };
    let checked = check(&content(), draft);
    let c = &checked.certificate;
    assert_eq!(c.numbers, c.numbers_verified);
    checked.passes()
}

#[test]
fn no_number_is_smuggled_past_the_count() {
    for added in [
        "Guidance: $900M.",
        "Guidance: $900bn.",
        "Guidance: USD900 million.",
        "Guidance: 900x.",
        "It grew year-over-900 million.",
        "Guidance: ９００ million.",
        "Guidance: $900.000000000000000000000000000000 million.",
        "Guidance: nine hundred million.",
        "Guidance for FY2031.",
        "It doubled.",
        "Half of it is new.",
        "See Q3.",
        "See COVID-19.",
        "See Item 900.",
        "It is ½.",
    ] {
        assert!(
            !holds(&format!("{SALES} {added}"), &[SALES], None),
            "{added}"
        );
    }
}

#[test]
fn magnitude_unit_and_sign_must_be_those_of_the_filing() {
    for (text, quote) in [
        ("Sales were $268.4 bn.", SALES),
        ("Sales were $268.4-billion.", SALES),
        ("Sales were $268.4\nbillion.", SALES),
        ("Sales were $268.4B.", SALES),
        ("Sales were $268.4 B.", SALES),
        ("Sales were $268.4.", SALES),
        ("Sales were 268.4%.", SALES),
        ("Sales were 268.4 thousand million.", SALES),
        ("Sales fell to $(268.4) million.", SALES),
        ("It is 12% of them.", STORES),
        ("It is 12 per cent of them.", STORES),
        ("It is 12 bps.", STORES),
        ("They are two hundred.", STORES),
        ("Dividends were $5 per share.", DIVIDEND),
        ("Dividends were $05 per share.", DIVIDEND),
        ("The margin was 3 %.", MARGIN),
        ("The margin was +3 %.", MARGIN),
        ("The margin was (3% of sales).", MARGIN),
        ("The margin was -3.", MARGIN),
        ("Sales were $268.4.", "Net sales rose to $268.4"),
        ("Dividends were 05.", "05 per share for the year."),
        ("The margin was 3.", "3)% of sales after COVID-19 in Q3"),
        ("Numbers without words.", "Net"),
    ] {
        assert!(!holds(text, &[quote], None), "{text}");
    }
}

#[test]
fn what_is_true_is_accepted() {
    for (text, quote) in [
        (SALES, SALES),
        (&format!("Sales: {SALES}"), SALES),
        (&format!("Going concern: {EXOTIC}"), EXOTIC),
        (EXOTIC, EXOTIC),
        ("Sales were 268.4 million in FY2025.", SALES),
        ("Sales were $268,400,000.", SALES),
        ("Sales were $0.2684 bn.", SALES),
        ("Sales were USD 268.4M.", SALES),
        ("The form 10-K says in Item 7: 12 stores.", STORES),
        ("They are in two states, half of them own.", STORES),
        ("Dividends were $0.05.", DIVIDEND),
        ("The margin fell 3 %.", MARGIN),
        ("The margin was -3% after COVID-19.", MARGIN),
        ("A loss of 23.517 million, 21,450 thousand before.", ROW),
        ("Net (loss) income | (23,517) | 21,450", ROW),
    ] {
        assert!(holds(text, &[quote], None), "{text}");
    }
    let numbered = format!("In 1999: {EXOTIC}");
    assert!(!holds(&numbered, &[EXOTIC], None), "labels have no numbers");
}

fn figure() -> Figure {
    Figure {
        concept: Some("us-gaap:NetIncomeLoss".to_owned()),
        value: "-23517000".to_owned(),
        unit: Some("iso4217:USD".into()),
        period: Some(period(2025)),
        prior: Some(PriorFigure {
            value: "21450000".to_owned(),
            period: Some(period(2024)),
            change_pct: Some("-209.6".to_owned()),
        }),
    }
}

#[test]
fn a_figure_is_tied_to_its_fact_its_citation_and_its_text() {
    let text = "Net income: -23.517 million USD, against 21.45 million USD before (-209.6 %)";
    assert!(holds(text, &[ROW], Some(figure())));
    for (wrong, quote) in [
        (text, "Net"),
        (text, SALES),
        (&*text.replace("-23.517", "23.517"), ROW),
        (&*text.replace("(-209.6 %)", "(+209.6 %)"), ROW),
        (&*text.replace("(-209.6 %)", "(-209.6)"), ROW),
        (
            "Net income: 21.45 million USD, against -23.517 million USD before (-209.6 %)",
            ROW,
        ),
        ("Net income: 21.45 million USD", ROW),
    ] {
        assert!(!holds(wrong, &[quote], Some(figure())), "{wrong}: {quote}");
    }
    let edits: [fn(&mut Figure); 7] = [
        |f| f.value = "-23517001".to_owned(),
        |f| f.unit = Some("iso4217:EUR".to_owned()),
        |f| f.period = Some(period(1999)),
        |f| f.concept = Some("us-gaap:Revenues".to_owned()),
        |f| f.concept = None,
        |f| f.prior.as_mut().unwrap().value = "21450001".to_owned(),
        |f| f.prior.as_mut().unwrap().change_pct = Some("209.6".to_owned()),
    ];
    for (index, edit) in edits.iter().enumerate() {
        let mut forged = figure();
        edit(&mut forged);
        assert!(!holds(text, &[ROW], Some(forged)), "edit {index}");
    }
}

#[test]
fn a_figure_with_dimensions_or_without_a_concept_proves_only_what_the_words_say() {
    let plain = |concept: Option<&str>, unit: Option<&str>, period: Option<Period>| Figure {
        concept: concept.map(str::to_owned),
        value: "12".to_owned(),
        unit: unit.map(str::to_owned),
        period,
        prior: None,
    };
    let usd = Some("iso4217:USD");
    let text = "There are 12.";
    let segment = plain(Some("us-gaap:NetIncomeLoss"), usd, Some(period(2025)));
    assert!(!holds(text, &[STORES], Some(segment)));
    assert!(holds(text, &[STORES], Some(plain(None, None, None))));
    assert!(!holds(text, &[STORES], Some(plain(None, usd, None))));
    assert!(!holds(
        text,
        &[STORES],
        Some(plain(None, None, Some(period(1999))))
    ));
    assert!(!holds(text, &[SALES], Some(plain(None, None, None))));
}
