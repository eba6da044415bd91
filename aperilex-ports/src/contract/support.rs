//! What the scenarios of the stores share: people, filings, requests, and an auditor.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

use crate::audit::{Opened, Rules, check};
use crate::*;

/// When every scenario begins: 2026-01-01T00:00:00Z.
const BEGIN: i64 = 1_767_225_600;

/// Seconds after the beginning.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(BEGIN + seconds).unwrap()
}

/// Where a scenario stops turning pages, so that a list without an end fails and does not hang.
pub(super) const MOST_PAGES: usize = 100;

/// Micro-dollars.
pub(super) const fn usd(micros: i64) -> MicroUsd {
    MicroUsd::new(micros)
}

/// What an analysis costs in these scenarios.
pub(super) const ANALYSIS: i64 = 20;
/// What access to a filing costs in these scenarios.
pub(super) const ACCESS: i64 = 100;

/// Fresh stores, and whom and what a scenario has put into them.
#[derive(Debug)]
pub struct Desk {
    pub(super) stores: Stores,
    next: AtomicU64,
    users: Mutex<Vec<UserId>>,
}

/// All that can be seen of an account and its tasks: to prove that nothing has changed.
#[derive(Debug, PartialEq)]
pub(super) struct Snapshot {
    accounts: Vec<(Balance, Vec<LedgerEntry>, Vec<Hold>)>,
    tasks: Vec<(Task, Vec<TaskEvent>)>,
    imports: Vec<(ImportJob, Vec<ImportItem>)>,
}

impl Desk {
    /// A desk on fresh stores.
    #[must_use]
    pub const fn new(stores: Stores) -> Self {
        Self {
            stores,
            next: AtomicU64::new(1),
            users: Mutex::new(Vec::new()),
        }
    }

    /// A new id; later ones sort behind earlier ones.
    pub(super) fn id<T>(&self, kind: fn(Uuid) -> T) -> T {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        let millis = u64::try_from(BEGIN).unwrap() * 1000 + n;
        let mut rest = [0; 10];
        rest[2..].copy_from_slice(&n.to_be_bytes());
        kind(uuid::Builder::from_unix_timestamp_millis(millis, &rest).into_uuid())
    }

    /// An account that is not in the store yet.
    pub(super) fn person(&self) -> Account {
        let id = self.id(UserId::from_uuid);
        Account {
            id,
            email: format!("u{id}@example.com").parse().unwrap(),
            tier: Tier::Basic,
            status: AccountStatus::Active,
            role: Role::Member,
            contract: None,
            created_at: at(0),
        }
    }

    /// An account with an empty wallet.
    pub(super) async fn account(&self) -> UserId {
        let person = self.person();
        self.stores.accounts.create(&person).await.unwrap();
        self.users.lock().unwrap().push(person.id);
        person.id
    }

    /// An account with credits.
    pub(super) async fn funded(&self, micros: i64) -> UserId {
        let user = self.account().await;
        let top_up = self.top_up(user, micros);
        self.stores.ledger.post(&top_up).await.unwrap();
        user
    }

    /// An account with credits that lapse 1,000 s after the beginning.
    pub(super) async fn lapsing(&self, micros: i64) -> UserId {
        let user = self.account().await;
        let monthly = PostEntry {
            kind: EntryKind::MonthlyGrant,
            expires_at: Some(at(1_000)),
            ..self.top_up(user, micros)
        };
        self.stores.ledger.post(&monthly).await.unwrap();
        user
    }

    /// What an account has of credits that came for something that went wrong.
    pub(super) async fn goodwill(&self, user: UserId) -> MicroUsd {
        let lots = self.stores.ledger.lots(user).await.unwrap();
        let goodwill = lots.iter().filter(|lot| lot.source == LotSource::Goodwill);
        goodwill.map(|lot| lot.available).sum()
    }

    pub(super) fn top_up(&self, user: UserId, micros: i64) -> PostEntry {
        let id = self.id(EntryId::from_uuid);
        PostEntry {
            id,
            user,
            kind: EntryKind::TopUp,
            amount: usd(micros),
            key: format!("top-up {id}"),
            expires_at: None,
            description: "bought credits".into(),
            now: at(0),
        }
    }

    pub(super) fn hold(&self, user: UserId, micros: i64) -> PlaceHold {
        PlaceHold {
            id: self.id(HoldId::from_uuid),
            user,
            purpose: EntryKind::Analysis,
            amount: usd(micros),
            filing: None,
            task: None,
            expires_at: at(1800),
            now: at(0),
        }
    }

    pub(super) async fn balance(&self, user: UserId) -> Balance {
        self.stores.ledger.balance(user).await.unwrap()
    }

    /// All entries, oldest first.
    pub(super) async fn entries(&self, user: UserId) -> Vec<LedgerEntry> {
        let mut all = Vec::new();
        let mut before = None;
        for _ in 0..MOST_PAGES {
            let ledger = &self.stores.ledger;
            let page = ledger.entries(user, before, MAX_PAGE).await.unwrap();
            let Some(last) = page.last() else { break };
            before = Some(last.seq);
            all.extend(page);
        }
        all.reverse();
        all
    }

    /// The hold as it is now.
    pub(super) async fn find_hold(&self, user: UserId, id: HoldId) -> Option<Hold> {
        let holds = self.stores.ledger.holds(user).await.unwrap();
        holds.into_iter().find(|hold| hold.id == id)
    }

    /// Where a hold is; none if it was never placed.
    pub(super) async fn hold_status(&self, user: UserId, id: HoldId) -> Option<HoldStatus> {
        self.find_hold(user, id).await.map(|hold| hold.status)
    }

    pub(super) fn meta(&self) -> FilingMeta {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        let accession: AccessionNumber = format!("0001234567-26-{n:06}").parse().unwrap();
        FilingMeta {
            id: FilingId::of_accession(&accession),
            accession: Some(accession),
            cik: Some("1234567".parse().unwrap()),
            company: Some("Example Corp".into()),
            ticker: Some("EXMP".parse().unwrap()),
            form: "10-K".parse().unwrap(),
            filed: Some("2026-01-01".parse().unwrap()),
            period: Some("2025-12-31".parse().unwrap()),
            items: Vec::new(),
            primary_document: Some("main.htm".into()),
            url: None,
        }
    }

    /// A filing that is known and stored.
    pub(super) async fn filing(&self) -> FilingId {
        let meta = self.meta();
        let filings = &self.stores.filings;
        filings.register(&meta, at(0)).await.unwrap();
        let documents = [stored_document()];
        filings
            .mark_stored(meta.id, &documents, at(0))
            .await
            .unwrap();
        meta.id
    }

    pub(super) fn pool_key(filing: FilingId) -> PoolKey {
        PoolKey {
            filing,
            template: Template::Comprehensive,
            quality: Quality::Standard,
            prompt_version: "prompt/1".into(),
            owner: None,
        }
    }

    /// What of the pool satisfies a request for this.
    pub(super) fn wanted(key: &PoolKey) -> FindAnalysis {
        FindAnalysis {
            filing: key.filing,
            template: key.template,
            quality: key.quality,
            document_sha256: Some(stored_document().sha256),
            schema_version: 1,
            prompt_versions: vec![key.prompt_version.clone()],
            owner: key.owner,
        }
    }

    /// A request for an analysis by an account that has access already.
    pub(super) fn request(&self, user: UserId, key: &PoolKey) -> SubmitTask {
        SubmitTask {
            task: self.id(TaskId::from_uuid),
            user,
            key: key.clone(),
            pool: None,
            priority: Priority::new(5),
            charges: TaskCharges {
                access: None,
                analysis_hold: self.id(HoldId::from_uuid),
                analysis_price: usd(ANALYSIS),
            },
            quote: None,
            max_price: None,
            max_running: None,
            shares: false,
            idempotency: None,
            holds_expire_at: at(1800),
            now: at(0),
        }
    }

    /// The same by an account that pays for access.
    pub(super) fn request_with_access(&self, user: UserId, key: &PoolKey) -> SubmitTask {
        let mut request = self.request(user, key);
        request.charges.access = Some(self.pending_access());
        request
    }

    pub(super) fn pending_access(&self) -> PendingAccess {
        PendingAccess {
            hold: self.id(HoldId::from_uuid),
            price: usd(ACCESS),
            purpose: EntryKind::FilingAccess,
            source: AccessSource::Paid,
        }
    }

    pub(super) async fn give_access(&self, user: UserId, filing: FilingId, source: AccessSource) {
        let grant = GrantAccess {
            user,
            filing,
            access: PendingAccess {
                price: MicroUsd::ZERO,
                source,
                ..self.pending_access()
            },
            now: at(0),
        };
        let charged = self.stores.settlement.grant_access(&grant).await.unwrap();
        assert!(!charged, "there is nothing to charge");
    }

    pub(super) async fn submit(&self, request: &SubmitTask) -> Task {
        match self.stores.settlement.submit(request).await.unwrap() {
            Submitted::Accepted(task) => task,
            other => panic!("expected a new task, got {other:?}"),
        }
    }

    /// A new run by one funded account, not claimed yet.
    pub(super) async fn lone_task(&self) -> Task {
        let user = self.funded(1000).await;
        let key = Self::pool_key(self.filing().await);
        self.submit(&self.request(user, &key)).await
    }

    pub(super) async fn task(&self, id: TaskId) -> Task {
        self.stores.tasks.get(id).await.unwrap().unwrap()
    }

    /// Where a task is.
    pub(super) async fn status(&self, id: TaskId) -> TaskStatus {
        self.task(id).await.status
    }

    pub(super) fn lease(&self, until: i64) -> Lease {
        Lease {
            token: self.id(LeaseToken::from_uuid),
            until: at(until),
        }
    }

    /// Claims a waiting leader for 60 seconds from `now`.
    pub(super) async fn claim(&self, task: TaskId, now: i64) -> LeaseToken {
        let lease = self.lease(now + 60);
        let claim = ClaimTask {
            task,
            generation: self.task(task).await.generation,
            lease,
            now: at(now),
        };
        self.stores.tasks.claim(&claim).await.unwrap();
        lease.token
    }

    /// A submitted and claimed leader.
    pub(super) async fn running(&self, request: &SubmitTask) -> (Task, LeaseToken) {
        let task = self.submit(request).await;
        let lease = self.claim(task.id, 1).await;
        (self.task(task.id).await, lease)
    }

    /// A running task that was asked for with the key `asked`.
    pub(super) async fn running_for(&self, user: UserId) -> TaskId {
        let mut request = self.request(user, &Self::pool_key(self.filing().await));
        request.idempotency = Some(IdempotentRequest {
            key: "asked".into(),
            request: Digest::of(b"asked"),
            expires_at: at(10_000),
        });
        self.running(&request).await.0.id
    }

    pub(super) fn analysis(&self, task: TaskId, key: &PoolKey) -> AnalysisRecord {
        AnalysisRecord {
            id: self.id(AnalysisId::from_uuid),
            key: key.clone(),
            schema_version: 1,
            method: Method::Model,
            document_sha256: stored_document().sha256,
            result_sha256: Digest::of(task.to_string().as_bytes()),
            result_bytes: 4096,
            claims: 12,
            score: 923,
            task,
            created_at: at(10),
            retracted_at: None,
        }
    }

    pub(super) fn completion(&self, task: &Task, lease: LeaseToken) -> CompleteTask {
        CompleteTask {
            task: task.id,
            lease,
            analysis: self.analysis(task.id, &task.key),
            free: None,
            goodwill_until: None,
            now: at(10),
        }
    }

    /// Takes everything out of the outbox, as the relay does.
    pub(super) async fn drain(&self) -> Vec<OutboxItem> {
        let (outbox, now) = (&self.stores.outbox, at(100_000));
        let mut items = Vec::new();
        for _ in 0..MOST_PAGES {
            let batch = outbox.next_batch(MAX_PAGE, at(100_060), now).await.unwrap();
            if batch.is_empty() {
                break;
            }
            let ids: Vec<i64> = batch.iter().map(|row| row.id).collect();
            outbox.mark_sent(&ids, now).await.unwrap();
            items.extend(batch.into_iter().map(|row| row.item));
        }
        items
    }

    /// The notices of an account that wait in the outbox, oldest first. They stay there for a minute.
    pub(super) async fn notices(&self, user: UserId, now: i64) -> Vec<PendingNotice> {
        let outbox = &self.stores.outbox;
        let rows = outbox
            .next_notices(MAX_PAGE, at(now + 60), at(now))
            .await
            .unwrap();
        let notices = rows.into_iter().map(|row| match row.item {
            OutboxItem::Notice(notice) => notice,
            other => panic!("expected notices alone, got {other:?}"),
        });
        notices.filter(|notice| notice.user == user).collect()
    }

    pub(super) async fn prefer(&self, user: UserId, tasks: bool, low_balance: bool) {
        let preferences = NoticePreferences { tasks, low_balance };
        let accounts = &self.stores.accounts;
        accounts.prefer(user, preferences).await.unwrap();
    }

    /// All events of a task.
    pub(super) async fn events(&self, task: TaskId) -> Vec<TaskEvent> {
        self.stores.tasks.events(task, 0, MAX_PAGE).await.unwrap()
    }

    pub(super) async fn snapshot(&self) -> Snapshot {
        let users = self.users.lock().unwrap().clone();
        let (mut accounts, mut tasks, mut imports) = (Vec::new(), Vec::new(), Vec::new());
        let store = &self.stores.import_store;
        for user in users {
            let holds = self.stores.ledger.holds(user).await.unwrap();
            accounts.push((self.balance(user).await, self.entries(user).await, holds));
            for task in self.stores.tasks.list(user, None, MAX_PAGE).await.unwrap() {
                let events = self.events(task.id).await;
                tasks.push((task, events));
            }
            for job in store.list(user, None, MAX_PAGE).await.unwrap() {
                let items = store.items(job.id, 0, MAX_PAGE).await.unwrap();
                imports.push((job, items));
            }
        }
        Snapshot {
            accounts,
            tasks,
            imports,
        }
    }

    /// What holds of every account and task at every moment, whatever the scenario is about.
    pub(super) async fn audit(&self) {
        let users = self.users.lock().unwrap().clone();
        for user in users {
            self.audit_one(user).await;
            let books = self.stores.audit.books(user).await.unwrap().unwrap();
            assert_eq!(books.balance, self.balance(user).await);
            assert_eq!(books.entries, self.entries(user).await);
            assert_eq!(books.holds, self.stores.ledger.holds(user).await.unwrap());
            for (task, events) in &books.tasks {
                assert_eq!(*task, self.task(task.id).await);
                assert_eq!(*events, self.events(task.id).await);
            }
            let store = &self.stores.import_store;
            for (job, items) in &books.imports {
                assert_eq!(store.get(job.id).await.unwrap().as_ref(), Some(job));
                assert_eq!(*items, store.items(job.id, 0, MAX_PAGE).await.unwrap());
            }
        }
    }

    pub(super) async fn opened(&self, user: UserId) -> Vec<Opened> {
        let books = self.stores.audit.books(user).await.unwrap();
        books.unwrap().access
    }

    pub(super) async fn audit_one(&self, user: UserId) {
        let books = self.stores.audit.books(user).await.unwrap().unwrap();
        let rules = Rules {
            // Which way is lawful is the domain's to say; no store leads out of an end.
            task_follows: |from, _| !from.is_terminal(),
            quiet: false,
            now: at(0),
            holds_since: Timestamp::MIN,
            max_attempts: u32::MAX,
        };
        assert_eq!(check(&books, &rules), []);
    }
}

pub(super) fn stored_document() -> StoredDocument {
    StoredDocument {
        name: "main.htm".into(),
        doc_type: Some("10-K".into()),
        sequence: Some(1),
        description: Some("annual report".into()),
        sha256: Digest::of(b"an annual report"),
        bytes: 16,
    }
}

/// A run that ends, to be tried again.
pub(super) trait Again {
    /// Not before this many seconds, and counted.
    fn at(&self, seconds: i64) -> RetryTask;
}

impl Again for AbandonTask {
    fn at(&self, seconds: i64) -> RetryTask {
        RetryTask {
            end: self.clone(),
            not_before: at(seconds),
            counted: true,
        }
    }
}

pub(super) fn failure() -> Failure {
    Failure {
        code: "filing_unusable".into(),
        message: "the filing cannot be read".into(),
    }
}

/// A task is withdrawn; who inherits holds until 3,600 s.
pub(super) fn withdrawal(task: TaskId, now: Timestamp) -> CancelTask {
    CancelTask {
        task,
        holds_expire_at: at(3600),
        goodwill_until: None,
        now,
    }
}
