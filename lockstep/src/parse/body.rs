//! Request bodies and answers: media types, their schemas and statuses.

use super::Context;
use crate::model::{Body, Response, Shape, Status, Type};
use crate::names;
use crate::source::{Entry, Node, Place};

const RESPONSE: [&str; 3] = ["description", "headers", "content"];

/// Media types that are known and cannot be done: a test, the code and the hint.
const UNSUPPORTED: [(&str, &str, &str); 4] = [
    (
        "multipart/",
        "unsupported-multipart",
        "Send JSON, or one file as application/octet-stream.",
    ),
    ("application/x-www-form-urlencoded", "unsupported-form", "Send JSON."),
    ("application/xml", "unsupported-xml", "Send JSON."),
    ("text/xml", "unsupported-xml", "Send JSON."),
];

/// What kind of content a media type stands for.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Json,
    Text,
    Bytes,
}

impl<'d> Context<'d> {
    /// The request body of an operation.
    pub(super) fn request_body(&mut self, operation: &'d Node, parent: &str, method: &str) -> Option<Body> {
        let (node, component) = self.component_named(operation.get("requestBody")?)?;
        self.mapping(node, "a request body", &["description", "required", "content"]);
        if ["get", "delete"].contains(&method) {
            let message = format!(
                "a body of a {} request has no meaning (RFC 9110)",
                method.to_uppercase()
            );
            self.error(
                &node.place,
                "unsupported-body",
                message,
                "Use parameters, or the method POST.",
            );
        }
        if node.get("content").is_none() {
            self.error(
                &node.place,
                "missing-keyword",
                "a request body has no `content`",
                "Add `content`.",
            );
        }
        let parent = component.map_or(parent.to_owned(), |component| names::pascal(&component));
        let (media_type, ty) = self.content(node, &format!("{parent}RequestBody"))?;
        if media_type == "application/problem+json" {
            let place = &node.get("content")?.place;
            self.error(
                place,
                "problem-in-request",
                "a problem document is no request",
                "Use application/json.",
            );
        }
        Some(Body {
            docs: self.docs(node, "description"),
            required: self.flag(node, "required"),
            media_type,
            ty,
        })
    }

    /// The answers of an operation, by status.
    pub(super) fn responses(&mut self, operation: &'d Node, parent: &str, place: &Place) -> Vec<Response> {
        if operation.get("responses").is_none() {
            self.error(
                place,
                "missing-keyword",
                "an operation has no `responses`",
                "Add `responses`.",
            );
        }
        let entries = self
            .table(operation, "responses")
            .into_iter()
            .filter(|entry| !entry.key.starts_with("x-"));
        let mut responses: Vec<_> = entries.filter_map(|entry| self.response(entry, parent)).collect();
        responses.sort_by_key(|response| response.status);
        responses
    }

    fn response(&mut self, entry: &'d Entry, parent: &str) -> Option<Response> {
        let status = self.status(entry)?;
        let (node, component) = self.component_named(&entry.value)?;
        self.mapping(node, "a response", &RESPONSE);
        let docs_of = if entry.value.get("description").is_some() {
            &entry.value
        } else {
            node
        };
        let docs = self
            .required_text(docs_of, "description", "a response")
            .unwrap_or_default()
            .trim_end()
            .to_owned();
        let name = match component {
            Some(component) => format!("{}Response", names::pascal(&component)),
            None => format!("{parent}Response{}", names::pascal(&entry.key)),
        };
        let headers = self.headers(node, &name);
        let content = self.content(node, &name);
        if let (Status::Exact(204 | 205 | 304), Some(_)) = (status, &content) {
            let message = format!("an answer with status {} has no body (RFC 9110)", entry.key);
            self.error(&entry.key_place, "unexpected-body", message, "Remove `content`.");
        }
        let body = content.map(|(media_type, ty)| Body {
            docs: docs.clone(),
            required: true,
            media_type,
            ty,
        });
        Some(Response {
            status,
            docs,
            headers,
            body,
        })
    }

    fn status(&mut self, entry: &Entry) -> Option<Status> {
        match entry.key.as_str() {
            "default" => return Some(Status::Default),
            "4XX" => return Some(Status::Class(4)),
            "5XX" => return Some(Status::Class(5)),
            "1XX" | "2XX" | "3XX" => {
                let message = format!("`{}` leaves open which status is sent", entry.key);
                self.error(
                    &entry.key_place,
                    "unsupported-status",
                    message,
                    "Name each status below 400.",
                );
                return None;
            }
            _ => {}
        }
        let status = entry.key.parse().ok().filter(|status| (200..600).contains(status));
        if status.is_none() {
            let message = format!("`{}` is no status of an answer", entry.key);
            self.error(
                &entry.key_place,
                "unsupported-status",
                message,
                "Use 200 to 599, 4XX, 5XX or default.",
            );
        }
        status.map(Status::Exact)
    }

    /// The only media type of a `content` and its type; nothing if there is no content.
    fn content(&mut self, holder: &'d Node, name: &str) -> Option<(String, Type)> {
        let entries = self.table(holder, "content");
        let first = entries.first()?;
        if let Some(second) = entries.get(1) {
            let hint = "Keep one; several operations can share a schema.";
            self.error(
                &second.key_place,
                "several-media-types",
                "several media types in one body are not supported",
                hint,
            );
        }
        let kinds: Vec<_> = entries.iter().map(|entry| self.kind(entry)).collect();
        let kind = kinds.into_iter().next().flatten()?;
        self.mapping(&first.value, "a media type", &["schema", "example", "examples"]);
        let schema = first.value.get("schema");
        let ty = match (kind, schema) {
            (Kind::Json, Some(schema)) => {
                let ty = self.json(schema, name)?;
                let docs = self.docs(holder, "description");
                self.describe(schema, &ty, &docs, None);
                ty
            }
            (Kind::Json, None) => {
                self.error(
                    &first.value.place,
                    "missing-keyword",
                    "JSON content has no `schema`",
                    "Add `schema`.",
                );
                return None;
            }
            (Kind::Text, Some(schema)) => self.text_body(schema, name)?,
            (Kind::Text, None) => Type::Text(Default::default()),
            (Kind::Bytes, schema) => self.bytes(schema)?,
        };
        Some((first.key.clone(), ty))
    }

    fn kind(&mut self, entry: &Entry) -> Option<Kind> {
        let media_type = entry.key.to_ascii_lowercase();
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        match essence {
            "application/json" => return Some(Kind::Json),
            "text/plain" => return Some(Kind::Text),
            "application/octet-stream" => return Some(Kind::Bytes),
            _ if essence.ends_with("+json") => return Some(Kind::Json),
            _ => {}
        }
        let known = UNSUPPORTED.iter().find(|(prefix, ..)| essence.starts_with(prefix));
        let xml = essence
            .ends_with("+xml")
            .then_some(&("", "unsupported-xml", "Send JSON."));
        let hint = "Use application/json, something+json, text/plain or application/octet-stream.";
        let other = ("", "unsupported-media-type", hint);
        let (_, code, hint) = known.or(xml).unwrap_or(&other);
        self.error(&entry.key_place, code, format!("`{essence}` is not supported"), *hint);
        None
    }

    /// The named type of a JSON body: what is inline gets a name.
    fn json(&mut self, schema: &'d Node, name: &str) -> Option<Type> {
        let used = self.used(schema, name)?;
        if used.nullable {
            self.error(
                &schema.place,
                "nullable-body",
                "a body cannot be null as a whole",
                "Leave it out, or wrap it in an object.",
            );
        }
        if let Type::Named(_) = used.ty {
            return Some(used.ty);
        }
        let name = self.claim(schema, &names::type_name(name));
        self.insert(schema, name.clone(), Shape::Alias(used.ty));
        Some(Type::Named(name))
    }

    fn text_body(&mut self, schema: &'d Node, name: &str) -> Option<Type> {
        let used = self.used(schema, name)?;
        if let Type::Text(_) = used.ty {
            return Some(used.ty);
        }
        self.error(
            &schema.place,
            "text-body",
            "text/plain contains a string",
            "Write `schema: { type: string }` in place, without a reference.",
        );
        None
    }

    fn bytes(&mut self, schema: Option<&'d Node>) -> Option<Type> {
        let Some(schema) = schema.filter(|schema| !schema.entries().is_empty()) else {
            return Some(Type::Bytes);
        };
        let texts = (
            schema.get("type").and_then(Node::as_str),
            schema.get("format").and_then(Node::as_str),
        );
        if !matches!(texts, (Some("string"), Some("binary") | None)) {
            let hint = "Write `schema: {}`, or in 3.0 `schema: { type: string, format: binary }`.";
            self.error(
                &schema.place,
                "bytes-body",
                "application/octet-stream contains bytes",
                hint,
            );
            return None;
        }
        self.mapping(schema, "a schema of bytes", &["type", "format", "description"]);
        Some(Type::Bytes)
    }
}
