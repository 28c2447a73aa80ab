//! The resolved contract as plain data: what the emitters read and the parser makes.
//! No rendering and no decisions about languages live here, only what the document says.
//!
//! Nothing depends on the order of the document's mappings: where YAML has a list, its order is kept; everything else is
//! sorted.

use crate::source::Place;

/// A whole contract: everything is resolved, named and ordered, so that emitters take no decisions.
#[derive(Clone, Debug, PartialEq)]
pub struct Api {
    /// `info.title`.
    pub title: String,
    /// `info.version`.
    pub version: String,
    /// `info.description`, or empty.
    pub description: String,
    /// The tags that have operations, in the order of the document's `tags`; every operation is in exactly one of them.
    pub tags: Vec<Tag>,
    /// Security schemes in use, sorted by name.
    pub schemes: Vec<SecurityScheme>,
    /// Every role named in a security requirement, sorted.
    pub roles: Vec<String>,
    /// Every named type, sorted by name: component schemas and inline objects, enums and unions.
    pub types: Vec<TypeDef>,
    /// Every operation, sorted by path and then by method.
    pub operations: Vec<Operation>,
}

/// A tag: one handler trait.
#[derive(Clone, Debug, PartialEq)]
pub struct Tag {
    /// The tag as the document writes it.
    pub name: String,
    /// Its description, or empty.
    pub docs: String,
}

/// A named type.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeDef {
    /// The type's name in every language (`PascalCase`, made by `names`).
    pub name: String,
    /// The description, or empty.
    pub docs: String,
    /// JSON texts of `examples` (or `example`).
    pub examples: Vec<String>,
    /// Whether the document calls it deprecated.
    pub deprecated: bool,
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
    /// `pattern`: an ECMA 262 expression that means the same to the `regex` crate (but for line separators in `.` and
    /// for U+0085 and U+FEFF in `\s`).
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

/// An operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// `operationId`, in the document's `camelCase`.
    pub id: String,
    /// The HTTP method in upper case.
    pub method: String,
    /// The path template, as in `/api/spaces/{spaceId}`.
    pub path: String,
    /// Other paths that are routed to it.
    pub aliases: Vec<Alias>,
    /// Its only tag.
    pub tag: String,
    /// `summary`, or empty.
    pub summary: String,
    /// `description`, or empty.
    pub docs: String,
    /// Whether, since when and until when it is deprecated.
    pub deprecated: Option<Deprecation>,
    /// Who may call it.
    pub security: Security,
    /// Path parameters in the order of the path, then the others in the order of the document's lists.
    pub parameters: Vec<Parameter>,
    /// The request body.
    pub body: Option<Body>,
    /// The answers by status, sorted; `default` and ranges after the exact ones.
    pub responses: Vec<Response>,
    /// Where it is written.
    pub place: Place,
}

/// A path that older clients call (`x-aliases`).
#[derive(Clone, Debug, PartialEq)]
pub struct Alias {
    /// The path template; its parameters are those of the operation's own path.
    pub path: String,
    /// Since when and until when.
    pub deprecation: Deprecation,
}

/// `Deprecation` (RFC 9745) and `Sunset` (RFC 8594), as dates `2026-11-20` (midnight UTC).
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Deprecation {
    /// Since when it is deprecated (`x-deprecated-since`, or `deprecated` of an alias).
    pub since: Option<String>,
    /// When it stops working (`x-sunset`, or `sunset` of an alias).
    pub sunset: Option<String>,
    /// The operation that replaces it (`x-successor`); an alias is replaced by its operation's path.
    pub successor: Option<String>,
}

/// The security requirements of an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Security {
    /// Alternatives (OR). Empty means that nobody is asked who they are.
    pub alternatives: Vec<Requirement>,
    /// Whether `{}` is one of the alternatives, so that no credentials are fine too.
    pub optional: bool,
}

/// Schemes that must all be satisfied (AND), sorted by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    /// Each scheme with the roles of which the principal needs one; no roles means any principal.
    pub schemes: Vec<(String, Vec<String>)>,
}

/// A security scheme.
#[derive(Clone, Debug, PartialEq)]
pub struct SecurityScheme {
    /// The name under `components.securitySchemes`.
    pub name: String,
    /// The description, or empty.
    pub docs: String,
    /// How the credential travels.
    pub kind: SchemeKind,
}

/// How a credential travels.
#[derive(Clone, Debug, PartialEq)]
pub enum SchemeKind {
    /// `Authorization: Bearer …`, with the `bearerFormat`.
    Bearer(Option<String>),
    /// `Authorization: Basic …`.
    Basic,
    /// A header, by its name.
    ApiKeyHeader(String),
    /// A query parameter, by its name.
    ApiKeyQuery(String),
    /// A cookie, by its name.
    ApiKeyCookie(String),
}

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// The name on the wire.
    pub name: String,
    /// Where it travels.
    pub location: Location,
    /// The description, or empty.
    pub docs: String,
    /// Whether it must be present.
    pub required: bool,
    /// Whether the document calls it deprecated.
    pub deprecated: bool,
    /// A scalar, a named scalar or enum, or (in queries) an array of those.
    pub ty: Type,
    /// For arrays in queries: whether each item repeats the name (`a=1&a=2`) instead of being joined by commas.
    pub explode: bool,
    /// The JSON text of its default.
    pub default: Option<String>,
    /// The JSON text of an example.
    pub example: Option<String>,
    /// Where it is written.
    pub place: Place,
}

/// Where a parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Location {
    /// In the path.
    Path,
    /// After the `?`.
    Query,
    /// As a header.
    Header,
    /// As a cookie.
    Cookie,
}

/// A request body.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    /// The description, or empty.
    pub docs: String,
    /// Whether it must be present.
    pub required: bool,
    /// The media type, such as `application/json` or `application/merge-patch+json`.
    pub media_type: String,
    /// What it contains: a named type for JSON, [`Type::Text`] for text, [`Type::Bytes`] for the rest.
    pub ty: Type,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// Which status it describes.
    pub status: Status,
    /// The description.
    pub docs: String,
    /// Its headers, sorted by name.
    pub headers: Vec<Header>,
    /// Its body, if any.
    pub body: Option<Body>,
}

impl Response {
    /// Whether it is a problem document (RFC 9457), which the generated layer writes.
    pub fn is_problem(&self) -> bool {
        self.body.as_ref().is_some_and(|body| body.media_type == "application/problem+json")
    }
}

/// Which status a response describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// One status.
    Exact(u16),
    /// A class such as `4XX`, by its first digit.
    Class(u8),
    /// `default`.
    Default,
}

/// A header of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// The name, as the document writes it.
    pub name: String,
    /// The description, or empty.
    pub docs: String,
    /// Whether it is always sent.
    pub required: bool,
    /// A scalar. A `const` is sent by the generated code itself.
    pub ty: Type,
}

impl Api {
    /// The type of this name. Every name that the model mentions is defined: the parser has checked it.
    pub fn type_def(&self, name: &str) -> Option<&TypeDef> {
        self.types.binary_search_by(|def| def.name.as_str().cmp(name)).ok().and_then(|at| self.types.get(at))
    }
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
                !typed || (text.min_length, text.max_length) != (None, None) || text.pattern.is_some()
                    || text.constant.is_some()
            }
            Self::Integer(rules) => {
                (rules.minimum, rules.maximum, rules.multiple_of) != (None, None, None)
            }
            Self::Number(rules) => {
                let free = NumberType { is_float: rules.is_float, ..NumberType::default() };
                *rules != free
            }
            _ => false,
        }
    }
}
