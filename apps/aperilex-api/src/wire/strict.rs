//! JSON bodies, read strictly: no duplicate keys, no unknown fields, no control characters, and an
//! exact pointer in every complaint.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::problem::{FieldError, Problem, ProblemCode, echo};

/// Most complaints that are told at once.
const MAX_ERRORS: usize = 10;

/// JSON with every key of every object, doubles included.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    /// A number, if it is a whole one that is not too large to be any of ours.
    Number(Option<i64>),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    const fn name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Number(Some(number)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number.try_into().ok()))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Number(None))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = access.next_entry()? {
            fields.push(field);
        }
        Ok(Json::Object(fields))
    }
}

/// A body as an object, or why it is none.
pub(crate) fn parse(body: &[u8]) -> Result<Object, Problem> {
    let json: Json = serde_json::from_slice(body).map_err(|error| malformed(&error))?;
    let mut errors = Vec::new();
    inspect(&json, &mut String::new(), &mut errors);
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    match json {
        Json::Object(fields) => Ok(Object::new(String::new(), fields)),
        other => {
            let detail = format!("expected a JSON object, got {}", other.name());
            Err(Problem::new(ProblemCode::MalformedJson, detail))
        }
    }
}

fn malformed(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    // serde_json knows no other name for this one than its words.
    if error.to_string().starts_with("number out of range") {
        let detail = format!("the number at line {line}, column {column} is out of range");
        return Problem::new(ProblemCode::OutOfRange, detail);
    }
    let detail = format!("expected a JSON object; line {line}, column {column} is not JSON");
    Problem::new(ProblemCode::MalformedJson, detail)
}

/// Doubled keys and control characters, wherever they are.
fn inspect(json: &Json, pointer: &mut String, errors: &mut Vec<FieldError>) {
    let mark = pointer.len();
    match json {
        Json::Text(text) if has_control(text) => complain(
            errors,
            pointer,
            ProblemCode::ControlCharacter,
            "control characters other than tab and line breaks are not taken",
        ),
        Json::List(items) => {
            for (index, item) in items.iter().enumerate() {
                pointer.push_str(&format!("/{index}"));
                inspect(item, pointer, errors);
                pointer.truncate(mark);
            }
        }
        Json::Object(fields) => {
            let mut seen = std::collections::HashSet::new();
            for (key, value) in fields {
                pointer.push('/');
                pointer.push_str(&escape(key));
                if !seen.insert(key) {
                    complain(
                        errors,
                        pointer,
                        ProblemCode::DuplicateKey,
                        "this key occurs twice",
                    );
                }
                if has_control(key) {
                    let detail = "a key has a control character";
                    complain(errors, pointer, ProblemCode::ControlCharacter, detail);
                }
                inspect(value, pointer, errors);
                pointer.truncate(mark);
            }
        }
        _ => {}
    }
}

fn has_control(text: &str) -> bool {
    text.chars()
        .any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
}

fn complain(errors: &mut Vec<FieldError>, pointer: &str, code: ProblemCode, detail: &str) {
    if errors.len() < MAX_ERRORS {
        errors.push(FieldError {
            pointer: pointer.to_owned(),
            code,
            detail: detail.to_owned(),
        });
    }
}

/// A reference token of a JSON pointer (RFC 6901 §3), at most 64 characters of it.
fn escape(key: &str) -> String {
    let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let shown: String = echo(key).chars().map(plain).collect();
    shown.replace('~', "~0").replace('/', "~1")
}

/// An object whose fields are taken one by one; what is left at the end is unknown.
#[derive(Debug)]
pub(crate) struct Object {
    pointer: String,
    fields: Vec<(String, Json)>,
    errors: Vec<FieldError>,
}

impl Object {
    fn new(pointer: String, fields: Vec<(String, Json)>) -> Self {
        Self {
            pointer,
            fields,
            errors: Vec::new(),
        }
    }

    /// Whether a field is there and not null.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields
            .iter()
            .any(|(key, value)| key == name && *value != Json::Null)
    }

    /// Takes out those of these fields that are null: they count as absent.
    pub(crate) fn drop_nulls(&mut self, names: &[&str]) {
        let null = |name: &str, value: &Json| names.contains(&name) && *value == Json::Null;
        self.fields.retain(|(name, value)| !null(name, value));
    }

    /// Takes a field out; null counts as absent.
    fn take(&mut self, name: &str) -> Option<Json> {
        let at = self.fields.iter().position(|(key, _)| key == name)?;
        Some(self.fields.remove(at).1).filter(|value| *value != Json::Null)
    }

    /// What a field holds, if it is of the kind that `pick` takes.
    fn of_kind<T>(
        &mut self,
        name: &str,
        json: Json,
        kind: &str,
        pick: impl FnOnce(Json) -> Result<T, Json>,
    ) -> Option<T> {
        let picked = pick(json).map_err(|other| format!("expected {kind}, got {}", other.name()));
        match picked {
            Ok(value) => Some(value),
            Err(detail) => {
                self.wrong(name, ProblemCode::WrongType, detail);
                None
            }
        }
    }

    /// The same of a field that must be there.
    fn required<T>(
        &mut self,
        name: &str,
        kind: &str,
        pick: impl FnOnce(Json) -> Result<T, Json>,
    ) -> Option<T> {
        let Some(json) = self.take(name) else {
            self.wrong(name, ProblemCode::MissingField, "this field is needed");
            return None;
        };
        self.of_kind(name, json, kind, pick)
    }

    /// Takes a field out that is null; whether it was.
    pub(crate) fn take_null(&mut self, name: &str) -> bool {
        let null = |(key, value): &(String, Json)| key == name && *value == Json::Null;
        let was = self.fields.iter().any(null);
        self.drop_nulls(&[name]);
        was
    }

    /// A field that is a whole number which fits.
    pub(crate) fn whole<T: TryFrom<i64>>(&mut self, name: &str) -> Option<T> {
        let json = self.take(name)?;
        let number = self.of_kind(name, json, "a whole number", |json| match json {
            Json::Number(number) => Ok(number),
            other => Err(other),
        })?;
        let fitting = number.and_then(|number| T::try_from(number).ok());
        if fitting.is_none() {
            let bits = size_of::<T>() * 8;
            let detail = format!("expected a whole number from 0 on, of at most {bits} bits");
            self.wrong(name, ProblemCode::OutOfRange, detail);
        }
        fitting
    }

    /// A string field, read by `parse`.
    pub(crate) fn text<T, E: fmt::Display>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let json = self.take(name)?;
        let text = self.of_kind(name, json, "a string", |json| match json {
            Json::Text(text) => Ok(text),
            other => Err(other),
        })?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.wrong(name, ProblemCode::InvalidField, error.to_string());
                None
            }
        }
    }

    /// A string field that must be there, read by `parse`.
    pub(crate) fn needed<T, E: fmt::Display>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        if !self.has(name) {
            self.take(name);
            self.wrong(name, ProblemCode::MissingField, "this field is needed");
            return None;
        }
        self.text(name, parse)
    }

    /// A field that is true or false, and needed.
    pub(crate) fn truth(&mut self, name: &str) -> Option<bool> {
        self.required(name, BOOLEAN, truth)
    }

    /// A field that is true or false; false if it is not there.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        let json = self.take(name);
        json.and_then(|json| self.of_kind(name, json, BOOLEAN, truth))
            .unwrap_or(false)
    }

    /// An object field.
    pub(crate) fn object(&mut self, name: &str) -> Option<Self> {
        let fields = self.required(name, "an object", |json| match json {
            Json::Object(fields) => Ok(fields),
            other => Err(other),
        })?;
        Some(Self::new(format!("{}/{name}", self.pointer), fields))
    }

    /// How many items a list field has; none if it is no list.
    pub(crate) fn length(&self, name: &str) -> Option<usize> {
        let field = self.fields.iter().find(|(key, _)| key == name);
        match field {
            Some((_, Json::List(items))) => Some(items.len()),
            _ => None,
        }
    }

    /// Takes fields out unread, so that nothing is said of what is in them.
    pub(crate) fn leave_out(&mut self, names: &[&str]) {
        self.fields
            .retain(|(name, _)| !names.contains(&name.as_str()));
    }

    /// A list field.
    fn list(&mut self, name: &str) -> Option<Vec<Json>> {
        self.required(name, "an array", |json| match json {
            Json::List(items) => Ok(items),
            other => Err(other),
        })
    }

    /// A list of objects, each read by `read`; none if anything is wrong with any.
    pub(crate) fn objects<T>(
        &mut self,
        name: &str,
        read: impl Fn(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let items = self.list(name)?;
        let (length, mut all) = (items.len(), Vec::with_capacity(items.len()));
        for (index, item) in items.into_iter().enumerate() {
            let place = format!("{name}/{index}");
            let pointer = format!("{}/{place}", self.pointer);
            match item {
                Json::Object(fields) => {
                    let mut object = Self::new(pointer, fields);
                    all.extend(read(&mut object));
                    object.end(self);
                }
                other => {
                    let detail = format!("expected an object, got {}", other.name());
                    complain(&mut self.errors, &pointer, ProblemCode::WrongType, &detail);
                }
            }
        }
        (all.len() == length).then_some(all)
    }

    /// A list of strings, each read by `parse`; none if anything is wrong with any.
    pub(crate) fn texts<T, E: fmt::Display>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<Vec<T>> {
        let items = self.list(name)?;
        let (length, mut all) = (items.len(), Vec::with_capacity(items.len()));
        for (index, item) in items.into_iter().enumerate() {
            let pointer = format!("{}/{name}/{index}", self.pointer);
            let (code, detail) = match item {
                Json::Text(text) => match parse(&text) {
                    Ok(value) => {
                        all.push(value);
                        continue;
                    }
                    Err(error) => (ProblemCode::InvalidField, error.to_string()),
                },
                other => {
                    let detail = format!("expected a string, got {}", other.name());
                    (ProblemCode::WrongType, detail)
                }
            };
            complain(&mut self.errors, &pointer, code, &detail);
        }
        (all.len() == length).then_some(all)
    }

    /// Complains about a field; about the object itself if `name` is empty.
    pub(crate) fn wrong(&mut self, name: &str, code: ProblemCode, detail: impl Into<String>) {
        let mut pointer = self.pointer.clone();
        if !name.is_empty() {
            pointer.push('/');
            pointer.push_str(&escape(name));
        }
        complain(&mut self.errors, &pointer, code, &detail.into());
    }

    /// All complaints about this object, unknown fields included, are complaints about its parent.
    pub(crate) fn end(mut self, parent: &mut Self) {
        self.reject_unknown();
        for error in self.errors {
            complain(
                &mut parent.errors,
                &error.pointer,
                error.code,
                &error.detail,
            );
        }
    }

    /// The complaints, if there are any.
    pub(crate) fn finish(mut self) -> Result<(), Problem> {
        self.reject_unknown();
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(Problem::fields(self.errors))
        }
    }

    fn reject_unknown(&mut self) {
        for (name, _) in std::mem::take(&mut self.fields) {
            let detail = "this field does not exist; see /api/v1/openapi.json";
            self.wrong(&name, ProblemCode::UnknownField, detail);
        }
    }
}

const BOOLEAN: &str = "a boolean";

fn truth(json: Json) -> Result<bool, Json> {
    match json {
        Json::Bool(truth) => Ok(truth),
        other => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_name_code_and_place() {
        let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
        for (body, code, pointer) in [
            ("", ProblemCode::MalformedJson, None),
            ("{", ProblemCode::MalformedJson, None),
            ("{\"a\":1,}", ProblemCode::MalformedJson, None),
            ("null", ProblemCode::MalformedJson, None),
            ("[]", ProblemCode::MalformedJson, None),
            ("{\"a\":NaN}", ProblemCode::MalformedJson, None),
            ("{\"a\":\"\\ud800\"}", ProblemCode::MalformedJson, None),
            ("{} {}", ProblemCode::MalformedJson, None),
            (deep.as_str(), ProblemCode::MalformedJson, None),
            ("{\"a\":1e400}", ProblemCode::OutOfRange, None),
            (
                "{\"a\":{\"b/c\":1,\"b/c\":2}}",
                ProblemCode::DuplicateKey,
                Some("/a/b~1c"),
            ),
            (
                "{\"a\":[\"x\",\"\\u0000\"]}",
                ProblemCode::ControlCharacter,
                Some("/a/1"),
            ),
        ] {
            let problem = parse(body.as_bytes()).unwrap_err();
            let shown = &body[..body.len().min(20)];
            assert_eq!(problem.code, code, "{shown}");
            let place = problem.errors.first().map(|error| error.pointer.as_str());
            assert_eq!(place, pointer, "{shown}");
        }
        assert_eq!(
            parse(b"{\"a\":\"\xff\"}").unwrap_err().code,
            ProblemCode::MalformedJson
        );
    }

    #[test]
    fn lists_and_needed_fields() {
        let mut object = parse(b"{\"a\":[\"1\",\"2\"],\"b\":[1],\"c\":\"x\",\"d\":null}").unwrap();
        assert_eq!(object.texts("a", str::parse::<u8>), Some(vec![1, 2]));
        object.texts("b", str::parse::<u8>);
        object.texts("c", str::parse::<u8>);
        assert_eq!(object.needed("d", str::parse::<u8>), None);
        let problem = object.finish().unwrap_err();
        let told: Vec<_> = problem
            .errors
            .iter()
            .map(|e| (e.pointer.as_str(), e.code))
            .collect();
        let (wrong, missing) = (ProblemCode::WrongType, ProblemCode::MissingField);
        assert_eq!(told, [("/b/0", wrong), ("/c", wrong), ("/d", missing)]);
    }

    #[test]
    fn what_is_not_taken_is_unknown() {
        let mut object = parse(b"{\"a\":\"1\",\"b\":2,\"c\":null}").unwrap();
        assert_eq!(object.text("a", str::parse::<u8>), Some(1));
        let problem = object.finish().unwrap_err();
        let told: Vec<_> = problem
            .errors
            .iter()
            .map(|e| (e.pointer.as_str(), e.code))
            .collect();
        let unknown = ProblemCode::UnknownField;
        assert_eq!(told, [("/b", unknown), ("/c", unknown)]);
    }
}
