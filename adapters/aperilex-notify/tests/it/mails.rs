//! Conversations with a mail server.

use std::sync::atomic::Ordering;

use aperilex_notify::{Security, SmtpConfig, SmtpNotifier};
use aperilex_ports::contract::NotifierBench;
use aperilex_ports::{
    Failure, MicroUsd, NoticeKind, NoticeToken, Notifier, NotifyError, Retry, TaskId,
};

use crate::support::notice;
use crate::support::smtp::MailServer;

fn verification() -> NoticeKind {
    NoticeKind::Verification {
        token: NoticeToken::new("one-time".to_owned()),
    }
}

#[tokio::test]
async fn a_mail_has_its_headers_and_plain_words() {
    let server = MailServer::start().await;
    let notice = notice(verification());
    server.notifier().notify(&notice).await.unwrap();
    let mails = server.mails();
    let [mail] = mails.as_slice() else {
        panic!("{mails:?}")
    };
    assert_eq!(mail.from, "noreply@aperilex.example");
    assert_eq!(mail.to, ["jo.doe@example.com"]);
    let (head, body) = mail.data.split_once("\r\n\r\n").unwrap();
    let id = format!("Message-ID: <{}@aperilex.example>", notice.id);
    for line in [
        "From: Aperilex <noreply@aperilex.example>",
        "To: jo.doe@example.com",
        "Subject: Confirm your e-mail address",
        "Auto-Submitted: auto-generated",
        "Date: Thu, 01 Jan 2026 00:00:00 +0000",
        "Content-Type: text/plain; charset=utf-8",
        &id,
    ] {
        assert!(
            head.lines().any(|it| it == line),
            "{line} is not in:\n{head}"
        );
    }
    assert!(
        body.contains("https://app.aperilex.example/verify#token=one-time"),
        "{body}"
    );
}

#[tokio::test]
async fn without_a_place_to_link_to_the_token_itself_is_told() {
    let server = MailServer::start().await;
    let config = SmtpConfig {
        public_url: None,
        ..server.config()
    };
    let notifier = SmtpNotifier::new(&config).unwrap();
    notifier.notify(&notice(verification())).await.unwrap();
    assert!(server.mails()[0].data.contains("\r\none-time\r\n"));
}

#[tokio::test]
async fn words_of_others_stay_words() {
    let server = MailServer::start().await;
    let message = "the source said:\r\n.\r\nMAIL FROM:<x@y.z>\r\n\r\nBcc: all@example.com ü";
    let failure = Failure {
        code: "filing_unusable".to_owned(),
        message: message.to_owned(),
    };
    let task = TaskId::from_uuid(uuid::Uuid::from_u128(9));
    let failed = NoticeKind::Failed { task, failure };
    server.notifier().notify(&notice(failed)).await.unwrap();
    let mails = server.mails();
    assert_eq!(mails.len(), 1, "one mail, whatever is in it");
    assert_eq!(mails[0].to, ["jo.doe@example.com"]);
    let (head, _) = mails[0].data.split_once("\r\n\r\n").unwrap();
    assert!(!head.contains("Bcc"), "{head}");
}

#[tokio::test]
async fn amounts_are_dollars() {
    let server = MailServer::start().await;
    let low = NoticeKind::LowBalance {
        before: MicroUsd::new(1_010_000),
        available: MicroUsd::new(890_000),
        balance: MicroUsd::new(990_000),
    };
    server.notifier().notify(&notice(low)).await.unwrap();
    assert!(server.mails()[0].data.contains("0.890000 USD"));
}

#[tokio::test]
async fn who_signs_in_elsewhere_is_told_where() {
    let server = MailServer::start().await;
    let provider = "works".to_owned();
    let elsewhere = NoticeKind::SignInElsewhere { provider };
    server.notifier().notify(&notice(elsewhere)).await.unwrap();
    let mail = &server.mails()[0].data;
    assert!(
        mail.contains("(works)") && mail.contains("Sign in"),
        "{mail}"
    );
    assert!(!mail.contains("token="), "{mail}");
}

#[tokio::test]
async fn what_the_server_answers_decides_whether_it_is_tried_again() {
    let server = MailServer::start().await;
    for (code, retry) in [
        (550, Retry::Never),
        (553, Retry::Never),
        (421, Retry::Backoff),
        (451, Retry::Backoff),
        (535, Retry::Backoff),
    ] {
        server.answer.store(code, Ordering::Relaxed);
        let refused = server.notifier().notify(&notice(verification())).await;
        let refused = refused.unwrap_err();
        assert_eq!(refused.retry(), retry, "{code}: {refused:?}");
        assert!(!format!("{refused:?}").contains("jo.doe"), "{refused:?}");
    }
}

#[tokio::test]
async fn nothing_is_sent_without_the_protection_that_was_asked_for() {
    let server = MailServer::start().await;
    let config = SmtpConfig {
        security: Security::Starttls,
        ..server.config()
    };
    let notifier = SmtpNotifier::new(&config).unwrap();
    let refused = notifier.notify(&notice(verification())).await.unwrap_err();
    assert!(
        matches!(refused, NotifyError::Unavailable { .. }),
        "{refused:?}"
    );
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn a_server_that_is_away_is_tried_again() {
    let server = MailServer::start().await;
    let config = SmtpConfig {
        port: Some(1),
        ..server.config()
    };
    let notifier = SmtpNotifier::new(&config).unwrap();
    let refused = notifier.notify(&notice(verification())).await.unwrap_err();
    assert_eq!(refused.retry(), Retry::Backoff);
}
