//! Where things are in a contract: operations, responses, parameters, headers, bodies and schemas, each with its JSON
//! Pointer. What can go wrong there is decided by the operators.

use super::edit::escaped;
use serde_json::{Map, Value};

/// The methods that operations have.
const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

/// A value and where it is.
#[derive(Clone, Debug)]
pub(super) struct At<'d, V = Map<String, Value>> {
    /// The place, as a JSON Pointer.
    pub(super) pointer: String,
    /// What is there.
    pub(super) value: &'d V,
}

/// Everything that an operator may change; each thing once, where it is written.
#[derive(Default)]
pub(super) struct Places<'d> {
    pub(super) path_items: Vec<At<'d>>,
    pub(super) operations: Vec<At<'d>>,
    /// Written out, not references: those of operations and the shared ones.
    pub(super) responses: Vec<At<'d>>,
    pub(super) parameters: Vec<At<'d>>,
    pub(super) headers: Vec<At<'d>>,
    /// The media types of a body, of requests and of responses.
    pub(super) contents: Vec<At<'d>>,
    pub(super) schemas: Vec<At<'d>>,
}

impl<'d> At<'d> {
    /// An object that is a member of this one.
    pub(super) fn object(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name)?.as_object()?;
        Some(At {
            pointer: self.member(name),
            value,
        })
    }

    /// The members that are objects.
    pub(super) fn objects(&self) -> impl Iterator<Item = Self> {
        self.value.keys().filter_map(|name| self.object(name))
    }

    /// The objects in an array that is a member of this one.
    pub(super) fn items(&self, name: &str) -> Vec<Self> {
        let items = self.value.get(name).and_then(Value::as_array).into_iter().flatten();
        let items = items.enumerate().filter_map(|(place, item)| {
            Some(At {
                pointer: format!("{}/{place}", self.member(name)),
                value: item.as_object()?,
            })
        });
        items.collect()
    }

    /// Where a member of it is.
    pub(super) fn member(&self, name: &str) -> String {
        format!("{}/{}", self.pointer, escaped(name))
    }

    /// A text that is a member of it.
    pub(super) fn text(&self, name: &str) -> Option<&'d str> {
        self.value.get(name)?.as_str()
    }

    /// Whether this says where something is and not what it is.
    pub(super) fn is_reference(&self) -> bool {
        self.value.contains_key("$ref")
    }
}

impl<'d> Places<'d> {
    /// Everything in a contract, in the order of its names.
    pub(super) fn of(document: &'d Value) -> Self {
        let Some(value) = document.as_object() else {
            return Self::default();
        };
        let root = At {
            pointer: String::new(),
            value,
        };
        let under = |above: &str, name: &str| root.object(above).and_then(|above| above.object(name));
        let shared = |name: &str| -> Vec<At<'d>> {
            let shared = under("components", name);
            shared.iter().flat_map(At::objects).collect()
        };
        let path_items: Vec<_> = root.object("paths").iter().flat_map(At::objects).collect();
        let methods = |item: &At<'d>| METHODS.map(|method| item.object(method));
        let operations: Vec<_> = path_items.iter().flat_map(methods).flatten().collect();
        let of_operations = operations.iter().filter_map(|it| it.object("responses"));
        let mut responses: Vec<_> = of_operations
            .flat_map(|all| all.objects().collect::<Vec<_>>())
            .collect();
        responses.extend(shared("responses"));
        responses.retain(|response| !response.is_reference());
        let inline = operations
            .iter()
            .chain(&path_items)
            .flat_map(|it| it.items("parameters"));
        let mut parameters: Vec<_> = shared("parameters").into_iter().chain(inline).collect();
        parameters.retain(|parameter| !parameter.is_reference());
        let mut headers = shared("headers");
        headers.extend(responses.iter().filter_map(|it| it.object("headers")).flat_map(|all| {
            all.objects()
                .filter(|header| !header.is_reference())
                .collect::<Vec<_>>()
        }));
        let bodies = operations.iter().filter_map(|it| it.object("requestBody"));
        let bodies: Vec<_> = bodies.chain(responses.iter().cloned()).collect();
        let contents: Vec<_> = bodies.iter().filter_map(|body| body.object("content")).collect();
        let media_types = contents
            .iter()
            .flat_map(|content| content.objects().collect::<Vec<_>>());
        let with_schema = media_types
            .chain(parameters.iter().cloned())
            .chain(headers.iter().cloned());
        let roots = with_schema
            .filter_map(|it| it.object("schema"))
            .chain(shared("schemas"));
        let mut schemas = Vec::new();
        roots.for_each(|schema| collect(schema, &mut schemas));
        Self {
            path_items,
            operations,
            responses,
            parameters,
            headers,
            contents,
            schemas,
        }
    }
}

/// A schema and those inside it.
fn collect<'d>(schema: At<'d>, found: &mut Vec<At<'d>>) {
    if let Some(properties) = schema.object("properties") {
        properties.objects().for_each(|property| collect(property, found));
    }
    for inside in ["items", "additionalProperties"] {
        if let Some(inside) = schema.object(inside) {
            collect(inside, found);
        }
    }
    for several in ["allOf", "oneOf", "anyOf"] {
        schema.items(several).into_iter().for_each(|part| collect(part, found));
    }
    if !schema.is_reference() {
        found.push(schema);
    }
}
