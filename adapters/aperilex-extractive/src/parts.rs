//! The parts of an analysis, each drawn in its own way.

mod events;
mod flag_rules;
mod item_titles;
mod key_financials;
mod passages;
mod places;
mod red_flags;
mod risk_factors;
mod summary;

use aperilex_ports::{DraftClaim, PartKind};

use crate::filing::Filing;

/// What a part came to, or why there is nothing to say.
pub(crate) type Part = Result<Drawn, String>;

/// Claims, and what was looked for beside them in vain.
#[derive(Debug, Default)]
pub(crate) struct Drawn {
    pub(crate) claims: Vec<DraftClaim>,
    pub(crate) missing: Vec<String>,
}

impl From<Vec<DraftClaim>> for Drawn {
    fn from(claims: Vec<DraftClaim>) -> Self {
        Self {
            claims,
            missing: Vec::new(),
        }
    }
}

/// Draws a part.
pub(crate) fn draw(filing: &Filing<'_>, part: PartKind) -> Part {
    match part {
        PartKind::Summary => summary::draw(filing),
        PartKind::KeyFinancials => key_financials::draw(filing),
        PartKind::RiskFactors => risk_factors::draw(filing),
        PartKind::Events => events::draw(filing),
        PartKind::RedFlags => Ok(red_flags::draw(filing)),
        _ => passages::draw(filing, part),
    }
}
