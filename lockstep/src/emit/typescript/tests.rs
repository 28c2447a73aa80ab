//! What a golden file would not make obvious: escaping, odd names and the corners of TypeScript's type system.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;
use std::sync::Arc;

use super::tsdoc::Comment;
use super::{check, emit};
use crate::model::*;
use crate::source::Place;

fn place() -> Place {
    Place {
        file: Arc::new(PathBuf::from("openapi.yaml")),
        line: 1,
        column: 1,
    }
}

fn text() -> Type {
    Type::Text(TextType::default())
}

fn field(name: &str, required: bool, ty: Type) -> Field {
    Field {
        name: name.to_owned(),
        docs: String::new(),
        examples: Vec::new(),
        deprecated: false,
        required,
        nullable: false,
        ty,
        default: None,
        place: place(),
    }
}

fn def(name: &str, shape: Shape) -> TypeDef {
    TypeDef {
        name: name.to_owned(),
        docs: String::new(),
        examples: Vec::new(),
        deprecated: false,
        default: None,
        in_requests: true,
        in_responses: true,
        shape,
        place: place(),
    }
}

fn object(fields: Vec<Field>, additional: Additional) -> Shape {
    Shape::Object(Object { fields, additional })
}

fn operation(id: &str) -> Operation {
    Operation {
        id: id.to_owned(),
        method: "GET".to_owned(),
        path: "/things".to_owned(),
        aliases: Vec::new(),
        tag: "Things".to_owned(),
        summary: String::new(),
        docs: String::new(),
        deprecated: None,
        security: Security {
            alternatives: Vec::new(),
            optional: false,
        },
        parameters: Vec::new(),
        body: None,
        responses: Vec::new(),
        place: place(),
    }
}

fn response(status: Status) -> Response {
    Response {
        status,
        docs: "What it is.".to_owned(),
        headers: Vec::new(),
        body: None,
    }
}

fn api(types: Vec<TypeDef>, operations: Vec<Operation>) -> Api {
    Api {
        title: "Things".to_owned(),
        version: "1".to_owned(),
        description: String::new(),
        tags: Vec::new(),
        schemes: Vec::new(),
        roles: Vec::new(),
        types,
        operations,
    }
}

/// The artefact of some types, up to its first operation.
fn types(defs: Vec<TypeDef>) -> String {
    let text = emit(&api(defs, Vec::new()), "// header\n");
    let (types, _) = text.split_once("/** What every operation").unwrap();
    types.trim_start_matches("// header").trim().to_owned()
}

#[test]
fn no_prose_ends_a_comment_or_begins_a_tag() {
    let comment = Comment::new("Ends */ here.\n@internal and mail@example.org, @me").render("");
    assert_eq!(
        comment,
        "/**\n * Ends *\\/ here.\n * \\@internal and mail@example.org, \\@me\n */\n"
    );
}

#[test]
fn patterns_and_examples_are_escaped_without_changing_what_they_mean() {
    let pattern = Some("^@[*/]+ @\n$".to_owned());
    let ty = Type::Text(TextType {
        pattern,
        ..TextType::default()
    });
    let example = r#"{"a": "*/ @b"}"#.to_owned();
    let comment = Comment::new("A.")
        .rules(&ty)
        .facts(None, std::slice::from_ref(&example), false)
        .render("");
    let tags = " * @pattern ^@[*\\/]+ \\x40\\n$\n * @example {\"a\": \"*\\/ \\u0040b\"}\n";
    assert_eq!(comment, format!("/**\n * A.\n *\n{tags} */\n"));
    let escaped: serde_json::Value = serde_json::from_str(&super::tsdoc::escape_json(&example)).unwrap();
    assert_eq!(escaped, serde_json::from_str::<serde_json::Value>(&example).unwrap());
}

#[test]
fn a_comment_with_nothing_to_say_is_not_written() {
    assert_eq!(Comment::new("  \n").render("  "), "");
}

#[test]
fn names_that_are_no_identifiers_are_quoted() {
    let fields = vec![
        field("content-type", true, text()),
        field("2fa", false, text()),
        field("class", true, text()),
    ];
    let expected = "export interface Odd {\n  \"content-type\": string;\n  \"2fa\"?: string;\n  class: string;\n}";
    assert_eq!(types(vec![def("Odd", object(fields, Additional::Ignored))]), expected);
}

#[test]
fn values_are_literals_whatever_they_contain() {
    let values = ["a\"b", "c\\d", "e\nf"].map(|value| EnumValue {
        value: value.to_owned(),
        docs: String::new(),
    });
    let text = types(vec![def("Odd", Shape::Enum(values.to_vec()))]);
    assert!(
        text.starts_with(r#"export type Odd = "a\"b" | "c\\d" | "e\nf";"#),
        "{text}"
    );
    assert!(
        text.ends_with(r#"oddValues = ["a\"b", "c\\d", "e\nf"] as const;"#),
        "{text}"
    );
}

#[test]
fn optional_and_nullable_are_two_things() {
    let both = Field {
        nullable: true,
        ..field("both", false, text())
    };
    let any = Field {
        nullable: true,
        ..field("any", true, Type::Any)
    };
    let items = Type::Nullable(Box::new(text()));
    let list = Type::Array(Box::new(ArrayType {
        items,
        min_items: None,
        max_items: None,
        unique_items: false,
    }));
    let text = types(vec![def(
        "N",
        object(vec![both, any, field("list", true, list)], Additional::Ignored),
    )]);
    assert!(
        text.contains("both?: string | null;\n  any: unknown;\n  list: (string | null)[];"),
        "{text}"
    );
}

#[test]
fn named_members_fit_the_index_signature() {
    let integer = Type::Integer(IntegerType::default());
    let fields = vec![field("name", true, text()), field("nick", false, text())];
    let text = types(vec![def("Open", object(fields, Additional::Typed(integer)))]);
    assert!(
        text.contains("  [key: string]: number | string | undefined;\n"),
        "{text}"
    );
    assert!(text.contains("Every other member is `number`."), "{text}");
}

#[test]
fn an_empty_object_does_not_accept_everything() {
    let text = types(vec![
        def("Closed", object(Vec::new(), Additional::Refused)),
        def("Open", object(Vec::new(), Additional::Ignored)),
    ]);
    assert!(
        text.contains("export type Closed = { [key: string]: never };"),
        "{text}"
    );
    assert!(
        text.contains("export type Open = { [key: string]: unknown };"),
        "{text}"
    );
}

#[test]
fn rules_of_items_are_told_at_the_array() {
    let items = Type::Integer(IntegerType {
        minimum: Some(1),
        ..IntegerType::default()
    });
    let list = Type::Array(Box::new(ArrayType {
        items,
        min_items: Some(2),
        max_items: None,
        unique_items: true,
    }));
    let text = types(vec![def("List", Shape::Alias(list))]);
    assert!(
        text.contains(" * @minItems 2\n * @uniqueItems true\n * @items {"),
        "{text}"
    );
    assert!(
        text.contains(r#""type":"integer""#) && text.contains(r#""minimum":1"#),
        "{text}"
    );
}

#[test]
fn classes_and_default_are_statuses_by_name() {
    let mut operation = operation("getThing");
    operation.responses = [Status::Exact(200), Status::Class(4), Status::Default]
        .map(response)
        .to_vec();
    let text = emit(&api(Vec::new(), vec![operation]), "");
    let expected = "  | Answer<200>\n  | Answer<\"4XX\">\n  | Answer<\"default\">\n  | Unexpected;";
    assert!(text.contains(expected), "{text}");
    assert!(
        text.contains("      200: {},\n      \"4XX\": {},\n      default: {},\n"),
        "{text}"
    );
}

#[test]
fn a_schema_with_a_name_of_the_module_is_refused() {
    let types = ["Answer", "GetThingResult", "Thing"].map(|name| def(name, Shape::Alias(text())));
    let refused = check(&api(types.to_vec(), vec![operation("getThing")]));
    assert_eq!(
        refused.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>(),
        ["reserved-type-name"; 2]
    );
}

proptest::proptest! {
    #[test]
    fn no_text_leaves_its_comment(text in "[a*/@ \\\\`\n\r-]{0,24}|.{0,24}") {
        let pattern = Type::Text(TextType { pattern: Some(text.clone()), ..TextType::default() });
        let example = serde_json::Value::from(text.clone()).to_string();
        let comment = Comment::new(&text).rules(&pattern).facts(None, &[example], false).render("");
        proptest::prop_assert!(comment.starts_with("/**") && comment.ends_with("*/\n"));
        proptest::prop_assert_eq!(comment.matches("*/").count(), 1);
        let tags = comment.split_whitespace().filter(|word| word.starts_with('@'));
        proptest::prop_assert_eq!(tags.collect::<Vec<_>>(), ["@pattern", "@example"]);
    }
}
