//! Every generated identifier is made here, from the names in the contract.
//! Emitters never change a name themselves, so that one thing has one name per language.

mod statuses;

pub use statuses::{REFUSALS, answer_variant, refusal};

/// Keywords of Rust 2024, strict and reserved.
const RUST_KEYWORDS: [&str; 53] = [
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super",
    "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield", "_",
];

/// Keywords that cannot be written as `r#…`.
const RUST_NEVER_RAW: [&str; 5] = ["Self", "_", "crate", "self", "super"];

/// Words that cannot name a value in a TypeScript module.
const TYPESCRIPT_KEYWORDS: [&str; 49] = [
    "arguments",
    "async",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "undefined",
    "var",
    "void",
    "while",
    "with",
];

/// Names that a type cannot have, for generated Rust or TypeScript uses them for something else, or `utoipa` takes any
/// type of that name for another.
const RESERVED_TYPES: [&str; 53] = [
    "Any",
    "Array",
    "ArrayBuffer",
    "BTreeMap",
    "Blob",
    "Box",
    "Clone",
    "Copy",
    "Cow",
    "Date",
    "DateTime",
    "Debug",
    "Decode",
    "Default",
    "Deserialize",
    "Drop",
    "Duration",
    "Err",
    "Error",
    "FnOnce",
    "From",
    "Headers",
    "Into",
    "Iterator",
    "JsonSchema",
    "Map",
    "NaiveDate",
    "NaiveDateTime",
    "NaiveTime",
    "None",
    "Object",
    "Ok",
    "Option",
    "Partial",
    "Patch",
    "Promise",
    "Readonly",
    "Record",
    "Request",
    "Response",
    "Result",
    "Secret",
    "Self",
    "Serialize",
    "Set",
    "Some",
    "String",
    "TextEnum",
    "ToSchema",
    "Utc",
    "Validate",
    "Value",
    "Vec",
];

/// Terms whose own spelling hides where their words end.
const TERMS: [(&str, &str); 3] = [("ETag", "Etag"), ("OAuth", "Oauth"), ("IPv", "Ipv")];

/// The words of a name, in lower case: `avatarUrl`, `avatar-url` and `AvatarURL` are all `avatar`, `url`.
///
/// A run of capitals is one word up to the capital that begins the next word (`HTTPServer`), with a plural `s`
/// (`userIDs`); digits belong to the word before them. Everything that is no ASCII letter or digit separates words.
pub fn words(name: &str) -> Vec<String> {
    let name = TERMS
        .iter()
        .fold(name.to_owned(), |name, (term, plain)| name.replace(term, plain));
    let mut words = Vec::new();
    for part in name.split(|character: char| !character.is_ascii_alphanumeric()) {
        let chars: Vec<char> = part.chars().collect();
        let mut word = String::new();
        for (at, &current) in chars.iter().enumerate() {
            let previous = at.checked_sub(1).and_then(|before| chars.get(before));
            if previous.is_some_and(|&previous| begins_word(previous, current, chars.get(at + 1..).unwrap_or_default()))
            {
                words.push(std::mem::take(&mut word));
            }
            word.push(current.to_ascii_lowercase());
        }
        if !word.is_empty() {
            words.push(word);
        }
    }
    words
}

/// Whether `current` begins a word after `previous`.
fn begins_word(previous: char, current: char, rest: &[char]) -> bool {
    if !current.is_ascii_uppercase() {
        return false;
    }
    let plural = matches!(rest, ['s'] | ['s', 'A'..='Z' | '0'..='9', ..]);
    !previous.is_ascii_uppercase() || (rest.first().is_some_and(char::is_ascii_lowercase) && !plural)
}

/// `PascalCase`.
pub fn pascal(name: &str) -> String {
    words(name).iter().map(|word| capitalised(word)).collect()
}

/// `camelCase`.
pub fn camel(name: &str) -> String {
    let mut words = words(name).into_iter();
    let first = words.next().unwrap_or_default();
    words.fold(first, |name, word| name + &capitalised(&word))
}

/// `snake_case`.
pub fn snake(name: &str) -> String {
    words(name).join("_")
}

/// `SCREAMING_SNAKE_CASE`.
pub fn screaming(name: &str) -> String {
    snake(name).to_ascii_uppercase()
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(chars)
        .collect()
}

/// The name of a type in every language: `PascalCase`, kept as it is if it has that shape already.
pub fn type_name(name: &str) -> String {
    let is_pascal = name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.chars().all(|character| character.is_ascii_alphanumeric());
    if is_pascal {
        name.to_owned()
    } else {
        starting_with_letter(pascal(name), "N")
    }
}

/// Whether a type cannot have this name.
pub fn is_reserved_type(name: &str) -> bool {
    RESERVED_TYPES.contains(&name)
}

/// A field, an argument, a function or a module in Rust: `snake_case`, with keywords as `r#type` (`self_` where Rust
/// has no such form).
pub fn rust_value(name: &str) -> String {
    rust_escaped(starting_with_letter(snake(name), "n"))
}

/// A variant in Rust: `PascalCase`. A value without letters or digits is spelled by its code points, so that `+` and
/// `-` differ.
pub fn rust_variant(value: &str) -> String {
    if value.is_empty() {
        return "Empty".to_owned();
    }
    let spelled = match value.strip_prefix('-') {
        Some(rest) if !words(rest).is_empty() => format!("minus-{rest}"),
        _ if words(value).is_empty() => value
            .chars()
            .map(|character| format!("U{:04x}", u32::from(character)))
            .collect::<Vec<_>>()
            .join("-"),
        _ => value.to_owned(),
    };
    rust_escaped(starting_with_letter(pascal(&spelled), "N"))
}

fn rust_escaped(name: String) -> String {
    match name.as_str() {
        raw if RUST_NEVER_RAW.contains(&raw) => name + "_",
        keyword if RUST_KEYWORDS.contains(&keyword) => format!("r#{name}"),
        _ => name,
    }
}

fn starting_with_letter(name: String, prefix: &str) -> String {
    if name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        name
    } else {
        format!("{prefix}{name}")
    }
}

/// A function or an argument in TypeScript: `camelCase`, with an underscore after keywords.
pub fn typescript_value(name: &str) -> String {
    let name = starting_with_letter(camel(name), "n");
    if TYPESCRIPT_KEYWORDS.contains(&name.as_str()) {
        name + "_"
    } else {
        name
    }
}

/// A member in a TypeScript type: the name on the wire, in quotes if it is no identifier.
pub fn typescript_member(name: &str) -> String {
    let mut chars = name.chars();
    let starts = chars
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_' || first == '$');
    if starts && chars.all(|character| character.is_ascii_alphanumeric() || character == '_' || character == '$') {
        name.to_owned()
    } else {
        serde_json::Value::from(name).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_follow_the_case() {
        for (name, expected) in [
            ("avatarUrl", "avatar_url"),
            ("latencyMs", "latency_ms"),
            ("getJwks", "get_jwks"),
            ("eventID", "event_id"),
            ("userIDs", "user_ids"),
            ("userIDsSeen", "user_ids_seen"),
            ("HTTPServer", "http_server"),
            ("sha256Hash", "sha256_hash"),
            ("v1Beta", "v1_beta"),
            ("If-None-Match", "if_none_match"),
            ("ETag", "etag"),
            ("X-Request-ID", "x_request_id"),
            ("in_progress", "in_progress"),
            ("", ""),
        ] {
            assert_eq!(snake(name), expected, "{name}");
        }
        assert_eq!(pascal("in_progress"), "InProgress");
        assert_eq!(camel("X-Request-ID"), "xRequestId");
        assert_eq!(screaming("createSpace"), "CREATE_SPACE");
    }

    #[test]
    fn keywords_and_odd_names_become_identifiers() {
        for (name, expected) in [
            ("type", "r#type"),
            ("self", "self_"),
            ("in", "r#in"),
            ("2fa", "n2fa"),
            ("名", "n"),
        ] {
            assert_eq!(rust_value(name), expected);
        }
        for (value, expected) in [
            ("self", "Self_"),
            ("1d", "N1d"),
            ("-dueAt", "MinusDueAt"),
            ("", "Empty"),
            ("+", "U002b"),
            ("*", "U002a"),
        ] {
            assert_eq!(rust_variant(value), expected);
        }
        assert_eq!(typescript_value("delete"), "delete_");
        assert_eq!(typescript_member("x-y"), "\"x-y\"");
        assert_eq!(typescript_member("x_y"), "x_y");
        assert_eq!(type_name("HTTPStatus"), "HTTPStatus");
        assert_eq!(type_name("space-list"), "SpaceList");
    }

    proptest::proptest! {
        #[test]
        fn every_name_becomes_an_identifier(name in ".{0,24}") {
            for identifier in [rust_value(&name), rust_variant(&name), type_name(&name)] {
                proptest::prop_assert!(syn::parse_str::<syn::Ident>(&identifier).is_ok(), "{name:?} → {identifier}");
            }
        }
    }
}
