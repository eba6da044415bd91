//! `aperilex account`: making, listing and changing accounts.

use std::fmt::Write;
use std::process::ExitCode;

use aperilex_core::ports::MAX_PAGE;
use aperilex_core::{AccountChange, Actor, Role};
use aperilex_wiring::{Graph, Settings};

use crate::args::{AccountCommand, ChangeArgs};
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
async fn change(
    engine: &aperilex_core::Engine,
    args: ChangeArgs,
    to: AccountChange,
) -> anyhow::Result<String> {
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

async fn list(engine: &aperilex_core::Engine) -> anyhow::Result<String> {
    let stores = &engine.ports().stores;
    let mut text = String::from("account\temail\ttier\tstatus\tcreated\tavailable_usd\n");
    let mut after = None;
    loop {
        let page = stores
            .accounts
            .list(after, MAX_PAGE)
            .await
            .map_err(aperilex_core::EngineError::from)?;
        for account in &page {
            let balance = stores.ledger.balance(account.id).await;
            let balance = balance.map_err(aperilex_core::EngineError::from)?;
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
