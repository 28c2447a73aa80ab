//! The entry points of a tag's operations: from a request to a call of the trait and back. The order is always the
//! same: what the caller accepts, who it is, what it sends, and then the handler.

use super::refusals::admits;
use super::{Server, answer_types, module, operations, path, security, traits};
use crate::emit::types::{body_reader, scalar_rules, text_literal};
use crate::model::{Body, Operation, SchemeKind, Tag, Type};
use crate::names;

/// The entry points of a tag.
pub(super) fn emit(server: &Server<'_>, tag: &Tag, operations: &[&Operation]) -> String {
    let functions: Vec<_> = operations
        .iter()
        .map(|operation| function(server, tag, operation))
        .collect();
    let body = functions.join("\n");
    format!(
        "//! The entry points of the tag `{}`.\n\n{}\n{body}",
        tag.name,
        imports(server, tag, operations, &body)
    )
}

fn imports(server: &Server<'_>, tag: &Tag, operations: &[&Operation], body: &str) -> String {
    let data = if body.contains("payload: Payload") {
        "{Data, Payload}"
    } else {
        "Data"
    };
    let used = [
        ("Call", "Call::"),
        ("Input", "Input::"),
        ("accepts", "accepts("),
        ("answer", "answer("),
    ];
    let used: Vec<_> = used
        .iter()
        .filter(|(_, mark)| body.contains(mark))
        .map(|(name, _)| *name)
        .collect();
    let mut text = format!("use actix_web::web::{data};\nuse actix_web::{{HttpRequest, HttpResponse}};\n");
    if body.contains("runtime::") {
        text += "use lockstep_runtime as runtime;\n";
    }
    text += &format!("use lockstep_runtime::actix::{{{}}};\n", used.join(", "));
    let bodies = operations
        .iter()
        .filter_map(|operation| operation.body.as_ref())
        .map(|body| &body.ty);
    let values = operations
        .iter()
        .flat_map(|operation| &operation.parameters)
        .map(|parameter| &parameter.ty);
    let headers = operations
        .iter()
        .flat_map(|operation| &operation.responses)
        .flat_map(|response| &response.headers);
    let values = values.chain(headers.map(|header| &header.ty)).chain(bodies);
    let types: Vec<_> = values
        .chain(operations.iter().flat_map(|operation| answer_types(operation)))
        .collect();
    text += &server.import(types.into_iter().flat_map(|ty| server.parts(ty)));
    let params = operations.iter().filter(|operation| !operation.parameters.is_empty());
    let mut names: Vec<_> = params
        .map(|operation| format!("{}Params", names::pascal(&operation.id)))
        .collect();
    names.push(traits::name(tag));
    names.sort();
    let secured = operations
        .iter()
        .any(|operation| security::function(&operation.security).is_some());
    let modules = if secured { "operations, security" } else { "operations" };
    text + &format!(
        "\nuse super::super::{}::{{{}}};\nuse super::super::{{{modules}}};\n",
        module(tag),
        names.join(", ")
    )
}

fn function(server: &Server<'_>, tag: &Tag, operation: &Operation) -> String {
    let payload = if operation.body.is_some() {
        ", payload: Payload"
    } else {
        ""
    };
    let row = format!("&operations::{}", operations::constant(operation));
    let deprecated = if operation.deprecated.is_some() {
        "#[deprecated]\n"
    } else {
        ""
    };
    format!(
        "{}{deprecated}pub(crate) async fn {}<A: {}>(app: Data<A>, request: HttpRequest{payload}) -> HttpResponse {{\n\
         answer(&request, {row}, async {{\n{}}}).await\n}}\n",
        path::attribute(server, operation),
        names::rust_value(&operation.id),
        traits::name(tag),
        steps(server, operation, &row),
    )
}

fn steps(server: &Server<'_>, operation: &Operation, row: &str) -> String {
    let mut text = accepted(operation);
    text += &format!("let call = Call::new(&request, {row});\n");
    let mut arguments = vec!["&call"];
    if let Some(function) = security::function(&operation.security) {
        text += &format!("let caller = security::{function}(app.get_ref(), &request, &call).await?;\n");
        arguments.push("caller");
    }
    let params = !operation.parameters.is_empty();
    if params || operation.body.is_some() || (admits(operation, 400) && admits(operation, 422)) {
        text += "let mut input = Input::new(&request)?;\n";
        text += &expected(server, operation);
    }
    if params {
        text += &format!(
            "let params = {}Params::read(&mut input);\n",
            names::pascal(&operation.id)
        );
        arguments.push("params");
    }
    if let Some(body) = &operation.body {
        text += &format!("let body = {};\n", read(server, body));
        arguments.push("body");
    }
    text += match (params, operation.body.is_some()) {
        (true, true) => "let (params, body) = input.finish(params.zip(body))?;\n",
        (true, false) => "let params = input.finish(params)?;\n",
        (false, true) => "let body = input.finish(body)?;\n",
        (false, false) if text.contains("let mut input") => "input.finish(Some(()))?;\n",
        (false, false) => "",
    };
    text = text.replace(
        "let mut input = Input::new(&request)?;\ninput.finish",
        "Input::new(&request)?.finish",
    );
    text + &format!(
        "app.{}({}).await\n",
        names::rust_value(&operation.id),
        arguments.join(", ")
    )
}

/// Refuses callers that take none of the media types, where there are any.
fn accepted(operation: &Operation) -> String {
    let mut types: Vec<_> = operation
        .answers()
        .filter_map(|(_, response)| response.body.as_ref())
        .map(|body| text_literal(&body.media_type))
        .collect();
    types.sort();
    types.dedup();
    if types.is_empty() || !admits(operation, 406) {
        return String::new();
    }
    format!("accepts(&request, &[{}])?;\n", types.join(", "))
}

/// API keys in the query are no parameters of the operation, yet expected.
fn expected(server: &Server<'_>, operation: &Operation) -> String {
    let schemes = operation
        .security
        .alternatives
        .iter()
        .flat_map(|alternative| &alternative.schemes);
    let keys = schemes.filter_map(|(scheme, _)| {
        let scheme = server.api.schemes.iter().find(|def| def.name == *scheme)?;
        match &scheme.kind {
            SchemeKind::ApiKeyQuery(name) => Some(format!("input.expect_query({});\n", text_literal(name))),
            _ => None,
        }
    });
    keys.collect()
}

/// The expression that reads a body.
fn read(server: &Server<'_>, body: &Body) -> String {
    let arguments = format!("payload.into_inner(), {}", text_literal(&body.media_type));
    let optional = if body.required { "" } else { "optional_" };
    match &body.ty {
        Type::Bytes => format!("input.{optional}bytes({arguments}).await?"),
        Type::Text(_) => {
            let rule = scalar_rules(&body.ty).unwrap_or_else(|| "runtime::Text::new()".to_owned());
            format!("input.{optional}text({arguments}, &{rule}).await?")
        }
        ty => match body_reader(server.api, ty) {
            Some(reader) => format!(
                "input.{optional}json_with({arguments}, {}::{reader}).await?",
                server.types
            ),
            None => format!("input.{optional}json({arguments}).await?"),
        },
    }
}
