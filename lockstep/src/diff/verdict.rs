//! What a change means: verdicts, their dependence on the direction in which a value travels, and the version step that
//! they ask for. Nothing here knows what has changed.

use semver::Version;
use serde::Serialize;
use std::fmt;

/// What a change does to whoever relies on the old contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing can be noticed.
    Neutral,
    /// Something new can be noticed, and everything that worked goes on working.
    Compatible,
    /// Something that worked stops working.
    Breaking,
}

/// As reports write it.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Neutral => "neutral",
            Self::Compatible => "compatible",
            Self::Breaking => "breaking",
        })
    }
}

/// Where a value travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Directions {
    pub(super) request: bool,
    pub(super) response: bool,
}

impl Directions {
    pub(super) const REQUEST: Self = Self {
        request: true,
        response: false,
    };
    pub(super) const RESPONSE: Self = Self {
        request: false,
        response: true,
    };
    pub(super) const BOTH: Self = Self {
        request: true,
        response: true,
    };

    /// Both together.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            request: self.request || other.request,
            response: self.response || other.response,
        }
    }

    /// As JSON reports list them.
    pub(super) fn names(self) -> Vec<&'static str> {
        let names = [(self.request, "request"), (self.response, "response")];
        names.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect()
    }
}

/// The verdict on a change of values, for each direction: a server must take what clients send, and a client what the
/// server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Effect {
    request: Verdict,
    response: Verdict,
}

impl Effect {
    /// The same values.
    pub(super) const SAME: Self = Self::new(Verdict::Neutral, Verdict::Neutral);
    /// Something beside what was there.
    pub(super) const EXTENDED: Self = Self::new(Verdict::Compatible, Verdict::Compatible);
    /// More values than before.
    pub(super) const WIDER: Self = Self::new(Verdict::Compatible, Verdict::Breaking);
    /// Fewer values than before.
    pub(super) const NARROWER: Self = Self::new(Verdict::Breaking, Verdict::Compatible);
    /// Other values than before.
    pub(super) const OTHER: Self = Self::new(Verdict::Breaking, Verdict::Breaking);

    pub(super) const fn new(request: Verdict, response: Verdict) -> Self {
        Self { request, response }
    }

    /// What follows from knowing which of the old and the new values contain the other.
    pub(super) fn of_sets(new_has_old: bool, old_has_new: bool) -> Self {
        match (new_has_old, old_has_new) {
            (true, true) => Self::SAME,
            (true, false) => Self::WIDER,
            (false, true) => Self::NARROWER,
            (false, false) => Self::OTHER,
        }
    }

    /// The effect of the opposite change.
    pub(super) fn reversed(self) -> Self {
        Self::new(self.response, self.request)
    }

    /// The verdict where values travel in these directions.
    pub(super) fn within(self, directions: Directions) -> Verdict {
        let of = |travels: bool, verdict: Verdict| if travels { verdict } else { Verdict::Neutral };
        of(directions.request, self.request).max(of(directions.response, self.response))
    }
}

/// A step from one version to a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// No step: the same version, or an earlier one.
    None,
    /// The third number, or a pre-release.
    Patch,
    /// The second number.
    Minor,
    /// The first number.
    Major,
}

/// As reports write it.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        })
    }
}

/// A version of a contract: semantic versioning, in which `1` and `1.2` stand for `1.0.0` and `1.2.0`. A date with
/// hyphens is none: it would look like a pre-release.
pub(super) fn version(text: &str) -> Option<Version> {
    let is_short = !text.contains(['-', '+']);
    let missing = 2_usize.saturating_sub(text.matches('.').count());
    let zeros = if is_short { ".0".repeat(missing) } else { String::new() };
    Version::parse(&format!("{text}{zeros}")).ok()
}

/// The step that the worst verdict asks for after a version, as Cargo has it: the leftmost number that is not zero is
/// the one that breaks. So while the first is 0, what breaks needs a minor step and all else a patch. `None` as worst
/// verdict means that nothing has changed. A pre-release promises nothing: any later version will do.
pub(super) fn required(worst: Option<Verdict>, old: &Version) -> Step {
    let Some(worst) = worst else { return Step::None };
    match (worst, old.major, old.minor) {
        _ if !old.pre.is_empty() => Step::Patch,
        (Verdict::Neutral, ..) | (Verdict::Compatible, 0, _) | (Verdict::Breaking, 0, 0) => Step::Patch,
        (Verdict::Compatible, ..) | (Verdict::Breaking, 0, _) => Step::Minor,
        (Verdict::Breaking, ..) => Step::Major,
    }
}

/// The least version that takes a step.
pub(super) fn least(old: &Version, step: Step) -> Version {
    match step {
        Step::None => old.clone(),
        // The release is the next version of its pre-releases.
        Step::Patch if !old.pre.is_empty() => Version::new(old.major, old.minor, old.patch),
        Step::Patch => Version::new(old.major, old.minor, old.patch + 1),
        Step::Minor => Version::new(old.major, old.minor + 1, 0),
        Step::Major => Version::new(old.major + 1, 0, 0),
    }
}

/// The step between two versions.
pub(super) fn taken(old: &Version, new: &Version) -> Step {
    match (new.major.cmp(&old.major), new.minor.cmp(&old.minor)) {
        _ if new.cmp_precedence(old).is_le() => Step::None,
        (std::cmp::Ordering::Greater, _) => Step::Major,
        (_, std::cmp::Ordering::Greater) => Step::Minor,
        _ => Step::Patch,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_those_of_cargo() {
        let cases = [
            ("1.4.2", Verdict::Breaking, "2.0.0"),
            ("1.4.2", Verdict::Compatible, "1.5.0"),
            ("1.4.2", Verdict::Neutral, "1.4.3"),
            ("0.3.1", Verdict::Breaking, "0.4.0"),
            ("0.3.1", Verdict::Compatible, "0.3.2"),
            ("0.3.1", Verdict::Neutral, "0.3.2"),
            ("0.0.7", Verdict::Breaking, "0.0.8"),
            ("0.0.7", Verdict::Compatible, "0.0.8"),
            ("2.0.0-rc.1", Verdict::Breaking, "2.0.0"),
            ("1.0", Verdict::Compatible, "1.1.0"),
        ];
        for (old, worst, expected) in cases {
            let old = version(old).unwrap();
            let step = required(Some(worst), &old);
            assert_eq!(least(&old, step).to_string(), expected, "{old} {worst}");
        }
        assert_eq!(required(None, &Version::new(1, 0, 0)), Step::None);
    }

    #[test]
    fn a_step_is_the_first_number_that_grows() {
        let cases = [
            ("1.4.2", "2.0.0", Step::Major),
            ("1.4.2", "1.5.0", Step::Minor),
            ("1.4.2", "1.4.3", Step::Patch),
            ("1.4.2", "1.4.2", Step::None),
            ("1.4.2", "1.4.2+build.7", Step::None),
            ("1.4.2", "1.3.9", Step::None),
            ("1.4.2", "0.9.0", Step::None),
            ("0.9.1", "1.0.0", Step::Major),
            ("2.0.0-rc.1", "2.0.0-rc.2", Step::Patch),
            ("2", "2.1", Step::Minor),
        ];
        for (old, new, expected) in cases {
            assert_eq!(
                taken(&version(old).unwrap(), &version(new).unwrap()),
                expected,
                "{old} {new}"
            );
        }
        for wrong in ["", "one", "1.2.3.4", "2026-11-20", "1..2", "v1.2.3"] {
            assert_eq!(version(wrong), None, "{wrong}");
        }
    }
}
