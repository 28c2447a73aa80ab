//! Contracts that can be done: what the model makes of the constructs. The emitters' golden files have tests beside.

use lockstep::model::*;
use std::path::Path;

fn twin(version: &str) -> Api {
    let path = Path::new("tests/twins").join(format!("{version}.yaml"));
    lockstep::parse::parse(&path).unwrap_or_else(|errors| panic!("{}", super::listed(&errors)))
}

fn object<'a>(api: &'a Api, name: &str) -> &'a Object {
    match &api.type_def(name).unwrap_or_else(|| panic!("no type {name}")).shape {
        Shape::Object(object) => object,
        other => panic!("{name} is {other:?}"),
    }
}

fn field<'a>(api: &'a Api, ty: &str, name: &str) -> &'a Field {
    object(api, ty)
        .fields
        .iter()
        .find(|field| field.name == name)
        .unwrap_or_else(|| panic!("no field {ty}.{name}"))
}

fn field_names<'a>(api: &'a Api, ty: &str) -> Vec<&'a str> {
    object(api, ty).fields.iter().map(|field| field.name.as_str()).collect()
}

fn named(name: &str) -> Type {
    Type::Named(name.to_owned())
}

fn operation<'a>(api: &'a Api, id: &str) -> &'a Operation {
    api.operations.iter().find(|operation| operation.id == id).unwrap()
}

#[test]
fn every_accepted_contract_is_read() {
    for path in super::contracts("accepted") {
        let api = lockstep::parse::parse(&path);
        assert!(api.is_ok(), "{}", super::listed(&api.unwrap_err()));
    }
}

#[test]
fn both_versions_have_one_meaning() {
    let (old, new) = (
        super::order::placeless(&twin("v3_0")),
        super::order::placeless(&twin("v3_1")),
    );
    assert!(old == new, "{}", super::diff(&old, &new));
}

#[test]
fn required_fields_come_first_in_their_own_order_then_the_others_by_name() {
    let api = twin("v3_1");
    let expected = [
        "id", "note", "inner", "example", "kind", "number", "parent", "patch", "ratio", "referred",
    ];
    assert_eq!(field_names(&api, "Thing"), expected);
}

#[test]
fn read_only_and_write_only_fields_split_a_type_and_what_contains_it() {
    let api = twin("v3_1");
    let input = field_names(&api, "ThingInput");
    assert!(input.contains(&"secret") && !input.contains(&"id"));
    assert!(!field_names(&api, "Thing").contains(&"secret"));
    assert_eq!(field(&api, "ThingInput", "parent").ty, named("ThingInput"));
    assert_eq!(field(&api, "Thing", "parent").ty, named("Thing"));
    assert_eq!(
        operation(&api, "putThing").body.as_ref().unwrap().ty,
        named("ThingInput")
    );
    let flags = |name: &str| {
        api.type_def(name)
            .map(|def| (def.in_requests, def.in_responses))
            .unwrap()
    };
    assert_eq!(
        (flags("Thing"), flags("ThingInput"), flags("ThingInner")),
        ((false, true), (true, false), (true, true))
    );
}

#[test]
fn null_and_absence_are_kept_apart() {
    let api = twin("v3_0");
    let state = |name: &str| {
        let field = field(&api, "Thing", name);
        (field.required, field.nullable)
    };
    assert_eq!(state("note"), (true, true));
    assert_eq!(state("patch"), (false, true));
    assert_eq!(state("parent"), (false, true));
    assert_eq!(state("example"), (false, false));
}

#[test]
fn exclusive_bounds_of_integers_become_inclusive() {
    let api = twin("v3_1");
    let Type::Integer(rules) = &field(&api, "Thing", "number").ty else {
        panic!("no integer")
    };
    assert_eq!((rules.minimum, rules.maximum), (Some(1), Some(10)));
    let Type::Number(rules) = &field(&api, "Thing", "ratio").ty else {
        panic!("no number")
    };
    assert_eq!(
        (rules.exclusive_minimum, rules.minimum, rules.exclusive_maximum),
        (Some(0.0), None, Some(1.0))
    );
}

#[test]
fn unions_know_their_tags_and_narrow_the_field() {
    let api = twin("v3_1");
    let Shape::Union(union) = &api.type_def("Pet").unwrap().shape else {
        panic!("no union")
    };
    let variants: Vec<_> = union
        .variants
        .iter()
        .map(|one| (one.ty.as_str(), one.tags.join(",")))
        .collect();
    let expected = [("Cat", "cat"), ("Dog", "dog,hound"), ("Fish", "Fish")];
    assert_eq!(variants, expected.map(|(ty, tags)| (ty, tags.to_owned())));
    for (variant, tags) in expected {
        let Type::Named(name) = &field(&api, variant, &union.tag).ty else {
            panic!("no enum")
        };
        let Shape::Enum(values) = &api.type_def(name).unwrap().shape else {
            panic!("no enum")
        };
        assert_eq!(
            values
                .iter()
                .map(|value| value.value.as_str())
                .collect::<Vec<_>>()
                .join(","),
            tags
        );
    }
}

#[test]
fn parts_are_merged_and_keep_the_names_of_what_is_inline_in_them() {
    let api = twin("v3_1");
    assert_eq!(field_names(&api, "Cat"), ["name", "kind", "lives", "mood"]);
    assert_eq!(field(&api, "Cat", "mood").ty, named("AnimalMood"));
    assert_eq!(field(&api, "Dog", "mood").ty, named("AnimalMood"));
}

#[test]
fn references_lead_into_other_files() {
    let api = twin("v3_1");
    assert_eq!(field(&api, "Fish", "water").ty, named("Water"));
    assert!(api.type_def("Pet").unwrap().place.file.ends_with("parts/pets.yaml"));
    assert!(matches!(api.type_def("Problem").unwrap().shape, Shape::Problem));
    assert!(matches!(api.type_def("Violation").unwrap().shape, Shape::Violation));
    assert!(matches!(
        api.type_def("ViolationPlace").unwrap().shape,
        Shape::ViolationPlace
    ));
}

#[test]
fn inline_parts_get_names() {
    let api = twin("v3_1");
    assert_eq!(operation(&api, "getThing").parameters[1].ty, named("GetThingOrder"));
    assert_eq!(
        operation(&api, "sendPets").body.as_ref().unwrap().ty,
        named("SendPetsRequestBody")
    );
    assert_eq!(field(&api, "Thing", "inner").ty, named("ThingInner"));
    assert_eq!(field(&api, "Thing", "kind").ty, named("ThingKind"));
}

#[test]
fn security_is_or_of_and_with_anonymous() {
    let api = twin("v3_1");
    let security = &operation(&api, "getThing").security;
    let alternatives: Vec<Vec<&str>> = security
        .alternatives
        .iter()
        .map(|one| one.schemes.iter().map(|(name, _)| name.as_str()).collect())
        .collect();
    assert_eq!(alternatives, [vec!["bearer", "key"], vec!["session"]]);
    assert!(security.optional);
    assert!(operation(&api, "sendFile").security.alternatives.is_empty());
    assert_eq!(
        api.schemes.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(),
        ["bearer", "key", "session"]
    );
}

#[test]
fn bodies_parameters_and_aliases() {
    let api = twin("v3_0");
    let put = operation(&api, "putThing");
    assert_eq!(put.aliases[0].path, "/old/{thingId}");
    assert_eq!(put.deprecated.as_ref().unwrap().successor.as_deref(), Some("getThing"));
    assert!(!put.body.as_ref().unwrap().required);
    assert_eq!(operation(&api, "sendFile").body.as_ref().unwrap().ty, Type::Bytes);
    let ids = &operation(&api, "getThing").parameters[2];
    assert!(matches!(ids.ty, Type::Array(_)) && !ids.explode);
    let statuses: Vec<_> = operation(&api, "getThing")
        .responses
        .iter()
        .map(|one| one.status)
        .collect();
    assert_eq!(
        statuses,
        [
            Status::Exact(200),
            Status::Exact(304),
            Status::Class(4),
            Status::Class(5)
        ]
    );
}

/// A contract with these schemas, one of which a request contains.
fn with_schemas(name: &str, schemas: &str) -> Api {
    let text = include_str!("../twins/v3_1.yaml");
    let (head, _) = text.split_once("  schemas:\n").unwrap();
    let (head, paths) = head.split_once("paths:\n").unwrap();
    let (_, components) = paths.split_once("components:\n").unwrap();
    let common = std::fs::canonicalize("tests/common.yaml").unwrap();
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("one/two");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::copy(common, directory.join("../common.yaml")).unwrap();
    let path = directory.join(format!("{name}.yaml"));
    std::fs::write(
        &path,
        format!("{head}paths: {{}}\ncomponents:\n{components}  schemas:\n{schemas}"),
    )
    .unwrap();
    lockstep::parse::parse(&path).unwrap_or_else(|errors| panic!("{}", super::listed(&errors)))
}

#[test]
fn one_of_constants_is_an_enum_with_docs() {
    let api = with_schemas(
        "constants",
        "    Size:\n      oneOf:\n        - { const: s, description: Small. }\n        - { const: l, title: Large }\n        - { type: 'null' }\n    \
         Colour: { type: string, enum: [red, blue], x-enum-descriptions: { blue: Like the sky. } }\n    \
         Shirt: { type: object, properties: { size: { $ref: '#/components/schemas/Size' } } }\n",
    );
    let values = |name: &str| match &api.type_def(name).unwrap().shape {
        Shape::Enum(values) => values
            .iter()
            .map(|one| format!("{}: {}", one.value, one.docs))
            .collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(values("Size"), ["s: Small.", "l: Large"]);
    assert_eq!(values("Colour"), ["red: ", "blue: Like the sky."]);
    assert!(field(&api, "Shirt", "size").nullable);
}

#[test]
fn examples_are_split_like_their_types() {
    let api = twin("v3_1");
    let examples = |name: &str| api.type_def(name).unwrap().examples.join("");
    assert!(examples("Thing").contains("\"id\"") && !examples("Thing").contains("secret"));
    assert!(examples("ThingInput").contains("secret") && !examples("ThingInput").contains("\"id\""));
}

#[test]
fn inline_types_have_the_words_around_them_and_aliases_of_arrays_are_used() {
    let api = twin("v3_1");
    assert_eq!(api.type_def("GetThingOrder").unwrap().docs, "The order.");
    assert_eq!(api.type_def("SendPetsRequestBody").unwrap().docs, "The pets.");
    assert!(api.type_def("Ids").unwrap().in_requests);
}

#[test]
fn objects_without_fields_are_maps_or_free() {
    let api = with_schemas(
        "maps",
        "    Free: { type: object }\n    Empty: { type: object, additionalProperties: false }\n    \
         Counts: { type: object, additionalProperties: { type: integer } }\n    Some: { type: object, minProperties: 1 }\n    \
         Open: { type: object, properties: { a: { type: string } }, additionalProperties: true }\n    Anything: {}\n"
            .replace("    Some:", "    AtLeast:")
            .as_str(),
    );
    let alias = |name: &str| match &api.type_def(name).unwrap().shape {
        Shape::Alias(ty) => ty.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(alias("Free"), Type::FreeObject);
    assert_eq!(alias("Anything"), Type::Any);
    assert!(matches!(alias("Counts"), Type::Map(map) if matches!(map.values, Type::Integer(_))));
    assert!(matches!(alias("AtLeast"), Type::Map(map) if map.min_properties == Some(1) && map.values == Type::Any));
    assert_eq!(object(&api, "Empty").additional, Additional::Refused);
    assert_eq!(object(&api, "Open").additional, Additional::Typed(Type::Any));
}

#[test]
fn what_only_stands_for_a_schema_has_its_words_and_its_null() {
    let api = with_schemas(
        "standing",
        "    Maybe: { type: [string, 'null'], description: Perhaps. }\n    Same: { $ref: '#/components/schemas/Maybe' }\n    \
         Holder:\n      type: object\n      properties:\n        direct: { $ref: '#/components/schemas/Maybe' }\n        \
         wrapped: { allOf: [{ $ref: '#/components/schemas/Maybe' }] }\n        \
         other: { $ref: '#/components/schemas/Same', description: Else. }\n",
    );
    for (name, docs) in [("direct", "Perhaps."), ("wrapped", "Perhaps."), ("other", "Else.")] {
        let field = field(&api, "Holder", name);
        assert_eq!(
            (field.nullable, field.docs.as_str(), &field.ty),
            (true, docs, &named("Maybe")),
            "{name}"
        );
    }
}
