//! What was written once is read for ever: golden files, one per version.

use std::fmt::Debug;

use aperilex_ports::{
    AnalysisId, AnalysisStatus, Digest, Failure, MicroUsd, NoticeKind, NoticeToken, TaskStatus,
};
use serde_json::Value;
use uuid::Uuid;

use super::*;

const TASK: &str = "019b76da-a800-7000-8000-000000000001";

/// The golden file is read as `expected`, which is written as the golden file.
fn golden<T: PartialEq + Debug>(
    json: &str,
    expected: &T,
    read: fn(&str) -> Result<T, Unreadable>,
    write: impl Fn(&T) -> Result<String, Unreadable>,
) {
    assert_eq!(read(json).unwrap(), *expected);
    let value = |json: &str| serde_json::from_str::<Value>(json).unwrap();
    assert_eq!(value(&write(expected).unwrap()), value(json));
    for (version, part) in [("7", "version 7"), ("\"x\"", "invalid type")] {
        let other = json.replacen(
            "\"schema_version\": 1",
            &format!("\"schema_version\": {version}"),
            1,
        );
        let Unreadable(what) = read(&other).unwrap_err();
        assert!(what.contains(part), "{what}");
    }
}

#[test]
fn filing() {
    let expected = FilingMeta {
        id: "0b0b5c0e-1d3c-5f2e-8a51-5b1f0f6a7c11".parse().unwrap(),
        accession: Some("0001234567-26-000001".parse().unwrap()),
        cik: Some("1234567".parse().unwrap()),
        company: Some("Example Corp".into()),
        ticker: Some("EXMP".parse().unwrap()),
        form: "8-K".parse().unwrap(),
        filed: Some("2026-01-02".parse().unwrap()),
        period: Some("2025-12-31".parse().unwrap()),
        items: vec!["2.02".into(), "9.01".into()],
        primary_document: Some("main.htm".into()),
        url: Some("https://www.sec.gov/Archives/edgar/data/1234567/000123456726000001/".into()),
    };
    let json = include_str!("../../tests/fixtures/filing/v1.json");
    golden(json, &expected, read_meta, write_meta);
}

#[test]
fn documents() {
    let main = StoredDocument {
        name: "main.htm".into(),
        doc_type: Some("8-K".into()),
        sequence: Some(1),
        description: Some("current report".into()),
        sha256: Digest::of(b"abc"),
        bytes: 3,
    };
    let whole = StoredDocument {
        name: "0001234567-26-000001.txt".into(),
        doc_type: None,
        sequence: None,
        description: None,
        ..main.clone()
    };
    let json = include_str!("../../tests/fixtures/documents/v1.json");
    golden(json, &vec![main, whole], read_documents, |it| {
        write_documents(it)
    });
}

#[test]
fn task_event() {
    let expected = TaskEvent {
        task: TASK.parse().unwrap(),
        seq: 4,
        status: TaskStatus::Failed,
        progress: AnalysisStatus::Error,
        analysis: None,
        failure: Some(Failure {
            code: "filing_unusable".into(),
            message: "the filing cannot be read".into(),
        }),
        at: Timestamp::from_microsecond(1_767_225_600_000_001).unwrap(),
    };
    let json = include_str!("../../tests/fixtures/task_event/v1.json");
    golden(json, &expected, read_event, write_event);
}

#[test]
fn outbox_item() {
    let message = OutboxItem::Enqueue {
        message: TaskMessage {
            task: TASK.parse().unwrap(),
            generation: 3,
        },
        priority: Priority::new(5),
        not_before: Timestamp::from_second(1_767_225_660).unwrap(),
    };
    let json = include_str!("../../tests/fixtures/outbox_item/v1.json");
    golden(json, &message, read_item, write_item);

    let event = OutboxItem::Event(TaskEvent {
        task: TASK.parse().unwrap(),
        seq: 1,
        status: TaskStatus::Completed,
        progress: AnalysisStatus::Completed,
        analysis: Some(AnalysisId::from_uuid(Uuid::from_u128(
            0x019b_76da_a800_7000_8000_0000_0000_0002,
        ))),
        failure: None,
        at: Timestamp::from_second(1_767_225_600).unwrap(),
    });
    let json = include_str!("../../tests/fixtures/outbox_item/v1-event.json");
    golden(json, &event, read_item, write_item);
}

#[test]
fn outbox_notice() {
    let user = "019b76da-a800-7000-8000-000000000003".parse().unwrap();
    let at = Timestamp::from_second(1_767_225_600).unwrap();
    let task = TASK.parse().unwrap();
    let token = || NoticeToken::new("one-time-token".into());
    let kinds = [
        NoticeKind::Verification { token: token() },
        NoticeKind::PasswordReset { token: token() },
        NoticeKind::Completed {
            task,
            analysis: "019b76da-a800-7000-8000-000000000002".parse().unwrap(),
        },
        NoticeKind::Failed {
            task,
            failure: Failure {
                code: "filing_unusable".into(),
                message: "the filing cannot be read".into(),
            },
        },
        NoticeKind::LowBalance {
            before: MicroUsd::new(1_010_000),
            available: MicroUsd::new(890_000),
            balance: MicroUsd::new(990_000),
        },
        NoticeKind::Suspended {
            reason: "unpaid bills".into(),
        },
        NoticeKind::SignInElsewhere {
            provider: "works".into(),
        },
    ];
    let files: Vec<Value> = serde_json::from_str(include_str!(
        "../../tests/fixtures/outbox_item/v1-notices.json"
    ))
    .unwrap();
    assert_eq!(files.len(), kinds.len());
    for (file, kind) in files.iter().zip(kinds) {
        let item = OutboxItem::Notice(PendingNotice::of(user, "it", kind, at));
        let json = serde_json::to_string_pretty(file).unwrap();
        golden(&json, &item, read_item, write_item);
    }
}
