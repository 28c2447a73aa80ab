//! The schemas that `schemars` and `utoipa` derive from the types are the contract's, compared after both are brought
//! into one form: references followed, annotations dropped, keywords that say the same said in one way.

use std::collections::BTreeMap;
use std::path::Path;

use lockstep::source::{self, Node};
use schemars::JsonSchema;
use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema};

/// What `utoipa` 6 has no attribute for; the schemas of `schemars` do have it.
const UNKNOWN_TO_UTOIPA: [&str; 3] = ["uniqueItems", "maxProperties", "minProperties"];

/// Compares every type of a contract; `aliases` are other names of types that are not the contract's.
macro_rules! compare {
    ($path:literal, $types:path, [$($name:ident),+ $(,)?], aliases $aliases:expr) => {{
        use $types as types;
        let components = components($path);
        let mut derived = vec![$((stringify!($name).to_owned(), <types::$name as PartialSchema>::schema())),+];
        $(<types::$name as ToSchema>::schemas(&mut derived);)+
        let derived = serde_json::to_value(derived.into_iter().collect::<BTreeMap<_, _>>()).unwrap();
        $(
            agree::<types::$name>(stringify!($name), &components);
            equal("utoipa", stringify!($name), &derived, &components);
        )+
        let mut compared = vec![$(stringify!($name)),+];
        compared.extend($aliases);
        compared.sort_unstable();
        let mut names: Vec<_> = components.as_object().unwrap().keys().collect();
        names.sort_unstable();
        assert_eq!(compared, names);
    }};
}

#[test]
fn derived_schemas_are_the_contracts() {
    compare!(
        "../accepted/shapes.yaml",
        lockstep_compiled::shapes::types,
        [
            Circle, Drawing, Group, Keeping, Labels, Member, Odd, Owned, Password, Percent, Problem, Ratio, Shape, Square,
            State, Thing, ThingName, Tree, Violation, ViolationPlace,
        ],
        aliases ["Anything", "Day", "Scores", "Tags", "ThingId", "Timestamp"]
    );
}

#[test]
fn derived_schemas_are_those_of_the_service() {
    compare!(
        "../../../openapi.yaml",
        spaces_contract,
        [
            Account, AccountList, Activity, ActivityKind, ActivityList, AvatarUrl, AwsAccountId, AwsConfig,
            AwsConnectionTest, AwsRegion, Bio, Code, Color, Comment, CommentBody, CommentList, Count,
            CreatedInvitation, CreatedSpace, Credentials, DailyCount, DailyTasks, DashboardOverview,
            DisplayName, Email, Event, EventBatch, EventBatchResult, EventId, EventLabel, EventList,
            EventOutcome, EventSummary, EventTask, EventType, EventsStats, Feedback, FeedbackCategory,
            FeedbackList, FeedbackMessage, Health, HealthCheck, HealthStatus, Invitation, InvitationCode,
            InvitationList, InvitationPreview, InvitationReference, InvitationStatus, InviteCode,
            InvitePolicy, JsonWebKey, JsonWebKeySet, Liveness, Locale, Logout, Member, MemberInvitation,
            MemberList, MemberListVisibility, MemberRoleChange, MonitoringConfig, NewComment, NewEvent,
            NewFeedback, NewInvitation, NewPassword, NewSpace, NewTask, NewUser, NewUserTask,
            NotificationPreferences, PageUrl, PasswordChange, Preferences, PreferencesUpdate, Problem,
            Profile, ProfileUpdate, PushPreferences, Rating, Registration, Session, Severity, Space,
            SpaceDescription, SpaceKind, SpaceList, SpaceName, SpaceRole, SpaceSettings, Task, TaskBatch,
            TaskBatchAction, TaskBatchItem, TaskBatchOutcome, TaskBatchResult, TaskDescription, TaskDetail,
            TaskList, TaskPatch, TaskPriority, TaskSort, TaskStatus, TaskStatusChange, TaskTitle,
            TaskUpdate, TasksStats, Theme, Timezone, TokenRefresh, UserRole, UserRoleChange, UserStatus,
            UserTaskPatch, UserTaskUpdate, UserUpdate, UsersStats, Version, Violation, ViolationPlace,
        ],
        aliases ["Counts", "Day", "EventDetail", "NextCursor", "Timestamp", "Uuid"]
    );
}

fn components(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let document = source::read(&path, &std::fs::read_to_string(&path).unwrap()).unwrap();
    plain(
        document
            .get("components")
            .and_then(|components| components.get("schemas"))
            .unwrap(),
    )
}

fn agree<T: JsonSchema>(name: &str, components: &Value) {
    let mut schema = serde_json::to_value(schemars::schema_for!(T)).unwrap();
    let mut definitions = schema.as_object_mut().unwrap().remove("$defs").unwrap_or_default();
    definitions[name] = schema;
    equal("schemars", name, &definitions, components);
}

fn equal(by: &str, name: &str, derived: &Value, components: &Value) {
    let normal = |definitions: &Value| {
        Normal {
            definitions,
            path: vec![name.to_owned()],
            utoipa: by == "utoipa",
        }
        .of(&definitions[name])
    };
    assert_eq!(normal(derived), normal(components), "{by}: {name}");
}

/// The document's own form of a value.
fn plain(node: &Node) -> Value {
    match &node.value {
        source::Value::Null => Value::Null,
        source::Value::Bool(value) => json!(value),
        source::Value::Number(digits) => digits.parse().map(Value::Number).unwrap(),
        source::Value::String(text) => json!(text),
        source::Value::Sequence(items) => items.iter().map(plain).collect(),
        source::Value::Mapping(entries) => Value::Object(
            entries
                .iter()
                .map(|entry| (entry.key.clone(), plain(&entry.value)))
                .collect(),
        ),
    }
}

/// Brings schemas into one form.
struct Normal<'a> {
    definitions: &'a Value,
    /// The references on the way here: a recursive one stays a name.
    path: Vec<String>,
    utoipa: bool,
}

impl Normal<'_> {
    fn of(&mut self, schema: &Value) -> Value {
        let Value::Object(schema) = schema else {
            return schema.clone();
        };
        let mut normal = Map::new();
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            match self.followed(reference) {
                Value::Object(members) => normal.extend(members),
                name => return name,
            }
        }
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            merge(&mut normal, self.of(part));
        }
        for (keyword, value) in schema {
            self.keyword(&mut normal, keyword, value);
        }
        let nullable = without_null(&mut normal);
        if normal.contains_key("enum") {
            normal.remove("type");
        }
        if nullable {
            return json!({ "oneOf": [normal, { "type": "null" }] });
        }
        Value::Object(normal)
    }

    fn followed(&mut self, reference: &str) -> Value {
        // `#` is the whole, which the path begins with.
        let name = reference
            .rsplit('/')
            .next()
            .filter(|name| *name != "#")
            .unwrap_or(&self.path[0])
            .to_owned();
        if self.path.contains(&name) {
            return json!(name);
        }
        let target = self.definitions[&name].clone();
        assert!(!target.is_null(), "{reference} leads nowhere");
        self.path.push(name);
        let normal = self.of(&target);
        self.path.pop();
        normal
    }

    fn keyword(&mut self, normal: &mut Map<String, Value>, keyword: &str, value: &Value) {
        match keyword {
            "$schema" | "title" | "description" | "examples" | "$ref" | "allOf" | "propertyNames" | "discriminator" => {
            }
            "format" if value == "double" || value == "int64" => {}
            "additionalProperties" if *value == json!(true) || self.utoipa && *value == json!(false) => {}
            keyword if self.utoipa && UNKNOWN_TO_UTOIPA.contains(&keyword) => {}
            "properties" => {
                let members = value
                    .as_object()
                    .unwrap()
                    .iter()
                    .map(|(name, member)| (name.clone(), self.of(member)));
                normal.insert(keyword.to_owned(), Value::Object(members.collect()));
            }
            "items" | "additionalProperties" => {
                let mut inner = self.of(value);
                if self.utoipa && inner.get("type").is_some_and(|ty| ty == "string" || ty == "integer") {
                    inner
                        .as_object_mut()
                        .unwrap()
                        .retain(|keyword, _| keyword == "type" || keyword == "format");
                }
                normal.insert(keyword.to_owned(), inner);
            }
            "required" | "type" | "enum" if value.is_array() => {
                let mut values: Vec<_> = value
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|value| value.as_str().unwrap())
                    .collect();
                // `utoipa` takes an empty `rename` for none.
                values
                    .iter_mut()
                    .filter(|value| self.utoipa && **value == "Empty")
                    .for_each(|value| *value = "");
                values.sort_unstable();
                normal.insert(keyword.to_owned(), json!(values));
            }
            "const" => drop(normal.insert("enum".to_owned(), json!([value]))),
            "oneOf" | "anyOf" => alternatives(
                normal,
                value.as_array().unwrap().iter().map(|one| self.of(one)).collect(),
            ),
            _ => drop(normal.insert(
                keyword.to_owned(),
                value.as_f64().map_or_else(|| value.clone(), |value| json!(value)),
            )),
        }
    }
}

/// Takes `null` out of several types, and says whether it was there.
fn without_null(normal: &mut Map<String, Value>) -> bool {
    let Some(types) = normal.get("type").and_then(Value::as_array) else {
        return false;
    };
    let others: Vec<_> = types.iter().filter(|one| **one != "null").cloned().collect();
    let nullable = others.len() < types.len();
    let rest = match &others[..] {
        [one] => one.clone(),
        _ => json!(others),
    };
    normal.insert("type".to_owned(), rest);
    nullable
}

/// Alternatives of constants are an enumeration.
fn alternatives(normal: &mut Map<String, Value>, alternatives: Vec<Value>) {
    let constants: Vec<_> = alternatives.iter().filter_map(|one| one["enum"][0].as_str()).collect();
    if constants.len() == alternatives.len() {
        let mut constants = constants.clone();
        constants.sort_unstable();
        normal.insert("enum".to_owned(), json!(constants));
    } else {
        normal.insert("oneOf".to_owned(), Value::Array(alternatives));
    }
}

/// Merges a part of an `allOf`.
fn merge(normal: &mut Map<String, Value>, part: Value) {
    let Value::Object(part) = part else { return };
    for (keyword, value) in part {
        match (normal.get_mut(&keyword), value) {
            (Some(Value::Object(members)), Value::Object(more)) => members.extend(more),
            (Some(Value::Array(items)), Value::Array(more)) => {
                items.extend(more);
                items.sort_by_key(Value::to_string);
            }
            (_, value) => drop(normal.insert(keyword, value)),
        }
    }
}
