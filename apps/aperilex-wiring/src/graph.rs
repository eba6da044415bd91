//! The application, put together in a straight line.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aperilex_core::ports::{FilingSource, Ports, QuotaStore, Stores};
use aperilex_core::{Engine, Settings as EngineSettings};
use aperilex_filing_parser::Parser;
use aperilex_layers::FirstLine;
use aperilex_sea_orm::{Database, QueueSettings};

use crate::error::WiringError;
use crate::no_source::NoSource;
use crate::off_runtime::OffRuntime;
use crate::select;
use crate::settings::{DatabaseSelection, Settings};
use crate::system::{SystemClock, SystemIds};
use crate::universe;

/// Pause between two looks for a service that does not answer.
const AGAIN: Duration = Duration::from_secs(1);

/// The parts of a running application.
#[derive(Debug, Clone)]
pub struct Graph {
    /// The use cases.
    pub engine: Engine,
    /// The database, for migrations and health.
    pub database: Database,
    /// What stands before the quota store, for its counts.
    pub first_line: Arc<FirstLine<dyn QuotaStore>>,
    /// What it was put together from.
    pub settings: Settings,
}

impl Graph {
    /// Puts the whole application together and brings the database up to date.
    ///
    /// # Errors
    /// [`WiringError`]: what is wrong and what to do.
    pub async fn build(settings: &Settings) -> Result<Self, WiringError> {
        let named = |error: WiringError| error.from_layer(&settings.origins);
        let source = select::source(&settings.source).map_err(named)?;
        Self::with_source(settings, source).await.map_err(named)
    }

    /// Puts together what works on records and local files alone: no source needs to be configured.
    ///
    /// # Errors
    /// [`WiringError`]: what is wrong and what to do.
    pub async fn without_source(settings: &Settings) -> Result<Self, WiringError> {
        let graph = Self::with_source(settings, Arc::new(NoSource)).await;
        graph.map_err(|error| error.from_layer(&settings.origins))
    }

    /// Looks whether the application could be put together, and changes nothing: what is not there
    /// yet is not made. Says what was found.
    ///
    /// # Errors
    /// [`WiringError`]: what is wrong and what to do.
    pub async fn check(settings: &Settings) -> Result<&'static str, WiringError> {
        let checked = Self::look(settings).await;
        checked.map_err(|error| error.from_layer(&settings.origins))
    }

    async fn look(settings: &Settings) -> Result<&'static str, WiringError> {
        install_tls_provider();
        select::source(&settings.source)?;
        select::analysts(&settings.analyst)?;
        select::events(&settings.events)?;
        select::notifier(&settings.notices, Arc::new(SystemClock))?;
        select::check_queue(&settings.queue)?;
        select::check_sign_in(settings)?;
        universe::load(&settings.universes)?;
        let embedded = matches!(settings.database, DatabaseSelection::Sqlite(_));
        if embedded && !settings.data_dir.exists() {
            return Ok(
                "the settings are lawful; the data directory will be made when it is needed",
            );
        }
        let database = select::database(&settings.database, &settings.data_dir).await?;
        let answered = database.ping().await;
        database.close().await;
        answered.map_err(|error| match &settings.database {
            DatabaseSelection::Sqlite(_) => WiringError::start("database")(error.into()),
            _ => WiringError::Away {
                part: "database",
                source: error.into(),
            },
        })?;
        Ok("the settings are lawful and the database answers; the source was not asked")
    }

    async fn with_source(
        settings: &Settings,
        source: Arc<dyn FilingSource>,
    ) -> Result<Self, WiringError> {
        install_tls_provider();
        create_data_dir(settings)?;
        let clock = Arc::new(SystemClock);
        let documents = select::documents(&settings.documents, &settings.data_dir).await?;
        let analysts = select::analysts(&settings.analyst)?;
        let events = select::events(&settings.events)?;
        let notifier = select::notifier(&settings.notices, clock.clone())?;
        select::check_queue(&settings.queue)?;
        let sign_in = select::sign_in(settings)?;
        let universes = universe::load(&settings.universes)?;
        let database = select::database(&settings.database, &settings.data_dir).await?;
        bring_up_to_date(&database, Duration::from_secs(settings.start_wait_s)).await?;
        let queue = database.queue(clock.clone(), QueueSettings::default());
        let stores = database.stores();
        let first_line = Arc::new(FirstLine::new(stores.quota.clone()));
        let ports = Ports {
            clock,
            ids: Arc::new(SystemIds),
            source,
            parser: Arc::new(OffRuntime(Parser)),
            analysts,
            // No adapter of this build opens a model with a customer's key.
            own_models: None,
            documents,
            queue: Arc::new(queue),
            events,
            sign_in,
            notifier,
            stores: Stores {
                quota: first_line.clone(),
                ..stores
            },
        };
        let engine_settings = EngineSettings {
            plans: settings.plans.clone(),
            universes,
            timings: settings.timings.clone(),
            accounts: settings.accounts.clone(),
            billing: settings.billing.clone(),
            conduct: settings.conduct.clone(),
        };
        let engine = Engine::new(ports, engine_settings);
        Ok(Self {
            engine,
            database,
            first_line,
            settings: settings.clone(),
        })
    }
}

/// Brings the schema up to date. A database that does not answer may be starting as well: it is waited for.
async fn bring_up_to_date(database: &Database, patience: Duration) -> Result<(), WiringError> {
    let begun = Instant::now();
    loop {
        let error = match aperilex_migrations::run(database.connection()).await {
            Ok(_) => return Ok(()),
            Err(error) if !Database::is_away(&error) => {
                return Err(WiringError::start("database schema")(error.into()));
            }
            Err(error) => error,
        };
        if begun.elapsed() >= patience {
            let (part, source) = ("database", error.into());
            return Err(WiringError::Away { part, source });
        }
        tracing::warn!("the database does not answer; it is tried again");
        tokio::time::sleep(AGAIN).await;
    }
}

/// One TLS provider for everything; a second call finds the first one's.
pub(crate) fn install_tls_provider() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// The data directory holds keys and filings: it is its owner's alone.
fn create_data_dir(settings: &Settings) -> Result<(), WiringError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&settings.data_dir).map_err(|error| {
        let place = settings.data_dir.display();
        WiringError::setting("data_dir", format!("{place} cannot be created: {error}"))
    })
}
