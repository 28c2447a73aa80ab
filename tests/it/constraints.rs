//! Every rule of every request, from the contract: a value that breaks it is refused with the violation that names it,
//! and one that meets it exactly is taken, kept, and answered as it was sent. `cargo lockstep coverage` counts both.

mod contract;
mod samples;
mod sites;
mod taken;

use lockstep_runtime::Operation;
use serde_json::{Value, json};
use spaces_server::api::OPERATIONS;

use crate::support::Call;
use crate::world::World;
use contract::Contract;
use sites::{Site, sites, with_query};
use taken::Sent;

#[tokio::test]
async fn each_rule_of_each_request_is_enforced_and_named() {
    let contract = Contract::read();
    let mut wrong = Vec::new();
    for operation in OPERATIONS {
        let world = World::new().await;
        for (call, violation) in broken(&contract, operation, &world.call(operation)) {
            let answer = call.clone().send(&world.server).await;
            let refused = match &violation {
                Some(violation) => answer.status == 422 && answer.violations().contains(violation),
                None => answer.status == 400,
            };
            if !refused {
                wrong.push(format!("{} {violation:?}: {call:?}: {answer:?}", operation.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Calls that break one rule each, with the violation; none where there is no body to have one.
fn broken(contract: &Contract, operation: &Operation, call: &Call) -> Vec<(Call, Option<String>)> {
    let mut broken = Vec::new();
    if operation.statuses.contains(&422) {
        let surprise = with_query(call.clone(), "surprise", &["1".to_owned()]);
        broken.push((surprise, Some("query /surprise unknown-parameter".to_owned())));
    }
    for site in sites(contract, operation, call) {
        let (place, pointer) = (site.place, &site.pointer);
        for (keyword, value, code) in samples::broken(contract, &site.schema) {
            if site.can_say(keyword, &value) {
                broken.push((
                    site.put(call.clone(), &value),
                    Some(format!("{place} {pointer} {code}")),
                ));
            }
        }
        if site.required && place != "path" {
            let violation = (!pointer.is_empty()).then(|| format!("{place} {pointer} required"));
            broken.push((site.take(call.clone()), violation));
        }
        if place == "query" && site.schema["type"] != "array" && !site.is_item {
            let twice = with_query(call.clone(), site.name(), &["1".to_owned(), "2".to_owned()]);
            broken.push((twice, Some(format!("query {pointer} duplicate-parameter"))));
        }
        if site.schema["additionalProperties"] == false {
            let mut value = site.sent(call).unwrap();
            value["surprise"] = json!(1);
            broken.push((
                site.put(call.clone(), &value),
                Some(format!("{place} {pointer}/surprise unknown-field")),
            ));
        }
    }
    broken
}

#[tokio::test]
async fn what_meets_a_rule_exactly_is_taken_as_it_is() {
    let contract = Contract::read();
    let mut wrong = Vec::new();
    for operation in OPERATIONS {
        let mut world = World::new().await;
        let call = world.call(operation);
        for site in sites(&contract, operation, &call) {
            for (keyword, value) in samples::kept(&contract, &site.schema) {
                // What changes something succeeds once.
                if operation.method != "GET" {
                    world = World::new().await;
                }
                let value = meaning(&world, &site, keyword, &call).unwrap_or(value);
                let call = site.put(kept(&world, operation), &value);
                let sent = Sent {
                    contract: &contract,
                    operation,
                    site: &site,
                    value: &value,
                };
                if let Err(why) = sent.is_taken(&world.server, call).await {
                    let (place, pointer) = (site.place, &site.pointer);
                    let value: String = value.to_string().chars().take(80).collect();
                    wrong.push(format!("{} {place} {pointer} {keyword} {value}: {why}", operation.id));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A call that succeeds, by somebody who may use every member of the body and read what came of it.
fn kept(world: &World, operation: &Operation) -> Call {
    let call = world.call(operation);
    match operation.id {
        "updateUser" | "submitFeedback" => call.by(&world.root),
        _ => call,
    }
}

/// The value that means something here, where not any will do: an id has to be that of something.
fn meaning(world: &World, site: &Site, keyword: &str, call: &Call) -> Option<Value> {
    match site.name() {
        "If-Match" => (keyword == "minLength").then_some(json!("*")),
        _ if site.schema["format"] != "uuid" => None,
        // Somebody who has nothing to do, so that a filter by them leaves nothing.
        "assigneeId" if site.place == "query" => Some(json!(world.bob.user.user_id)),
        "assigneeId" => Some(json!(world.cyd.user.user_id)),
        "spaceId" | "defaultSpaceId" => Some(json!(world.space_id)),
        _ => site.sent(call),
    }
}
