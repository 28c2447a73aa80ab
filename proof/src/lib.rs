//! What proves that nothing drifts: each artefact is described by code other than the generator, and every description
//! is compared with the contract. Nothing here is part of the product.

pub mod artefacts;
pub mod discriminator;
pub mod equality;
pub mod ledger;
pub mod mutants;
pub mod operations;
pub mod pairing;
pub mod proof;
pub mod report;
pub mod schema;
pub mod survival;
pub mod table;
pub mod travel;
pub mod typescript;
pub mod values;
