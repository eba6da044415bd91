//! What is to be sent.

use aperilex_ports::{MAX_PAGE, Outbox, OutboxMessage, StoreError, Timestamp};
use async_trait::async_trait;

use crate::state::OutboxRow;
use crate::stores::MemoryStores;

#[async_trait]
impl Outbox for MemoryStores {
    async fn next_batch(
        &self,
        limit: usize,
        leased_until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<OutboxMessage>, StoreError> {
        let free = |row: &OutboxRow| row.leased_until.is_none_or(|until| until <= now);
        self.commit("outbox.next_batch", |state| {
            let rows = state.outbox.iter_mut().filter(|(_, row)| free(row));
            let lease = |(id, row): (&i64, &mut OutboxRow)| {
                row.leased_until = Some(leased_until);
                OutboxMessage {
                    id: *id,
                    item: row.item.clone(),
                }
            };
            Ok(rows.take(limit.min(MAX_PAGE)).map(lease).collect())
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
