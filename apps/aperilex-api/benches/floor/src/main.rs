//! The floor of the read benchmark: axum and sqlx with nothing between them.
//!
//! One read does the least that a server with keys and access must do: hash the key and look it up in
//! memory, one query for the result by id and account, and its bytes as the body.
//!
//! `aperilex-floor URL ADDRESS KEY BODY-FILE` makes its one table in the database at URL, stores the
//! body under id 1, and serves it at `/analyses/1`.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};
use sqlx::{PgPool, SqlitePool};

const USER: i64 = 7;
const SELECT: &str = "SELECT body FROM floor_analysis WHERE id = $1 AND user_id = $2";
const SETUP: [&str; 2] = [
    "DROP TABLE IF EXISTS floor_analysis",
    "CREATE TABLE floor_analysis (id BIGINT PRIMARY KEY, user_id BIGINT NOT NULL, body TEXT NOT NULL)",
];
const INSERT: &str = "INSERT INTO floor_analysis (id, user_id, body) VALUES (1, $1, $2)";

#[derive(Clone)]
enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

struct Floor {
    keys: HashMap<[u8; 32], i64>,
    pool: Pool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let mut next = |name: &str| args.next().with_context(|| format!("expected {name}"));
    let (url, address, key, file) = (
        next("URL")?,
        next("ADDRESS")?,
        next("KEY")?,
        next("BODY-FILE")?,
    );
    let body = std::fs::read_to_string(file)?;
    let pool = open(&url, &body).await?;
    let hash = <[u8; 32]>::from(Sha256::digest(key.as_bytes()));
    let floor = Arc::new(Floor {
        keys: HashMap::from([(hash, USER)]),
        pool,
    });
    let routes = Router::new()
        .route("/health", get(|| async { "ok" }))
        .route("/analyses/{id}", get(read))
        .with_state(floor);
    let listener = tokio::net::TcpListener::bind(address).await?;
    Ok(axum::serve(listener, routes).await?)
}

async fn open(url: &str, body: &str) -> anyhow::Result<Pool> {
    if url.starts_with("sqlite") {
        let pool = SqlitePool::connect(url).await?;
        for statement in SETUP {
            sqlx::query(statement).execute(&pool).await?;
        }
        sqlx::query(INSERT)
            .bind(USER)
            .bind(body)
            .execute(&pool)
            .await?;
        return Ok(Pool::Sqlite(pool));
    }
    let pool = PgPool::connect(url).await?;
    for statement in SETUP {
        sqlx::query(statement).execute(&pool).await?;
    }
    sqlx::query(INSERT)
        .bind(USER)
        .bind(body)
        .execute(&pool)
        .await?;
    Ok(Pool::Postgres(pool))
}

async fn read(
    State(floor): State<Arc<Floor>>,
    Path(id): Path<i64>,
    headers: HeaderMap,
) -> Response {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let key = bearer.and_then(|value| value.strip_prefix("Bearer "));
    let hash = key.map(|key| <[u8; 32]>::from(Sha256::digest(key.as_bytes())));
    let Some(user) = hash.and_then(|hash| floor.keys.get(&hash)) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let found: Result<Option<String>, sqlx::Error> = match &floor.pool {
        Pool::Sqlite(pool) => {
            sqlx::query_scalar(SELECT)
                .bind(id)
                .bind(user)
                .fetch_optional(pool)
                .await
        }
        Pool::Postgres(pool) => {
            sqlx::query_scalar(SELECT)
                .bind(id)
                .bind(user)
                .fetch_optional(pool)
                .await
        }
    };
    match found {
        Ok(Some(body)) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
