//! The commands.

mod account;
mod analyze;
mod audit_log;
mod dead_letters;
mod import;
mod import_list;
mod ledger;
mod parse;
mod prefill;
mod serve;
mod usage;
mod verify;

use std::process::ExitCode;

use aperilex_api::{ApiSettings, WebhookSecret};
use aperilex_core::ports::FilingSource;
use aperilex_wiring::settings::Layers;
use aperilex_wiring::{Graph, Settings, WiringError};
use serde_json::{Value, json};

use crate::args::{Args, Command, Common};
use crate::exit::BadUsage;
use crate::output;

/// Runs a command.
pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let common = &args.common;
    match args.command {
        Command::Analyze {
            filing,
            template,
            format,
        } => analyze::run(settings(common)?, &filing, template, format).await,
        Command::Parse { filing, format } => parse::run(&settings(common)?, &filing, format).await,
        Command::Import {
            ticker,
            form,
            from,
            to,
            list,
        } => match list {
            Some(list) => import_list::run(settings(common)?, &list).await,
            None => {
                let (ticker, form) = ticker.zip(form).ok_or_else(import_what)?;
                import::run(settings(common)?, ticker, form, from, to).await
            }
        },
        Command::Prefill(prefill) => prefill::run(settings(common)?, &prefill).await,
        Command::Verify {
            analysis,
            documents,
        } => verify::run(&analysis, &documents),
        Command::Serve { listen, no_worker } => {
            let mut settings = settings(common)?;
            if let Some(address) = listen {
                settings.set_listen(address);
            }
            serve::serve(settings, !no_worker).await
        }
        Command::Worker => serve::worker(settings(common)?).await,
        Command::Account { command } => account::run(settings(common)?, command).await,
        Command::Ledger { command } => ledger::run(settings(common)?, command).await,
        Command::DeadLetters { command } => dead_letters::run(settings(common)?, command).await,
        Command::AuditLog(wanted) => audit_log::run(settings(common)?, &wanted).await,
        Command::Usage { command } => usage::run(settings(common)?, command).await,
        Command::Migrate => {
            Graph::without_source(&settings(common)?).await?;
            output::print("the database is up to date")?;
            Ok(ExitCode::SUCCESS)
        }
        Command::CheckConfig => check_config(&settings(common)?).await,
        Command::Openapi => {
            output::print(&aperilex_api::openapi_json())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The command line asks for it before.
fn import_what() -> BadUsage {
    BadUsage("name --ticker and --form, or a --list".into())
}

/// The settings in force: defaults < file < environment < flags.
fn settings(common: &Common) -> anyhow::Result<Settings> {
    let mut layers = Layers::default();
    let file = common
        .config
        .clone()
        .or_else(|| std::env::var_os("APERILEX_CONFIG").map(Into::into));
    if let Some(file) = file {
        layers = layers.file(&file)?;
    }
    layers =
        layers.environment(std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        }));
    if let Some(dir) = &common.data_dir {
        layers.set(&["data_dir"], json!(dir));
    }
    if let Some(source) = &common.source {
        let path = source.strip_prefix("file://").unwrap_or(source);
        if path.is_empty() {
            return Err(BadUsage(
                "--source: expected a folder or URL; leave it out for EDGAR".into(),
            )
            .into());
        }
        let source = path;
        let mirror = aperilex_edgar::EdgarConfig::for_source(source)
            .map_err(|error| BadUsage(format!("--source: {error}")))?;
        layers.set(&["source", "provider"], json!("edgar"));
        for (key, value) in mirror_settings(&mirror) {
            layers.set(&["source", "settings", key], value);
        }
    }
    Ok(layers.settings()?)
}

/// What `--source` sets: where the mirror is. All else stays as configured.
fn mirror_settings(mirror: &aperilex_edgar::EdgarConfig) -> Vec<(&'static str, Value)> {
    vec![
        ("www", json!(mirror.www)),
        ("data", json!(mirror.data)),
        ("efts", json!(mirror.efts)),
        ("folder", json!(mirror.folder)),
    ]
}

/// Settings with everything that may be secret left out.
async fn check_config(settings: &Settings) -> anyhow::Result<ExitCode> {
    let mut shown = serde_json::to_value(settings)?;
    redact(&mut shown);
    output::print(&serde_json::to_string_pretty(&shown)?)?;
    api_settings(settings)?;
    settings.check_listening()?;
    output::complain(Graph::check(settings).await?);
    Ok(ExitCode::SUCCESS)
}

/// The HTTP server's own settings.
fn api_settings(settings: &Settings) -> Result<ApiSettings, WiringError> {
    let own: ApiSettings = aperilex_wiring::part_of(settings, "api", &settings.api)?;
    let secret = settings.payments.webhook_secret.clone();
    Ok(ApiSettings {
        payment_secret: secret.and_then(WebhookSecret::new),
        ..own
    })
}

fn redact(value: &mut Value) {
    const SECRET: [&str; 5] = ["url", "key", "secret", "password", "token"];
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                if SECRET.iter().any(|word| name.contains(word)) && !inner.is_null() {
                    *inner = Value::from("[redacted]");
                } else {
                    redact(inner);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact),
        _ => {}
    }
}

/// The source that the settings choose, without the rest of the application.
fn source(settings: &Settings) -> anyhow::Result<std::sync::Arc<dyn FilingSource>> {
    Ok(aperilex_wiring::source(settings)?)
}
