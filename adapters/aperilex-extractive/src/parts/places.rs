//! Where in a filing a part is drawn from.

use aperilex_ports::{FormFamily, PartKind, Section, SectionState};

use crate::filing::{Filing, Place};

/// Text for a part.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) places: Vec<Place>,
    /// Whether the places hold other matters too, so that sentences must be on the subject.
    pub(super) mixed: bool,
}

/// Where a part is drawn from; nothing where the filing says there is nothing; else the reason.
pub(super) fn find(filing: &Filing<'_>, part: PartKind) -> Result<Option<Found>, String> {
    let sections = sections(filing, part);
    let any = |state: SectionState| sections.iter().any(|s| s.state == state);
    let found = |places: Vec<Place>, mixed: bool| {
        let some = !places.is_empty();
        some.then_some(Found { places, mixed })
    };
    let with_text = sections.iter().filter(|section| has_text(section));
    if let Some(found) = found(with_text.map(|section| place(section)).collect(), false) {
        return Ok(Some(found));
    }
    if is_unsectioned(filing, &sections) {
        return Ok(found(vec![filing.whole(filing.content.main)], true));
    }
    if any(SectionState::IncorporatedByReference)
        && let Some(found) = found(annual_report(filing, part), true)
    {
        return Ok(Some(found));
    }
    if any(SectionState::NoneOrNotApplicable) {
        return Ok(None);
    }
    Err(reason(&sections))
}

/// Whether the text must do as a whole: it has no headings to go by.
fn is_unsectioned(filing: &Filing<'_>, sections: &[&Section]) -> bool {
    let headed = matches!(filing.family(), FormFamily::Proxy | FormFamily::S1);
    let indexed = |s: &&Section| s.state == SectionState::CrossReferenceIndex;
    let none = filing
        .content
        .sections
        .iter()
        .all(|s| s.state == SectionState::NotFound);
    (headed && none) || sections.iter().any(indexed)
}

/// The annual report to shareholders, where it is attached: what a 10-K takes from it is there.
fn annual_report(filing: &Filing<'_>, part: PartKind) -> Vec<Place> {
    let taken = matches!(
        part,
        PartKind::MdnaDrivers | PartKind::Liquidity | PartKind::Business
    );
    let documents = if taken {
        filing.exhibits("EX-13")
    } else {
        Vec::new()
    };
    documents
        .into_iter()
        .map(|document| filing.whole(document))
        .collect()
}

/// The sections of a part, by key where the form has numbers, else by title.
pub(super) fn sections<'c>(filing: &Filing<'c>, part: PartKind) -> Vec<&'c Section> {
    let keys = keys(filing, part);
    let all = &filing.content.sections;
    let by_key: Vec<&Section> = all
        .iter()
        .filter(|s| keys.contains(&(s.key.part.as_str(), s.key.item.as_str())))
        .collect();
    if !by_key.is_empty() {
        return by_key;
    }
    let titles = titles(part);
    all.iter()
        .filter(|section| {
            let title = section.title.to_lowercase().replace('’', "'");
            titles.iter().any(|words| title.contains(words))
        })
        .collect()
}

fn has_text(section: &Section) -> bool {
    let own = matches!(
        section.state,
        SectionState::Present | SectionState::PartlyIncorporatedByReference
    );
    own && !section.range.is_empty()
}

fn place(section: &Section) -> Place {
    Place {
        document: section.document,
        range: section.range.clone(),
    }
}

fn keys(filing: &Filing<'_>, part: PartKind) -> &'static [(&'static str, &'static str)] {
    let small_business = filing.content.form.base().contains("KSB");
    match (filing.family(), part) {
        (FormFamily::TenK, _) if small_business => &[],
        (FormFamily::TenK, PartKind::Business) => &[("I", "1")],
        (FormFamily::TenK, PartKind::RiskFactors) => &[("I", "1A")],
        (FormFamily::TenK, PartKind::Legal) => &[("I", "3")],
        (FormFamily::TenK, PartKind::MdnaDrivers) => &[("II", "7")],
        (FormFamily::TenK, PartKind::Liquidity) => &[("II", "7"), ("II", "7A")],
        (FormFamily::TenK, PartKind::Governance) => {
            &[("III", "10"), ("III", "11"), ("III", "12"), ("III", "13")]
        }
        (FormFamily::TenQ, PartKind::RiskFactors) => &[("II", "1A")],
        (FormFamily::TenQ, PartKind::Legal) => &[("II", "1")],
        (FormFamily::TenQ, PartKind::MdnaDrivers) => &[("I", "2")],
        (FormFamily::TenQ, PartKind::Liquidity) => &[("I", "2"), ("I", "3")],
        (FormFamily::TwentyF, PartKind::Business) => &[("I", "4")],
        (FormFamily::TwentyF, PartKind::RiskFactors) => &[("I", "3"), ("I", "3D"), ("I", "3.D")],
        (FormFamily::TwentyF, PartKind::MdnaDrivers | PartKind::Liquidity) => &[("I", "5")],
        (FormFamily::TwentyF, PartKind::Governance) => &[("I", "6")],
        (FormFamily::TwentyF, PartKind::Legal) => &[("I", "8")],
        (FormFamily::S1, PartKind::Business) => &[("", "business")],
        (FormFamily::S1, PartKind::RiskFactors) => &[("", "risk-factors")],
        (FormFamily::S1, PartKind::Legal) => &[("", "legal-proceedings")],
        (FormFamily::S1, PartKind::MdnaDrivers | PartKind::Liquidity) => {
            &[("", "managements-discussion-and-analysis")]
        }
        (FormFamily::S1, PartKind::Governance) => {
            &[("", "management"), ("", "executive-compensation")]
        }
        (FormFamily::S1, PartKind::Offering) => &[
            ("", "the-offering"),
            ("", "use-of-proceeds"),
            ("", "dilution"),
            ("", "plan-of-distribution"),
        ],
        (FormFamily::Proxy, PartKind::Governance) => &[
            ("", "board-governance"),
            ("", "executive-officers"),
            ("", "director-compensation"),
            ("", "compensation-discussion-and-analysis"),
            ("", "related-person-transactions"),
        ],
        _ => &[],
    }
}

fn titles(part: PartKind) -> &'static [&'static str] {
    match part {
        PartKind::Business => &["business"],
        PartKind::RiskFactors => &["risk factors"],
        PartKind::Legal => &["legal proceedings"],
        PartKind::MdnaDrivers | PartKind::Liquidity => &[
            "management's discussion",
            "operating and financial review",
            "plan of operation",
        ],
        PartKind::Governance => &[
            "director",
            "governance",
            "executive compensation",
            "officers",
        ],
        PartKind::Offering => &[
            "the offering",
            "use of proceeds",
            "dilution",
            "plan of distribution",
            "underwriting",
            "capitalization",
        ],
        _ => &[],
    }
}

fn reason(sections: &[&Section]) -> String {
    let Some(section) = sections.first() else {
        return "the filing has no heading for it".to_owned();
    };
    let key = &section.key;
    let what = match section.state {
        SectionState::Reserved => "is reserved",
        SectionState::IncorporatedByReference => {
            "is incorporated by reference from another document"
        }
        SectionState::PointerInternal => "points to another place of the document",
        SectionState::RefersToOtherFiling => "refers to another filing",
        SectionState::OmittedGeneralInstructionJ => "is omitted under General Instruction J",
        SectionState::NotFound => "has no heading in the filing",
        _ => "holds no text",
    };
    format!("{key} {what}")
}
