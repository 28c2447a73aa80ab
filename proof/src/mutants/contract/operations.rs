//! What can go wrong in operations: routes, statuses, headers, parameters, bodies and security.

use super::Operator;
use super::edit::Edit;
use super::places::{At, Places};
use serde_json::{Value, json};

pub(super) const OPERATORS: [Operator; 25] = [
    ("operation-removed", |places| {
        each(&places.operations, |it| Some(Edit::remove(&it.pointer)))
    }),
    ("operation-added", |places| each(&places.path_items, operation_added)),
    ("operation-renamed", |places| {
        each(&places.operations, operation_renamed)
    }),
    ("method-swapped", |places| each(&places.operations, method_swapped)),
    ("path-renamed", |places| each(&places.path_items, path_renamed)),
    ("alias-removed", |places| {
        each(&places.operations, |it| {
            it.value.get("x-aliases").map(|_| Edit::remove(it.member("x-aliases")))
        })
    }),
    ("status-removed", |places| {
        statuses(places, |all, status| Some(Edit::remove(all.member(status))))
    }),
    ("status-added", |places| each(&places.operations, status_added)),
    ("status-renamed", |places| statuses(places, status_renamed)),
    ("body-swapped", |places| each(&places.contents, body_swapped)),
    ("body-removed", |places| {
        each(&places.responses, |it| {
            it.value.get("content").map(|_| Edit::remove(it.member("content")))
        })
    }),
    ("media-type-changed", |places| {
        each(&places.contents, media_type_changed)
    }),
    ("request-body-optional", |places| {
        each(&places.operations, request_body_optional)
    }),
    ("header-dropped", |places| {
        headers(places, |all, name| Edit::remove(all.member(name)))
    }),
    ("header-added", |places| each(&places.responses, header_added)),
    ("header-renamed", |places| {
        headers(places, |all, name| Edit::rename(all.member(name), format!("X-{name}")))
    }),
    ("header-required", |places| {
        each(&places.headers, |it| Some(flipped(it, "required")))
    }),
    ("parameter-removed", |places| {
        each(&parameters(places), |it| Some(Edit::remove(&it.pointer)))
    }),
    ("parameter-added", |places| each(&places.operations, parameter_added)),
    ("parameter-renamed", |places| {
        each(&places.parameters, parameter_renamed)
    }),
    ("parameter-required", |places| {
        each(&places.parameters, parameter_required)
    }),
    ("security-dropped", |places| {
        each(&places.operations, |it| {
            (it.value.get("security") != Some(&json!([]))).then(|| Edit::insert(&it.pointer, "security", json!([])))
        })
    }),
    ("security-added", |places| {
        each(&places.operations, |it| {
            (it.value.get("security") == Some(&json!([]))).then(|| Edit::remove(it.member("security")))
        })
    }),
    ("role-added", |places| {
        each(&places.operations, |it| {
            it.value
                .get("security")
                .is_none()
                .then(|| Edit::insert(&it.pointer, "security", json!([{ "bearerAuth": ["admin"] }])))
        })
    }),
    ("role-dropped", |places| {
        each(&places.operations, |it| {
            is_for_admins(it).then(|| Edit::insert(&it.pointer, "security", json!([{ "bearerAuth": [] }])))
        })
    }),
];

/// What happens at each place where it can.
pub(super) fn each(places: &[At<'_>], edit: impl Fn(&At<'_>) -> Option<Edit>) -> Vec<Edit> {
    places.iter().filter_map(edit).collect()
}

/// A boolean that is the other one; absent is false.
pub(super) fn flipped(it: &At<'_>, name: &str) -> Edit {
    let is_set = it.value.get(name).and_then(Value::as_bool).unwrap_or_default();
    Edit::insert(&it.pointer, name, !is_set)
}

/// At every status of every operation.
fn statuses(places: &Places<'_>, edit: impl Fn(&At<'_>, &str) -> Option<Edit>) -> Vec<Edit> {
    let all = places.operations.iter().filter_map(|it| it.object("responses"));
    let edits = all.flat_map(|all| {
        let edits: Vec<_> = all.value.keys().filter_map(|status| edit(&all, status)).collect();
        edits
    });
    edits.collect()
}

/// At every header of every response.
fn headers(places: &Places<'_>, edit: impl Fn(&At<'_>, &str) -> Edit) -> Vec<Edit> {
    let all = places.responses.iter().filter_map(|it| it.object("headers"));
    let edits = all.flat_map(|all| all.value.keys().map(|name| edit(&all, name)).collect::<Vec<_>>());
    edits.collect()
}

/// Every parameter where an operation or a path names it.
fn parameters<'d>(places: &Places<'d>) -> Vec<At<'d>> {
    let all = places.operations.iter().chain(&places.path_items);
    all.flat_map(|it| it.items("parameters")).collect()
}

fn operation_added(item: &At<'_>) -> Option<Edit> {
    let free = ["put", "post", "delete"]
        .into_iter()
        .find(|method| !item.value.contains_key(*method))?;
    let mut copied = item.object("get")?.value.clone();
    let id = copied.get("operationId")?.as_str()?.to_owned();
    copied.insert("operationId".to_owned(), format!("{id}Again").into());
    copied.remove("x-aliases");
    Some(Edit::insert(&item.pointer, free, copied))
}

fn operation_renamed(operation: &At<'_>) -> Option<Edit> {
    let id = operation.text("operationId")?;
    Some(Edit::replace(operation.member("operationId"), format!("{id}Anew")))
}

fn method_swapped(operation: &At<'_>) -> Option<Edit> {
    let (_, method) = operation.pointer.rsplit_once('/')?;
    let other = match method {
        "get" => "delete",
        "put" => "patch",
        "patch" => "put",
        "post" => "put",
        _ => "post",
    };
    Some(Edit::rename(&operation.pointer, other))
}

fn path_renamed(item: &At<'_>) -> Option<Edit> {
    let (_, path) = item.pointer.rsplit_once('/')?;
    let path = path.replace("~1", "/");
    let (before, last) = path.rsplit_once('/')?;
    Some(Edit::rename(&item.pointer, format!("{before}/v2/{last}")))
}

fn status_added(operation: &At<'_>) -> Option<Edit> {
    let all = operation.object("responses")?;
    let errors = [
        ("409", "Conflict"),
        ("412", "PreconditionFailed"),
        ("404", "NotFound"),
        ("403", "Forbidden"),
    ];
    let (status, name) = errors
        .into_iter()
        .find(|(status, _)| !all.value.contains_key(*status))?;
    let reference = json!({ "$ref": format!("#/components/responses/{name}") });
    Some(Edit::insert(&all.pointer, status, reference))
}

fn status_renamed(all: &At<'_>, status: &str) -> Option<Edit> {
    let other = match status {
        "200" => "202",
        "201" => "200",
        "204" => "205",
        "404" => "410",
        "409" => "423",
        _ => return None,
    };
    Some(Edit::rename(all.member(status), other))
}

/// A body is that of a list where it is none, and the other way round.
fn body_swapped(content: &At<'_>) -> Option<Edit> {
    let media_type = content.objects().next()?;
    let reference = media_type.object("schema")?.text("$ref")?;
    let other = if reference.ends_with("/Task") { "Space" } else { "Task" };
    let pointer = format!("{}/schema", media_type.pointer);
    Some(Edit::replace(
        pointer,
        json!({ "$ref": format!("#/components/schemas/{other}") }),
    ))
}

fn media_type_changed(content: &At<'_>) -> Option<Edit> {
    let media_type = content.objects().next()?;
    Some(Edit::rename(media_type.pointer, "application/vnd.spaces+json"))
}

fn request_body_optional(operation: &At<'_>) -> Option<Edit> {
    Some(flipped(&operation.object("requestBody")?, "required"))
}

fn header_added(response: &At<'_>) -> Option<Edit> {
    let header =
        json!({ "required": true, "description": "A count.", "schema": { "type": "integer", "format": "int32" } });
    match response.object("headers") {
        Some(headers) => Some(Edit::insert(headers.pointer, "X-Total-Count", header)),
        None => Some(Edit::insert(
            &response.pointer,
            "headers",
            json!({ "X-Total-Count": header }),
        )),
    }
}

fn parameter_added(operation: &At<'_>) -> Option<Edit> {
    let parameter = json!({
        "name": "fields", "in": "query", "description": "Only these.", "schema": { "type": "string", "maxLength": 100 },
    });
    match operation.value.get("parameters") {
        Some(_) => Some(Edit::insert(operation.member("parameters"), "", parameter)),
        None => Some(Edit::insert(&operation.pointer, "parameters", json!([parameter]))),
    }
}

/// The names in paths are those of the templates, so another one is no contract.
fn parameter_renamed(parameter: &At<'_>) -> Option<Edit> {
    let name = parameter
        .text("name")
        .filter(|_| parameter.text("in") != Some("path"))?;
    Some(Edit::replace(parameter.member("name"), format!("{name}s")))
}

fn parameter_required(parameter: &At<'_>) -> Option<Edit> {
    (parameter.text("in") != Some("path")).then(|| flipped(parameter, "required"))
}

fn is_for_admins(operation: &At<'_>) -> bool {
    let security = operation.value.get("security").map(Value::to_string);
    security.is_some_and(|security| security.contains("admin"))
}
