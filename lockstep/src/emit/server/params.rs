//! The parameters of an operation as a struct, and how it is read from a request.
//! Every parameter is read before the first is missed, so that all violations are found.

use super::Server;
use crate::emit::types::{array_rules, default_expression, docs, scalar_rules, text_literal};
use crate::model::{Location, Operation, Parameter, Shape, TextFormat, Type};
use crate::names;

/// The struct, or nothing where there are no parameters.
pub(super) fn emit(server: &Server<'_>, operation: &Operation) -> String {
    if operation.parameters.is_empty() {
        return String::new();
    }
    let name = format!("{}Params", names::pascal(&operation.id));
    let (mut fields, mut reads, mut values) = (String::new(), String::new(), Vec::new());
    for parameter in &operation.parameters {
        let field = field(operation, parameter);
        let missed = if is_missed(server, parameter) { "?" } else { "" };
        fields += &field_docs(parameter);
        fields += &format!("pub {field}: {},\n", field_type(server, parameter));
        reads += &format!("let {field} = {};\n", read(server, parameter));
        values.push(if missed.is_empty() {
            field
        } else {
            format!("{field}: {field}?")
        });
    }
    format!(
        "\n/// The parameters of `{}`.\n#[derive(Clone, Debug)]\npub struct {name} {{\n{fields}}}\n\n\
         impl {name} {{\npub(super) fn read(input: &mut Input<'_>) -> Option<Self> {{\n{reads}Some(Self {{ {} }})\n}}\n}}\n",
        operation.id,
        values.join(", "),
    )
}

/// The field of a parameter, told apart by its location where two have one name.
fn field(operation: &Operation, parameter: &Parameter) -> String {
    let name = names::snake(&parameter.name);
    let namesakes = operation
        .parameters
        .iter()
        .filter(|other| names::snake(&other.name) == name)
        .count();
    let name = names::rust_value(&parameter.name);
    if namesakes == 1 {
        name
    } else {
        format!("{}_{}", name.trim_start_matches("r#"), location(parameter))
    }
}

fn location(parameter: &Parameter) -> &'static str {
    match parameter.location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
        Location::Cookie => "cookie",
    }
}

fn field_docs(parameter: &Parameter) -> String {
    match parameter.docs.trim() {
        "" => docs(
            &format!("The {} parameter `{}`.", location(parameter), parameter.name),
            "",
        ),
        text => docs(text, ""),
    }
}

/// The default as an expression, where its type can be written so: a constrained scalar is made by reading only.
fn default(server: &Server<'_>, parameter: &Parameter) -> Option<String> {
    let expression = default_expression(server.api, &parameter.ty, parameter.default.as_deref()?, false)?;
    let item = match server.resolve(&parameter.ty) {
        Type::Array(array) => server.resolve(&array.items),
        one => one,
    };
    let Type::Named(name) = item else {
        return Some(expression);
    };
    let is_enum = matches!(server.api.type_def(name).map(|def| &def.shape), Some(Shape::Enum(_)));
    is_enum.then(|| expression.replace(&format!("{name}::"), &format!("{}::", server.rust(item))))
}

fn is_list(server: &Server<'_>, parameter: &Parameter) -> bool {
    matches!(server.resolve(&parameter.ty), Type::Array(_))
}

/// Whether there are no parameters without its value.
fn is_missed(server: &Server<'_>, parameter: &Parameter) -> bool {
    parameter.required || (parameter.default.is_some() && default(server, parameter).is_none())
}

fn field_type(server: &Server<'_>, parameter: &Parameter) -> String {
    let ty = server.rust(&parameter.ty);
    let always = parameter.required || parameter.default.is_some() || is_list(server, parameter);
    if always { ty } else { format!("Option<{ty}>") }
}

/// The expression that reads a parameter.
fn read(server: &Server<'_>, parameter: &Parameter) -> String {
    let default = default(server, parameter);
    let mut slot = format!("input.{}({})", location(parameter), text_literal(&parameter.name));
    if let (Some(json), None) = (&parameter.default, &default) {
        slot += &format!(".or({})", text_literal(&as_text(json)));
    }
    let required = is_missed(server, parameter);
    let read = match server.resolve(&parameter.ty) {
        Type::Array(array) => {
            let list = if required { "required_list" } else { "list" };
            let rule = rule(server, &array.items);
            format!("{slot}.{list}(&{}, {}, &{rule})", array_rules(array), parameter.explode)
        }
        _ => {
            let one = if required { "required" } else { "optional" };
            format!("{slot}.{one}(&{})", rule(server, &parameter.ty))
        }
    };
    match default {
        Some(value) if value.ends_with("::new()") => format!("{read}.unwrap_or_default()"),
        Some(value) if value.contains(['(', '!']) => format!("{read}.unwrap_or_else(|| {value})"),
        Some(value) => format!("{read}.unwrap_or({value})"),
        None if is_list(server, parameter) && !required => format!("{read}.unwrap_or_default()"),
        None => read,
    }
}

/// A JSON value as a parameter writes it.
fn as_text(json: &str) -> String {
    serde_json::from_str::<String>(json).unwrap_or_else(|_| json.to_owned())
}

/// The rule of a scalar as an expression over the runtime.
fn rule(server: &Server<'_>, ty: &Type) -> String {
    match server.resolve(ty) {
        named @ Type::Named(_) => format!("runtime::Named::<{}>::new()", server.rust(named)),
        Type::Boolean => "runtime::Boolean".to_owned(),
        Type::Text(text) if text.format == TextFormat::Uuid => "runtime::Uuid".to_owned(),
        Type::Text(text) if text.format == TextFormat::DateTime => "runtime::Timestamp".to_owned(),
        Type::Text(text) if text.format == TextFormat::Date => "runtime::Date".to_owned(),
        scalar => scalar_rules(scalar).unwrap_or_else(|| "runtime::Text::new()".to_owned()),
    }
}

/// Whether a type has a schema of its own in the document by utoipa, with its rules in it.
pub(super) fn is_component(server: &Server<'_>, ty: &Type) -> bool {
    match server.resolve(ty) {
        Type::Named(name) => !matches!(
            server.api.type_def(name).map(|def| &def.shape),
            Some(Shape::Problem) | None
        ),
        _ => false,
    }
}
