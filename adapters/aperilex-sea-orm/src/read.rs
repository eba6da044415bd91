//! Reads outside transactions: one query each, repeated where a connection turns out to be dead.

use aperilex_ports::{MAX_PAGE, StoreError};
use sea_orm::sea_query::SelectStatement;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, QueryResult};

use crate::database::Database;
use crate::error::{Unreadable, is_passing, store_error};
use crate::transaction::{MAX_REPEATS, pause};

impl Database {
    /// The rows of a query, as what they are rows of.
    pub(crate) async fn all<M, T>(&self, query: &SelectStatement) -> Result<Vec<T>, StoreError>
    where
        M: FromQueryResult,
        T: TryFrom<M, Error = Unreadable>,
    {
        let rows = self.rows(query).await.map_err(store_error)?;
        rows.iter().map(read).collect()
    }

    /// The same, for those who sweep: a row that cannot be read is reported and passed over, so that it
    /// does not keep the others from being swept.
    pub(crate) async fn legible<M, T>(&self, query: &SelectStatement) -> Result<Vec<T>, StoreError>
    where
        M: FromQueryResult,
        T: TryFrom<M, Error = Unreadable>,
    {
        let rows = self.rows(query).await.map_err(store_error)?;
        let report = |error: &StoreError| tracing::error!(%error, "a row is passed over");
        let legible = rows.iter().map(read).map(|row| row.inspect_err(report));
        Ok(legible.filter_map(Result::ok).collect())
    }

    /// The first row of a query.
    pub(crate) async fn one<M, T>(&self, query: &SelectStatement) -> Result<Option<T>, StoreError>
    where
        M: FromQueryResult,
        T: TryFrom<M, Error = Unreadable>,
    {
        let rows = self.rows(query).await.map_err(store_error)?;
        rows.first().map(read).transpose()
    }

    pub(crate) async fn rows(&self, query: &SelectStatement) -> Result<Vec<QueryResult>, DbErr> {
        let mut repeats = 0;
        loop {
            match self.reader().query_all(query).await {
                Err(error) if repeats < MAX_REPEATS && is_passing(&error) => {
                    pause(repeats).await;
                    repeats += 1;
                }
                outcome => return outcome,
            }
        }
    }
}

/// One row.
pub(crate) fn read<M, T>(row: &QueryResult) -> Result<T, StoreError>
where
    M: FromQueryResult,
    T: TryFrom<M, Error = Unreadable>,
{
    let model = M::from_query_result(row, "").map_err(store_error)?;
    Ok(T::try_from(model)?)
}

/// A lawful number of rows.
pub(crate) fn page(limit: usize) -> u64 {
    limit.min(MAX_PAGE) as u64
}
