//! What answers where no operation does: unknown routes and methods.
//! Registered by generated code beside the operations of a path.

use actix_web::{HttpRequest, HttpResponse, Resource, Route, web};

use super::answer::problem_response;
use crate::{MethodNotAllowed, NotFound};

/// A path template as actix-web takes it: names of parameters have only letters, digits and underscores there.
pub(super) fn pattern(template: &str) -> String {
    let mut inside = false;
    let plain = |c: char| {
        inside = if inside { c != '}' } else { c == '{' };
        if inside && c != '{' && !c.is_ascii_alphanumeric() {
            '_'
        } else {
            c
        }
    };
    template.chars().map(plain).collect()
}

/// What is at a path template of the contract.
pub fn resource(template: &str) -> Resource {
    web::resource(pattern(template))
}

/// Answers 405 with the methods that the path has, as the `Allow` header wants them.
pub fn method_not_allowed(allow: &'static str) -> Route {
    web::to(move |request: HttpRequest| async move {
        let refusal = MethodNotAllowed::new("method-not-allowed", format!("This path has {allow}."));
        let mut response = problem_response(&request, refusal.into());
        let value = actix_web::http::header::HeaderValue::from_static(allow);
        response.headers_mut().insert(actix_web::http::header::ALLOW, value);
        response
    })
}

/// Answers 404 for a path that nothing is at.
pub async fn no_such_route(request: HttpRequest) -> HttpResponse {
    problem_response(
        &request,
        NotFound::new("no-such-route", "There is nothing at this path.").into(),
    )
}
