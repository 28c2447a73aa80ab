//! Every golden file of the golden contracts, so that what is generated provably compiles.
//! The tests of this crate use the types as servers and clients do.

/// Who may call what, and where it is.
#[path = "../../accepted/access"]
pub mod access {
    pub mod api;
    pub mod client;
    pub mod types;
}

/// Every kind of array, map and other name.
#[path = "../../accepted/collections"]
pub mod collections {
    pub mod api;
    pub mod client;
    pub mod types;
}

/// Bodies and answers.
#[path = "../../accepted/messages"]
pub mod messages {
    pub mod api;
    pub mod client;
    pub mod types;
}

/// Every kind of number.
#[path = "../../accepted/numbers"]
pub mod numbers {
    pub mod api;
    pub mod client;
    pub mod types;
}

/// Every kind of object and member.
#[path = "../../accepted/objects"]
pub mod objects {
    pub mod api;
    pub mod client;
    pub mod types;
}

/// What OpenAPI 3.0 writes in words of its own.
#[path = "../../accepted/older"]
pub mod older {
    pub mod api;
    pub mod client;
    pub mod types;
}

/// Everything that stands outside of bodies.
#[path = "../../accepted/parameters"]
pub mod parameters {
    pub mod api;
    pub mod client;
    pub mod types;
}

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

/// Every kind of text.
#[path = "../../accepted/texts"]
pub mod texts {
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

/// Every kind of union.
#[path = "../../accepted/unions"]
pub mod unions {
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
