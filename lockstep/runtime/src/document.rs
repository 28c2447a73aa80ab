//! What the attributes of utoipa cannot say about a contract, said by functions on the document.
//! Only generated documents use it.

use utoipa::openapi::path::Operation;
use utoipa::openapi::{AllOfBuilder, Content, OpenApi, Ref, RefOr, Required, Schema};

/// Sets the default of a parameter of an operation.
pub fn set_parameter_default(document: &mut OpenApi, operation: &str, parameter: &str, default: serde_json::Value) {
    let operation = find(document, operation);
    let parameters = operation.and_then(|it| it.parameters.as_mut()).into_iter().flatten();
    let found = parameters.filter_map(|it| match it {
        RefOr::T(found) if found.name == parameter => Some(found),
        _ => None,
    });
    for found in found {
        match &mut found.schema {
            Some(RefOr::T(Schema::Object(schema))) => schema.default = Some(default.clone()),
            Some(RefOr::T(Schema::Array(schema))) => schema.default = Some(default.clone()),
            Some(schema) => {
                // utoipa has no siblings of `$ref` but a description.
                if let Some(named) = named(schema) {
                    let named = AllOfBuilder::new().item(named.clone()).default(Some(default.clone()));
                    found.schema = Some(named.into());
                }
            }
            None => {}
        }
    }
}

/// The named type of a parameter. An optional one is to utoipa one that may also be null.
fn named(schema: &RefOr<Schema>) -> Option<&Ref> {
    match schema {
        RefOr::Ref(named) => Some(named),
        RefOr::T(Schema::OneOf(alternatives)) => alternatives.items.iter().find_map(|one| match one {
            RefOr::Ref(named) => Some(named),
            RefOr::T(_) => None,
        }),
        RefOr::T(_) => None,
    }
}

/// Says that an operation needs no body. To utoipa that would mean that the body can be null.
pub fn set_body_optional(document: &mut OpenApi, operation: &str) {
    if let Some(RefOr::T(body)) = find(document, operation).and_then(|it| it.request_body.as_mut()) {
        body.required = Some(Required::False);
    }
}

/// Adds rules to the schema of a request body, for a type such as `Vec<T>` does not carry them.
pub fn set_body_rules(document: &mut OpenApi, operation: &str, rules: serde_json::Value) {
    if let Some(RefOr::T(body)) = find(document, operation).and_then(|it| it.request_body.as_mut()) {
        set_rules(body.content.values_mut(), &rules);
    }
}

/// Adds rules to the schema of an answer, like [`set_body_rules`].
pub fn set_answer_rules(document: &mut OpenApi, operation: &str, status: &str, rules: serde_json::Value) {
    let answers = find(document, operation).map(|it| &mut it.responses.responses);
    if let Some(RefOr::T(answer)) = answers.and_then(|it| it.get_mut(status)) {
        set_rules(answer.content.values_mut(), &rules);
    }
}

/// Adds rules to the schema of a parameter, like [`set_body_rules`].
pub fn set_parameter_rules(document: &mut OpenApi, operation: &str, parameter: &str, rules: serde_json::Value) {
    let operation = find(document, operation);
    let parameters = operation.and_then(|it| it.parameters.as_mut()).into_iter().flatten();
    for found in parameters {
        if let RefOr::T(found) = found
            && found.name == parameter
            && let Some(RefOr::T(schema)) = &mut found.schema
        {
            add(schema, &rules);
        }
    }
}

fn set_rules<'c>(contents: impl Iterator<Item = &'c mut RefOr<Content>>, rules: &serde_json::Value) {
    for content in contents {
        if let RefOr::T(content) = content
            && let Some(RefOr::T(schema)) = &mut content.schema
        {
            add(schema, rules);
        }
    }
}

/// Merges rules into a schema. utoipa has no builder from what is there, so it goes through JSON.
fn add(schema: &mut Schema, rules: &serde_json::Value) {
    let Ok(mut json) = serde_json::to_value(&*schema) else {
        return;
    };
    merge(&mut json, rules);
    if let Ok(merged) = serde_json::from_value(json) {
        *schema = merged;
    }
}

pub(crate) fn merge(into: &mut serde_json::Value, from: &serde_json::Value) {
    match (into, from) {
        (serde_json::Value::Object(into), serde_json::Value::Object(from)) => {
            for (name, value) in from {
                merge(into.entry(name.as_str()).or_insert(serde_json::Value::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}

fn find<'d>(document: &'d mut OpenApi, operation: &str) -> Option<&'d mut Operation> {
    let items = document.paths.paths.values_mut();
    let operations = items.flat_map(|item| {
        [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
            &mut item.options,
            &mut item.head,
            &mut item.patch,
            &mut item.trace,
        ]
    });
    operations
        .flatten()
        .find(|it| it.operation_id.as_deref() == Some(operation))
}
