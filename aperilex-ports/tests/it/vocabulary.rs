//! Words and values as they stand in JSON.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use aperilex_ports::{
    AccessSource, AccessionNumber, AccountStatus, AnalysisStatus, Cik, ClaimStatus, Date, Digest,
    Email, EntryKind, Failure, FilingLocator, FormType, HoldStatus, ImportItemStatus, ImportStatus,
    ItemKey, Method, MicroUsd, PartKind, Period, Priority, Quality, QuoteMatch, Role, SectionState,
    TaskEvent, TaskId, TaskRole, TaskStatus, Template, Ticker, Tier,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The value stands in JSON like this, and is read from it.
fn stands_as<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, json: &str) {
    assert_eq!(serde_json::to_string(value).unwrap(), json);
    assert_eq!(&serde_json::from_str::<T>(json).unwrap(), value);
}

/// Every word of a set stands as itself, and no other is read.
fn words<T>(all: &[T], expected: &str)
where
    T: Serialize + DeserializeOwned + FromStr + Display + PartialEq + Debug + Copy,
    T::Err: Debug,
{
    let shown: Vec<_> = all.iter().map(ToString::to_string).collect();
    assert_eq!(shown.join(" "), expected, "stored words never change");
    for (value, word) in all.iter().zip(&shown) {
        stands_as(value, &format!("\"{word}\""));
        assert_eq!(word.parse::<T>().unwrap(), *value);
        assert!(word.to_uppercase().parse::<T>().is_err(), "{word}");
    }
    assert!(serde_json::from_str::<T>("\"\"").is_err());
    assert!(serde_json::from_str::<T>("0").is_err());
}

#[test]
fn closed_sets_have_their_words() {
    words(Tier::ALL, "demo basic professional enterprise");
    words(Template::ALL, "comprehensive financial risk business");
    words(Quality::ALL, "extractive economy standard premium");
    words(
        TaskStatus::ALL,
        "pending queued running retrying completed failed cancelled",
    );
    words(
        AnalysisStatus::ALL,
        "initiated queued fetching parsing analyzing verifying completed error",
    );
    words(TaskRole::ALL, "leader follower");
    words(AccessSource::ALL, "paid policy admin");
    words(AccountStatus::ALL, "active suspended unverified deleted");
    words(Role::ALL, "member admin house");
    words(ImportStatus::ALL, "running done cancelled expired");
    words(
        ImportItemStatus::ALL,
        "waiting imported owned failed cancelled",
    );
    words(
        EntryKind::ALL,
        "filing_access filing_import analysis bulk_import monthly_grant top_up refund adjustment \
         expiry",
    );
    words(HoldStatus::ALL, "open captured voided expired");
    words(Method::ALL, "model extractive");
    words(ClaimStatus::ALL, "verified repaired");
    words(QuoteMatch::ALL, "exact whitespace typography alphanumeric");
    words(
        PartKind::ALL,
        "summary key_financials risk_factors mdna_drivers liquidity business legal events \
         red_flags governance offering",
    );
}

#[test]
fn sections_have_the_states_of_the_filings() {
    for (state, word) in [
        (SectionState::Present, "present"),
        (SectionState::NoneOrNotApplicable, "none_or_not_applicable"),
        (SectionState::Reserved, "reserved"),
        (
            SectionState::IncorporatedByReference,
            "incorporated_by_reference",
        ),
        (
            SectionState::PartlyIncorporatedByReference,
            "partly_incorporated_by_reference",
        ),
        (SectionState::PointerInternal, "pointer_internal"),
        (SectionState::RefersToOtherFiling, "refers_to_other_filing"),
        (SectionState::CrossReferenceIndex, "cross_reference_index"),
        (
            SectionState::OmittedGeneralInstructionJ,
            "omitted_general_instruction_J",
        ),
        (SectionState::NotFound, "not_found"),
    ] {
        stands_as(&state, &format!("\"{word}\""));
    }
}

#[test]
fn values_stand_as_the_text_people_write() {
    stands_as::<AccessionNumber>(
        &"000123456726000042".parse().unwrap(),
        r#""0001234567-26-000042""#,
    );
    stands_as::<Cik>(&"320193".parse().unwrap(), r#""0000320193""#);
    stands_as::<Ticker>(&"brk.b".parse().unwrap(), r#""BRK-B""#);
    stands_as::<FormType>(&"DEF-14A".parse().unwrap(), r#""DEF 14A""#);
    stands_as::<Email>(&"Jo@Example.com".parse().unwrap(), r#""jo@example.com""#);
    stands_as(&MicroUsd::new(15_000), r#""0.015000""#);
    stands_as(&MicroUsd::new(-1), r#""-0.000001""#);
    stands_as(&Digest::of(b"abc"), &format!("\"{}\"", Digest::of(b"abc")));
    stands_as(&Priority::new(7), "7");
    stands_as(&ItemKey::new("II", "1A"), r#"{"part":"II","item":"1A"}"#);
}

#[test]
fn unlawful_values_are_not_read() {
    assert!(serde_json::from_str::<Cik>("\"0\"").is_err());
    assert!(serde_json::from_str::<Ticker>("\"A B\"").is_err());
    assert!(serde_json::from_str::<FormType>("\"../etc\"").is_err());
    assert!(serde_json::from_str::<Email>("\"nobody\"").is_err());
    assert!(serde_json::from_str::<AccessionNumber>("\"1\"").is_err());
    assert!(serde_json::from_str::<Digest>("\"00\"").is_err());
    assert!(
        serde_json::from_str::<MicroUsd>("0.015").is_err(),
        "money is never a float"
    );
    assert!(serde_json::from_str::<TaskId>("\"7\"").is_err());
}

#[test]
fn periods_are_told_apart_by_their_fields() {
    let day = |text: &str| text.parse::<Date>().unwrap();
    let instant = Period::Instant {
        instant: day("2025-12-31"),
    };
    stands_as(&instant, r#"{"instant":"2025-12-31"}"#);
    let year = Period::Duration {
        start: day("2025-01-01"),
        end: day("2025-12-31"),
    };
    stands_as(&year, r#"{"start":"2025-01-01","end":"2025-12-31"}"#);
}

#[test]
fn filings_are_named_in_one_way_each() {
    for (locator, json) in [
        (
            FilingLocator::Ticker {
                ticker: "AAPL".parse().unwrap(),
                form: "10-K".parse().unwrap(),
            },
            r#"{"ticker":{"ticker":"AAPL","form":"10-K"}}"#,
        ),
        (
            FilingLocator::Accession("0001234567-26-000042".parse().unwrap()),
            r#"{"accession":"0001234567-26-000042"}"#,
        ),
        (
            FilingLocator::Url("https://www.sec.gov/".to_owned()),
            r#"{"url":"https://www.sec.gov/"}"#,
        ),
    ] {
        stands_as(&locator, json);
    }
}

#[test]
fn a_priority_beyond_9_is_not_stored() {
    assert_eq!(Priority::new(200), Priority::BACKGROUND);
}

#[test]
fn task_events_stand_whole() {
    let event = TaskEvent {
        task: "019b7d2e-5c00-7a1b-8c2d-3e4f5a6b7c8d".parse().unwrap(),
        seq: 8,
        status: TaskStatus::Failed,
        progress: AnalysisStatus::Error,
        analysis: None,
        failure: Some(Failure {
            code: "filing_unusable".to_owned(),
            message: "the filing cannot be read".to_owned(),
        }),
        at: "2026-02-21T10:11:12Z".parse().unwrap(),
    };
    stands_as(
        &event,
        concat!(
            r#"{"task":"019b7d2e-5c00-7a1b-8c2d-3e4f5a6b7c8d","seq":8,"status":"failed","#,
            r#""progress":"error","analysis":null,"failure":{"code":"filing_unusable","#,
            r#""message":"the filing cannot be read"},"at":"2026-02-21T10:11:12Z"}"#
        ),
    );
}
