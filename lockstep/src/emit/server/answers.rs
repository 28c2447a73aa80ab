//! What an operation answers: an enum with one variant per documented status that is no problem, and how each becomes a
//! response. Headers with one possible value are sent without being asked for.

use std::collections::BTreeSet;

use super::Server;
use crate::emit::one_line;
use crate::emit::types::{docs, text_literal};
use crate::model::{Body, Header, Operation, Response, Shape, TextFormat, TextType, Type};
use crate::names;

/// An answer with a body beside one without is no mistake.
const LARGE_VARIANT: &str =
    "#[allow(clippy::large_enum_variant, reason = \"the contract decides how large they are\")]\n";

/// The enum and its `Answer`.
pub(super) fn emit(server: &Server<'_>, operation: &Operation) -> String {
    let name = format!("{}Answer", names::pascal(&operation.id));
    let answers = operation.answers();
    let variants: String = answers
        .map(|(code, response)| declaration(server, code, response))
        .collect();
    let arms: String = operation
        .answers()
        .map(|(code, response)| arm(server, code, response))
        .collect();
    let only = operation.answers().count() == 1;
    let lint = if only { "" } else { LARGE_VARIANT };
    format!(
        "\n/// What `{}` answers.\n#[derive(Clone, Debug)]\n{lint}pub enum {name} {{\n{variants}}}\n\n\
         impl Answer for {name} {{\nfn into_response(self) -> Result<HttpResponse, InternalError> {{\n\
         match self {{\n{arms}}}\n}}\n}}\n",
        operation.id
    )
}

/// The names of the headers that the answers of a tag have, as constants: a name is looked up once, by the compiler.
pub(super) fn header_names(operations: &[&Operation]) -> String {
    let names: BTreeSet<_> = operations
        .iter()
        .flat_map(|operation| operation.answers())
        .flat_map(|(_, response)| &response.headers)
        .map(|header| header.name.to_ascii_lowercase())
        .collect();
    if names.is_empty() {
        return String::new();
    }
    let constant = |name: &String| {
        format!(
            "const {}: HeaderName = HeaderName::from_static({});\n",
            names::screaming(name),
            text_literal(name)
        )
    };
    names.iter().map(constant).collect::<String>() + "\n"
}

/// The types of headers that are fields.
pub(super) fn header_types<'a>(server: &'a Server<'_>, operation: &'a Operation) -> impl Iterator<Item = &'a Type> {
    let headers = operation.answers().flat_map(|(_, response)| &response.headers);
    headers
        .filter(|header| constant(server, header).is_none())
        .map(|header| &header.ty)
}

fn constant<'a>(server: &'a Server<'_>, header: &'a Header) -> Option<&'a str> {
    match server.resolve(&header.ty) {
        Type::Text(TextType {
            constant: Some(constant),
            ..
        }) => Some(constant),
        _ => None,
    }
}

fn declaration(server: &Server<'_>, code: u16, response: &Response) -> String {
    let mut fields = String::new();
    for header in response
        .headers
        .iter()
        .filter(|header| constant(server, header).is_none())
    {
        let ty = server.rust(&header.ty);
        let ty = if header.required { ty } else { format!("Option<{ty}>") };
        fields += &docs(&header_docs(header), "");
        fields += &format!("{}: {ty},\n", field(header));
    }
    if let Some(body) = &response.body {
        fields += &format!("/// The body.\nbody: {},\n", server.rust(&body.ty));
    }
    let fields = if fields.is_empty() {
        fields
    } else {
        format!(" {{\n{fields}}}")
    };
    let docs = docs(&one_line(&format!("{code}: {}", response.docs)), "");
    format!("{docs}{}{fields},\n", names::answer_variant(code))
}

fn header_docs(header: &Header) -> String {
    if header.docs.trim().is_empty() {
        format!("The header `{}`.", header.name)
    } else {
        header.docs.clone()
    }
}

fn field(header: &Header) -> String {
    let name = names::rust_value(&header.name);
    if name == "body" { "body_header".to_owned() } else { name }
}

fn arm(server: &Server<'_>, code: u16, response: &Response) -> String {
    let mut bindings = Vec::new();
    let mut reply = format!("Reply::new({code})");
    for header in &response.headers {
        let name = names::screaming(&header.name.to_ascii_lowercase());
        match constant(server, header) {
            Some(constant) => reply += &fixed(&name, constant),
            None => {
                let field = field(header);
                reply += &sent(server, header, &name, &field);
                bindings.push(field);
            }
        }
    }
    if response.body.is_some() {
        bindings.push("body".to_owned());
    }
    reply += &finish(response.body.as_ref());
    let variant = names::answer_variant(code);
    let bindings = if bindings.is_empty() {
        String::new()
    } else {
        format!(" {{ {} }}", bindings.join(", "))
    };
    format!("Self::{variant}{bindings} => {reply},\n")
}

fn fixed(name: &str, value: &str) -> String {
    // What `HeaderValue::from_static` takes without a panic.
    let is_visible = value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let method = if is_visible { "constant_header" } else { "header" };
    format!(".{method}({name}, {})", text_literal(value))
}

fn sent(server: &Server<'_>, header: &Header, name: &str, field: &str) -> String {
    let shown = match shown(server, &header.ty) {
        "" => None,
        shown => Some(shown),
    };
    match (header.required, shown) {
        (true, shown) => format!(".header({name}, {field}{})", shown.unwrap_or_default()),
        (false, None) => format!(".optional_header({name}, {field})"),
        (false, Some(shown)) => format!(".optional_header({name}, {field}.as_ref().map(|it| it{shown}))"),
    }
}

/// What makes text of a value that is none.
fn shown(server: &Server<'_>, ty: &Type) -> &'static str {
    let secret = |text: &TextType| text.format == TextFormat::Password;
    match server.resolve(ty) {
        Type::Text(text) if text.format == TextFormat::DateTime => {
            ".to_rfc3339_opts(chrono::SecondsFormat::Millis, true)"
        }
        Type::Text(text) if secret(text) => ".expose()",
        Type::Named(name) => match server.api.type_def(name).map(|def| &def.shape) {
            Some(Shape::Alias(Type::Text(text))) if secret(text) => ".expose()",
            _ => ".to_string()",
        },
        ty if server.rust(ty) == "String" => "",
        _ => ".to_string()",
    }
}

fn finish(body: Option<&Body>) -> String {
    let Some(body) = body else {
        return ".empty()".to_owned();
    };
    let media_type = text_literal(&body.media_type);
    match body.ty {
        Type::Bytes => format!(".bytes({media_type}, body)"),
        Type::Text(_) => format!(".bytes({media_type}, body.to_string().into_bytes())"),
        _ => format!(".json({media_type}, &body)"),
    }
}
