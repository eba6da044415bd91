//! Stages on standard error, and (for the crash tests) the step at which to die.

use std::sync::{Arc, OnceLock};

use aperilex_core::{NoProbe, Probe, Step, TaskId};

use crate::output;

/// Tells the stages of one analysis, once it is known which.
#[derive(Debug, Default)]
pub(crate) struct Stages(OnceLock<TaskId>);

impl Stages {
    /// Says whose stages to tell.
    pub(crate) fn follow(&self, task: TaskId) {
        self.0.get_or_init(|| task);
    }
}

impl Probe for Stages {
    fn reached(&self, step: Step, task: Option<TaskId>) {
        if task.is_none() || task.as_ref() != self.0.get() {
            return;
        }
        let stage = match step {
            Step::Claimed => "fetching the filing",
            Step::Fetched => "taking it apart",
            Step::Parsed => "drawing claims",
            Step::Analysed => "checking them against the filing",
            Step::Verified => "storing the analysis",
            _ => return,
        };
        output::complain(&format!("  {stage} …"));
    }
}

/// The probe of a server or worker.
#[cfg(not(feature = "failpoints"))]
pub(crate) fn server_probe() -> Arc<dyn Probe> {
    Arc::new(NoProbe)
}

/// The probe of a server or worker: kills it at the step that `APERILEX_KILL_AT` names.
#[cfg(feature = "failpoints")]
pub(crate) fn server_probe() -> Arc<dyn Probe> {
    match std::env::var("APERILEX_KILL_AT") {
        Ok(label) => Arc::new(KillAt(label)),
        Err(_) => Arc::new(NoProbe),
    }
}

#[cfg(feature = "failpoints")]
#[derive(Debug)]
struct KillAt(String);

#[cfg(feature = "failpoints")]
impl Probe for KillAt {
    fn reached(&self, step: Step, _: Option<TaskId>) {
        if step.label() == self.0 {
            let pid = std::process::id().to_string();
            let _ = std::process::Command::new("kill")
                .args(["-9", &pid])
                .status();
            // The signal may take a moment; nothing more may happen in it.
            loop {
                std::thread::park();
            }
        }
    }
}
