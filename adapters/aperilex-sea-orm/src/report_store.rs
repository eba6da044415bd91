//! Usage in aggregate: each number is one query, as of its own moment.

use std::collections::BTreeMap;
use std::str::FromStr;

use aperilex_ports::{
    AccountUsage, CountName, Date, Days, FilingId, Gauges, HoldStatus, MicroUsd, PoolShare,
    PopularFiling, Quantiles, ReportStore, StoreError, TaskStatus, UsageQuery, UsageReport, UserId,
};
use async_trait::async_trait;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{
    Alias, Asterisk, Expr, ExprTrait, Func, OnConflict, Order, Query, SelectStatement, SimpleExpr,
};
use sea_orm::{
    ColumnTrait, EntityTrait, Iden, QueryFilter, QueryResult, QuerySelect, QueryTrait, TryGetable,
};
use uuid::Uuid;

use crate::database::{Database, Store};
use crate::entity::{
    account, analysis, daily_count, filing_access, hold, ledger_entry, outbox, task,
};
use crate::error::store_error;
use crate::stored::{micros, number, time, word};
use crate::transaction::Durability;

/// The column of a count or sum.
const N: &str = "n";
/// Tasks in these wait to be run.
const WAITING: [TaskStatus; 3] = [
    TaskStatus::Pending,
    TaskStatus::Queued,
    TaskStatus::Retrying,
];

#[async_trait]
impl ReportStore for Store {
    async fn count(&self, day: Date, name: CountName, more: u64) -> Result<(), StoreError> {
        use daily_count::{ActiveModel, Column, Entity};
        let row = ActiveModel {
            day: Set(since_1970(day)),
            name: Set(name.as_str().to_owned()),
            n: Set(number(more)),
        };
        let sum = Expr::col((Entity, Column::N)).add(number(more));
        let add = OnConflict::columns([Column::Day, Column::Name])
            .value(Column::N, sum)
            .to_owned();
        let insert = Entity::insert(row).on_conflict(add).into_query();
        let counted = self.db.alone(Durability::Relaxed, &insert).await;
        counted.map(drop).map_err(store_error)
    }

    async fn usage(&self, query: &UsageQuery) -> Result<UsageReport, StoreError> {
        let (db, days) = (&self.db, query.days);
        let (popular, other_requests) = popular(db, query).await?;
        Ok(UsageReport {
            accounts: by_word(db, grouped(account::Entity, account::Column::Tier)).await?,
            filings_per_account: filings(db, query).await?,
            counts: counts(db, days).await?,
            tasks: by_word(db, tasks_of(days, None)).await?,
            popular,
            other_requests,
            entries: sums(db, entries_of(days, None)).await?,
            pool: shares(db).await?,
        })
    }

    async fn of_account(&self, user: UserId, days: Days) -> Result<AccountUsage, StoreError> {
        let granted = granted(days)
            .filter(filing_access::Column::UserId.eq(user.as_uuid()))
            .expr_as(Func::count(Expr::col(Asterisk)), N)
            .into_query();
        Ok(AccountUsage {
            filings: one(&self.db, &granted).await?,
            tasks: by_word(&self.db, tasks_of(days, Some(user))).await?,
            entries: sums(&self.db, entries_of(days, Some(user))).await?,
        })
    }

    async fn gauges(&self) -> Result<Gauges, StoreError> {
        let db = &self.db;
        let open = hold::Entity::find()
            .select_only()
            .expr_as(Func::count(Expr::col(Asterisk)), N)
            .filter(hold::Column::Status.eq(HoldStatus::Open.as_str()))
            .into_query();
        let unsent = outbox::Entity::find()
            .select_only()
            .expr_as(Func::count(Expr::col(Asterisk)), N)
            .into_query();
        let credits = account::Entity::find()
            .select_only()
            .expr_as(sum(account::Column::Posted), "posted")
            .expr_as(sum(account::Column::Held), "held")
            .expr_as(sum(account::Column::Debt), "debt")
            .into_query();
        let pool = analysis::Entity::find()
            .select_only()
            .expr_as(Func::count(Expr::col(Asterisk)), N)
            .expr_as(sum(analysis::Column::ResultBytes), "bytes")
            .filter(analysis::Column::RetractedAt.is_null())
            .filter(analysis::Column::OwnerId.is_null())
            .into_query();
        let oldest = task::Entity::find()
            .select_only()
            .expr_as(Expr::col(task::Column::CreatedAt).min(), N)
            .filter(task::Column::Status.is_in(WAITING.map(TaskStatus::as_str)))
            .into_query();
        let [posted, held, debt] = numbers(db, &credits, ["posted", "held", "debt"]).await?;
        let [pooled, bytes] = numbers(db, &pool, [N, "bytes"]).await?;
        let oldest = db.rows(&oldest).await.map_err(store_error)?;
        let oldest = oldest.first().map(get_n::<Option<i64>>).transpose()?;
        let waiting = |at| time("creation of a task", at).map_err(StoreError::from);
        Ok(Gauges {
            tasks: by_word(db, grouped(task::Entity, task::Column::Status)).await?,
            oldest_waiting: oldest.flatten().map(waiting).transpose()?,
            open_holds: one(db, &open).await?,
            held: MicroUsd::new(held),
            available: MicroUsd::new(posted.saturating_sub(held)),
            owed: MicroUsd::new(debt),
            pooled: pooled.unsigned_abs(),
            pool_bytes: bytes.unsigned_abs(),
            outbox: one(db, &unsent).await?,
        })
    }
}

fn since_1970(day: Date) -> i64 {
    let days = Date::constant(1970, 1, 1).until(day);
    days.map_or(0, |span| i64::from(span.get_days()))
}

/// A sum as a whole number: Postgres makes a decimal of it otherwise.
fn sum<C: sea_orm::sea_query::IntoColumnRef>(column: C) -> SimpleExpr {
    let whole = Expr::col(column).sum().cast_as("bigint");
    Func::coalesce([whole, Expr::val(0_i64)]).into()
}

fn get<T: TryGetable>(row: &QueryResult, column: &str) -> Result<T, StoreError> {
    row.try_get("", column).map_err(store_error)
}

fn get_n<T: TryGetable>(row: &QueryResult) -> Result<T, StoreError> {
    get(row, N)
}

/// The count that the query gives.
async fn one(db: &Database, query: &SelectStatement) -> Result<u64, StoreError> {
    let rows = db.rows(query).await.map_err(store_error)?;
    let n = rows.first().map(get_n::<i64>).transpose()?;
    Ok(n.unwrap_or(0).unsigned_abs())
}

/// The numbers in the one row of a query.
async fn numbers<const COUNT: usize>(
    db: &Database,
    query: &SelectStatement,
    columns: [&str; COUNT],
) -> Result<[i64; COUNT], StoreError> {
    let rows = db.rows(query).await.map_err(store_error)?;
    let mut numbers = [0; COUNT];
    if let Some(row) = rows.first() {
        for (number, column) in numbers.iter_mut().zip(columns) {
            *number = get(row, column)?;
        }
    }
    Ok(numbers)
}

/// Rows by the word in a column.
fn grouped<E: EntityTrait>(entity: E, column: E::Column) -> SelectStatement {
    let _ = entity;
    E::find()
        .select_only()
        .column_as(column, "word")
        .expr_as(Func::count(Expr::col(Asterisk)), N)
        .group_by(column)
        .into_query()
}

/// The counts of words.
async fn by_word<W: FromStr + Ord>(
    db: &Database,
    query: SelectStatement,
) -> Result<BTreeMap<W, u64>, StoreError> {
    let rows = db.rows(&query).await.map_err(store_error)?;
    let read = |row: &QueryResult| {
        let text: String = get(row, "word")?;
        let n: i64 = get_n(row)?;
        Ok((word("word of a report", &text)?, n.unsigned_abs()))
    };
    rows.iter().map(read).collect()
}

/// The sums of amounts by word.
async fn sums<W: FromStr + Ord>(
    db: &Database,
    query: SelectStatement,
) -> Result<BTreeMap<W, MicroUsd>, StoreError> {
    let rows = db.rows(&query).await.map_err(store_error)?;
    let read = |row: &QueryResult| {
        let text: String = get(row, "word")?;
        let word = word("word of a report", &text)?;
        Ok((word, MicroUsd::new(get_n(row)?)))
    };
    rows.iter().map(read).collect()
}

fn tasks_of(days: Days, user: Option<UserId>) -> SelectStatement {
    use task::Column;
    task::Entity::find()
        .select_only()
        .column_as(Column::Status, "word")
        .expr_as(Func::count(Expr::col(Asterisk)), N)
        .filter(Column::CreatedAt.gte(micros(days.start())))
        .filter(Column::CreatedAt.lt(micros(days.end())))
        .apply_if(user, |query, user| {
            query.filter(Column::UserId.eq(user.as_uuid()))
        })
        .group_by(Column::Status)
        .into_query()
}

fn entries_of(days: Days, user: Option<UserId>) -> SelectStatement {
    use ledger_entry::Column;
    ledger_entry::Entity::find()
        .select_only()
        .column_as(Column::Kind, "word")
        .expr_as(sum(Column::Amount), N)
        .filter(Column::At.gte(micros(days.start())))
        .filter(Column::At.lt(micros(days.end())))
        .apply_if(user, |query, user| {
            query.filter(Column::UserId.eq(user.as_uuid()))
        })
        .group_by(Column::Kind)
        .into_query()
}

/// Access that was given in these days.
fn granted(days: Days) -> sea_orm::Select<filing_access::Entity> {
    use filing_access::Column;
    filing_access::Entity::find()
        .select_only()
        .filter(Column::GrantedAt.gte(micros(days.start())))
        .filter(Column::GrantedAt.lt(micros(days.end())))
}

async fn filings(db: &Database, query: &UsageQuery) -> Result<Option<Quantiles>, StoreError> {
    let each = granted(query.days)
        .expr_as(Func::count(Expr::col(Asterisk)), N)
        .group_by(filing_access::Column::UserId)
        .into_query();
    let rows = db.rows(&each).await.map_err(store_error)?;
    let counts = rows.iter().map(get_n::<i64>);
    let counts: Vec<u64> = counts
        .map(|n| n.map(i64::unsigned_abs))
        .collect::<Result<_, _>>()?;
    Ok(Quantiles::of(counts, query.least_readers))
}

async fn counts(db: &Database, days: Days) -> Result<BTreeMap<CountName, u64>, StoreError> {
    use daily_count::Column;
    let query = daily_count::Entity::find()
        .select_only()
        .column_as(Column::Name, "word")
        .expr_as(sum(Column::N), N)
        .filter(Column::Day.gte(since_1970(days.from)))
        .filter(Column::Day.lt(since_1970(days.to)))
        .group_by(Column::Name)
        .into_query();
    by_word(db, query).await
}

/// Tasks of these days by filing, with how many accounts may read it.
fn requests(query: &UsageQuery) -> SelectStatement {
    use task::Column;
    let readers = Query::select()
        .expr(Func::count(Expr::col(Asterisk)))
        .from(filing_access::Entity)
        .and_where(
            Expr::col((filing_access::Entity, filing_access::Column::FilingId))
                .eq(Expr::col((Alias::new(REQUESTS), Column::FilingId))),
        )
        .to_owned();
    let requests = task::Entity::find()
        .select_only()
        .column(Column::FilingId)
        .expr_as(Func::count(Expr::col(Asterisk)), N)
        .filter(Column::CreatedAt.gte(micros(query.days.start())))
        .filter(Column::CreatedAt.lt(micros(query.days.end())))
        .group_by(Column::FilingId)
        .into_query();
    Query::select()
        .column((Alias::new(REQUESTS), Column::FilingId))
        .column((Alias::new(REQUESTS), Alias::new(N)))
        .expr_as(
            SimpleExpr::SubQuery(None, Box::new(readers.into())),
            Alias::new("readers"),
        )
        .from_subquery(requests, Alias::new(REQUESTS))
        .to_owned()
}

const REQUESTS: &str = "requests";

/// The filings most asked for, and the requests for all others.
async fn popular(
    db: &Database,
    query: &UsageQuery,
) -> Result<(Vec<PopularFiling>, u64), StoreError> {
    let most = u64::try_from(query.most_filings).unwrap_or(u64::MAX);
    let enough = Expr::col(Alias::new("readers")).gte(number(query.least_readers));
    let named = Query::select()
        .column(Asterisk)
        .from_subquery(requests(query), Alias::new("read"))
        .and_where(enough)
        .order_by(Alias::new(N), Order::Desc)
        .order_by(Alias::new("readers"), Order::Desc)
        .order_by(task::Column::FilingId, Order::Asc)
        .limit(most)
        .to_owned();
    let rows = db.rows(&named).await.map_err(store_error)?;
    let read = |row: &QueryResult| {
        let filing: Uuid = get(row, task::Column::FilingId.unquoted())?;
        Ok::<_, StoreError>(PopularFiling {
            filing: FilingId::from_uuid(filing),
            requests: get_n::<i64>(row)?.unsigned_abs(),
            readers: get::<i64>(row, "readers")?.unsigned_abs(),
        })
    };
    let popular: Vec<_> = rows.iter().map(read).collect::<Result<_, _>>()?;
    let all: BTreeMap<TaskStatus, u64> = by_word(db, tasks_of(query.days, None)).await?;
    let all: u64 = all.values().sum();
    let named: u64 = popular.iter().map(|filing| filing.requests).sum();
    Ok((popular, all.saturating_sub(named)))
}

fn mean(sum: u64, count: u64) -> u16 {
    let mean = sum.checked_div(count).unwrap_or_default();
    u16::try_from(mean).unwrap_or(u16::MAX)
}

async fn shares(db: &Database) -> Result<Vec<PoolShare>, StoreError> {
    use analysis::Column;
    let query = analysis::Entity::find()
        .select_only()
        .column(Column::Quality)
        .column(Column::Method)
        .expr_as(Func::count(Expr::col(Asterisk)), N)
        .expr_as(sum(Column::ResultBytes), "bytes")
        .expr_as(sum(Column::Claims), "found")
        .expr_as(sum(Column::Views), "reads")
        .expr_as(sum(Column::Score), "scores")
        .filter(Column::RetractedAt.is_null())
        .filter(Column::OwnerId.is_null())
        .group_by(Column::Quality)
        .group_by(Column::Method)
        .into_query();
    let rows = db.rows(&query).await.map_err(store_error)?;
    let read = |row: &QueryResult| {
        let (quality, method): (String, String) = (get(row, "quality")?, get(row, "method")?);
        let n = |column| get::<i64>(row, column).map(i64::unsigned_abs);
        Ok(PoolShare {
            quality: word("quality of an analysis", &quality)?,
            method: word("method of an analysis", &method)?,
            analyses: n(N)?,
            bytes: n("bytes")?,
            claims: n("found")?,
            score: mean(n("scores")?, n(N)?),
            views: n("reads")?,
        })
    };
    let mut shares: Vec<PoolShare> = rows.iter().map(read).collect::<Result<_, StoreError>>()?;
    shares.sort_by_key(|share| (share.quality, share.method.as_str()));
    Ok(shares)
}
