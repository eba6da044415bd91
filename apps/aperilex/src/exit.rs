//! Exit codes, and the one sentence on standard error.
//!
//! 0 well · 1 fault · 2 bad usage · 3 not found · 4 refused by policy or credit ·
//! 75 a service does not answer · 78 a setting is wrong · 130 interrupted.

use std::process::ExitCode;

use aperilex_core::EngineError;
use aperilex_core::ports::FilingSourceError;
use aperilex_wiring::WiringError;

use crate::output;

/// `EX_CONFIG` of BSD's sysexits: what starts us should not try again before a setting is mended.
const CONFIG: u8 = 78;
/// `EX_TEMPFAIL`: what starts us may try again later.
const AWAY: u8 = 75;

/// The caller asked in a way that cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct BadUsage(pub(crate) String);

/// A task was given up.
#[derive(Debug, thiserror::Error)]
#[error("the analysis failed ({code}): {message}")]
pub(crate) struct TaskFailed {
    pub(crate) code: String,
    pub(crate) message: String,
}

/// Ctrl-C.
#[derive(Debug, thiserror::Error)]
#[error("interrupted; the same command goes on where this one stopped")]
pub(crate) struct Interrupted;

/// Says what went wrong and gives the exit code for it.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    output::complain(&format!("error: {}", causes.join(": ")));
    ExitCode::from(code(error))
}

fn code(error: &anyhow::Error) -> u8 {
    let of = |cause: &(dyn std::error::Error + 'static)| {
        if cause.is::<BadUsage>() {
            return Some(2);
        }
        if cause.is::<Interrupted>() {
            return Some(130);
        }
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            return (io.kind() == std::io::ErrorKind::NotFound).then_some(3);
        }
        if let Some(wiring) = cause.downcast_ref::<WiringError>() {
            return Some(match wiring {
                WiringError::Start { .. } => 1,
                WiringError::Away { .. } => AWAY,
                _ => CONFIG,
            });
        }
        if let Some(failed) = cause.downcast_ref::<TaskFailed>() {
            return Some(if failed.code == "filing_not_found" {
                3
            } else {
                1
            });
        }
        if let Some(source) = cause.downcast_ref::<FilingSourceError>() {
            return Some(match source {
                FilingSourceError::NotFound { .. } => 3,
                FilingSourceError::UrlNotAllowed { .. } => 2,
                _ => 1,
            });
        }
        Some(match cause.downcast_ref::<EngineError>()? {
            EngineError::Refused(_) => 4,
            EngineError::NotFound { .. } => 3,
            EngineError::UrlNotAllowed { .. } => 2,
            _ => 1,
        })
    };
    error.chain().find_map(of).unwrap_or(1)
}
