//! The files of a contract and the `$ref`s between their parts. Files are read before anything is interpreted, so that
//! interpreting only borrows.

use crate::source::{self, Diagnostic, Node, Place, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// How many files a contract may have.
const MAX_FILES: usize = 1000;

/// Every file that the contract mentions: its tree, or why there is none.
pub(super) struct Documents(BTreeMap<PathBuf, Result<Node, Vec<Diagnostic>>>);

/// A reference, taken apart.
struct Target {
    file: PathBuf,
    pointer: Vec<String>,
}

impl Documents {
    /// Reads a file and every file that can be reached from it by `$ref`.
    pub(super) fn load(root: &Path) -> Self {
        let mut documents = BTreeMap::new();
        let mut queue = vec![root.to_owned()];
        while let Some(file) = queue.pop() {
            if documents.contains_key(&file) || documents.len() >= MAX_FILES {
                continue;
            }
            let document = read_file(&file);
            if let Ok(node) = &document {
                mentioned_files(node, &mut queue);
            }
            documents.insert(file, document);
        }
        Self(documents)
    }

    /// The tree of a file.
    pub(super) fn document(&self, file: &Path) -> Result<&Node, Vec<Diagnostic>> {
        match self.0.get(file) {
            Some(Ok(node)) => Ok(node),
            Some(Err(errors)) => Err(errors.clone()),
            None => Err(vec![missing(
                file,
                format!("the contract has more than {MAX_FILES} files"),
            )]),
        }
    }

    /// Every file that could be read.
    pub(super) fn all(&self) -> impl Iterator<Item = &Node> {
        self.0.values().filter_map(|document| document.as_ref().ok())
    }

    /// The first node that a `$ref` leads to that is no plain `$ref` itself, and the name that it has there.
    pub(super) fn resolve<'d>(&'d self, reference: &Node) -> Result<(&'d Node, Option<String>), Vec<Diagnostic>> {
        let mut seen = vec![reference.place.clone()];
        let (mut node, mut name) = self.step(reference)?;
        while let Some(next) = plain_ref(node) {
            if seen.contains(&next.place) {
                let message = format!(
                    "the reference `{}` leads only to itself",
                    next.as_str().unwrap_or_default()
                );
                return fail(
                    &next.place,
                    "ref-cycle",
                    message,
                    "Let one of these references name a schema.",
                );
            }
            seen.push(next.place.clone());
            // A name in the root document wins over those it stands for: `Space: { $ref: space.yaml }`.
            let (further, further_name) = self.step(next)?;
            (node, name) = (
                further,
                if same_file(node, further) {
                    further_name
                } else {
                    name.or(further_name)
                },
            );
        }
        Ok((node, name))
    }

    fn step<'d>(&'d self, reference: &Node) -> Result<(&'d Node, Option<String>), Vec<Diagnostic>> {
        let target = Target::parse(reference)?;
        let document = self.document(&target.file).map_err(|errors| {
            let unread = errors.iter().any(|error| error.code == "unreadable");
            let relocated = |error: &Diagnostic| Diagnostic {
                place: reference.place.clone(),
                ..error.clone()
            };
            if unread {
                errors.iter().map(relocated).collect()
            } else {
                errors
            }
        })?;
        let node = target
            .pointer
            .iter()
            .try_fold(document, |node, token| match &node.value {
                Value::Sequence(items) => token.parse::<usize>().ok().and_then(|at| items.get(at)),
                _ => node.get(token),
            });
        let text = reference.as_str().unwrap_or_default();
        match node {
            Some(node) => Ok((node, target.name())),
            None => {
                let hint = format!("Define it in {}, or correct the reference.", target.file.display());
                fail(
                    &reference.place,
                    "ref-missing",
                    format!("the reference `{text}` leads nowhere"),
                    hint,
                )
            }
        }
    }
}

/// The targets of every `$ref` below a node, as files and pointers.
pub(super) fn targets(node: &Node, found: &mut BTreeSet<(PathBuf, Vec<String>)>) {
    let reference = node.get("$ref").and_then(|reference| Target::parse(reference).ok());
    found.extend(reference.map(|target| (target.file, target.pointer)));
    node.entries().iter().for_each(|entry| targets(&entry.value, found));
    node.items().iter().for_each(|item| targets(item, found));
}

/// The `$ref` of a mapping that has nothing else.
pub(super) fn plain_ref(node: &Node) -> Option<&Node> {
    match node.entries() {
        [entry] if entry.key == "$ref" => Some(&entry.value),
        _ => None,
    }
}

impl Target {
    fn parse(reference: &Node) -> Result<Self, Vec<Diagnostic>> {
        let place = &reference.place;
        let Some(text) = reference.as_str() else {
            return fail(
                place,
                "ref-syntax",
                format!("a reference is a string, not {}", reference.kind()),
                "Write '#/…'.",
            );
        };
        let (file, fragment) = text.split_once('#').unwrap_or((text, ""));
        if file.contains("://") || file.starts_with('/') || file.contains('\\') {
            let hint = "Copy the file beside the contract and refer to it by a relative path.";
            return fail(place, "ref-remote", format!("`{text}` is not a relative path"), hint);
        }
        let (Some(file), Some(fragment)) = (percent_decoded(file), percent_decoded(fragment)) else {
            return fail(
                place,
                "ref-syntax",
                format!("`{text}` has a broken percent escape"),
                "Write `%25` for `%`.",
            );
        };
        let file = if file.is_empty() {
            place.file.as_path().to_owned()
        } else {
            beside(&place.file, &file)
        };
        let pointer = match fragment.strip_prefix('/') {
            Some(pointer) => pointer
                .split('/')
                .map(|token| token.replace("~1", "/").replace("~0", "~"))
                .collect(),
            None if fragment.is_empty() => Vec::new(),
            None => {
                let message = format!("`{text}` is no JSON Pointer");
                return fail(
                    place,
                    "ref-syntax",
                    message,
                    "Refer by place, as in '#/components/schemas/Space'.",
                );
            }
        };
        Ok(Self { file, pointer })
    }

    /// The name under which the target is defined: its key in a table of definitions, or the stem of its file.
    fn name(&self) -> Option<String> {
        let pointer: Vec<_> = self.pointer.iter().map(String::as_str).collect();
        match pointer.as_slice() {
            ["components", _, name] | ["$defs" | "definitions", name] | [name] => Some((*name).to_owned()),
            [] => self.file.file_stem().map(|stem| stem.to_string_lossy().into_owned()),
            _ => None,
        }
    }
}

fn same_file(a: &Node, b: &Node) -> bool {
    a.place.file == b.place.file
}

fn read_file(file: &Path) -> Result<Node, Vec<Diagnostic>> {
    let text = std::fs::read_to_string(file).map_err(|error| vec![missing(file, error.to_string())])?;
    source::read(file, &text)
}

fn missing(file: &Path, why: String) -> Diagnostic {
    let place = Place {
        file: Arc::new(file.to_owned()),
        line: 1,
        column: 1,
    };
    let message = format!("{} cannot be read: {why}", file.display());
    Diagnostic::new(
        &place,
        "unreadable",
        message,
        "Paths are relative to the file that names them.",
    )
}

/// Collects the files that a tree mentions. What only looks like a reference costs an unused file, no more.
fn mentioned_files(node: &Node, files: &mut Vec<PathBuf>) {
    for entry in node.entries() {
        // The mapping of a discriminator refers without saying `$ref`.
        if entry.key == "$ref" || entry.value.as_str().is_some_and(|text| text.contains(".yaml#")) {
            files.extend(Target::parse(&entry.value).ok().map(|target| target.file));
        }
        mentioned_files(&entry.value, files);
    }
    node.items().iter().for_each(|item| mentioned_files(item, files));
}

/// A relative path from a file, without `.` and `..` where that is possible.
fn beside(file: &Path, relative: &str) -> PathBuf {
    let mut path = file.parent().map(Path::to_owned).unwrap_or_default();
    for component in Path::new(relative).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(path.components().next_back(), Some(Component::Normal(_))) => {
                path.pop();
            }
            other => path.push(other),
        }
    }
    path
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn fail<T>(place: &Place, code: &'static str, message: String, hint: impl Into<String>) -> Result<T, Vec<Diagnostic>> {
    Err(vec![Diagnostic::new(place, code, message, hint)])
}
