//! Every golden file of the golden contracts, so that what is generated provably compiles.
//! The tests of this crate use the types as servers and clients do.

/// Parameters and bodies of every kind.
#[path = "../../accepted/requests"]
pub mod requests {
    pub mod api;
    pub mod client;
    pub mod types;
}

/// What a server does before and after the handler.
#[path = "../../accepted/served"]
pub mod served {
    pub mod api;
    pub mod client;
    pub mod types;
}

/// Every construct of types.
#[path = "../../accepted/shapes"]
pub mod shapes {
    pub mod api;
    pub mod client;
    pub mod types;
}

/// What the versions of OpenAPI write in different ways.
#[path = "../../twins/v3_0"]
pub mod v3_0 {
    pub mod api;
    pub mod client;
    pub mod types;
}

/// A contract as others write them.
#[path = "../../accepted/travel"]
pub mod travel {
    pub mod api;
    pub mod client;
    pub mod types;
}
