//! What was built: the values behind `getVersion`.
//! The commit and the time come from the environment of the build, so that a build can be repeated byte for byte.

use chrono::{DateTime, Utc};

/// The version of the service.
pub const SERVICE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// The version of the contract, `info.version`.
pub const CONTRACT_VERSION: &str = crate::api::CONTRACT_VERSION;

/// The git commit (`SPACES_COMMIT` at build time), or `unknown`.
pub const COMMIT: &str = match option_env!("SPACES_COMMIT") {
    Some(commit) => commit,
    None => "unknown",
};

/// When it was built (`SOURCE_DATE_EPOCH` at build time, in seconds); the epoch itself where nobody said.
pub fn built_at() -> DateTime<Utc> {
    let seconds = option_env!("SOURCE_DATE_EPOCH").and_then(|seconds| seconds.parse().ok());
    DateTime::from_timestamp(seconds.unwrap_or(0), 0).unwrap_or_default()
}
