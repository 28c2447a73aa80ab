//! What a comparison finds: one change each, where it stands on either side, and what it means in each direction.
//! Which directions count is not known here.

use super::verdict::{Effect, Verdict};
use crate::source::Place;

/// What a site is below of.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Anchor {
    /// The root of the contract.
    Root,
    /// The value that begins here.
    Value(Place),
    /// The value of the key that stands here.
    Key(Place),
}

/// A place by the way to it: as far as the document goes along it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Site {
    pub(super) anchor: Anchor,
    /// Keys, or the texts of items.
    pub(super) path: Vec<String>,
}

impl Site {
    pub(super) fn new(anchor: Anchor) -> Self {
        let path = Vec::new();
        Self { anchor, path }
    }
}

/// What is compared: its name, and where it stands on either side.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) subject: String,
    pub(super) old: Option<Site>,
    pub(super) new: Option<Site>,
}

impl Spot {
    pub(super) fn new(subject: impl Into<String>, old: Anchor, new: Anchor) -> Self {
        Self {
            subject: subject.into(),
            old: Some(Site::new(old)),
            new: Some(Site::new(new)),
        }
    }

    /// The same with something below it, on both sides.
    pub(super) fn below<T: Into<String>>(&self, path: impl IntoIterator<Item = T>) -> Self {
        let path: Vec<String> = path.into_iter().map(Into::into).collect();
        let mut spot = self.clone();
        for site in [&mut spot.old, &mut spot.new].into_iter().flatten() {
            site.path.extend(path.iter().cloned());
        }
        spot
    }

    /// The same under another name.
    pub(super) fn called(&self, subject: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            ..self.clone()
        }
    }

    /// Only the old side: something is gone.
    pub(super) fn gone(&self) -> Self {
        Self {
            new: None,
            ..self.clone()
        }
    }

    /// Only the new side: something has come.
    pub(super) fn come(&self) -> Self {
        Self {
            old: None,
            ..self.clone()
        }
    }
}

/// What a change means to each of those who rely on a contract.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Meaning {
    /// For what is sent.
    pub(super) wire: Effect,
    /// For Rust source that uses the generated types and client: a public type has no direction.
    pub(super) rust: Verdict,
    /// For TypeScript source that builds requests and reads answers.
    pub(super) typescript: Effect,
}

impl Meaning {
    /// For readers only.
    pub(super) const NEUTRAL: Self = Self::new(Effect::SAME, Verdict::Neutral, Effect::SAME);
    /// Something new that nobody must care about.
    pub(super) const EXTENDED: Self = Self::new(Effect::EXTENDED, Verdict::Compatible, Effect::EXTENDED);
    /// Something that everybody relied on is gone.
    pub(super) const GONE: Self = Self::new(Effect::OTHER, Verdict::Breaking, Effect::OTHER);

    pub(super) const fn new(wire: Effect, rust: Verdict, typescript: Effect) -> Self {
        Self { wire, rust, typescript }
    }
}

/// One change.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) code: &'static str,
    pub(super) spot: Spot,
    pub(super) message: String,
    pub(super) meaning: Meaning,
}

/// Breaking if it holds, else neutral: for Rust, where something compiles or does not.
pub(super) fn breaking_if(breaks: bool) -> Verdict {
    if breaks { Verdict::Breaking } else { Verdict::Neutral }
}

/// A value that is there, was there, or both: `is 3, was 2`, `is 3 now`, `is gone, was 2`.
pub(super) fn said(old: Option<String>, new: Option<String>) -> String {
    match (old, new) {
        (Some(old), Some(new)) => format!("is {new}, was {old}"),
        (None, Some(new)) => format!("is {new}, there was none"),
        (Some(old), None) => format!("is gone, was {old}"),
        (None, None) => "is as it was".to_owned(),
    }
}
