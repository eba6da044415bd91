//! Everything together.

use std::sync::Arc;

use aperilex_ports::{
    AnalystProfile, FilingAnalyst, FilingParser, Method, Ports, Quality, Timestamp,
};

use crate::{
    Faults, MemoryDocuments, MemoryEvents, MemoryNotifier, MemoryOwnModels, MemoryQueue,
    MemorySource, MemoryStores, PlainParser, ScriptedAnalyst, SequentialIds, VirtualClock,
};

/// A whole world in memory, with a handle on each part of it.
#[derive(Debug, Clone)]
pub struct Memory {
    /// The time.
    pub clock: Arc<VirtualClock>,
    /// Ids that are the same in every run.
    pub ids: Arc<SequentialIds>,
    /// Filings that can be fetched.
    pub source: Arc<MemorySource>,
    /// Takes filings apart; [`PlainParser`] unless replaced.
    pub parser: Arc<dyn FilingParser>,
    /// The analyst of [`Memory::analysts`], for its script.
    pub analyst: Arc<ScriptedAnalyst>,
    /// Draw claims; the scripted analyst alone unless replaced.
    pub analysts: Vec<Arc<dyn FilingAnalyst>>,
    /// What customers' own keys open.
    pub own_models: Arc<MemoryOwnModels>,
    /// Objects.
    pub documents: Arc<MemoryDocuments>,
    /// Messages.
    pub queue: Arc<MemoryQueue>,
    /// Events.
    pub events: Arc<MemoryEvents>,
    /// What accounts were told.
    pub notifier: Arc<MemoryNotifier>,
    /// Records.
    pub stores: MemoryStores,
    /// Makes any of them fail.
    pub faults: Faults,
}

impl Memory {
    /// An empty world at this time.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        let faults = Faults::default();
        let clock = Arc::new(VirtualClock::new(now));
        let profile = AnalystProfile {
            method: Method::Extractive,
            quality: Quality::Extractive,
            provider: None,
            prompt_version: "scripted/1".to_owned(),
        };
        let analyst = Arc::new(ScriptedAnalyst::new(profile, faults.clone()));
        Self {
            ids: Arc::default(),
            source: Arc::new(MemorySource::new(faults.clone())),
            parser: Arc::new(PlainParser),
            analysts: vec![analyst.clone()],
            analyst,
            own_models: Arc::new(MemoryOwnModels::new(faults.clone())),
            documents: Arc::new(MemoryDocuments::new(faults.clone())),
            queue: Arc::new(MemoryQueue::new(clock.clone(), faults.clone())),
            events: Arc::new(MemoryEvents::new(faults.clone())),
            notifier: Arc::new(MemoryNotifier::new(faults.clone())),
            stores: MemoryStores::new(faults.clone()),
            clock,
            faults,
        }
    }

    /// The ports, all on this world.
    #[must_use]
    pub fn ports(&self) -> Ports {
        Ports {
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            source: self.source.clone(),
            parser: self.parser.clone(),
            analysts: self.analysts.clone(),
            own_models: Some(self.own_models.clone()),
            documents: self.documents.clone(),
            queue: self.queue.clone(),
            events: self.events.clone(),
            sign_in: crate::sign_in::sign_in(),
            notifier: self.notifier.clone(),
            stores: self.stores.stores(),
        }
    }
}
