//! Books, read as of one moment.

use aperilex_ports::audit::{Books, Opened, Projection};
use aperilex_ports::{
    AuditRecord, AuditStore, Balance, ChainHead, FilingId, HoldStatus, ImportItem, ImportJob,
    JournalTx, LedgerError, LedgerRoot, MicroUsd, StoreError, Task, TaskEvent, UserId,
};
use async_trait::async_trait;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};
use uuid::Uuid;

use crate::audit_log::append;
use crate::database::{Database, Store};
use crate::entity::{
    account, analysis, filing_access, hold, ledger_entry, ledger_root, ledger_tx, task, task_event,
};
use crate::error::{Stop, Unreadable, store_error};
use crate::import_store::{items_of, jobs_of};
use crate::ledger::{head, journal, lots_of, rebuild_wallet};
use crate::read::page;
use crate::stored::{count, micros, number, word};
use crate::transaction::{Durability, MAX_REPEATS, pause};

/// Ids in one query: SQLite takes at most 32,766 values.
pub(crate) const CHUNK: usize = 1_000;

type Outcome<T> = Result<T, Stop<StoreError>>;

#[async_trait]
impl AuditStore for Store {
    async fn books(&self, user: UserId) -> Result<Option<Books>, StoreError> {
        let mut repeats = 0;
        loop {
            match look(&self.db, user).await {
                Err(stop) if repeats < MAX_REPEATS && stop.is_passing() => {
                    pause(repeats).await;
                    repeats += 1;
                }
                outcome => return outcome.map_err(Stop::into_refusal),
            }
        }
    }

    async fn heads(
        &self,
        after: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<(UserId, ChainHead)>, StoreError> {
        let query = account::Entity::find()
            .apply_if(after, |query, after| {
                query.filter(account::Column::Id.gt(after.as_uuid()))
            })
            .order_by_asc(account::Column::Id)
            .limit(page(limit));
        let rows = query.all(self.db.reader()).await.map_err(store_error)?;
        let read = |row: &account::Model| Ok((UserId::from_uuid(row.id), head(row)?));
        rows.iter().map(read).collect()
    }

    async fn keep_root(&self, root: &LedgerRoot) -> Result<(), StoreError> {
        let row = ledger_root::ActiveModel {
            id: NotSet,
            digest: Set(root.digest.to_string()),
            accounts: Set(number(root.accounts)),
            findings: Set(number(root.findings)),
            at: Set(micros(root.at)),
        };
        let kept = OnConflict::column(ledger_root::Column::Digest)
            .do_nothing_on([ledger_root::Column::Digest])
            .to_owned();
        let insert = ledger_root::Entity::insert(row)
            .on_conflict(kept)
            .into_query();
        let kept = self.db.alone(Durability::Full, &insert).await;
        kept.map(drop).map_err(store_error)
    }

    async fn roots(&self, limit: usize) -> Result<Vec<LedgerRoot>, StoreError> {
        let newest = ledger_root::Entity::find()
            .order_by_desc(ledger_root::Column::Id)
            .limit(page(limit))
            .into_query();
        self.db.legible::<ledger_root::Model, _>(&newest).await
    }

    async fn rebuild(
        &self,
        user: UserId,
        projection: &Projection,
        audit: &AuditRecord,
    ) -> Result<(), StoreError> {
        transact!(self.db, |tx| {
            match rebuild(tx, user, projection).await {
                Ok(()) => append(tx, audit).await.map(drop),
                Err(stop) => Err(stop),
            }
        })
    }
}

/// Stores what the journal makes of an account, if its chain still ends there.
async fn rebuild(tx: &DatabaseTransaction, user: UserId, projection: &Projection) -> Outcome<()> {
    let conflict = || Stop::Refused(StoreError::Conflict);
    let locked = account::Entity::find_by_id(user.as_uuid()).lock_exclusive();
    locked.one(tx).await?.ok_or_else(conflict)?;
    let last = ledger_tx::Entity::find()
        .filter(ledger_tx::Column::UserId.eq(user.as_uuid()))
        .order_by_desc(ledger_tx::Column::Seq)
        .one(tx)
        .await?;
    let last = last.map(JournalTx::try_from).transpose()?;
    let end = last.map_or_else(|| ChainHead::genesis(user), |last| last.head());
    if end != projection.head {
        return Err(conflict());
    }
    for (hold, status) in &projection.holds {
        let part = projection.parts.get(hold).copied().unwrap_or_default();
        // One that has ended already stays as it is: the database lets no hold end twice.
        hold::Entity::update_many()
            .col_expr(hold::Column::Status, status.as_str().into())
            .col_expr(hold::Column::Captured, part.micros().into())
            .filter(hold::Column::Id.eq(hold.as_uuid()))
            .filter(hold::Column::Status.eq(HoldStatus::Open.as_str()))
            .exec(tx)
            .await?;
    }
    rebuild_wallet(tx, user, projection)
        .await
        .map_err(|stop| stop.map(stored))
}

async fn look(db: &Database, user: UserId) -> Outcome<Option<Books>> {
    let tx = db.snapshot().await?;
    let account = account::Entity::find_by_id(user.as_uuid()).one(&tx).await?;
    let books = match &account {
        Some(account) => Some(read(&tx, account).await?),
        None => None,
    };
    tx.rollback().await?;
    Ok(books)
}

async fn read(tx: &DatabaseTransaction, account: &account::Model) -> Outcome<Books> {
    let id = account.id;
    let entries = ledger_entry::Entity::find()
        .filter(ledger_entry::Column::UserId.eq(id))
        .order_by_asc(ledger_entry::Column::Seq);
    let holds = hold::Entity::find()
        .filter(hold::Column::UserId.eq(id))
        .order_by_asc(hold::Column::Id);
    let tasks = task::Entity::find()
        .filter(task::Column::UserId.eq(id))
        .order_by_asc(task::Column::Id);
    let entries: Vec<aperilex_ports::LedgerEntry> = all(tx, entries).await?;
    let tasks: Vec<Task> = all(tx, tasks).await?;
    let named = entries.iter().filter_map(|entry| entry.analysis);
    let named = named.chain(tasks.iter().filter_map(|task| task.analysis));
    let mut named: Vec<Uuid> = named.map(|id| id.as_uuid()).collect();
    named.sort_unstable();
    named.dedup();
    let mut analyses = Vec::new();
    for ids in named.chunks(CHUNK) {
        let some = analysis::Entity::find()
            .filter(analysis::Column::Id.is_in(ids.iter().copied()))
            .order_by_asc(analysis::Column::Id);
        analyses.extend(all(tx, some).await?);
    }
    let user = UserId::from_uuid(id);
    let journal = journal::after(user, 0).all(tx).await?;
    let journal = journal::whole(tx, journal).await;
    Ok(Books {
        user,
        head: head(account)?,
        debt: MicroUsd::new(account.debt),
        journal: journal.map_err(|stop: Stop<LedgerError>| stop.map(stored))?,
        lots: all(tx, lots_of([id])).await?,
        balance: Balance {
            posted: MicroUsd::new(account.posted),
            held: MicroUsd::new(account.held),
        },
        entry_count: count("count of entries", account.seq)?,
        entries,
        holds: all(tx, holds).await?,
        tasks: with_events(tx, tasks).await?,
        imports: imports(tx, user).await?,
        access: access(tx, id).await?,
        analyses,
    })
}

/// Reading refuses nothing.
fn stored(error: LedgerError) -> StoreError {
    match error {
        LedgerError::Store(error) => error,
        _ => StoreError::Conflict,
    }
}

async fn with_events(
    tx: &DatabaseTransaction,
    tasks: Vec<Task>,
) -> Outcome<Vec<(Task, Vec<TaskEvent>)>> {
    let mut out = Vec::new();
    for task in tasks {
        let events = task_event::Entity::find()
            .filter(task_event::Column::TaskId.eq(task.id.as_uuid()))
            .order_by_asc(task_event::Column::Seq);
        let events = all(tx, events).await?;
        out.push((task, events));
    }
    Ok(out)
}

async fn imports(
    tx: &DatabaseTransaction,
    user: UserId,
) -> Outcome<Vec<(ImportJob, Vec<ImportItem>)>> {
    let mut jobs: Vec<ImportJob> = all(tx, jobs_of(user, None)).await?;
    jobs.reverse();
    let mut out = Vec::new();
    for job in jobs {
        let items = all(tx, items_of(job.id, 0)).await?;
        out.push((job, items));
    }
    Ok(out)
}

async fn access(tx: &DatabaseTransaction, user: Uuid) -> Outcome<Vec<Opened>> {
    let rows = filing_access::Entity::find()
        .filter(filing_access::Column::UserId.eq(user))
        .order_by_asc(filing_access::Column::FilingId)
        .all(tx)
        .await?;
    let read = |row: filing_access::Model| {
        let waiver = row.waiver.as_deref();
        Ok(Opened {
            filing: FilingId::from_uuid(row.filing_id),
            source: word("source of access", &row.source)?,
            waiver: waiver
                .map(|waiver| word("waiver of access", waiver))
                .transpose()?,
        })
    };
    rows.into_iter().map(read).collect()
}

async fn all<E, T>(tx: &DatabaseTransaction, query: Select<E>) -> Outcome<Vec<T>>
where
    E: EntityTrait,
    T: TryFrom<E::Model, Error = Unreadable>,
{
    let rows: Vec<E::Model> = query.all(tx).await?;
    let read = |row| Ok(T::try_from(row)?);
    rows.into_iter().map(read).collect()
}
