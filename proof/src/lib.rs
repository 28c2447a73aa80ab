//! What proves that nothing drifts: each artefact is described by code other than the generator, and every description
//! is compared with the contract. Nothing here is part of the product.

pub mod mutants;
