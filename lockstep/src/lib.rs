//! Lockstep: one OpenAPI document becomes actix-web handler traits, a Rust client and TypeScript types that cannot drift
//! apart. The stages pass plain data: `source` and `parse` make a [`model::Api`], `emit` renders it, `output` writes or
//! compares.

pub mod config;
pub mod conform;
pub mod coverage;
pub mod diff;
pub mod emit;
pub mod generate;
pub mod lint;
pub mod lower;
pub mod model;
pub mod names;
pub mod output;
pub mod parse;
pub mod source;
