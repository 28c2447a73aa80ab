//! Reads one YAML or JSON text into a located tree. Nothing here opens files or follows references.

use super::json::{self, PAIR_SHRINK, Pairs};
use super::{Diagnostic, Entry, Node, Place, Value};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The longest text that is read, in bytes.
const MAX_BYTES: usize = 16 << 20;
/// How deep sequences and mappings may be nested. Everything that walks the tree may recurse this deep.
const MAX_DEPTH: usize = 96;

/// Reads a document. `.json` files must be JSON; everything else is read as YAML 1.2 with the core schema.
///
/// # Errors
/// Every syntax error, duplicate key, anchor, alias, unknown tag and number without a JSON form, each with its place.
pub fn read(file: &Path, text: &str) -> Result<Node, Vec<Diagnostic>> {
    let file = Arc::new(file.to_owned());
    let start = Place {
        file: file.clone(),
        line: 1,
        column: 1,
    };
    if text.len() > MAX_BYTES {
        let message = format!("the document is longer than {MAX_BYTES} bytes");
        return Err(vec![Diagnostic::new(
            &start,
            "too-large",
            message,
            "Split it into files and join them with $ref.",
        )]);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let is_json = file.extension().is_some_and(|extension| extension == "json");
    let (text, pairs) = if is_json {
        json::prepare(text, &start)?
    } else {
        (Cow::Borrowed(text), BTreeMap::new())
    };
    Builder {
        file,
        pairs,
        open: Vec::new(),
        root: None,
        errors: Vec::new(),
    }
    .build(&text, start)
}

/// A collection that is not closed yet.
struct Open {
    place: Place,
    content: Content,
}

enum Content {
    Sequence(Vec<Node>),
    Mapping {
        entries: Vec<Entry>,
        seen: BTreeMap<String, Place>,
        key: Option<(String, Place)>,
    },
}

struct Builder {
    file: Arc<PathBuf>,
    pairs: Pairs,
    open: Vec<Open>,
    root: Option<Node>,
    errors: Vec<Diagnostic>,
}

impl Builder {
    fn build(mut self, text: &str, start: Place) -> Result<Node, Vec<Diagnostic>> {
        let mut documents = 0;
        for event in Parser::new_from_str(text) {
            let (event, span) = match event {
                Ok(event) => event,
                Err(error) => {
                    let place = self.place(*error.marker());
                    self.error(
                        &place,
                        "syntax",
                        format!("the syntax is wrong: {}", error.info()),
                        syntax_hint(error.info()),
                    );
                    break;
                }
            };
            let place = self.place(span.start);
            if matches!(event, Event::DocumentStart(_)) {
                documents += 1;
            }
            if documents > 1 {
                self.error(
                    &place,
                    "several-documents",
                    "a second document begins",
                    "Keep one document in a file.",
                );
                break;
            }
            if self.event(event, place).is_none() {
                break;
            }
        }
        if self.errors.is_empty() {
            Ok(self.root.unwrap_or(Node {
                place: start,
                value: Value::Null,
            }))
        } else {
            Err(self.errors)
        }
    }

    /// Takes an event; `None` means that reading on makes no sense.
    fn event(&mut self, event: Event<'_>, place: Place) -> Option<()> {
        match event {
            Event::Alias(_) => {
                self.error(&place, "yaml-alias", "aliases are not read", "Use $ref.");
                self.add(Node {
                    place,
                    value: Value::Null,
                });
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.check_anchor(anchor, &place);
                let value = self.scalar(&text, style, tag.as_deref(), &place);
                if let Some(key) = self.expected_key() {
                    *key = Some((text.into_owned(), place));
                } else {
                    self.add(Node { place, value });
                }
            }
            Event::SequenceStart(anchor, tag) => {
                self.check_tag(tag.as_deref(), "seq", &place);
                self.begin(anchor, place, Content::Sequence(Vec::new()))?;
            }
            Event::MappingStart(anchor, tag) => {
                self.check_tag(tag.as_deref(), "map", &place);
                self.begin(
                    anchor,
                    place,
                    Content::Mapping {
                        entries: Vec::new(),
                        seen: BTreeMap::new(),
                        key: None,
                    },
                )?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Open { place, content } = self.open.pop()?;
                let value = match content {
                    Content::Sequence(items) => Value::Sequence(items),
                    Content::Mapping { entries, .. } => Value::Mapping(entries),
                };
                self.add(Node { place, value });
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {}
        }
        Some(())
    }

    /// The slot of the next key, if the next scalar is one.
    fn expected_key(&mut self) -> Option<&mut Option<(String, Place)>> {
        match self.open.last_mut() {
            Some(Open {
                content: Content::Mapping { key, .. },
                ..
            }) if key.is_none() => Some(key),
            _ => None,
        }
    }

    fn begin(&mut self, anchor: usize, place: Place, content: Content) -> Option<()> {
        self.check_anchor(anchor, &place);
        if self.expected_key().is_some() {
            self.error(
                &place,
                "yaml-key",
                "a key is not a scalar",
                "Use a plain text as the key.",
            );
            return None;
        }
        if self.open.len() >= MAX_DEPTH {
            let message = format!("nested deeper than {MAX_DEPTH} levels");
            self.error(
                &place,
                "too-deep",
                message,
                "Name the inner parts under components and use $ref.",
            );
            return None;
        }
        self.open.push(Open { place, content });
        Some(())
    }

    fn add(&mut self, node: Node) {
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(node),
            Some(Content::Sequence(items)) => items.push(node),
            Some(Content::Mapping { entries, seen, key }) => {
                let Some((key, key_place)) = key.take() else { return };
                match seen.get(&key) {
                    Some(first) => {
                        let message = format!("the key `{key}` stands here twice");
                        let hint = format!("Keep one of them; the first is in line {}.", first.line);
                        self.error(&key_place, "duplicate-key", message, hint);
                    }
                    None => {
                        seen.insert(key.clone(), key_place.clone());
                        entries.push(Entry {
                            key,
                            key_place,
                            value: node,
                        });
                    }
                }
            }
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>, place: &Place) -> Value {
        if tag.is_some() {
            self.check_tag(tag, "str", place);
            return Value::String(text.to_owned());
        }
        if style != ScalarStyle::Plain || self.expected_key().is_some() {
            return Value::String(text.to_owned());
        }
        match text {
            "" | "~" | "null" | "Null" | "NULL" => Value::Null,
            "true" | "True" | "TRUE" => Value::Bool(true),
            "false" | "False" | "FALSE" => Value::Bool(false),
            _ if !is_core_number(text) => Value::String(text.to_owned()),
            _ if is_json_number(text) => Value::Number(text.to_owned()),
            _ => {
                let message = format!("`{text}` is a number in YAML that JSON cannot write");
                self.error(
                    place,
                    "yaml-number",
                    message,
                    "Quote it if it is text, else write it in decimal.",
                );
                Value::Null
            }
        }
    }

    fn check_anchor(&mut self, anchor: usize, place: &Place) {
        if anchor > 0 {
            self.error(
                place,
                "yaml-anchor",
                "anchors are not read",
                "Name it under components and use $ref.",
            );
        }
    }

    fn check_tag(&mut self, tag: Option<&Tag>, allowed: &str, place: &Place) {
        if let Some(tag) = tag.filter(|tag| !(tag.is_yaml_core_schema() && tag.suffix == allowed)) {
            let message = format!("the tag `{tag}` is not read");
            self.error(
                place,
                "yaml-tag",
                message,
                "Remove the tag; quote a value that is text.",
            );
        }
    }

    fn place(&self, marker: Marker) -> Place {
        let ends = self.pairs.get(&marker.line()).map_or(&[][..], Vec::as_slice);
        let shrunk = ends.iter().filter(|end| **end <= marker.col()).count() * PAIR_SHRINK;
        Place {
            file: self.file.clone(),
            line: marker.line().max(1),
            column: marker.col() + shrunk + 1,
        }
    }

    fn error(&mut self, place: &Place, code: &'static str, message: impl Into<String>, hint: impl Into<String>) {
        self.errors.push(Diagnostic::new(place, code, message, hint));
    }
}

fn syntax_hint(info: &str) -> &'static str {
    if info.contains("tab") {
        "Indent with blanks, not with tabs."
    } else {
        "Correct the syntax; quote texts with `: `, `#` or `{`."
    }
}

/// Whether the core schema of YAML 1.2 makes a number of a plain scalar.
fn is_core_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let based = |prefix: &str, radix: u32| {
        let digits = text.strip_prefix(prefix);
        digits.is_some_and(|digits| !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix)))
    };
    if based("0o", 8) || based("0x", 16) || [".inf", ".Inf", ".INF"].contains(&unsigned) {
        return true;
    }
    if [".nan", ".NaN", ".NAN"].contains(&text) {
        return true;
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty()) && exponent
}

/// Whether a text is a number in JSON (RFC 8259, section 6).
fn is_json_number(text: &str) -> bool {
    serde_json::from_str::<serde_json::Number>(text).is_ok()
}
