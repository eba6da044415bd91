//! Requests that are repeated.

use aperilex_ports::{Answer, IdempotentRequest, SettlementError, SubmitTask, Timestamp, UserId};

use crate::planted::Bug;
use crate::state::{Asked, Made, State};

impl State {
    /// What this key was answered with before.
    pub(super) fn replayed(
        &self,
        user: UserId,
        own: &IdempotentRequest,
        now: Timestamp,
    ) -> Result<Option<Answer>, SettlementError> {
        let asked = self.requests.get(&(user, own.key.clone()));
        match asked.filter(|asked| asked.expires_at > now) {
            None => Ok(None),
            Some(asked) if asked.request == own.request || self.has(Bug::AnswersAnything) => {
                Ok(self.answer(asked.answer))
            }
            Some(_) => Err(SettlementError::KeyReused),
        }
    }

    fn answer(&self, made: Made) -> Option<Answer> {
        match made {
            Made::Task(id) => self.tasks.get(&id).cloned().map(Answer::Task),
            Made::Analysis(id) => self.analyses.get(&id).cloned().map(Answer::Analysis),
            // Of another request: an import's fingerprint is never that of a request for an analysis.
            Made::Import(_) => None,
        }
    }

    pub(super) fn remember(&mut self, request: &SubmitTask, answer: Made) {
        let Some(own) = &request.idempotency else {
            return;
        };
        if self.has(Bug::ForgetsAnswers) {
            return;
        }
        let asked = Asked {
            request: own.request,
            answer,
            expires_at: own.expires_at,
        };
        self.requests.insert((request.user, own.key.clone()), asked);
    }

    pub(super) fn forget(&mut self, now: Timestamp, limit: usize) -> usize {
        let expired = |(_, asked): &(_, &Asked)| asked.expires_at <= now;
        let keys = self.requests.iter().filter(expired).take(limit);
        let keys: Vec<_> = keys.map(|(key, _)| key.clone()).collect();
        for key in &keys {
            self.requests.remove(key);
        }
        keys.len()
    }
}
