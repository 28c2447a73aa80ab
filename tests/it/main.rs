//! The contract tests: one file per tag of the contract, and one per promise that spans them.
//! Everything speaks HTTP to the real server; raw HTTP is for what the client cannot send.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]


mod browser;
mod drift;
mod moto;
mod process;
mod readme;
