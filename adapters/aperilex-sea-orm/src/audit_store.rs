//! Books, read as of one moment.

use std::collections::BTreeMap;

use aperilex_ports::audit::{Acknowledged, Books, Opened, Projection};
use aperilex_ports::{
    AnalysisId, AuditRecord, AuditStore, Balance, ChainHead, FilingId, HoldStatus, ImportId,
    ImportItem, ImportJob, JournalTx, LedgerError, LedgerRoot, MicroUsd, ModelCall, StoreError,
    Task, TaskEvent, TaskId, Timestamp, UserId,
};
use async_trait::async_trait;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, IdenStatic,
    Iterable, PrimaryKeyToColumn, QueryFilter, QueryOrder, QueryResult, QuerySelect, QueryTrait,
    Select,
};
use uuid::Uuid;

use crate::audit_log::append;
use crate::database::{Database, Store};
use crate::entity::{
    account, analysis, filing_access, hold, idempotency, ledger_entry, ledger_proof, ledger_root,
    ledger_tx, model_call, task, task_event,
};
use crate::error::{Stop, Unreadable, store_error};
use crate::import_store::{items_of, jobs_of};
use crate::ledger::{head, head_of, journal, lots_of, rebuild_wallet};
use crate::read::{page, read as read_row};
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
    ) -> Result<Vec<(UserId, Option<ChainHead>)>, StoreError> {
        let query = account::Entity::find()
            .select_only()
            .columns([
                account::Column::Id,
                account::Column::ChainSeq,
                account::Column::ChainHash,
                account::Column::ChainAt,
            ])
            .apply_if(after, |query, after| {
                query.filter(account::Column::Id.gt(after.as_uuid()))
            })
            .order_by_asc(account::Column::Id)
            .limit(page(limit))
            .into_query();
        let rows = self.db.rows(&query).await.map_err(store_error)?;
        rows.iter().map(end_of).collect()
    }

    async fn claim_proof(&self, not_since: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        transact!(self.db, |tx| claim_proof(tx, not_since, now).await)
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

/// Where the chain of an account ends, if that can be read.
fn end_of(row: &QueryResult) -> Result<(UserId, Option<ChainHead>), StoreError> {
    let id = row.try_get("", "id").map_err(store_error)?;
    let user = UserId::from_uuid(id);
    let end = || -> Result<ChainHead, StoreError> {
        let get = |error| store_error(error);
        let seq = row.try_get("", "chain_seq").map_err(get)?;
        let hash: Option<String> = row.try_get("", "chain_hash").map_err(get)?;
        let at = row.try_get("", "chain_at").map_err(get)?;
        Ok(head(user, (seq, hash.as_deref(), at))?)
    };
    let end = end().inspect_err(
        |error| tracing::error!(account = %user, %error, "where its chain ends cannot be read"),
    );
    Ok((user, end.ok()))
}

/// Of many that ask at once, the one whose change of the row comes first.
async fn claim_proof(
    tx: &DatabaseTransaction,
    not_since: Timestamp,
    now: Timestamp,
) -> Outcome<bool> {
    let first = ledger_proof::ActiveModel {
        id: Set(ledger_proof::ONLY),
        begun_at: Set(micros(now)),
    };
    let there = OnConflict::column(ledger_proof::Column::Id)
        .do_nothing_on([ledger_proof::Column::Id])
        .to_owned();
    let inserted = ledger_proof::Entity::insert(first)
        .on_conflict(there)
        .exec_without_returning(tx)
        .await?;
    if inserted == 1 {
        return Ok(true);
    }
    let claimed = ledger_proof::Entity::update_many()
        .col_expr(ledger_proof::Column::BegunAt, micros(now).into())
        .filter(ledger_proof::Column::Id.eq(ledger_proof::ONLY))
        .filter(ledger_proof::Column::BegunAt.lt(micros(not_since)))
        .exec(tx)
        .await?;
    Ok(claimed.rows_affected == 1)
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
    let account = account::Entity::find_by_id(user.as_uuid());
    let books = match rows(&tx, account).await?.first() {
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
    let answers = answers(tx, id).await?;
    let named = entries.iter().filter_map(|entry| entry.analysis);
    let named = named.chain(tasks.iter().filter_map(|task| task.analysis));
    let named = named.chain(answers.iter().filter_map(|(_, answer)| match answer {
        Acknowledged::Analysis(id) => Some(*id),
        _ => None,
    }));
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
    let journal = rows(tx, journal::after(user, 0)).await?;
    let journal = journal::whole(tx, journal).await;
    Ok(Books {
        user,
        head: head_of(account)?,
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
        calls: calls(tx, &tasks).await?,
        answers,
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
    let mut events: BTreeMap<TaskId, Vec<TaskEvent>> = BTreeMap::new();
    for some in tasks.chunks(CHUNK) {
        let ids = some.iter().map(|task| task.id.as_uuid());
        let told = task_event::Entity::find()
            .filter(task_event::Column::TaskId.is_in(ids))
            .order_by_asc(task_event::Column::TaskId)
            .order_by_asc(task_event::Column::Seq);
        let told: Vec<TaskEvent> = all(tx, told).await?;
        for event in told {
            events.entry(event.task).or_default().push(event);
        }
    }
    let with_own = |task: Task| {
        let own = events.remove(&task.id).unwrap_or_default();
        (task, own)
    };
    Ok(tasks.into_iter().map(with_own).collect())
}

/// The calls of models for these tasks.
async fn calls(tx: &DatabaseTransaction, tasks: &[Task]) -> Outcome<Vec<ModelCall>> {
    let mut calls: Vec<ModelCall> = Vec::new();
    for some in tasks.chunks(CHUNK) {
        let ids = some.iter().map(|task| task.id.as_uuid());
        let made = model_call::Entity::find()
            .filter(model_call::Column::TaskId.is_in(ids))
            .order_by_asc(model_call::Column::Id);
        calls.extend(all(tx, made).await?);
    }
    calls.sort_by_key(|call| call.id);
    Ok(calls)
}

/// What requests of the account were answered with, by key.
async fn answers(tx: &DatabaseTransaction, user: Uuid) -> Outcome<Vec<(String, Acknowledged)>> {
    let kept = idempotency::Entity::find()
        .filter(idempotency::Column::UserId.eq(user))
        .order_by_asc(idempotency::Column::Key);
    let answer = |row: idempotency::Model| {
        let task = row
            .task_id
            .map(|id| Acknowledged::Task(TaskId::from_uuid(id)));
        let import = row
            .import_id
            .map(|id| Acknowledged::Import(ImportId::from_uuid(id)));
        let analysis = row.analysis_id;
        let analysis = analysis.map(|id| Acknowledged::Analysis(AnalysisId::from_uuid(id)));
        Some((row.key, task.or(import).or(analysis)?))
    };
    let kept = rows(tx, kept).await?;
    let mut answers: Vec<_> = kept.into_iter().filter_map(answer).collect();
    // Databases order text by rules of their own.
    answers.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(answers)
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
    let opened = filing_access::Entity::find()
        .filter(filing_access::Column::UserId.eq(user))
        .order_by_asc(filing_access::Column::FilingId);
    let opened = rows(tx, opened).await?;
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
    opened.into_iter().map(read).collect()
}

async fn all<E, T>(tx: &DatabaseTransaction, query: Select<E>) -> Outcome<Vec<T>>
where
    E: EntityTrait,
    T: TryFrom<E::Model, Error = Unreadable>,
{
    let rows = tx.query_all(&query.into_query()).await?;
    let read =
        |row: &QueryResult| read_row::<E::Model, T>(row).map_err(|error| named::<E>(row, error));
    rows.iter().map(read).collect()
}

/// The same of rows that are read as they are.
async fn rows<E: EntityTrait>(
    tx: &DatabaseTransaction,
    query: Select<E>,
) -> Outcome<Vec<E::Model>> {
    let rows = tx.query_all(&query.into_query()).await?;
    let read = |row: &QueryResult| {
        let model = E::Model::from_query_result(row, "");
        model.map_err(|error| named::<E>(row, store_error(error)))
    };
    rows.iter().map(read).collect()
}

/// Says which row it is that cannot be read: its table and its key.
fn named<E: EntityTrait>(row: &QueryResult, error: StoreError) -> Stop<StoreError> {
    let StoreError::Unreadable { what } = error else {
        return Stop::Refused(error);
    };
    let key = E::PrimaryKey::iter().map(|part| {
        let column = part.into_column();
        let column = column.as_str();
        let id = row.try_get::<Uuid>("", column).map(|id| id.to_string());
        let number = || row.try_get::<i64>("", column).map(|n| n.to_string());
        let text = |_| row.try_get::<String>("", column);
        let value = id.or_else(|_| number()).or_else(text);
        value.unwrap_or_else(|_| "?".to_owned())
    });
    let key: Vec<String> = key.collect();
    let table = E::default();
    Stop::Unreadable(format!("{} {}: {what}", table.table_name(), key.join(" ")))
}
