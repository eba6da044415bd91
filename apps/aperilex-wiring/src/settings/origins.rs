//! Where settings come from: for saying where to mend one.

use serde_json::{Map, Value};

/// The layers that set something, the later behind the earlier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins(Vec<(Vec<String>, String)>);

impl Origins {
    /// Notes that a layer sets a value.
    pub(super) fn note(&mut self, path: &[&str], layer: &str) {
        let steps = path.iter().map(|step| (*step).to_owned()).collect();
        self.0.push((steps, layer.to_owned()));
    }

    /// Notes all values of a layer.
    pub(super) fn note_all(&mut self, values: &Map<String, Value>, layer: &str) {
        let mut path = Vec::new();
        self.note_below(&mut path, values, layer);
    }

    fn note_below(&mut self, path: &mut Vec<String>, values: &Map<String, Value>, layer: &str) {
        for (key, value) in values {
            path.push(key.clone());
            match value {
                Value::Object(inner) if !inner.is_empty() => self.note_below(path, inner, layer),
                _ => self.0.push((path.clone(), layer.to_owned())),
            }
            path.pop();
        }
    }

    /// The layer that decides on a setting; none if it is the default.
    #[must_use]
    pub fn of(&self, path: &str) -> Option<String> {
        let steps: Vec<&str> = path
            .split('.')
            .filter_map(|step| step.split('[').next())
            .filter(|step| !step.is_empty())
            .collect();
        // What a layer says of the setting, of what is around it, or of something inside it.
        let touches = |there: &[String]| there.iter().zip(&steps).all(|(a, b)| a == b);
        let mut layers = self.0.iter().rev();
        let found = layers.find(|(there, _)| touches(there));
        found.map(|(_, layer)| layer.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_layer_that_has_to_do_with_it_is_named() {
        let mut origins = Origins::default();
        let file = serde_json::json!({"worker": {"poll_ms": 1, "sweep_ms": 2}, "listen": "x"});
        origins.note_all(file.as_object().unwrap(), "a.json");
        origins.note(&["worker", "poll_ms"], "APERILEX_WORKER__POLL_MS");
        let of = |path: &str| origins.of(path);
        assert_eq!(
            of("worker.poll_ms").as_deref(),
            Some("APERILEX_WORKER__POLL_MS")
        );
        assert_eq!(of("worker.sweep_ms").as_deref(), Some("a.json"));
        assert_eq!(of("listen").as_deref(), Some("a.json"));
        assert_eq!(of("plans.basic.forms[2]"), None);
    }
}
