//! A world in memory with a filing, accounts, a worker, and a client.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aperilex_api::ApiSettings;
use aperilex_core::ports::{FilingParser, ParseFilingError, Ports};
use aperilex_core::{
    AccessionNumber, CanonicalText, Claimed, Draft, DraftClaim, DraftQuote, Engine, Fact,
    FilingContent, FilingId, FilingMeta, Footnote, ItemKey, MicroUsd, Outcome, PartKind, Party,
    Period, RawDocument, RawFiling, RiskFactor, Role, Settings, Statement, SubmissionHeader, Table,
    TableNumber, Tier, Timestamp,
};
use aperilex_memory::{Memory, PlainParser};
use poem::endpoint::BoxEndpoint;
use poem::http::{HeaderMap, Method, StatusCode};
use poem::{Endpoint, EndpointExt, Request, Response};
use serde_json::{Value, json};

pub(crate) const ACCESSION: &str = "0000320193-26-000001";
pub(crate) const MAIN: &str = "apx-20260630.txt";
const REVENUE: &str = "Total net sales were 1,250 million dollars in fiscal 2026.";
const RISK: &str = "The company depends on a single supplier for its batteries.";

/// A small annual report, written for these tests.
pub(crate) fn report() -> String {
    format!(
        "Part I\nItem 1A. Risk Factors\n{RISK}\nPart II\nItem 7. Management's Discussion\n{REVENUE}\nItem 9B. Other Information\nNone.\n"
    )
}

pub(crate) fn filing() -> RawFiling {
    let accession: AccessionNumber = ACCESSION.parse().unwrap();
    let document = |name: &str, doc_type: &str, sequence, text: String| RawDocument {
        name: name.to_owned(),
        doc_type: Some(doc_type.to_owned()),
        sequence: Some(sequence),
        description: None,
        bytes: text.into(),
        sha256: None,
    };
    RawFiling {
        meta: FilingMeta {
            id: FilingId::of_accession(&accession),
            accession: Some(accession),
            cik: Some("0000320193".parse().unwrap()),
            company: Some("Apx Works, Inc.".to_owned()),
            ticker: Some("APX".parse().unwrap()),
            form: "10-K".parse().unwrap(),
            filed: Some("2026-08-14".parse().unwrap()),
            period: Some("2026-06-30".parse().unwrap()),
            items: Vec::new(),
            primary_document: Some(MAIN.to_owned()),
            url: Some(
                "https://www.sec.gov/Archives/edgar/data/320193/000032019326000001".to_owned(),
            ),
        },
        documents: vec![
            document(MAIN, "10-K", 1, report()),
            document("ex-21.txt", "EX-21", 2, "Subsidiaries: none.\n".to_owned()),
        ],
    }
}

/// The plain parser with one table and one fact added, so that there is something to list.
#[derive(Debug)]
struct RichParser;

impl FilingParser for RichParser {
    fn version(&self) -> &'static str {
        "rich/1"
    }

    fn parse(&self, filing: &RawFiling) -> Result<FilingContent, ParseFilingError> {
        let mut content = PlainParser.parse(filing)?;
        let year = || Period::Duration {
            start: "2025-07-01".parse().unwrap(),
            end: "2026-06-30".parse().unwrap(),
        };
        let table = |caption: &str| Table {
            document: 0,
            section: Some(ItemKey::new("II", "7")),
            range: 0..6,
            caption: caption.to_owned(),
            header_rows: 1,
            cells: [vec!["", "2026"], vec!["Net sales", "1,250"]]
                .into_iter()
                .collect(),
            ..Table::default()
        };
        content.tables = vec![
            table("Net sales"),
            Table {
                statement: Some(Statement::IncomeStatement),
                scale: 6,
                periods: vec![None, Some(year())],
                numbers: vec![TableNumber {
                    row: 1,
                    column: 1,
                    value: "1250000000".to_owned(),
                    unit: Some("iso4217:USD".into()),
                    range: 10..15,
                }],
                ..table("Net sales by region")
            },
        ];
        content.footnotes = vec![Footnote {
            document: 0,
            text: "as restated".to_owned(),
            range: None,
        }];
        content.risk_factors = vec![RiskFactor {
            document: 0,
            section: ItemKey::new("I", "1A"),
            group: None,
            heading: 0..4,
            body: 5..9,
        }];
        content.header = Some(SubmissionHeader {
            accession: filing.meta.accession,
            accepted: Some("2026-07-30T16:31:07".parse().unwrap()),
            parties: vec![Party {
                role: "FILER".to_owned(),
                sic: Some(3420),
                ..Party::default()
            }],
            ..SubmissionHeader::default()
        });
        let fact = |concept: &str| Fact {
            document: 0,
            concept: concept.into(),
            value: "1250000000".to_owned(),
            transformed: None,
            unit: Some("iso4217:USD".into()),
            decimals: Some("-6".to_owned()),
            period: Some(year()),
            dimensions: [("srt:ProductOrServiceAxis".into(), "apx:Tools".into())].into(),
            range: Some(0..4),
            footnotes: vec![0],
        };
        content.facts = ["us-gaap:Revenues", "us-gaap:Assets", "us-gaap:Revenues"]
            .map(fact)
            .to_vec();
        Ok(content)
    }

    fn canonical_texts(&self, file: &RawDocument) -> Result<Vec<CanonicalText>, ParseFilingError> {
        PlainParser.canonical_texts(file)
    }
}

/// A draft whose claims are in the report.
pub(crate) fn draft() -> Draft {
    let claim = |words: &str, part: &str, item: &str| DraftClaim {
        text: words.to_owned(),
        quotes: vec![DraftQuote {
            document: 0,
            item: Some(ItemKey::new(part, item)),
            quote: words.to_owned(),
            range: None,
        }],
        figure: None,
    };
    Draft {
        parts: BTreeMap::from([
            (PartKind::Summary, vec![claim(REVENUE, "II", "7")]),
            (PartKind::RiskFactors, vec![claim(RISK, "I", "1A")]),
            (PartKind::Legal, Vec::new()),
        ]),
        ..Draft::default()
    }
}

/// The world, the API on it, and its first account.
pub(crate) struct World {
    pub(crate) memory: Memory,
    pub(crate) engine: Engine,
    pub(crate) api: BoxEndpoint<'static, Response>,
    pub(crate) key: String,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&self.bytes)))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The problem's code; the document must be a whole and lawful one.
    pub(crate) fn problem(&self) -> String {
        let problem = self.json();
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{problem}"
        );
        assert_eq!(problem["status"], self.status.as_u16(), "{problem}");
        let code = problem["code"].as_str().unwrap().to_owned();
        assert_eq!(
            problem["type"],
            format!("https://aperilex.com/problems/{code}")
        );
        for member in ["title", "detail", "instance", "request_id"] {
            assert!(problem[member].is_string(), "{member}: {problem}");
        }
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        code
    }
}

/// A request to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

pub(crate) fn call(method: &str, path: impl Into<String>) -> Call {
    Call {
        method: method.parse().unwrap(),
        path: path.into(),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

impl Call {
    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn key(self, key: &str) -> Self {
        let value = format!("Bearer {key}");
        self.header("authorization", value)
    }

    pub(crate) fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = bytes.into();
        self.header("content-type", "application/json")
    }

    pub(crate) fn raw_body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = bytes.into();
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.body(body.to_string())
    }

    /// Address and body, as text.
    pub(crate) fn shown(&self) -> String {
        format!("{} {}", self.path, String::from_utf8_lossy(&self.body))
    }
}

/// When the world begins.
pub(crate) fn begin() -> Timestamp {
    "2026-11-02T09:30:00Z".parse().unwrap()
}

/// The defaults, but no monthly credits: accounts have what they are given here.
pub(crate) fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.accounts.sign_up = true;
    let plans = &mut settings.plans;
    for plan in [&mut plans.basic, &mut plans.professional] {
        plan.monthly_credits = MicroUsd::ZERO;
    }
    settings
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}, settings(), ApiSettings::default()).await
    }

    /// A world with changes: to its ports, and to the settings of engine and API.
    pub(crate) async fn with(
        change: impl FnOnce(&mut Ports),
        settings: Settings,
        api: ApiSettings,
    ) -> Self {
        let mut memory = Memory::new(begin());
        memory.parser = Arc::new(RichParser);
        memory.source.add(filing());
        let mut ports = memory.ports();
        change(&mut ports);
        let engine = Engine::new(ports, settings);
        let api = aperilex_api::endpoint(engine.clone(), api).boxed();
        let mut world = Self {
            memory,
            engine,
            api,
            key: String::new(),
        };
        world.key = world.account("first", Tier::Professional, 5_000_000).await;
        world
    }

    /// A new account with this credit in micro-dollars; gives its key.
    pub(crate) async fn account(&self, name: &str, tier: Tier, credit: i64) -> String {
        let email = format!("{name}@example.com").parse().unwrap();
        let made = self
            .engine
            .create_account(email, tier, Role::Member, MicroUsd::new(credit))
            .await;
        made.unwrap().key.reveal().to_owned()
    }

    /// A new administrator; gives their key.
    pub(crate) async fn administrator(&self, name: &str) -> String {
        let email = format!("{name}@example.com").parse().unwrap();
        let made = self
            .engine
            .create_account(email, Tier::Enterprise, Role::Admin, MicroUsd::ZERO)
            .await;
        made.unwrap().key.reveal().to_owned()
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, call: Call) -> Answer {
        let mut request = Request::builder().method(call.method).uri_str(call.path);
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        let response = self.api.get_response(request.body(call.body)).await;
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes: body.into_vec().await.unwrap(),
        }
    }

    /// Sends a request with the first account's key.
    pub(crate) async fn ask(&self, call: Call) -> Answer {
        let key = self.key.clone();
        self.send(call.key(&key)).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(call("GET", path)).await
    }

    /// Asks for the analysis of the filing.
    pub(crate) async fn request(&self, key: &str) -> Answer {
        self.send(call("POST", "/api/v1/analyses").key(key).json(&body()))
            .await
    }

    /// Does all work that waits, as a worker does it.
    pub(crate) async fn work(&self) {
        work(&self.memory, &self.engine).await;
    }

    /// Has the analysis made for the first account; gives its id.
    pub(crate) async fn analysed(&self) -> String {
        self.memory.analyst.answer(Ok(draft()));
        let accepted = self.request(&self.key).await;
        assert_eq!(accepted.status, 202, "{:?}", accepted.json());
        let task = accepted.json()["task_id"].as_str().unwrap().to_owned();
        self.work().await;
        let task = self.get(&format!("/api/v1/tasks/{task}")).await.json();
        assert_eq!(task["status"], "completed", "{task}");
        task["analysis_id"].as_str().unwrap().to_owned()
    }
}

/// Relays, claims, runs and acknowledges until nothing waits.
pub(crate) async fn work(memory: &Memory, engine: &Engine) {
    use aperilex_core::ports::TaskQueue;
    loop {
        let relayed = engine.relay_outbox().await.unwrap();
        let deliveries = memory
            .queue
            .receive(10, Duration::from_secs(30))
            .await
            .unwrap();
        if relayed == 0 && deliveries.is_empty() {
            return;
        }
        for delivery in deliveries {
            if let Claimed::Run(run) = engine.claim(&delivery).await.unwrap() {
                let outcome = engine.run(&run).await.unwrap();
                assert_ne!(outcome, Outcome::LeaseLost);
            }
            memory.queue.acknowledge(&delivery.receipt).await.unwrap();
        }
    }
}

/// The usual request.
pub(crate) fn body() -> Value {
    json!({"filing": {"accession": ACCESSION}})
}

/// The filing's id.
pub(crate) fn filing_id() -> String {
    filing().meta.id.to_string()
}
