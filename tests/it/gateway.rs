//! Older frontends, seen from the server: a gateway that sends every request on over an alias of its path, where there is
//! one. So the generated client, which knows the paths of today only, walks over the older ones too.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use lockstep_runtime::Operation;
use spaces_client::reqwest;
use spaces_server::api::OPERATIONS;

/// A running gateway; it ends with the test's runtime.
pub(crate) struct Gateway {
    /// Where it listens.
    pub(crate) base: String,
    aliased: Arc<AtomicUsize>,
}

struct Upstream {
    base: String,
    http: reqwest::Client,
    aliased: Arc<AtomicUsize>,
}

impl Gateway {
    /// A gateway to the server at `upstream`.
    pub(crate) fn to(upstream: &str) -> Self {
        let aliased = Arc::new(AtomicUsize::new(0));
        let upstream = Data::new(Upstream {
            base: upstream.to_owned(),
            http: reqwest::Client::new(),
            aliased: Arc::clone(&aliased),
        });
        let app = move || App::new().app_data(upstream.clone()).default_service(web::to(forward));
        let server = HttpServer::new(app).workers(1).bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", server.addrs()[0]);
        tokio::spawn(server.run());
        Self { base, aliased }
    }

    /// How many requests went over an alias.
    pub(crate) fn aliased(&self) -> usize {
        self.aliased.load(Ordering::Relaxed)
    }
}

async fn forward(request: HttpRequest, body: Bytes, upstream: Data<Upstream>) -> HttpResponse {
    let alias = alias(request.method().as_str(), request.path());
    let query = request
        .uri()
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    let path = alias.clone().unwrap_or_else(|| request.path().to_owned());
    let method = request.method().as_str().parse().unwrap();
    let mut onward = upstream.http.request(method, format!("{}{path}{query}", upstream.base));
    for (name, value) in request.headers() {
        if !["host", "content-length"].contains(&name.as_str()) {
            onward = onward.header(name.as_str(), value.as_bytes());
        }
    }
    let answer = onward.body(body.to_vec()).send().await.unwrap();
    let successor = answer.headers().get("link").map(|link| link.to_str().unwrap());
    let expected = format!("<{}>; rel=\"successor-version\"", request.path());
    assert_eq!(successor.is_some(), alias.is_some(), "{path}");
    assert!(successor.is_none_or(|link| link == expected), "{successor:?}");
    upstream
        .aliased
        .fetch_add(usize::from(alias.is_some()), Ordering::Relaxed);
    let mut back = HttpResponse::build(StatusCode::from_u16(answer.status().as_u16()).unwrap());
    for (name, value) in answer.headers() {
        if name != "content-length" && name != "transfer-encoding" {
            back.append_header((name.as_str(), value.as_bytes()));
        }
    }
    back.body(answer.bytes().await.unwrap())
}

/// The last alias of the operation at that path, with the values of its parameters.
fn alias(method: &str, path: &str) -> Option<String> {
    // A path without parameters wins over one with.
    let fits = |operation: &&&Operation| operation.method == method && values(operation.path, path).is_some();
    let operation = OPERATIONS.iter().filter(fits).min_by_key(|it| it.path.contains('{'))?;
    let alias = operation.aliases.last()?;
    let values = values(operation.path, path)?;
    let filled = |alias: String, (name, value): &(&str, &str)| alias.replace(name, value);
    Some(values.iter().fold(alias.path.to_owned(), filled))
}

/// The values of the parameters of a template, if the path fits it.
fn values<'a>(template: &'a str, path: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let mut values = Vec::new();
    let (mut parts, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (parts.next(), given.next()) {
            (None, None) => return Some(values),
            (Some(name), Some(value)) if name.starts_with('{') => values.push((name, value)),
            (Some(fixed), Some(part)) if fixed == part => {}
            _ => return None,
        }
    }
}
