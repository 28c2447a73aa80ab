//! Security schemes and requirements: who may call what.

use super::{Context, Version};
use crate::model::{Requirement, SchemeKind, Security, SecurityScheme};
use crate::source::{Node, Value};
use std::collections::BTreeSet;

impl<'d> Context<'d> {
    /// The schemes under `components.securitySchemes`, by name.
    pub(super) fn security_schemes(&mut self, root: &'d Node) -> Vec<SecurityScheme> {
        let Some(components) = root.get("components") else {
            return Vec::new();
        };
        let entries = self.table(components, "securitySchemes");
        entries
            .into_iter()
            .filter_map(|entry| self.security_scheme(&entry.key, &entry.value))
            .collect()
    }

    fn security_scheme(&mut self, name: &str, node: &'d Node) -> Option<SecurityScheme> {
        // A scheme that cannot be read is still declared: requirements that name it are not wrong as well.
        self.declared_schemes.insert(name.to_owned());
        let node = self.component(node)?;
        let known = [
            "type",
            "description",
            "name",
            "in",
            "scheme",
            "bearerFormat",
            "flows",
            "openIdConnectUrl",
        ];
        self.mapping(node, "a security scheme", &known);
        let place = &node.get("type").unwrap_or(node).place;
        let kind = match self.required_text(node, "type", "a security scheme")? {
            "http" => match self
                .required_text(node, "scheme", "an HTTP scheme")?
                .to_ascii_lowercase()
                .as_str()
            {
                "bearer" => SchemeKind::Bearer(self.text(node, "bearerFormat").map(str::to_owned)),
                "basic" => SchemeKind::Basic,
                other => return self.no_scheme(place, &format!("the HTTP scheme `{other}`")),
            },
            "apiKey" => {
                let key = self.required_text(node, "name", "an API key")?.to_owned();
                match self.required_text(node, "in", "an API key")? {
                    "header" => SchemeKind::ApiKeyHeader(key),
                    "query" => SchemeKind::ApiKeyQuery(key),
                    "cookie" => SchemeKind::ApiKeyCookie(key),
                    other => return self.no_scheme(place, &format!("an API key in `{other}`")),
                }
            }
            other => return self.no_scheme(place, &format!("the scheme type `{other}`")),
        };
        Some(SecurityScheme {
            name: name.to_owned(),
            docs: self.docs(node, "description"),
            kind,
        })
    }

    fn no_scheme<T>(&mut self, place: &crate::source::Place, what: &str) -> Option<T> {
        let hint = "Use `type: http`, `scheme: bearer`, with the roles in the requirement; or basic, or an API key.";
        self.error(place, "unsupported-security", format!("{what} is not supported"), hint);
        None
    }

    /// The requirements of an operation, or those of the document where it has none of its own.
    pub(super) fn security(&mut self, root: &'d Node, operation: &'d Node) -> Security {
        let holder = if operation.get("security").is_some() {
            operation
        } else {
            root
        };
        let mut security = Security {
            alternatives: Vec::new(),
            optional: false,
        };
        for alternative in self.list(holder, "security") {
            if !matches!(alternative.value, Value::Mapping(_)) {
                let message = format!("a security requirement is a mapping, not {}", alternative.kind());
                self.error(&alternative.place, "wrong-kind", message, "Write `- bearerAuth: []`.");
                continue;
            }
            let schemes: Vec<_> = alternative
                .sorted_entries()
                .into_iter()
                .map(|entry| self.requirement(entry))
                .collect();
            if schemes.is_empty() {
                security.optional = true;
            } else {
                security.alternatives.push(Requirement { schemes });
            }
        }
        security.optional &= !security.alternatives.is_empty();
        security
    }

    fn requirement(&mut self, entry: &'d crate::source::Entry) -> (String, Vec<String>) {
        let name = &entry.key;
        if !self.declared_schemes.contains(name) {
            let message = format!("there is no security scheme `{name}`");
            self.error(
                &entry.key_place,
                "unknown-scheme",
                message,
                "Declare it under components.securitySchemes.",
            );
        }
        let mut roles = BTreeSet::new();
        for role in entry.value.items() {
            match role.as_str() {
                Some(role) if !role.is_empty() => drop(roles.insert(role.to_owned())),
                _ => self.error(
                    &role.place,
                    "wrong-kind",
                    "a role is a name",
                    "Write `bearerAuth: [admin]`.",
                ),
            }
        }
        if !matches!(entry.value.value, Value::Sequence(_)) {
            let message = format!("the roles of `{name}` are a sequence, not {}", entry.value.kind());
            self.error(
                &entry.value.place,
                "wrong-kind",
                message,
                "Write `[]` for any principal.",
            );
        }
        if self.version == Version::V3_0 && !roles.is_empty() {
            let hint = "Declare `openapi: 3.1.0`, which allows role names for every scheme.";
            self.error(
                &entry.value.place,
                "wrong-version",
                "roles are not part of OpenAPI 3.0",
                hint,
            );
        }
        (name.clone(), roles.into_iter().collect())
    }
}
