//! `aperilex account`: making, listing, changing and closing accounts, their keys, and what was agreed
//! with them.

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use aperilex_core::ports::MAX_PAGE;
use aperilex_core::{
    AccountChange, Actor, Contract, Engine, EngineError, NewKey, Role, Scopes, Timestamp, UserId,
};
use aperilex_wiring::{Graph, Settings};
use serde_json::{Map, Value, json};

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
            engine.close_account_by(Actor::Operator, &found).await?;
            format!("account {account} is closed\n")
        }
        AccountCommand::Contract {
            account,
            set,
            clear,
            reason,
        } => {
            let to = match &set {
                Some(file) => Some(Some(read_contract(file)?)),
                None => clear.then_some(None),
            };
            contract(&engine, account, to, &reason.unwrap_or_default()).await?
        }
        AccountCommand::Suspend { change: args } => {
            change(&engine, args, |to| to.suspended = Some(true)).await?
        }
        AccountCommand::Restore { change: args } => {
            change(&engine, args, |to| to.suspended = Some(false)).await?
        }
        AccountCommand::Tier { tier, change: args } => {
            change(&engine, args, |to| to.tier = Some(tier)).await?
        }
        AccountCommand::Role { role, change: args } => {
            change(&engine, args, |to| to.role = Some(role)).await?
        }
    };
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// Shows a contract as it would be set, and the plan that it makes.
async fn contract(
    engine: &Engine,
    user: UserId,
    to: Option<Option<Contract>>,
    reason: &str,
) -> anyhow::Result<String> {
    let account = match to {
        Some(to) => {
            let by = Actor::Operator;
            engine.set_contract(by, user, to.as_ref(), reason).await?
        }
        None => engine.account(user).await?,
    };
    let shown = json!({
        "account": account.id,
        "tier": account.tier,
        "contract": account.contract,
        "plan": *engine.settings().plan_of(&account),
        "price_version": engine.settings().price_version(&account),
    });
    Ok(serde_json::to_string_pretty(&shown)?)
}

/// A contract as people write it: of the current version, if it does not say.
fn read_contract(file: &Path) -> anyhow::Result<Contract> {
    let place = file.display();
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {place}"))?;
    let wrong = |reason: String| BadUsage(format!("--set {place}: {reason}"));
    let mut fields: Map<String, Value> = serde_json::from_str(&text)
        .map_err(|error| wrong(format!("expected a JSON object: {error}")))?;
    let version = fields.entry("schema_version");
    version.or_insert_with(|| Contract::VERSION.into());
    let contract = Contract::decode(&Value::Object(fields).to_string());
    Ok(contract.map_err(|error| wrong(error.to_string()))?)
}

/// Changes an account, and says how it stands then.
async fn change(
    engine: &Engine,
    args: ChangeArgs,
    set: impl FnOnce(&mut AccountChange),
) -> anyhow::Result<String> {
    let mut change = AccountChange {
        reason: args.reason,
        ..AccountChange::default()
    };
    set(&mut change);
    let user = args.account;
    let account = engine
        .change_account(Actor::Operator, user, &change)
        .await?;
    let arranged = engine.arranged_tier(user).await?;
    let arranged = arranged.map_or_else(String::new, |change| {
        format!("arranged {} from {}\n", change.tier, change.at)
    });
    Ok(format!(
        "account {}\ntier {}\nstatus {}\nrole {}\n{arranged}",
        account.id, account.tier, account.status, account.role
    ))
}

async fn list(engine: &Engine) -> anyhow::Result<String> {
    let stores = &engine.ports().stores;
    let mut text = String::from("account\temail\ttier\tstatus\tcreated\tavailable_usd\towed_usd\n");
    let mut after = None;
    loop {
        let page = stores
            .accounts
            .list(after, MAX_PAGE)
            .await
            .map_err(EngineError::from)?;
        for account in &page {
            let funds = engine.funds(account.id).await?;
            writeln!(
                text,
                "{}\t{}\t{}\t{}\t{}\t{}\t{}",
                account.id,
                account.email,
                account.tier,
                account.status,
                account.created_at,
                funds.balance.available(),
                funds.owed,
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
            let issued = engine
                .issue_key_by(Actor::Operator, account, &wanted)
                .await?;
            output::complain("this key is shown once and kept nowhere; store it now");
            let (id, secret) = (issued.key.id, issued.secret.reveal());
            Ok(format!("key {id}\napi-key {secret}\n"))
        }
        KeyCommand::List { account } => keys(engine, account).await,
        KeyCommand::Revoke { account, key } => {
            engine.revoke_key_by(Actor::Operator, account, key).await?;
            Ok(format!("key {key} is revoked\n"))
        }
    }
}

async fn keys(engine: &Engine, account: UserId) -> anyhow::Result<String> {
    let mut text = String::from("key\tname\tprefix\tscopes\tcreated\texpires\tused\trevoked\n");
    let moment = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), |at| at.to_string());
    let mut before = None;
    loop {
        let page = engine.keys(account, before, MAX_PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(text);
        };
        before = Some(last.id);
        for key in &page {
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
    }
}
