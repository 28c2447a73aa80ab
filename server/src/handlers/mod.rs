//! The operations, one file per tag of the contract: each reads like its rules in the product's description.
//! No HTTP and no DynamoDB here: input and answers are the contract's types, data comes from the store.

mod auth;
mod configuration;
mod dashboard;
mod events;
mod idempotency;
mod invitations;
mod members;
mod spaces;
mod system;
mod tasks;
mod users;

use lockstep_runtime::{PreconditionFailed, if_match, if_none_match};

/// The entity tag of what is stored under a version.
fn entity_tag(version: u64) -> String {
    format!("\"{version}\"")
}

/// Whether the caller has the current state already.
fn is_known(header: Option<&str>, current: &str) -> bool {
    header.is_some_and(|header| if_none_match(header, current))
}

/// Refuses a change that was made on another state than the current one.
fn check_if_match(header: Option<&str>, current: &str) -> Result<(), PreconditionFailed> {
    match header {
        Some(header) if !if_match(header, current) => Err(PreconditionFailed::new(
            "stale-version",
            "It has changed since; read it again and repeat the change.",
        )),
        _ => Ok(()),
    }
}

/// Which version a change must find in the store, once [`check_if_match`] has seen the header: none where the caller says
/// that any will do (`*`), or nothing.
fn expected_version(header: Option<&str>, version: u64) -> Option<u64> {
    header.filter(|header| header.trim() != "*").map(|_| version)
}
