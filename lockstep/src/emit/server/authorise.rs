//! One function per security requirement of the contract: it makes a principal of a request, or refuses it.
//! What the application verifies, and how all of it is called, is `security`'s matter.

use std::collections::BTreeMap;

use super::security::{either, function, principal, quoted, requirement_function, scheme_function, together, variant};
use crate::emit::one_line;
use crate::emit::types::text_literal;
use crate::model::{Api, Requirement, SchemeKind, Security, SecurityScheme};
use crate::names;

/// All functions by their names: those of the operations, and those that they call.
pub(super) fn functions(api: &Api) -> BTreeMap<String, String> {
    let mut functions = BTreeMap::new();
    for security in api.operations.iter().map(|operation| &operation.security) {
        for requirement in &security.alternatives {
            for (scheme, roles) in &requirement.schemes {
                let def = api.schemes.iter().find(|def| def.name == *scheme);
                functions.extend(def.map(|def| (scheme_function(scheme, &[]), credential(def))));
                if !roles.is_empty() {
                    functions.insert(scheme_function(scheme, roles), with_role(scheme, roles));
                }
            }
            if requirement.schemes.len() > 1 {
                functions.insert(requirement_function(requirement), all_of(requirement));
            }
        }
        let required = Security {
            optional: false,
            ..security.clone()
        };
        if let Some(name) = function(&required).filter(|_| required.alternatives.len() > 1) {
            functions.insert(name, one_of(&required));
        }
        if let Some(name) = function(security).filter(|_| security.optional) {
            functions.insert(name, optional(api, security, &required));
        }
    }
    functions
}

/// A function of a requirement: its docs, name, result and body.
fn render(docs: &str, name: &str, principal: &str, forbids: bool, body: &str) -> String {
    let refusal = if forbids {
        "OneOf<Unauthorized, Forbidden>"
    } else {
        "Unauthorized"
    };
    format!(
        "/// {}\npub(super) async fn {name}<S: Security>(\napp: &S,\nrequest: &HttpRequest,\ncall: &Call,\n) \
         -> Result<{principal}, Failure<{refusal}>> {{\n{body}\n}}\n",
        one_line(docs)
    )
}

/// A scheme whatever the roles.
fn credential(scheme: &SecurityScheme) -> String {
    let (found, challenge) = match &scheme.kind {
        SchemeKind::Bearer(_) => ("actix::bearer(request)".to_owned(), ""),
        SchemeKind::Basic => ("actix::basic(request)".to_owned(), ".with_challenge(\"Basic\")"),
        SchemeKind::ApiKeyHeader(name) => (
            format!("actix::api_key_header(request, {})", text_literal(name)),
            API_KEY,
        ),
        SchemeKind::ApiKeyQuery(name) => (
            format!("actix::api_key_query(request, {})", text_literal(name)),
            API_KEY,
        ),
        SchemeKind::ApiKeyCookie(name) => (
            format!("actix::api_key_cookie(request, {})", text_literal(name)),
            API_KEY,
        ),
    };
    let function = scheme_function(&scheme.name, &[]);
    let body = format!(
        "let credential = {found}.ok_or_else(|| Failure::Refused(actix::unauthenticated(){challenge}))?;\n\
         app.{function}(call, credential).await"
    );
    let docs = format!("Anybody with a valid `{}`.", scheme.name);
    render(&docs, &function, &together(&[&scheme.name], "S"), false, &body)
}

/// Says which scheme is wanted, as 401 must; API keys have no registered name.
const API_KEY: &str = ".with_challenge(\"ApiKey\")";

/// A scheme with one of some roles.
fn with_role(scheme: &str, roles: &[String]) -> String {
    let any = scheme_function(scheme, &[]);
    let has = format!("S::{}_has_role", names::snake(scheme));
    let checks: Vec<_> = roles
        .iter()
        .map(|role| format!("{has}(&caller, Role::{})", names::rust_variant(role)))
        .collect();
    let body = format!(
        "let caller = {any}(app, request, call).await.map_err(Failure::or_forbidden)?;\n\
         if {} {{\nOk(caller)\n}} else {{\nErr(Failure::missing_role())\n}}",
        checks.join(" || ")
    );
    let roles_docs = quoted(&roles.iter().map(String::as_str).collect::<Vec<_>>(), " or ");
    let docs = format!("A valid `{scheme}` with the role {roles_docs}.");
    render(
        &docs,
        &scheme_function(scheme, roles),
        &together(&[scheme], "S"),
        true,
        &body,
    )
}

fn forbids(requirement: &Requirement) -> bool {
    requirement.schemes.iter().any(|(_, roles)| !roles.is_empty())
}

/// What makes one error type of calls that can and calls that cannot be forbidden.
fn widened(wanted: bool, has: bool) -> &'static str {
    if wanted && !has {
        ".map_err(Failure::or_forbidden)"
    } else {
        ""
    }
}

/// Schemes that must all hold.
fn all_of(requirement: &Requirement) -> String {
    let forbids = forbids(requirement);
    let calls: Vec<_> = requirement
        .schemes
        .iter()
        .map(|(scheme, roles)| {
            let widened = widened(forbids, !roles.is_empty());
            format!("{}(app, request, call).await{widened}?", scheme_function(scheme, roles))
        })
        .collect();
    let schemes: Vec<_> = requirement.schemes.iter().map(|(scheme, _)| scheme.as_str()).collect();
    let docs = format!("{} together.", quoted(&schemes, " and "));
    let body = format!("Ok(({}))", calls.join(", "));
    render(
        &docs,
        &requirement_function(requirement),
        &together(&schemes, "S"),
        forbids,
        &body,
    )
}

/// The first alternative that holds.
fn one_of(security: &Security) -> String {
    let forbidding = security.alternatives.iter().any(forbids);
    let either = either(security);
    let start = if forbidding {
        "Failure::Refused(actix::unauthenticated()).or_forbidden()"
    } else {
        "Failure::Refused(actix::unauthenticated())"
    };
    let mut body = format!("let mut failure = {start};\n");
    for alternative in &security.alternatives {
        let schemes: Vec<_> = alternative.schemes.iter().map(|(scheme, _)| scheme.as_str()).collect();
        let caller = either.as_ref().map_or("caller".to_owned(), |either| {
            format!("{either}::{}(caller)", variant(&schemes))
        });
        body += &format!(
            "match {}(app, request, call).await{} {{\nOk(caller) => return Ok({caller}),\n\
             Err(later) => failure = failure.or(later),\n}}\n",
            requirement_function(alternative),
            widened(forbidding, forbids(alternative)),
        );
    }
    body += "Err(failure)";
    let docs = "The first of the alternatives that holds.";
    let principal = principal(security, "S").unwrap_or_default();
    render(
        docs,
        &function(security).unwrap_or_default(),
        &principal,
        forbidding,
        &body,
    )
}

/// Nobody, or the caller where a credential is sent: a wrong one is refused.
fn optional(api: &Api, security: &Security, required: &Security) -> String {
    let mut present: Vec<String> = Vec::new();
    for (scheme, _) in security
        .alternatives
        .iter()
        .flat_map(|alternative| &alternative.schemes)
    {
        let kind = api
            .schemes
            .iter()
            .find(|def| def.name == *scheme)
            .map(|def| is_present(&def.kind));
        present.extend(kind.filter(|kind| !present.contains(kind)));
    }
    let body = format!(
        "let is_sent = {};\nif !is_sent {{\nreturn Ok(None);\n}}\n\
         {}(app, request, call).await.map(Some)",
        present.join(" || "),
        function(required).unwrap_or_default()
    );
    let docs = "Nobody, where no credential is sent; a wrong one is refused.";
    let forbidding = security.alternatives.iter().any(forbids);
    let principal = principal(security, "S").unwrap_or_default();
    render(
        docs,
        &function(security).unwrap_or_default(),
        &principal,
        forbidding,
        &body,
    )
}

fn is_present(kind: &SchemeKind) -> String {
    match kind {
        SchemeKind::Bearer(_) | SchemeKind::Basic => "request.headers().contains_key(\"authorization\")".to_owned(),
        SchemeKind::ApiKeyHeader(name) => {
            format!(
                "request.headers().contains_key({})",
                text_literal(&name.to_ascii_lowercase())
            )
        }
        SchemeKind::ApiKeyQuery(name) => format!("actix::api_key_query(request, {}).is_some()", text_literal(name)),
        SchemeKind::ApiKeyCookie(name) => format!("actix::api_key_cookie(request, {}).is_some()", text_literal(name)),
    }
}
