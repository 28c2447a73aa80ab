//! The primitives of authentication: passwords, access tokens, refresh tokens and codes.
//! They know neither HTTP nor the store; handlers put them together.

pub mod codes;
pub mod cursors;
pub mod digest;
pub mod external;
mod jwks;
pub mod keys;
pub mod passwords;
pub mod refresh;
pub mod replays;
pub mod tokens;
