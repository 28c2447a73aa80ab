//! The contract tests: one file per tag of the contract, and one per promise that spans them.
//! Everything speaks HTTP to the real server; raw HTTP is for what the client cannot send.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]


mod browser;
mod dashboard;
mod drift;
mod events;
mod idempotency;
mod invitations;
mod members;
mod metrics;
mod moto;
mod process;
mod rate_limits;
mod readme;
mod support;
mod system;
mod tasks;
mod users;
