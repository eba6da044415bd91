//! Credits in detail: what there is, from where, and what became of it in a month.

use aperilex_core::{AccountStatement, CreditLot};
use poem_openapi::Object;
use uuid::Uuid;

use super::account::EntryDocument;
use super::text::{LotSourceWord, Moment, Usd};

/// Credits that came together and lapse together.
#[derive(Debug, Object)]
#[oai(rename = "CreditLot", skip_serializing_if_is_none)]
pub(crate) struct LotDocument {
    /// The entry that brought them.
    lot_id: Uuid,
    source: LotSourceWord,
    /// What came.
    granted_usd: Usd,
    /// What of them can be spent.
    available_usd: Usd,
    /// What of them is set aside.
    held_usd: Usd,
    /// When what is left lapses; absent if never.
    expires_at: Option<Moment>,
    created_at: Moment,
}

/// Lots that have something left, in the order in which they are spent.
#[derive(Debug, Object)]
#[oai(rename = "CreditLots")]
pub(crate) struct LotsDocument {
    pub(crate) items: Vec<LotDocument>,
}

/// What an account's credits did in a month. The opening balance and all lines make the closing one.
#[derive(Debug, Object)]
#[oai(rename = "BillingStatement")]
pub(crate) struct StatementDocument {
    /// Its beginning.
    from: Moment,
    /// Its end, which is no part of it.
    to: Moment,
    opening_usd: Usd,
    closing_usd: Usd,
    /// Oldest first.
    lines: Vec<EntryDocument>,
}

impl From<&CreditLot> for LotDocument {
    fn from(lot: &CreditLot) -> Self {
        Self {
            lot_id: lot.id.as_uuid(),
            source: lot.source.into(),
            granted_usd: lot.granted.into(),
            available_usd: lot.available.into(),
            held_usd: lot.held.into(),
            expires_at: lot.expires_at.map(Into::into),
            created_at: lot.created_at.into(),
        }
    }
}

impl From<&AccountStatement> for StatementDocument {
    fn from(statement: &AccountStatement) -> Self {
        Self {
            from: statement.period.start.into(),
            to: statement.period.end.into(),
            opening_usd: statement.opening.into(),
            closing_usd: statement.closing.into(),
            lines: statement.lines.iter().map(EntryDocument::from).collect(),
        }
    }
}
