//! Credentials: one enum variant and one setter per security scheme of the contract, and the call that adds them to
//! the requests of operations that ask for them.

use std::fmt::Write as _;

use crate::model::{Api, SchemeKind, Security, SecurityScheme};
use crate::names;

/// The statement that adds the credentials to a request, or nothing for public operations.
pub(super) fn call(security: &Security) -> String {
    if security.alternatives.is_empty() {
        return String::new();
    }
    let alternatives: Vec<String> = security
        .alternatives
        .iter()
        .map(|requirement| {
            let schemes: Vec<String> = requirement.schemes.iter().map(|(scheme, _)| variant(scheme)).collect();
            format!("&[{}]", schemes.join(", "))
        })
        .collect();
    format!(
        "let request = client.authorise(request, &[{}]);",
        alternatives.join(", ")
    )
}

/// The enum of schemes and the setters; nothing for a contract without security.
pub(super) fn render(api: &Api) -> String {
    if api.schemes.is_empty() {
        return String::new();
    }
    let (mut variants, mut setters, mut arms) = (String::new(), String::new(), String::new());
    for (at, scheme) in api.schemes.iter().enumerate() {
        if at > 0 {
            setters += "\n";
        }
        // Writing to a string cannot fail.
        let _ = writeln!(
            variants,
            "    /// It travels {}.\n    {},",
            travels(&scheme.kind),
            variant(&scheme.name).replace("Scheme::", "")
        );
        let _ = writeln!(
            arms,
            "                {} => {},",
            variant(&scheme.name),
            adding(&scheme.kind)
        );
        setters += &setter(scheme);
    }
    format!(
        r#"
/// How credentials travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scheme {{
{variants}}}

/// Credentials by scheme, sent only to operations that ask for them and never part of `Debug` output.
#[derive(Clone, Default)]
pub(crate) struct Credentials(BTreeMap<Scheme, String>);

impl fmt::Debug for Credentials {{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {{
        f.debug_set().entries(self.0.keys()).finish()
    }}
}}

/// Signing in.
impl Client {{
{setters}
    /// Adds the credentials of the first alternative of which all are there. Without them the request goes as it is,
    /// and the server says what it thinks of that.
    fn authorise(&self, mut request: RequestBuilder, alternatives: &[&[Scheme]]) -> RequestBuilder {{
        let Credentials(credentials) = &self.credentials;
        let complete = |schemes: &&&[Scheme]| schemes.iter().all(|scheme| credentials.contains_key(scheme));
        let schemes = alternatives.iter().find(complete).copied().unwrap_or_default();
        for (scheme, secret) in schemes.iter().filter_map(|scheme| credentials.get_key_value(scheme)) {{
            request = match scheme {{
{arms}            }};
        }}
        request
    }}
}}
"#
    )
}

/// The method that sets the credential of this scheme.
pub(super) fn setter_name(scheme: &SecurityScheme) -> String {
    format!("with_{}", names::snake(&scheme.name))
}

fn setter(scheme: &SecurityScheme) -> String {
    let name = setter_name(scheme);
    let variant = variant(&scheme.name);
    let docs = match scheme.docs.trim() {
        "" => String::new(),
        docs => {
            "    ///\n".to_owned()
                + &docs
                    .lines()
                    .map(|line| format!("    /// {}\n", line.trim()))
                    .collect::<String>()
        }
    };
    let (arguments, value) = match scheme.kind {
        SchemeKind::Basic => ("user: &str, password: &str", "format!(\"{user}:{password}\")"),
        SchemeKind::Bearer(_) => ("token: impl Into<String>", "token.into()"),
        _ => ("key: impl Into<String>", "key.into()"),
    };
    format!(
        "    /// This client with a credential for `{}`, which travels {}.\n\
         {docs}    #[must_use]\n    \
         pub fn {name}(mut self, {arguments}) -> Self {{\n        \
         self.credentials.0.insert({variant}, {value});\n        self\n    }}\n",
        scheme.name,
        travels(&scheme.kind),
    )
}

fn variant(scheme: &str) -> String {
    format!("Scheme::{}", names::rust_variant(scheme))
}

/// How a credential travels, in words.
fn travels(kind: &SchemeKind) -> String {
    match kind {
        SchemeKind::Bearer(_) => "as `Authorization: Bearer …`".to_owned(),
        SchemeKind::Basic => "as `Authorization: Basic …`".to_owned(),
        SchemeKind::ApiKeyHeader(name) => format!("as the header `{name}`"),
        SchemeKind::ApiKeyQuery(name) => format!("as the query parameter `{name}`"),
        SchemeKind::ApiKeyCookie(name) => format!("as the cookie `{name}`"),
    }
}

/// The expression that adds `secret` to `request`.
fn adding(kind: &SchemeKind) -> String {
    match kind {
        SchemeKind::Bearer(_) => "request.bearer_auth(secret)".to_owned(),
        SchemeKind::Basic => "match secret.split_once(':') {\n                    \
            Some((user, password)) => request.basic_auth(user, Some(password)),\n                    \
            None => request,\n                }"
            .to_owned(),
        SchemeKind::ApiKeyHeader(name) => format!("request.header({name:?}, secret)"),
        SchemeKind::ApiKeyQuery(name) => format!("request.query(&[({name:?}, secret)])"),
        SchemeKind::ApiKeyCookie(name) => format!("request.header(COOKIE, format!(\"{name}={{secret}}\"))"),
    }
}
