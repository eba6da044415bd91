//! `aperilex account`: making, listing, changing and closing accounts, and their keys.

use std::fmt::Write;
use std::process::ExitCode;

use aperilex_core::ports::MAX_PAGE;
use aperilex_core::{
    AccountChange, Actor, Engine, EngineError, NewKey, Role, Scopes, Timestamp, UserId,
};
use aperilex_wiring::{Graph, Settings};

use crate::args::{AccountCommand, ChangeArgs, KeyCommand};
use crate::exit::BadUsage;
use crate::output;

pub(crate) async fn run(settings: Settings, command: AccountCommand) -> anyhow::Result<ExitCode> {
    let engine = Graph::without_source(&settings).await?.engine;
    let text = match command {
        AccountCommand::Create {
            email,
            tier,
            credit_usd,
        } => {
            if credit_usd.micros() < 0 {
                return Err(BadUsage("--credit-usd: expected no negative amount".into()).into());
            }
            let made = engine
                .create_account(email, tier, Role::Member, credit_usd)
                .await?;
            output::complain("this key is shown once and kept nowhere; store it now");
            format!(
                "account {}\napi-key {}\n",
                made.account.id,
                made.key.reveal()
            )
        }
        AccountCommand::List => list(&engine).await?,
        AccountCommand::Key { command } => key(&engine, command).await?,
        AccountCommand::Close { account } => {
            let found = engine.ports().stores.accounts.get(account).await;
            let found = found.map_err(EngineError::from)?;
            let what = "account".to_owned();
            let found = found.ok_or(EngineError::NotFound { what })?;
            engine.close_account(&found).await?;
            format!("account {account} is closed\n")
        }
        AccountCommand::Suspend { change: args } => {
            let to = AccountChange {
                suspended: Some(true),
                ..AccountChange::default()
            };
            change(&engine, args, to).await?
        }
        AccountCommand::Restore { change: args } => {
            let to = AccountChange {
                suspended: Some(false),
                ..AccountChange::default()
            };
            change(&engine, args, to).await?
        }
        AccountCommand::Role { role, change: args } => {
            let to = AccountChange {
                role: Some(role),
                ..AccountChange::default()
            };
            change(&engine, args, to).await?
        }
    };
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// Changes an account, and says how it stands then.
async fn change(engine: &Engine, args: ChangeArgs, to: AccountChange) -> anyhow::Result<String> {
    let change = AccountChange {
        reason: args.reason,
        ..to
    };
    let user = args.account;
    let account = engine
        .change_account(Actor::Operator, user, &change)
        .await?;
    Ok(format!(
        "account {}\ntier {}\nstatus {}\nrole {}\n",
        account.id, account.tier, account.status, account.role
    ))
}

async fn list(engine: &Engine) -> anyhow::Result<String> {
    let stores = &engine.ports().stores;
    let mut text = String::from("account\temail\ttier\tstatus\tcreated\tavailable_usd\n");
    let mut after = None;
    loop {
        let page = stores
            .accounts
            .list(after, MAX_PAGE)
            .await
            .map_err(EngineError::from)?;
        for account in &page {
            let balance = stores.ledger.balance(account.id).await;
            let balance = balance.map_err(EngineError::from)?;
            writeln!(
                text,
                "{}\t{}\t{}\t{}\t{}\t{}",
                account.id,
                account.email,
                account.tier,
                account.status,
                account.created_at,
                balance.available()
            )?;
        }
        match page.last() {
            Some(last) if page.len() == MAX_PAGE => after = Some(last.id),
            _ => return Ok(text),
        }
    }
}

async fn key(engine: &Engine, command: KeyCommand) -> anyhow::Result<String> {
    match command {
        KeyCommand::New {
            account,
            name,
            scopes,
            expires_at,
        } => {
            let scopes = match scopes.is_empty() {
                true => Scopes::ALL,
                false => scopes.into_iter().collect(),
            };
            let wanted = NewKey {
                name,
                scopes,
                expires_at,
            };
            let issued = engine.issue_key(account, &wanted).await?;
            output::complain("this key is shown once and kept nowhere; store it now");
            let (id, secret) = (issued.key.id, issued.secret.reveal());
            Ok(format!("key {id}\napi-key {secret}\n"))
        }
        KeyCommand::List { account } => keys(engine, account).await,
        KeyCommand::Revoke { account, key } => {
            engine.revoke_key(account, key).await?;
            Ok(format!("key {key} is revoked\n"))
        }
    }
}

async fn keys(engine: &Engine, account: UserId) -> anyhow::Result<String> {
    let mut text = String::from("key\tname\tprefix\tscopes\tcreated\texpires\tused\trevoked\n");
    let moment = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), |at| at.to_string());
    for key in engine.keys(account).await? {
        writeln!(
            text,
            "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
            key.id,
            key.name,
            key.prefix,
            key.scopes,
            key.created_at,
            moment(key.expires_at),
            moment(key.used_at),
            moment(key.revoked_at),
        )?;
    }
    Ok(text)
}
