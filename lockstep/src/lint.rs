//! Findings of style: what a contract can do without, but its readers cannot. Nothing here stops generation.

use crate::conform;
use crate::model::{Api, Field, Operation, Parameter, Shape, TextFormat, Type, TypeDef};
use crate::names;
use crate::source::{Diagnostic, Place};

/// A rule: its code, what to do, and what it finds, as places with messages.
type Rule = (&'static str, &'static str, fn(&Api) -> Vec<(Place, String)>);

const RULES: [Rule; 12] = [
    (
        "schema-description",
        "Say what it is in `description`.",
        schemas_without_description,
    ),
    ("schema-example", "Add `examples`.", schemas_without_example),
    ("schema-unused", "Use it or remove it.", unused_schemas),
    (
        "field-description",
        "Say what it is in `description`.",
        fields_without_description,
    ),
    (
        "field-example",
        "Add `examples`, or a named type that has them.",
        fields_without_example,
    ),
    ("field-name", "Write it in camelCase.", fields_not_camel),
    (
        "request-bounds",
        "Bound what a request can contain.",
        unbounded_requests,
    ),
    ("operation-summary", "Say what it does in `summary`.", |api| {
        without(api, "summary", |one| &one.summary)
    }),
    ("operation-description", "Say how it behaves in `description`.", |api| {
        without(api, "description", |one| &one.docs)
    }),
    ("operation-name", "Write it in camelCase.", operations_not_camel),
    (
        "parameter-description",
        "Say what it is in `description`.",
        parameters_without_description,
    ),
    ("example-mismatch", "Correct the example.", wrong_examples),
];

/// Every finding, sorted by place.
pub fn lint(api: &Api) -> Vec<Diagnostic> {
    let mut findings: Vec<_> = RULES
        .iter()
        .flat_map(|(code, hint, find)| {
            find(api)
                .into_iter()
                .map(|(place, message)| Diagnostic::new(&place, code, message, *hint))
        })
        .collect();
    findings.sort();
    findings.dedup();
    findings
}

fn schemas(api: &Api, wrong: fn(&TypeDef) -> bool, what: &str) -> Vec<(Place, String)> {
    let found = api.types.iter().filter(|def| wrong(def));
    found
        .map(|def| (def.place.clone(), format!("the schema `{}` {what}", def.name)))
        .collect()
}

fn schemas_without_description(api: &Api) -> Vec<(Place, String)> {
    schemas(api, |def| def.docs.is_empty(), "has no description")
}

fn schemas_without_example(api: &Api) -> Vec<(Place, String)> {
    schemas(
        api,
        |def| def.examples.is_empty() && !matches!(def.shape, Shape::Union(_)),
        "has no example",
    )
}

fn unused_schemas(api: &Api) -> Vec<(Place, String)> {
    schemas(api, |def| !def.in_requests && !def.in_responses, "is not used")
}

fn fields(api: &Api, wrong: impl Fn(&Field) -> bool, what: &str) -> Vec<(Place, String)> {
    let objects = api.types.iter().filter_map(|def| match &def.shape {
        Shape::Object(object) => Some((def, object)),
        _ => None,
    });
    let all = objects.flat_map(|(def, object)| object.fields.iter().map(move |field| (def, field)));
    let found = all.filter(|(_, field)| wrong(field));
    found
        .map(|(def, field)| {
            (
                field.place.clone(),
                format!("the field `{}.{}` {what}", def.name, field.name),
            )
        })
        .collect()
}

fn fields_without_description(api: &Api) -> Vec<(Place, String)> {
    fields(api, |field| field.docs.is_empty(), "has no description")
}

fn fields_without_example(api: &Api) -> Vec<(Place, String)> {
    // What consists of named types has their examples.
    let plain = |field: &Field| {
        matches!(
            field.ty,
            Type::Text(_) | Type::Integer(_) | Type::Number(_) | Type::Boolean
        )
    };
    fields(api, |field| field.examples.is_empty() && plain(field), "has no example")
}

fn fields_not_camel(api: &Api) -> Vec<(Place, String)> {
    fields(api, |field| !is_camel(&field.name), "is not in camelCase")
}

fn is_camel(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase()) && name.chars().all(|one| one.is_ascii_alphanumeric())
}

fn unbounded_requests(api: &Api) -> Vec<(Place, String)> {
    let mut found = Vec::new();
    for def in api.types.iter().filter(|def| def.in_requests) {
        match &def.shape {
            Shape::Alias(ty) => {
                found.extend(unbounded(ty).map(|why| (def.place.clone(), format!("`{}` {why}", def.name))))
            }
            Shape::Object(object) => {
                let fields = object
                    .fields
                    .iter()
                    .filter_map(|field| unbounded(&field.ty).map(|why| (field, why)));
                found.extend(
                    fields.map(|(field, why)| (field.place.clone(), format!("`{}.{}` {why}", def.name, field.name))),
                );
            }
            _ => {}
        }
    }
    for parameter in parameters(api) {
        found.extend(
            unbounded(&parameter.ty).map(|why| (parameter.place.clone(), format!("`{}` {why}", parameter.name))),
        );
    }
    found
}

/// Which bound a type lacks.
fn unbounded(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::Text(text) => {
            let free = !matches!(
                text.format,
                TextFormat::Uuid | TextFormat::DateTime | TextFormat::Date | TextFormat::Ipv4 | TextFormat::Ipv6
            );
            // An anchored pattern without repetition bounds the length as well.
            let fixed = text.pattern.as_ref().is_some_and(|pattern| {
                pattern.starts_with('^')
                    && pattern.ends_with('$')
                    && !pattern.contains(['*', '+'])
                    && !pattern.contains(",}")
            });
            (free && text.max_length.is_none() && text.constant.is_none() && !fixed).then_some("has no maxLength")
        }
        Type::Array(array) if array.max_items.is_none() => Some("has no maxItems"),
        Type::Array(array) => unbounded(&array.items),
        Type::Map(map) if map.max_properties.is_none() => Some("has no maxProperties"),
        Type::Map(map) => unbounded(&map.values),
        Type::Nullable(inner) => unbounded(inner),
        _ => None,
    }
}

fn without(api: &Api, what: &str, text: fn(&Operation) -> &String) -> Vec<(Place, String)> {
    let found = api.operations.iter().filter(|operation| text(operation).is_empty());
    found
        .map(|operation| {
            (
                operation.place.clone(),
                format!("the operation `{}` has no {what}", operation.id),
            )
        })
        .collect()
}

fn operations_not_camel(api: &Api) -> Vec<(Place, String)> {
    let found = api
        .operations
        .iter()
        .filter(|operation| operation.id != names::camel(&operation.id) && !is_camel(&operation.id));
    found
        .map(|operation| {
            (
                operation.place.clone(),
                format!("the operation `{}` is not in camelCase", operation.id),
            )
        })
        .collect()
}

fn parameters(api: &Api) -> impl Iterator<Item = &Parameter> {
    api.operations.iter().flat_map(|operation| &operation.parameters)
}

fn parameters_without_description(api: &Api) -> Vec<(Place, String)> {
    let found = parameters(api).filter(|parameter| parameter.docs.is_empty());
    found
        .map(|parameter| {
            (
                parameter.place.clone(),
                format!("the parameter `{}` has no description", parameter.name),
            )
        })
        .collect()
}

fn wrong_examples(api: &Api) -> Vec<(Place, String)> {
    let find = |name: &str| api.type_def(name);
    let mut found = Vec::new();
    let parsed = |text: &String| serde_json::from_str::<serde_json::Value>(text).ok();
    for def in &api.types {
        for why in def
            .examples
            .iter()
            .filter_map(parsed)
            .filter_map(|value| conform::shape_mismatch(&find, &def.shape, &value))
        {
            found.push((
                def.place.clone(),
                format!("an example of `{}` does not fit: it {why}", def.name),
            ));
        }
        let Shape::Object(object) = &def.shape else { continue };
        for field in &object.fields {
            let values = field
                .examples
                .iter()
                .filter_map(parsed)
                .filter(|value| !(field.nullable && value.is_null()));
            for why in values.filter_map(|value| conform::mismatch(&find, &field.ty, &value)) {
                found.push((
                    field.place.clone(),
                    format!("an example of `{}.{}` does not fit: it {why}", def.name, field.name),
                ));
            }
        }
    }
    for parameter in parameters(api) {
        let value = parameter.example.as_ref().and_then(parsed);
        if let Some(why) = value.and_then(|value| conform::mismatch(&find, &parameter.ty, &value)) {
            found.push((
                parameter.place.clone(),
                format!("the example of `{}` does not fit: it {why}", parameter.name),
            ));
        }
    }
    found
}
