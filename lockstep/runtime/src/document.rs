//! What the attributes of utoipa cannot say about a contract, said by functions on the document.
//! Only generated documents use it.

use utoipa::openapi::{OpenApi, RefOr, Schema};

/// Sets the default of a parameter of an operation.
pub fn set_parameter_default(document: &mut OpenApi, operation: &str, parameter: &str, default: serde_json::Value) {
    let items = document.paths.paths.values_mut();
    let operations = items.flat_map(|item| {
        [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
            &mut item.patch,
        ]
    });
    let operation = operations
        .flatten()
        .find(|it| it.operation_id.as_deref() == Some(operation));
    let parameters = operation.and_then(|it| it.parameters.as_mut()).into_iter().flatten();
    for found in parameters {
        let RefOr::T(found) = found else { continue };
        if found.name != parameter {
            continue;
        }
        match &mut found.schema {
            Some(RefOr::T(Schema::Object(schema))) => schema.default = Some(default.clone()),
            Some(RefOr::T(Schema::Array(schema))) => schema.default = Some(default.clone()),
            _ => {}
        }
    }
}
