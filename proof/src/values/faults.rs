//! Values with exactly one rule broken at exactly one place, which is named: what is around the place is valid.

use serde_json::Value;

use super::scalars::{FOREIGN, integer_bounds};
use super::{Json, Values, constants, counts, is_nullable, is_required, kind, parts};
use crate::schema::Level;

/// A value and the rule that it breaks, with the place.
pub type Fault = (String, Json);

impl<'d> Values<'d> {
    /// For every rule of a schema, and of what stands in it in place, a value that breaks only that.
    pub fn faults(&mut self, schema: &'d Value) -> Vec<Fault> {
        let level = self.document.level(schema, self.direction);
        let mut faults = self.own_faults(&level);
        match kind(&level) {
            "object" => self.member_faults(&level, &mut faults),
            "array" => {
                for (place, item) in self.inner_faults(&level, "items") {
                    let Json::Array(mut items) = self.array(&level, 1) else {
                        continue;
                    };
                    // In the place of an item, so that their count stays right.
                    items.pop();
                    items.push(item);
                    faults.push((place, Json::Array(items)));
                }
            }
            _ => {
                for (name, _) in parts(&level, "oneOf/") {
                    faults.extend(self.inner_faults(&level, &format!("oneOf/{name}")));
                }
            }
        }
        faults
    }

    /// The faults of a part. What has a name has its own turn, so two of them are enough here.
    fn inner_faults(&mut self, level: &Level<'d>, key: &str) -> Vec<Fault> {
        let Some(part) = level.parts.get(key) else {
            return Vec::new();
        };
        let inner = self.document.level(part, self.direction);
        let faults = if inner.names.is_empty() {
            self.faults(part)
        } else {
            let mut own = self.own_faults(&inner);
            let spare = own.len().saturating_sub(2);
            let from = self.below(spare + 1);
            own.drain(from..).take(2).collect()
        };
        faults
            .into_iter()
            .map(|(place, value)| (format!("{key}/{place}"), value))
            .collect()
    }

    fn member_faults(&mut self, level: &Level<'d>, faults: &mut Vec<Fault>) {
        for (name, _) in parts(level, "properties/") {
            for (place, value) in self.inner_faults(level, &format!("properties/{name}")) {
                let whole = self.object(level, 1).with(name, value);
                faults.push((place, whole));
            }
            if is_required(level, name) {
                faults.push((format!("required {name}"), self.object(level, 1).without(name)));
            }
        }
        for (place, value) in self.inner_faults(level, "additionalProperties") {
            faults.push((place, self.object(level, 1).with("other0", value)));
        }
        if level.rules.contains_key("closed") {
            let value = self.any();
            faults.push(("closed".to_owned(), self.object(level, 1).with("other0", value)));
        }
    }

    /// What breaks a rule of the level itself.
    fn own_faults(&mut self, level: &Level<'d>) -> Vec<Fault> {
        let mut faults: Vec<(&str, Json)> = Vec::new();
        let kind = kind(level);
        let is_any = kind == "any" && constants(level).is_none() && parts(level, "oneOf/").next().is_none();
        if !is_any {
            faults.extend(wrong_types(kind).into_iter().map(|value| ("type", value)));
            if !is_nullable(level) {
                faults.push(("null", Json::Null));
            }
        }
        if let Some(allowed) = constants(level) {
            let known: Vec<_> = allowed
                .iter()
                .filter_map(|one| if let Json::Text(text) = one { Some(text) } else { None })
                .collect();
            let near = known
                .iter()
                .flat_map(|text| [format!("{text} "), text.to_uppercase(), text.to_lowercase()]);
            let near = near
                .filter(|text| !known.contains(&text))
                .map(|text| ("enum", Json::Text(text)));
            faults.extend(near.take(3));
        } else {
            match kind {
                "integer" => integers(level, &mut faults),
                "number" => numbers(level, &mut faults),
                "string" => self.texts(level, &mut faults),
                "array" => self.arrays(level, &mut faults),
                "object" => self.objects(level, &mut faults),
                _ => {}
            }
        }
        faults
            .into_iter()
            .map(|(rule, value)| (rule.to_owned(), value))
            .collect()
    }

    fn texts(&mut self, level: &Level<'d>, faults: &mut Vec<(&str, Json)>) {
        let (least, most) = counts(level, "minLength", "maxLength");
        let is_plain = !level.rules.contains_key("pattern");
        for one in ["a", "é", "😀"] {
            if least > 0 {
                faults.push(("minLength", Json::text(one.repeat(least - 1))));
            }
            if most < 10_000 {
                faults.push(("maxLength", Json::text(one.repeat(most + 1))));
            }
        }
        if !is_plain {
            let Json::Text(valid) = self.text(level) else { return };
            let near = ["", " ", "\n", "\u{a0}", "-", "A", "é", "😀"].map(str::to_owned);
            let around = [
                format!("{valid}\n"),
                format!(" {valid}"),
                format!("{valid} "),
                format!("{valid}😀"),
            ];
            let foreign = FOREIGN
                .iter()
                .flat_map(|c| [c.to_string(), format!("{valid}{c}"), format!("a{c}a")]);
            let foreign: Vec<_> = foreign.collect();
            faults.extend(
                near.into_iter()
                    .chain(around)
                    .chain(foreign)
                    .map(|text| ("pattern", Json::Text(text))),
            );
        }
        let format = level.rules.get("format").and_then(Value::as_str).unwrap_or_default();
        faults.extend(not_of(format).iter().map(|text| ("format", Json::text(*text))));
    }

    fn arrays(&mut self, level: &Level<'d>, faults: &mut Vec<(&str, Json)>) {
        let (least, most) = counts(level, "minItems", "maxItems");
        if least > 0 {
            faults.push(("minItems", self.items(level, least - 1, 1)));
        }
        if most < 1_000 {
            faults.push(("maxItems", self.items(level, most + 1, 1)));
        }
        if level.rules.contains_key("uniqueItems")
            && let Json::Array(items) = self.items(level, 1, 1)
        {
            faults.push(("uniqueItems", Json::Array([items.clone(), items].concat())));
        }
    }

    fn objects(&mut self, level: &Level<'d>, faults: &mut Vec<(&str, Json)>) {
        let (least, most) = counts(level, "minProperties", "maxProperties");
        let wrong = [
            ("minProperties", least.checked_sub(1)),
            ("maxProperties", (most < 1_000).then_some(most + 1)),
        ];
        for (rule, count) in wrong {
            let Some(count) = count else { continue };
            let others = (0..count).filter_map(|index| Some((format!("k{index}"), self.other(level, 1)?)));
            faults.push((rule, Json::Object(others.collect())));
        }
    }
}

fn wrong_types(kind: &str) -> Vec<Json> {
    let all = ["5", "1.5", "true", r#""5""#, r#""true""#, "[]", "{}", r#"["a"]"#];
    let right: &[&str] = match kind {
        "integer" => &["5"],
        "number" => &["5", "1.5"],
        "boolean" => &["true"],
        "string" => &[r#""5""#, r#""true""#],
        "array" => &["[]", r#"["a"]"#],
        "object" | "any" => &["{}"],
        _ => &[],
    };
    let wrong = all.into_iter().filter(|text| !right.contains(text));
    wrong.filter_map(|text| Json::read(text).ok()).collect()
}

fn integers(level: &Level<'_>, faults: &mut Vec<(&str, Json)>) {
    let (least, most) = integer_bounds(level);
    faults.push(("minimum", Json::number(least - 1)));
    faults.push(("maximum", Json::number(most + 1)));
    faults.push(("maximum", Json::number("1e30")));
    faults.push(("type", Json::Number(format!("{least}.5"))));
    faults.push(("type", Json::number("1e-1")));
    if let Some(step) = level.rules.get("multipleOf").and_then(Value::as_i64) {
        let multiple = i128::from(step) * (least.max(0) / i128::from(step) + 1);
        faults.push(("multipleOf", Json::number(multiple + 1)));
        faults.push(("multipleOf", Json::number(multiple - 1)));
    }
}

fn numbers(level: &Level<'_>, faults: &mut Vec<(&str, Json)>) {
    let bound = |keyword| level.rules.get(keyword).and_then(Value::as_f64);
    let mut break_with = |rule, value: Option<f64>| {
        faults.extend(value.map(|value| (rule, Json::Number(format!("{value:?}").replace("e", "E")))));
    };
    break_with("minimum", bound("minimum").map(f64::next_down));
    break_with("maximum", bound("maximum").map(f64::next_up));
    break_with("exclusiveMinimum", bound("exclusiveMinimum"));
    break_with("exclusiveMaximum", bound("exclusiveMaximum"));
    break_with("multipleOf", bound("multipleOf").map(|step| step * 1.5));
    break_with("multipleOf", bound("multipleOf").map(|step| step * 3.01));
}

/// Texts that nearly have a format.
fn not_of(format: &str) -> &'static [&'static str] {
    match format {
        "uuid" => &[
            "",
            "01981c1e5f0070008000000000000001",
            "{01981c1e-5f00-7000-8000-000000000001}",
            "01981c1e-5f00-7000-8000-00000000000g",
            "01981c1e-5f00-7000-8000-0000000000011",
        ],
        "date" => &[
            "",
            "2026-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-13-01",
            "2026-00-10",
            "2026-11-00",
            "2026-1-01",
            "20261120",
            "2026-11-20T00:00:00Z",
            " 2026-11-20",
            "+2026-11-2",
        ],
        "date-time" => &[
            "",
            "2026-11-20",
            "2026-11-20T09:30:00",
            "2026-11-20 09:30:00Z",
            "2026-11-20T24:00:00Z",
            "2026-02-29T09:30:00Z",
            "2026-11-20T09:60:00Z",
            "2026-11-20T09:30Z",
            "2026-11-20T09:30:00.Z",
            "2026-11-20T09:30:00+24:00",
            "2026-11-20T09:30:61Z",
            "2026-11-20T12:30:60Z",
            "2026-11-20T09:30:00+0100",
        ],
        "email" => &[
            "",
            "ada",
            "ada@",
            "@example.org",
            "a b@example.org",
            "ada@exa mple.org",
            "ada@@example.org",
            ".ada@example.org",
            "ada.@example.org",
            "ada@-example.org",
            "ada@example..org",
            "é@example.org",
        ],
        "uri" => &[
            "",
            "example.org",
            "//example.org",
            "/a",
            "https://exa mple.org",
            "https://example.org/%zz",
            "https://example.org/é",
            "1http://example.org",
            "https://example.org/#a#b",
        ],
        "uri-reference" => &["a b", "%zz", "é", "\\a", "<a>", "#a#b"],
        "hostname" => &[
            "",
            "-a",
            "a-",
            "a..b",
            "a_b",
            "é.org",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ],
        "ipv4" => &["", "1.2.3", "256.0.0.1", "01.2.3.4", "1.2.3.4.5", "1.2.3.4 "],
        "ipv6" => &["", ":", "1:2:3:4:5:6:7", "1::2::3", "12345::", "g::", "::1%eth0"],
        "byte" => &["a", "YQ=", "YQ", "Y===", "Y Q=", "YQ==YQ==", "é+++"],
        _ => &[],
    }
}
