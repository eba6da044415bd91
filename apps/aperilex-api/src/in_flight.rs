//! Requests with an idempotency key that are not answered yet.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use aperilex_core::UserId;

use crate::problem::{Problem, ProblemCode};

/// The keys that are being worked on, of each account. Other processes are not seen: there the second
/// request waits for the first one's commit and is given its answer.
#[derive(Debug, Default)]
pub(crate) struct InFlight(Mutex<HashSet<(UserId, String)>>);

/// One of them; gone when it is answered.
#[derive(Debug)]
pub(crate) struct Underway {
    all: Arc<InFlight>,
    key: (UserId, String),
}

impl InFlight {
    /// Notes a request that has a key; refused if the same key is being worked on.
    pub(crate) fn begin(
        self: &Arc<Self>,
        user: UserId,
        key: Option<&str>,
    ) -> Result<Option<Underway>, Problem> {
        let Some(key) = key else { return Ok(None) };
        let key = (user, key.to_owned());
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.insert(key.clone()) {
            let detail = "ask again: the answer will be the first request's";
            return Err(Problem::new(ProblemCode::IdempotencyInProgress, detail).retry_after(1));
        }
        let all = Arc::clone(self);
        Ok(Some(Underway { all, key }))
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        let mut all = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_worked_on_once_at_a_time() {
        let all = Arc::new(InFlight::default());
        let [one, two] = [1, 2].map(|n| UserId::from_uuid(uuid::Uuid::from_u128(n)));
        let first = all.begin(one, Some("k")).unwrap();
        assert!(all.begin(one, Some("k")).is_err());
        drop((
            all.begin(one, Some("other")).unwrap(),
            all.begin(two, Some("k")).unwrap(),
        ));
        drop(first);
        drop(all.begin(one, Some("k")).unwrap());
        assert!(all.0.lock().unwrap().is_empty());
    }
}
