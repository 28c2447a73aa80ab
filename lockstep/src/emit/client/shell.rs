//! What stands around the operations: the file's docs and imports, `Client` and its constructors, the methods by tag.
//! All of it is plain text, for it is the same in every client.

use std::fmt::Write as _;

use regex::Regex;
use syn::Item;

use super::request;
use crate::emit::one_line;
use crate::model::{Api, Deprecation, Operation, Security, Status, Tag};
use crate::names;

/// The whole file: docs, imports, `Client`, the rest of the root and the module of builders.
pub(super) fn file(api: &Api, types: &str, header: &str, root: &str, builders: &str) -> String {
    let client = client(api);
    let body = format!("{client}{root}");
    let mut imports = String::new();
    for (module, names) in [
        ("std::collections", &["BTreeMap"][..]),
        ("std", &["fmt"]),
        ("std::time", &["Duration"]),
        ("", &[]),
        ("progenitor_client", &["encode_path"]),
        ("reqwest", &["RequestBuilder"]),
        ("reqwest::header", &["COOKIE"]),
    ] {
        imports += &import(&body, module, names, "");
    }
    format!(
        r"{header}//! The client of {title}, version {version} of the contract: a method per operation, over the contract's [`types`].
//!
//! Each method returns a builder; its `send` gives a [`ResponseValue`], with the body, `status()` and `headers()`, or an
//! [`enum@Error`]: [`Error::ErrorResponse`] is a problem that the operation documents, [`Error::UnexpectedResponse`] any
//! other answer, as it came.

{imports}
pub use progenitor_client::{{ByteStream, Error, ResponseValue}};
pub use reqwest;
#[doc(inline)]
pub use {types} as types;
{body}{builders}",
        title = api.title,
        version = api.version,
    )
}

/// `Client` and how one is made.
fn client(api: &Api) -> String {
    let (field, value) = if api.schemes.is_empty() {
        ("", "")
    } else {
        (
            "    credentials: Credentials,\n",
            ", credentials: Credentials::default()",
        )
    };
    format!(
        r#"
/// How long a client made by [`Client::new`] waits for a connection, and for a whole answer.
pub const TIMEOUT: Duration = Duration::from_secs(15);

/// A client of one server. Clones share connections.
#[derive(Clone, Debug)]
pub struct Client {{
    baseurl: String,
    client: reqwest::Client,
{field}}}

/// Making clients.
impl Client {{
    /// A client of the server at this URL, such as `https://example.org`. It waits [`TIMEOUT`] and follows no
    /// redirects, for no answer may come from elsewhere.
    ///
    /// # Panics
    ///
    /// If TLS cannot be initialised, as [`reqwest::Client::new`].
    #[allow(clippy::expect_used)]
    pub fn new(baseurl: &str) -> Self {{
        let client = reqwest::Client::builder()
            .connect_timeout(TIMEOUT)
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build();
        Self::with_client(baseurl, client.expect("TLS can be initialised"))
    }}

    /// A client that sends with `client`, which decides about timeouts, redirects, proxies and certificates.
    pub fn with_client(baseurl: &str, client: reqwest::Client) -> Self {{
        Self {{ baseurl: baseurl.trim_end_matches('/').to_owned(), client{value} }}
    }}
}}
{helpers}"#,
        helpers = request::helpers(api),
    )
}

/// The methods of one tag.
pub(super) fn methods<'a>(tag: &Tag, operations: impl Iterator<Item = &'a Operation>) -> String {
    let methods: Vec<String> = operations.map(method).collect();
    if methods.is_empty() {
        return String::new();
    }
    let docs = if tag.docs.trim().is_empty() {
        &tag.name
    } else {
        &tag.docs
    };
    format!("\n{}impl Client {{\n{}}}\n", comment(docs, ""), methods.join("\n"))
}

fn method(operation: &Operation) -> String {
    let (name, builder) = (names::rust_value(&operation.id), names::pascal(&operation.id));
    let mut text = comment(&operation_docs(operation), "    ");
    if let Some(deprecation) = &operation.deprecated {
        let _ = writeln!(text, "    #[deprecated(note = {:?})]", deprecation_note(deprecation));
    }
    let _ = write!(
        text,
        "    pub fn {name}(&self) -> builder::{builder}<'_> {{\n        builder::{builder}::new(self)\n    }}\n"
    );
    text
}

fn operation_docs(operation: &Operation) -> String {
    let mut docs = String::new();
    for paragraph in [operation.summary.trim(), operation.docs.trim()] {
        if !paragraph.is_empty() {
            docs += paragraph;
            docs += if paragraph.ends_with(['.', ':', '!', '?']) {
                "\n\n"
            } else {
                ".\n\n"
            };
        }
    }
    let _ = write!(
        docs,
        "`{} {}`{}",
        operation.method,
        operation.path,
        signed_in(&operation.security)
    );
    let mut list = String::new();
    for response in &operation.responses {
        let _ = write!(list, "\n- {}: {}", response.status, one_line(&response.docs));
        if response.status == Status::Exact(304) {
            list += " `send` gives [`Error::UnexpectedResponse`], `send_if_modified` gives `None`.";
        }
    }
    docs + "\n\n# Answers\n" + &list
}

/// Whom the operation asks for credentials.
fn signed_in(security: &Security) -> String {
    if security.alternatives.is_empty() {
        return String::new();
    }
    let schemes = |requirement: &crate::model::Requirement| {
        let names: Vec<String> = requirement
            .schemes
            .iter()
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        names.join(" and ")
    };
    let alternatives: Vec<String> = security.alternatives.iter().map(schemes).collect();
    let optional = if security.optional { ", if at hand" } else { "" };
    format!(", with {}{optional}", alternatives.join(" or "))
}

fn deprecation_note(deprecation: &Deprecation) -> String {
    let since = deprecation.since.as_ref().map(|date| format!("since {date}"));
    let sunset = deprecation.sunset.as_ref().map(|date| format!("works until {date}"));
    let successor = deprecation
        .successor
        .as_ref()
        .map(|id| format!("use `{}`", names::snake(id)));
    let parts: Vec<String> = [since, sunset, successor].into_iter().flatten().collect();
    if parts.is_empty() {
        "deprecated by the contract".to_owned()
    } else {
        parts.join("; ")
    }
}

/// The module of builders, with the imports that they need.
pub(super) fn builders(items: Vec<Item>) -> String {
    let body = prettyplease::unparse(&syn::File {
        shebang: None,
        attrs: Vec::new(),
        items,
    });
    let mut text = "\n/// A builder per operation: its arguments and how it is sent.\npub mod builder {\n".to_owned();
    for (module, names) in [
        ("progenitor_client", &["QueryParam"][..]),
        ("reqwest", &["StatusCode"]),
        (
            "reqwest::header",
            &["ACCEPT", "CONTENT_TYPE", "COOKIE", "HeaderMap", "HeaderValue"],
        ),
        (
            "super",
            &[
                "ByteStream",
                "Client",
                "Error",
                "ResponseValue",
                "Scheme",
                "cookie",
                "joined",
                "segment",
                "types",
            ],
        ),
    ] {
        text += &import(&body, module, names, "    ");
    }
    text + &spaced(&body) + "}\n"
}

/// An import of those of these names that the text mentions.
fn import(text: &str, module: &str, names: &[&str], indent: &str) -> String {
    let used: Vec<&str> = names.iter().copied().filter(|name| mentions(text, name)).collect();
    match used[..] {
        [] if module.is_empty() => "\n".to_owned(),
        [] => String::new(),
        [name] => format!("{indent}use {module}::{name};\n"),
        _ => format!("{indent}use {module}::{{{}}};\n", used.join(", ")),
    }
}

/// Whether a name is used.
fn mentions(text: &str, name: &str) -> bool {
    let pattern = match name {
        "cookie" | "joined" | "segment" => format!(r"[^.\w]{name}\(|\({name}\)"),
        "fmt" | "types" => format!(r"\b{name}::"),
        name => format!(r"\b{name}\b"),
    };
    Regex::new(&pattern).is_ok_and(|pattern| pattern.is_match(text))
}

/// A blank line between items and between functions, which prettyplease leaves out.
fn spaced(body: &str) -> String {
    let mut text = String::new();
    let mut previous = "";
    for line in body.lines() {
        let ends = matches!(previous, "}" | "    }");
        let begins = line.trim() != "}" && !line.trim().is_empty();
        if (ends && begins) || previous.is_empty() {
            text += "\n";
        }
        let _ = writeln!(text, "    {line}");
        previous = line;
    }
    text
}

/// Doc comments of this text.
fn comment(text: &str, indent: &str) -> String {
    text.trim()
        .lines()
        .map(|line| format!("{indent}/// {line}").trim_end().to_owned() + "\n")
        .collect()
}
