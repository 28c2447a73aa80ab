//! One change of a JSON document, as data: what it does, and how people are told of it.

use serde_json::Value;
use std::fmt;

/// A change at a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Edit {
    /// The place, as a JSON Pointer.
    pub(super) pointer: String,
    /// What happens there.
    pub(super) change: Change,
}

/// What happens at a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Change {
    /// The value is gone.
    Remove,
    /// It is another one.
    Replace(Value),
    /// The object has a member more, or another one of this name; the array an item more.
    Insert(String, Value),
    /// The member has another name.
    Rename(String),
}

impl Edit {
    pub(super) fn remove(pointer: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            change: Change::Remove,
        }
    }

    pub(super) fn replace(pointer: impl Into<String>, value: impl Into<Value>) -> Self {
        Self {
            pointer: pointer.into(),
            change: Change::Replace(value.into()),
        }
    }

    pub(super) fn insert(pointer: impl Into<String>, name: &str, value: impl Into<Value>) -> Self {
        Self {
            pointer: pointer.into(),
            change: Change::Insert(name.to_owned(), value.into()),
        }
    }

    pub(super) fn rename(pointer: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            change: Change::Rename(name.into()),
        }
    }

    /// Makes the change. A place that is not there stays so.
    pub(super) fn apply(&self, document: &mut Value) {
        match &self.change {
            Change::Replace(value) => {
                if let Some(place) = document.pointer_mut(&self.pointer) {
                    place.clone_from(value);
                }
            }
            Change::Insert(name, value) => match document.pointer_mut(&self.pointer) {
                Some(Value::Object(members)) => drop(members.insert(name.clone(), value.clone())),
                Some(Value::Array(items)) => items.push(value.clone()),
                _ => {}
            },
            Change::Remove => drop(take(document, &self.pointer)),
            Change::Rename(name) => {
                let (parent, _) = self.pointer.rsplit_once('/').unwrap_or_default();
                if let Some(value) = take(document, &self.pointer)
                    && let Some(Value::Object(members)) = document.pointer_mut(parent)
                {
                    members.insert(name.clone(), value);
                }
            }
        }
    }
}

/// Takes a value out of what it is in.
fn take(document: &mut Value, pointer: &str) -> Option<Value> {
    let (parent, name) = pointer.rsplit_once('/')?;
    match document.pointer_mut(parent)? {
        Value::Object(members) => members.remove(&unescaped(name)),
        Value::Array(items) => {
            let place: usize = name.parse().ok()?;
            (place < items.len()).then(|| items.remove(place))
        }
        _ => None,
    }
}

/// A name as part of a JSON Pointer.
pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn unescaped(name: &str) -> String {
    name.replace("~1", "/").replace("~0", "~")
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Remove => f.write_str("removed"),
            Self::Replace(value) => write!(f, "is {}", short(value)),
            Self::Insert(name, value) => write!(f, "has {name}: {}", short(value)),
            Self::Rename(name) => write!(f, "is called {name}"),
        }
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_change_is_made_at_its_place_only() {
        let before = json!({ "a/b": { "c": [1, 2] } });
        for (edit, after) in [
            (Edit::remove("/a~1b/c/0"), json!({ "a/b": { "c": [2] } })),
            (Edit::remove("/a~1b"), json!({})),
            (Edit::replace("/a~1b/c", 3), json!({ "a/b": { "c": 3 } })),
            (Edit::insert("/a~1b", "d", 4), json!({ "a/b": { "c": [1, 2], "d": 4 } })),
            (Edit::insert("/a~1b/c", "", 3), json!({ "a/b": { "c": [1, 2, 3] } })),
            (Edit::rename("/a~1b", "e/f"), json!({ "e/f": { "c": [1, 2] } })),
            (Edit::remove("/nowhere/0"), before.clone()),
        ] {
            let mut document = before.clone();
            edit.apply(&mut document);
            assert_eq!(document, after, "{edit:?}");
        }
    }
}
