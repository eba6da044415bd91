//! Limits as told to clients, and the places that open streams take.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aperilex_core::UserId;
use aperilex_core::ports::QuotaUse;
use poem::http::{HeaderName, HeaderValue};

use crate::problem::{Problem, ProblemCode, ceil};

/// `RateLimit` and `RateLimit-Policy` as in draft-ietf-httpapi-ratelimit-headers-10. The one place
/// that knows the draft.
pub(crate) fn rate_headers(windows: &[QuotaUse]) -> Vec<(HeaderName, HeaderValue)> {
    if windows.is_empty() {
        return Vec::new();
    }
    let policy = |u: &QuotaUse| {
        let window = &u.window;
        format!(
            "\"{}\";q={};w={}",
            window.name,
            window.limit,
            window.length.as_secs()
        )
    };
    let left = |u: &QuotaUse| {
        let left = u.window.limit.saturating_sub(u.used);
        let wait = ceil(u.retry_after);
        let reset = if wait > 0 {
            format!(";t={wait}")
        } else {
            String::new()
        };
        format!("\"{}\";r={left}{reset}", u.window.name)
    };
    let list = |each: &dyn Fn(&QuotaUse) -> String| {
        windows.iter().map(each).collect::<Vec<_>>().join(", ")
    };
    let header = |name, value: String| {
        let value = HeaderValue::try_from(value).ok()?;
        Some((HeaderName::from_static(name), value))
    };
    [
        header("ratelimit-policy", list(&policy)),
        header("ratelimit", list(&left)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Counts the open streams of each account.
#[derive(Debug, Default)]
pub(crate) struct Streams(Mutex<HashMap<UserId, usize>>);

/// The place of one open stream; given back when dropped.
#[derive(Debug)]
pub(crate) struct StreamPlace {
    streams: Arc<Streams>,
    user: UserId,
}

impl Streams {
    /// A place for one more stream.
    pub(crate) fn take(
        self: &Arc<Self>,
        user: UserId,
        most: usize,
    ) -> Result<StreamPlace, Problem> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(user).or_insert(0);
        if *count >= most {
            let detail = format!("{most} event streams may be open; close one first");
            return Err(Problem::new(ProblemCode::TooManyStreams, detail).retry_after(1));
        }
        *count += 1;
        Ok(StreamPlace {
            streams: Arc::clone(self),
            user,
        })
    }
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut open = self
            .streams
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.user) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aperilex_core::ports::QuotaWindow;

    use super::*;

    fn window(name: &'static str, limit: u32, used: u32, wait: u64) -> QuotaUse {
        let length = Duration::from_secs(if name == "hour" { 3_600 } else { 86_400 });
        QuotaUse {
            window: QuotaWindow {
                name,
                length,
                limit,
            },
            used,
            retry_after: Duration::from_secs(wait),
        }
    }

    #[test]
    fn windows_are_told_in_the_form_of_the_draft() {
        let headers = rate_headers(&[window("hour", 100, 100, 1_200), window("day", 1_000, 1, 0)]);
        let told: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .collect();
        assert_eq!(
            told,
            [
                (
                    "ratelimit-policy",
                    r#""hour";q=100;w=3600, "day";q=1000;w=86400"#
                ),
                ("ratelimit", r#""hour";r=0;t=1200, "day";r=999"#),
            ]
        );
        assert!(rate_headers(&[]).is_empty());
    }

    #[test]
    fn a_place_comes_back_when_its_stream_ends() {
        let streams = Arc::new(Streams::default());
        let user = UserId::from_uuid(uuid::Uuid::from_u128(1));
        let first = streams.take(user, 1).unwrap();
        assert_eq!(
            streams.take(user, 1).unwrap_err().code,
            ProblemCode::TooManyStreams
        );
        drop(first);
        drop(streams.take(user, 1).unwrap());
        assert!(streams.0.lock().unwrap().is_empty());
    }
}
