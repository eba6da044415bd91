//! Which parts an analysis has, by form and template.

use aperilex_ports::{FormFamily, PartKind, Template};

use crate::filing::Filing;
use PartKind::{
    Business, Events, Governance, KeyFinancials, Legal, Liquidity, MdnaDrivers, Offering, RedFlags,
    RiskFactors, Summary,
};

/// The parts that the template asks for and the form has, the summary among them always.
pub(crate) fn parts(filing: &Filing<'_>, template: Template) -> Vec<PartKind> {
    let of_form = of_form(filing);
    let asked = |part: &PartKind| match template {
        Template::Comprehensive => true,
        Template::Financial => matches!(
            part,
            Summary | KeyFinancials | MdnaDrivers | Liquidity | Events | Offering | RedFlags
        ),
        Template::Risk => matches!(part, Summary | RiskFactors | Legal | Events | RedFlags),
        Template::Business => matches!(part, Summary | Business | Events | Governance | Offering),
    };
    of_form.iter().copied().filter(asked).collect()
}

fn of_form(filing: &Filing<'_>) -> &'static [PartKind] {
    match filing.family() {
        FormFamily::TenK | FormFamily::TwentyF => &[
            Summary,
            KeyFinancials,
            RiskFactors,
            MdnaDrivers,
            Liquidity,
            Business,
            Legal,
            Governance,
            RedFlags,
        ],
        FormFamily::TenQ => &[
            Summary,
            KeyFinancials,
            RiskFactors,
            MdnaDrivers,
            Liquidity,
            Legal,
            RedFlags,
        ],
        FormFamily::EightK if reports_results(filing) => {
            &[Summary, Events, KeyFinancials, RedFlags]
        }
        FormFamily::EightK => &[Summary, Events, RedFlags],
        FormFamily::Proxy => &[Summary, Governance, RedFlags],
        FormFamily::S1 => &[
            Summary,
            Offering,
            KeyFinancials,
            RiskFactors,
            MdnaDrivers,
            Liquidity,
            Business,
            Legal,
            Governance,
            RedFlags,
        ],
        _ => &[Summary, RedFlags],
    }
}

/// Whether a current report has results: item 2.02, or 12 before August 2004.
fn reports_results(filing: &Filing<'_>) -> bool {
    let codes = filing.content.items_8k.iter().chain(&filing.meta.items);
    codes
        .into_iter()
        .any(|code| matches!(code.as_str(), "2.02" | "12"))
}
