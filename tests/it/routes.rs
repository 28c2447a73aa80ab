//! Every route that the server registers, against the contract, both ways: what is registered is an operation, an alias
//! of one or a document of the short list here, and all of these are registered.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::introspection::IntrospectionTree;
use actix_web::test::{TestRequest, call_and_read_body, init_service};
use actix_web::{App, web};
use serde_json::Value;
use spaces_server::clock::Clock;
use spaces_server::serve;

use crate::architecture::contract;

/// What is served beside the operations.
const DOCUMENTS: [&str; 4] = [
    "/openapi.yaml",
    "/openapi.json",
    "/docs/{file:.*}",
    "/.well-known/security.txt",
];

/// A path that leads to a document by any method.
const REDIRECT: &str = "/docs";

/// Where this test asks.
const ASKED: &str = "/asked";

type Routes = BTreeMap<String, BTreeSet<String>>;

/// Paths and their methods, as actix-web has them.
async fn registered(more: impl FnOnce(&mut web::ServiceConfig)) -> Routes {
    let answer = |tree: web::Data<IntrospectionTree>| async move { tree.report_as_json() };
    let clock = Clock::system();
    let app = App::new()
        .configure(|services| serve::routes(services, "mailto:security@localhost", &clock))
        .configure(more)
        .service(web::resource(ASKED).route(web::get().to(answer)));
    let report = call_and_read_body(&init_service(app).await, TestRequest::get().uri(ASKED).to_request()).await;
    let nodes: Vec<Value> = serde_json::from_slice(&report).unwrap();
    let routes = nodes.iter().filter(|node| node["resource_type"] == "resource");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let methods = |node: &Value| node["methods"].as_array().unwrap().iter().map(text).collect();
    let routes = routes.map(|node| (text(&node["full_path"]), methods(node)));
    routes.filter(|(path, _)| path != ASKED).collect()
}

/// Paths and their methods, as they should be.
fn documented() -> Routes {
    let mut routes = Routes::new();
    for (_, method, path, aliases, _) in contract() {
        for path in aliases.into_iter().chain([path]) {
            let methods = routes.entry(path).or_default();
            methods.extend((method == "GET").then(|| "HEAD".to_owned()));
            methods.insert(method.clone());
        }
    }
    let read = || ["GET", "HEAD"].map(str::to_owned).into();
    routes.extend(DOCUMENTS.map(|document| (document.to_owned(), read())));
    routes.insert(REDIRECT.to_owned(), BTreeSet::new());
    routes
}

#[actix_web::test]
async fn what_is_registered_is_what_is_documented() {
    assert_eq!(registered(|_| {}).await, documented());
}

#[actix_web::test]
async fn a_route_or_a_method_too_much_is_seen() {
    let path = registered(|services| {
        services.route("/api/backdoor", web::get().to(|| async { "in" }));
    });
    assert_ne!(path.await, documented());
    let method = registered(|services| {
        services.route("/api/health", web::delete().to(|| async { "gone" }));
    });
    assert_ne!(method.await, documented());
}
