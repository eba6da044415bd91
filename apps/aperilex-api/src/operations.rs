//! The operations as a table, made from the description of the API: what is not in it is not served.

use aperilex_core::{Scope, Scopes};
use poem::http::header::ALLOW;
use poem::http::{HeaderValue, Method};
use poem_openapi::OpenApi;
use poem_openapi::registry::{MetaOperation, MetaParamIn};

use crate::problem::{Problem, ProblemCode};

/// Everything below is for administrators alone: a new operation there cannot forget to say so.
const ADMIN: &str = "/api/v1/admin/";

/// One operation.
#[derive(Debug)]
pub(crate) struct Operation {
    /// Its `operationId`.
    pub(crate) id: &'static str,
    /// Whether a key is needed.
    pub(crate) protected: bool,
    /// Whether it counts against the quota: reads of what is stored do not.
    pub(crate) counted: bool,
    /// What a key must be for.
    pub(crate) needs: Scopes,
    /// Whether only administrators may.
    pub(crate) admin: bool,
    query: Vec<String>,
    /// Whether query parameters that are not known here are passed over.
    open_query: bool,
    media_types: Vec<&'static str>,
}

#[derive(Debug)]
struct Path {
    /// Segments; none where any value stands.
    segments: Vec<Option<String>>,
    operations: Vec<(Method, Operation)>,
}

/// All operations by path and method.
#[derive(Debug)]
pub(crate) struct Operations(Vec<Path>);

impl Operations {
    /// The operations of `Api`.
    pub(crate) fn of<Api: OpenApi>() -> Self {
        let mut paths: Vec<Path> = Vec::new();
        for path in Api::meta().into_iter().flat_map(|api| api.paths) {
            let segments: Vec<_> = path
                .path
                .trim_start_matches('/')
                .split('/')
                .map(segment)
                .collect();
            let place = path.path;
            let admin = place.starts_with(ADMIN);
            let operations = path
                .operations
                .into_iter()
                .map(|meta| operation(meta, &place, admin));
            match paths.iter_mut().find(|known| known.segments == segments) {
                Some(known) => known.operations.extend(operations),
                None => paths.push(Path {
                    segments,
                    operations: operations.collect(),
                }),
            }
        }
        Self(paths)
    }

    /// The operation for a path and method.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Result<&Operation, Problem> {
        if method == Method::CONNECT {
            return Err(not_allowed(
                "GET, HEAD, POST, PUT, PATCH, DELETE".to_owned(),
            ));
        }
        let fits = |pattern: &Path| {
            let given = path.strip_prefix('/').unwrap_or(path).split('/');
            let mut left = pattern.segments.iter();
            given.into_iter().all(|given| match left.next() {
                Some(Some(fixed)) => fixed == given,
                Some(None) => !given.is_empty(),
                None => false,
            }) && left.next().is_none()
        };
        // A fixed segment is more exact than an open one, so `/openapi.json` is not an id.
        let fixed = |pattern: &&Path| pattern.segments.iter().filter(|s| s.is_some()).count();
        let Some(path) = self.0.iter().filter(|path| fits(path)).max_by_key(fixed) else {
            let detail = "no operation has this path; see /api/v1/openapi.json";
            return Err(Problem::new(ProblemCode::NoSuchRoute, detail));
        };
        let wanted = if method == Method::HEAD {
            &Method::GET
        } else {
            method
        };
        let found = path
            .operations
            .iter()
            .find(|(offered, _)| offered == wanted);
        found
            .map(|(_, operation)| operation)
            .ok_or_else(|| not_allowed(allowed(path)))
    }
}

fn segment(text: &str) -> Option<String> {
    (!text.starts_with('{')).then(|| text.to_owned())
}

/// What a key must be for. Whoever may make keys or close the account may everything that the account
/// may, so that needs a key for all of it; so does what is not known here.
fn needs(path: &str, method: &Method) -> Scopes {
    let within = |place: &str| {
        let rest = path.strip_prefix("/api/v1/");
        rest.and_then(|rest| rest.strip_prefix(place))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let one = if within("admin") {
        Scope::Admin
    } else if within("billing") {
        Scope::Billing
    } else if method == Method::GET || within("quotes") {
        Scope::Read
    } else if within("imports") {
        Scope::Import
    } else if within("analyses") || within("tasks") {
        Scope::Analyse
    } else {
        return Scopes::MEMBER;
    };
    [one].into_iter().collect()
}

fn operation(meta: MetaOperation, path: &str, admin: bool) -> (Method, Operation) {
    let in_query =
        |p: &&poem_openapi::registry::MetaOperationParam| p.in_type == MetaParamIn::Query;
    let contents = meta
        .responses
        .responses
        .iter()
        .filter(|r| r.status.is_some_and(|s| s < 300));
    let operation = Operation {
        id: meta.operation_id.unwrap_or_default(),
        protected: !meta.security.is_empty(),
        needs: needs(path, &meta.method),
        counted: !meta.security.is_empty() && meta.method != Method::GET,
        admin,
        query: meta
            .params
            .iter()
            .filter(in_query)
            .map(|p| p.name.clone())
            .collect(),
        // Identity providers add parameters of their own, and may add others tomorrow (RFC 6749 §4.1.2).
        open_query: meta.operation_id == Some("finishOidc"),
        media_types: contents
            .flat_map(|r| &r.content)
            .map(|c| c.content_type)
            .collect(),
    };
    (meta.method, operation)
}

fn allowed(path: &Path) -> String {
    let methods = path.operations.iter().map(|(method, _)| method.as_str());
    let mut methods: Vec<&str> = methods.collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.join(", ")
}

fn not_allowed(allowed: String) -> Problem {
    let detail = format!("this address takes {allowed}");
    let problem = Problem::new(ProblemCode::MethodNotAllowed, detail);
    match HeaderValue::try_from(allowed) {
        Ok(allowed) => problem.with_header(ALLOW, allowed),
        Err(_) => problem,
    }
}

impl Operation {
    /// Every query parameter is one of the operation's, unless others pass, and is given once.
    pub(crate) fn check_query(&self, query: Option<&str>) -> Result<(), Problem> {
        let mut seen: Vec<&str> = Vec::new();
        for pair in query
            .unwrap_or_default()
            .split('&')
            .filter(|pair| !pair.is_empty())
        {
            let name = pair.split('=').next().unwrap_or_default();
            let pointer = format!("?{}", crate::problem::echo(name));
            let known = self.query.iter().any(|known| known == name);
            if !known && self.open_query {
                continue;
            }
            if !known {
                let known = self.query.join(", ");
                let detail = if known.is_empty() {
                    "this operation has no query parameters".to_owned()
                } else {
                    format!("this operation's query parameters are {known}")
                };
                return Err(Problem::field(ProblemCode::UnknownField, pointer, detail));
            }
            if seen.contains(&name) {
                let detail = "this parameter is given twice";
                return Err(Problem::field(ProblemCode::InvalidField, pointer, detail));
            }
            seen.push(name);
        }
        Ok(())
    }

    /// Something the operation answers with is accepted.
    pub(crate) fn check_accept(&self, accept: Option<&str>) -> Result<(), Problem> {
        let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else {
            return Ok(());
        };
        let offered = |range: &str| {
            self.media_types.is_empty()
                || self.media_types.iter().any(|offer| accepts(range, offer))
        };
        if accept.split(',').any(offered) {
            return Ok(());
        }
        let offers = self.media_types.join(" or ");
        let detail = format!("accept {offers}");
        Err(Problem::new(ProblemCode::NotAcceptable, detail))
    }
}

/// Whether a media range (RFC 9110 §12.5.1) covers a media type.
fn accepts(range: &str, offer: &str) -> bool {
    let essence = |text: &str| {
        text.split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase()
    };
    let refused = range.split(';').skip(1).any(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or_default();
        name.trim().eq_ignore_ascii_case("q") && value.trim().parse::<f32>().is_ok_and(|q| q <= 0.0)
    });
    let (range, offer) = (essence(range), essence(offer));
    let covered = range == "*/*"
        || range == offer
        || range.strip_suffix("/*").is_some_and(|kind| {
            offer
                .split_once('/')
                .is_some_and(|(offered, _)| offered == kind)
        });
    covered && !refused
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_need_scopes() {
        for (method, path, scopes) in [
            (Method::GET, "/api/v1/me", "read"),
            (Method::POST, "/api/v1/quotes", "read"),
            (Method::GET, "/api/v1/billing/entries", "billing"),
            (Method::POST, "/api/v1/analyses", "analyse"),
            (Method::DELETE, "/api/v1/tasks/:task_id", "analyse"),
            (Method::POST, "/api/v1/imports", "import"),
            (Method::GET, "/api/v1/admin/accounts", "admin"),
            (Method::POST, "/api/v1/keys", "read analyse import billing"),
            (Method::DELETE, "/api/v1/me", "read analyse import billing"),
            (
                Method::POST,
                "/api/v1/billings",
                "read analyse import billing",
            ),
        ] {
            assert_eq!(needs(path, &method).to_string(), scopes, "{method} {path}");
        }
    }

    #[test]
    fn media_ranges() {
        let json = "application/json; charset=utf-8";
        for (range, covered) in [
            ("*/*", true),
            ("application/*;q=0.5", true),
            ("application/JSON", true),
            ("application/json;q=0", false),
            ("text/xml", false),
            ("text/*", false),
        ] {
            assert_eq!(accepts(range, json), covered, "{range}");
        }
    }
}
