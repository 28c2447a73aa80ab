//! What the contract says of a value beyond its Rust type, as attributes of `utoipa` and `schemars`, so that the schemas
//! derived from the Rust types equal the contract's.

use super::{literals, resolve};
use crate::model::{Api, ArrayType, IntegerType, MapType, NumberType, Shape, TextFormat, TextType, Type, TypeDef};

/// The longest line, with its end.
const WIDTH: usize = 121;

/// Where the types are that `utoipa` sees instead of a type or null.
pub(in crate::emit) const OR_NULL: &str = "or_null::";

/// A keyword of JSON Schema with its value in Rust tokens.
struct Keyword {
    /// As in JSON Schema.
    name: &'static str,
    /// As in `#[schema(…)]`, where `utoipa` has it.
    utoipa: Option<&'static str>,
    value: String,
}

/// The attributes of a value: what `#[schema(…)]` and `#[schemars(…)]` contain.
#[derive(Default)]
pub(super) struct Attributes {
    schema: Vec<String>,
    schemars: Vec<String>,
    extensions: Vec<String>,
}

impl Attributes {
    /// The attributes of a type: its examples, its default and whether it is deprecated.
    pub(super) fn of_type(def: &TypeDef) -> Self {
        let mut attributes = Self::default();
        attributes.examples(&def.examples);
        if let (Shape::Alias(_) | Shape::Enum(_), Some(default)) = (&def.shape, &def.default) {
            attributes.default_value(default, false);
        }
        match def.shape {
            _ if !def.deprecated => {}
            // `utoipa` has no place for it in a union.
            Shape::Union(_) => attributes.extend("deprecated", "true"),
            _ => attributes.deprecated(),
        }
        attributes
    }

    /// Adds an entry of `#[schema(…)]`.
    pub(super) fn schema(&mut self, entry: impl Into<String>) {
        self.schema.push(entry.into());
    }

    /// Adds an entry of `#[schemars(…)]`.
    pub(super) fn schemars(&mut self, entry: impl Into<String>) {
        self.schemars.push(entry.into());
    }

    /// Adds a keyword that only `schemars` can say.
    pub(super) fn extend(&mut self, name: &str, value: &str) {
        self.extensions.push(format!("\"{name}\" = {value}"));
    }

    /// Adds examples, which only readers of the document want.
    pub(super) fn examples(&mut self, examples: &[String]) {
        if !examples.is_empty() {
            let examples: Vec<_> = examples.iter().map(|json| literals::schema_value(json)).collect();
            self.schema(format!("examples({})", examples.join(", ")));
        }
    }

    /// Says that it is deprecated, without the compiler's warning: servers must go on writing it.
    pub(super) fn deprecated(&mut self) {
        self.schema("deprecated");
        self.extend("deprecated", "true");
    }

    /// Says the default; `schemars` learns it from serde where serde knows it.
    pub(super) fn default_value(&mut self, json: &str, serde_knows: bool) {
        self.schema(format!("default = {}", literals::schema_value(json)));
        if !serde_knows {
            self.extend("default", &literals::json(json));
        }
    }

    /// Adds the rules of a type.
    pub(super) fn rules(&mut self, api: &Api, ty: &Type) {
        for keyword in keywords(ty) {
            if let Some(name) = keyword.utoipa {
                self.schema(format!("{name} = {}", keyword.value));
            }
            self.extend(keyword.name, &keyword.value);
        }
        match ty {
            Type::Array(array) => self.rules_inside(api, "items", &array.items),
            Type::Map(map) => self.rules_inside(api, "additionalProperties", &map.values),
            _ => {}
        }
    }

    /// Adds the rules of what is inside an array or a map: neither derive has attributes for them, but `schemars` takes a
    /// function on the schema.
    pub(super) fn rules_inside(&mut self, api: &Api, keyword: &str, ty: &Type) {
        if let Some(rules) = rules_json(api, ty) {
            self.schemars(format!(
                "transform = runtime::Rules(serde_json::json!({{\"{keyword}\": {rules}}}))"
            ));
        }
    }

    /// The attributes as source.
    pub(super) fn render(mut self, indent: &str) -> String {
        if !self.extensions.is_empty() {
            self.schemars.push(format!("extend({})", self.extensions.join(", ")));
        }
        let render = |name: &str, entries: &[String]| {
            let line = format!("{indent}#[{name}({})]\n", entries.join(", "));
            match entries {
                [] => String::new(),
                [_] => line,
                _ if line.len() <= WIDTH => line,
                // rustfmt leaves an attribute alone where it holds more than literals.
                _ => format!(
                    "{indent}#[{name}(\n{indent}    {},\n{indent})]\n",
                    entries.join(&format!(",\n{indent}    "))
                ),
            }
        };
        render("schema", &self.schema) + &render("schemars", &self.schemars)
    }
}

/// The type that `utoipa` should see instead of a Rust type that it cannot look into, with aliases followed.
pub(in crate::emit) fn schema_type(api: &Api, ty: &Type) -> String {
    match resolve(api, ty) {
        Type::Text(TextType {
            format: TextFormat::Password,
            ..
        }) => "String".to_owned(),
        Type::Array(array) => format!("Vec<{}>", schema_type(api, &array.items)),
        Type::Map(map) => format!("BTreeMap<String, {}>", value_type(api, &map.values)),
        Type::Nullable(inner) => format!("Option<{}>", schema_type(api, inner)),
        Type::FreeObject => "Object".to_owned(),
        resolved => super::rust_type(resolved),
    }
}

/// The type that `utoipa` should see instead of the values of a map.
fn value_type(api: &Api, values: &Type) -> String {
    if let Type::Nullable(inner) = resolve(api, values)
        && let Type::Named(name) = resolve(api, inner)
    {
        return format!("{OR_NULL}{name}");
    }
    schema_type(api, values)
}

/// The rules that a type without a schema of its own does not carry, at any depth, as tokens for `json!`.
pub(in crate::emit) fn rules_json(api: &Api, ty: &Type) -> Option<String> {
    let ty = resolve(api, ty);
    let inside = match ty {
        Type::Nullable(inner) => return rules_json(api, inner),
        Type::Array(array) => rules_json(api, &array.items).map(|rules| ("items", rules)),
        Type::Map(map) => rules_json(api, &map.values).map(|rules| ("additionalProperties", rules)),
        _ => None,
    };
    let own = keywords(ty).into_iter().map(|keyword| (keyword.name, keyword.value));
    let members: Vec<_> = own
        .chain(inside)
        .map(|(name, value)| format!("\"{name}\": {value}"))
        .collect();
    (!members.is_empty()).then(|| format!("{{{}}}", members.join(", ")))
}

/// The rules of a type as entries of an attribute of `utoipa`.
pub(in crate::emit) fn utoipa_rules(ty: &Type) -> Vec<String> {
    let entry = |keyword: Keyword| Some(format!("{} = {}", keyword.utoipa?, keyword.value));
    keywords(ty).into_iter().filter_map(entry).collect()
}

fn keywords(ty: &Type) -> Vec<Keyword> {
    match ty {
        Type::Text(text) => of_text(text),
        Type::Integer(integer) => of_integer(integer),
        Type::Number(number) => of_number(number),
        Type::Array(array) => of_array(array),
        Type::Map(map) => of_map(map),
        _ => Vec::new(),
    }
}

fn keyword(name: &'static str, utoipa: impl Into<Option<&'static str>>, value: Option<String>) -> Option<Keyword> {
    value.map(|value| Keyword {
        name,
        utoipa: utoipa.into(),
        value,
    })
}

fn of_text(text: &TextType) -> Vec<Keyword> {
    let count = |count: Option<u64>| count.map(|count| count.to_string());
    [
        keyword("format", "format", format_name(text.format).map(literals::text)),
        keyword("minLength", "min_length", count(text.min_length)),
        keyword("maxLength", "max_length", count(text.max_length)),
        keyword("pattern", "pattern", text.pattern.as_deref().map(literals::text)),
        keyword("const", None, text.constant.as_deref().map(literals::text)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The formats that do not follow from the Rust type.
fn format_name(format: TextFormat) -> Option<&'static str> {
    match format {
        TextFormat::Plain | TextFormat::Uuid | TextFormat::DateTime | TextFormat::Date => None,
        TextFormat::Email => Some("email"),
        TextFormat::Uri => Some("uri"),
        TextFormat::UriReference => Some("uri-reference"),
        TextFormat::Hostname => Some("hostname"),
        TextFormat::Ipv4 => Some("ipv4"),
        TextFormat::Ipv6 => Some("ipv6"),
        TextFormat::Byte => Some("byte"),
        TextFormat::Password => Some("password"),
    }
}

fn of_integer(rules: &IntegerType) -> Vec<Keyword> {
    let integer = |value: Option<i64>| value.map(|value| literals::json(&value.to_string()));
    [
        keyword("minimum", "minimum", integer(rules.minimum)),
        keyword("maximum", "maximum", integer(rules.maximum)),
        keyword("multipleOf", "multiple_of", integer(rules.multiple_of)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn of_number(rules: &NumberType) -> Vec<Keyword> {
    let number = |value: Option<f64>| value.map(literals::float);
    [
        keyword("format", "format", rules.is_float.then(|| literals::text("float"))),
        keyword("minimum", "minimum", number(rules.minimum)),
        keyword("maximum", "maximum", number(rules.maximum)),
        keyword("exclusiveMinimum", "exclusive_minimum", number(rules.exclusive_minimum)),
        keyword("exclusiveMaximum", "exclusive_maximum", number(rules.exclusive_maximum)),
        keyword("multipleOf", "multiple_of", number(rules.multiple_of)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn of_array(array: &ArrayType) -> Vec<Keyword> {
    let count = |count: Option<u64>| count.map(|count| count.to_string());
    [
        keyword("minItems", "min_items", count(array.min_items)),
        keyword("maxItems", "max_items", count(array.max_items)),
        keyword("uniqueItems", None, array.unique_items.then(|| "true".to_owned())),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn of_map(map: &MapType) -> Vec<Keyword> {
    let count = |count: Option<u64>| count.map(|count| count.to_string());
    [
        keyword("minProperties", None, count(map.min_properties)),
        keyword("maxProperties", None, count(map.max_properties)),
    ]
    .into_iter()
    .flatten()
    .collect()
}
