//! The vocabulary: what ports speak of.
//!
//! A type lives here if a port signature or a stored message names it. Its constructor guards its
//! own invariants; it holds no policy.

macro_rules! text_serde {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
use text_serde;

mod accession;
mod account;
mod analysis;
mod audit_record;
mod canonical;
mod cells;
mod cik;
mod content;
mod contract;
mod digest;
mod draft;
mod email;
mod envelope;
mod exhibit;
mod fact;
mod filing;
mod form_type;
mod id;
mod import;
mod item;
mod item_8k;
mod journal;
mod ledger;
mod model_call;
mod money;
mod notice;
mod payment;
mod quote;
mod secret;
mod session;
mod submission;
mod table;
mod task;
mod ticker;
mod tier;
mod usage;
mod wording;

pub use accession::{AccessionNumber, ParseAccessionError};
pub use account::{Account, AccountStatus, ApiKey, Role, Scope, Scopes, Standing, TierChange};
pub use analysis::{
    AnalysedDocument, AnalysisRecord, AnalysisResult, Certificate, Citation, Claim, ClaimStatus,
    DecodeAnalysisError, Figure, Latency, Method, NotFound, PartKind, PriorFigure, QuoteMatch,
    SectionSummary, TokenUsage,
};
pub use audit_record::{Actor, AuditEntry, AuditHead, AuditRecord, ParseActorError};
pub use canonical::{CanonicalText, RawMap, RawRun};
pub use cells::Cells;
pub use cik::{Cik, ParseCikError};
pub use content::{Document, FilingContent, RiskFactor, Section, SectionState, TextRange};
pub use contract::{Companies, Contract, DecodeContractError};
pub use digest::{Digest, ParseDigestError};
pub use draft::{Draft, DraftClaim, DraftQuote};
pub use email::{Email, ParseEmailError};
pub use envelope::{DecodeEnvelopeError, TaskMessage};
pub use exhibit::{Exhibit, ExhibitKind};
pub use fact::{Fact, Footnote, Period};
pub use filing::{
    Company, CompanyLocator, FilingLocator, FilingMeta, FilingQuery, RawDocument, RawFiling,
    StoredDocument, StoredFiling,
};
pub use form_type::{FormFamily, FormType, ParseFormTypeError};
pub use id::{
    AnalysisId, CallId, EntryId, FilingId, HoldId, ImportId, KeyId, LeaseToken, NoticeId,
    ParseIdError, QuoteId, SessionId, TaskId, UserId,
};
pub use import::{ImportCounts, ImportItem, ImportItemStatus, ImportJob, ImportStatus};
pub use item::ItemKey;
pub use item_8k::item_8k_code;
pub use journal::{
    ChainHead, CreditLot, JournalTx, LedgerAccount, LedgerRoot, LotSource, LotTerms, Operation,
    Posting,
};
pub use ledger::{Balance, EntryKind, Funds, Hold, HoldStatus, LedgerEntry};
pub use model_call::{CallOutcome, ModelCall, ModelCost, SpentCall};
pub use money::{MicroUsd, ParseMoneyError};
pub use notice::{Notice, NoticeKind, NoticePreferences, NoticeToken, PendingNotice};
pub use payment::{Payment, PaymentEvent, PaymentOutcome, PaymentState, PaymentStep, StoredEvent};
pub use quote::{QuotedAccess, StoredQuote};
pub use secret::{ParsePasswordError, Password, PasswordHash, Secret};
pub use session::{AccessClaims, ExternalIdentity, OneTime, OneTimePurpose, Session};
pub use submission::{Party, SubmissionHeader};
pub use table::{Statement, Table, TableNumber};
pub use task::{
    AccessSource, Failure, Lease, PendingAccess, PoolKey, Priority, Task, TaskCharges, TaskEvent,
    TaskRole, Waiver,
};
pub use ticker::{ParseTickerError, Ticker};
pub use tier::{AnalysisStatus, ParseWordError, Quality, TaskStatus, Template, Tier};
pub use usage::{
    AccountUsage, CountName, Days, Gauges, PoolShare, PopularFiling, Quantiles, UsageQuery,
    UsageReport,
};
pub use wording::{figure_words, metric_concepts, row_words};

pub use jiff::Timestamp;
pub use jiff::civil::{Date, DateTime};
