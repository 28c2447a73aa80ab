//! Parameters, and the headers of answers, which are written like them.

use super::Context;
use super::usage::Used;
use crate::model::{Header, Location, Parameter, Type};
use crate::names;
use crate::source::{Entry, Node};

const PARAMETER: [&str; 11] = [
    "name",
    "in",
    "description",
    "required",
    "deprecated",
    "schema",
    "style",
    "explode",
    "example",
    "examples",
    "content",
];
const HEADER: [&str; 9] = [
    "description",
    "required",
    "deprecated",
    "schema",
    "style",
    "explode",
    "example",
    "examples",
    "content",
];

/// Header parameters that OpenAPI ignores, and who describes them instead.
const RESERVED_HEADERS: [(&str, &str); 3] = [
    ("accept", "The media types of the responses describe it."),
    ("content-type", "The media type of the body describes it."),
    ("authorization", "A security scheme describes it."),
];

impl<'d> Context<'d> {
    /// The parameters of an operation: those of the path item, replaced by its own where they are the same.
    pub(super) fn parameters(
        &mut self,
        item: &'d Node,
        operation: &'d Node,
        parent: &str,
        path: &'d Entry,
    ) -> Vec<Parameter> {
        let shared: Vec<_> = self
            .list(item, "parameters")
            .iter()
            .filter_map(|node| self.parameter(node, parent))
            .collect();
        let mut parameters: Vec<Parameter> = Vec::new();
        for node in self.list(operation, "parameters") {
            let Some(parameter) = self.parameter(node, parent) else {
                continue;
            };
            self.add_parameter(&mut parameters, parameter, node);
        }
        let overridden = |one: &Parameter| parameters.iter().any(|own| same(own, one));
        let mut all: Vec<_> = shared.into_iter().filter(|one| !overridden(one)).collect();
        all.append(&mut parameters);
        let template: Vec<&str> = super::paths::parameters(&path.key).collect();
        let position = |one: &Parameter| match one.location {
            Location::Path => template
                .iter()
                .position(|name| *name == one.name)
                .unwrap_or(template.len()),
            _ => usize::MAX,
        };
        all.sort_by_key(position);
        all
    }

    fn add_parameter(&mut self, parameters: &mut Vec<Parameter>, parameter: Parameter, node: &Node) {
        if parameters.iter().any(|other| same(other, &parameter)) {
            let message = format!("the parameter `{}` is here twice", parameter.name);
            self.error(&node.place, "duplicate-parameter", message, "Remove one of them.");
        } else {
            parameters.push(parameter);
        }
    }

    fn parameter(&mut self, reference: &'d Node, parent: &str) -> Option<Parameter> {
        let (node, component) = self.component_named(reference)?;
        if !self.mapping(node, "a parameter", &PARAMETER) {
            return None;
        }
        let name = self.required_text(node, "name", "a parameter")?;
        let location = self.location(node)?;
        self.check_parameter(node, name, location);
        let own_name = match component {
            Some(component) => format!("{}Parameter", names::pascal(&component)),
            None => format!("{parent}{}", names::pascal(name)),
        };
        let Used {
            ty,
            default,
            docs,
            deprecated,
            examples,
            ..
        } = self.value_schema(node, &own_name, "a parameter")?;
        let example = self.parameter_example(node).or_else(|| examples.into_iter().next());
        let own_docs = if reference.get("description").is_some() {
            reference
        } else {
            node
        };
        let own_docs = self.docs(own_docs, "description");
        let docs = if own_docs.is_empty() { docs } else { own_docs };
        self.describe(node.get("schema")?, &ty, &docs, example.as_deref());
        Some(Parameter {
            name: name.to_owned(),
            location,
            docs,
            required: self.flag(node, "required"),
            deprecated: self.flag(node, "deprecated") || deprecated,
            ty,
            explode: node.get("explode").is_none() || self.flag(node, "explode"),
            default,
            example,
            place: node.place.clone(),
        })
    }

    fn location(&mut self, node: &'d Node) -> Option<Location> {
        Some(match self.required_text(node, "in", "a parameter")? {
            "path" => Location::Path,
            "query" => Location::Query,
            "header" => Location::Header,
            "cookie" => Location::Cookie,
            other => {
                let place = &node.get("in").unwrap_or(node).place;
                let message = format!("there are no parameters in `{other}`");
                self.error(place, "unknown-location", message, "Use path, query, header or cookie.");
                return None;
            }
        })
    }

    fn check_parameter(&mut self, node: &'d Node, name: &str, location: Location) {
        if location == Location::Path && !self.flag(node, "required") {
            self.error(
                &node.place,
                "path-parameter",
                format!("`{name}` is in the path, so it is required"),
                "Add `required: true`.",
            );
        }
        let reserved = RESERVED_HEADERS
            .iter()
            .find(|(reserved, _)| name.eq_ignore_ascii_case(reserved));
        if let (Location::Header, Some((_, hint))) = (location, reserved) {
            let message = format!("OpenAPI ignores a header parameter `{name}`");
            self.error(&node.place, "reserved-header", message, *hint);
        }
        let Some(style) = self.text(node, "style") else { return };
        let place = &node.get("style").unwrap_or(node).place;
        let (expected, other) = match location {
            Location::Path | Location::Header => ("simple", style != "simple"),
            Location::Query | Location::Cookie => ("form", style != "form"),
        };
        if style == "deepObject" {
            let hint = "Give each member a query parameter of its own, such as `createdFrom`.";
            self.error(
                place,
                "unsupported-deep-object",
                "the style deepObject is not supported",
                hint,
            );
        } else if other {
            let message = format!("the style `{style}` is not supported");
            self.error(
                place,
                "unsupported-style",
                message,
                format!("Use `{expected}`, the default."),
            );
        }
    }

    /// What the schema of a parameter or header says.
    fn value_schema(&mut self, node: &'d Node, name: &str, what: &str) -> Option<Used> {
        if let Some(content) = node.get("content") {
            let hint = "Use `schema` with a scalar; send anything bigger in the body.";
            self.error(
                &content.place,
                "unsupported-parameter-content",
                format!("{what} with `content` is not supported"),
                hint,
            );
            return None;
        }
        let Some(schema) = node.get("schema") else {
            self.error(
                &node.place,
                "missing-keyword",
                format!("{what} has no `schema`"),
                "Add `schema`.",
            );
            return None;
        };
        let used = self.used(schema, name)?;
        if used.nullable {
            let message = format!("{what} cannot be null: there is no way to write it");
            self.error(
                &schema.place,
                "nullable-parameter",
                message,
                "Leave it out instead: remove `required`.",
            );
        }
        Some(used)
    }

    /// The JSON text of `example`, or of the first of `examples` by name.
    fn parameter_example(&mut self, node: &'d Node) -> Option<String> {
        if let Some(example) = node.get("example") {
            return Some(example.to_json());
        }
        let first = self.table(node, "examples").into_iter().next()?;
        self.component(&first.value)?.get("value").map(Node::to_json)
    }

    /// The headers of an answer, by name.
    pub(super) fn headers(&mut self, response: &'d Node, parent: &str) -> Vec<Header> {
        let entries = self.table(response, "headers");
        entries
            .into_iter()
            .filter_map(|entry| self.header(entry, parent))
            .collect()
    }

    fn header(&mut self, entry: &'d Entry, parent: &str) -> Option<Header> {
        let (node, component) = self.component_named(&entry.value)?;
        if entry.key.eq_ignore_ascii_case("content-type") {
            let message = "OpenAPI ignores a response header `Content-Type`";
            self.error(
                &entry.key_place,
                "reserved-header",
                message,
                "The media type of the content describes it.",
            );
            return None;
        }
        if !self.mapping(node, "a header", &HEADER) {
            return None;
        }
        let own_name = match component {
            Some(component) => format!("{}Header", names::pascal(&component)),
            None => format!("{parent}{}Header", names::pascal(&entry.key)),
        };
        let used = self.value_schema(node, &own_name, "a header")?;
        self.scalar_places.push((used.ty.clone(), node.place.clone()));
        let docs = self.docs(node, "description");
        Some(Header {
            name: entry.key.clone(),
            docs: if docs.is_empty() { used.docs } else { docs },
            required: self.flag(node, "required"),
            ty: used.ty,
            place: entry.key_place.clone(),
        })
    }
}

fn same(a: &Parameter, b: &Parameter) -> bool {
    let names = match a.location {
        Location::Header => a.name.eq_ignore_ascii_case(&b.name),
        _ => a.name == b.name,
    };
    a.location == b.location && names
}

/// Whether a type can be written as one piece of text, given what named types are.
pub(super) fn is_scalar(ty: &Type) -> bool {
    matches!(ty, Type::Text(_) | Type::Integer(_) | Type::Number(_) | Type::Boolean)
}
