//! Where records are kept.

use std::path::Path;

use aperilex_sea_orm::{Database, DatabaseConfig, DatabaseError};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{absent, own};
use crate::error::WiringError;
use crate::settings::DatabaseSelection;

/// The SQLite database in the data directory.
const FILE: &str = "aperilex.sqlite3";

/// Opens the database: a file of the data directory, unless the settings give a URL.
pub(crate) async fn database(
    selection: &DatabaseSelection,
    data_dir: &Path,
) -> Result<Database, WiringError> {
    let settings = match selection {
        DatabaseSelection::Sqlite(settings) => {
            let settings = with_default_url(settings.as_deref(), data_dir);
            make_private(&data_dir.join(FILE))?;
            settings
        }
        DatabaseSelection::Postgres(settings) => settings.as_deref().cloned(),
        DatabaseSelection::Aurora(_) => return Err(absent("database", "aurora", "`postgres`")),
        DatabaseSelection::Cockroach(_) => {
            return Err(absent("database", "cockroach", "`postgres`"));
        }
        DatabaseSelection::Mysql(_) => {
            return Err(absent("database", "mysql", "`sqlite` or `postgres`"));
        }
        DatabaseSelection::Sqlserver(_) => {
            return Err(absent("database", "sqlserver", "`sqlite` or `postgres`"));
        }
    };
    let config: DatabaseConfig = own("database", settings.as_ref())?;
    let connected = Database::connect(&config).await;
    connected.map_err(|error| match error {
        DatabaseError::Url => WiringError::setting("database.settings.url", error.to_string()),
        error => WiringError::start("database")(error.into()),
    })
}

fn with_default_url(settings: Option<&Value>, data_dir: &Path) -> Option<Value> {
    let mut settings = settings.cloned().unwrap_or_else(|| json!({}));
    let file = DatabaseConfig::sqlite(&data_dir.join(FILE));
    if let Some(map) = settings.as_object_mut() {
        map.entry("url")
            .or_insert_with(|| Value::from(file.url.expose_secret()));
    }
    Some(settings)
}

/// SQLite gives its journals the mode of the database: made here, it is its owner's alone.
fn make_private(file: &Path) -> Result<(), WiringError> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let opened = options.open(file).map(drop);
    opened.map_err(|error| {
        let place = file.display();
        WiringError::setting(
            "data_dir",
            format!("{place} cannot be written: {}", error.kind()),
        )
    })
}
