//! The emitters: each prints the model as one artefact. They take no decisions that the model could take for them.

pub mod client;
pub mod server;
pub mod types;
pub mod typescript;

/// Words of the contract on one line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
