//! What the attributes of utoipa cannot say about a contract, said by functions on the document.
//! Only generated documents use it.

use utoipa::openapi::path::Operation;
use utoipa::openapi::{AllOfBuilder, OpenApi, RefOr, Required, Schema};

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
            // utoipa has no siblings of `$ref` but a description.
            Some(RefOr::Ref(named)) => {
                let named = AllOfBuilder::new().item(named.clone()).default(Some(default.clone()));
                found.schema = Some(named.into());
            }
            _ => {}
        }
    }
}

/// Says that an operation needs no body. To utoipa that would mean that the body can be null.
pub fn set_body_optional(document: &mut OpenApi, operation: &str) {
    if let Some(RefOr::T(body)) = find(document, operation).and_then(|it| it.request_body.as_mut()) {
        body.required = Some(Required::False);
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
