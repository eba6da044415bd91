//! The whole flow over HTTP: task, events, result, pool, followers.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::Value;

use crate::server::{Server, worlds};

/// All events of a task, as (id, event, data), until the stream ends.
async fn events(
    server: &Server,
    key: &str,
    task: &str,
    after: Option<&str>,
) -> Vec<(u64, String, Value)> {
    let mut request = server.get(key, &format!("/api/v1/tasks/{task}/events"));
    if let Some(id) = after {
        request = request.header("Last-Event-ID", id);
    }
    let response = request
        .timeout(Duration::from_secs(30))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let text = response.text().await.unwrap();
    let field = |block: &str, name: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(name));
        line.map(|value| value.trim_start_matches([':', ' ']).to_owned())
    };
    text.split("\n\n")
        .filter_map(|block| {
            let id = field(block, "id")?.parse().ok()?;
            let data = serde_json::from_str(&field(block, "data")?).ok()?;
            Some((id, field(block, "event")?, data))
        })
        .collect()
}

#[tokio::test]
async fn request_task_events_result_and_the_pool() {
    for world in worlds().await {
        let (first, second) = (
            world.account("first@example.com", "1.00"),
            world.account("second@example.com", "1.00"),
        );
        let server = world.serve(None);
        let task = server.task(&first).await;
        let told = events(&server, &first, &task, None).await;
        let states: Vec<String> = told
            .iter()
            .map(|(_, _, data)| format!("{} {}", data["status"], data["progress"]).replace('"', ""))
            .collect();
        assert_eq!(
            states,
            [
                "pending initiated",
                "queued queued",
                "running queued",
                "running fetching",
                "running parsing",
                "running analyzing",
                "running verifying",
                "completed completed",
            ],
            "{}",
            world.name()
        );
        let resumed = events(&server, &first, &task, Some("6")).await;
        assert_eq!(
            resumed.iter().map(|(id, ..)| *id).collect::<Vec<_>>(),
            [7, 8]
        );
        let path = told.last().unwrap().2["analysis_url"]
            .as_str()
            .unwrap()
            .to_owned();
        let analysis = server.json(&first, &path).await;
        assert_eq!(analysis["method"], "extractive");
        // Without access it does not exist; after paying access it is free.
        let hidden = server.get(&second, &path).send().await.unwrap();
        assert_eq!(hidden.status(), StatusCode::NOT_FOUND);
        let pooled = server.ask(&second).await.unwrap();
        assert_eq!(pooled.status(), StatusCode::OK);
        assert_eq!(pooled.json::<Value>().await.unwrap()["id"], analysis["id"]);
        let charges = server.check_ledger(&second).await;
        assert_eq!(charges, [("filing_access".to_owned(), -100_000)]);
        let charges = server.check_ledger(&first).await;
        assert_eq!(charges.len(), 2);
    }
}

#[tokio::test]
async fn two_at_once_make_one_run_that_one_of_them_pays() {
    for world in worlds().await {
        let keys = [
            world.account("one@example.com", "1.00"),
            world.account("two@example.com", "1.00"),
        ];
        let server = world.serve(None);
        let asked = futures_util::future::join_all(keys.iter().map(|key| server.ask(key))).await;
        for response in asked {
            let status = response.unwrap().status();
            assert!(
                status == StatusCode::ACCEPTED || status == StatusCode::OK,
                "{status}"
            );
        }
        let mut results = Vec::new();
        let mut analyses_paid = 0;
        for key in &keys {
            server.final_tasks(key).await;
            let answer: Value = server.ask(key).await.unwrap().json().await.unwrap();
            results.push(answer["id"].clone());
            let charges = server.check_ledger(key).await;
            analyses_paid += charges
                .iter()
                .filter(|(kind, _)| kind == "analysis")
                .count();
            let access = charges
                .iter()
                .filter(|(kind, _)| kind.starts_with("filing_"));
            assert_eq!(access.count(), 1, "{charges:?}");
        }
        assert_eq!(
            results[0],
            results[1],
            "{}: one run, one result",
            world.name()
        );
        assert_eq!(analyses_paid, 1, "{}", world.name());
    }
}

#[tokio::test]
async fn a_server_told_to_stop_says_goodbye_and_stops_with_a_stream_open() {
    for world in worlds().await {
        let key = world.account("stop@example.com", "1.00");
        let mut server = world.serve_without_worker();
        let task = server.task(&key).await;
        let open = server
            .get(&key, &format!("/api/v1/tasks/{task}/events"))
            .send()
            .await
            .unwrap();
        let begun = Instant::now();
        server.terminate();
        server.wait_for_death().await;
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "{:?}",
            begun.elapsed()
        );
        let told = open.text().await.unwrap();
        assert!(
            told.contains("event: bye") && told.contains("retry:"),
            "{told}"
        );
    }
}

#[tokio::test]
async fn a_worker_of_its_own_takes_up_what_a_server_accepted() {
    for world in worlds().await {
        let key = world.account("apart@example.com", "1.00");
        let server = world.serve_without_worker();
        server.task(&key).await;
        let worker = world.worker();
        let tasks = server.final_tasks(&key).await;
        assert_eq!(tasks[0]["status"], "completed", "{}", world.name());
        drop(worker);
    }
}
