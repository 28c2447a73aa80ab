//! What derived schemas of generated types need help with: rules inside arrays and maps for `schemars`, and null inside
//! maps for `utoipa`. Nothing here reads or checks a value.

use std::borrow::Cow;

use schemars::transform::Transform;
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ObjectBuilder, OneOfBuilder, Ref, RefOr, Schema};

/// Rules that a `schemars` attribute adds to a schema, as deep as they are: `{"items": {"maxLength": 5}}`.
#[derive(Debug)]
pub struct Rules(pub serde_json::Value);

impl Transform for Rules {
    fn transform(&mut self, schema: &mut schemars::Schema) {
        let object = schema.ensure_object();
        for (name, value) in self.0.as_object().into_iter().flatten() {
            let member = object.entry(name.as_str()).or_insert(serde_json::Value::Null);
            crate::document::merge(member, value);
        }
    }
}

/// What `utoipa` calls a type or null. No contract has the name, for no type has a dot in it.
#[must_use]
pub fn or_null_name(name: &str) -> Cow<'static, str> {
    format!("{name}.orNull").into()
}

/// The schema of a type or null.
#[must_use]
pub fn or_null_schema(name: &str) -> RefOr<Schema> {
    let null = ObjectBuilder::new().schema_type(Type::Null);
    OneOfBuilder::new().item(Ref::from_schema_name(name)).item(null).into()
}

/// Declares types that `utoipa` sees instead of `Option<T>` inside a map: it derives code for that which does not
/// compile. They are in a module of their own, because they have the names of those that they stand for.
#[macro_export]
macro_rules! or_null {
    ($($name:ident),+) => {
        #[doc(hidden)]
        pub mod or_null {
            $(
                #[derive(Debug)]
                pub enum $name {}

                impl utoipa::PartialSchema for $name {
                    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                        $crate::or_null_schema(&<super::$name as utoipa::ToSchema>::name())
                    }
                }

                impl utoipa::ToSchema for $name {
                    fn name() -> std::borrow::Cow<'static, str> {
                        $crate::or_null_name(&<super::$name as utoipa::ToSchema>::name())
                    }
                }
            )+
        }
    };
}
