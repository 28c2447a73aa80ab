//! `configure`: one resource per path, with the methods of all operations and aliases there, and an exact 405.
//! Order decides between paths that match alike: what is written out wins over a parameter.

use std::collections::BTreeMap;

use super::{Server, module, traits};
use crate::emit::types::text_literal;
use crate::model::{Api, Operation};
use crate::names;

/// `routes/mod.rs`.
pub(super) fn emit(server: &Server<'_>) -> String {
    let (mut modules, mut traits) = (Vec::new(), Vec::new());
    for (tag, _) in server.tags() {
        modules.push(module(tag));
        traits.push(traits::name(tag));
    }
    let services: String = resources(server.api)
        .iter()
        .map(|resource| service(server, resource))
        .collect();
    let declared: String = modules
        .iter()
        .map(|module| format!("pub(super) mod {module};\n"))
        .collect();
    let bound = if traits.is_empty() {
        "'static".to_owned()
    } else {
        traits.join(" + ")
    };
    let import = if traits.is_empty() {
        String::new()
    } else {
        format!("use super::{{{}}};\n", traits.join(", "))
    };
    let deprecated = if server
        .api
        .operations
        .iter()
        .any(|operation| operation.deprecated.is_some())
    {
        "#[expect(deprecated, reason = \"deprecated operations are served all the same\")]\n"
    } else {
        ""
    };
    let resource = if services.is_empty() { "" } else { ", resource" };
    format!(
        "//! The routes of the contract, and nothing else.\n\n{declared}\nuse actix_web::web::{{self, ServiceConfig}};\n\
         use lockstep_runtime::actix::{{method_not_allowed, no_such_route{resource}}};\n\n{import}\n\
         /// Mounts every operation on the application `A`, which is expected as `web::Data<A>`. Everything else answers\n\
         /// 404 or 405.\n{deprecated}pub fn configure<A: {bound}>(config: &mut ServiceConfig) {{\n\
         {services}config.default_service(web::to(no_such_route));\n}}\n"
    )
}

/// A path and its operations by method.
struct Resource<'a> {
    path: &'a str,
    operations: BTreeMap<&'a str, &'a Operation>,
}

/// All resources, in the order in which they must be registered.
fn resources(api: &Api) -> Vec<Resource<'_>> {
    let mut paths: BTreeMap<Vec<(bool, &str)>, Resource<'_>> = BTreeMap::new();
    for operation in &api.operations {
        let aliases = operation.aliases.iter().map(|alias| alias.path.as_str());
        for path in aliases.chain([operation.path.as_str()]) {
            let key = path
                .split('/')
                .map(|segment| (segment.contains('{'), segment))
                .collect();
            let resource = paths.entry(key).or_insert_with(|| Resource {
                path,
                operations: BTreeMap::new(),
            });
            resource.operations.insert(&operation.method, operation);
        }
    }
    paths.into_values().collect()
}

fn service(server: &Server<'_>, resource: &Resource<'_>) -> String {
    let mut routes: BTreeMap<&str, String> = BTreeMap::new();
    for (method, operation) in &resource.operations {
        let entry = entry(server, operation);
        // HEAD answers what GET does, without the body (RFC 9110, 9.3.2).
        if *method == "GET" && !resource.operations.contains_key("HEAD") {
            routes.insert("HEAD", entry.clone());
        }
        routes.insert(method, entry);
    }
    let allow: Vec<_> = routes.keys().copied().collect();
    let allow = text_literal(&allow.join(", "));
    let routes: String = routes
        .iter()
        .map(|(method, entry)| format!(".route({}.to({entry}))", route(method)))
        .collect();
    format!(
        "config.service(resource({}){routes}.default_service(method_not_allowed({allow})));\n",
        text_literal(resource.path)
    )
}

fn route(method: &str) -> String {
    match method {
        "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "TRACE" => {
            format!("web::{}()", method.to_ascii_lowercase())
        }
        _ => format!("web::method(actix_web::http::Method::{method})"),
    }
}

/// The path of an operation's entry point.
fn entry(server: &Server<'_>, operation: &Operation) -> String {
    let tag = server.api.tags.iter().find(|tag| tag.name == operation.tag);
    format!(
        "{}::{}::<A>",
        tag.map(module).unwrap_or_default(),
        names::rust_value(&operation.id)
    )
}
