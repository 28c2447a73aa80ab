//! What TypeScript modules say, as ts-json-schema-generator and the modules' own tables tell it. That is asked of Node
//! once for all modules; nothing here knows contracts.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::operations::Said;
use crate::schema::{Direction, Document};

/// What a module says.
#[derive(Debug, Deserialize)]
pub struct Module {
    /// The schemas of its types.
    pub root: Value,
    /// The table by which its client works.
    operations: BTreeMap<String, Value>,
    /// The docs of its client's methods.
    docs: BTreeMap<String, Docs>,
}

/// What is written on a method.
#[derive(Debug, Deserialize)]
struct Docs {
    text: String,
    deprecated: bool,
}

/// Why nothing is known of TypeScript.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Node is not there.
    #[error("node cannot be started: {0}")]
    Start(#[from] std::io::Error),
    /// The types cannot be described.
    #[error("the TypeScript types cannot be described (are the tools installed? run: make deps): {0}")]
    Derive(String),
    /// The values cannot be judged.
    #[error("the values cannot be judged (are the tools installed? run: make deps): {0}")]
    Judge(String),
    /// What came out is not understood.
    #[error("the description of the TypeScript types is no JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Asks what modules say, in their order.
///
/// # Errors
/// See [`enum@Error`].
pub fn describe(workspace: &Path, modules: &[String]) -> Result<Vec<Module>, Error> {
    let program = workspace.join("tests/judges/derive.mjs");
    let output = Command::new("node")
        .arg(program)
        .args(modules)
        .current_dir(workspace)
        .output()?;
    if !output.status.success() {
        return Err(Error::Derive(
            String::from_utf8_lossy(&output.stderr).chars().take(2_000).collect(),
        ));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

/// What JavaScript says of a value.
#[derive(Debug, Deserialize)]
pub struct Verdict {
    /// Whether the contract's own schema allows it.
    pub contract: bool,
    /// Whether the TypeScript type does.
    pub typescript: bool,
    /// How it is written again.
    pub back: String,
}

/// Has values judged, all by one process. `tests/judges/judge.mjs` says what is asked.
///
/// # Errors
/// See [`enum@Error`].
pub fn judge(
    workspace: &Path,
    contracts: &[Value],
    modules: &[Module],
    questions: impl Iterator<Item = Value>,
) -> Result<Vec<Verdict>, Error> {
    let both = contracts.iter().zip(modules);
    let both: Vec<_> = both
        .map(|(contract, module)| json!({ "contract": contract, "typescript": module.root }))
        .collect();
    let mut text = json!({ "contracts": both }).to_string();
    for question in questions {
        text.push('\n');
        text.push_str(&question.to_string());
    }
    let mut node = Command::new("node")
        .arg(workspace.join("tests/judges/judge.mjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    // It answers when it has read everything. If it ends before that, its status tells.
    if let Some(mut input) = node.stdin.take() {
        let _ = input.write_all(text.as_bytes());
    }
    let output = node.wait_with_output()?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        return Err(Error::Judge(why.chars().take(2_000).collect()));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

impl Module {
    /// The type of a contract's schema in a direction.
    pub fn type_name(&self, schema: &str, direction: Direction) -> Option<String> {
        let input = (direction == Direction::Request).then(|| format!("{schema}Input"));
        let names = input.into_iter().chain([schema.to_owned()]);
        names
            .into_iter()
            .find(|name| self.root["definitions"].get(name).is_some())
    }

    /// The types as a document.
    pub fn document(&self) -> Document<'_> {
        Document { root: &self.root }
    }

    /// The type of an operation's request or result, and its name.
    fn type_of(&self, id: &str, part: &str) -> Option<(&str, &Value)> {
        let operation = &self.root["definitions"]["Operations"]["properties"][id];
        self.document()
            .followed(operation["properties"][part]["$ref"].as_str()?)
    }

    /// The names of the types of requests and results, which are compared as parts of their operations.
    pub fn types_of_operations(&self) -> BTreeSet<&str> {
        let parts = self
            .operations
            .keys()
            .flat_map(|id| [self.type_of(id, "request"), self.type_of(id, "result")]);
        parts.flatten().map(|(name, _)| name).collect()
    }

    /// Every operation by its name.
    pub fn operations(&self) -> BTreeMap<String, Said<'_>> {
        self.operations
            .iter()
            .map(|(id, table)| (id.clone(), self.operation(id, table)))
            .collect()
    }

    fn operation<'m>(&'m self, id: &str, table: &'m Value) -> Said<'m> {
        let mut said = Said::default();
        said.note("method", table["method"].clone());
        said.note("path", table["path"].clone());
        said.note("token", table["bearer"].clone());
        if let Some(docs) = self.docs.get(id) {
            said.describe("summary", &json!(docs.text));
            said.describe("description", &json!(docs.text));
            said.note("deprecated", json!(docs.deprecated));
        }
        if let Some((_, request)) = self.type_of(id, "request") {
            self.request(&mut said, request, table);
        }
        if let Some((_, result)) = self.type_of(id, "result") {
            self.result(&mut said, result, table);
        }
        said
    }

    fn request<'m>(&'m self, said: &mut Said<'m>, request: &'m Value, table: &'m Value) {
        let joined = table["joined"].as_array();
        for (group, place) in [
            ("path", "path"),
            ("query", "query"),
            ("headers", "header"),
            ("cookies", "cookie"),
        ] {
            let parameters = &request["properties"][group];
            for (name, schema) in members(&parameters["properties"]) {
                let wire = table[group][name].as_str().unwrap_or(name);
                let place = format!("parameters/{place} {wire}");
                said.note(place.clone(), json!(true));
                let required = requires(request, group) && requires(parameters, name);
                said.note(format!("{place}/required"), json!(required));
                said.note(
                    format!("{place}/joined"),
                    json!(joined.is_some_and(|all| all.contains(&json!(name)))),
                );
                said.note(format!("{place}/deprecated"), schema["deprecated"].clone());
                said.describe(format!("{place}/description"), &schema["description"]);
                said.schemas.insert(place, (schema, Direction::Request));
            }
        }
        if let Some(media_type) = table["contentType"].as_str() {
            let body = &request["properties"]["body"];
            said.note("body/required", json!(requires(request, "body")));
            said.describe("body/description", &body["description"]);
            content(said, "body", media_type, body, Direction::Request);
        }
    }

    fn result<'m>(&'m self, said: &mut Said<'m>, result: &'m Value, table: &'m Value) {
        let documentation = result["description"].as_str().unwrap_or_default();
        let descriptions = documentation
            .split("\n- ")
            .skip(1)
            .filter_map(|line| line.split_once(": "));
        let descriptions: BTreeMap<_, _> = descriptions.collect();
        for answer in self.document().level(result, Direction::Response).parts.values() {
            let answer = answer["$ref"]
                .as_str()
                .and_then(|name| self.document().followed(name))
                .map_or(*answer, |(_, it)| it);
            let properties = &answer["properties"];
            let status = match &properties["status"]["const"] {
                Value::String(status) => status.clone(),
                status => status.to_string(),
            };
            if status == "unexpected" {
                continue;
            }
            let place = format!("responses/{status}");
            said.note(place.clone(), json!(true));
            let description = descriptions.get(status.as_str());
            said.describe(format!("{place}/description"), &json!(description));
            let format = &table["answers"][&status];
            if let Some(media_type) = format["mediaType"].as_str() {
                content(said, &place, media_type, &properties["body"], Direction::Response);
            }
            for (name, schema) in members(&properties["headers"]["properties"]) {
                let wire = format["headers"][name][0].as_str().unwrap_or(name);
                let place = format!("{place}/headers/{wire}");
                said.note(place.clone(), json!(true));
                said.note(
                    format!("{place}/required"),
                    json!(requires(&properties["headers"], name)),
                );
                said.describe(format!("{place}/description"), &schema["description"]);
                said.schemas.insert(place, (schema, Direction::Response));
            }
        }
    }
}

fn content<'m>(said: &mut Said<'m>, place: &str, media_type: &str, schema: &'m Value, direction: Direction) {
    let place = said.media_type(place, media_type);
    if media_type.contains("json") || media_type.starts_with("text/") {
        said.schemas.insert(place, (schema, direction));
    }
}

fn requires(object: &Value, name: &str) -> bool {
    object["required"]
        .as_array()
        .is_some_and(|names| names.contains(&json!(name)))
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}
