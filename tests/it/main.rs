//! The contract tests: one file per tag of the contract, and one per promise that spans them.
//! Everything speaks HTTP to the real server; raw HTTP is for what the client cannot send.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod administration;
mod aliases;
mod architecture;
mod auth;
mod browser;
mod cognito;
mod commands;
mod conditional;
mod configuration;
mod constraints;
mod dashboard;
mod drift;
mod events;
mod feedback;
mod gateway;
mod idempotency;
mod invitations;
mod judges;
mod limits;
mod members;
mod metrics;
mod moto;
mod oidc;
mod pages;
mod problems;
mod process;
mod rate_limits;
mod readme;
mod roles;
mod round_trips;
mod routes;
mod spaces;
mod statuses;
mod support;
mod system;
mod tasks;
mod tokens;
mod users;
mod walks;
mod world;
