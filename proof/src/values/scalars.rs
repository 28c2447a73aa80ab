//! Numbers and texts: at their bounds, in every spelling, of every format. What is invalid is made next door.

use std::rc::Rc;

use proptest::string::{RegexGeneratorStrategy, string_regex};
use regex::Regex;
use serde_json::Value;

use super::{Json, Values, counts};
use crate::schema::Level;

/// Characters of one, two, three and four bytes, and such as must be escaped.
pub(super) const CHARACTERS: [char; 8] = ['a', 'Z', '7', 'é', 'ß', '名', '😀', '"'];

/// Characters that `.` or `\s` mean in one dialect of patterns and not in another.
pub(super) const FOREIGN: [char; 5] = ['\r', '\u{85}', '\u{2028}', '\u{2029}', '\u{feff}'];

impl Values<'_> {
    pub(super) fn number(&mut self, level: &Level<'_>) -> Json {
        if level.rules.get("type") == Some(&Value::from("integer")) {
            self.integer(level)
        } else {
            self.fraction(level)
        }
    }

    fn integer(&mut self, level: &Level<'_>) -> Json {
        let (least, most) = integer_bounds(level);
        let step = level
            .rules
            .get("multipleOf")
            .and_then(Value::as_i64)
            .map_or(1, i128::from);
        // In steps, so that every one of them is a multiple.
        let (first, last) = (
            least.div_euclid(step) + i128::from(least.rem_euclid(step) != 0),
            most.div_euclid(step),
        );
        let random = self.sample(&(first..=last)).unwrap_or(first);
        let small = self.sample(&(-300_i128..300)).unwrap_or(0);
        let beyond = 9_007_199_254_740_993 / step;
        let edges = [
            first,
            last,
            first + 1,
            last - 1,
            0,
            1,
            -1,
            100,
            192,
            beyond,
            -beyond,
            small,
            random,
        ];
        let all: Vec<_> = edges.into_iter().filter(|at| (first..=last).contains(at)).collect();
        let number = (all[self.below(all.len())] * step).to_string();
        self.spelled(number)
    }

    /// The same integer as it may be written, too.
    fn spelled(&mut self, number: String) -> Json {
        let stripped = number.trim_end_matches('0');
        let zeros = number.len() - stripped.len();
        Json::Number(match self.below(8) {
            0 => format!("{number}.0"),
            1 if zeros > 0 && number != "0" => format!("{stripped}e{zeros}"),
            2 if number != "0" => format!("{number}0E-1"),
            3 if number.len() > 1 && !number.starts_with('-') => {
                format!("{}.{}e+{}", &number[..1], &number[1..], number.len() - 1)
            }
            _ => number,
        })
    }

    fn fraction(&mut self, level: &Level<'_>) -> Json {
        let bound = |keyword| level.rules.get(keyword).and_then(Value::as_f64);
        let (least, most) = (bound("minimum"), bound("maximum"));
        let (above, below) = (bound("exclusiveMinimum"), bound("exclusiveMaximum"));
        let step = bound("multipleOf");
        let low = least.or(above).unwrap_or(-1e9);
        let high = most.or(below).unwrap_or(low.max(0.0) + 1e9);
        let random = self.sample(&(low..=high)).unwrap_or(low);
        let edges = [
            low,
            high,
            low.next_up(),
            high.next_down(),
            0.0,
            1.0,
            -2.5,
            0.1,
            1e-7,
            1e21,
            f64::MAX,
            random,
        ];
        let is_valid = |value: &f64| {
            least.is_none_or(|bound| *value >= bound)
                && most.is_none_or(|bound| *value <= bound)
                && above.is_none_or(|bound| *value > bound)
                && below.is_none_or(|bound| *value < bound)
        };
        let all = edges.into_iter().map(|value| match step {
            // Steps that are decimal fractions are counted in integers, so that no sum rounds.
            Some(step) if step < 1.0 => (value.clamp(-1e6, 1e6) / step).round() / (1.0 / step).round(),
            Some(step) => (value.clamp(-1e6, 1e6) / step).round() * step,
            None => value,
        });
        let all: Vec<_> = all.filter(is_valid).collect();
        let value = all.get(self.below(all.len())).copied().unwrap_or(low);
        Json::Number(if self.chance(4) {
            format!("{value:e}")
        } else {
            format!("{value:?}").replace("e", "E")
        })
    }

    pub(super) fn text(&mut self, level: &Level<'_>) -> Json {
        let rule = |keyword| level.rules.get(keyword).and_then(Value::as_str);
        if let Some(format) = rule("format").filter(|format| *format != "password") {
            let pattern = rule("pattern").and_then(|source| Regex::new(source).ok());
            let fits = |text: &&&str| has_length(level, text) && pattern.as_ref().is_none_or(|it| it.is_match(text));
            let fits: Vec<_> = examples(format).iter().filter(fits).collect();
            return Json::text(**fits.get(self.below(fits.len())).unwrap_or(&&"https://example.org/ada"));
        }
        if let Some(pattern) = rule("pattern") {
            return Json::text(self.matching(level, pattern).unwrap_or_default());
        }
        let (least, most) = counts(level, "minLength", "maxLength");
        let most = most.min(least + 200);
        let count = match self.below(4) {
            0 => least,
            1 => most,
            _ => least + self.below((most - least).min(12) + 1),
        };
        Json::Text(self.characters(count))
    }

    /// A text of so many characters: often all of the same kind.
    pub(super) fn characters(&mut self, count: usize) -> String {
        let only = CHARACTERS[self.below(CHARACTERS.len())];
        let is_mixed = self.chance(2);
        let one = |values: &mut Self| CHARACTERS[values.below(CHARACTERS.len())];
        (0..count).map(|_| if is_mixed { one(self) } else { only }).collect()
    }

    /// A text that a pattern matches, of the right length.
    fn matching(&mut self, level: &Level<'_>, source: &str) -> Option<String> {
        let pattern = match self.patterns.get(source) {
            Some(pattern) => Rc::clone(pattern),
            None => {
                let pattern = Rc::new(Pattern::new(source)?);
                self.patterns.insert(source.to_owned(), Rc::clone(&pattern));
                pattern
            }
        };
        let (least, most) = counts(level, "minLength", "maxLength");
        let fits = |text: &String| has_length(level, text) && pattern.admits(text);
        for _ in 0..200 {
            let text = self.sample(&pattern.texts)?;
            let cut: String = text.chars().take(most).collect();
            if let Some(text) = [text, cut].into_iter().find(fits) {
                return Some(text);
            }
        }
        // What is longer than such texts usually are.
        ["a", "0", "é", "😀"].iter().map(|one| one.repeat(least)).find(fits)
    }
}

/// A pattern, ready to be matched and to make texts.
#[derive(Debug)]
pub(super) struct Pattern {
    regex: Regex,
    texts: RegexGeneratorStrategy<String>,
}

impl Pattern {
    fn new(source: &str) -> Option<Self> {
        let whole = source.trim_start_matches('^').trim_end_matches('$');
        Some(Self {
            regex: Regex::new(source).ok()?,
            texts: string_regex(whole).ok()?,
        })
    }

    /// What means different things to ECMA 262 and the crate is offered among the faults.
    fn admits(&self, text: &str) -> bool {
        !text.contains(FOREIGN) && self.regex.is_match(text)
    }
}

/// The bounds of an integer, those of its width included.
pub(super) fn integer_bounds(level: &Level<'_>) -> (i128, i128) {
    let is_narrow = level.rules.get("format") == Some(&Value::from("int32"));
    let width = if is_narrow {
        (i32::MIN.into(), i32::MAX.into())
    } else {
        (i64::MIN.into(), i64::MAX.into())
    };
    let bound = |keyword| level.rules.get(keyword).and_then(Value::as_i64).map(i128::from);
    (
        bound("minimum").unwrap_or(width.0).max(width.0),
        bound("maximum").unwrap_or(width.1).min(width.1),
    )
}

fn has_length(level: &Level<'_>, text: &str) -> bool {
    let (least, most) = counts(level, "minLength", "maxLength");
    (least..=most).contains(&text.chars().count())
}

/// Texts of a format.
fn examples(format: &str) -> &'static [&'static str] {
    match format {
        "uuid" => &[
            "01981c1e-5f00-7000-8000-000000000001",
            "00000000-0000-0000-0000-000000000000",
            "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        ],
        "date" => &[
            "2026-11-20",
            "2024-02-29",
            "2000-02-29",
            "2026-01-31",
            "2026-02-28",
            "2026-12-31",
            "0001-01-01",
            "9999-12-31",
        ],
        "date-time" => &[
            "2026-11-20T09:30:00Z",
            "2024-02-29T23:59:59Z",
            "2026-12-31T23:59:59.999Z",
            "2026-11-20T09:30:00.5+05:30",
            "2026-11-20T00:30:00-11:00",
            "2026-01-01T00:00:00.123456789Z",
            "2026-11-20t09:30:00z",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "2016-12-31T23:59:60Z",
            "1969-12-31T23:59:59.001Z",
        ],
        "email" => &[
            "ada@example.org",
            "a.b+c@mail.example.org",
            "x_y@a-b.example",
            "!#$%&'*+-/=?^_`{|}~@example.org",
        ],
        "uri" => &[
            "https://example.org",
            "https://example.org/a/b?c=d&e=%20#f",
            "https://user@example.org:8080/",
            "urn:isbn:0451450523",
            "mailto:ada@example.org",
            "http://[::1]/",
        ],
        "uri-reference" => &["about:blank", "https://example.org/a", "/a/b", "../a?b#c", "#a", ""],
        "hostname" => &["example.org", "localhost", "a-b.c1", "1.example"],
        "ipv4" => &["0.0.0.0", "127.0.0.1", "255.255.255.255"],
        "ipv6" => &[
            "::",
            "::1",
            "2001:db8::ff00:42:8329",
            "1:2:3:4:5:6:7:8",
            "::ffff:192.0.2.1",
        ],
        "byte" => &["", "YQ==", "YWI=", "YWJj", "+/+/"],
        _ => &[],
    }
}
