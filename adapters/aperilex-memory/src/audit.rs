//! Books.

use aperilex_ports::audit::Books;
use aperilex_ports::{AnalysisId, AuditStore, StoreError, Task, UserId};
use async_trait::async_trait;

use crate::state::State;
use crate::stores::MemoryStores;

#[async_trait]
impl AuditStore for MemoryStores {
    async fn books(&self, user: UserId) -> Result<Option<Books>, StoreError> {
        self.read("audit.books", |state| state.books(user))
    }
}

impl State {
    fn books(&self, user: UserId) -> Option<Books> {
        let balance = self.balance(user).ok()?;
        let entries = self.entries.get(&user).cloned().unwrap_or_default();
        let own = |task: &&Task| task.user == user;
        let tasks: Vec<_> = self.tasks.values().filter(own).cloned().collect();
        let named = entries.iter().filter_map(|entry| entry.analysis);
        let named: Vec<AnalysisId> = named
            .chain(tasks.iter().filter_map(|task| task.analysis))
            .collect();
        let analyses = self.analyses.values();
        let analyses = analyses.filter(|record| named.contains(&record.id));
        let events = |task: &Task| self.events.get(&task.id).cloned().unwrap_or_default();
        let wallet = self.wallet(user).ok()?;
        Some(Books {
            user,
            head: wallet.head,
            debt: wallet.debt,
            journal: self.journal.get(&user).cloned().unwrap_or_default(),
            lots: self.lots(user),
            balance,
            entry_count: u64::try_from(entries.len()).unwrap_or(u64::MAX),
            holds: self.holds_of(user),
            access: self
                .access
                .iter()
                .filter(|((owner, _), _)| *owner == user)
                .map(|((_, filing), source)| (*filing, *source))
                .collect(),
            analyses: analyses.cloned().collect(),
            tasks: tasks
                .into_iter()
                .map(|task| {
                    let events = events(&task);
                    (task, events)
                })
                .collect(),
            entries,
        })
    }
}
