//! The file of a tag: what people who implement it read. The trait without default bodies, and the parameters, answers
//! and refusals of its operations.

use super::{Server, answer_types, answers, params, refusals, security};
use crate::emit::types::docs;
use crate::model::{Operation, Tag};
use crate::names;

/// The trait of a tag.
pub(super) fn name(tag: &Tag) -> String {
    format!("{}Api", names::pascal(&tag.name))
}

/// The file of a tag.
pub(super) fn emit(server: &Server<'_>, tag: &Tag, operations: &[&Operation]) -> String {
    let mut text = format!("//! The operations of the tag `{}`.\n\n", tag.name);
    let header_names = answers::header_names(operations);
    text += &imports(server, operations, !header_names.is_empty());
    text += &header_names;
    text += &declaration(server, tag, operations);
    for operation in operations {
        text += &params::emit(server, operation);
        text += &answers::emit(server, operation);
    }
    let rows: String = operations
        .iter()
        .map(|operation| refusals::row(operation))
        .collect::<Vec<_>>()
        .join("\n");
    text + &format!("\nrefusals! {{\n{rows}}}\n")
}

fn imports(server: &Server<'_>, operations: &[&Operation], has_header_names: bool) -> String {
    let has_params = operations.iter().any(|operation| !operation.parameters.is_empty());
    let input = if has_params { "Input, " } else { "" };
    let mut text = "use actix_web::HttpResponse;\n".to_owned();
    if has_header_names {
        text += "use actix_web::http::header::HeaderName;\n";
    }
    let values = operations
        .iter()
        .flat_map(|operation| &operation.parameters)
        .map(|parameter| &parameter.ty);
    let headers = operations
        .iter()
        .flat_map(|operation| answers::header_types(server, operation));
    let types: Vec<_> = values.chain(headers).collect();
    if has_params || types.iter().any(|ty| server.rust(ty).contains("runtime::")) {
        text += "use lockstep_runtime as runtime;\n";
    }
    text += &format!(
        "use lockstep_runtime::actix::{{Answer, Call, {input}Reply}};\nuse lockstep_runtime::{{InternalError, refusals}};\n"
    );
    let bodies = operations
        .iter()
        .filter_map(|operation| operation.body.as_ref())
        .map(|body| &body.ty);
    let answers = operations.iter().flat_map(|operation| answer_types(operation));
    text += &server.import(types.into_iter().chain(bodies).chain(answers));
    let mut names: Vec<_> = operations
        .iter()
        .filter_map(|operation| security::either(&operation.security))
        .collect();
    if !server.api.schemes.is_empty() {
        names.push("Security".to_owned());
    }
    names.sort();
    names.dedup();
    if names.is_empty() {
        text + "\n"
    } else {
        text + &format!("\nuse super::security::{{{}}};\n\n", names.join(", "))
    }
}

fn declaration(server: &Server<'_>, tag: &Tag, operations: &[&Operation]) -> String {
    let about = if tag.docs.trim().is_empty() {
        format!("The operations of `{}`.", tag.name)
    } else {
        tag.docs.clone()
    };
    let bound = if server.api.schemes.is_empty() {
        "Sized + 'static"
    } else {
        "Security"
    };
    let methods: Vec<_> = operations.iter().map(|operation| method(server, operation)).collect();
    format!(
        "{}pub trait {}: {bound} {{\n{}}}\n",
        docs(&about, ""),
        name(tag),
        methods.join("\n")
    )
}

fn method(server: &Server<'_>, operation: &Operation) -> String {
    let id = names::pascal(&operation.id);
    let mut arguments = vec!["&self".to_owned(), "call: &Call".to_owned()];
    arguments.extend(security::principal(&operation.security, "Self").map(|principal| format!("caller: {principal}")));
    if !operation.parameters.is_empty() {
        arguments.push(format!("params: {id}Params"));
    }
    if let Some(body) = &operation.body {
        let ty = server.rust(&body.ty);
        arguments.push(if body.required {
            format!("body: {ty}")
        } else {
            format!("body: Option<{ty}>")
        });
    }
    format!(
        "{}fn {}({}) -> impl Future<Output = Result<{id}Answer, {id}Refusal>>;\n",
        method_docs(operation),
        names::rust_value(&operation.id),
        arguments.join(", "),
    )
}

fn method_docs(operation: &Operation) -> String {
    let title = if operation.summary.trim().is_empty() {
        &operation.id
    } else {
        &operation.summary
    };
    let mut text = docs(title, "    ");
    if !operation.docs.trim().is_empty() {
        text += "    ///\n";
        text += &docs(&operation.docs, "    ");
    }
    text + &format!("    ///\n    /// `{} {}`\n", operation.method, operation.path)
}
