//! Arrays and maps: how many there may be, and whether two may be equal.
//! Their members are read by `json`, each by its own rule.

use super::{Broken, counted};

/// The rules of an array.
#[derive(Clone, Copy, Debug, Default)]
pub struct Array {
    pub(crate) min: Option<usize>,
    pub(crate) max: Option<usize>,
    pub(crate) unique: bool,
}

impl Array {
    /// Any array.
    pub const fn new() -> Self {
        Self {
            min: None,
            max: None,
            unique: false,
        }
    }

    /// With at least so many items.
    pub const fn min(mut self, min: usize) -> Self {
        self.min = Some(min);
        self
    }

    /// With at most so many items.
    pub const fn max(mut self, max: usize) -> Self {
        self.max = Some(max);
        self
    }

    /// With no two equal items.
    pub const fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// Reports the rules that an array of so many items breaks, of which these are valid.
    pub fn check<T: PartialEq>(&self, count: usize, items: &[T], broken: &mut Broken) {
        if let Some(min) = self.min.filter(|min| count < *min) {
            broken.add("too-few-items", format!("must have at least {}", counted(min, "item")));
        }
        if let Some(max) = self.max.filter(|max| count > *max) {
            broken.add("too-many-items", format!("must have at most {}", counted(max, "item")));
            // Comparing every two of what nobody bounded would be an attack.
            return;
        }
        if self.unique && items.iter().enumerate().any(|(at, item)| items[..at].contains(item)) {
            broken.add("not-unique", "must not have equal items");
        }
    }
}

/// The rules of a map.
#[derive(Clone, Copy, Debug, Default)]
pub struct Map {
    pub(crate) min: Option<usize>,
    pub(crate) max: Option<usize>,
}

impl Map {
    /// Any map.
    pub const fn new() -> Self {
        Self { min: None, max: None }
    }

    /// With at least so many members.
    pub const fn min(mut self, min: usize) -> Self {
        self.min = Some(min);
        self
    }

    /// With at most so many members.
    pub const fn max(mut self, max: usize) -> Self {
        self.max = Some(max);
        self
    }

    /// Reports the rules that a map of so many members breaks.
    pub fn check(&self, len: usize, broken: &mut Broken) {
        if let Some(min) = self.min.filter(|min| len < *min) {
            broken.add(
                "too-few-members",
                format!("must have at least {}", counted(min, "member")),
            );
        }
        if let Some(max) = self.max.filter(|max| len > *max) {
            broken.add(
                "too-many-members",
                format!("must have at most {}", counted(max, "member")),
            );
        }
    }
}
