//! Accounts with their wallets.

use aperilex_ports::{Account, Contract, NoticePreferences, UserId};
use sea_orm::entity::prelude::*;

use crate::error::Unreadable;
use crate::stored::{time, word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) email: String,
    pub(crate) tier: String,
    pub(crate) status: String,
    pub(crate) role: String,
    pub(crate) posted: i64,
    pub(crate) held: i64,
    pub(crate) seq: i64,
    pub(crate) chain_seq: i64,
    pub(crate) chain_hash: Option<String>,
    pub(crate) chain_at: Option<i64>,
    pub(crate) debt: i64,
    pub(crate) notify_tasks: i64,
    pub(crate) notify_low_balance: i64,
    pub(crate) created_at: i64,
    pub(crate) contract: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// What the account wants to be told of.
    pub(crate) const fn wants(&self) -> NoticePreferences {
        NoticePreferences {
            tasks: self.notify_tasks != 0,
            low_balance: self.notify_low_balance != 0,
        }
    }
}

impl TryFrom<Model> for Account {
    type Error = Unreadable;

    fn try_from(row: Model) -> Result<Self, Unreadable> {
        Ok(Self {
            id: UserId::from_uuid(row.id),
            // The address is not for logs, so it is not repeated.
            email: row
                .email
                .parse()
                .map_err(|_| Unreadable("e-mail address of an account".to_owned()))?,
            tier: word("tier of an account", &row.tier)?,
            status: word("status of an account", &row.status)?,
            role: word("role of an account", &row.role)?,
            contract: row
                .contract
                .map(|json| Contract::decode(&json))
                .transpose()
                .map_err(|error| Unreadable(format!("contract of an account: {error}")))?,
            created_at: time("creation of an account", row.created_at)?,
        })
    }
}
