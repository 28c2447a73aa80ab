//! What the success of a call has to show of one of its values: that it was taken, kept and answered, or that it filters.
//! How the value was chosen is not known here.

use lockstep_runtime::Operation;
use serde_json::Value;
use spaces_tests::TestServer;

use super::contract::Contract;
use super::sites::Site;
use crate::support::{Answer, Call};

/// What is taken only where it is the right one, by operation and pointer: its bounds cannot be seen in a success.
const MEANT: [(&str, &str); 12] = [
    // Made by the server.
    ("*", "/cursor"),
    ("*", "/code"),
    ("*", "/refreshToken"),
    // Names an event that is there, or a version.
    ("*", "/eventId"),
    ("*", "/If-Match"),
    // Somebody's.
    ("login", "/email"),
    ("login", "/password"),
    ("changePassword", "/currentPassword"),
    // An action has members of its own.
    ("batchTasks", "/items/0/action"),
    ("batchTasks", "/items/0/assigneeId"),
    // One is in the other.
    ("updateAwsConfig", "/accountId"),
    ("updateAwsConfig", "/roleArn"),
];

/// The codes of violations of what the contract says of a single value.
const RULES: [&str; 13] = [
    "invalid-format",
    "not-allowed",
    "not-unique",
    "out-of-range",
    "pattern-mismatch",
    "required",
    "too-few-items",
    "too-large",
    "too-long",
    "too-many-items",
    "too-short",
    "too-small",
    "wrong-type",
];

/// The members that filters are about whose names are others.
const FILTERED: [(&str, &str); 6] = [
    ("createdFrom", "createdAt"),
    ("createdTo", "createdAt"),
    ("dueFrom", "dueAt"),
    ("dueTo", "dueAt"),
    ("from", "occurredAt"),
    ("to", "occurredAt"),
];

/// A value in a call.
pub(super) struct Sent<'a> {
    pub(super) contract: &'a Contract,
    pub(super) operation: &'a Operation,
    pub(super) site: &'a Site,
    pub(super) value: &'a Value,
}

impl Sent<'_> {
    /// Whether the call with it is answered as it has to be.
    pub(super) async fn is_taken(&self, server: &TestServer, call: Call) -> Result<(), String> {
        let answer = call.clone().send(server).await;
        let (id, pointer) = (self.operation.id, &self.site.pointer);
        if MEANT.iter().any(|(of, at)| at == pointer && ["*", id].contains(of)) {
            return self.is_not_blamed(&answer);
        }
        if !(200..300).contains(&answer.status) {
            return Err(format!("it is not taken: {answer:?}"));
        }
        match self.site.place {
            "query" => self.filters(&answer.json()),
            "body" if self.is_answered() => {
                self.is_in(&answer.json())?;
                self.is_kept(server, &call, &answer).await
            }
            _ => Ok(()),
        }
    }

    fn is_not_blamed(&self, answer: &Answer) -> Result<(), String> {
        let place = format!("{} {} ", self.site.place, self.site.pointer);
        let violations = match answer.status {
            422 => answer.violations(),
            500.. => return Err(format!("{answer:?}")),
            _ => return Ok(()),
        };
        let codes = violations.iter().filter_map(|violation| violation.strip_prefix(&place));
        match codes.into_iter().find(|code| RULES.contains(code)) {
            Some(code) => Err(format!("it is not {code}")),
            None => Ok(()),
        }
    }

    /// Whether the answer has the member, too; those of a batch are outcomes.
    fn is_answered(&self) -> bool {
        let member = self.site.pointer.split('/').nth(1).unwrap_or_default();
        let Operation { path, method, .. } = self.operation;
        member != "items" && self.contract.answers(path, method, member)
    }

    /// Whether a resource has the value; null is absent.
    fn is_in(&self, resource: &Value) -> Result<(), String> {
        match resource.pointer(&self.site.pointer).unwrap_or(&Value::Null) {
            found if found == self.value => Ok(()),
            found => Err(format!("it has become {found} in {resource}")),
        }
    }

    /// Reads what was created or changed, by itself or in its list.
    async fn is_kept(&self, server: &TestServer, call: &Call, answer: &Answer) -> Result<(), String> {
        let changed = self
            .contract
            .has(self.operation.path, "GET")
            .then_some(call.path.as_str());
        let path = match answer.status {
            201 => answer.header("location"),
            _ => changed,
        };
        let Some(path) = path else { return Ok(()) };
        let headers = call.headers.clone();
        let read = Call {
            headers,
            ..Call::get(path)
        }
        .without("if-match")
        .send(server)
        .await;
        // There is a place, but nothing to read there.
        if read.status == 405 {
            return Ok(());
        }
        let read = read.json();
        match read["items"].as_array() {
            Some(items) if items.iter().any(|item| self.is_in(item).is_ok()) => Ok(()),
            _ => self.is_in(&read),
        }
    }

    /// Whether all that is listed is what was asked for, as far as it shows.
    fn filters(&self, answer: &Value) -> Result<(), String> {
        let items = answer["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        let count = items.len() as u64;
        let days = ["daily", "signUps"]
            .into_iter()
            .find_map(|series| answer[series].as_array());
        let holds = match self.site.name() {
            "limit" => count <= self.value.as_u64().unwrap(),
            "days" => days.is_none_or(|days| days.len() as u64 == self.value.as_u64().unwrap()),
            name => items.iter().all(|item| self.fits(name, item)),
        };
        if holds {
            Ok(())
        } else {
            Err(format!("it does not filter {answer}"))
        }
    }

    fn fits(&self, name: &str, item: &Value) -> bool {
        let other = FILTERED.into_iter().find(|(filter, _)| *filter == name);
        let (value, member) = (self.value, &item[other.map_or(name, |(_, member)| member)]);
        let starts = |member: &str| {
            item[member]
                .as_str()
                .unwrap()
                .to_lowercase()
                .starts_with(value.as_str().unwrap())
        };
        match name {
            "q" => starts("email") || starts("displayName"),
            "severity" => member.as_i64() >= value.as_i64(),
            // Times of the same form are in the order of their texts.
            _ if name.ends_with("From") || name == "from" => member.as_str() >= value.as_str(),
            _ if name.ends_with("To") || name == "to" => {
                member.as_str().is_some_and(|time| Some(time) < value.as_str())
            }
            _ => member.is_null() || member == value || value.as_array().is_some_and(|values| values.contains(member)),
        }
    }
}
