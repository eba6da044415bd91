//! The ports, each call behind the gate.

use std::sync::Arc;
use std::time::Duration;

use aperilex_core::ports::audit::{Books, Projection};
use aperilex_core::ports::*;
use async_trait::async_trait;
use bytes::Bytes;

use crate::gate::{Fault, Gate, Unavailable};

/// A port whose calls wait for their turn and may be struck by a fault.
#[derive(Debug)]
pub struct Gated<P: ?Sized> {
    inner: Arc<P>,
    gate: Gate,
}

impl<P: ?Sized> Gated<P> {
    fn new(inner: Arc<P>, gate: &Gate) -> Arc<Self> {
        Arc::new(Self {
            inner,
            gate: gate.clone(),
        })
    }
}

/// The calls of one port.
trait Named {
    const CALLS: &'static [&'static str];
}

macro_rules! gated {
    ($port:ident $([$name:ident -> $plain:ty])? { $($method:ident($($arg:ident: $kind:ty),*) -> $ok:ty, $error:ty;)* }) => {
        impl Named for dyn $port {
            const CALLS: &'static [&'static str] =
                &[$(concat!(stringify!($port), "::", stringify!($method))),*];
        }

        #[async_trait]
        impl $port for Gated<dyn $port> {
            $(fn $name(&self) -> $plain {
                self.inner.$name()
            })?
            $(async fn $method(&self, $($arg: $kind),*) -> Result<$ok, $error> {
                let call = concat!(stringify!($port), "::", stringify!($method));
                let fault = self.gate.enter(call).await;
                if let Some(fault @ Fault::Refused(_)) = fault {
                    return Err(<$error>::unavailable(Box::new(fault)));
                }
                let answer = self.inner.$method($($arg),*).await;
                match self.gate.leave(fault).await {
                    Some(lost) => Err(<$error>::unavailable(Box::new(lost))),
                    None => answer,
                }
            })*
        }
    };
}

gated!(AccountStore {
    create(account: &Account) -> (), AccountStoreError;
    get(user: UserId) -> Option<Account>, StoreError;
    by_email(email: &Email) -> Option<Account>, StoreError;
    open(command: &OpenAccount) -> (), AccountStoreError;
    by_key(hash: &Digest, now: Timestamp) -> Option<KeyOwner>, StoreError;
    by_identity(who: &ExternalIdentity) -> Option<Account>, StoreError;
    add_key(key: &ApiKey, most: usize, audit: &AuditRecord) -> (), AccountStoreError;
    keys(user: UserId, before: Option<KeyId>, limit: usize) -> Vec<ApiKey>, StoreError;
    touch_key(key: KeyId, now: Timestamp) -> (), StoreError;
    close(command: &CloseAccount) -> (), AccountStoreError;
    revoke_key(user: UserId, key: KeyId, now: Timestamp, audit: &AuditRecord) -> bool, StoreError;
    unverified(by: Timestamp, limit: usize) -> Vec<UserId>, StoreError;
    displace(user: UserId) -> bool, StoreError;
    adopt(command: &AdoptAccount) -> Account, AccountStoreError;
    set_contract(command: &SetContract) -> (), AccountStoreError;
    change(change: &ChangeAccount) -> Account, AccountStoreError;
    arrange(command: &ArrangeTier) -> (), AccountStoreError;
    arranged(user: UserId) -> Option<TierChange>, StoreError;
    due(now: Timestamp, limit: usize) -> Vec<UserId>, StoreError;
    list(after: Option<UserId>, limit: usize) -> Vec<Account>, StoreError;
    preferences(user: UserId) -> NoticePreferences, AccountStoreError;
    prefer(user: UserId, preferences: NoticePreferences) -> (), AccountStoreError;
});

gated!(SessionStore {
    begin(session: &Session, refresh: &Digest) -> (), AccountStoreError;
    rotate(command: &RotateSession) -> Option<(Session, Account)>, StoreError;
    account(session: SessionId, now: Timestamp) -> Option<Account>, StoreError;
    end(session: SessionId) -> (), StoreError;
    write(letter: &Letter) -> bool, AccountStoreError;
    holder(token: &Digest, purpose: OneTimePurpose, now: Timestamp) -> Option<Account>, StoreError;
    redeem(command: &Redeem) -> Option<UserId>, StoreError;
    password(user: UserId) -> Option<PasswordHash>, StoreError;
    rehash(user: UserId, from: &PasswordHash, to: &PasswordHash) -> bool, StoreError;
    forget(now: Timestamp, limit: usize) -> usize, StoreError;
});

gated!(AnalysisPool {
    find(request: &FindAnalysis) -> Option<AnalysisRecord>, StoreError;
    readable(user: UserId, analysis: AnalysisId) -> Option<(AnalysisRecord, AccessSource)>, StoreError;
    list(user: UserId, filing: Option<FilingId>, before: Option<AnalysisId>, limit: usize)
        -> Vec<(AnalysisRecord, AccessSource)>, StoreError;
    record_view(analysis: AnalysisId, times: u64) -> (), StoreError;
});

gated!(AuditLog {
    append(record: &AuditRecord) -> AuditEntry, StoreError;
    post(entry: &PostEntry, record: &AuditRecord) -> LedgerEntry, LedgerError;
    refund(refund: &Refund, record: &AuditRecord) -> LedgerEntry, LedgerError;
    entries(before: Option<u64>, limit: usize) -> Vec<AuditEntry>, StoreError;
    head() -> AuditHead, StoreError;
});

gated!(AuditStore {
    books(user: UserId) -> Option<Books>, StoreError;
    heads(after: Option<UserId>, limit: usize) -> Vec<(UserId, Option<ChainHead>)>, StoreError;
    claim_proof(not_since: Timestamp, now: Timestamp) -> bool, StoreError;
    keep_root(root: &LedgerRoot) -> (), StoreError;
    roots(limit: usize) -> Vec<LedgerRoot>, StoreError;
    rebuild(user: UserId, projection: &Projection, audit: &AuditRecord) -> (), StoreError;
});

gated!(CostBook {
    record(call: &ModelCall) -> (), StoreError;
    of_task(task: TaskId) -> Vec<ModelCall>, StoreError;
    totals(from: Timestamp, to: Timestamp) -> Vec<ModelCost>, StoreError;
});

gated!(DocumentStore {
    put(bytes: Bytes) -> Digest, DocumentStoreError;
    get(digest: &Digest) -> Bytes, DocumentStoreError;
    contains(digest: &Digest) -> bool, DocumentStoreError;
    delete(digest: &Digest) -> (), DocumentStoreError;
});

gated!(EventBus {
    publish(event: &TaskEvent) -> (), EventBusError;
    subscribe() -> EventStream, EventBusError;
});

impl Named for dyn FilingAnalyst {
    const CALLS: &'static [&'static str] = &["FilingAnalyst::analyse"];
}

#[async_trait]
impl FilingAnalyst for Gated<dyn FilingAnalyst> {
    fn profile(&self) -> AnalystProfile {
        self.inner.profile()
    }

    fn estimate(&self, bytes: u64, template: Template) -> MicroUsd {
        self.inner.estimate(bytes, template)
    }

    async fn analyse(
        &self,
        order: &AnalysisOrder<'_>,
        content: &FilingContent,
        meter: &dyn CostMeter,
    ) -> Result<Draft, AnalystError> {
        let fault = self.gate.enter("FilingAnalyst::analyse").await;
        if let Some(fault @ Fault::Refused(_)) = fault {
            return Err(AnalystError::unavailable(Box::new(fault)));
        }
        let answer = self.inner.analyse(order, content, meter).await;
        match self.gate.leave(fault).await {
            Some(lost) => Err(AnalystError::unavailable(Box::new(lost))),
            None => answer,
        }
    }
}

impl Named for dyn OwnModels {
    const CALLS: &'static [&'static str] = &["OwnModels::of"];
}

/// What it opens waits for its turn as well.
#[async_trait]
impl OwnModels for Gated<dyn OwnModels> {
    async fn of(&self, account: UserId) -> Result<Option<Arc<dyn FilingAnalyst>>, StoreError> {
        let fault = self.gate.enter("OwnModels::of").await;
        if let Some(fault @ Fault::Refused(_)) = fault {
            return Err(StoreError::unavailable(Box::new(fault)));
        }
        let opened = self.inner.of(account).await;
        match self.gate.leave(fault).await {
            Some(lost) => Err(StoreError::unavailable(Box::new(lost))),
            None => {
                let gated = |it| Gated::new(it, &self.gate) as Arc<dyn FilingAnalyst>;
                Ok(opened?.map(gated))
            }
        }
    }

    fn prompt_versions(&self) -> Vec<String> {
        self.inner.prompt_versions()
    }

    async fn forget(&self, account: UserId) -> Result<(), StoreError> {
        self.inner.forget(account).await
    }
}

gated!(FilingSource {
    find(locator: &FilingLocator) -> FilingMeta, FilingSourceError;
    fetch(filing: &FilingMeta) -> RawFiling, FilingSourceError;
    list(query: &FilingQuery) -> Vec<FilingMeta>, FilingSourceError;
    company(company: &CompanyLocator) -> Company, FilingSourceError;
});

gated!(FilingStore {
    register(meta: &FilingMeta, now: Timestamp) -> FilingRecord, StoreError;
    mark_stored(filing: FilingId, documents: &[StoredDocument], now: Timestamp) -> FilingRecord, StoreError;
    get(filing: FilingId) -> Option<FilingRecord>, StoreError;
    access(user: UserId, filing: FilingId) -> Option<AccessSource>, StoreError;
});

gated!(ImportStore {
    get(import: ImportId) -> Option<ImportJob>, StoreError;
    list(user: UserId, before: Option<ImportId>, limit: usize) -> Vec<ImportJob>, StoreError;
    items(import: ImportId, after: u32, limit: usize) -> Vec<ImportItem>, StoreError;
    claim(claim: &ClaimItem) -> Option<(ImportJob, ImportItem)>, StoreError;
});

gated!(Imports {
    submit(import: &SubmitImport) -> SubmittedImport, ImportError;
    replayed(user: UserId, request: &IdempotentRequest, now: Timestamp) -> Option<ImportJob>, ImportError;
    settle(item: &SettleItem) -> ImportJob, ImportError;
    put_back(item: &PutBackItem) -> (), ImportError;
    cancel(import: ImportId, goodwill_until: Option<Timestamp>, now: Timestamp) -> ImportJob, ImportError;
    expire(goodwill_until: Option<Timestamp>, now: Timestamp, limit: usize) -> Vec<ImportJob>, ImportError;
});

gated!(Ledger {
    place_hold(hold: &PlaceHold) -> Hold, LedgerError;
    capture(hold: HoldId, amount: MicroUsd, description: &str, now: Timestamp) -> LedgerEntry, LedgerError;
    capture_part(part: &CapturePart) -> LedgerEntry, LedgerError;
    void(hold: HoldId, goodwill_until: Option<Timestamp>, now: Timestamp) -> (), LedgerError;
    post(entry: &PostEntry) -> LedgerEntry, LedgerError;
    balance(user: UserId) -> Balance, LedgerError;
    entries(user: UserId, before: Option<u64>, limit: usize) -> Vec<LedgerEntry>, StoreError;
    holds(user: UserId) -> Vec<Hold>, StoreError;
    expire(goodwill_until: Option<Timestamp>, now: Timestamp, limit: usize) -> Vec<Hold>, StoreError;
    refund(refund: &Refund) -> LedgerEntry, LedgerError;
    reverse(reverse: &ReverseCredit) -> Reversed, LedgerError;
    funds(user: UserId) -> Funds, LedgerError;
    lapse(now: Timestamp, limit: usize) -> Vec<LedgerEntry>, StoreError;
    lots(user: UserId) -> Vec<CreditLot>, StoreError;
    journal(user: UserId, after: u64, limit: usize) -> Vec<JournalTx>, StoreError;
});

gated!(Notifier {
    notify(notice: &Notice) -> (), NotifyError;
});

gated!(Outbox {
    next_batch(limit: usize, leased_until: Timestamp, now: Timestamp) -> Vec<OutboxMessage>, StoreError;
    next_notices(limit: usize, leased_until: Timestamp, now: Timestamp) -> Vec<OutboxMessage>, StoreError;
    put_off(id: i64, until: Timestamp) -> (), StoreError;
    put(items: &[OutboxItem]) -> (), StoreError;
    mark_sent(ids: &[i64], now: Timestamp) -> (), StoreError;
});

gated!(PaymentStore {
    record(command: &RecordPayment) -> RecordedEvent, StoreError;
    note(event: &OddEvent) -> RecordedEvent, StoreError;
    events(limit: usize) -> Vec<StoredEvent>, StoreError;
});

gated!(QuotaStore {
    consume(user: UserId, windows: &[QuotaWindow], now: Timestamp) -> QuotaOutcome, StoreError;
    usage(user: UserId, windows: &[QuotaWindow], now: Timestamp) -> QuotaOutcome, StoreError;
    reset(user: UserId) -> (), StoreError;
    forget(before: Timestamp, limit: usize) -> usize, StoreError;
});

gated!(QuoteStore {
    keep(quote: &StoredQuote) -> (), StoreError;
    get(user: UserId, quote: QuoteId) -> Option<StoredQuote>, StoreError;
    forget(by: Timestamp, limit: usize) -> usize, StoreError;
});

gated!(ReportStore {
    count(day: Date, name: CountName, more: u64) -> (), StoreError;
    usage(query: &UsageQuery) -> UsageReport, StoreError;
    of_account(user: UserId, days: Days) -> AccountUsage, StoreError;
    gauges() -> Gauges, StoreError;
});

gated!(Settlement {
    submit(task: &SubmitTask) -> Submitted, SettlementError;
    replayed(user: UserId, request: &IdempotentRequest, now: Timestamp) -> Option<Answer>, SettlementError;
    forget(now: Timestamp, limit: usize) -> usize, SettlementError;
    grant_access(grant: &GrantAccess) -> bool, SettlementError;
    deliver_filing(task: TaskId, lease: LeaseToken, goodwill_until: Option<Timestamp>, now: Timestamp) -> (), SettlementError;
    complete(command: &CompleteTask) -> (), SettlementError;
    abandon(command: &AbandonTask) -> (), SettlementError;
    retry(command: &RetryTask) -> (), SettlementError;
    retract(command: &RetractAnalysis) -> Option<Retracted>, SettlementError;
    cancel(command: &CancelTask) -> Task, SettlementError;
});

gated!(TaskQueue [capabilities -> QueueCapabilities] {
    send(message: &NewMessage) -> (), QueueError;
    receive(max: usize, visibility: Duration) -> Vec<Delivery>, QueueError;
    acknowledge(receipt: &ReceiptHandle) -> (), QueueError;
    extend(receipt: &ReceiptHandle, visibility: Duration) -> (), QueueError;
    reject(receipt: &ReceiptHandle, reason: &str) -> (), QueueError;
    depth() -> u64, QueueError;
    dead_letters(limit: usize) -> Vec<DeadLetter>, QueueError;
    redrive(letter: &LetterId) -> bool, QueueError;
});

gated!(TaskStore {
    get(task: TaskId) -> Option<Task>, StoreError;
    list(user: UserId, before: Option<TaskId>, limit: usize) -> Vec<Task>, StoreError;
    mark_queued(task: TaskId, generation: u32, now: Timestamp) -> (), TaskStoreError;
    touch(task: TaskId, generation: u32, now: Timestamp) -> (), TaskStoreError;
    claim(claim: &ClaimTask) -> Task, TaskStoreError;
    extend(task: TaskId, lease: Lease, now: Timestamp) -> (), TaskStoreError;
    advance(step: &AdvanceTask) -> (), TaskStoreError;
    events(task: TaskId, after: u64, limit: usize) -> Vec<TaskEvent>, StoreError;
    stale(now: Timestamp, idle_since: Timestamp, limit: usize) -> Vec<Task>, StoreError;
});

/// All calls that wait at a gate. The list is of the ports that [`behind`] wraps, so that a method that is
/// added to one of them is in it.
#[must_use]
pub fn calls() -> Vec<&'static str> {
    let ports = [
        <dyn FilingSource>::CALLS,
        <dyn FilingAnalyst>::CALLS,
        <dyn OwnModels>::CALLS,
        <dyn DocumentStore>::CALLS,
        <dyn TaskQueue>::CALLS,
        <dyn EventBus>::CALLS,
        <dyn Notifier>::CALLS,
        <dyn AccountStore>::CALLS,
        <dyn FilingStore>::CALLS,
        <dyn AnalysisPool>::CALLS,
        <dyn TaskStore>::CALLS,
        <dyn Ledger>::CALLS,
        <dyn Settlement>::CALLS,
        <dyn ImportStore>::CALLS,
        <dyn Imports>::CALLS,
        <dyn QuotaStore>::CALLS,
        <dyn Outbox>::CALLS,
        <dyn PaymentStore>::CALLS,
        <dyn AuditStore>::CALLS,
        <dyn SessionStore>::CALLS,
        <dyn QuoteStore>::CALLS,
        <dyn CostBook>::CALLS,
        <dyn AuditLog>::CALLS,
        <dyn ReportStore>::CALLS,
    ];
    ports.concat()
}

/// The same ports behind the gate; time, ids and the parser do not wait.
#[must_use]
pub fn behind(ports: Ports, gate: &Gate) -> Ports {
    let stores = ports.stores;
    let analysts = ports.analysts.into_iter();
    let analysts = analysts.map(|analyst| Gated::new(analyst, gate) as Arc<dyn FilingAnalyst>);
    Ports {
        clock: ports.clock,
        ids: ports.ids,
        source: Gated::new(ports.source, gate),
        parser: ports.parser,
        analysts: analysts.collect(),
        own_models: ports
            .own_models
            .map(|models| Gated::new(models, gate) as Arc<dyn OwnModels>),
        documents: Gated::new(ports.documents, gate),
        queue: Gated::new(ports.queue, gate),
        events: Gated::new(ports.events, gate),
        sign_in: ports.sign_in,
        notifier: Gated::new(ports.notifier, gate),
        stores: Stores {
            accounts: Gated::new(stores.accounts, gate),
            filings: Gated::new(stores.filings, gate),
            pool: Gated::new(stores.pool, gate),
            tasks: Gated::new(stores.tasks, gate),
            ledger: Gated::new(stores.ledger, gate),
            settlement: Gated::new(stores.settlement, gate),
            import_store: Gated::new(stores.import_store, gate),
            imports: Gated::new(stores.imports, gate),
            quota: Gated::new(stores.quota, gate),
            outbox: Gated::new(stores.outbox, gate),
            payments: Gated::new(stores.payments, gate),
            audit: Gated::new(stores.audit, gate),
            sessions: Gated::new(stores.sessions, gate),
            quotes: Gated::new(stores.quotes, gate),
            costs: Gated::new(stores.costs, gate),
            audit_log: Gated::new(stores.audit_log, gate),
            reports: Gated::new(stores.reports, gate),
        },
    }
}
