//! The request of an operation, as the statements of `send`: URL, headers, cookies, query, body and credentials.
//! What progenitor cannot send, such as cookies, comma-separated lists and other media types, is sent from here.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::security;
use crate::lower;
use crate::model::{Api, Body, Location, Operation, Parameter, Type};
use crate::names;

/// The statements from `let url` to `let response`.
pub(super) fn render(operation: &Operation) -> String {
    let mut text = url(operation);
    text += &headers(operation);
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "let request = client.client.{}(url).headers(headers)",
        operation.method.to_ascii_lowercase()
    );
    for parameter in in_location(operation, Location::Query) {
        let _ = write!(
            text,
            ".query(&QueryParam::new({:?}, {}))",
            parameter.name,
            query_value(parameter)
        );
    }
    text += &match &operation.body {
        Some(body) if body.required => format!("{};", body_call(body)),
        Some(body) => {
            format!(
                "; let request = match body {{ Some(body) => request{}, None => request }};",
                body_call(body)
            )
        }
        None => ";".to_owned(),
    };
    text + &security::call(&operation.security) + "let response = request.send().await?;"
}

/// The docs of the setter of this argument.
pub(super) fn argument_docs(operation: &Operation, argument: &str) -> String {
    let is_meant = |parameter: &&Parameter| {
        let name = lower::argument(parameter);
        argument == name || argument.strip_suffix('_') == Some(&name)
    };
    let Some(parameter) = operation.parameters.iter().find(is_meant) else {
        return String::new();
    };
    let mut docs = parameter.docs.trim().to_owned();
    if let Some(default) = &parameter.default {
        let _ = write!(docs, "\n\nWithout it, the server takes `{default}`.");
    }
    if parameter.deprecated {
        docs += "\n\nDeprecated.";
    }
    docs
}

/// Functions that only some contracts need.
pub(super) fn helpers(api: &Api) -> String {
    let parameters = || api.operations.iter().flat_map(|operation| &operation.parameters);
    let mut text = String::new();
    if parameters().any(|parameter| parameter.location == Location::Path) {
        text += "\n/// A value as one segment of a path.\nfn segment(value: &impl ToString) -> String {\n    \
            encode_path(&value.to_string())\n}\n";
    }
    if parameters().any(is_joined) {
        text += "\n/// A list as one value, its items separated by commas.\nfn joined<T: ToString>(items: &[T]) -> String {\n    \
            items.iter().map(ToString::to_string).collect::<Vec<_>>().join(\",\")\n}\n";
    }
    if parameters().any(|parameter| parameter.location == Location::Cookie) {
        text += "\n/// A cookie, with what its value cannot hold percent-encoded (RFC 6265, 4.1.1).\n\
            fn cookie(name: &str, value: &impl ToString) -> String {\n    \
            let value = encode_path(&value.to_string()).replace(';', \"%3B\").replace(',', \"%2C\").replace('\\\\', \"%5C\");\n    \
            format!(\"{name}={value}\")\n}\n";
    }
    text
}

fn url(operation: &Operation) -> String {
    let mut template = operation.path.clone();
    let mut arguments: Vec<(usize, String)> = Vec::new();
    for parameter in in_location(operation, Location::Path) {
        let placeholder = format!("{{{}}}", parameter.name);
        if let Some(at) = operation.path.find(&placeholder) {
            arguments.push((at, format!("segment(&{})", local(parameter))));
            template = template.replace(&placeholder, "{}");
        }
    }
    arguments.sort();
    let arguments: String = arguments
        .into_iter()
        .map(|(_, argument)| format!(", {argument}"))
        .collect();
    format!(
        "let url = format!({:?}, client.baseurl{arguments});",
        format!("{{}}{template}")
    )
}

fn headers(operation: &Operation) -> String {
    let mut text = "let mut headers = HeaderMap::new();".to_owned();
    let mut constant = |name: &str, value: &str| {
        let _ = write!(text, "headers.insert({name}, HeaderValue::from_static({value:?}));");
    };
    let accepted: BTreeSet<&str> = operation
        .responses
        .iter()
        .filter_map(|response| Some(response.body.as_ref()?.media_type.as_str()))
        .collect();
    if !accepted.is_empty() {
        constant("ACCEPT", &accepted.into_iter().collect::<Vec<_>>().join(", "));
    }
    // reqwest's `json` says `application/json` where nothing else is said.
    if let Some(body) = operation
        .body
        .as_ref()
        .filter(|body| body.media_type != "application/json")
    {
        constant("CONTENT_TYPE", &body.media_type);
    }
    for parameter in in_location(operation, Location::Header) {
        let name = parameter.name.to_ascii_lowercase();
        text += &with_value(parameter, |value, _| {
            format!("headers.insert({name:?}, {value}.to_string().try_into()?);")
        });
    }
    text + &cookies(operation)
}

/// One `Cookie` header for all of them (RFC 6265, 5.4): those that are always there, then the others.
fn cookies(operation: &Operation) -> String {
    let (required, optional): (Vec<_>, Vec<_>) =
        in_location(operation, Location::Cookie).partition(|parameter| parameter.required);
    let written = |parameter: &Parameter, reference: &str| format!("cookie({:?}, {reference})", parameter.name);
    let always: Vec<_> = required
        .iter()
        .map(|parameter| with_value(parameter, |_, reference| written(parameter, reference)))
        .collect();
    let always = always.join(", ");
    let insert = "headers.insert(COOKIE, cookies.join(\"; \").try_into()?);";
    let perhaps: String = optional
        .iter()
        .map(|one| {
            with_value(one, |_, reference| {
                format!("cookies.push({});", written(one, reference))
            })
        })
        .collect();
    match (required.is_empty(), optional.is_empty()) {
        (true, true) => String::new(),
        (false, true) => format!("let cookies = [{always}]; {insert}"),
        (false, false) => format!("let mut cookies = vec![{always}]; {perhaps} {insert}"),
        (true, false) => format!("let mut cookies = Vec::new(); {perhaps} if !cookies.is_empty() {{ {insert} }}"),
    }
}

/// A statement that uses an argument, by value and by reference, if it is there.
fn with_value(parameter: &Parameter, statement: impl Fn(&str, &str) -> String) -> String {
    let name = local(parameter);
    if parameter.required {
        statement(&name, &format!("&{name}"))
    } else {
        format!("if let Some(value) = &{name} {{ {} }}", statement("value", "value"))
    }
}

fn query_value(parameter: &Parameter) -> String {
    let name = local(parameter);
    match (is_joined(parameter), parameter.required) {
        (true, true) => format!("&joined(&{name})"),
        (true, false) => format!("&{name}.as_deref().map(joined)"),
        (false, _) => format!("&{name}"),
    }
}

fn is_joined(parameter: &Parameter) -> bool {
    parameter.location == Location::Query && !parameter.explode && matches!(parameter.ty, Type::Array(_))
}

fn body_call(body: &Body) -> &'static str {
    match &body.ty {
        Type::Text(_) | Type::Bytes => ".body(body)",
        _ => ".json(&body)",
    }
}

fn in_location(operation: &Operation, location: Location) -> impl Iterator<Item = &Parameter> {
    operation
        .parameters
        .iter()
        .filter(move |parameter| parameter.location == location)
}

/// The variable that holds an argument.
fn local(parameter: &Parameter) -> String {
    names::rust_value(&lower::argument(parameter))
}
