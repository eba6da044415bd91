//! What administrators and operators do. Every change is in the audit log, stored in the commit that makes it.

use aperilex_ports::audit::{Finding, LogCheck};
use aperilex_ports::{
    Account, AccountStatus, Actor, AuditEntry, AuditRecord, ChangeAccount, DeadLetter, Email,
    EntryId, EntryKind, LedgerEntry, LedgerError, LetterId, MAX_PAGE, MicroUsd, NoticeKind,
    PendingNotice, PostEntry, Refund, Role, Standing, Tier, Timestamp, UserId,
};
use serde_json::{Map, Value, json};

use super::billing::{FRESH, RefundCharge};
use super::{Engine, Proof, later};
use crate::error::EngineError;
use crate::refusal::Refusal;

/// What is to be another of an account, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// The plan: see [`Engine::change_tier`].
    pub tier: Option<Tier>,
    /// What it may do.
    pub role: Option<Role>,
    /// Whether it is suspended.
    pub suspended: Option<bool>,
    /// Why, for the audit log.
    pub reason: String,
}

/// What credits are given or taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreditKind {
    /// They were paid for.
    TopUp,
    /// Something went wrong.
    Goodwill,
    /// The books were not right; the only one that may be negative.
    Adjustment,
}

impl CreditKind {
    /// The word as written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TopUp => "top_up",
            Self::Goodwill => "goodwill",
            Self::Adjustment => "adjustment",
        }
    }
}

/// Credits are given or taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiveCredits {
    /// What for.
    pub kind: CreditKind,
    /// How much; negative to take.
    pub amount: MicroUsd,
    /// What makes it happen once.
    pub key: String,
    /// For the account's statement and the audit log.
    pub reason: String,
    /// When they lapse; never, if none.
    pub expires_at: Option<Timestamp>,
}

/// What was proved of some accounts' books.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditReport {
    /// Accounts whose books were looked into.
    pub accounts: usize,
    /// What does not hold, and of which account; of none, it is the audit log.
    pub findings: Vec<(Option<UserId>, Finding)>,
    /// The last of the accounts, if there are more behind it.
    pub next: Option<UserId>,
}

impl Engine {
    /// Accounts made after the given one, oldest first.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn accounts(
        &self,
        after: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<Account>, EngineError> {
        Ok(self.ports.stores.accounts.list(after, limit).await?)
    }

    /// The account with this address.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn account_by_email(&self, email: &Email) -> Result<Option<Account>, EngineError> {
        Ok(self.ports.stores.accounts.by_email(email).await?)
    }

    /// One account.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], or a port's failure.
    pub async fn account(&self, user: UserId) -> Result<Account, EngineError> {
        let account = self.ports.stores.accounts.get(user).await?;
        account.ok_or_else(|| EngineError::not_found(format!("account {user}")))
    }

    /// Changes an account, its plan last. Nothing is written if it is so already.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], [`Refusal::OwnAccount`], or a port's failure: a conflict if somebody else
    /// changed it at the same time.
    pub async fn change_account(
        &self,
        actor: Actor,
        user: UserId,
        change: &AccountChange,
    ) -> Result<Account, EngineError> {
        let account = self.change_standing(actor, user, change).await?;
        match change.tier {
            Some(tier) => self.change_tier(actor, user, tier, &change.reason).await,
            None => Ok(account),
        }
    }

    async fn change_standing(
        &self,
        actor: Actor,
        user: UserId,
        change: &AccountChange,
    ) -> Result<Account, EngineError> {
        let (account, now) = (self.account(user).await?, self.now());
        let expected = account.standing();
        let to = standing(expected, change);
        if to == expected {
            return Ok(account);
        }
        let suspends = expected.status != to.status && to.status == AccountStatus::Suspended;
        let locks_out = (to.role, to.status) != (expected.role, expected.status);
        if actor == Actor::User(user) && locks_out {
            return Err(Refusal::OwnAccount.into());
        }
        let command = ChangeAccount {
            user,
            expected,
            to,
            audit: AuditRecord {
                actor,
                action: action(expected, to).to_owned(),
                subject: format!("account {user}"),
                detail: difference(expected, to, &change.reason),
                at: now,
            },
            grant: None,
            notice: suspends.then(|| self.told_suspended(user, &change.reason, now)),
            now,
        };
        Ok(self.ports.stores.accounts.change(&command).await?)
    }

    /// What an account is told when it is suspended.
    pub(super) fn told_suspended(
        &self,
        user: UserId,
        reason: &str,
        now: Timestamp,
    ) -> PendingNotice {
        let kind = NoticeKind::Suspended {
            reason: reason.to_owned(),
        };
        PendingNotice::of(user, &now.to_string(), kind, now)
    }

    /// Gives or takes credits. The same key again gives the first entry.
    ///
    /// # Errors
    /// [`Refusal::KeyReused`], [`Refusal::BadAmount`], [`Refusal::InsufficientCredits`] to take more than there is,
    /// [`EngineError::NotFound`], or a port's failure.
    pub async fn give_credits(
        &self,
        actor: Actor,
        user: UserId,
        give: &GiveCredits,
    ) -> Result<LedgerEntry, EngineError> {
        if give.kind != CreditKind::Adjustment && !give.amount.is_positive() {
            return Err(Refusal::BadAmount.into());
        }
        let now = self.now();
        let command = PostEntry {
            id: EntryId::from_uuid(self.id(now)),
            user,
            kind: match give.kind {
                CreditKind::TopUp => EntryKind::TopUp,
                CreditKind::Goodwill | CreditKind::Adjustment => EntryKind::Adjustment,
            },
            amount: give.amount,
            key: own_key(&give.key),
            expires_at: give.expires_at,
            description: give.reason.clone(),
            now,
        };
        let record = AuditRecord {
            actor,
            action: format!("credits.{}", give.kind.as_str()),
            subject: format!("account {user}"),
            detail: json!({
                "entry": command.id.to_string(),
                "amount_usd": give.amount.to_string(),
                "expires_at": give.expires_at.map(|end| end.to_string()),
                "key": give.key,
                "reason": give.reason,
            }),
            at: now,
        };
        let log = &self.ports.stores.audit_log;
        Ok(log.post(&command, &record).await?)
    }

    /// Gives a charge back, in whole or part, to the credits that paid it.
    ///
    /// # Errors
    /// As [`Engine::refund`].
    pub async fn refund_by(
        &self,
        actor: Actor,
        user: UserId,
        refund: &RefundCharge,
    ) -> Result<LedgerEntry, EngineError> {
        let now = self.now();
        let command = Refund {
            id: EntryId::from_uuid(self.id(now)),
            user,
            entry: refund.charge,
            amount: refund.amount,
            key: own_key(&refund.key),
            description: refund.reason.clone(),
            fresh_until: later(now, FRESH),
            now,
        };
        let record = AuditRecord {
            actor,
            action: "entry.refund".to_owned(),
            subject: format!("account {user}"),
            detail: json!({
                "charge": refund.charge.to_string(),
                "entry": command.id.to_string(),
                "amount_usd": refund.amount.to_string(),
                "key": refund.key,
                "reason": refund.reason,
            }),
            at: now,
        };
        match self.ports.stores.audit_log.refund(&command, &record).await {
            Err(LedgerError::Unknown) => {
                Err(EngineError::not_found(format!("charge {}", refund.charge)))
            }
            refunded => Ok(refunded?),
        }
    }

    /// Messages that were given up, the newest first.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, EngineError> {
        Ok(self.ports.queue.dead_letters(limit).await?)
    }

    /// Sends a dead letter again. That it was asked for is noted before it happens: the queue is no part
    /// of the database, so the two are no one commit.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], or a port's failure.
    pub async fn redrive(&self, actor: Actor, letter: &LetterId) -> Result<(), EngineError> {
        let record = AuditRecord {
            actor,
            action: "dead_letter.redrive".to_owned(),
            subject: format!("dead letter {}", letter.0),
            detail: Value::Null,
            at: self.now(),
        };
        self.ports.stores.audit_log.append(&record).await?;
        if self.ports.queue.redrive(letter).await? {
            return Ok(());
        }
        Err(EngineError::not_found(format!("dead letter {}", letter.0)))
    }

    /// What was done, the newest first.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn audit_log(
        &self,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<AuditEntry>, EngineError> {
        Ok(self.ports.stores.audit_log.entries(before, limit).await?)
    }

    /// What is wrong with the audit log; nothing, if it is one chain as it was written.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn verify_audit_log(&self) -> Result<Vec<Finding>, EngineError> {
        let log = &self.ports.stores.audit_log;
        let head = log.head().await?;
        let mut check = LogCheck::new(&head);
        // What is added meanwhile is not looked at: it is behind the head that was read.
        let mut before = Some(head.seq.saturating_add(1));
        loop {
            let page = log.entries(before, MAX_PAGE).await?;
            let Some(last) = page.last() else { break };
            before = Some(last.seq);
            page.iter().for_each(|entry| check.push(entry));
        }
        Ok(check.finish())
    }

    /// Proves the books of the accounts behind `after`, at most `limit`; the first time round the audit
    /// log too. Noted in the audit log.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn prove_some(
        &self,
        actor: Actor,
        after: Option<UserId>,
        limit: usize,
    ) -> Result<AuditReport, EngineError> {
        let page = self.ports.stores.audit.heads(after, limit).await?;
        let mut report = AuditReport::default();
        if after.is_none() {
            let found = self.verify_audit_log().await?;
            report
                .findings
                .extend(found.into_iter().map(|it| (None, it)));
        }
        for (user, _) in &page {
            self.prove_into(*user, &mut report).await?;
        }
        let full = page.len() == limit.min(MAX_PAGE);
        report.next = page.last().filter(|_| full).map(|(user, _)| *user);
        self.proved.note(after.is_none(), report.findings.len());
        self.note_audit(actor, "accounts", &report).await?;
        Ok(report)
    }

    /// Proves the books of one account. Noted in the audit log.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], or a port's failure.
    pub async fn prove_one(&self, actor: Actor, user: UserId) -> Result<AuditReport, EngineError> {
        let mut report = AuditReport::default();
        self.prove_into(user, &mut report).await?;
        let subject = format!("account {user}");
        self.note_audit(actor, &subject, &report).await?;
        Ok(report)
    }

    /// What did not hold when this process last proved the books of all accounts; none if it has not.
    #[must_use]
    pub fn findings(&self) -> Option<u64> {
        self.proved.findings()
    }

    async fn prove_into(&self, user: UserId, report: &mut AuditReport) -> Result<(), EngineError> {
        let found = self.verify_books(user, Proof::default()).await?;
        report.accounts = report.accounts.saturating_add(1);
        let found = found.into_iter().map(|it| (Some(user), it));
        report.findings.extend(found);
        Ok(())
    }

    async fn note_audit(
        &self,
        actor: Actor,
        subject: &str,
        report: &AuditReport,
    ) -> Result<(), EngineError> {
        let record = AuditRecord {
            actor,
            action: "books.prove".to_owned(),
            subject: subject.to_owned(),
            detail: json!({ "accounts": report.accounts, "findings": report.findings.len() }),
            at: self.now(),
        };
        self.ports.stores.audit_log.append(&record).await?;
        Ok(())
    }
}

/// How a key is stored that a caller chose, an embedding program or an administrator: in a name space of its
/// own, so that it never meets those that the program makes, such as `grant:…` or `payment:…`.
pub(super) fn own_key(key: &str) -> String {
    format!("own:{key}")
}

fn standing(now: Standing, change: &AccountChange) -> Standing {
    // A closed account is closed for ever; what it pays for does not matter any more.
    if now.status == AccountStatus::Deleted {
        return now;
    }
    let status = match change.suspended {
        Some(true) => AccountStatus::Suspended,
        Some(false) if now.status == AccountStatus::Suspended => AccountStatus::Active,
        // Lifting a suspension verifies no address.
        _ => now.status,
    };
    Standing {
        tier: now.tier,
        role: change.role.unwrap_or(now.role),
        status,
    }
}

pub(super) fn action(from: Standing, to: Standing) -> &'static str {
    match (
        from.tier != to.tier,
        from.role != to.role,
        from.status != to.status,
    ) {
        (true, false, false) => "account.tier",
        (false, true, false) => "account.role",
        (false, false, true) if to.status == AccountStatus::Suspended => "account.suspend",
        (false, false, true) => "account.restore",
        _ => "account.change",
    }
}

/// What is another, before and after.
pub(super) fn difference(from: Standing, to: Standing, reason: &str) -> Value {
    let mut detail = Map::new();
    for (name, before, after) in [
        ("tier", from.tier.as_str(), to.tier.as_str()),
        ("role", from.role.as_str(), to.role.as_str()),
        ("status", from.status.as_str(), to.status.as_str()),
    ] {
        if before != after {
            detail.insert(name.to_owned(), json!({ "from": before, "to": after }));
        }
    }
    detail.insert("reason".to_owned(), reason.into());
    Value::Object(detail)
}
