//! What is to be sent.

use aperilex_ports::{MAX_PAGE, Outbox, OutboxItem, OutboxMessage, StoreError, Timestamp};
use async_trait::async_trait;

use crate::state::{OutboxRow, State};
use crate::stores::MemoryStores;

#[async_trait]
impl Outbox for MemoryStores {
    async fn next_batch(
        &self,
        limit: usize,
        leased_until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<OutboxMessage>, StoreError> {
        self.commit("outbox.next_batch", |state| {
            Ok(state.hand_out(limit, leased_until, |row| {
                !is_notice(row) && is_free(row, now)
            }))
        })
    }

    async fn next_notices(
        &self,
        limit: usize,
        leased_until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<OutboxMessage>, StoreError> {
        self.commit("outbox.next_notices", |state| {
            Ok(state.hand_out(limit, leased_until, |row| {
                is_notice(row) && is_free(row, now)
            }))
        })
    }

    async fn put_off(&self, id: i64, until: Timestamp) -> Result<(), StoreError> {
        self.commit("outbox.put_off", |state| {
            if let Some(row) = state.outbox.get_mut(&id) {
                row.leased_until = Some(until);
            }
            Ok(())
        })
    }

    async fn put(&self, items: &[OutboxItem]) -> Result<(), StoreError> {
        self.commit("outbox.put", |state| {
            for item in items {
                state.announce(item.clone());
            }
            Ok(())
        })
    }

    async fn mark_sent(&self, ids: &[i64], _now: Timestamp) -> Result<(), StoreError> {
        self.commit("outbox.mark_sent", |state| {
            for id in ids {
                state.outbox.remove(id);
            }
            Ok(())
        })
    }
}

const fn is_notice(row: &OutboxRow) -> bool {
    matches!(row.item, OutboxItem::Notice(_))
}

fn is_free(row: &OutboxRow, now: Timestamp) -> bool {
    row.leased_until.is_none_or(|until| until <= now)
}

impl State {
    fn hand_out(
        &mut self,
        limit: usize,
        leased_until: Timestamp,
        wanted: impl Fn(&OutboxRow) -> bool,
    ) -> Vec<OutboxMessage> {
        let rows = self.outbox.iter_mut().filter(|(_, row)| wanted(row));
        let lease = |(id, row): (&i64, &mut OutboxRow)| {
            row.leased_until = Some(leased_until);
            row.attempts += 1;
            OutboxMessage {
                id: *id,
                item: row.item.clone(),
                attempts: row.attempts,
            }
        };
        rows.take(limit.min(MAX_PAGE)).map(lease).collect()
    }
}
