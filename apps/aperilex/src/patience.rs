//! Asking again where that may help: as long as the source asks to wait, and a few times where it is away.

use std::time::Duration;

use aperilex_core::EngineError;
use aperilex_core::ports::Retry;

/// How often something that is away is asked again.
const TRIES: u32 = 3;
/// The first pause; it doubles.
const PAUSE: Duration = Duration::from_secs(2);

/// Does it until it succeeds or cannot.
pub(crate) async fn patiently<T, F>(act: impl Fn() -> F) -> Result<T, EngineError>
where
    F: Future<Output = Result<T, EngineError>>,
{
    let mut tries = 0;
    loop {
        match act().await {
            // A source that asks to wait is not away: it is asked as often as it takes.
            Err(EngineError::Port {
                retry: Retry::After(wait),
                ..
            }) => tokio::time::sleep(wait.max(Duration::from_secs(1))).await,
            Err(EngineError::Port {
                retry: Retry::Backoff,
                ..
            }) if tries < TRIES => {
                tokio::time::sleep(PAUSE * 2_u32.pow(tries)).await;
                tries += 1;
            }
            done => return done,
        }
    }
}
