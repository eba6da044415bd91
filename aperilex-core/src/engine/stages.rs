//! The stages of a run: fetch, parse, deliver, analyse, verify, store, commit.

use aperilex_ports::{
    AccountStatus, AdvanceTask, AnalysedDocument, AnalysisId, AnalysisRecord, AnalysisResult,
    AnalysisStatus, CompleteTask, Digest, DocumentStoreError, FilingContent, FilingMeta,
    FilingRecord, Latency, PoolKey, RawDocument, RawFiling, StoredDocument, Task, Timestamp,
    UserId, Waiver,
};

use super::draw::Drawn;
use super::failure::Stop;
use super::{Engine, Run};
use crate::lifecycle::analysis_follows;
use crate::probe::Step;
use crate::verify::{Checked, check, registrant, section_summaries};

impl Engine {
    pub(super) async fn analyse(&self, run: &Run) -> Result<(), Stop> {
        let task = Some(run.task.id);
        let mut watch = StopWatch {
            engine: self,
            last: self.now(),
        };
        let mut latency = Latency::default();

        self.advance(run, run.task.progress, AnalysisStatus::Fetching)
            .await?;
        let (record, raw) = self.obtain(run).await?;
        latency.fetch_ms = watch.lap();

        self.advance(run, AnalysisStatus::Fetching, AnalysisStatus::Parsing)
            .await?;
        let content = self.ports.parser.parse(&raw)?;
        latency.parse_ms = watch.lap();
        self.reached(Step::Parsed, task);
        let (id, token, now) = (run.task.id, run.lease.token, self.now());
        let goodwill = Some(self.goodwill_until(now));
        self.ports
            .stores
            .settlement
            .deliver_filing(id, token, goodwill, now)
            .await?;
        self.reached(Step::Delivered, task);

        self.advance(run, AnalysisStatus::Parsing, AnalysisStatus::Analyzing)
            .await?;
        watch.lap();
        let drawn = self.draw(run, &record.meta, &content).await?;
        latency.analyse_ms = watch.lap();
        self.reached(Step::Analysed, task);

        self.advance(run, AnalysisStatus::Analyzing, AnalysisStatus::Verifying)
            .await?;
        watch.lap();
        let checked = check(&content, drawn.draft.clone());
        latency.verify_ms = watch.lap();
        gate(&checked)?;
        let free = drawn.free;
        let made = Made {
            drawn,
            checked,
            latency,
        };
        let result = self.result(run, &record, &content, made);
        self.reached(Step::Verified, task);
        self.publish(run, &record, &result, free).await
    }

    async fn advance(
        &self,
        run: &Run,
        from: AnalysisStatus,
        to: AnalysisStatus,
    ) -> Result<(), Stop> {
        if from == to {
            // Its worker died in the first stage: it stands where this attempt begins.
            return Ok(());
        }
        if !analysis_follows(from, to) {
            return Err(Stop::last(
                "unlawful_step",
                format!("{from} cannot be followed by {to}"),
            ));
        }
        let (task, token, now) = (run.task.id, run.lease.token, self.now());
        let step = AdvanceTask {
            task,
            token,
            from,
            to,
            now,
        };
        Ok(self.ports.stores.tasks.advance(&step).await?)
    }

    /// The raw filing: from the store, or fetched and stored.
    async fn obtain(&self, run: &Run) -> Result<(FilingRecord, RawFiling), Stop> {
        let task = Some(run.task.id);
        let record = self
            .ports
            .stores
            .filings
            .get(run.task.key.filing)
            .await?
            .ok_or_else(|| Stop::last("filing_not_found", "the filing is not known"))?;
        if record.stored.is_some() {
            let raw = match self.load_raw(&record).await {
                Err(DocumentStoreError::Damaged { .. } | DocumentStoreError::NotFound { .. }) => {
                    self.restore(&record).await?
                }
                loaded => loaded?,
            };
            self.reached(Step::Fetched, task);
            return Ok((record, raw));
        }
        let raw = self.ports.source.fetch(&record.meta).await?;
        self.reached(Step::Fetched, task);
        let documents = self.store_documents(&raw).await?;
        self.reached(Step::DocumentsStored, task);
        // What cannot be taken apart is not available: it must not be recorded as stored.
        self.ports.parser.parse(&raw)?;
        let filings = &self.ports.stores.filings;
        let record = filings
            .mark_stored(record.meta.id, &documents, self.now())
            .await?;
        self.reached(Step::FilingStored, task);
        Ok((record, raw))
    }

    /// Documents that are damaged or gone come from the source again, if it still has the same bytes.
    async fn restore(&self, record: &FilingRecord) -> Result<RawFiling, Stop> {
        let raw = self.ports.source.fetch(&record.meta).await?;
        let kept = record.stored.iter().flat_map(|stored| &stored.documents);
        let same = kept.map(|document| document.sha256).eq(raw
            .documents
            .iter()
            .map(|document| Digest::of(&document.bytes)));
        if !same {
            let message = "a stored document is damaged and the source has other bytes now";
            return Err(Stop::last("integrity_error", message));
        }
        self.store_documents(&raw).await?;
        Ok(raw)
    }

    pub(super) async fn store_documents(
        &self,
        raw: &RawFiling,
    ) -> Result<Vec<StoredDocument>, DocumentStoreError> {
        let mut stored = Vec::with_capacity(raw.documents.len());
        for document in &raw.documents {
            let sha256 = self.ports.documents.put(document.bytes.clone()).await?;
            stored.push(StoredDocument {
                name: document.name.clone(),
                doc_type: document.doc_type.clone(),
                sequence: document.sequence,
                description: document.description.clone(),
                sha256,
                bytes: document.bytes.len() as u64,
            });
        }
        Ok(stored)
    }

    pub(super) async fn load_raw(
        &self,
        record: &FilingRecord,
    ) -> Result<RawFiling, DocumentStoreError> {
        let stored = record
            .stored
            .as_ref()
            .map_or(&[][..], |stored| &stored.documents);
        let mut documents = Vec::with_capacity(stored.len());
        for document in stored {
            documents.push(RawDocument {
                name: document.name.clone(),
                doc_type: document.doc_type.clone(),
                sequence: document.sequence,
                description: document.description.clone(),
                bytes: self.ports.documents.get(&document.sha256).await?,
                sha256: Some(document.sha256),
            });
        }
        Ok(RawFiling {
            meta: record.meta.clone(),
            documents,
        })
    }

    fn result(
        &self,
        run: &Run,
        record: &FilingRecord,
        content: &FilingContent,
        made: Made,
    ) -> AnalysisResult {
        let now = self.now();
        let Made {
            drawn: Drawn { profile, draft, .. },
            checked,
            latency,
        } = made;
        AnalysisResult {
            schema_version: AnalysisResult::VERSION,
            id: AnalysisId::from_uuid(self.id(now)),
            filing: named_as_filed(&record.meta, content),
            template: run.task.key.template,
            quality: profile.quality,
            method: profile.method,
            provider: profile.provider,
            model: draft.model,
            prompt_version: profile.prompt_version,
            parser_version: content.parser_version.clone(),
            documents: analysed_documents(content),
            parts: checked.parts,
            not_found: draft.not_found,
            sections: section_summaries(content),
            certificate: checked.certificate,
            tokens: draft.tokens,
            cost_usd: draft.cost,
            latency,
            created_at: now,
        }
    }

    /// Whose a result is alone. What an account's own key made goes into the pool if its contract said so when
    /// it was asked for, and still does.
    async fn owner_of_result(&self, task: &Task) -> Result<Option<UserId>, Stop> {
        let Some(owner) = task.key.owner else {
            return Ok(None);
        };
        let account = self.ports.stores.accounts.get(owner).await?;
        let active = account.filter(|account| account.status == AccountStatus::Active);
        let shares = task.shares && active.is_some_and(|account| self.shares(&account));
        Ok((!shares).then_some(owner))
    }

    async fn publish(
        &self,
        run: &Run,
        record: &FilingRecord,
        result: &AnalysisResult,
        free: Option<Waiver>,
    ) -> Result<(), Stop> {
        let bytes = result
            .encode()
            .map_err(|e| Stop::last("result_unwritable", e.to_string()))?;
        let result_bytes = bytes.len() as u64;
        let result_sha256 = self.ports.documents.put(bytes.into()).await?;
        self.reached(Step::ResultStored, Some(run.task.id));
        let main = record
            .stored
            .as_ref()
            .and_then(|stored| stored.documents.first());
        let main = main.ok_or_else(|| Stop::last("filing_unusable", "it has no documents"))?;
        let now = self.now();
        let command = CompleteTask {
            task: run.task.id,
            lease: run.lease.token,
            analysis: AnalysisRecord {
                id: result.id,
                // Under what it is, which may be less than was asked for.
                key: PoolKey {
                    quality: result.quality,
                    prompt_version: result.prompt_version.clone(),
                    owner: self.owner_of_result(&run.task).await?,
                    ..run.task.key.clone()
                },
                schema_version: result.schema_version,
                method: result.method,
                document_sha256: main.sha256,
                result_sha256,
                result_bytes,
                claims: result
                    .certificate
                    .verified
                    .saturating_add(result.certificate.repaired),
                score: result.certificate.score(),
                task: run.task.id,
                created_at: result.created_at,
                retracted_at: None,
            },
            free,
            goodwill_until: Some(self.goodwill_until(now)),
            now,
        };
        Ok(self.ports.stores.settlement.complete(&command).await?)
    }
}

/// The filing under the name that its own cover gives: sources know a company by its latest name.
fn named_as_filed(meta: &FilingMeta, content: &FilingContent) -> FilingMeta {
    let name = registrant(&content.facts).map(str::to_owned);
    FilingMeta {
        company: name.or_else(|| meta.company.clone()),
        ..meta.clone()
    }
}

/// Below the gate an analysis is neither pooled nor charged (product §5).
fn gate(checked: &Checked) -> Result<(), Stop> {
    if checked.passes() {
        return Ok(());
    }
    let c = &checked.certificate;
    let message = format!(
        "{} of {} claims could be verified against the filing; nothing was charged",
        c.verified.saturating_add(c.repaired),
        c.claims
    );
    Err(Stop::last("below_quality_gate", message))
}

fn analysed_documents(content: &FilingContent) -> Vec<AnalysedDocument> {
    let analysed = |document: &aperilex_ports::Document| {
        let text = document.text.as_ref()?;
        Some(AnalysedDocument {
            name: document.name.clone(),
            raw_sha256: document.raw_sha256,
            raw_bytes: document.raw_bytes,
            text_sha256: text.sha256,
        })
    };
    content.documents.iter().filter_map(analysed).collect()
}

/// What a run has made, before it is written down.
struct Made {
    drawn: Drawn,
    checked: Checked,
    latency: Latency,
}

/// Times the stages by the engine's clock.
struct StopWatch<'e> {
    engine: &'e Engine,
    last: Timestamp,
}

impl StopWatch<'_> {
    fn lap(&mut self) -> u64 {
        let now = self.engine.now();
        millis(std::mem::replace(&mut self.last, now), now)
    }
}

fn millis(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.duration_since(from).as_millis()).unwrap_or_default()
}
