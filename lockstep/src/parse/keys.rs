//! Reading mappings strictly: which keys there may be, what kind of value each has, and what to say about the rest.

use super::Context;
use crate::source::{Node, Value};

/// Keywords that are known and cannot be done: the code and the hint.
pub(super) const UNSUPPORTED: [(&str, &str, &str); 34] = [
    (
        "not",
        "unsupported-not",
        "Say what is allowed instead: an enum, a pattern or bounds.",
    ),
    ("if", "unsupported-conditional", "Use oneOf with a discriminator."),
    ("then", "unsupported-conditional", "Use oneOf with a discriminator."),
    ("else", "unsupported-conditional", "Use oneOf with a discriminator."),
    (
        "patternProperties",
        "unsupported-pattern-properties",
        "Use additionalProperties with one schema.",
    ),
    (
        "propertyNames",
        "unsupported-property-names",
        "Describe the names in the description.",
    ),
    (
        "prefixItems",
        "unsupported-prefix-items",
        "Use an object with named fields instead of a tuple.",
    ),
    (
        "contains",
        "unsupported-contains",
        "Describe the rule and check it in the handler.",
    ),
    (
        "minContains",
        "unsupported-contains",
        "Describe the rule and check it in the handler.",
    ),
    (
        "maxContains",
        "unsupported-contains",
        "Describe the rule and check it in the handler.",
    ),
    (
        "dependentSchemas",
        "unsupported-dependent",
        "Use oneOf with a discriminator.",
    ),
    (
        "dependentRequired",
        "unsupported-dependent",
        "Use oneOf with a discriminator.",
    ),
    (
        "unevaluatedProperties",
        "unsupported-unevaluated",
        "Use additionalProperties: false; allOf is merged first.",
    ),
    ("unevaluatedItems", "unsupported-unevaluated", "Use items."),
    ("$dynamicRef", "unsupported-dynamic-ref", "Use $ref."),
    ("$dynamicAnchor", "unsupported-dynamic-ref", "Use $ref."),
    ("$recursiveRef", "unsupported-dynamic-ref", "Use $ref."),
    (
        "$anchor",
        "unsupported-anchor",
        "Refer by place, as in '#/components/schemas/Space'.",
    ),
    (
        "$id",
        "unsupported-anchor",
        "Refer by place, as in '#/components/schemas/Space'.",
    ),
    (
        "$schema",
        "unsupported-dialect",
        "Remove it; OpenAPI's own dialect is read.",
    ),
    (
        "$vocabulary",
        "unsupported-dialect",
        "Remove it; OpenAPI's own dialect is read.",
    ),
    (
        "jsonSchemaDialect",
        "unsupported-dialect",
        "Remove it; OpenAPI's own dialect is read.",
    ),
    ("$defs", "unsupported-defs", "Move the schemas to components.schemas."),
    (
        "definitions",
        "unsupported-defs",
        "Move the schemas to components.schemas.",
    ),
    (
        "contentSchema",
        "unsupported-content",
        "Make the value an object instead of text that contains one.",
    ),
    (
        "contentMediaType",
        "unsupported-content",
        "Describe the content in the description.",
    ),
    ("contentEncoding", "unsupported-content", "Use format: byte for base64."),
    (
        "xml",
        "unsupported-xml",
        "Only JSON, text and bytes are served; remove it.",
    ),
    (
        "webhooks",
        "unsupported-webhooks",
        "Describe calls to other servers in a contract of their own.",
    ),
    (
        "callbacks",
        "unsupported-callbacks",
        "Describe calls to other servers in a contract of their own.",
    ),
    ("links", "unsupported-links", "Send a Location or Link header."),
    (
        "allowReserved",
        "unsupported-allow-reserved",
        "Remove it; reserved characters are percent-encoded.",
    ),
    (
        "allowEmptyValue",
        "unsupported-allow-empty",
        "Use a boolean with a value, or an enum.",
    ),
    (
        "encoding",
        "unsupported-encoding",
        "Only JSON, text and bytes are read; remove it.",
    ),
];

impl<'d> Context<'d> {
    /// Whether this is a mapping; reports every key that is not among the known ones. `x-…` is always allowed.
    pub(super) fn mapping(&mut self, node: &Node, what: &str, known: &[&str]) -> bool {
        let Value::Mapping(entries) = &node.value else {
            let message = format!("{what} is a mapping, not {}", node.kind());
            self.error(&node.place, "wrong-kind", message, "Write its keys below it.");
            return false;
        };
        for entry in entries
            .iter()
            .filter(|entry| !known.contains(&&*entry.key) && !entry.key.starts_with("x-"))
        {
            let key = &entry.key;
            match UNSUPPORTED.iter().find(|(name, ..)| name == key) {
                Some((_, code, hint)) => {
                    self.error(
                        &entry.key_place,
                        code,
                        format!("`{key}` is not supported in {what}"),
                        *hint,
                    );
                }
                None => {
                    let hint = match closest(key, known) {
                        Some(known) => format!("Did you mean `{known}`? Names of your own begin with `x-`."),
                        None => "Remove it; names of your own begin with `x-`.".to_owned(),
                    };
                    self.error(
                        &entry.key_place,
                        "unknown-keyword",
                        format!("`{key}` is not known in {what}"),
                        hint,
                    );
                }
            }
        }
        true
    }

    /// The string of a key, if there is one.
    pub(super) fn text(&mut self, node: &'d Node, key: &str) -> Option<&'d str> {
        let value = node.get(key)?;
        let text = value.as_str();
        if text.is_none() {
            let hint = match &value.value {
                Value::Number(number) => format!("Quote it: `{key}: '{number}'`."),
                _ => "Write text, in quotes where needed.".to_owned(),
            };
            self.error(
                &value.place,
                "wrong-kind",
                format!("`{key}` is a string, not {}", value.kind()),
                hint,
            );
        }
        text
    }

    /// The string of a key that must be there.
    pub(super) fn required_text(&mut self, node: &'d Node, key: &str, what: &str) -> Option<&'d str> {
        if node.get(key).is_none() {
            self.error(
                &node.place,
                "missing-keyword",
                format!("{what} has no `{key}`"),
                format!("Add `{key}`."),
            );
        }
        self.text(node, key)
    }

    /// The string of a key, or empty.
    pub(super) fn docs(&mut self, node: &'d Node, key: &str) -> String {
        self.text(node, key).unwrap_or_default().trim_end().to_owned()
    }

    /// The boolean of a key; false if it is absent.
    pub(super) fn flag(&mut self, node: &'d Node, key: &str) -> bool {
        let Some(value) = node.get(key) else { return false };
        value.as_bool().unwrap_or_else(|| {
            let message = format!("`{key}` is a boolean, not {}", value.kind());
            self.error(&value.place, "wrong-kind", message, "Write true or false.");
            false
        })
    }

    /// The items of a key's sequence; none if it is absent.
    pub(super) fn list(&mut self, node: &'d Node, key: &str) -> &'d [Node] {
        let Some(value) = node.get(key) else { return &[] };
        if !matches!(value.value, Value::Sequence(_)) {
            let message = format!("`{key}` is a sequence, not {}", value.kind());
            self.error(&value.place, "wrong-kind", message, "Write a list: `[a, b]`.");
        }
        value.items()
    }

    /// The strings of a key's sequence, each with its node.
    pub(super) fn texts(&mut self, node: &'d Node, key: &str) -> Vec<(&'d str, &'d Node)> {
        let items = self.list(node, key);
        for item in items.iter().filter(|item| item.as_str().is_none()) {
            let message = format!("an item of `{key}` is a string, not {}", item.kind());
            self.error(&item.place, "wrong-kind", message, "Quote it.");
        }
        items
            .iter()
            .filter_map(|item| item.as_str().map(|text| (text, item)))
            .collect()
    }

    /// The entries of a key's mapping by key; none if it is absent. Keys that begin with `x-` are left out.
    pub(super) fn table(&mut self, node: &'d Node, key: &str) -> Vec<&'d crate::source::Entry> {
        let Some(value) = node.get(key) else { return Vec::new() };
        if !matches!(value.value, Value::Mapping(_)) {
            let message = format!("`{key}` is a mapping, not {}", value.kind());
            self.error(&value.place, "wrong-kind", message, "Write its keys below it.");
        }
        value.sorted_entries()
    }
}

/// The known key that is one or two slips away.
fn closest<'k>(key: &str, known: &[&'k str]) -> Option<&'k str> {
    let candidates = known.iter().map(|known| (distance(key, known), *known));
    candidates
        .filter(|(distance, known)| *distance <= 2 && *distance * 2 < known.len())
        .min()
        .map(|(_, known)| known)
}

/// The edit distance (Levenshtein), ignoring case.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX);
            let substituted = at(&row, j) + usize::from(!x.eq_ignore_ascii_case(y));
            next.push(substituted.min(at(&row, j + 1) + 1).min(at(&next, j) + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(usize::MAX)
}
