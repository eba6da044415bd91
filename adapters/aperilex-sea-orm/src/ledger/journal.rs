//! The journal, read back with its postings.

use std::collections::BTreeMap;

use aperilex_ports::{JournalTx, LedgerEntry, Operation, Posting, UserId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Select};

use super::Outcome;
use crate::entity::{ledger_posting, ledger_tx};
use crate::error::Unreadable;
use crate::stored::number;
use ledger_tx::{Column, Entity};

/// Transactions of an account after the given number, oldest first.
pub(crate) fn after(user: UserId, after: u64) -> Select<Entity> {
    Entity::find()
        .filter(Column::UserId.eq(user.as_uuid()))
        .filter(Column::Seq.gt(number(after)))
        .order_by_asc(Column::Seq)
}

/// The transaction with this key.
pub(super) async fn by_key(
    tx: &impl ConnectionTrait,
    user: UserId,
    key: &str,
) -> Outcome<Option<JournalTx>> {
    let found = Entity::find()
        .filter(Column::UserId.eq(user.as_uuid()))
        .filter(Column::Key.eq(key));
    Ok(whole(tx, found.all(tx).await?).await?.pop())
}

/// The capture that made an entry.
pub(super) async fn of_entry(
    tx: &impl ConnectionTrait,
    entry: &LedgerEntry,
) -> Outcome<Option<JournalTx>> {
    let charges = [Operation::Capture, Operation::CapturePart];
    let found = Entity::find()
        .filter(Column::EntryId.eq(entry.id.as_uuid()))
        .filter(Column::Operation.is_in(charges.map(Operation::as_str)));
    Ok(whole(tx, found.all(tx).await?).await?.pop())
}

/// The refunds of an entry.
pub(crate) async fn reversing(
    tx: &impl ConnectionTrait,
    entry: &LedgerEntry,
) -> Outcome<Vec<JournalTx>> {
    let found = Entity::find()
        .filter(Column::Reverses.eq(entry.id.as_uuid()))
        .order_by_asc(Column::Seq);
    whole(tx, found.all(tx).await?).await
}

/// Rows of one account with their postings.
pub(crate) async fn whole(
    tx: &impl ConnectionTrait,
    rows: Vec<ledger_tx::Model>,
) -> Outcome<Vec<JournalTx>> {
    let Some(user) = rows.first().map(|row| row.user_id) else {
        return Ok(Vec::new());
    };
    let mut postings: BTreeMap<i64, Vec<Posting>> = BTreeMap::new();
    let wanted: Vec<i64> = rows.iter().map(|row| row.seq).collect();
    for some in wanted.chunks(crate::audit_store::CHUNK) {
        let found = ledger_posting::Entity::find()
            .filter(ledger_posting::Column::UserId.eq(user))
            .filter(Expr::col(ledger_posting::Column::Seq).is_in(some.iter().copied()))
            .order_by_asc(ledger_posting::Column::Seq)
            .order_by_asc(ledger_posting::Column::Line);
        for row in found.all(tx).await? {
            let (seq, line) = (row.seq, row.line);
            let posting = row.try_into();
            let posting = posting
                .map_err(|error| named(&format!("ledger_posting {user} {seq} {line}"), error))?;
            postings.entry(seq).or_default().push(posting);
        }
    }
    let mut out = Vec::new();
    for row in rows {
        let own = postings.remove(&row.seq).unwrap_or_default();
        let seq = row.seq;
        let read = JournalTx::try_from(row);
        let read = read.map_err(|error| named(&format!("ledger_tx {user} {seq}"), error))?;
        out.push(JournalTx {
            postings: own,
            ..read
        });
    }
    Ok(out)
}

/// Says which row it is that cannot be read.
fn named(row: &str, Unreadable(what): Unreadable) -> Unreadable {
    Unreadable(format!("{row}: {what}"))
}
