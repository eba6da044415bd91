//! The loop that works on bulk imports: one filing at a time, so that what somebody waits for finds the
//! source free, and not while the source asks to wait.

use std::time::Duration;

use aperilex_core::{Engine, ImportStep};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::runtime::report;

/// Pause after a failure of our own.
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// Longest pause, however long the source asks to wait: an import may be withdrawn meanwhile.
const LONGEST: Duration = Duration::from_secs(60);

/// Works until it is to stop. An item under way is finished, unless it is to be handed back: then the
/// lease on it runs out, and it is taken up again.
pub(crate) async fn work(
    engine: Engine,
    poll: Duration,
    stop: CancellationToken,
    hand_back: CancellationToken,
) {
    let limit = engine.settings().timings.run_limit();
    while !stop.is_cancelled() {
        let step = tokio::select! {
            () = hand_back.cancelled() => return,
            step = tokio::time::timeout(limit, engine.work_import(None)) => step,
        };
        let pause = match step {
            Ok(Ok(ImportStep::Worked)) => continue,
            Ok(Ok(ImportStep::Idle)) => poll,
            Ok(Ok(ImportStep::Wait(wait))) => wait.min(LONGEST),
            Ok(Err(error)) => {
                report("importer", &error);
                poll.max(AFTER_FAILURE)
            }
            Err(_) => {
                warn!("an import took too long and is left to another try");
                continue;
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}
