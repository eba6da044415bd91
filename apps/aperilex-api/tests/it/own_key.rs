//! What a customer's own model key makes, as that customer and as others meet it.

use std::sync::Arc;

use aperilex_core::ports::AnalystProfile;
use aperilex_core::{Actor, Contract, Method, Quality, Tier};
use aperilex_memory::ScriptedAnalyst;
use serde_json::json;

use crate::world::{Answer, World, call, draft};

const UNKNOWN: &str = "00000000-0000-7000-8000-000000000000";

/// Gives the key of an enterprise account that has brought a key of its own, and its model.
async fn customer(world: &World) -> (String, Arc<ScriptedAnalyst>) {
    let key = world.account("customer", Tier::Enterprise, 1_000_000).await;
    let holder = world.engine.authenticate(&key).await.unwrap();
    let account = holder.unwrap().account;
    let contract = Contract {
        byok: true,
        ..Contract::default()
    };
    let signed = world
        .engine
        .set_contract(Actor::Operator, account.id, Some(&contract), "signed");
    signed.await.unwrap();
    let profile = AnalystProfile {
        method: Method::Model,
        quality: Quality::Standard,
        provider: Some("acme".to_owned()),
        prompt_version: "model/1".to_owned(),
    };
    let model = ScriptedAnalyst::new(profile, world.memory.faults.clone());
    let model = Arc::new(model);
    world.memory.own_models.bring(account.id, model.clone());
    (key, model)
}

#[tokio::test]
async fn a_private_analysis_is_read_by_its_account_and_unknown_to_others() {
    let world = World::new().await;
    let (key, model) = customer(&world).await;
    model.answer(Ok(draft()));
    let task = world.request(&key).await.json()["task_id"].clone();
    world.work().await;
    let path = format!("/api/v1/tasks/{}", task.as_str().unwrap());
    let task = world.send(call("GET", path).key(&key)).await.json();
    assert_eq!(task["status"], "completed", "{task}");
    assert_eq!(
        (
            &task["waiver"],
            &task["own_key"],
            &task["analysis_price_usd"]
        ),
        (&json!("own_key"), &json!(true), &json!("0.000000"))
    );
    let id = task["analysis_id"].as_str().unwrap();
    let list = call("GET", "/api/v1/analyses").key(&key);
    let list = world.send(list).await.json();
    assert_eq!(list["items"][0]["private"], true);
    assert_eq!(list["items"][0]["analysis_id"], id);

    // Somebody who has paid for the same filing.
    let other = world.analysed().await;
    assert_ne!(other, id);
    let of = async |id: &str| world.get(&format!("/api/v1/analyses/{id}")).await;
    let alike = |answer: Answer, id: &str| {
        let text = String::from_utf8(answer.bytes).unwrap().replace(id, "ID");
        let request = answer.headers["x-request-id"].to_str().unwrap();
        (answer.status, text.replace(request, "REQUEST"))
    };
    let (private, unknown) = (of(id).await, of(UNKNOWN).await);
    assert_eq!(private.status, 404);
    assert_eq!(alike(private, id), alike(unknown, UNKNOWN));
    let list = world.get("/api/v1/analyses").await.json();
    let ids: Vec<_> = list["items"].as_array().unwrap().iter().collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(
        (&ids[0]["analysis_id"], &ids[0]["private"]),
        (&json!(other), &json!(false))
    );
}
