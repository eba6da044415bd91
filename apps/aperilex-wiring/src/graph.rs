//! The application, put together in a straight line.

use std::sync::Arc;

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
        let source = select::source(&settings.source)?;
        Self::with_source(settings, source).await
    }

    /// Puts together what works on records and local files alone: no source needs to be configured.
    ///
    /// # Errors
    /// [`WiringError`]: what is wrong and what to do.
    pub async fn without_source(settings: &Settings) -> Result<Self, WiringError> {
        Self::with_source(settings, Arc::new(NoSource)).await
    }

    /// Looks whether the application could be put together, and changes nothing: what is not there
    /// yet is not made. Says what was found.
    ///
    /// # Errors
    /// [`WiringError`]: what is wrong and what to do.
    pub async fn check(settings: &Settings) -> Result<&'static str, WiringError> {
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
        answered.map_err(|error| WiringError::start("database")(error.into()))?;
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
        aperilex_migrations::run(database.connection())
            .await
            .map_err(|error| WiringError::start("database schema")(error.into()))?;
        let queue = database.queue(clock.clone(), QueueSettings::default());
        let stores = database.stores();
        let first_line = Arc::new(FirstLine::new(stores.quota.clone()));
        let ports = Ports {
            clock,
            ids: Arc::new(SystemIds),
            source,
            parser: Arc::new(OffRuntime(Parser)),
            analysts,
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
