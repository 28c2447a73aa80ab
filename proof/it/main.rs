//! The proof as `make test` runs it.
