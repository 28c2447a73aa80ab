//! Who may call what: the trait by which the application verifies credentials, and one function per requirement of the
//! contract that makes a principal of a request or refuses it.

use std::collections::BTreeMap;

use super::words::one_line;
use crate::emit::types::{docs, text_literal};
use crate::model::{Api, Requirement, SchemeKind, Security, SecurityScheme};
use crate::names;

/// What `security.rs` offers to applications.
pub(super) fn exports(api: &Api) -> Vec<String> {
    let mut names: Vec<_> = api.operations.iter().filter_map(|operation| either(&operation.security)).collect();
    if !api.roles.is_empty() {
        names.push("Role".to_owned());
    }
    names.push("Security".to_owned());
    names.sort();
    names.dedup();
    names
}

/// The principals that can satisfy a requirement, without repetition: roles make no difference to them.
fn principals(security: &Security) -> Vec<Vec<&str>> {
    let mut principals: Vec<Vec<&str>> = Vec::new();
    for alternative in &security.alternatives {
        let schemes: Vec<_> = alternative.schemes.iter().map(|(scheme, _)| scheme.as_str()).collect();
        if !principals.contains(&schemes) {
            principals.push(schemes);
        }
    }
    principals
}

/// The variant, and part of a name, for schemes that must all hold.
fn variant(schemes: &[&str]) -> String {
    schemes.iter().map(|scheme| names::pascal(scheme)).collect::<Vec<_>>().join("And")
}

/// The enum of an operation that takes one of several principals.
pub(super) fn either(security: &Security) -> Option<String> {
    let principals = principals(security);
    let variants: Vec<_> = principals.iter().map(|schemes| variant(schemes)).collect();
    (variants.len() > 1).then(|| variants.join("Or"))
}

/// The type of the principal of an operation for the application type `app`, if it has one.
pub(super) fn principal(security: &Security, app: &str) -> Option<String> {
    let principal = match (either(security), principals(security).first()) {
        (_, None) => return None,
        (Some(either), _) => format!("{either}<{app}>"),
        (None, Some(schemes)) => together(schemes, app),
    };
    Some(if security.optional { format!("Option<{principal}>") } else { principal })
}

/// The principals of schemes that must all hold.
fn together(schemes: &[&str], app: &str) -> String {
    let types: Vec<_> = schemes.iter().map(|scheme| format!("{app}::{}", names::pascal(scheme))).collect();
    if let [one] = types.as_slice() { one.clone() } else { format!("({})", types.join(", ")) }
}

/// The function that authorises the calls of an operation, if it is secured.
pub(super) fn function(security: &Security) -> Option<String> {
    let alternatives: Vec<_> = security.alternatives.iter().map(requirement_function).collect();
    let name = alternatives.join("_or_");
    match (name.is_empty(), security.optional) {
        (true, _) => None,
        (false, true) => Some(format!("optional_{name}")),
        (false, false) => Some(name),
    }
}

fn requirement_function(requirement: &Requirement) -> String {
    let schemes: Vec<_> = requirement.schemes.iter().map(|(scheme, roles)| scheme_function(scheme, roles)).collect();
    schemes.join("_and_")
}

fn scheme_function(scheme: &str, roles: &[String]) -> String {
    let roles: Vec<_> = roles.iter().map(|role| names::snake(role)).collect();
    let scheme = names::snake(scheme);
    if roles.is_empty() { names::rust_value(&scheme) } else { format!("{scheme}_as_{}", roles.join("_or_")) }
}

/// `security.rs`.
pub(super) fn emit(api: &Api) -> String {
    let functions = functions(api);
    let eithers: BTreeMap<_, _> = api
        .operations
        .iter()
        .filter_map(|operation| Some((either(&operation.security)?, either_declaration(&operation.security))))
        .collect();
    let body = [
        declaration(api),
        roles(api),
        eithers.into_values().collect(),
        functions.into_values().collect::<Vec<_>>().join("\n"),
    ];
    let body = body.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n");
    format!(
        "//! Who may call what: what the application verifies, and what the contract requires.\n\n{}\n{body}",
        imports(&body)
    )
}

fn imports(body: &str) -> String {
    let actix = if body.contains("actix::") { "{self, Call}" } else { "Call" };
    let forbidden = if body.contains("OneOf<") { "Forbidden, OneOf, " } else { "" };
    let request = if body.contains("HttpRequest") { "use actix_web::HttpRequest;\n" } else { "" };
    format!(
        "{request}use lockstep_runtime::actix::{actix};\n\
         use lockstep_runtime::{{Failure, {forbidden}Secret, Unauthorized}};\n"
    )
}

fn declaration(api: &Api) -> String {
    let members: Vec<_> = api.schemes.iter().map(|scheme| scheme_members(api, scheme)).collect();
    format!(
        "/// How the application verifies what the security schemes of the contract carry.\n\
         pub trait Security: Sized + 'static {{\n{}}}\n",
        members.join("\n")
    )
}

fn scheme_members(api: &Api, scheme: &SecurityScheme) -> String {
    let (ty, function) = (names::pascal(&scheme.name), names::rust_value(&scheme.name));
    let text = if scheme.docs.trim().is_empty() { "Verifies a credential." } else { &scheme.docs };
    let mut members = format!(
        "/// Who a valid `{}` credential stands for.\ntype {ty};\n\n{}///\n/// `credential` is {}.\n\
         fn {function}(&self, call: &Call, credential: Secret)\n\
         -> impl Future<Output = Result<Self::{ty}, Failure<Unauthorized>>>;\n",
        scheme.name,
        docs(text, ""),
        travels(&scheme.kind),
    );
    if has_roles(api, &scheme.name) {
        members += &format!(
            "\n/// Whether the principal has a role; asked before the handler runs.\n\
             fn {}_has_role(caller: &Self::{ty}, role: Role) -> bool;\n",
            names::snake(&scheme.name)
        );
    }
    members
}

fn travels(kind: &SchemeKind) -> String {
    match kind {
        SchemeKind::Bearer(_) => "the token of `Authorization: Bearer`".to_owned(),
        SchemeKind::Basic => "the Base64 text of `Authorization: Basic`".to_owned(),
        SchemeKind::ApiKeyHeader(name) => format!("the header `{name}`"),
        SchemeKind::ApiKeyQuery(name) => format!("the query parameter `{name}`"),
        SchemeKind::ApiKeyCookie(name) => format!("the cookie `{name}`"),
    }
}

fn has_roles(api: &Api, scheme: &str) -> bool {
    let requirements = api.operations.iter().flat_map(|operation| &operation.security.alternatives);
    requirements.flat_map(|requirement| &requirement.schemes).any(|(name, roles)| name == scheme && !roles.is_empty())
}

fn roles(api: &Api) -> String {
    if api.roles.is_empty() {
        return String::new();
    }
    let variants = api.roles.iter().map(|role| format!("/// `{role}`.\n{},\n", names::rust_variant(role)));
    format!(
        "/// The roles that the contract names.\n#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]\n\
         pub enum Role {{\n{}}}\n",
        variants.collect::<String>()
    )
}

fn either_declaration(security: &Security) -> String {
    let variants = principals(security).into_iter().map(|schemes| {
        let name = variant(&schemes);
        format!("/// {}.\n{name}({}),\n", quoted(&schemes, " and "), together(&schemes, "S"))
    });
    format!(
        "/// A caller by one of several security schemes.\npub enum {}<S: Security> {{\n{}}}\n",
        either(security).unwrap_or_default(),
        variants.collect::<String>()
    )
}

fn quoted(names: &[&str], separator: &str) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(separator)
}

/// All functions by their names: those of the operations, and those that they call.
fn functions(api: &Api) -> BTreeMap<String, String> {
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
        let required = Security { optional: false, ..security.clone() };
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
    let refusal = if forbids { "OneOf<Unauthorized, Forbidden>" } else { "Unauthorized" };
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
        SchemeKind::ApiKeyHeader(name) => (format!("actix::api_key_header(request, {})", text_literal(name)), API_KEY),
        SchemeKind::ApiKeyQuery(name) => (format!("actix::api_key_query(request, {})", text_literal(name)), API_KEY),
        SchemeKind::ApiKeyCookie(name) => (format!("actix::api_key_cookie(request, {})", text_literal(name)), API_KEY),
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
    let checks: Vec<_> =
        roles.iter().map(|role| format!("{has}(&caller, Role::{})", names::rust_variant(role))).collect();
    let body = format!(
        "let caller = {any}(app, request, call).await.map_err(Failure::or_forbidden)?;\n\
         if {} {{\nOk(caller)\n}} else {{\nErr(Failure::missing_role())\n}}",
        checks.join(" || ")
    );
    let roles_docs = quoted(&roles.iter().map(String::as_str).collect::<Vec<_>>(), " or ");
    let docs = format!("A valid `{scheme}` with the role {roles_docs}.");
    render(&docs, &scheme_function(scheme, roles), &together(&[scheme], "S"), true, &body)
}

fn forbids(requirement: &Requirement) -> bool {
    requirement.schemes.iter().any(|(_, roles)| !roles.is_empty())
}

/// What makes one error type of calls that can and calls that cannot be forbidden.
fn widened(wanted: bool, has: bool) -> &'static str {
    if wanted && !has { ".map_err(Failure::or_forbidden)" } else { "" }
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
    render(&docs, &requirement_function(requirement), &together(&schemes, "S"), forbids, &body)
}

/// The first alternative that holds.
fn one_of(security: &Security) -> String {
    let forbidding = security.alternatives.iter().any(forbids);
    let either = either(security);
    let start = if forbidding { "Failure::Refused(actix::unauthenticated()).or_forbidden()" } else { "Failure::Refused(actix::unauthenticated())" };
    let mut body = format!("let mut failure = {start};\n");
    for alternative in &security.alternatives {
        let schemes: Vec<_> = alternative.schemes.iter().map(|(scheme, _)| scheme.as_str()).collect();
        let caller = either.as_ref().map_or("caller".to_owned(), |either| format!("{either}::{}(caller)", variant(&schemes)));
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
    render(docs, &function(security).unwrap_or_default(), &principal, forbidding, &body)
}

/// Nobody, or the caller where a credential is sent: a wrong one is refused.
fn optional(api: &Api, security: &Security, required: &Security) -> String {
    let mut present: Vec<String> = Vec::new();
    for (scheme, _) in security.alternatives.iter().flat_map(|alternative| &alternative.schemes) {
        let kind = api.schemes.iter().find(|def| def.name == *scheme).map(|def| is_present(&def.kind));
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
    render(docs, &function(security).unwrap_or_default(), &principal, forbidding, &body)
}

fn is_present(kind: &SchemeKind) -> String {
    match kind {
        SchemeKind::Bearer(_) | SchemeKind::Basic => "request.headers().contains_key(\"authorization\")".to_owned(),
        SchemeKind::ApiKeyHeader(name) => {
            format!("request.headers().contains_key({})", text_literal(&name.to_ascii_lowercase()))
        }
        SchemeKind::ApiKeyQuery(name) => format!("actix::api_key_query(request, {}).is_some()", text_literal(name)),
        SchemeKind::ApiKeyCookie(name) => format!("actix::api_key_cookie(request, {}).is_some()", text_literal(name)),
    }
}
