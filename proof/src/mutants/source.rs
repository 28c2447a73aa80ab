//! The copy of the workspace in which every mutant is built in, each with a switch of its own, so that it is compiled once.
//! The switch is an environment variable of the test process; nothing of it is in the product.

use super::entry::Mutant;
use super::{Error, Options};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The variable that names the mutant that is on.
pub(super) const SWITCH: &str = "LOCKSTEP_MUTANT";

/// The crate that everything links to.
const RUNTIME: &str = "lockstep/runtime/src/lib.rs";
/// Brings the copy up to date. Files that stay as they were are not touched, so that cargo builds only what has changed.
pub(super) fn copy(options: &Options, mutants: &[Mutant]) -> Result<PathBuf, Error> {
    let copy = options.work.join("source");
    let mut by_file: BTreeMap<&Path, Vec<&Mutant>> = BTreeMap::new();
    for mutant in mutants {
        by_file.entry(&mutant.file).or_default().push(mutant);
    }
    let mut stale = repeated(mutants);
    let tracked = tracked(&options.root)?;
    for name in &tracked {
        let from = options.root.join(name);
        let mut bytes = std::fs::read(&from).map_err(Error::file(&from))?;
        let mutants = by_file.remove(name.as_path()).unwrap_or_default();
        if !mutants.is_empty() {
            bytes = planted(&String::from_utf8_lossy(&bytes), &mutants, &mut stale).into_bytes();
        }
        if name == Path::new(RUNTIME) {
            bytes.extend_from_slice(switch().as_bytes());
        }
        write(&copy.join(name), &bytes)?;
    }
    let missing = by_file.into_values().flatten();
    stale.extend(missing.map(|mutant| format!("{}: there is no {}", mutant.id, mutant.file.display())));
    if !stale.is_empty() {
        return Err(Error::Stale(stale));
    }
    remove_others(&copy, &tracked)?;
    Ok(copy)
}

/// What the runtime gets so that every crate can ask which mutant is on.
fn switch() -> String {
    format!(
        r#"
extern crate self as lockstep_runtime;

/// Whether this mutant is on.
pub fn mutant(id: &str) -> bool {{
    static ON: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    ON.get_or_init(|| std::env::var({SWITCH:?}).ok()).as_deref() == Some(id)
}}
"#
    )
}

/// The files of the workspace that git knows.
fn tracked(root: &Path) -> Result<BTreeSet<PathBuf>, Error> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z"]).current_dir(root);
    let names = super::suite::output(&mut git)?;
    let names = names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from);
    Ok(names.filter(|name| root.join(name).is_file()).collect())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    if std::fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory).map_err(Error::file(directory))?;
    }
    std::fs::write(path, bytes).map_err(Error::file(path))
}

/// Removes what the workspace no longer has: a test that is left over would count.
fn remove_others(directory: &Path, tracked: &BTreeSet<PathBuf>) -> Result<(), Error> {
    let mut open = vec![directory.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).map_err(Error::file(&next))? {
            let path = entry.map_err(Error::file(&next))?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.strip_prefix(directory).is_ok_and(|name| !tracked.contains(name)) {
                std::fs::remove_file(&path).map_err(Error::file(&path))?;
            }
        }
    }
    Ok(())
}

fn repeated(mutants: &[Mutant]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let again = mutants.iter().filter(|mutant| !seen.insert(&mutant.id));
    again
        .map(|mutant| format!("{}: another mutant has this id", mutant.id))
        .collect()
}

/// The text of a file with all of its mutants in it; what does not fit is noted.
fn planted(text: &str, mutants: &[&Mutant], stale: &mut Vec<String>) -> String {
    let mut places = Vec::new();
    for mutant in mutants {
        match place(text, mutant) {
            Ok(range) => places.push((range, *mutant)),
            Err(why) => stale.push(format!("{}: {why} in {}", mutant.id, mutant.file.display())),
        }
    }
    places.sort_by_key(|(range, _)| range.start);
    let (mut out, mut done) = (String::with_capacity(text.len()), 0);
    for (range, mutant) in places {
        let Some(before) = text.get(done..range.start) else {
            stale.push(format!("{}: it overlaps another mutant", mutant.id));
            continue;
        };
        out.push_str(before);
        out.push_str(&switched(mutant));
        done = range.end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// Where a mutant goes.
fn place(text: &str, mutant: &Mutant) -> Result<Range<usize>, String> {
    let from = match &mutant.after {
        Some(after) => once(text, after)?.end,
        None => once(text, &mutant.old)?.start,
    };
    let rest = text.get(from..).unwrap_or_default();
    let found = rest
        .find(&mutant.old)
        .ok_or_else(|| format!("there is no {:?} there", mutant.old))?;
    Ok(from + found..from + found + mutant.old.len())
}

fn once(text: &str, part: &str) -> Result<Range<usize>, String> {
    match text.matches(part).count() {
        1 => Ok(text.find(part).map_or(0..0, |at| at..at + part.len())),
        count => Err(format!("{part:?} is there {count} times, not once,")),
    }
}

/// The text that is there instead of the old one, and picks the new one if the mutant is on.
fn switched(mutant: &Mutant) -> String {
    let on = format!("::lockstep_runtime::mutant({:?})", mutant.id);
    let (old, new) = (&mutant.old, &mutant.new);
    if new.contains("$on") {
        return new.replace("$on", &on).replace("$old", old);
    }
    let both = format!("if {on} {{ {new} }} else {{ {old} }}");
    // A statement, or a block, stands by itself.
    if old.ends_with([';', '}']) {
        both
    } else {
        format!("({both})")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn mutant(after: Option<&str>, old: &str, new: &str) -> Mutant {
        Mutant {
            id: "m".to_owned(),
            tag: String::new(),
            kind: String::new(),
            about: String::new(),
            file: "f.rs".into(),
            after: after.map(str::to_owned),
            old: old.to_owned(),
            new: new.to_owned(),
            tests: Vec::new(),
        }
    }

    fn plant(text: &str, mutants: &[Mutant]) -> (String, Vec<String>) {
        let mut stale = Vec::new();
        let planted = planted(text, &mutants.iter().collect::<Vec<_>>(), &mut stale);
        (planted, stale)
    }

    #[test]
    fn each_mutant_is_built_in_beside_what_it_replaces() {
        let on = "::lockstep_runtime::mutant(\"m\")";
        let (text, stale) = plant(
            "let a = b; c; d(e);",
            &[
                mutant(None, "b", "0"),
                mutant(None, "c;", ""),
                mutant(Some("d("), "e", "$old && !$on"),
            ],
        );
        let expected = format!("let a = (if {on} {{ 0 }} else {{ b }}); if {on} {{  }} else {{ c; }} d(e && !{on});");
        assert_eq!((text, stale), (expected, Vec::new()));
    }

    #[test]
    fn what_does_not_fit_the_sources_is_refused() {
        for (text, mutants, why) in [
            ("b b", vec![mutant(None, "b", "")], "2 times"),
            ("a", vec![mutant(None, "b", "")], "0 times"),
            ("a", vec![mutant(Some("a"), "b", "")], "there is no \"b\""),
            ("abc", vec![mutant(None, "ab", ""), mutant(None, "bc", "")], "overlaps"),
        ] {
            let (_, stale) = plant(text, &mutants);
            assert!(
                stale.len() == 1 && stale.iter().all(|it| it.contains(why)),
                "{text}: {stale:?}"
            );
        }
        assert_eq!(repeated(&[mutant(None, "a", ""), mutant(None, "b", "")]).len(), 1);
    }
}
