//! What administrators agree with accounts: contracts, and analyses that are withdrawn.

use std::sync::Arc;

use aperilex_core::{Account, AnalysisId, Contract, UserId};
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use uuid::Uuid;

use super::Group;
use super::admin::actor;
use crate::api::Api;
use crate::auth::Caller;
use crate::problem::{Changing, Fails, Plain, Problem, ProblemCode, Versioned};
use crate::wire::admin::RetractionDocument;
use crate::wire::contract::{AgreementDocument, ContractBody, tag};
use crate::wire::order::{RetractionBody, reason};
use crate::wire::text::Needed;

#[derive(Debug)]
pub(crate) struct Agreements(pub(crate) Arc<Api>);

#[derive(ApiResponse)]
enum Agreed {
    /// What counts for the account.
    #[oai(status = 200)]
    Ok(
        Json<AgreementDocument>,
        /// The version, for `If-Match`.
        #[oai(header = "ETag")]
        String,
    ),
}

#[derive(ApiResponse)]
enum Withdrawn {
    /// It is withdrawn. Repeated, this is the first outcome.
    #[oai(status = 200)]
    Ok(Json<RetractionDocument>),
}

impl Agreements {
    fn shown(&self, account: &Account) -> Result<Agreed, Problem> {
        let plan = self.0.engine.settings().plan_of(account);
        let document = AgreementDocument::new(account, &plan);
        Ok(Agreed::Ok(Json(document), tag(account, &plan)?))
    }

    /// Replaces a contract that is as the caller has seen it.
    async fn replace(
        &self,
        caller: &Caller,
        (account_id, seen): (Uuid, Option<String>),
        contract: Option<&Contract>,
        reason: &str,
    ) -> Result<Agreed, Problem> {
        let engine = &self.0.engine;
        let Some(seen) = seen else {
            let detail =
                "send If-Match with the ETag of GET: else somebody else's change could be undone";
            return Err(Problem::new(ProblemCode::VersionRequired, detail));
        };
        let account = engine.account(UserId::from_uuid(account_id)).await?;
        let now = tag(&account, &engine.settings().plan_of(&account))?;
        if seen.trim() != now {
            if account.contract.as_ref() == contract {
                // So it is already: the answer to an earlier try was lost.
                return self.shown(&account);
            }
            let detail = "the account's contract or plan has changed since; read it again";
            return Err(Problem::new(ProblemCode::VersionChanged, detail));
        }
        let by = actor(caller);
        let agreed = engine
            .replace_contract(by, &account, contract, reason)
            .await;
        // Also where it failed: the change may have been made and its answer lost.
        self.0.authenticator.forget(account.id);
        self.shown(&agreed?)
    }
}

#[OpenApi(prefix_path = "/api/v1/admin", tag = "Group::Admin")]
impl Agreements {
    /// What is agreed with an account, and what counts for it.
    #[oai(
        path = "/accounts/:account_id/contract",
        method = "get",
        operation_id = "getContract"
    )]
    async fn contract(
        &self,
        _caller: Caller,
        account_id: Path<Uuid>,
    ) -> Result<Agreed, Fails<Plain>> {
        let id = UserId::from_uuid(account_id.0);
        let account = self.0.engine.account(id).await?;
        Ok(self.shown(&account)?)
    }

    /// Puts a contract in the place of an account's.
    ///
    /// The account must be of the enterprise tier. The whole contract is replaced: a figure that is not sent
    /// is the plan's again. It counts at once, for what is asked from now on; open quotes keep their price.
    #[oai(
        path = "/accounts/:account_id/contract",
        method = "put",
        operation_id = "setContract"
    )]
    async fn set(
        &self,
        caller: Caller,
        account_id: Path<Uuid>,
        /// The `ETag` of what is replaced: if it has changed since, nothing is done.
        #[oai(name = "If-Match")]
        seen: Header<Needed>,
        body: ContractBody,
    ) -> Result<Agreed, Fails<Versioned>> {
        let (contract, reason) = body.0;
        let place = (account_id.0, seen.0.0);
        Ok(self
            .replace(&caller, place, Some(&contract), &reason)
            .await?)
    }

    /// Takes an account's contract away: the plan of its tier alone counts.
    #[oai(
        path = "/accounts/:account_id/contract",
        method = "delete",
        operation_id = "endContract"
    )]
    async fn end(
        &self,
        caller: Caller,
        account_id: Path<Uuid>,
        /// The `ETag` of what is taken away: if it has changed since, nothing is done.
        #[oai(name = "If-Match")]
        seen: Header<Needed>,
        /// Why, for the audit log: 1 to 500 characters.
        #[oai(name = "reason")]
        why: Query<Needed>,
    ) -> Result<Agreed, Fails<Versioned>> {
        let why = why.0.0.unwrap_or_default();
        let reason = reason(&why)
            .map_err(|detail| Problem::field(ProblemCode::InvalidField, "?reason", detail))?;
        let place = (account_id.0, seen.0.0);
        Ok(self.replace(&caller, place, None, &reason).await?)
    }

    /// Withdraws an analysis.
    ///
    /// It answers no request any more, and who paid for it has the fee back, less what was given back before.
    /// Who has read it can read it still, and is told that it was withdrawn.
    #[oai(
        path = "/analyses/:analysis_id/retraction",
        method = "post",
        operation_id = "retractAnalysis"
    )]
    async fn retract(
        &self,
        caller: Caller,
        analysis_id: Path<Uuid>,
        body: RetractionBody,
    ) -> Result<Withdrawn, Fails<Changing>> {
        let id = AnalysisId::from_uuid(analysis_id.0);
        let engine = &self.0.engine;
        let retracted = engine.retract_analysis(actor(&caller), id, &body.0).await?;
        Ok(Withdrawn::Ok(Json((&retracted).into())))
    }
}
