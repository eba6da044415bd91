//! Keys that clients sent with their requests.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) user_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) key: String,
    pub(crate) request: String,
    /// The task that answered, or none if the pool did.
    pub(crate) task_id: Option<Uuid>,
    /// The analysis of the pool that answered.
    pub(crate) analysis_id: Option<Uuid>,
    pub(crate) expires_at: i64,
    /// The bulk import that answered.
    pub(crate) import_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
