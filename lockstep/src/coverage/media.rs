//! Media types as they are compared: a contract that names parameters asks for them, and others do not matter.

use std::collections::BTreeSet;

/// A media type (RFC 9110, 8.3.1), without regard to case.
pub(super) struct MediaType {
    essence: String,
    /// As in `charset=utf-8`.
    parameters: BTreeSet<String>,
}

impl MediaType {
    pub(super) fn parse(text: &str) -> Self {
        let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
        Self {
            essence: parts.next().unwrap_or_default(),
            parameters: parts.map(|parameter| parameter.replace('"', "")).collect(),
        }
    }

    /// Whether nothing is said at all.
    pub(super) fn is_absent(&self) -> bool {
        self.essence.is_empty()
    }

    /// Whether it is one that the contract documents as this.
    pub(super) fn is(&self, documented: &str) -> bool {
        let documented = Self::parse(documented);
        self.essence == documented.essence && documented.parameters.is_subset(&self.parameters)
    }

    pub(super) fn is_json(&self) -> bool {
        self.essence.ends_with("/json") || self.essence.ends_with("+json")
    }

    /// The type and subtype as they may be told: what only pretends to be a media type can be anything.
    pub(super) fn printable(&self) -> &str {
        const TYPES: [&str; 9] = [
            "application",
            "audio",
            "font",
            "image",
            "message",
            "model",
            "multipart",
            "text",
            "video",
        ];
        let legal = |subtype: &str| {
            subtype
                .bytes()
                .all(|one| one.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&one))
        };
        let parts = self.essence.split_once('/');
        match parts.filter(|(kind, subtype)| TYPES.contains(kind) && legal(subtype)) {
            Some(_) => &self.essence,
            None => "(no media type)",
        }
    }
}
