//! Sessions, passwords, one-time tokens.

use aperilex_ports::{
    Account, AccountStatus, AccountStoreError, Digest, Letter, OneTime, OneTimePurpose, OutboxItem,
    PasswordHash, Redeem, RotateSession, Session, SessionId, SessionStore, StoreError, Timestamp,
    UserId,
};
use async_trait::async_trait;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, SelectStatement};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, JoinType, QueryFilter, QuerySelect,
    QueryTrait,
};
use uuid::Uuid;

use crate::database::Store;
use crate::entity::{account, one_time, password, session, session_refresh};
use crate::error::{Stop, Unreadable, store_error};
use crate::outbox;
use crate::quota_store::take;
use crate::read::page;
use crate::stored::{micros, rounded, time};
use crate::transaction::Durability;

type Outcome<T> = Result<T, Stop<StoreError>>;

#[async_trait]
impl SessionStore for Store {
    async fn begin(&self, session: &Session, refresh: &Digest) -> Result<(), AccountStoreError> {
        transact!(self.db, |tx| begin(tx, session, refresh).await)
    }

    async fn rotate(
        &self,
        command: &RotateSession,
    ) -> Result<Option<(Session, Account)>, StoreError> {
        transact!(self.db, |tx| rotate(tx, command).await)
    }

    async fn account(
        &self,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Option<Account>, StoreError> {
        let query = signed_in(session, now);
        self.db.one::<account::Model, _>(&query).await
    }

    async fn end(&self, session: SessionId) -> Result<(), StoreError> {
        let delete = session::Entity::delete_many()
            .filter(session::Column::Id.eq(session.as_uuid()))
            .into_query();
        let ended = self.db.alone(Durability::Full, &delete).await;
        ended.map(drop).map_err(store_error)
    }

    async fn write(&self, letter: &Letter) -> Result<bool, AccountStoreError> {
        transact!(self.db, |tx| write(tx, letter).await)
    }

    async fn holder(
        &self,
        token: &Digest,
        purpose: OneTimePurpose,
        now: Timestamp,
    ) -> Result<Option<Account>, StoreError> {
        let query = holder(token, purpose, now);
        self.db.one::<account::Model, _>(&query).await
    }

    async fn redeem(&self, command: &Redeem) -> Result<Option<UserId>, StoreError> {
        transact!(self.db, |tx| redeem(tx, command).await)
    }

    async fn password(&self, user: UserId) -> Result<Option<PasswordHash>, StoreError> {
        let query = password::Entity::find_by_id(user.as_uuid()).into_query();
        let row = self.db.one::<password::Model, Kept>(&query).await?;
        Ok(row.map(|Kept(hash)| hash))
    }

    async fn rehash(
        &self,
        user: UserId,
        from: &PasswordHash,
        to: &PasswordHash,
    ) -> Result<bool, StoreError> {
        let update = password::Entity::update_many()
            .col_expr(password::Column::Hash, to.as_str().into())
            .filter(password::Column::UserId.eq(user.as_uuid()))
            .filter(password::Column::Hash.eq(from.as_str()))
            .into_query();
        let replaced = self.db.alone(Durability::Full, &update).await;
        Ok(replaced.map_err(store_error)? > 0)
    }

    async fn forget(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        transact!(self.db, Durability::Relaxed, |tx| forget(tx, now, limit)
            .await)
    }
}

/// A password's hash.
struct Kept(PasswordHash);

impl TryFrom<password::Model> for Kept {
    type Error = Unreadable;

    fn try_from(row: password::Model) -> Result<Self, Unreadable> {
        Ok(Self(PasswordHash::new(row.hash)))
    }
}

/// The account of a session that goes on, in one query: requests begin with it.
pub(crate) fn signed_in(session: SessionId, now: Timestamp) -> SelectStatement {
    let owner = Expr::col((session::Entity, session::Column::UserId))
        .eq(Expr::col((account::Entity, account::Column::Id)));
    let mut query = account::Entity::find()
        .filter(session::Column::Id.eq(session.as_uuid()))
        .filter(session::Column::ExpiresAt.gt(micros(now)))
        .into_query();
    query.join(JoinType::InnerJoin, session::Entity, owner);
    query
}

/// The account of a one-time token that is good, in one query.
pub(crate) fn holder(token: &Digest, purpose: OneTimePurpose, now: Timestamp) -> SelectStatement {
    let owner = Expr::col((one_time::Entity, one_time::Column::UserId))
        .eq(Expr::col((account::Entity, account::Column::Id)));
    let mut query = account::Entity::find()
        .filter(one_time::Column::Hash.eq(token.to_string()))
        .filter(one_time::Column::Purpose.eq(purpose.as_str()))
        .filter(one_time::Column::ExpiresAt.gt(micros(now)))
        .into_query();
    query.join(JoinType::InnerJoin, one_time::Entity, owner);
    query
}

async fn require_account(
    tx: &DatabaseTransaction,
    user: UserId,
) -> Result<(), Stop<AccountStoreError>> {
    let owner = account::Entity::find_by_id(user.as_uuid()).one(tx).await?;
    match owner {
        Some(_) => Ok(()),
        None => Err(Stop::Refused(AccountStoreError::Unknown)),
    }
}

async fn begin(
    tx: &DatabaseTransaction,
    begun: &Session,
    refresh: &Digest,
) -> Result<(), Stop<AccountStoreError>> {
    require_account(tx, begun.user).await?;
    let row = session::ActiveModel {
        id: Set(begun.id.as_uuid()),
        user_id: Set(begun.user.as_uuid()),
        created_at: Set(micros(begun.created_at)),
        expires_at: Set(micros(begun.expires_at)),
    };
    session::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    keep_refresh(tx, begun.id.as_uuid(), refresh).await?;
    Ok(())
}

async fn keep_refresh(tx: &DatabaseTransaction, session: Uuid, hash: &Digest) -> Result<(), DbErr> {
    let row = session_refresh::ActiveModel {
        hash: Set(hash.to_string()),
        session_id: Set(session),
        used_at: Set(None),
    };
    session_refresh::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

async fn rotate(
    tx: &DatabaseTransaction,
    command: &RotateSession,
) -> Outcome<Option<(Session, Account)>> {
    let now = command.now;
    let by_hash = || session_refresh::Entity::find_by_id(command.refresh.to_string());
    let Some(token) = by_hash().one(tx).await? else {
        return Ok(None);
    };
    let locked = session::Entity::find_by_id(token.session_id)
        .lock_exclusive()
        .one(tx)
        .await?;
    // Behind the lock it is as it is: another may have used it just before.
    let (Some(row), Some(token)) = (locked, by_hash().one(tx).await?) else {
        return Ok(None);
    };
    if row.expires_at <= micros(now) {
        return Ok(None);
    }
    if let Some(used) = token.used_at {
        let used = time("use of a refresh token", used)?;
        if now.duration_since(used).unsigned_abs() > command.grace {
            session::Entity::delete_by_id(row.id).exec(tx).await?;
            return Ok(None);
        }
    }
    let owner = account::Entity::find_by_id(row.user_id).one(tx).await?;
    let Some(owner) = owner else {
        return Ok(None);
    };
    let (owner, mut session) = (Account::try_from(owner)?, Session::try_from(row)?);
    if owner.status == AccountStatus::Active {
        if token.used_at.is_none() {
            lengthen(tx, command, session.id).await?;
            session.expires_at = rounded(command.expires_at);
        }
        keep_refresh(tx, session.id.as_uuid(), &command.next).await?;
    }
    Ok(Some((session, owner)))
}

/// Uses a refresh token up for the first time.
async fn lengthen(
    tx: &DatabaseTransaction,
    command: &RotateSession,
    session: SessionId,
) -> Outcome<()> {
    session_refresh::Entity::update_many()
        .col_expr(session_refresh::Column::UsedAt, micros(command.now).into())
        .filter(session_refresh::Column::Hash.eq(command.refresh.to_string()))
        .exec(tx)
        .await?;
    session::Entity::update_many()
        .col_expr(
            session::Column::ExpiresAt,
            micros(command.expires_at).into(),
        )
        .filter(session::Column::Id.eq(session.as_uuid()))
        .exec(tx)
        .await?;
    Ok(())
}

async fn write(tx: &DatabaseTransaction, letter: &Letter) -> Result<bool, Stop<AccountStoreError>> {
    require_account(tx, letter.notice.user).await?;
    if !take(tx, letter.counted, &letter.windows, letter.now).await? {
        return Ok(false);
    }
    if let Some(token) = &letter.token {
        keep_one_time(tx, token).await?;
    }
    outbox::put(tx, [OutboxItem::Notice(letter.notice.clone())]).await?;
    Ok(true)
}

async fn keep_one_time(tx: &DatabaseTransaction, token: &OneTime) -> Result<(), DbErr> {
    let row = one_time::ActiveModel {
        hash: Set(token.hash.to_string()),
        user_id: Set(token.user.as_uuid()),
        purpose: Set(token.purpose.as_str().to_owned()),
        expires_at: Set(micros(token.expires_at)),
    };
    one_time::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

async fn redeem(tx: &DatabaseTransaction, command: &Redeem) -> Outcome<Option<UserId>> {
    let token = one_time::Entity::find_by_id(command.token.to_string())
        .filter(one_time::Column::Purpose.eq(command.purpose.as_str()))
        .filter(one_time::Column::ExpiresAt.gt(micros(command.now)))
        .lock_exclusive()
        .one(tx)
        .await?;
    let Some(token) = token else {
        return Ok(None);
    };
    let user = UserId::from_uuid(token.user_id);
    let taken = one_time::Entity::delete_by_id(token.hash).exec(tx).await?;
    if taken.rows_affected == 0 {
        return Ok(None);
    }
    account::Entity::update_many()
        .col_expr(
            account::Column::Status,
            AccountStatus::Active.as_str().into(),
        )
        .filter(account::Column::Id.eq(token.user_id))
        .filter(account::Column::Status.eq(AccountStatus::Unverified.as_str()))
        .exec(tx)
        .await?;
    sign_out(tx, user).await?;
    let row = password::ActiveModel {
        user_id: Set(token.user_id),
        hash: Set(command.password.as_str().to_owned()),
    };
    let replace = OnConflict::column(password::Column::UserId)
        .update_column(password::Column::Hash)
        .to_owned();
    password::Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(tx)
        .await?;
    Ok(Some(user))
}

/// Ends all sessions and one-time tokens of an account. Refresh tokens go with their session.
pub(crate) async fn sign_out(tx: &DatabaseTransaction, user: UserId) -> Result<(), DbErr> {
    session::Entity::delete_many()
        .filter(session::Column::UserId.eq(user.as_uuid()))
        .exec(tx)
        .await?;
    one_time::Entity::delete_many()
        .filter(one_time::Column::UserId.eq(user.as_uuid()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Sessions that are over.
pub(crate) fn over(now: Timestamp) -> sea_orm::Select<session::Entity> {
    session::Entity::find().filter(session::Column::ExpiresAt.lte(micros(now)))
}

/// One-time tokens that are over.
pub(crate) fn late(now: Timestamp) -> sea_orm::Select<one_time::Entity> {
    one_time::Entity::find().filter(one_time::Column::ExpiresAt.lte(micros(now)))
}

async fn forget(tx: &DatabaseTransaction, now: Timestamp, limit: usize) -> Outcome<usize> {
    let sessions = over(now).limit(page(limit)).all(tx).await?;
    let left = limit.saturating_sub(sessions.len());
    let tokens = late(now).limit(page(left)).all(tx).await?;
    let ids = sessions.iter().map(|row| row.id);
    session::Entity::delete_many()
        .filter(session::Column::Id.is_in(ids))
        // Refreshed meanwhile: it is over no more.
        .filter(session::Column::ExpiresAt.lte(micros(now)))
        .exec(tx)
        .await?;
    let hashes = tokens.iter().map(|row| row.hash.as_str());
    one_time::Entity::delete_many()
        .filter(one_time::Column::Hash.is_in(hashes))
        .exec(tx)
        .await?;
    Ok(sessions.len() + tokens.len())
}
