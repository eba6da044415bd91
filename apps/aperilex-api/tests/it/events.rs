//! Event streams and long polls, over real sockets.

use std::time::{Duration, Instant};

use aperilex_api::ApiSettings;
use aperilex_core::ports::{AnalystError, EventBus};

use crate::socket::Served;
use crate::world::{draft, work};

fn quick() -> ApiSettings {
    ApiSettings {
        heartbeat_s: 1,
        poll_s: 1,
        ..ApiSettings::default()
    }
}

/// The path of a new task of the first account.
async fn task(served: &Served) -> String {
    served.world.memory.analyst.answer(Ok(draft()));
    let accepted = served.world.request(&served.world.key).await;
    accepted.header("location").to_owned()
}

/// Ids and names of the events in a stream, in order.
fn told(stream: &str) -> Vec<(u64, String)> {
    let (mut events, mut id) = (Vec::new(), 0);
    for line in stream.lines() {
        if let Some(value) = line.strip_prefix("id: ") {
            id = value.parse().unwrap();
        } else if let Some(name) = line.strip_prefix("event: ") {
            events.push((id, name.to_owned()));
        }
    }
    events
}

#[tokio::test]
async fn a_stream_tells_every_state_and_ends() {
    let served = Served::new(quick()).await;
    let task = task(&served).await;
    let mut stream = served.get(&format!("{task}/events")).await;
    let head = stream.until("event: pending").await;
    assert!(head.contains("content-type: text/event-stream"), "{head}");
    assert!(
        head.contains("x-accel-buffering: no") && head.contains("retry: "),
        "{head}"
    );
    served.world.work().await;
    let all = stream.until("\r\n0\r\n\r\n").await;
    let events = told(&all);
    let ids: Vec<_> = events.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, (1..=ids.len() as u64).collect::<Vec<_>>(), "{all}");
    assert_eq!(states(&all), ["pending", "queued", "running", "completed"]);
    for progress in ["fetching", "parsing", "analyzing", "verifying", "completed"] {
        assert!(
            all.contains(&format!("\"progress\":\"{progress}\"")),
            "{progress}: {all}"
        );
    }
    assert!(all.contains("\"analysis_url\":\"/api/v1/analyses/"));
}

/// Names of the states in a stream, repetitions left out.
fn states(stream: &str) -> Vec<String> {
    let mut names: Vec<_> = told(stream).into_iter().map(|(_, name)| name).collect();
    names.dedup();
    names
}

#[tokio::test]
async fn a_run_that_is_tried_again() {
    let served = Served::new(quick()).await;
    let analyst = &served.world.memory.analyst;
    analyst.answer(Err(AnalystError::Unavailable {
        source: "away".into(),
    }));
    let task = task(&served).await;
    let mut stream = served.get(&format!("{task}/events")).await;
    served.world.work().await;
    stream.until("event: retrying").await;
    served.world.memory.clock.advance(Duration::from_secs(120));
    served.world.work().await;
    let all = stream.until("\r\n0\r\n\r\n").await;
    let expected = [
        "pending",
        "queued",
        "running",
        "retrying",
        "queued",
        "running",
        "completed",
    ];
    assert_eq!(states(&all), expected);
}

#[tokio::test]
async fn a_run_that_fails() {
    let served = Served::new(quick()).await;
    let analyst = &served.world.memory.analyst;
    let reason = "no items".to_owned();
    analyst.answer(Err(AnalystError::Unsuitable { reason }));
    let task = task(&served).await;
    served.world.work().await;
    let all = served
        .get(&format!("{task}/events"))
        .await
        .until("\r\n0\r\n\r\n")
        .await;
    assert_eq!(states(&all), ["pending", "queued", "running", "failed"]);
    assert!(
        all.contains("\"code\":\"nothing_to_analyse\"") && all.contains("no items"),
        "{all}"
    );
    let me = served.world.get("/api/v1/me").await.json();
    assert_eq!(
        me["balance"]["available_usd"], "4.950000",
        "access alone is paid"
    );
}

#[tokio::test]
async fn a_task_that_is_withdrawn() {
    let served = Served::new(quick()).await;
    let task = task(&served).await;
    let mut stream = served.get(&format!("{task}/events")).await;
    stream.until("event: pending").await;
    let withdrawn = served.world.ask(crate::world::call("DELETE", &task)).await;
    assert_eq!(withdrawn.status, 200);
    served.world.work().await;
    let all = stream.until("\r\n0\r\n\r\n").await;
    assert_eq!(states(&all).last().unwrap(), "cancelled");
}

#[tokio::test]
async fn a_client_resumes_behind_what_it_saw() {
    let served = Served::new(quick()).await;
    let task = task(&served).await;
    served.world.work().await;
    let last = served.world.get(&task).await.json()["last_event"]
        .as_u64()
        .unwrap();
    for seen in 0..last {
        let head = served.head("GET", &format!("{task}/events"));
        let mut stream = served
            .connect(format!("{head}Last-Event-ID: {seen}\r\n\r\n"))
            .await;
        let ids: Vec<_> = told(&stream.until("\r\n0\r\n\r\n").await)
            .iter()
            .map(|e| e.0)
            .collect();
        assert_eq!(ids, (seen + 1..=last).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn b38_an_id_the_task_never_had_resets_the_client() {
    let served = Served::new(quick()).await;
    let task = task(&served).await;
    for id in ["99", "x", "-1", "1.5", "18446744073709551616", "0x1"] {
        let head = served.head("GET", &format!("{task}/events"));
        let mut stream = served
            .connect(format!("{head}Last-Event-ID: {id}\r\n\r\n"))
            .await;
        let text = stream.until("event: reset").await;
        let text = if text.ends_with("}\n\n\r\n") {
            text
        } else {
            stream.until("}\n\n").await
        };
        assert_eq!(told(&text), [(1, "reset".to_owned())], "{text}");
        assert!(text.contains("\"status\":\"pending\"") && text.contains("\"last_event\":1"));
    }
}

#[tokio::test]
async fn b38_a_key_in_the_address_of_a_stream_opens_none() {
    let served = Served::new(quick()).await;
    let task = task(&served).await;
    let key = served.world.key.clone();
    for name in ["token", "access_token", "key", "api_key"] {
        let path = format!("{task}/events?{name}={key}");
        let bare = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        let bare = served.connect(bare).await.until("\r\n\r\n{").await;
        let signed = served.get(&path).await.until("\r\n\r\n{").await;
        for answer in [bare, signed] {
            assert!(answer.starts_with("HTTP/1.1 400 "), "{name}: {answer}");
            assert!(!answer.contains(&key), "{name}: {answer}");
        }
    }
    let world = &served.world;
    let answer = world.get(&format!("{task}/events?token={key}")).await;
    assert_eq!(answer.problem(), "credentials-in-url");
}

#[tokio::test]
async fn silence_is_broken() {
    let served = Served::new(quick()).await;
    let task = task(&served).await;
    let begun = Instant::now();
    let mut stream = served.get(&format!("{task}/events")).await;
    stream.until(":hb\n\n").await;
    assert!(begun.elapsed() >= Duration::from_millis(900));
}

#[tokio::test]
async fn a_lost_wake_up_only_delays() {
    let served = Served::new(quick()).await;
    let task = task(&served).await;
    let mut stream = served.get(&format!("{task}/events")).await;
    stream.until("event: pending").await;
    for n in 1..20 {
        served.world.memory.faults.fail_nth("events.publish", n);
    }
    served.world.work().await;
    stream.until("event: completed").await;
    assert!(!served.world.memory.faults.pending().is_empty() || task.is_empty());
}

#[tokio::test]
async fn a_wake_up_comes_at_once() {
    // With an hour between looks, only the bus can be this fast.
    let slow = ApiSettings {
        poll_s: 3_600,
        ..quick()
    };
    let served = Served::new(slow).await;
    let task = task(&served).await;
    let mut stream = served.get(&format!("{task}/events")).await;
    let mut poll = served.get(&format!("{task}/wait?timeout_s=60")).await;
    stream.until("event: pending").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let (memory, engine) = (served.world.memory.clone(), served.world.engine.clone());
    work(&memory, &engine).await;
    stream.until("event: completed").await;
    assert!(
        poll.until("updated_at")
            .await
            .contains("\"status\":\"completed\"")
    );
}

#[tokio::test]
async fn a_long_poll_ends_in_time_or_with_news() {
    let served = Served::new(quick()).await;
    let task = task(&served).await;
    let begun = Instant::now();
    let mut poll = served.get(&format!("{task}/wait?timeout_s=1")).await;
    assert!(
        poll.until("updated_at")
            .await
            .contains("\"status\":\"pending\"")
    );
    assert!(begun.elapsed() >= Duration::from_millis(900));
    let begun = Instant::now();
    served
        .get(&format!("{task}/wait?timeout_s=60&after=0"))
        .await
        .until("updated_at")
        .await;
    served
        .get(&format!("{task}/wait?timeout_s=0"))
        .await
        .until("updated_at")
        .await;
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn b38_an_account_has_five_streams_and_gets_them_back() {
    let served = Served::new(quick()).await;
    let task = task(&served).await;
    let mut open = Vec::new();
    for _ in 0..5 {
        let mut stream = served.get(&format!("{task}/events")).await;
        stream.until("event: pending").await;
        open.push(stream);
    }
    let mut sixth = served.get(&format!("{task}/events")).await;
    let refused = sixth.until("too-many-streams").await;
    assert!(
        refused.starts_with("HTTP/1.1 429") && refused.contains("retry-after"),
        "{refused}"
    );
    open.pop();
    // The server sees that a client is gone when it next writes: with the next heartbeat or two.
    for _ in 0..50 {
        let mut again = served.get(&format!("{task}/events")).await;
        if again.until("\r\n\r\n").await.starts_with("HTTP/1.1 200") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the place of a closed stream never came back");
}

#[tokio::test]
async fn waiting_leaves_nothing_behind() {
    let served = Served::new(quick()).await;
    let task = task(&served).await;
    served
        .get(&format!("{task}/wait?timeout_s=0"))
        .await
        .until("updated_at")
        .await;
    // Events of tasks that nobody waits for go by.
    let bus: std::sync::Arc<dyn EventBus> = served.world.memory.events.clone();
    let id = task.rsplit('/').next().unwrap().parse().unwrap();
    let events = served.world.engine.task_events(id, 0, 1).await.unwrap();
    bus.publish(&events[0]).await.unwrap();
    assert_eq!(served.world.get(&task).await.status, 200);
}
