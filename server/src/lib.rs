//! The Spaces server: settings, authentication, the edge and the store, put together by the application.
//! Everything is a library, so that tests start the same server that the binary runs.

pub mod api;
pub mod app;
pub mod auth;
mod aws;
pub mod clock;
pub mod commands;
pub mod edge;
mod handlers;
pub mod metrics;
mod rules;
pub mod serve;
pub mod settings;
pub mod store;
pub mod version;
