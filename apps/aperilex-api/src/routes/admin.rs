//! What administrators do. The front door lets nobody else in; each change is in the audit log.

use std::sync::Arc;

use aperilex_core::ports::LetterId;
use aperilex_core::{Account, Actor, EngineError, EntryId, RefundCharge, UserId};
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use uuid::Uuid;

use super::Group;
use super::page::Page;
use crate::api::Api;
use crate::auth::Caller;
use crate::problem::{Fails, Paid, Plain, Problem, ProblemCode};
use crate::wire::account::{EntryDocument, LedgerPage};
use crate::wire::admin::{
    AccountDocument, AccountPage, AuditEntryDocument, AuditLogPage, LetterDocument,
    LettersDocument, ReportDocument,
};
use crate::wire::order::{AuditBody, ChangeBody, CreditsBody, RefundBody, Scope};
use crate::wire::payment::{TakenDocument, TakenDocuments};
use crate::wire::text::{CursorText, Needed};

/// Dead letters, or events of payments, of a list.
const LISTED: usize = 100;
/// Accounts whose books are proved in one request.
const PROVED: usize = 50;

#[derive(Debug)]
pub(crate) struct Admin(pub(crate) Arc<Api>);

#[derive(ApiResponse)]
enum ListedAccounts {
    /// A page.
    #[oai(status = 200)]
    Ok(Json<AccountPage>),
}

#[derive(ApiResponse)]
enum ReadAccount {
    /// The account as it is now.
    #[oai(status = 200)]
    Ok(Json<AccountDocument>),
}

#[derive(ApiResponse)]
enum Posted {
    /// The entry. The same key and order again give it again.
    #[oai(status = 200)]
    Ok(Json<EntryDocument>),
}

#[derive(ApiResponse)]
enum ListedEntries {
    /// A page.
    #[oai(status = 200)]
    Ok(Json<LedgerPage>),
}

#[derive(ApiResponse)]
enum ListedEvents {
    /// The newest.
    #[oai(status = 200)]
    Ok(Json<TakenDocuments>),
}

#[derive(ApiResponse)]
enum ListedLetters {
    /// The newest.
    #[oai(status = 200)]
    Ok(Json<LettersDocument>),
}

#[derive(ApiResponse)]
enum Redriven {
    /// It is on the queue again.
    #[oai(status = 204)]
    Done,
}

#[derive(ApiResponse)]
enum Proved {
    /// What was found.
    #[oai(status = 200)]
    Ok(Json<ReportDocument>),
}

#[derive(ApiResponse)]
enum ListedLog {
    /// A page.
    #[oai(status = 200)]
    Ok(Json<AuditLogPage>),
}

/// Who it was.
pub(super) fn actor(caller: &Caller) -> Actor {
    Actor::User(caller.id)
}

impl Admin {
    async fn shown(&self, account: &Account) -> Result<ReadAccount, EngineError> {
        let engine = &self.0.engine;
        let funds = engine.funds(account.id).await?;
        let arranged = engine.arranged_tier(account.id).await?;
        let document = AccountDocument::whole(account, funds, arranged);
        Ok(ReadAccount::Ok(Json(document)))
    }
}

#[OpenApi(prefix_path = "/api/v1/admin", tag = "Group::Admin")]
impl Admin {
    /// All accounts, oldest first.
    #[oai(path = "/accounts", method = "get", operation_id = "listAccounts")]
    async fn accounts(
        &self,
        caller: Caller,
        /// Only the account with this address.
        email: Query<Option<String>>,
        /// Entries of a page; 50 if not said.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u16>>,
        /// `next` of the page before.
        cursor: Query<Option<CursorText>>,
    ) -> Result<ListedAccounts, Fails<Plain>> {
        let engine = &self.0.engine;
        if let Some(email) = &email.0 {
            let email = email.parse().map_err(|_| {
                let detail = "expected an e-mail address";
                Problem::field(ProblemCode::InvalidField, "?email", detail)
            })?;
            let found = engine.account_by_email(&email).await?;
            let items = found.iter().map(AccountDocument::from).collect();
            return Ok(ListedAccounts::Ok(Json(AccountPage { items, next: None })));
        }
        let cursor = cursor.0.as_ref().map(|cursor| cursor.0.as_str());
        let page = Page::<Uuid>::new("accounts", caller.id, limit.0, cursor)?;
        let after = page.from.map(UserId::from_uuid);
        let mut accounts = engine.accounts(after, page.limit_and_one()).await?;
        let next = page.cut(&mut accounts, |account| account.id.as_uuid());
        let items = accounts.iter().map(AccountDocument::from).collect();
        Ok(ListedAccounts::Ok(Json(AccountPage { items, next })))
    }

    /// One account with its balance.
    #[oai(
        path = "/accounts/:account_id",
        method = "get",
        operation_id = "getAccount"
    )]
    async fn account(
        &self,
        _caller: Caller,
        account_id: Path<Uuid>,
    ) -> Result<ReadAccount, Fails<Plain>> {
        let id = UserId::from_uuid(account_id.0);
        let account = self.0.engine.account(id).await?;
        Ok(self.shown(&account).await?)
    }

    /// Changes an account's tier or role, suspends or restores it.
    ///
    /// A higher tier counts at once, with the credits it gives more for the rest of the month; a lower one
    /// from the next reset day on (`arranged`). The tier it has takes back what was arranged.
    ///
    /// A suspension takes effect at once: no new work is accepted and nothing more is held. What was held
    /// before ends as it would have.
    #[oai(
        path = "/accounts/:account_id",
        method = "patch",
        operation_id = "changeAccount"
    )]
    async fn change(
        &self,
        caller: Caller,
        account_id: Path<Uuid>,
        body: ChangeBody,
    ) -> Result<ReadAccount, Fails<Paid>> {
        let id = UserId::from_uuid(account_id.0);
        let changed = self
            .0
            .engine
            .change_account(actor(&caller), id, &body.0)
            .await;
        // Also where it failed: the change may have been made and its answer lost.
        self.0.authenticator.forget(id);
        let account = changed?;
        Ok(self.shown(&account).await?)
    }

    /// Gives an account credits, or takes some.
    #[oai(
        path = "/accounts/:account_id/credits",
        method = "post",
        operation_id = "giveCredits"
    )]
    async fn credits(
        &self,
        caller: Caller,
        account_id: Path<Uuid>,
        /// Makes it happen once: the same key and order again give the first entry, another order is refused.
        /// 1 to 255 visible ASCII characters.
        #[oai(name = "Idempotency-Key")]
        _key: Header<Needed>,
        body: CreditsBody,
    ) -> Result<Posted, Fails<Paid>> {
        let id = UserId::from_uuid(account_id.0);
        let engine = &self.0.engine;
        let entry = engine.give_credits(actor(&caller), id, &body.0).await?;
        Ok(Posted::Ok(Json((&entry).into())))
    }

    /// The ledger of an account, newest entry first: what a refund names.
    #[oai(
        path = "/accounts/:account_id/entries",
        method = "get",
        operation_id = "listAccountEntries"
    )]
    async fn entries(
        &self,
        caller: Caller,
        account_id: Path<Uuid>,
        /// Entries of a page; 50 if not said.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u16>>,
        /// `next` of the page before.
        cursor: Query<Option<CursorText>>,
    ) -> Result<ListedEntries, Fails<Plain>> {
        let cursor = cursor.0.as_ref().map(|cursor| cursor.0.as_str());
        // A place in one account's entries is none in another's.
        let list = format!("entries-of-{}", account_id.0);
        let page = Page::<u64>::new(&list, caller.id, limit.0, cursor)?;
        let engine = &self.0.engine;
        let account = engine.account(UserId::from_uuid(account_id.0)).await?;
        let mut entries = engine
            .ledger_entries(&account, page.from, page.limit_and_one())
            .await?;
        let next = page.cut(&mut entries, |entry| entry.seq);
        let items = entries.iter().map(EntryDocument::from).collect();
        Ok(ListedEntries::Ok(Json(LedgerPage { items, next })))
    }

    /// Gives a charge back, in whole or part, to the credits that paid it.
    #[oai(
        path = "/entries/:entry_id/refunds",
        method = "post",
        operation_id = "refundEntry"
    )]
    async fn refund(
        &self,
        caller: Caller,
        entry_id: Path<Uuid>,
        /// Makes it happen once: the same key and order again give the first entry, another order is refused.
        /// 1 to 255 visible ASCII characters.
        #[oai(name = "Idempotency-Key")]
        _key: Header<Needed>,
        body: RefundBody,
    ) -> Result<Posted, Fails<Paid>> {
        let (user, order) = body.0;
        let refund = RefundCharge {
            charge: EntryId::from_uuid(entry_id.0),
            ..order
        };
        let engine = &self.0.engine;
        let entry = engine.refund_by(actor(&caller), user, &refund).await?;
        Ok(Posted::Ok(Json((&entry).into())))
    }

    /// Events of payments that came, the newest first, at most 100, and what became of them: those that are
    /// `odd` are for somebody to look at.
    #[oai(
        path = "/payment-events",
        method = "get",
        operation_id = "listPaymentEvents"
    )]
    async fn payment_events(&self, _caller: Caller) -> Result<ListedEvents, Fails<Plain>> {
        let events = self.0.engine.payment_events(LISTED).await?;
        let items = events.iter().map(TakenDocument::from).collect();
        Ok(ListedEvents::Ok(Json(TakenDocuments { items })))
    }

    /// Messages that were given up, the newest first, at most 100.
    #[oai(
        path = "/dead-letters",
        method = "get",
        operation_id = "listDeadLetters"
    )]
    async fn letters(&self, _caller: Caller) -> Result<ListedLetters, Fails<Plain>> {
        let letters = self.0.engine.dead_letters(LISTED).await?;
        let items = letters.iter().map(LetterDocument::from).collect();
        Ok(ListedLetters::Ok(Json(LettersDocument { items })))
    }

    /// Sends a dead letter again.
    #[oai(
        path = "/dead-letters/:letter_id/redrive",
        method = "post",
        operation_id = "redriveDeadLetter"
    )]
    async fn redrive(
        &self,
        caller: Caller,
        letter_id: Path<String>,
    ) -> Result<Redriven, Fails<Plain>> {
        let letter = LetterId(letter_id.0);
        self.0.engine.redrive(actor(&caller), &letter).await?;
        Ok(Redriven::Done)
    }

    /// Proves the books of one account, or of all, 50 at a time.
    ///
    /// Sums, chains, charges, holds and tasks are recomputed from what is stored. The first request for all
    /// proves the audit log too.
    #[oai(path = "/audits", method = "post", operation_id = "proveBooks")]
    async fn prove(&self, caller: Caller, body: AuditBody) -> Result<Proved, Fails<Paid>> {
        let engine = &self.0.engine;
        let actor = actor(&caller);
        let report = match body.0 {
            Scope::One(user) => engine.prove_one(actor, user).await?,
            Scope::Behind(after) => engine.prove_some(actor, after, PROVED).await?,
        };
        Ok(Proved::Ok(Json((&report).into())))
    }

    /// What was done with accounts and the installation, newest first.
    #[oai(path = "/audit-log", method = "get", operation_id = "listAuditLog")]
    async fn log(
        &self,
        caller: Caller,
        /// Entries of a page; 50 if not said.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u16>>,
        /// `next` of the page before.
        cursor: Query<Option<CursorText>>,
    ) -> Result<ListedLog, Fails<Plain>> {
        let cursor = cursor.0.as_ref().map(|cursor| cursor.0.as_str());
        let page = Page::<u64>::new("audit-log", caller.id, limit.0, cursor)?;
        let engine = &self.0.engine;
        let mut entries = engine.audit_log(page.from, page.limit_and_one()).await?;
        let next = page.cut(&mut entries, |entry| entry.seq);
        let items = entries.iter().map(AuditEntryDocument::from).collect();
        Ok(ListedLog::Ok(Json(AuditLogPage { items, next })))
    }
}
