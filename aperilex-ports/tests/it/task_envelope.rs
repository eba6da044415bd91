//! The task envelope.

use aperilex_ports::{DecodeEnvelopeError, TaskMessage};
use serde_json::json;

use super::golden;

#[test]
fn version_1_is_read_as_it_was_meant() {
    let message = TaskMessage::decode(&golden("task-envelope/v1.json")).unwrap();
    let read = json!({ "task": message.task, "generation": message.generation });
    let expected: serde_json::Value =
        serde_json::from_slice(&golden("task-envelope/v1.expected.json")).unwrap();
    assert_eq!(read, expected);
}

#[test]
fn the_bytes_written_today_are_those_of_version_1() {
    let bytes = golden("task-envelope/v1.json");
    let message = TaskMessage::decode(&bytes).unwrap();
    let written = String::from_utf8(message.encode()).unwrap();
    assert_eq!(written, String::from_utf8(bytes).unwrap());
    assert_eq!(TaskMessage::decode(written.as_bytes()), Ok(message));
}

#[test]
fn fields_that_came_later_are_passed_over() {
    let bytes = golden("task-envelope/v1.json");
    let mut later: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    later["traced_by"] = json!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    assert_eq!(
        TaskMessage::decode(later.to_string().as_bytes()),
        TaskMessage::decode(&bytes)
    );
}

#[test]
fn a_newer_version_is_told_from_garbage() {
    for version in [2_u64, 77, u64::MAX] {
        let newer = json!({ "schema_version": version, "other": [1] }).to_string();
        let refused = TaskMessage::decode(newer.as_bytes());
        assert_eq!(refused, Err(DecodeEnvelopeError::Newer { version }));
    }
    for garbage in [
        "",
        "null",
        "[]",
        "{}",
        "\u{0}",
        r#"{"schema_version":0}"#,
        r#"{"schema_version":-1}"#,
        r#"{"schema_version":"1"}"#,
        r#"{"schema_version":1}"#,
        r#"{"schema_version":1,"task_id":"x","generation":1}"#,
        r#"{"schema_version":1,"task_id":"019b7d2e-5c00-7a1b-8c2d-3e4f5a6b7c8d","generation":-1}"#,
        r#"{"schema_version":1,"task_id":"019b7d2e-5c00-7a1b-8c2d-3e4f5a6b7c8d""#,
    ] {
        let refused = TaskMessage::decode(garbage.as_bytes());
        assert_eq!(refused, Err(DecodeEnvelopeError::Malformed), "{garbage}");
    }
}

#[test]
fn every_byte_that_is_cut_off_is_noticed() {
    let bytes = golden("task-envelope/v1.json");
    for end in 0..bytes.len() {
        let refused = TaskMessage::decode(&bytes[..end]);
        assert_eq!(refused, Err(DecodeEnvelopeError::Malformed), "cut at {end}");
    }
}
