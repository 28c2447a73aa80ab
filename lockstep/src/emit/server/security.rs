//! Who may call what: the trait by which the application verifies credentials, the roles, and how principals and the
//! functions that make them are called.

use std::collections::BTreeMap;

use super::authorise::functions;
use crate::emit::types::docs;
use crate::model::{Api, Requirement, SchemeKind, Security, SecurityScheme};
use crate::names;

/// What `security.rs` offers to applications.
pub(super) fn exports(api: &Api) -> Vec<String> {
    let mut names: Vec<_> = api
        .operations
        .iter()
        .filter_map(|operation| either(&operation.security))
        .collect();
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
pub(super) fn variant(schemes: &[&str]) -> String {
    schemes
        .iter()
        .map(|scheme| names::pascal(scheme))
        .collect::<Vec<_>>()
        .join("And")
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
    Some(if security.optional {
        format!("Option<{principal}>")
    } else {
        principal
    })
}

/// The principals of schemes that must all hold.
pub(super) fn together(schemes: &[&str], app: &str) -> String {
    let types: Vec<_> = schemes
        .iter()
        .map(|scheme| format!("{app}::{}", names::pascal(scheme)))
        .collect();
    if let [one] = types.as_slice() {
        one.clone()
    } else {
        format!("({})", types.join(", "))
    }
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

pub(super) fn requirement_function(requirement: &Requirement) -> String {
    let schemes: Vec<_> = requirement
        .schemes
        .iter()
        .map(|(scheme, roles)| scheme_function(scheme, roles))
        .collect();
    schemes.join("_and_")
}

pub(super) fn scheme_function(scheme: &str, roles: &[String]) -> String {
    let roles: Vec<_> = roles.iter().map(|role| names::snake(role)).collect();
    let scheme = names::snake(scheme);
    if roles.is_empty() {
        names::rust_value(&scheme)
    } else {
        format!("{scheme}_as_{}", roles.join("_or_"))
    }
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
    let body = body
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("\n");
    format!(
        "//! Who may call what: what the application verifies, and what the contract requires.\n\n{}\n{body}",
        imports(&body)
    )
}

fn imports(body: &str) -> String {
    let actix = if body.contains("actix::") {
        "{self, Call}"
    } else {
        "Call"
    };
    let forbidden = if body.contains("OneOf<") {
        "Forbidden, OneOf, "
    } else {
        ""
    };
    let request = if body.contains("HttpRequest") {
        "use actix_web::HttpRequest;\n"
    } else {
        ""
    };
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
    let text = if scheme.docs.trim().is_empty() {
        "Verifies a credential."
    } else {
        &scheme.docs
    };
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
    let requirements = api
        .operations
        .iter()
        .flat_map(|operation| &operation.security.alternatives);
    requirements
        .flat_map(|requirement| &requirement.schemes)
        .any(|(name, roles)| name == scheme && !roles.is_empty())
}

fn roles(api: &Api) -> String {
    if api.roles.is_empty() {
        return String::new();
    }
    let variants = api
        .roles
        .iter()
        .map(|role| format!("/// `{role}`.\n{},\n", names::rust_variant(role)));
    format!(
        "/// The roles that the contract names.\n#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]\n\
         pub enum Role {{\n{}}}\n",
        variants.collect::<String>()
    )
}

fn either_declaration(security: &Security) -> String {
    let variants = principals(security).into_iter().map(|schemes| {
        let name = variant(&schemes);
        format!(
            "/// {}.\n{name}({}),\n",
            quoted(&schemes, " and "),
            together(&schemes, "S")
        )
    });
    format!(
        "/// A caller by one of several security schemes.\npub enum {}<S: Security> {{\n{}}}\n",
        either(security).unwrap_or_default(),
        variants.collect::<String>()
    )
}

pub(super) fn quoted(names: &[&str], separator: &str) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(separator)
}
