//! What the generated Rust looks like to those who use it: the types of fields and arguments, and what a call yields.
//! The emitters say how it is written; here aliases are replaced by what they stand for, for the compiler does so too.

use crate::emit::types::{field_type, rust_type};
use crate::lower::{self, Content, Success};
use crate::model::{Api, ArrayType, Body, Field, MapType, Operation, Response, Shape, TextFormat, Type, TypeDef};
use crate::names;

/// A type without aliases.
fn plain(api: &Api, ty: &Type) -> Type {
    match ty {
        Type::Named(name) => match api.type_def(name).map(|def| &def.shape) {
            Some(Shape::Alias(target)) if !target.is_constrained() => plain(api, target),
            _ => ty.clone(),
        },
        Type::Array(array) => Type::Array(Box::new(ArrayType {
            items: plain(api, &array.items),
            ..(**array).clone()
        })),
        Type::Map(map) => Type::Map(Box::new(MapType {
            values: plain(api, &map.values),
            ..(**map).clone()
        })),
        Type::Nullable(inner) => Type::Nullable(Box::new(plain(api, inner))),
        _ => ty.clone(),
    }
}

/// A type in Rust, in two spellings.
pub(super) struct Spelled {
    /// With the names of aliases.
    written: String,
    /// With what they stand for.
    plain: String,
}

impl Spelled {
    fn new(api: &Api, ty: &Type, spell: impl Fn(&Type) -> String) -> Self {
        Self {
            written: spell(ty),
            plain: spell(&plain(api, ty)),
        }
    }

    /// Whether it is the same type. An alias that stands for something else is told where it is defined.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.written == other.written || self.plain == other.plain
    }
}

/// A value's type.
pub(super) fn value(api: &Api, ty: &Type) -> Spelled {
    Spelled::new(api, ty, rust_type)
}

/// How a named type that stands for another is declared.
pub(super) fn alias(api: &Api, ty: &Type) -> Spelled {
    Spelled::new(api, ty, |ty| {
        let rust = rust_type(ty);
        if ty.is_constrained() {
            format!("struct({rust})")
        } else {
            rust
        }
    })
}

/// The type of a field of a struct.
pub(super) fn field(api: &Api, owner: &TypeDef, field: &Field) -> Spelled {
    Spelled::new(api, &field.ty, |ty| {
        let ty = ty.clone();
        field_type(api, owner, &Field { ty, ..field.clone() })
    })
}

/// What the setter of an argument takes: anything that becomes this, and every integer becomes every other.
pub(super) fn argument(api: &Api, ty: &Type) -> Spelled {
    Spelled::new(api, ty, |ty| match ty {
        Type::Integer(_) => "an integer".to_owned(),
        // Secrets are wrapped in the types, not in the arguments.
        Type::Text(text) if text.format == TextFormat::Password => "String".to_owned(),
        ty => rust_type(ty),
    })
}

/// What the setter of a body takes.
pub(super) fn body(api: &Api, ty: &Type) -> Spelled {
    Spelled::new(api, ty, |ty| match ty {
        Type::Text(_) | Type::Bytes => "reqwest::Body".to_owned(),
        _ => rust_type(ty),
    })
}

/// What a client makes of the body of an answer.
pub(super) fn answer(api: &Api, body: Option<&Body>) -> Spelled {
    let content = lower::content(body);
    let ty = match &content {
        Content::Json(ty) => ty,
        Content::Empty | Content::Stream => &Type::Bytes,
    };
    Spelled::new(api, ty, |ty| match content {
        Content::Empty => "()".to_owned(),
        Content::Stream => "ByteStream".to_owned(),
        Content::Json(_) => rust_type(ty),
    })
}

/// What a call yields when it succeeds.
pub(super) fn success(api: &Api, operation: &Operation) -> String {
    let successes = lower::successes(operation);
    let plain = |response: &Response| answer(api, response.body.as_ref()).plain;
    match lower::success(operation) {
        Success::One(_) => successes
            .first()
            .map_or_else(String::new, |(_, response)| plain(response)),
        Success::Several(_) => {
            let variants = successes.iter();
            let variants =
                variants.map(|(code, response)| format!("{}({})", names::answer_variant(*code), plain(response)));
            format!("enum {{ {} }}", variants.collect::<Vec<_>>().join(", "))
        }
    }
}

/// What a documented error holds.
pub(super) fn error(api: &Api, operation: &Operation) -> Spelled {
    let problems = lower::problems(operation);
    answer(api, problems.first().and_then(|response| response.body.as_ref()))
}
