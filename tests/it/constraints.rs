//! Every rule of every request, from the contract: a value that breaks it is refused with the violation that names it,
//! and one that meets it exactly is taken, and answered as it was sent. `cargo lockstep coverage` counts both.

mod contract;
mod samples;
mod sites;

use lockstep_runtime::Operation;
use serde_json::{Value, json};
use spaces_server::api::OPERATIONS;

use crate::support::{Answer, Call};
use crate::world::World;
use contract::Contract;
use sites::{Site, sites, with_query};

/// What is taken only where it is the right one, by operation and pointer: its bounds cannot be seen in a success.
const MEANT: [(&str, &str); 12] = [
    // Made by the server.
    ("*", "/cursor"),
    ("*", "/code"),
    ("*", "/refreshToken"),
    // Names an event that is there, or a version.
    ("*", "/eventId"),
    ("*", "/If-Match"),
    // Somebody's.
    ("login", "/email"),
    ("login", "/password"),
    ("changePassword", "/currentPassword"),
    // An action has members of its own.
    ("batchTasks", "/items/0/action"),
    ("batchTasks", "/items/0/assigneeId"),
    // One is in the other.
    ("updateAwsConfig", "/accountId"),
    ("updateAwsConfig", "/roleArn"),
];

/// The codes of violations of what the contract says of a single value.
const RULES: [&str; 13] = [
    "invalid-format",
    "not-allowed",
    "not-unique",
    "out-of-range",
    "pattern-mismatch",
    "required",
    "too-few-items",
    "too-large",
    "too-long",
    "too-many-items",
    "too-short",
    "too-small",
    "wrong-type",
];

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
        let call = World::new().await.call(operation);
        for site in sites(&contract, operation, &call) {
            for (keyword, value) in samples::kept(&contract, &site.schema) {
                let world = World::new().await;
                let value = meaning(&world, &site, keyword, &call).unwrap_or(value);
                let answer = site.put(kept(&world, operation), &value).send(&world.server).await;
                if let Err(why) = taken(&contract, operation, &site, &value, &answer) {
                    wrong.push(format!(
                        "{} {} {} {keyword}: {why}: {answer:?}",
                        operation.id, site.place, site.pointer
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A call that succeeds, by somebody who may use every member of the body.
fn kept(world: &World, operation: &Operation) -> Call {
    let call = world.call(operation);
    match operation.id {
        "updateUser" => call.by(&world.root),
        _ => call,
    }
}

/// The value that means something here, where not any will do: an id has to be that of something.
fn meaning(world: &World, site: &Site, keyword: &str, call: &Call) -> Option<Value> {
    match site.name() {
        "If-Match" => (keyword == "minLength").then_some(json!("*")),
        _ if site.schema["format"] != "uuid" => None,
        "assigneeId" => Some(json!(world.cyd.user.user_id)),
        "spaceId" | "defaultSpaceId" => Some(json!(world.space_id)),
        _ => site.sent(call),
    }
}

/// Whether a value is taken, and answered if the answer has a member of its name.
fn taken(
    contract: &Contract,
    operation: &Operation,
    site: &Site,
    value: &Value,
    answer: &Answer,
) -> Result<(), String> {
    let is_meant = |(id, pointer): &(&str, &str)| *pointer == site.pointer && ["*", operation.id].contains(id);
    if MEANT.iter().any(is_meant) {
        let refused = RULES
            .iter()
            .map(|rule| format!("{} {} {rule}", site.place, site.pointer));
        let violations = if answer.status == 422 {
            answer.violations()
        } else {
            Vec::new()
        };
        let refused: Vec<_> = refused.filter(|violation| violations.contains(violation)).collect();
        return if refused.is_empty() && answer.status < 500 {
            Ok(())
        } else {
            Err("it keeps this rule".to_owned())
        };
    }
    if !(200..300).contains(&answer.status) {
        return Err(format!("{value} is not taken"));
    }
    match site.place {
        "body" if contract.answers(operation.path, operation.method, site.name()) => {
            echoed(site, value, &answer.json())
        }
        "query" if !answer.body.is_empty() => filtered(site, value, &answer.json()),
        _ => Ok(()),
    }
}

/// A member that the answer has, too, has this value there; null is absent.
fn echoed(site: &Site, value: &Value, answer: &Value) -> Result<(), String> {
    let answered = &answer[site.name()];
    let is_top = site.pointer.matches('/').count() == 1;
    // What is answered of a batch are outcomes.
    let is_batch = value.as_array().is_some_and(|items| items.iter().any(Value::is_object));
    if is_top && !is_batch && answered != value {
        return Err(format!("{answered} instead of {value}"));
    }
    Ok(())
}

/// What is listed is what was asked for, as far as it has members of the parameter's name.
fn filtered(site: &Site, value: &Value, answer: &Value) -> Result<(), String> {
    let items = answer["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    let fits = |item: &&Value| match (site.name(), &item[site.name()]) {
        (_, Value::Null) => true,
        ("severity", severity) => severity.as_i64() >= value.as_i64(),
        (_, member) => member == value || value.as_array().is_some_and(|values| values.contains(member)),
    };
    let misfits = items.iter().filter(|item| !fits(item)).count();
    let is_more = site.name() == "limit" && items.len() as i64 > value.as_i64().unwrap_or_default();
    if misfits > 0 || is_more {
        return Err(format!("{value} does not filter"));
    }
    Ok(())
}
