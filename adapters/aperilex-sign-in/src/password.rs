//! Passwords as argon2id hashes.

use std::sync::Arc;
use std::time::Duration;

use aperilex_ports::{BoxError, Password, PasswordHash, PasswordMatch, Passwords, SignInError};
use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use async_trait::async_trait;
use tokio::sync::Semaphore;

use crate::config::PasswordConfig;

/// Memory in KiB (OWASP's second choice: 19 MiB, 2 passes, 1 lane).
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SERVICE: &str = "hashing passwords";
/// When to come back if too many wait: by then as many are done as may wait.
const BUSY_FOR: Duration = Duration::from_secs(2);

/// Hashes with argon2id.
#[derive(Debug, Clone)]
pub struct ArgonPasswords {
    params: Params,
    /// For those that are worked on.
    places: Arc<Semaphore>,
    /// For those that are worked on or wait.
    line: Arc<Semaphore>,
    /// Compared with where there is no hash, so that it takes as long.
    decoy: Arc<str>,
}

impl ArgonPasswords {
    /// The parameters that are used now.
    ///
    /// # Errors
    /// The system has no randomness.
    pub fn new() -> Result<Self, SignInError> {
        Self::with(MEMORY, PASSES)
    }

    /// Other parameters.
    ///
    /// # Errors
    /// They are not lawful, or the system has no randomness.
    pub fn with(memory_kib: u32, passes: u32) -> Result<Self, SignInError> {
        let params = Params::new(memory_kib, passes, LANES, None).map_err(failed)?;
        let decoy = hash(&params, "nobody has this password")?;
        let config = PasswordConfig::default();
        Ok(Self {
            params,
            places: places(config),
            line: line(config),
            decoy: decoy.into(),
        })
    }

    /// The same, doing so much at once.
    #[must_use]
    pub fn at_once(self, config: PasswordConfig) -> Self {
        Self {
            places: places(config),
            line: line(config),
            ..self
        }
    }

    /// Does slow work when there is a place, off the threads that serve; where too many wait for one, not
    /// at all.
    async fn off<T: Send + 'static>(
        &self,
        work: impl FnOnce(Params) -> Result<T, SignInError> + Send + 'static,
    ) -> Result<T, SignInError> {
        let turn = Arc::clone(&self.line).try_acquire_owned();
        let turn = turn.map_err(|_| SignInError::Busy {
            service: SERVICE,
            after: BUSY_FOR,
        })?;
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(failed)?;
        let params = self.params.clone();
        let done = tokio::task::spawn_blocking(move || {
            // Kept until the work is done, also when nobody waits for it any more.
            let _held = (turn, place);
            work(params)
        });
        done.await.map_err(failed)?
    }
}

fn places(config: PasswordConfig) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(config.at_a_time))
}

fn line(config: PasswordConfig) -> Arc<Semaphore> {
    let all = config.at_a_time.saturating_add(config.waiting);
    Arc::new(Semaphore::new(all))
}

fn failed(error: impl Into<BoxError>) -> SignInError {
    SignInError::Unavailable {
        service: SERVICE,
        source: error.into(),
    }
}

fn argon(params: Params) -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(params: &Params, password: &str) -> Result<String, SignInError> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(failed)?;
    let hash = argon(params.clone()).hash_password_with_salt(password.as_bytes(), &salt);
    Ok(hash.map_err(failed)?.to_string())
}

fn is_current(hash: &Phc, params: &Params) -> bool {
    let same = |stored: Params| {
        (stored.m_cost(), stored.t_cost(), stored.p_cost())
            == (params.m_cost(), params.t_cost(), params.p_cost())
    };
    hash.algorithm.as_str() == "argon2id" && Params::try_from(hash).is_ok_and(same)
}

#[async_trait]
impl Passwords for ArgonPasswords {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, SignInError> {
        let password = password.clone();
        let hashed = self.off(move |params| hash(&params, password.reveal()));
        Ok(PasswordHash::new(hashed.await?))
    }

    async fn compare(
        &self,
        password: &Password,
        hash: Option<&PasswordHash>,
    ) -> Result<PasswordMatch, SignInError> {
        let known = hash.is_some();
        let text = hash.map_or_else(|| self.decoy.to_string(), |hash| hash.as_str().to_owned());
        let password = password.clone();
        self.off(move |params| {
            let hash = Phc::new(&text).map_err(failed)?;
            // It verifies with the parameters that are written in the hash.
            let verified =
                argon(params.clone()).verify_password(password.reveal().as_bytes(), &hash);
            Ok(match verified {
                Ok(()) if known && is_current(&hash, &params) => PasswordMatch::Yes,
                Ok(()) if known => PasswordMatch::Outdated,
                _ => PasswordMatch::No,
            })
        })
        .await
    }
}
