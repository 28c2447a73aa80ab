//! Where changes are said to stand, and that none is overlooked: whatever changes the model of a contract is a change.

use super::{Node, Value, base, edited, parse, read, report, write};
use crate::order::placeless;
use lockstep::diff::compare;
use lockstep::model::Api;
use std::path::{Path, PathBuf};

#[test]
fn a_place_is_that_of_the_keyword() {
    let new = edited("v3_1", "a place", &[("maxLength: 50,", "maxLength: 20,")]);
    let answer = report(&base("v3_1"), &new);
    let [change] = answer.changes.as_slice() else {
        panic!("{answer}")
    };
    for (at, path) in [(&change.old, base("v3_1")), (&change.new, new)] {
        let at = at.as_ref().unwrap();
        assert_eq!(at.file, path.display().to_string());
        let text = std::fs::read_to_string(&path).unwrap();
        let line = text.lines().nth(at.line - 1).unwrap();
        assert!(line[at.column - 1..].starts_with("maxLength: "), "{line}");
        assert!(line.trim_start().starts_with("street:"), "{line}");
    }
}

#[test]
fn a_place_can_be_in_another_file() {
    let old = Path::new("tests/twins/v3_1.yaml");
    let text = std::fs::read_to_string(old).unwrap();
    let pets = std::fs::read_to_string("tests/twins/parts/pets.yaml").unwrap();
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("diff/contracts/parts");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::copy("tests/twins/parts/water.yaml", directory.join("water.yaml")).unwrap();
    std::fs::write(
        directory.join("pets.yaml"),
        pets.replace("maxLength: 20", "maxLength: 30"),
    )
    .unwrap();
    let answer = report(old, &write("files.yaml", &text));
    assert!(!answer.changes.is_empty());
    for change in &answer.changes {
        let at = change.new.as_ref().unwrap();
        assert!(at.file.ends_with("parts/pets.yaml"), "{at}");
    }
}

#[test]
fn a_contract_has_not_changed_since_itself() {
    let twins = ["v3_0", "v3_1"].map(|version| Path::new("tests/twins").join(version).with_extension("yaml"));
    let mut pairs: Vec<(PathBuf, PathBuf)> = vec![(twins[0].clone(), twins[1].clone()), (base("v3_0"), base("v3_1"))];
    let released = crate::contracts("../../contracts");
    let own = crate::contracts("accepted").into_iter().chain(released);
    pairs.extend(
        own.chain(twins)
            .chain(["../openapi.yaml".into()])
            .map(|path| (path.clone(), path)),
    );
    for (old, new) in pairs {
        let answer = report(&old, &new);
        assert!(answer.changes.is_empty() && answer.enough, "{answer}");
    }
}

/// Every document that differs in one place: a key or an item less, a flag turned, a word or a number more.
fn mutants(node: &Node) -> Vec<String> {
    let around = |before: &str, inner: Vec<String>, after: &str| -> Vec<String> {
        inner.into_iter().map(|one| format!("{before}{one}{after}")).collect()
    };
    let json = node.to_json();
    match &node.value {
        Value::Null => Vec::new(),
        Value::Bool(value) => vec![(!value).to_string()],
        Value::Number(text) => vec![
            text.parse::<i64>()
                .map_or("1".to_owned(), |number| (number + 1).to_string()),
        ],
        Value::String(text) => vec![serde_json::Value::from(format!("{text}x")).to_string()],
        Value::Sequence(items) => {
            let texts: Vec<_> = items.iter().map(Node::to_json).collect();
            let mut all = Vec::new();
            for (at, item) in items.iter().enumerate() {
                let (before, after) = (&texts[..at], &texts[at + 1..]);
                all.push(format!("[{}]", [before, after].concat().join(",")));
                let open = before.iter().map(|text| format!("{text},")).collect::<String>();
                let close = after.iter().map(|text| format!(",{text}")).collect::<String>();
                all.extend(around(&format!("[{open}"), mutants(item), &format!("{close}]")));
            }
            all
        }
        Value::Mapping(entries) => {
            let key = |key: &str| serde_json::Value::from(key).to_string();
            let texts: Vec<_> = entries
                .iter()
                .map(|entry| format!("{}:{}", key(&entry.key), entry.value.to_json()))
                .collect();
            let mut all = Vec::new();
            for (at, entry) in entries.iter().enumerate() {
                let (before, after) = (&texts[..at], &texts[at + 1..]);
                all.push(format!("{{{}}}", [before, after].concat().join(",")));
                let open = before.iter().map(|text| format!("{text},")).collect::<String>();
                let close = after.iter().map(|text| format!(",{text}")).collect::<String>();
                let open = format!("{{{open}{}:", key(&entry.key));
                all.extend(around(&open, mutants(&entry.value), &format!("{close}}}")));
            }
            all
        }
    }
    .into_iter()
    .filter(|mutant| *mutant != json)
    .collect()
}

/// Whatever the parser makes another model of is a change, in both directions.
#[test]
fn nothing_is_overlooked() {
    let versionless = |mut api: Api| {
        api.version.clear();
        placeless(&api)
    };
    let mut tried = 0;
    // Every sixth mutant, each time another one: all of them take minutes and have been seen to hold.
    let contracts = [base("v3_1"), base("v3_0"), "tests/accepted/shapes.yaml".into()];
    for (offset, path) in contracts.into_iter().enumerate() {
        let text = std::fs::read_to_string(&path).unwrap();
        let original = write("original.json", &read(&path, &text).unwrap().to_json());
        let document = read(&original, &std::fs::read_to_string(&original).unwrap()).unwrap();
        let before = parse(&original).unwrap();
        let model = versionless(before.clone());
        let mutated = write("mutant.json", "");
        for mutant in mutants(&document).into_iter().skip(offset).step_by(6) {
            std::fs::write(&mutated, &mutant).unwrap();
            // Most are no contracts any more, and some have no version.
            let Ok(after) = parse(&mutated) else { continue };
            let forth = compare((&original, &before), (&mutated, &after));
            let back = compare((&mutated, &after), (&original, &before));
            let (Ok(forth), Ok(back)) = (forth, back) else { continue };
            assert_eq!(forth.changes.is_empty(), back.changes.is_empty(), "{forth}\n{back}");
            if forth.changes.is_empty() {
                let other = versionless(after);
                assert!(other == model, "{}\n{}", path.display(), crate::diff(&model, &other));
            }
            tried += 1;
        }
    }
    assert!(tried > 150, "{tried}");
}
