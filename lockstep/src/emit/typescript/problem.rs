//! The problem document (RFC 9457) as the model would have it: its shape is fixed by `lockstep-runtime`.
//! The parser has checked that the contract's schemas agree; nothing else is decided here.

use crate::model::{
    Additional, Api, ArrayType, EnumValue, Field, IntegerType, Object, Shape, TextFormat, TextType, Type,
};
use crate::source::Place;

/// The problem document.
pub(super) fn problem(api: &Api, place: &Place) -> Object {
    let uri = Type::Text(TextType {
        format: TextFormat::UriReference,
        ..TextType::default()
    });
    let code = Type::Text(TextType {
        pattern: Some("^[a-z][a-z0-9-]*$".to_owned()),
        ..TextType::default()
    });
    let status = Type::Integer(IntegerType {
        is_32_bit: true,
        minimum: Some(400),
        maximum: Some(599),
        multiple_of: None,
    });
    let items = named(api, &Shape::Violation);
    let errors = Type::Array(Box::new(ArrayType {
        items,
        min_items: None,
        max_items: Some(32),
        unique_items: false,
    }));
    object(vec![
        field("type", "The kind of problem, as a URI.", true, uri, place),
        field("title", "The kind of problem, in a few words.", true, text(), place),
        field("status", "The HTTP status.", true, status, place),
        field("detail", "What went wrong this time, for people.", false, text(), place),
        field("code", "The kind of problem, for programs; stable.", true, code, place),
        field(
            "requestId",
            "The id of the request, as in `X-Request-ID` and in the log.",
            true,
            text(),
            place,
        ),
        field("errors", "Every violation, sorted by place.", false, errors, place),
    ])
}

/// An entry of the problem document's `errors`.
pub(super) fn violation(api: &Api, place: &Place) -> Object {
    let pointer = "The place as a JSON Pointer (RFC 6901); for parameters, `/` and the name.";
    object(vec![
        field(
            "in",
            "Where the value was.",
            true,
            named(api, &Shape::ViolationPlace),
            place,
        ),
        field("pointer", pointer, true, text(), place),
        field(
            "code",
            "The rule that was broken, for programs; stable.",
            true,
            text(),
            place,
        ),
        field("detail", "The rule that was broken, for people.", true, text(), place),
    ])
}

/// The places of a violation.
pub(super) fn violation_places() -> [EnumValue; 5] {
    ["path", "query", "header", "cookie", "body"].map(|value| EnumValue {
        value: value.to_owned(),
        docs: String::new(),
    })
}

/// The contract's name for one of the fixed shapes; the parser has checked that a problem document has all of them.
fn named(api: &Api, shape: &Shape) -> Type {
    api.types
        .iter()
        .find(|def| def.shape == *shape)
        .map_or(Type::Any, |def| Type::Named(def.name.clone()))
}

fn text() -> Type {
    Type::Text(TextType::default())
}

fn object(fields: Vec<Field>) -> Object {
    Object {
        fields,
        additional: Additional::Ignored,
    }
}

fn field(name: &str, docs: &str, required: bool, ty: Type, place: &Place) -> Field {
    Field {
        name: name.to_owned(),
        docs: docs.to_owned(),
        examples: Vec::new(),
        deprecated: false,
        required,
        nullable: false,
        ty,
        default: None,
        place: place.clone(),
    }
}
