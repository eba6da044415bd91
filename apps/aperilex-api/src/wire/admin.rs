//! What administrators see.

use aperilex_core::ports::{DeadLetter, Retracted};
use aperilex_core::{Account, AuditEntry, AuditReport, Funds, TaskMessage, TierChange};
use poem_openapi::Object;
use poem_openapi::types::Any;
use serde_json::Value;
use uuid::Uuid;

use super::account::{BalanceDocument, EntryDocument};
use super::text::{AccountRoleWord, AccountStatusWord, Moment, Sha256, TierWord};

/// Most characters of a dead letter that are shown.
const SHOWN: usize = 1_000;

/// An account, as administrators see it.
#[derive(Debug, Object)]
#[oai(rename = "AdminAccount", skip_serializing_if_is_none)]
pub(crate) struct AccountDocument {
    account_id: Uuid,
    email: String,
    tier: TierWord,
    status: AccountStatusWord,
    role: AccountRoleWord,
    created_at: Moment,
    /// Only where one account is asked for.
    balance: Option<BalanceDocument>,
    /// A change of plan that is arranged; only where one account is asked for.
    arranged: Option<TierChangeDocument>,
}

/// A change of plan to come.
#[derive(Debug, Object)]
#[oai(rename = "TierChange")]
pub(crate) struct TierChangeDocument {
    tier: TierWord,
    at: Moment,
}

/// A page of accounts, oldest first.
#[derive(Debug, Object)]
#[oai(rename = "AdminAccountPage", skip_serializing_if_is_none)]
pub(crate) struct AccountPage {
    pub(crate) items: Vec<AccountDocument>,
    /// Cursor of the next page; absent on the last.
    pub(crate) next: Option<String>,
}

/// A message that was given up.
#[derive(Debug, Object)]
#[oai(rename = "DeadLetter", skip_serializing_if_is_none)]
pub(crate) struct LetterDocument {
    letter_id: String,
    /// Why, if it was said.
    reason: Option<String>,
    died_at: Option<Moment>,
    /// The task it is about, if it can be read.
    task_id: Option<Uuid>,
    /// The message itself, at most 1000 characters.
    message: String,
}

/// Dead letters, newest first.
#[derive(Debug, Object)]
#[oai(rename = "DeadLetters")]
pub(crate) struct LettersDocument {
    pub(crate) items: Vec<LetterDocument>,
}

/// Something that was done.
#[derive(Debug, Object)]
#[oai(rename = "AuditEntry")]
pub(crate) struct AuditEntryDocument {
    /// Its number, from 1 without gaps.
    seq: u64,
    /// `system`, `operator`, or `user:` and an account's id.
    actor: String,
    /// What, such as `account.suspend`.
    action: String,
    /// To what.
    subject: String,
    /// Before, after, reasons.
    detail: Any<Value>,
    at: Moment,
    /// SHA-256 of this entry and the hash before it.
    hash: Sha256,
}

/// A page of the audit log, newest first.
#[derive(Debug, Object)]
#[oai(rename = "AuditLogPage", skip_serializing_if_is_none)]
pub(crate) struct AuditLogPage {
    pub(crate) items: Vec<AuditEntryDocument>,
    /// Cursor of the next page; absent on the last.
    pub(crate) next: Option<String>,
}

/// An analysis that is withdrawn.
#[derive(Debug, Object)]
#[oai(rename = "Retraction", skip_serializing_if_is_none)]
pub(crate) struct RetractionDocument {
    analysis_id: Uuid,
    /// When it was withdrawn first.
    retracted_at: Option<Moment>,
    /// What its payer has back; absent if nobody paid, or all was given back before.
    refund: Option<EntryDocument>,
}

/// Something that does not hold.
#[derive(Debug, Object)]
#[oai(rename = "Finding", skip_serializing_if_is_none)]
struct FindingDocument {
    /// Whose books; absent if it is the audit log.
    account_id: Option<Uuid>,
    /// What should hold, such as `I2`.
    invariant: String,
    /// Of what: an entry, a hold, a task.
    subject: String,
    message: String,
}

/// What was proved.
#[derive(Debug, Object)]
#[oai(rename = "AuditReport", skip_serializing_if_is_none)]
pub(crate) struct ReportDocument {
    /// Accounts whose books were looked into.
    accounts: u64,
    findings: Vec<FindingDocument>,
    /// Send it as `after` to go on; absent if these were all.
    next: Option<Uuid>,
}

impl AccountDocument {
    pub(crate) fn whole(account: &Account, funds: Funds, arranged: Option<TierChange>) -> Self {
        Self {
            balance: Some(funds.into()),
            arranged: arranged.map(|change| TierChangeDocument {
                tier: change.tier.into(),
                at: change.at.into(),
            }),
            ..account.into()
        }
    }
}

impl From<&Account> for AccountDocument {
    fn from(account: &Account) -> Self {
        Self {
            account_id: account.id.as_uuid(),
            email: account.email.as_str().to_owned(),
            tier: account.tier.into(),
            status: account.status.into(),
            role: account.role.into(),
            created_at: account.created_at.into(),
            balance: None,
            arranged: None,
        }
    }
}

impl From<&Retracted> for RetractionDocument {
    fn from(retracted: &Retracted) -> Self {
        Self {
            analysis_id: retracted.record.id.as_uuid(),
            retracted_at: retracted.record.retracted_at.map(Into::into),
            refund: retracted.refund.as_ref().map(EntryDocument::from),
        }
    }
}

impl From<&DeadLetter> for LetterDocument {
    fn from(letter: &DeadLetter) -> Self {
        let message = String::from_utf8_lossy(&letter.body);
        let task = TaskMessage::decode(&letter.body).ok();
        Self {
            letter_id: letter.id.0.clone(),
            reason: letter.reason.clone(),
            died_at: letter.died_at.map(Into::into),
            task_id: task.map(|message| message.task.as_uuid()),
            message: message.chars().take(SHOWN).collect(),
        }
    }
}

impl From<&AuditEntry> for AuditEntryDocument {
    fn from(entry: &AuditEntry) -> Self {
        let record = &entry.record;
        Self {
            seq: entry.seq,
            actor: record.actor.to_string(),
            action: record.action.clone(),
            subject: record.subject.clone(),
            detail: Any(record.detail.clone()),
            at: record.at.into(),
            hash: entry.hash.into(),
        }
    }
}

impl From<&AuditReport> for ReportDocument {
    fn from(report: &AuditReport) -> Self {
        let findings = report
            .findings
            .iter()
            .map(|(account, found)| FindingDocument {
                account_id: account.map(|id| id.as_uuid()),
                invariant: found.invariant.code().to_owned(),
                subject: found.subject.clone(),
                message: found.message.clone(),
            });
        Self {
            accounts: u64::try_from(report.accounts).unwrap_or(u64::MAX),
            findings: findings.collect(),
            next: report.next.map(|id| id.as_uuid()),
        }
    }
}
