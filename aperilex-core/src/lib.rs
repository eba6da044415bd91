#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod conduct;
mod engine;
mod entitlement;
mod error;
mod lifecycle;
mod number;
mod period;
mod pricing;
mod probe;
mod proration;
mod quota;
mod refusal;
mod settings;
mod tier;
pub mod verify;

pub use aperilex_ports as ports;
pub use aperilex_ports::Answer;
pub use aperilex_ports::model::*;

pub use conduct::ConductSettings;
pub use engine::{
    AccountChange, AccountFinding, AccountStatement, AnalysisRequest, AuditReport, Authority,
    BooksProof, Claimed, CreditKind, Departure, Engine, GiveCredits, ImportRequest,
    ImportSelection, ImportStep, Imported, Interruption, IssuedKey, MAX_IMPORT_ITEMS,
    NewCredentials, NewKey, Outcome, Proof, Quote, RefundCharge, Requested, Run, SentNotices,
    SignedIn, StartedImport, UntoldNotice, Usage, UsageOverview, day_of, hits_and_misses,
};
pub use entitlement::{Limit, Universe, Universes};
pub use error::EngineError;
pub use lifecycle::{analysis_follows, task_follows};
pub use period::BillingPeriod;
pub use probe::{NoProbe, Probe, Step};
pub use refusal::Refusal;
pub use settings::{AccountRules, Billing, ChallengeUse, Settings, Timings};
pub use tier::{BadFigure, Plans, TierPlan};
