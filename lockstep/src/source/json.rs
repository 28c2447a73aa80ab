//! What JSON texts need before they are read as YAML: a check that they are JSON, and surrogate pairs in YAML's writing.

use super::{Diagnostic, Place};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Surrogate pairs by line: the columns (from 0) at which a replaced pair ends.
pub(super) type Pairs = BTreeMap<usize, Vec<usize>>;

/// How many characters shorter `\U0001F600` is than `\ud83d\ude00`.
pub(super) const PAIR_SHRINK: usize = 2;

/// Checks that a text is JSON, and writes escaped surrogate pairs, which YAML lacks, in YAML's way.
pub(super) fn prepare<'t>(text: &'t str, start: &Place) -> Result<(Cow<'t, str>, Pairs), Vec<Diagnostic>> {
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        let place = Place {
            line: error.line().max(1),
            column: error.column().max(1),
            ..start.clone()
        };
        return Err(vec![Diagnostic::new(
            &place,
            "syntax",
            format!("the syntax is wrong: {error}"),
            "Correct the syntax.",
        )]);
    }
    if !text.contains("\\u") {
        return Ok((Cow::Borrowed(text), Pairs::new()));
    }
    let (mut out, mut pairs) = (String::with_capacity(text.len()), Pairs::new());
    for (line, content) in text.split('\n').enumerate() {
        if line > 0 {
            out.push('\n');
        }
        let (mut rest, mut column) = (content, 0);
        while let Some(at) = rest.find('\\') {
            let (before, escape) = rest.split_at(at);
            out.push_str(before);
            column += before.chars().count();
            let (len, written) = match surrogate_pair(escape) {
                Some(character) => (12, format!("\\U{:08X}", u32::from(character))),
                None => {
                    let len = escape.char_indices().nth(2).map_or(escape.len(), |(at, _)| at);
                    (len, escape.get(..len).unwrap_or_default().to_owned())
                }
            };
            out.push_str(&written);
            column += written.chars().count();
            if len == 12 {
                pairs.entry(line + 1).or_default().push(column);
            }
            rest = escape.get(len..).unwrap_or_default();
        }
        out.push_str(rest);
    }
    Ok((Cow::Owned(out), pairs))
}

/// The character of an escaped surrogate pair at the beginning of a text.
fn surrogate_pair(text: &str) -> Option<char> {
    let unit = |from: usize| {
        let escape = text.get(from..from + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(escape, 16).ok()
    };
    let units = [unit(0)?, unit(6)?];
    char::decode_utf16(units)
        .next()?
        .ok()
        .filter(|character| u32::from(*character) > 0xffff)
}
