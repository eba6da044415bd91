//! The account: limits, usage, credits.

use std::sync::Arc;

use aperilex_core::BillingPeriod;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};

use super::Group;
use super::page::Page;
use crate::api::Api;
use crate::auth::Caller;
use crate::problem::{Changing, Fails, Plain, Problem, ProblemCode};
use crate::wire::account::{BalanceDocument, EntryDocument, LedgerPage, MeDocument};
use crate::wire::billing::{LotDocument, LotsDocument, StatementDocument};
use crate::wire::notices::{NoticesBody, NoticesDocument};
use crate::wire::text::{self, CursorText};

#[derive(Debug)]
pub(crate) struct AccountRoutes(pub(crate) Arc<Api>);

#[derive(ApiResponse)]
enum ReadMe {
    /// The account.
    #[oai(status = 200)]
    Ok(Json<MeDocument>),
}

#[derive(ApiResponse)]
enum Closed {
    /// The account is closed.
    #[oai(status = 204)]
    Done,
}

#[derive(ApiResponse)]
enum Notices {
    /// What it is told of.
    #[oai(status = 200)]
    Ok(Json<NoticesDocument>),
}

#[derive(ApiResponse)]
enum Listed {
    /// A page.
    #[oai(status = 200)]
    Ok(Json<LedgerPage>),
}

#[derive(ApiResponse)]
enum ReadBalance {
    /// What there is.
    #[oai(status = 200)]
    Ok(Json<BalanceDocument>),
}

#[derive(ApiResponse)]
enum ListedLots {
    /// All that have something left.
    #[oai(status = 200)]
    Ok(Json<LotsDocument>),
}

#[derive(ApiResponse)]
enum ReadStatement {
    /// The month.
    #[oai(status = 200)]
    Ok(Json<StatementDocument>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Group::Account")]
impl AccountRoutes {
    /// The account behind the key: tier, limits, usage, balance.
    #[oai(path = "/me", method = "get", operation_id = "getMe")]
    async fn me(&self, caller: Caller) -> Result<ReadMe, Fails<Plain>> {
        let engine = &self.0.engine;
        let usage = engine.usage(&caller).await?;
        let plan = engine.settings().plan_of(&caller);
        Ok(ReadMe::Ok(Json(MeDocument::new(&caller, &plan, &usage))))
    }

    /// Closes the account for ever.
    ///
    /// Waiting tasks are withdrawn; keys, sessions and the password are removed and the address is
    /// forgotten. What stays is the ledger. Credits that are left are lost.
    #[oai(path = "/me", method = "delete", operation_id = "closeAccount")]
    async fn close(&self, caller: Caller) -> Result<Closed, Fails<Plain>> {
        self.0.engine.close_account(&caller).await?;
        self.0.authenticator.forget(caller.id);
        Ok(Closed::Done)
    }

    /// The account's credits.
    #[oai(
        path = "/billing/balance",
        method = "get",
        operation_id = "getBillingBalance"
    )]
    async fn balance(&self, caller: Caller) -> Result<ReadBalance, Fails<Plain>> {
        let funds = self.0.engine.funds(caller.id).await?;
        Ok(ReadBalance::Ok(Json(funds.into())))
    }

    /// The account's credits by where they came from and when they lapse.
    #[oai(
        path = "/billing/lots",
        method = "get",
        operation_id = "listCreditLots"
    )]
    async fn lots(&self, caller: Caller) -> Result<ListedLots, Fails<Plain>> {
        let lots = self.0.engine.lots(caller.id).await?;
        let items = lots.iter().map(LotDocument::from).collect();
        Ok(ListedLots::Ok(Json(LotsDocument { items })))
    }

    /// What the account's credits did in a month of UTC.
    #[oai(
        path = "/billing/statements/:month",
        method = "get",
        operation_id = "getBillingStatement"
    )]
    async fn statement(
        &self,
        caller: Caller,
        /// Such as `2026-11`.
        month: Path<String>,
    ) -> Result<ReadStatement, Fails<Plain>> {
        let first = text::day(&format!("{}-01", month.0)).map_err(|_| {
            let detail = "expected a month such as 2026-11, of the years 1900 to 2199";
            Problem::field(ProblemCode::InvalidField, "month", detail)
        })?;
        let period = BillingPeriod::month(first);
        let statement = self.0.engine.statement(caller.id, period).await?;
        Ok(ReadStatement::Ok(Json((&statement).into())))
    }

    /// What the account is told of by mail, or as the installation decides.
    #[oai(path = "/me/notices", method = "get", operation_id = "getNotices")]
    async fn notices(&self, caller: Caller) -> Result<Notices, Fails<Plain>> {
        let preferences = self.0.engine.notice_preferences(caller.id).await?;
        Ok(Notices::Ok(Json(preferences.into())))
    }

    /// Chooses what the account is told of.
    #[oai(path = "/me/notices", method = "put", operation_id = "setNotices")]
    async fn set_notices(
        &self,
        caller: Caller,
        body: NoticesBody,
    ) -> Result<Notices, Fails<Changing>> {
        let engine = &self.0.engine;
        engine.set_notice_preferences(caller.id, body.0).await?;
        Ok(Notices::Ok(Json(body.0.into())))
    }

    /// The account's ledger, newest entry first.
    #[oai(
        path = "/billing/entries",
        method = "get",
        operation_id = "listBillingEntries"
    )]
    async fn entries(
        &self,
        caller: Caller,
        /// Entries of a page; 50 if not said.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u16>>,
        /// `next` of the page before.
        cursor: Query<Option<CursorText>>,
    ) -> Result<Listed, Fails<Plain>> {
        let cursor = cursor.0.as_ref().map(|cursor| cursor.0.as_str());
        let page = Page::<u64>::new("entries", caller.id, limit.0, cursor)?;
        let engine = &self.0.engine;
        let mut entries = engine
            .ledger_entries(&caller, page.from, page.limit_and_one())
            .await?;
        let next = page.cut(&mut entries, |entry| entry.seq);
        let items = entries.iter().map(EntryDocument::from).collect();
        Ok(Listed::Ok(Json(LedgerPage { items, next })))
    }
}
