//! Recordings as files: HAR, JSON Lines and directories of both, read entry by entry however large they are.
//! Their contents are passed on, never told in an error: they hold secrets.

use super::Error;
use super::recording::{Exchange, NOT_BASE64};
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// The longest line that is read, in bytes: more is no exchange but an accident.
const MAX_LINE: u64 = 256 * 1024 * 1024;

/// Where an exchange stands.
#[derive(Clone, Copy)]
pub(super) enum Place<'f> {
    /// A line of JSON Lines, from 1.
    Line(&'f Path, usize),
    /// An entry of a HAR file, from 0, as a JSON Pointer counts.
    Entry(&'f Path, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(file, line) => write!(f, "{}:{line}", file.display()),
            Self::Entry(file, entry) => write!(f, "{}#/log/entries/{entry}", file.display()),
        }
    }
}

/// Whatever is done with an exchange.
pub(super) type Visit<'v> = &'v mut dyn FnMut(Place<'_>, &Exchange);

/// Reads a recording: a file, or every recording below a directory, in the order of their names.
pub(super) fn read(path: &Path, visit: Visit<'_>) -> Result<(), Error> {
    if !path.is_dir() {
        return read_file(path, visit);
    }
    let mut files = Vec::new();
    collect(path, &mut files)?;
    if files.is_empty() {
        return Err(Error::NoRecordings(path.to_owned()));
    }
    files.iter().try_for_each(|file| read_file(file, visit))
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    let unreadable = |source| Error::unreadable(directory, source);
    let entries = std::fs::read_dir(directory).map_err(unreadable)?;
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(unreadable)?;
    paths.sort();
    for path in paths {
        if path.is_dir() && !path.is_symlink() {
            collect(&path, files)?;
        } else if Kind::of(&path).is_some() {
            files.push(path);
        }
    }
    Ok(())
}

/// The kinds of recordings, by what their names end in.
enum Kind {
    Har,
    Lines,
}

impl Kind {
    fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "har" => Some(Self::Har),
            "jsonl" | "ndjson" => Some(Self::Lines),
            _ => None,
        }
    }
}

fn read_file(path: &Path, visit: Visit<'_>) -> Result<(), Error> {
    let kind = Kind::of(path).ok_or_else(|| Error::NotARecording(path.to_owned()))?;
    let file = File::open(path).map_err(|source| Error::unreadable(path, source))?;
    let mut reader = BufReader::with_capacity(1 << 16, file);
    match kind {
        Kind::Har => read_har(path, &mut reader, visit),
        Kind::Lines => read_lines(path, &mut reader, visit),
    }
}

fn read_lines(path: &Path, reader: &mut impl BufRead, visit: Visit<'_>) -> Result<(), Error> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut line);
        if read.map_err(|source| Error::unreadable(path, source))? == 0 {
            break;
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let exchange = serde_json::from_slice(&line).map_err(|error| broken(path, number, &error))?;
        visit(Place::Line(path, number), &exchange);
    }
    Ok(())
}

fn read_har(path: &Path, reader: &mut impl Read, visit: Visit<'_>) -> Result<(), Error> {
    let mut json = serde_json::Deserializer::from_reader(reader);
    let mut entry = 0;
    let level = Level {
        inside: &["log", "entries"],
        visit: &mut |exchange| {
            visit(Place::Entry(path, entry), exchange);
            entry += 1;
        },
    };
    let read = level.deserialize(&mut json).and_then(|()| json.end());
    read.map_err(|error| broken(path, error.line(), &error))
}

/// What is wrong, without the values that serde repeats.
fn broken(path: &Path, line: usize, error: &serde_json::Error) -> Error {
    let said = error.to_string();
    let known = ["missing field", NOT_BASE64, NO_HAR]
        .into_iter()
        .any(|start| said.starts_with(start));
    let reason = match error.classify() {
        Category::Data if known => said.split(" at line ").next().unwrap_or_default().to_owned(),
        Category::Data => "this is no HAR entry: a member has the wrong type".to_owned(),
        Category::Eof => "the JSON ends too early".to_owned(),
        Category::Syntax => "the JSON is broken here".to_owned(),
        Category::Io => "the file cannot be read on".to_owned(),
    };
    Error::Broken {
        place: format!("{}:{line}:{}", path.display(), error.column()),
        reason,
    }
}

const NO_HAR: &str = "this is no HAR file";

/// A level of a HAR file on the way to its entries, which are passed on one by one.
struct Level<'v> {
    inside: &'static [&'static str],
    visit: &'v mut dyn FnMut(&Exchange),
}

impl<'de> DeserializeSeed<'de> for Level<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.inside.is_empty() {
            deserializer.deserialize_seq(self)
        } else {
            deserializer.deserialize_map(self)
        }
    }
}

impl<'de> Visitor<'de> for Level<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `log`, which has `entries`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((name, inside)) = self.inside.split_first() else {
            return Err(A::Error::custom(NO_HAR));
        };
        let mut found = false;
        while let Some(key) = map.next_key::<String>()? {
            if key == *name {
                found = true;
                let visit = &mut *self.visit;
                map.next_value_seed(Level { inside, visit })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if found {
            Ok(())
        } else {
            Err(A::Error::custom(format!("{NO_HAR}: there is no `{name}`")))
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(exchange) = items.next_element()? {
            (self.visit)(&exchange);
        }
        Ok(())
    }
}
