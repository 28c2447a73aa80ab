//! The client: an interface with the documentation of every operation, and one line of code for each.
//! The code that they share is in `client.ts`, the same for every contract.

use super::requests::needs_request;
use super::syntax::{list, literal};
use super::tsdoc::Comment;
use super::{answers, requests};
use crate::model::{Api, Deprecation, Operation, Security};
use crate::names;

/// What is the same for every contract.
const CORE: &str = include_str!("client.ts");

/// The client.
pub(super) fn emit(api: &Api) -> String {
    let methods: Vec<String> = api.operations.iter().map(method).collect();
    let calls: String = api.operations.iter().map(call).collect();
    let docs = Comment::new(&format!("A client of {} {}.", api.title, api.version)).render("");
    format!(
        "{docs}export interface Client {{\n{}}}\n\n\
         /** Makes a client. Its methods answer with every status, told apart by `status`; they reject without an answer. */\n\
         export function createClient(options: ClientOptions): Client {{\n  \
           const call = caller(options);\n  return {{\n{calls}  }};\n}}\n\n{}",
        methods.join("\n"),
        CORE.trim_end(),
    )
}

fn method(operation: &Operation) -> String {
    let mut docs = Comment::new(&operation.summary)
        .paragraph(&operation.docs)
        .paragraph(&format!(
            "`{} {}`{}",
            operation.method,
            operation.path,
            access(&operation.security)
        ));
    if let Some(deprecation) = &operation.deprecated {
        docs = docs.tag("deprecated", &deprecated(deprecation));
    }
    let optional = if needs_request(operation) { "" } else { "?" };
    let arguments = [
        format!("request{optional}: {}", requests::name(operation)),
        "options?: CallOptions".to_owned(),
    ];
    let name = format!("  readonly {}:", names::typescript_member(&operation.id));
    let answer = format!("=> Promise<{}>;", answers::name(operation));
    let arguments = list(&format!("{name}{answer}"), ["(", ")"], ",", &arguments);
    format!("{}{name} {arguments} {answer}\n", docs.render("  "))
}

fn call(operation: &Operation) -> String {
    let id = names::typescript_member(&operation.id);
    format!("    {id}: call({}),\n", literal(&operation.id))
}

/// Who may call, as the end of a sentence.
fn access(security: &Security) -> String {
    let alternatives: Vec<String> = security
        .alternatives
        .iter()
        .map(|alternative| {
            let schemes: Vec<String> = alternative
                .schemes
                .iter()
                .map(|(name, roles)| scheme(name, roles))
                .collect();
            schemes.join(" and ")
        })
        .collect();
    match (alternatives.as_slice(), security.optional) {
        ([], _) => String::new(),
        (_, true) => format!(", with or without {}", alternatives.join(" or ")),
        (_, false) => format!(", with {}", alternatives.join(" or ")),
    }
}

fn scheme(name: &str, roles: &[String]) -> String {
    if roles.is_empty() {
        format!("`{name}`")
    } else {
        format!("`{name}` ({})", roles.join(", "))
    }
}

fn deprecated(deprecation: &Deprecation) -> String {
    let sentences = [
        deprecation.since.as_ref().map(|date| format!("Since {date}.")),
        deprecation
            .sunset
            .as_ref()
            .map(|date| format!("Stops working on {date}.")),
        deprecation
            .successor
            .as_ref()
            .map(|id| format!("Use {{@link Client.{id}}}.")),
    ];
    sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
