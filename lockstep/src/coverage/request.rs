//! What a request says, rule by rule: its parameters and its body against the operation.
//! What the answer makes of it is judged elsewhere.

use super::answer;
use super::media::MediaType;
use super::recording::{Header, Request, values};
use super::routes::Arguments;
use super::rules::Patterns;
use super::security;
use super::walk::{Finding, Walk};
use crate::model::{Api, ArrayType, Location, Operation, Parameter, Shape, Type};
use percent_encoding::percent_decode_str;
use serde_json::{Number, Value};

/// A request as the contract sees it: what was sent, by place and name.
pub(super) struct Input<'r> {
    arguments: Vec<(&'r str, String)>,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: &'r [Header],
    pub(super) cookies: Vec<(&'r str, &'r str)>,
    body: Sent,
}

/// What is known of a body.
enum Sent {
    Nothing,
    Value(Value),
    /// It was not recorded, it is of another media type, or it cannot be read.
    Other,
}

/// The name of a place, as in the runtime's problems.
pub(super) fn place(location: Location) -> &'static str {
    match location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
        Location::Cookie => "cookie",
    }
}

impl<'r> Input<'r> {
    pub(super) fn new(api: &Api, operation: &Operation, request: &'r Request, path: &Arguments<'r, '_>) -> Self {
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let pairs = values(&request.headers, "cookie").flat_map(|cookies| cookies.split(';'));
        Self {
            arguments: path.iter().map(|(name, text)| (*name, decoded(text))).collect(),
            query: form_urlencoded::parse(request.query().as_bytes())
                .into_owned()
                .collect(),
            headers: &request.headers,
            cookies: pairs.filter_map(|pair| pair.trim().split_once('=')).collect(),
            body: Sent::of(api, operation, request),
        }
    }

    /// Every text of a parameter; none if it was not sent.
    fn texts(&self, parameter: &Parameter) -> Vec<&str> {
        let name = parameter.name.as_str();
        match parameter.location {
            Location::Path => of_name(self.arguments.iter().map(|(key, text)| (*key, text.as_str())), name),
            Location::Query => of_name(self.query.iter().map(|(key, text)| (key.as_str(), text.as_str())), name),
            Location::Header => values(self.headers, name).collect(),
            Location::Cookie => of_name(self.cookies.iter().copied(), name),
        }
    }
}

fn of_name<'t>(pairs: impl Iterator<Item = (&'t str, &'t str)>, name: &str) -> Vec<&'t str> {
    pairs.filter(|(key, _)| *key == name).map(|(_, text)| text).collect()
}

impl Sent {
    fn of(api: &Api, operation: &Operation, request: &Request) -> Self {
        let (Some(body), Some(bytes)) = (&operation.body, request.body()) else {
            return Self::Other;
        };
        if bytes.is_empty() {
            return Self::Nothing;
        }
        if !request.media_type().is(&body.media_type) {
            return Self::Other;
        }
        body_value(api, &body.ty, &body.media_type, bytes).map_or(Self::Other, Self::Value)
    }
}

/// The value of a body: what JSON says, or a text; nothing of bytes, and of what cannot be read.
pub(super) fn body_value(api: &Api, ty: &Type, media_type: &str, bytes: &[u8]) -> Option<Value> {
    if MediaType::parse(media_type).is_json() {
        return serde_json::from_slice(bytes).ok();
    }
    match resolved(api, ty) {
        Type::Bytes => None,
        _ => std::str::from_utf8(bytes).ok().map(Value::from),
    }
}

/// Tells of every rule of an operation's requests, with the name of its place; and whether a request keeps it.
pub(super) fn visit<'a>(
    api: &'a Api,
    patterns: &Patterns<'a>,
    operation: &'a Operation,
    input: Option<&Input<'_>>,
    found: &mut dyn FnMut(&'static str, Finding<'_>),
) {
    for parameter in &operation.parameters {
        let place = place(parameter.location);
        visit_parameter(api, patterns, parameter, input, &mut |finding| found(place, finding));
    }
    visit_query(api, patterns, operation, input, &mut |finding| found("query", finding));
    let Some(body) = &operation.body else { return };
    let mut found = |finding: Finding<'_>| found("body", finding);
    let mut walk = Walk::new(api, patterns, &mut found);
    if !MediaType::parse(&body.media_type).is_json() {
        walk = walk.textual();
    }
    let present = input.map(|input| !matches!(input.body, Sent::Nothing));
    if body.required {
        walk.tell("required", present);
    }
    match input.map(|input| &input.body) {
        None => walk.ty(&body.ty, None),
        Some(Sent::Value(value)) => walk.ty(&body.ty, Some(value)),
        Some(Sent::Nothing | Sent::Other) => {}
    }
}

/// Tells whether there are parameters in the query that the operation does not have. Generated servers refuse those,
/// but where 422 is not documented.
fn visit_query<'a>(
    api: &'a Api,
    patterns: &Patterns<'a>,
    operation: &'a Operation,
    input: Option<&Input<'_>>,
    found: &mut dyn FnMut(Finding<'_>),
) {
    if answer::documented(operation, 422).is_none() {
        return;
    }
    let parameters = operation.parameters.iter();
    let parameters = parameters.filter(|parameter| parameter.location == Location::Query);
    let known: Vec<_> = parameters.map(|parameter| parameter.name.as_str()).collect();
    let is_other = |name: &str| !known.contains(&name) && !security::is_in_query(api, name);
    let query = input.map(|input| {
        input
            .query
            .iter()
            .map(|(name, text)| (name.clone(), text.clone().into()))
            .collect()
    });
    Walk::new(api, patterns, found).closed(query.map(Value::Object).as_ref(), &is_other);
}

fn visit_parameter<'a>(
    api: &'a Api,
    patterns: &Patterns<'a>,
    parameter: &'a Parameter,
    input: Option<&Input<'_>>,
    found: &mut dyn FnMut(Finding<'_>),
) {
    let in_path = parameter.location == Location::Path;
    // A path with an empty segment is another path.
    let mut found = |finding: Finding<'_>| {
        if !(in_path && finding.keyword == "required") {
            found(finding);
        }
    };
    let texts = input.map(|input| input.texts(parameter));
    let value = texts.as_ref().map(|texts| parameter_value(api, parameter, texts));
    Walk::new(api, patterns, &mut found)
        .textual()
        .inside(&parameter.name, &parameter.name, |walk| {
            if parameter.required {
                walk.tell("required", value.as_ref().map(Option::is_some));
            }
            match &value {
                None => walk.ty(&parameter.ty, None),
                Some(Some(value)) => walk.ty(&parameter.ty, Some(value)),
                Some(None) => {}
            }
        });
}

/// The value of a parameter, or of a header of an answer; nothing if it was not sent.
fn parameter_value(api: &Api, parameter: &Parameter, texts: &[&str]) -> Option<Value> {
    let first = texts.first()?;
    let Type::Array(array) = resolved(api, &parameter.ty) else {
        return Some(scalar(api, &parameter.ty, first));
    };
    let ArrayType { items, .. } = array.as_ref();
    let texts: Vec<&str> = match parameter.explode {
        true => texts.to_vec(),
        false => first.split(',').collect(),
    };
    Some(texts.into_iter().map(|text| scalar(api, items, text)).collect())
}

/// What a text means where a type is expected; a string if it cannot be read as that.
pub(super) fn scalar(api: &Api, ty: &Type, text: &str) -> Value {
    let read = match resolved(api, ty) {
        Type::Integer(_) | Type::Number(_) => serde_json::from_str::<Number>(text).ok().map(Value::from),
        Type::Boolean => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    read.unwrap_or_else(|| Value::from(text))
}

/// A type with its aliases followed.
fn resolved<'a>(api: &'a Api, ty: &'a Type) -> &'a Type {
    match ty {
        Type::Named(name) => match api.type_def(name).map(|def| &def.shape) {
            Some(Shape::Alias(inner)) => resolved(api, inner),
            _ => ty,
        },
        Type::Nullable(inner) => resolved(api, inner),
        _ => ty,
    }
}
