//! The form that challenge services share.

use aperilex_ports::Challenge;
use aperilex_sign_in::{ChallengeConfig, SiteVerify};
use serde_json::json;
use wiremock::matchers::{body_string, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

async fn service(answer: ResponseTemplate) -> (MockServer, SiteVerify) {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/siteverify"))
        .and(header("content-type", "application/x-www-form-urlencoded"))
        .and(body_string("secret=s%26cret&response=an+answer%3D"))
        .respond_with(answer)
        .mount(&server)
        .await;
    let config: ChallengeConfig = serde_json::from_value(json!({
        "url": format!("{}/siteverify", server.uri()), "secret": "s&cret",
    }))
    .unwrap();
    (server, SiteVerify::new(&config).unwrap())
}

#[tokio::test]
async fn the_service_decides() {
    for (body, passed) in [
        (json!({"success": true, "hostname": "apx.example"}), true),
        (
            json!({"success": false, "error-codes": ["timeout-or-duplicate"]}),
            false,
        ),
    ] {
        let (_server, challenge) = service(ResponseTemplate::new(200).set_body_json(body)).await;
        assert_eq!(challenge.is_passed("an answer=").await.unwrap(), passed);
    }
}

#[tokio::test]
async fn a_service_that_fails_lets_nobody_pass() {
    for answer in [
        ResponseTemplate::new(500),
        ResponseTemplate::new(302).insert_header("location", "https://elsewhere.example/"),
        ResponseTemplate::new(200).set_body_string("yes"),
        ResponseTemplate::new(200).set_body_json(json!({"success": "true"})),
    ] {
        let (server, challenge) = service(answer).await;
        let error = challenge.is_passed("an answer=").await.unwrap_err();
        let mut shown = format!("{error} {challenge:?}");
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            shown.push_str(&inner.to_string());
            cause = inner.source();
        }
        assert!(
            !shown.contains("s&cret") && !shown.contains("s%26cret"),
            "{shown}"
        );
        drop(server);
    }
}
