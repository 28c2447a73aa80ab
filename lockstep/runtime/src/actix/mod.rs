//! The HTTP half: how requests become typed input, and typed answers and refusals become responses.
//! The one place of the runtime that knows actix-web; nothing here knows an operation.

mod answer;
mod body;
mod call;
mod credentials;
mod input;
mod negotiation;
mod routes;

pub use answer::{Answer, Reply, answer, problem_response};
pub use body::{BodyLimits, UnreadableBody};
pub use call::{Call, ClientAddress, RequestId};
pub use credentials::{api_key_cookie, api_key_header, api_key_query, basic, bearer, unauthenticated};
pub use input::{Input, Slot};
pub use negotiation::accepts;
pub use routes::{method_not_allowed, no_such_route, resource};
