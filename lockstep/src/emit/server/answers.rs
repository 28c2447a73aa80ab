//! What an operation answers: an enum with one variant per documented status that is no problem, and how each becomes a
//! response. Headers with one possible value are sent without being asked for.

use super::Server;
use crate::emit::one_line;
use crate::emit::types::{docs, text_literal};
use crate::model::{Body, Header, Operation, Response, Shape, TextFormat, TextType, Type};
use crate::names;

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
    format!(
        "\n/// What `{}` answers.\n#[derive(Clone, Debug)]\npub enum {name} {{\n{variants}}}\n\n\
         impl Answer for {name} {{\nfn into_response(self) -> Result<HttpResponse, InternalError> {{\n\
         match self {{\n{arms}}}\n}}\n}}\n",
        operation.id
    )
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
        let name = text_literal(&header.name.to_ascii_lowercase());
        match constant(server, header) {
            Some(constant) => reply += &format!(".header({name}, {})", text_literal(constant)),
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

/// What makes text of a value whose `Display` is not that of the wire.
fn shown(server: &Server<'_>, ty: &Type) -> &'static str {
    let secret = |text: &TextType| text.format == TextFormat::Password;
    match server.resolve(ty) {
        Type::Text(text) if text.format == TextFormat::DateTime => {
            ".to_rfc3339_opts(chrono::SecondsFormat::Millis, true)"
        }
        Type::Text(text) if secret(text) => ".expose()",
        Type::Named(name) => match server.api.type_def(name).map(|def| &def.shape) {
            Some(Shape::Alias(Type::Text(text))) if secret(text) => ".expose()",
            _ => "",
        },
        _ => "",
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
