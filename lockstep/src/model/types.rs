//! The types of a contract as plain data: named types, their shapes and the rules of values.
//! Nothing here knows how a value travels, or what it is in a language.

use crate::source::Place;

/// A named type.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeDef {
    /// The type's name in every language (`PascalCase`, made by `names`). What is inline is named after where it stands:
    /// `{Type}{Field}`, `{Type}Item`, `{Type}Value`, `{Operation}{Parameter}`, `{Operation}RequestBody`,
    /// `{Operation}Response{Status}`; the request half of a split type is `{Type}Input`.
    pub name: String,
    /// The description, or empty.
    pub docs: String,
    /// JSON texts of `examples` (or `example`).
    pub examples: Vec<String>,
    /// Whether the document calls it deprecated.
    pub deprecated: bool,
    /// The JSON text of the default that its uses have unless they say another.
    pub default: Option<String>,
    /// Whether a request can contain it.
    pub in_requests: bool,
    /// Whether a response can contain it.
    pub in_responses: bool,
    /// What it is.
    pub shape: Shape,
    /// Where it is written.
    pub place: Place,
}

/// What a named type is.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// An object with known fields.
    Object(Object),
    /// One of some strings.
    Enum(Vec<EnumValue>),
    /// One of some objects, told apart by the string in one of their fields.
    Union(Union),
    /// Another name for a type. A constrained scalar becomes a type of its own (see [`Type::is_constrained`]).
    Alias(Type),
    /// The problem document that the runtime writes itself; the parser has checked that the shapes agree.
    Problem,
    /// An entry of the problem document's `errors`.
    Violation,
    /// The place of a violation.
    ViolationPlace,
}

/// An object with known fields. `allOf` is merged into one flat list of fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// The required fields in the order of `required` (parts of `allOf` first), then the optional ones by name.
    pub fields: Vec<Field>,
    /// What happens to other members.
    pub additional: Additional,
}

/// What an object does with members that it does not name.
#[derive(Clone, Debug, PartialEq)]
pub enum Additional {
    /// `additionalProperties: false`: refused in requests.
    Refused,
    /// Nothing said: ignored.
    Ignored,
    /// A schema, or `true` for [`Type::Any`]: collected beside the named fields.
    Typed(Type),
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The member's name on the wire.
    pub name: String,
    /// The description, or empty. A sibling of `$ref` wins over the target's.
    pub docs: String,
    /// JSON texts of examples.
    pub examples: Vec<String>,
    /// Whether the document calls it deprecated.
    pub deprecated: bool,
    /// Whether it must be present.
    pub required: bool,
    /// Whether it may be `null`. Optional and nullable means that absent, null and a value are three things.
    pub nullable: bool,
    /// Its type, without the null.
    pub ty: Type,
    /// The JSON text of its default.
    pub default: Option<String>,
    /// Where it is written.
    pub place: Place,
}

/// One string of an enumeration.
#[derive(Clone, Debug, PartialEq)]
pub struct EnumValue {
    /// The string on the wire.
    pub value: String,
    /// Its description (`x-enum-descriptions`, or `oneOf` of `const`s), or empty.
    pub docs: String,
}

/// A discriminated union.
#[derive(Clone, Debug, PartialEq)]
pub struct Union {
    /// The member that tells the variants apart.
    pub tag: String,
    /// The variants in the document's order. Each is an object whose tag field is an enum of its `tags`.
    pub variants: Vec<Variant>,
}

/// A variant of a union.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// The strings of the tag that mean this variant, at least one.
    pub tags: Vec<String>,
    /// The name of the object type.
    pub ty: String,
}

/// The type of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// A named type.
    Named(String),
    /// A string.
    Text(TextType),
    /// A number without fraction.
    Integer(IntegerType),
    /// A number.
    Number(NumberType),
    /// `true` or `false`.
    Boolean,
    /// An array.
    Array(Box<ArrayType>),
    /// An object with arbitrary names.
    Map(Box<MapType>),
    /// Any object, kept as it is.
    FreeObject,
    /// Any value at all, kept as it is.
    Any,
    /// A value or null, inside an array or a map. (Fields say [`Field::nullable`].)
    Nullable(Box<Type>),
    /// Bytes that are not JSON: only as a body.
    Bytes,
}

/// The rules of a string.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct TextType {
    /// The format, which decides the Rust type.
    pub format: TextFormat,
    /// `minLength` in code points.
    pub min_length: Option<u64>,
    /// `maxLength` in code points.
    pub max_length: Option<u64>,
    /// `pattern`: an ECMA 262 expression that the `regex` crate takes. What means other characters there, `.` and `\s`, the
    /// runtime translates.
    pub pattern: Option<String>,
    /// `const`: the only value.
    pub constant: Option<String>,
}

/// The formats that mean something here; any other is refused by the parser with a hint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextFormat {
    /// No format.
    #[default]
    Plain,
    /// RFC 9562; `uuid::Uuid` in Rust.
    Uuid,
    /// RFC 3339; `chrono::DateTime<Utc>` in Rust.
    DateTime,
    /// RFC 3339 full-date; `chrono::NaiveDate` in Rust.
    Date,
    /// RFC 5321 mailbox.
    Email,
    /// RFC 3986.
    Uri,
    /// RFC 3986, relative allowed.
    UriReference,
    /// RFC 1123.
    Hostname,
    /// RFC 2673 dotted quad.
    Ipv4,
    /// RFC 4291.
    Ipv6,
    /// Base64 (RFC 4648), kept as text.
    Byte,
    /// A secret: never in `Debug` output or in logs.
    Password,
}

/// The rules of an integer.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct IntegerType {
    /// Whether the format is `int32` (`i32` in Rust); else 64 bits.
    pub is_32_bit: bool,
    /// The least allowed value, exclusive bounds already turned into inclusive ones.
    pub minimum: Option<i64>,
    /// The greatest allowed value.
    pub maximum: Option<i64>,
    /// `multipleOf`.
    pub multiple_of: Option<i64>,
}

/// The rules of a number.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct NumberType {
    /// Whether the format is `float`; else double or none. Rust has `f64` for both.
    pub is_float: bool,
    /// `minimum`.
    pub minimum: Option<f64>,
    /// `maximum`.
    pub maximum: Option<f64>,
    /// `exclusiveMinimum`.
    pub exclusive_minimum: Option<f64>,
    /// `exclusiveMaximum`.
    pub exclusive_maximum: Option<f64>,
    /// `multipleOf`.
    pub multiple_of: Option<f64>,
}

/// An array and its rules.
#[derive(Clone, Debug, PartialEq)]
pub struct ArrayType {
    /// The items.
    pub items: Type,
    /// `minItems`.
    pub min_items: Option<u64>,
    /// `maxItems`.
    pub max_items: Option<u64>,
    /// `uniqueItems`.
    pub unique_items: bool,
}

/// A map and its rules.
#[derive(Clone, Debug, PartialEq)]
pub struct MapType {
    /// The values.
    pub values: Type,
    /// `minProperties`.
    pub min_properties: Option<u64>,
    /// `maxProperties`.
    pub max_properties: Option<u64>,
}

impl Type {
    /// Whether values are bound by more than their Rust type: such a named scalar becomes a type of its own.
    pub fn is_constrained(&self) -> bool {
        match self {
            Self::Text(text) => {
                let typed = matches!(
                    text.format,
                    TextFormat::Plain | TextFormat::Uuid | TextFormat::DateTime | TextFormat::Date
                );
                !typed
                    || (text.min_length, text.max_length) != (None, None)
                    || text.pattern.is_some()
                    || text.constant.is_some()
            }
            Self::Integer(rules) => (rules.minimum, rules.maximum, rules.multiple_of) != (None, None, None),
            Self::Number(rules) => {
                let free = NumberType {
                    is_float: rules.is_float,
                    ..NumberType::default()
                };
                *rules != free
            }
            _ => false,
        }
    }
}
