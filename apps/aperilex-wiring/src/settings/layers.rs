//! Merging the layers of settings.

use std::path::Path;

use serde_json::{Map, Value};

use super::once::Once;
use super::{Origins, Settings};
use crate::error::WiringError;

/// What variables that are settings begin with.
const PREFIX: &str = "APERILEX_";
/// Variables with the prefix that are for tests and tools, not settings.
const NOT_SETTINGS: [&str; 5] = [
    "APERILEX_CORPUS",
    "APERILEX_REQUIRE",
    "APERILEX_CONFIG",
    "APERILEX_KILL_AT",
    "APERILEX_LOG",
];

/// Layers of settings, the later over the earlier. `Debug` shows where they come from, and no value: any of
/// them may be secret.
#[derive(Default)]
pub struct Layers {
    tree: Map<String, Value>,
    origins: Origins,
}

impl std::fmt::Debug for Layers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Layers").field(&self.origins).finish()
    }
}

impl Layers {
    /// Adds a JSON file.
    ///
    /// # Errors
    /// [`WiringError::File`] if it cannot be read or is not a JSON object.
    pub fn file(mut self, path: &Path) -> Result<Self, WiringError> {
        let shown = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|source| WiringError::File {
            path: shown.clone(),
            source: source.into(),
        })?;
        let unlike = |source: aperilex_core::ports::BoxError| WiringError::File {
            path: shown.clone(),
            source,
        };
        let Once(value) = serde_json::from_slice(&bytes).map_err(|error| unlike(error.into()))?;
        let Value::Object(layer) = value else {
            return Err(unlike("expected one JSON object".into()));
        };
        self.origins.note_all(&layer, &shown);
        merge(&mut self.tree, layer);
        Ok(self)
    }

    /// Adds environment variables: `APERILEX_WORKER__POLL_MS=50` is `{"worker": {"poll_ms": 50}}`.
    #[must_use]
    pub fn environment(mut self, variables: impl Iterator<Item = (String, String)>) -> Self {
        let mut settings: Vec<_> = variables
            .filter(|(name, _)| name.starts_with(PREFIX))
            .filter(|(name, _)| !name.starts_with("APERILEX_TEST_"))
            .filter(|(name, _)| !NOT_SETTINGS.contains(&name.as_str()))
            .collect();
        // The order of an environment is not defined; that of its effects must be.
        settings.sort();
        let defaults = serde_json::to_value(Settings::default()).unwrap_or_default();
        for (name, value) in settings {
            let path = name[PREFIX.len()..].to_ascii_lowercase();
            let steps: Vec<&str> = path.split("__").collect();
            let default = steps.iter().try_fold(&defaults, |at, step| at.get(*step));
            self.put(&steps, typed(&value, default), &name);
        }
        self
    }

    /// Sets one value by its path, as the command line does.
    pub fn set(&mut self, path: &[&str], value: Value) {
        self.put(path, value, "the command line");
    }

    fn put(&mut self, path: &[&str], value: Value, layer: &str) {
        self.origins.note(path, layer);
        let nested = path.iter().rev().fold(value, |inner, step| {
            Value::Object(Map::from_iter([((*step).to_owned(), inner)]))
        });
        if let Value::Object(layer) = nested {
            merge(&mut self.tree, layer);
        }
    }

    /// The settings that the layers amount to.
    ///
    /// # Errors
    /// [`WiringError::Setting`] with the path of the first mistake.
    pub fn settings(self) -> Result<Settings, WiringError> {
        let defaults = serde_json::to_value(Settings::default());
        let Ok(Value::Object(mut tree)) = defaults else {
            return Err(WiringError::setting("", "the defaults cannot be written"));
        };
        merge(&mut tree, self.tree);
        let origins = self.origins;
        let settings: Settings = serde_path_to_error::deserialize(Value::Object(tree))
            .map_err(|error| WiringError::setting(path_of(&error), reason(&error)))
            .map_err(|error| error.from_layer(&origins))?;
        let settings = Settings {
            origins,
            ..settings
        };
        let checked = settings.validate();
        checked.map_err(|error| error.from_layer(&settings.origins))?;
        Ok(settings)
    }
}

/// The path of the mistake; a key of a map that is none has no place of its own.
fn path_of(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    let path = error.path().to_string();
    path.trim_end_matches(".?").to_owned()
}

/// The mistake without the value: what serde says before the last of its expectations may quote it.
pub(crate) fn reason(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    let text = error.inner().to_string();
    match text.rsplit_once(", expected") {
        Some((_, expected)) => format!("expected{expected}"),
        None => text,
    }
}

/// What a variable says, in the type of the setting's default: an amount of money stays the text it
/// is. Where there is no default, a number, a truth value or null if it reads as one.
fn typed(text: &str, default: Option<&Value>) -> Value {
    if default.is_some_and(Value::is_string) {
        return Value::String(text.to_owned());
    }
    match serde_json::from_str(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_) | Value::Null)) => value,
        Ok(value @ (Value::Object(_) | Value::Array(_))) => value,
        _ => Value::String(text.to_owned()),
    }
}

fn merge(into: &mut Map<String, Value>, layer: Map<String, Value>) {
    // Another provider means other settings: those of the layer below are not for it.
    if let Some(provider) = layer.get("provider")
        && into.get("provider").is_some_and(|old| old != provider)
    {
        into.remove("settings");
    }
    for (key, value) in layer {
        match (into.get_mut(&key), value) {
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Layers {
        let owned = pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        Layers::default().environment(owned)
    }

    fn mistake(pairs: &[(&str, &str)]) -> String {
        environment(pairs).settings().unwrap_err().to_string()
    }

    #[test]
    fn the_later_layer_wins() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("settings.json");
        std::fs::write(
            &file,
            r#"{"worker": {"poll_ms": 30, "sweep_ms": 200}, "listen": "127.0.0.1:1"}"#,
        )
        .unwrap();
        let mut layers = Layers::default()
            .file(&file)
            .unwrap()
            .environment([("APERILEX_WORKER__POLL_MS".to_owned(), "40".to_owned())].into_iter());
        layers.set(&["listen"], Value::from("127.0.0.1:2"));
        let settings = layers.settings().unwrap();
        assert_eq!(
            (settings.worker.poll_ms, settings.worker.sweep_ms),
            (40, 200)
        );
        assert_eq!(settings.listen.port(), 2);
        assert_eq!(settings.worker.concurrency, WorkerDefaults::concurrency());
    }

    struct WorkerDefaults;
    impl WorkerDefaults {
        fn concurrency() -> u32 {
            super::super::WorkerSettings::default().concurrency
        }
    }

    #[test]
    fn a_mistake_is_named_by_its_path_and_without_its_value() {
        for (pairs, message) in [
            (
                &[("APERILEX_WORKER__CONCURRENCY", "0")][..],
                "setting `worker.concurrency` (from APERILEX_WORKER__CONCURRENCY): expected 1 to 100",
            ),
            (
                &[("APERILEX_TIMINGS__LEASE_S", "0")],
                "setting `timings.lease_s` (from APERILEX_TIMINGS__LEASE_S): expected at least 1",
            ),
            (
                &[("APERILEX_TIMINGS__LEASE_S", "100000")],
                "setting `timings.lease_s` (from APERILEX_TIMINGS__LEASE_S): expected at most 3600",
            ),
            (
                &[("APERILEX_TIMINGS__TASK_MAX_AGE_S", "99999999")],
                "setting `timings.task_max_age_s` (from APERILEX_TIMINGS__TASK_MAX_AGE_S): expected at most 604800",
            ),
            (
                &[("APERILEX_CONDUCT__BACKOFF_MAX_S", "0")],
                "setting `conduct.backoff_max_s` (from APERILEX_CONDUCT__BACKOFF_MAX_S): expected 1 to 86400",
            ),
            (
                &[("APERILEX_CONDUCT__WINDOW_S", "99999999")],
                "setting `conduct.window_s` (from APERILEX_CONDUCT__WINDOW_S): expected 1 to 2592000",
            ),
            (
                &[("APERILEX_PLANS__BASIC__ANALYSIS", "-1")],
                "setting `plans.basic.analysis` (from APERILEX_PLANS__BASIC__ANALYSIS): expected no negative amount",
            ),
        ] {
            assert_eq!(mistake(pairs), message);
        }
        let unknown = mistake(&[("APERILEX_WORKER__THREADS", "2")]);
        assert!(
            unknown.contains("worker") && unknown.contains("threads"),
            "{unknown}"
        );
        let typo = mistake(&[("APERILEX_DATABASE__PROVIDER", "postgress")]);
        assert!(
            typo.contains("database") && typo.contains("expected"),
            "{typo}"
        );
        let secret = mistake(&[("APERILEX_LISTEN", "hunter2")]);
        assert!(!secret.contains("hunter2"), "{secret}");
    }

    #[test]
    fn another_provider_drops_the_settings_of_the_one_before() {
        let mut layers = Layers::default();
        layers.set(
            &["database"],
            serde_json::json!({"provider": "sqlite", "settings": {"a": 1}}),
        );
        layers.set(&["database", "provider"], Value::from("postgres"));
        assert_eq!(
            layers.tree["database"],
            serde_json::json!({"provider": "postgres"})
        );
    }
}
