//! The arrows and invariants of ARCHITECTURE.md, read from the sources and from cargo's own view of the workspace.
//! What the compiler or `cargo lockstep check` sees already is not repeated here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{read_dir, read_to_string};
use std::path::Path;

use serde_json::Value;
use spaces_server::api::OPERATIONS;
use spaces_tests::TestServer;
use spaces_tests::process::workspace;

/// What the modules of the server may use of each other.
const ARROWS: [(&str, &[&str]); 16] = [
    ("api", &[]),
    ("app", &["api", "auth", "clock", "metrics", "settings", "store"]),
    ("auth", &["clock", "settings"]),
    ("aws", &[]),
    ("clock", &[]),
    (
        "commands",
        &[
            "api", "app", "auth", "clock", "edge", "rules", "serve", "settings", "store",
        ],
    ),
    ("edge", &["clock", "metrics", "settings"]),
    (
        "handlers",
        &["api", "app", "auth", "aws", "rules", "settings", "store", "version"],
    ),
    ("lib", &[]),
    ("main", &["commands"]),
    ("metrics", &[]),
    ("rules", &[]),
    (
        "serve",
        &["api", "app", "auth", "clock", "edge", "settings", "store", "version"],
    ),
    ("settings", &[]),
    ("store", &["clock"]),
    ("version", &["api"]),
];

/// Which crates of the workspace a crate may depend on, tests and benchmarks included.
const CRATES: [(&str, &[&str]); 9] = [
    ("lockstep", &[]),
    (
        "lockstep-compiled",
        &["lockstep", "lockstep-runtime", "spaces-contract"],
    ),
    ("lockstep-runtime", &[]),
    (
        "spaces-bench",
        &["lockstep-runtime", "spaces-contract", "spaces-server"],
    ),
    ("spaces-client", &["spaces-contract"]),
    ("spaces-contract", &["lockstep-runtime"]),
    (
        "spaces-proof",
        &[
            "lockstep",
            "lockstep-compiled",
            "lockstep-runtime",
            "spaces-contract",
            "spaces-server",
        ],
    ),
    ("spaces-server", &["lockstep-runtime", "spaces-contract"]),
    (
        "spaces-tests",
        &["lockstep-runtime", "spaces-client", "spaces-contract", "spaces-server"],
    ),
];

/// Libraries that only some places may know.
const FENCED: [(&str, &[&str]); 4] = [
    (
        "actix_web::",
        &[
            "server/src/api/",
            "server/src/edge/",
            "server/src/serve.rs",
            "server/src/main.rs",
            "lockstep/runtime/src/actix/",
        ],
    ),
    ("aws_sdk_dynamodb::", &["server/src/store/"]),
    ("aws_sdk_sts::", &["server/src/aws.rs"]),
    ("dynoxide::", &["server/src/store/"]),
];

/// Generated files: the places, and no others.
const GENERATED: [&str; 4] = [
    "client/src/lib.rs",
    "contract/src/lib.rs",
    "server/src/api/",
    "ts-types/src/index.ts",
];

/// The sources of a directory, by their paths in the repository.
fn sources(directory: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    collect(&workspace().join(directory), &mut found);
    assert!(!found.is_empty(), "{directory} has sources");
    found
}

fn collect(directory: &Path, found: &mut BTreeMap<String, String>) {
    for entry in read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_name().unwrap().to_string_lossy();
        let extension = entry.extension().map(|it| it.to_string_lossy());
        if entry.is_dir() && !["target", "node_modules", "dist", "build"].contains(&&*name) && !name.starts_with('.') {
            collect(&entry, found);
        } else if matches!(extension.as_deref(), Some("rs" | "ts")) {
            let path = entry.strip_prefix(workspace()).unwrap().to_string_lossy().into_owned();
            found.insert(path, read_to_string(&entry).unwrap());
        }
    }
}

/// The modules that a source names after `crate::`, or after the name of its crate.
fn modules_used(source: &str) -> BTreeSet<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let first_name = |path: &str| {
        path.trim_start()
            .split(|c| !is_name(c))
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let paths = ["crate::", "spaces_server::"]
        .into_iter()
        .flat_map(|prefix| source.split(prefix).skip(1));
    let names = paths.flat_map(|path| match path.strip_prefix('{') {
        // A group that starts at the crate is flat: `use crate::{api, edge};`.
        Some(group) => group
            .split('}')
            .next()
            .unwrap_or_default()
            .split(',')
            .map(first_name)
            .collect(),
        None => vec![first_name(path)],
    });
    names.filter(|name| !name.is_empty()).collect()
}

#[test]
fn the_modules_of_the_server_follow_the_arrows() {
    for (path, source) in sources("server/src") {
        let module = path
            .strip_prefix("server/src/")
            .unwrap()
            .split(['/', '.'])
            .next()
            .unwrap();
        let (_, allowed) = ARROWS
            .iter()
            .find(|(name, _)| *name == module)
            .unwrap_or_else(|| panic!("{module} is new"));
        if path.contains("tests") {
            continue;
        }
        let tests = source.find("#[cfg(test)]").unwrap_or(source.len());
        for used in modules_used(&source[..tests]) {
            // The target of the access log is named like a module.
            let fine = used == module || allowed.contains(&used.as_str()) || (module, &*used) == ("edge", "access");
            assert!(fine, "{path} must not use {used}");
        }
    }
}

#[test]
fn fenced_libraries_stay_behind_their_fences() {
    let places = ["client/src", "contract/src", "lockstep/runtime/src", "server/src"];
    for (path, source) in places.into_iter().flat_map(sources) {
        for (library, allowed) in FENCED {
            let inside = allowed.iter().any(|place| path.starts_with(place));
            assert!(inside || !source.contains(library), "{path} must not use {library}");
        }
    }
}

#[test]
fn crates_depend_only_on_those_below_them() {
    let mut cargo = std::process::Command::new(env!("CARGO"));
    cargo
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(workspace());
    let metadata: Value = serde_json::from_slice(&cargo.output().unwrap().stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let ours: BTreeSet<&str> = packages
        .iter()
        .map(|package| package["name"].as_str().unwrap())
        .collect();
    assert_eq!(ours, CRATES.iter().map(|(name, _)| *name).collect());
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let (_, allowed) = CRATES.iter().find(|(known, _)| *known == name).unwrap();
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        for dependency in dependencies.map(|dependency| dependency["name"].as_str().unwrap()) {
            let fine = !ours.contains(dependency) || allowed.contains(&dependency);
            assert!(fine, "{name} must not depend on {dependency}");
            let http = name.starts_with("lockstep") || ["spaces-contract", "spaces-client"].contains(&name);
            let knows_store = ["aws-sdk-dynamodb", "dynoxide-rs"].contains(&dependency);
            assert!(!(http && knows_store), "{name} must not know {dependency}");
        }
    }
}

#[test]
fn exactly_the_generated_files_have_the_header() {
    let header = "// Generated by `cargo lockstep generate` from openapi.yaml; do not edit. @generated\n";
    for (path, source) in ["client", "contract", "server", "tests", "ts-types", "bench"]
        .into_iter()
        .flat_map(sources)
    {
        let generated = GENERATED.iter().any(|place| path.starts_with(place));
        assert_eq!(source.starts_with(header), generated, "{path}");
    }
}

#[test]
fn every_module_says_what_lives_in_it() {
    let places = [
        "bench",
        "client",
        "contract",
        "lockstep/src",
        "lockstep/runtime/src",
        "lockstep/tests/it",
        "server",
        "tests",
    ];
    let silent = |(path, source): (String, String)| {
        let rust = path.ends_with(".rs");
        let mut lines = source
            .lines()
            .filter(|line| !line.is_empty() && (!line.starts_with("//") || line.starts_with("//!")));
        (rust && !lines.next().is_some_and(|line| line.starts_with("//! "))).then_some(path)
    };
    let silent: Vec<_> = places.into_iter().flat_map(sources).filter_map(silent).collect();
    assert!(silent.is_empty(), "no //! docs: {silent:#?}");
}

/// An operation: id, method, path, aliases and statuses.
type Row = (String, String, String, BTreeSet<String>, BTreeSet<String>);

/// The operations of `openapi.yaml`, read without the generator.
fn contract() -> BTreeSet<Row> {
    let yaml = read_to_string(workspace().join("openapi.yaml")).unwrap();
    let contract: Value = serde_norway::from_str(&yaml).unwrap();
    let mut rows = BTreeSet::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        for method in ["get", "put", "post", "delete", "options", "head", "patch", "trace"] {
            let Some(operation) = item.get(method) else { continue };
            let aliases = operation["x-aliases"].as_array().into_iter().flatten();
            rows.insert((
                operation["operationId"].as_str().unwrap().to_owned(),
                method.to_uppercase(),
                path.clone(),
                aliases
                    .map(|alias| alias["path"].as_str().unwrap().to_owned())
                    .collect(),
                operation["responses"].as_object().unwrap().keys().cloned().collect(),
            ));
        }
    }
    rows
}

#[test]
fn operations_equal_the_contract_both_ways() {
    let table = OPERATIONS.iter().map(|operation| {
        (
            operation.id.to_owned(),
            operation.method.to_owned(),
            operation.path.to_owned(),
            operation.aliases.iter().map(|alias| alias.path.to_owned()).collect(),
            operation.statuses.iter().map(u16::to_string).collect(),
        )
    });
    assert_eq!(table.collect::<BTreeSet<Row>>(), contract());
}

#[tokio::test]
async fn every_operation_and_alias_is_routed() {
    let server = TestServer::start().await;
    let http = reqwest::Client::new();
    let ask = async |method: &str, path: &str| {
        let ids = ["spaceId", "userId", "memberId", "taskId", "invitationId", "eventId"];
        let path = ids.iter().fold(path.to_owned(), |path, id| {
            path.replace(&format!("{{{id}}}"), "01981c1e-5f00-7000-8000-000000000001")
        });
        assert!(!path.contains('{'), "a new parameter needs a value here: {path}");
        let request = http.request(method.parse().unwrap(), format!("{}{path}", server.base));
        request.send().await.unwrap().status().as_u16()
    };
    for (id, method, path, aliases, statuses) in contract() {
        for path in aliases.iter().chain([&path]) {
            // Nobody is signed in and nothing is sent, so 404 and 405 could only come from the router.
            let status = ask(&method, path).await;
            assert!(
                statuses.contains(&status.to_string()) && ![404, 405].contains(&status),
                "{id}: {path}: {status}"
            );
        }
    }
    assert_eq!(ask("GET", "/api/nothing").await, 404, "what is not there is seen");
}

#[tokio::test]
async fn a34_the_served_contract_is_the_repositorys() {
    let server = TestServer::start().await;
    let served = reqwest::get(format!("{}/openapi.yaml", server.base)).await.unwrap();
    assert_eq!(
        served.text().await.unwrap(),
        read_to_string(workspace().join("openapi.yaml")).unwrap()
    );
}

/// The acceptance lists: every line of both has a test that carries its id, such as `a07_a_change_needs_…`.
#[test]
fn every_line_of_the_acceptance_lists_has_a_test() {
    let mut tested = BTreeSet::new();
    for source in ["lockstep", "server/src", "tests"].into_iter().flat_map(sources) {
        for name in source.1.split("fn ").skip(1) {
            let ids = name.split('_').take_while(|part| is_id(part));
            tested.extend(ids.map(str::to_owned));
        }
    }
    let lists = (1..=34)
        .map(|n| format!("a{n:02}"))
        .chain((1..=36).map(|n| format!("s{n:02}")));
    let missing: Vec<_> = lists.filter(|id| !tested.contains(id)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

fn is_id(part: &str) -> bool {
    part.len() == 3 && part.starts_with(['a', 's', 'f']) && part[1..].bytes().all(|byte| byte.is_ascii_digit())
}
