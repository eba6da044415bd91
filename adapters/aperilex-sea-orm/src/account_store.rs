//! Accounts and their keys.

use aperilex_ports::{
    Account, AccountStatus, AccountStore, AccountStoreError, AdoptAccount, ApiKey, ArrangeTier,
    AuditRecord, ChangeAccount, CloseAccount, Contract, Digest, Email, ExternalIdentity, KeyId,
    KeyOwner, LedgerError, NoticePreferences, OpenAccount, OutboxItem, PostEntry, Role,
    SetContract, StoreError, TierChange, Timestamp, UserId,
};
use async_trait::async_trait;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, IdenStatic,
    Iterable, JoinType, QueryFilter, QueryOrder, QueryResult, QuerySelect, QueryTrait, Select,
};

use crate::audit_log::append;
use crate::database::Store;
use crate::entity::{account, api_key, external_identity, password, tier_change};
use crate::error::{Stop, Unreadable, store_error};
use crate::ledger::Wallet;
use crate::outbox;
use crate::read::page;
use crate::session_store::sign_out;
use crate::stored::micros;
use crate::transaction::Durability;

type Outcome<T> = Result<T, Stop<AccountStoreError>>;

#[async_trait]
impl AccountStore for Store {
    async fn create(&self, account: &Account) -> Result<(), AccountStoreError> {
        transact!(self.db, |tx| create(tx, account).await)
    }

    async fn open(&self, command: &OpenAccount) -> Result<(), AccountStoreError> {
        transact!(self.db, |tx| open(tx, command).await)
    }

    async fn get(&self, user: UserId) -> Result<Option<Account>, StoreError> {
        let query = account::Entity::find_by_id(user.as_uuid());
        self.db.one::<account::Model, _>(&query.into_query()).await
    }

    async fn by_email(&self, email: &Email) -> Result<Option<Account>, StoreError> {
        let query = account::Entity::find().filter(account::Column::Email.eq(email.as_str()));
        self.db.one::<account::Model, _>(&query.into_query()).await
    }

    async fn by_key(&self, hash: &Digest, now: Timestamp) -> Result<Option<KeyOwner>, StoreError> {
        self.db.one::<Owned, _>(&owner_of(hash, now)).await
    }

    async fn by_identity(&self, who: &ExternalIdentity) -> Result<Option<Account>, StoreError> {
        self.db.one::<account::Model, _>(&identified(who)).await
    }

    async fn add_key(
        &self,
        key: &ApiKey,
        most: usize,
        audit: &AuditRecord,
    ) -> Result<(), AccountStoreError> {
        transact!(self.db, |tx| {
            match add_key(tx, key, most).await {
                Ok(()) => append(tx, audit).await.map(drop),
                Err(stop) => Err(stop),
            }
        })
    }

    async fn keys(
        &self,
        user: UserId,
        before: Option<KeyId>,
        limit: usize,
    ) -> Result<Vec<ApiKey>, StoreError> {
        let query = keys_of(user, before).limit(page(limit));
        self.db.all::<api_key::Model, _>(&query.into_query()).await
    }

    async fn touch_key(&self, key: KeyId, now: Timestamp) -> Result<(), StoreError> {
        let update = api_key::Entity::update_many()
            .col_expr(api_key::Column::UsedAt, micros(now).into())
            .filter(api_key::Column::Id.eq(key.as_uuid()))
            .into_query();
        let touched = self.db.alone(Durability::Relaxed, &update).await;
        touched.map(drop).map_err(store_error)
    }

    async fn revoke_key(
        &self,
        user: UserId,
        key: KeyId,
        now: Timestamp,
        audit: &AuditRecord,
    ) -> Result<bool, StoreError> {
        transact!(self.db, |tx| revoke(tx, (user, key), now, audit).await)
    }

    async fn close(&self, command: &CloseAccount) -> Result<(), AccountStoreError> {
        transact!(self.db, |tx| close(tx, command).await)
    }

    async fn unverified(&self, by: Timestamp, limit: usize) -> Result<Vec<UserId>, StoreError> {
        let waiting = unverified(by).limit(page(limit));
        let rows = waiting.all(self.db.reader()).await.map_err(store_error)?;
        Ok(rows
            .into_iter()
            .map(|row| UserId::from_uuid(row.id))
            .collect())
    }

    async fn displace(&self, user: UserId) -> Result<bool, StoreError> {
        transact!(self.db, |tx| displace(tx, user).await)
    }

    async fn adopt(&self, command: &AdoptAccount) -> Result<Account, AccountStoreError> {
        transact!(self.db, |tx| adopt(tx, command).await)
    }

    async fn set_contract(&self, command: &SetContract) -> Result<(), AccountStoreError> {
        transact!(self.db, |tx| agree(tx, command).await)
    }

    async fn change(&self, command: &ChangeAccount) -> Result<Account, AccountStoreError> {
        transact!(self.db, |tx| change(tx, command).await)
    }

    async fn arrange(&self, command: &ArrangeTier) -> Result<(), AccountStoreError> {
        transact!(self.db, |tx| arrange(tx, command).await)
    }

    async fn arranged(&self, user: UserId) -> Result<Option<TierChange>, StoreError> {
        let query = tier_change::Entity::find_by_id(user.as_uuid()).into_query();
        self.db.one::<tier_change::Model, _>(&query).await
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<UserId>, StoreError> {
        let due = due(now).limit(page(limit));
        let rows = due.all(self.db.reader()).await.map_err(store_error)?;
        let users = rows.into_iter().map(|row| UserId::from_uuid(row.user_id));
        Ok(users.collect())
    }

    async fn preferences(&self, user: UserId) -> Result<NoticePreferences, AccountStoreError> {
        let query = account::Entity::find_by_id(user.as_uuid()).into_query();
        let wanted = self.db.one::<account::Model, Wanted>(&query).await?;
        let wanted = wanted.map(|Wanted(wanted)| wanted);
        wanted.ok_or(AccountStoreError::Unknown)
    }

    async fn prefer(
        &self,
        user: UserId,
        preferences: NoticePreferences,
    ) -> Result<(), AccountStoreError> {
        use account::Column;
        let (tasks, low) = (preferences.tasks, preferences.low_balance);
        let update = account::Entity::update_many()
            .col_expr(Column::NotifyTasks, i64::from(tasks).into())
            .col_expr(Column::NotifyLowBalance, i64::from(low).into())
            .filter(Column::Id.eq(user.as_uuid()))
            .into_query();
        let updated = self.db.alone(Durability::Full, &update).await;
        match updated.map_err(store_error)? {
            0 => Err(AccountStoreError::Unknown),
            _ => Ok(()),
        }
    }

    async fn list(&self, after: Option<UserId>, limit: usize) -> Result<Vec<Account>, StoreError> {
        // Ids are in the order of their making.
        let query = account::Entity::find()
            .apply_if(after, |query, after| {
                query.filter(account::Column::Id.gt(after.as_uuid()))
            })
            .order_by_asc(account::Column::Id)
            .limit(page(limit));
        self.db.all::<account::Model, _>(&query.into_query()).await
    }
}

struct Wanted(NoticePreferences);

impl TryFrom<account::Model> for Wanted {
    type Error = Unreadable;

    fn try_from(row: account::Model) -> Result<Self, Unreadable> {
        Ok(Self(row.wants()))
    }
}

/// A key and its account, as one row.
struct Owned {
    key: api_key::Model,
    account: account::Model,
}

/// What the account's columns begin with where they stand beside others.
const BESIDE: &str = "account_";

impl FromQueryResult for Owned {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self {
            key: api_key::Model::from_query_result(row, prefix)?,
            account: account::Model::from_query_result(row, BESIDE)?,
        })
    }
}

impl TryFrom<Owned> for KeyOwner {
    type Error = Unreadable;

    fn try_from(row: Owned) -> Result<Self, Unreadable> {
        Ok(Self {
            account: row.account.try_into()?,
            key: row.key.try_into()?,
        })
    }
}

/// A working key with its account, in one query: every request begins with it.
pub(crate) fn owner_of(hash: &Digest, now: Timestamp) -> SelectStatement {
    let owner = Expr::col((api_key::Entity, api_key::Column::UserId))
        .eq(Expr::col((account::Entity, account::Column::Id)));
    let mut query = api_key::Entity::find()
        .filter(api_key::Column::Hash.eq(hash.to_string()))
        .filter(api_key::Column::RevokedAt.is_null())
        .filter(lasting(now))
        .into_query();
    query.join(JoinType::InnerJoin, account::Entity, owner);
    for column in account::Column::iter() {
        let name = format!("{BESIDE}{}", column.as_str());
        query.expr_as(Expr::col((account::Entity, column)), name);
    }
    query
}

/// The account of an identity elsewhere.
pub(crate) fn identified(who: &ExternalIdentity) -> SelectStatement {
    let owner = Expr::col((external_identity::Entity, external_identity::Column::UserId))
        .eq(Expr::col((account::Entity, account::Column::Id)));
    let mut query = account::Entity::find()
        .filter(external_identity::Column::Issuer.eq(&who.issuer))
        .filter(external_identity::Column::Subject.eq(&who.subject))
        .into_query();
    query.join(JoinType::InnerJoin, external_identity::Entity, owner);
    query
}

async fn create(tx: &DatabaseTransaction, account: &Account) -> Outcome<()> {
    let same_email = account::Column::Email.eq(account.email.as_str());
    let query = account::Entity::find().filter(same_email);
    if query.one(tx).await?.is_some() {
        return Err(Stop::Refused(AccountStoreError::EmailTaken));
    }
    let wanted = NoticePreferences::default();
    let row = account::ActiveModel {
        id: Set(account.id.as_uuid()),
        email: Set(account.email.as_str().to_owned()),
        tier: Set(account.tier.as_str().to_owned()),
        status: Set(account.status.as_str().to_owned()),
        role: Set(account.role.as_str().to_owned()),
        contract: Set(account.contract.as_ref().map(Contract::encode)),
        posted: Set(0),
        held: Set(0),
        seq: Set(0),
        chain_seq: Set(0),
        chain_hash: Set(None),
        chain_at: Set(None),
        debt: Set(0),
        notify_tasks: Set(i64::from(wanted.tasks)),
        notify_low_balance: Set(i64::from(wanted.low_balance)),
        created_at: Set(micros(account.created_at)),
    };
    // Where two are as fast as each other the second runs again, and finds the first.
    account::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// The row of an account is its wallet's lock too: who holds credits meanwhile waits, and then sees the change.
async fn change(tx: &DatabaseTransaction, command: &ChangeAccount) -> Outcome<Account> {
    use account::Column;
    let row = account::Entity::find_by_id(command.user.as_uuid())
        .lock_exclusive()
        .one(tx)
        .await?;
    let row = row.ok_or(Stop::Refused(AccountStoreError::Unknown))?;
    let mut changed = Account::try_from(row)?;
    if changed.standing() != command.expected {
        return Err(Stop::Refused(StoreError::Conflict.into()));
    }
    let to = command.to;
    account::Entity::update_many()
        .col_expr(Column::Tier, to.tier.as_str().into())
        .col_expr(Column::Status, to.status.as_str().into())
        .col_expr(Column::Role, to.role.as_str().into())
        .filter(Column::Id.eq(command.user.as_uuid()))
        .exec(tx)
        .await?;
    if to.tier != command.expected.tier {
        tier_change::Entity::delete_by_id(command.user.as_uuid())
            .exec(tx)
            .await?;
    }
    if let Some(grant) = &command.grant {
        match give(tx, grant).await {
            Err(Stop::Refused(AccountStoreError::Credit(LedgerError::KeyReused))) => {}
            given => given?,
        }
    }
    append(tx, &command.audit).await?;
    outbox::put(tx, command.notice.clone().map(OutboxItem::Notice)).await?;
    changed.tier = to.tier;
    changed.status = to.status;
    changed.role = to.role;
    Ok(changed)
}

/// Changes of plan whose time has come, the longest ago first.
pub(crate) fn due(now: Timestamp) -> Select<tier_change::Entity> {
    tier_change::Entity::find()
        .filter(tier_change::Column::At.lte(micros(now)))
        .order_by_asc(tier_change::Column::At)
        .order_by_asc(tier_change::Column::UserId)
}

async fn arrange(tx: &DatabaseTransaction, command: &ArrangeTier) -> Outcome<()> {
    let user = command.user.as_uuid();
    let account = account::Entity::find_by_id(user).lock_exclusive();
    if account.one(tx).await?.is_none() {
        return Err(Stop::Refused(AccountStoreError::Unknown));
    }
    tier_change::Entity::delete_by_id(user).exec(tx).await?;
    if let Some(change) = command.change {
        let row = tier_change::ActiveModel {
            user_id: Set(user),
            tier: Set(change.tier.as_str().to_owned()),
            at: Set(micros(change.at)),
        };
        tier_change::Entity::insert(row)
            .exec_without_returning(tx)
            .await?;
    }
    append(tx, &command.audit).await?;
    Ok(())
}

/// Gives credits that come with something else.
async fn give(tx: &DatabaseTransaction, entry: &PostEntry) -> Outcome<()> {
    let refused = |stop: Stop<LedgerError>| {
        stop.map(|error| match error {
            LedgerError::Store(error) => error.into(),
            error => AccountStoreError::Credit(error),
        })
    };
    let mut wallet = Wallet::lock(tx, entry.user).await.map_err(refused)?;
    wallet.post(tx, entry).await.map_err(refused)?;
    Ok(())
}

/// The row is locked while its contract is compared: whoever was slower finds the other's.
async fn agree(tx: &DatabaseTransaction, command: &SetContract) -> Outcome<()> {
    let user = command.user.as_uuid();
    let row = account::Entity::find_by_id(user).lock_exclusive();
    let row = row.one(tx).await?;
    let row = row.ok_or(Stop::Refused(AccountStoreError::Unknown))?;
    if Account::try_from(row)?.contract != command.expected {
        return Err(Stop::Refused(StoreError::Conflict.into()));
    }
    let agreed = command.to.as_ref().map(Contract::encode);
    account::Entity::update_many()
        .col_expr(account::Column::Contract, agreed.into())
        .filter(account::Column::Id.eq(user))
        .exec(tx)
        .await?;
    append(tx, &command.audit).await?;
    Ok(())
}

async fn revoke(
    tx: &DatabaseTransaction,
    (user, key): (UserId, KeyId),
    now: Timestamp,
    audit: &AuditRecord,
) -> Result<bool, Stop<StoreError>> {
    let own = api_key::Entity::find_by_id(key.as_uuid())
        .filter(api_key::Column::UserId.eq(user.as_uuid()));
    if own.one(tx).await?.is_none() {
        return Ok(false);
    }
    let revoked = api_key::Entity::update_many()
        .col_expr(api_key::Column::RevokedAt, micros(now).into())
        .filter(api_key::Column::Id.eq(key.as_uuid()))
        .filter(api_key::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    if revoked.rows_affected > 0 {
        append(tx, audit).await?;
    }
    Ok(true)
}

/// The keys of an account, newest first.
pub(crate) fn keys_of(user: UserId, before: Option<KeyId>) -> Select<api_key::Entity> {
    // Ids are in the order of their making.
    api_key::Entity::find()
        .filter(api_key::Column::UserId.eq(user.as_uuid()))
        .apply_if(before, |query, before| {
            query.filter(api_key::Column::Id.lt(before.as_uuid()))
        })
        .order_by_desc(api_key::Column::Id)
}

/// Keys that are not past their end.
fn lasting(now: Timestamp) -> Condition {
    Condition::any()
        .add(api_key::Column::ExpiresAt.is_null())
        .add(api_key::Column::ExpiresAt.gt(micros(now)))
}

async fn add_key(tx: &DatabaseTransaction, key: &ApiKey, most: usize) -> Outcome<()> {
    // Behind the lock on their account one key after the other is counted.
    let owner = account::Entity::find_by_id(key.user.as_uuid()).lock_exclusive();
    if owner.one(tx).await?.is_none() {
        return Err(Stop::Refused(AccountStoreError::Unknown));
    }
    let working = keys_of(key.user, None)
        .filter(api_key::Column::RevokedAt.is_null())
        .filter(lasting(key.created_at))
        .limit(most as u64);
    if working.all(tx).await?.len() >= most {
        return Err(Stop::Refused(AccountStoreError::TooManyKeys));
    }
    api_key::Entity::insert(api_key::ActiveModel::from(key))
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

async fn open(tx: &DatabaseTransaction, command: &OpenAccount) -> Outcome<()> {
    let user = command.account.id;
    create(tx, &command.account).await?;
    if let Some(who) = &command.identity {
        identify(tx, user, who).await?;
    }
    if let Some(key) = &command.key {
        add_key(tx, key, 1).await?;
    }
    if let Some(opening) = &command.opening {
        give(tx, opening).await?;
    }
    if let Some(audit) = &command.audit {
        append(tx, audit).await?;
    }
    Ok(())
}

async fn close(tx: &DatabaseTransaction, command: &CloseAccount) -> Outcome<()> {
    let user = command.user;
    let row = account::Entity::find_by_id(user.as_uuid()).lock_exclusive();
    let row = row.one(tx).await?;
    let row = row.ok_or(Stop::Refused(AccountStoreError::Unknown))?;
    if row.status == AccountStatus::Deleted.as_str() {
        return Ok(());
    }
    account::Entity::update_many()
        .col_expr(account::Column::Email, command.address.as_str().into())
        .col_expr(
            account::Column::Status,
            AccountStatus::Deleted.as_str().into(),
        )
        .col_expr(account::Column::Role, Role::Member.as_str().into())
        .filter(account::Column::Id.eq(user.as_uuid()))
        .exec(tx)
        .await?;
    lock_out(tx, user).await?;
    append(tx, &command.audit).await?;
    Ok(())
}

async fn adopt(tx: &DatabaseTransaction, command: &AdoptAccount) -> Outcome<Account> {
    let user = command.user;
    let row = account::Entity::find_by_id(user.as_uuid()).lock_exclusive();
    let row = row.one(tx).await?;
    let account = Account::try_from(row.ok_or(Stop::Refused(AccountStoreError::Unknown))?)?;
    match account.status {
        AccountStatus::Active => {
            password::Entity::delete_by_id(user.as_uuid())
                .exec(tx)
                .await?;
            sign_out(tx, user).await?;
        }
        AccountStatus::Unverified => lock_out(tx, user).await?,
        _ => return Err(Stop::Refused(StoreError::Conflict.into())),
    }
    identify(tx, user, &command.identity).await?;
    account::Entity::update_many()
        .col_expr(
            account::Column::Status,
            AccountStatus::Active.as_str().into(),
        )
        .filter(account::Column::Id.eq(user.as_uuid()))
        .exec(tx)
        .await?;
    append(tx, &command.audit).await?;
    Ok(Account {
        status: AccountStatus::Active,
        ..account
    })
}

/// Gives an account an identity that nobody has.
async fn identify(tx: &DatabaseTransaction, user: UserId, who: &ExternalIdentity) -> Outcome<()> {
    let key = (who.issuer.clone(), who.subject.clone());
    let known = external_identity::Entity::find_by_id(key).one(tx).await?;
    if known.is_some() {
        return Err(Stop::Refused(AccountStoreError::IdentityTaken));
    }
    let row = external_identity::ActiveModel {
        issuer: Set(who.issuer.clone()),
        subject: Set(who.subject.clone()),
        user_id: Set(user.as_uuid()),
    };
    external_identity::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Accounts without books that nobody has verified, the oldest first.
pub(crate) fn unverified(by: Timestamp) -> Select<account::Entity> {
    account::Entity::find()
        .filter(account::Column::Status.eq(AccountStatus::Unverified.as_str()))
        .filter(account::Column::CreatedAt.lte(micros(by)))
        .filter(account::Column::Seq.eq(0))
        .filter(account::Column::ChainSeq.eq(0))
        .order_by_asc(account::Column::CreatedAt)
        .order_by_asc(account::Column::Id)
}

async fn displace(tx: &DatabaseTransaction, user: UserId) -> Result<bool, Stop<StoreError>> {
    let row = account::Entity::find_by_id(user.as_uuid())
        .filter(account::Column::Status.eq(AccountStatus::Unverified.as_str()))
        .lock_exclusive()
        .one(tx)
        .await?;
    let Some(row) = row else {
        return Ok(false);
    };
    if (row.seq, row.chain_seq) != (0, 0) {
        return Ok(false);
    }
    lock_out(tx, user).await?;
    tier_change::Entity::delete_by_id(row.id).exec(tx).await?;
    account::Entity::delete_by_id(row.id).exec(tx).await?;
    Ok(true)
}

/// Removes everything by which somebody gets into an account.
async fn lock_out(tx: &DatabaseTransaction, user: UserId) -> Result<(), DbErr> {
    api_key::Entity::delete_many()
        .filter(api_key::Column::UserId.eq(user.as_uuid()))
        .exec(tx)
        .await?;
    external_identity::Entity::delete_many()
        .filter(external_identity::Column::UserId.eq(user.as_uuid()))
        .exec(tx)
        .await?;
    password::Entity::delete_by_id(user.as_uuid())
        .exec(tx)
        .await?;
    sign_out(tx, user).await
}
