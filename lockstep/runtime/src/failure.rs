//! How the work behind a request fails: it is refused, for one reason or one of several, or the machinery has a fault; and
//! the refusals of an operation, which are exactly those that it documents.

use std::error::Error;
use std::fmt;

use crate::{Forbidden, InternalError, Refusal, ServiceUnavailable, Unauthorized};

/// A fault of the machinery behind a handler, answered 503 where trying again may help and else 500.
#[derive(Debug)]
pub enum Fault {
    /// Trying again may help.
    Unavailable(ServiceUnavailable),
    /// It will not.
    Internal(InternalError),
}

impl Fault {
    /// Something did not answer or was too busy.
    pub fn unavailable(context: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(ServiceUnavailable::because(1, context))
    }

    /// Something is broken.
    pub fn internal(context: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Internal(InternalError::because(context))
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Unavailable(refusal) => refusal.into(),
            Fault::Internal(refusal) => refusal.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(refusal) => refusal.fmt(f),
            Self::Internal(refusal) => refusal.fmt(f),
        }
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unavailable(refusal) => refusal.source(),
            Self::Internal(refusal) => refusal.source(),
        }
    }
}

/// Why a call failed: it was refused for the reason `R`, or the machinery has a fault. (`F` is always [`Fault`]; it is a
/// parameter so that `refusals!` can ask for a conversion that not every operation has.)
#[derive(Debug)]
pub enum Failure<R, F = Fault> {
    /// Refused.
    Refused(R),
    /// A fault.
    Fault(F),
}

impl<R> From<Fault> for Failure<R> {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// One of two refusals, for calls that can be refused for either reason.
#[derive(Debug)]
pub enum OneOf<A, B> {
    /// The first reason.
    First(A),
    /// The second reason.
    Second(B),
}

impl Failure<Unauthorized> {
    /// The same failure among calls that can also lack a role.
    pub fn or_forbidden(self) -> Failure<OneOf<Unauthorized, Forbidden>> {
        match self {
            Self::Refused(refusal) => Failure::Refused(OneOf::First(refusal)),
            Self::Fault(fault) => Failure::Fault(fault),
        }
    }

    /// What to answer when a later alternative failed as well: a fault says more than that no credential was valid.
    #[must_use]
    pub fn or(self, later: Self) -> Self {
        match self {
            Self::Refused(_) => later,
            Self::Fault(_) => self,
        }
    }
}

impl Failure<OneOf<Unauthorized, Forbidden>> {
    /// The caller is known and has none of the roles that the operation asks for.
    pub fn missing_role() -> Self {
        let detail = "The operation needs a role that the caller does not have.";
        Self::Refused(OneOf::Second(Forbidden::new("missing-role", detail)))
    }

    /// What to answer when a later alternative failed as well: anything says more than that no credential was valid.
    #[must_use]
    pub fn or(self, later: Self) -> Self {
        match self {
            Self::Refused(OneOf::First(_)) => later,
            _ => self,
        }
    }
}

/// Defines the refusals of one operation: a type that is made only from the statuses that the contract documents, so
/// that `?` on anything else does not compile. `Fault` stands in the list where both 500 and 503 are documented, and
/// `actix::UnreadableBody` where there is a body and so 400, 408, 413 and 415 are.
///
/// ```
/// lockstep_runtime::refusals! {
///     /// How `getSpace` may refuse.
///     pub GetSpaceRefusal: NotFound, InternalError, ServiceUnavailable, Fault;
/// }
///
/// fn handler() -> Result<(), GetSpaceRefusal> {
///     Err(lockstep_runtime::NotFound::new("space-not-found", "There is no such space."))?
/// }
/// ```
///
/// ```compile_fail
/// lockstep_runtime::refusals! {
///     /// How `getSpace` may refuse.
///     pub GetSpaceRefusal: InternalError, ServiceUnavailable, Fault;
/// }
///
/// fn handler() -> Result<(), GetSpaceRefusal> {
///     Err(lockstep_runtime::NotFound::new("space-not-found", "There is no such space."))?
/// }
/// ```
#[macro_export]
macro_rules! refusals {
    ($($(#[$docs:meta])* pub $name:ident: $($status:ident $(:: $inner:ident)?),*;)*) => {$(
        $(#[$docs])*
        #[derive(Debug)]
        pub struct $name($crate::Refusal);

        $($crate::refusals!(@from $name, $status $(:: $inner)?);)+

        impl<A, B> From<$crate::OneOf<A, B>> for $name
        where
            Self: From<A> + From<B>,
        {
            fn from(refusal: $crate::OneOf<A, B>) -> Self {
                match refusal {
                    $crate::OneOf::First(refusal) => refusal.into(),
                    $crate::OneOf::Second(refusal) => refusal.into(),
                }
            }
        }

        impl From<$name> for $crate::Refusal {
            fn from(refusal: $name) -> Self {
                refusal.0
            }
        }
    )*};

    (@from $name:ident, Fault) => {
        $crate::refusals!(@from $name, Fault::);

        impl<R> From<$crate::Failure<R>> for $name
        where
            Self: From<R>,
        {
            fn from(failure: $crate::Failure<R>) -> Self {
                match failure {
                    $crate::Failure::Refused(refusal) => refusal.into(),
                    $crate::Failure::Fault(fault) => fault.into(),
                }
            }
        }
    };

    (@from $name:ident, $first:ident :: $($rest:ident)?) => {
        impl From<$crate::$first $(:: $rest)?> for $name {
            fn from(refusal: $crate::$first $(:: $rest)?) -> Self {
                Self(refusal.into())
            }
        }
    };

    (@from $name:ident, $status:ident) => {
        $crate::refusals!(@from $name, $status ::);
    };
}
