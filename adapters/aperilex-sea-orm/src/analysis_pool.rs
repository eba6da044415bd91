//! The pool of analyses.

use aperilex_ports::{
    AccessSource, AnalysisId, AnalysisPool, AnalysisRecord, FilingId, FindAnalysis, StoreError,
    UserId,
};
use async_trait::async_trait;
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QueryOrder, QueryResult,
    QuerySelect, QueryTrait, Select,
};

use crate::database::Store;
use crate::entity::analysis::{Column, Entity, Model, rank};
use crate::entity::filing_access;
use crate::error::store_error;
use crate::read::{page, read};
use crate::stored::{number, word};
use crate::transaction::Durability;

/// How the source of the access is called in the queries here.
const ACCESS_SOURCE: &str = "access_source";

#[async_trait]
impl AnalysisPool for Store {
    async fn find(&self, request: &FindAnalysis) -> Result<Option<AnalysisRecord>, StoreError> {
        let query = satisfying(request).into_query();
        self.db.one::<Model, _>(&query).await
    }

    async fn readable(
        &self,
        user: UserId,
        analysis: AnalysisId,
    ) -> Result<Option<(AnalysisRecord, AccessSource)>, StoreError> {
        let query = one_readable(user, analysis);
        let rows = self.db.rows(&query).await.map_err(store_error)?;
        rows.first().map(with_source).transpose()
    }

    async fn list(
        &self,
        user: UserId,
        filing: Option<FilingId>,
        before: Option<AnalysisId>,
        limit: usize,
    ) -> Result<Vec<(AnalysisRecord, AccessSource)>, StoreError> {
        let query = all_readable(user, filing, before, page(limit));
        let rows = self.db.rows(&query).await.map_err(store_error)?;
        rows.iter().map(with_source).collect()
    }

    async fn record_view(&self, analysis: AnalysisId, times: u64) -> Result<(), StoreError> {
        let update = Entity::update_many()
            .col_expr(Column::Views, Expr::col(Column::Views).add(number(times)))
            .filter(Column::Id.eq(analysis.as_uuid()))
            .into_query();
        let counted = self.db.alone(Durability::Relaxed, &update).await;
        counted.map(drop).map_err(store_error)
    }
}

/// An analysis, and why the account may read it.
fn with_source(row: &QueryResult) -> Result<(AnalysisRecord, AccessSource), StoreError> {
    let source: String = row.try_get("", ACCESS_SOURCE).map_err(store_error)?;
    let source = word("source of access", &source)?;
    Ok((read::<Model, _>(row)?, source))
}

/// Analyses that satisfy a request, the best first.
pub(crate) fn satisfying(request: &FindAnalysis) -> Select<Entity> {
    Entity::find()
        .filter(Column::FilingId.eq(request.filing.as_uuid()))
        .filter(Column::Template.eq(request.template.as_str()))
        .filter(Column::QualityRank.gte(rank(request.quality)))
        .apply_if(request.document_sha256, |query, document| {
            query.filter(Column::DocumentSha256.eq(document.to_string()))
        })
        .filter(Column::SchemaVersion.eq(i64::from(request.schema_version)))
        .filter(Column::PromptVersion.is_in(&request.prompt_versions))
        .filter(of_pool_or(request.owner))
        .filter(Column::RetractedAt.is_null())
        .order_by_desc(Column::QualityRank)
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(1)
}

/// One analysis, and why the account may read it, in one query.
pub(crate) fn one_readable(user: UserId, analysis: AnalysisId) -> SelectStatement {
    let mut query = readable_by(user)
        .filter(Column::Id.eq(analysis.as_uuid()))
        .into_query();
    with_access(&mut query, user);
    query
}

/// What the account may read, newest first.
pub(crate) fn all_readable(
    user: UserId,
    filing: Option<FilingId>,
    before: Option<AnalysisId>,
    limit: u64,
) -> SelectStatement {
    // Ids are in the order of their making.
    let mut query = readable_by(user)
        .apply_if(filing, |query, filing| {
            query.filter(Column::FilingId.eq(filing.as_uuid()))
        })
        .apply_if(before, |query, before| {
            query.filter(Column::Id.lt(before.as_uuid()))
        })
        .order_by_desc(Column::Id)
        .limit(limit)
        .into_query();
    with_access(&mut query, user);
    query
}

/// Analyses of the pool, and the account's own.
fn readable_by(user: UserId) -> Select<Entity> {
    Entity::find().filter(of_pool_or(Some(user)))
}

fn of_pool_or(owner: Option<UserId>) -> Condition {
    let own = owner.map(|owner| Column::OwnerId.eq(owner.as_uuid()));
    Condition::any()
        .add(Column::OwnerId.is_null())
        .add_option(own)
}

/// Only of filings that the account has access to: in the same query, so that nothing of the others
/// is ever read.
fn with_access(query: &mut SelectStatement, user: UserId) {
    let access = |column| Expr::col((filing_access::Entity, column));
    let same_filing = access(filing_access::Column::FilingId)
        .eq(Expr::col((Entity, Column::FilingId)))
        .and(access(filing_access::Column::UserId).eq(user.as_uuid()));
    query
        .join(JoinType::InnerJoin, filing_access::Entity, same_filing)
        .expr_as(access(filing_access::Column::Source), ACCESS_SOURCE);
}
