//! Where a change stands in the text: from what the model remembers to a JSON Pointer, a line and a column.
//! The documents are read once more for that; what they mean is no matter here.

use super::finding::{Anchor, Site};
use crate::source::{self, Node, Place, Value};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// A place in a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Location {
    /// The JSON Pointer (RFC 6901) within the file.
    pub pointer: String,
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

/// A document with the ways to everything in it.
struct Document {
    root: Node,
    values: HashMap<Place, Vec<String>>,
    keys: HashMap<Place, Vec<String>>,
}

/// The documents of one contract.
pub(super) struct Places {
    root: PathBuf,
    documents: BTreeMap<PathBuf, Option<Document>>,
}

impl Places {
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            documents: BTreeMap::new(),
        }
    }

    /// The place of a site, as far as the document goes along its path.
    pub(super) fn locate(&mut self, site: &Site) -> Option<Location> {
        let file = match &site.anchor {
            Anchor::Root => self.root.clone(),
            Anchor::Value(place) | Anchor::Key(place) => place.file.as_path().to_owned(),
        };
        let document = self
            .documents
            .entry(file)
            .or_insert_with_key(|file| Document::load(file))
            .as_ref()?;
        let (mut pointer, mut place) = match &site.anchor {
            Anchor::Root => (Vec::new(), document.root.place.clone()),
            Anchor::Value(place) => (document.values.get(place)?.clone(), place.clone()),
            Anchor::Key(place) => (document.keys.get(place)?.clone(), place.clone()),
        };
        let mut node = pointer
            .iter()
            .try_fold(&document.root, |node, token| Some(step(node, token)?.2))?;
        for token in &site.path {
            let Some((token, found, next)) = step(node, token) else {
                break;
            };
            pointer.push(token);
            (place, node) = (found.clone(), next);
        }
        Some(Location {
            pointer: pointer.iter().map(|token| escaped(token)).collect(),
            file: place.file.display().to_string(),
            line: place.line,
            column: place.column,
        })
    }
}

impl Document {
    fn load(file: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(file).ok()?;
        let root = source::read(file, &text).ok()?;
        let (mut values, mut keys) = (HashMap::new(), HashMap::new());
        walk(&root, &mut Vec::new(), &mut values, &mut keys);
        Some(Self { root, values, keys })
    }
}

type Ways = HashMap<Place, Vec<String>>;

/// A mapping begins where its first key does: values are noted before what is inside them, keys by themselves.
fn walk(node: &Node, way: &mut Vec<String>, values: &mut Ways, keys: &mut Ways) {
    values.entry(node.place.clone()).or_insert_with(|| way.clone());
    for entry in node.entries() {
        way.push(entry.key.clone());
        keys.entry(entry.key_place.clone()).or_insert_with(|| way.clone());
        walk(&entry.value, way, values, keys);
        way.pop();
    }
    for (at, item) in node.items().iter().enumerate() {
        way.push(at.to_string());
        walk(item, way, values, keys);
        way.pop();
    }
}

/// One step down: by key, by index, or to the item that is, or is called, the text.
fn step<'d>(node: &'d Node, token: &str) -> Option<(String, &'d Place, &'d Node)> {
    let Value::Sequence(items) = &node.value else {
        let entry = node.entries().iter().find(|entry| entry.key == token)?;
        return Some((token.to_owned(), &entry.key_place, &entry.value));
    };
    let is_called = |item: &Node| {
        let names = [Some(item), item.get("name"), item.get("const")];
        names.into_iter().flatten().any(|name| name.as_str() == Some(token))
    };
    let called = items.iter().position(is_called);
    let at = called.or_else(|| token.parse().ok())?;
    let item = items.get(at)?;
    Some((at.to_string(), &item.place, item))
}

fn escaped(token: &str) -> String {
    format!("/{}", token.replace('~', "~0").replace('/', "~1"))
}
