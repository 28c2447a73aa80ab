//! The schemas that `schemars` and `utoipa` derive from the types are the contract's, compared after both are brought
//! into one form: references followed, annotations dropped, keywords that say the same said in one way.

use std::collections::BTreeMap;
use std::path::Path;

use lockstep::source::{self, Node};
use schemars::JsonSchema;
use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema};

use super::contract;

/// What `utoipa` 6 has no attribute for; the schemas of `schemars` do have it.
const UNKNOWN_TO_UTOIPA: [&str; 3] = ["uniqueItems", "maxProperties", "minProperties"];

/// Compares every type of a contract; `aliases` are other names of types that are not the contract's.
macro_rules! compare {
    ($path:literal, $types:path, [$($name:ident),+ $(,)?], aliases $aliases:expr) => {{
        use $types as types;
        let components = components($path, &[$(stringify!($name)),+]);
        let mut derived = vec![$((stringify!($name).to_owned(), <types::$name as PartialSchema>::schema())),+];
        $(<types::$name as ToSchema>::schemas(&mut derived);)+
        let derived = serde_json::to_value(derived.into_iter().collect::<BTreeMap<_, _>>()).unwrap();
        $(
            agree::<types::$name>(stringify!($name), &components, &$aliases);
            equal("utoipa", stringify!($name), &derived, &components, &$aliases);
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

/// Aliases are compared where they are used, and so is what may be null as a whole: the null belongs to the use.
#[test]
fn derived_schemas_are_those_of_every_feature() {
    compare!(
        "../accepted/access.yaml",
        lockstep_compiled::access::types,
        [
            Problem, Violation, ViolationPlace,
        ],
        aliases [
            "Id",
        ]
    );
    compare!(
        "../accepted/collections.yaml",
        lockstep_compiled::collections::types,
        [
            CollectionDefaults, Collections, Item, Label, Problem, RecursiveHolder, RecursiveNullable,
            RecursiveOptional, RecursiveThroughArray, RecursiveThroughMap, Violation, ViolationPlace,
        ],
        aliases [
            "AliasOfAlias", "AliasOfArray", "AliasOfMap", "AliasOfObject", "AliasOfScalar", "AliasWithDescription",
            "AnyValue", "ArrayAlwaysEmpty", "ArrayExactItems", "ArrayMaxItems", "ArrayMinItems", "ArrayNullable",
            "ArrayOfAliases", "ArrayOfAny", "ArrayOfArrays", "ArrayOfArraysDeep", "ArrayOfArraysWithRules",
            "ArrayOfBooleans", "ArrayOfBounds", "ArrayOfDates", "ArrayOfEnums", "ArrayOfFree", "ArrayOfIntegers",
            "ArrayOfMaps", "ArrayOfMapsOfNullable", "ArrayOfMaybe", "ArrayOfNames", "ArrayOfNullable",
            "ArrayOfNullableReferences", "ArrayOfNullableRules", "ArrayOfNumbers", "ArrayOfObjects",
            "ArrayOfReferences", "ArrayOfRules", "ArrayOfSecrets", "ArrayOfTexts", "ArrayOfTrue", "ArrayUnique",
            "ArrayUniqueNumbers", "ArrayUniqueObjects", "FreeObject", "MapMaxProperties", "MapMinProperties",
            "MapNullable", "MapOfAny", "MapOfAnyWithCount", "MapOfArrays", "MapOfBooleans", "MapOfEnums",
            "MapOfIntegers", "MapOfMaps", "MapOfMaybe", "MapOfNullable", "MapOfNullableReferences", "MapOfObjects",
            "MapOfReferences", "MapOfRules", "MapOfTexts", "MapOfTimes", "MaybeLabel", "RecursiveAlias",
        ]
    );
    compare!(
        "../accepted/messages.yaml",
        lockstep_compiled::messages::types,
        [
            Choice, Job, Name, Problem, Size, Thing, ThingPatch, Violation, ViolationPlace,
        ],
        aliases [
            "Id",
        ]
    );
    compare!(
        "../accepted/numbers.yaml",
        lockstep_compiled::numbers::types,
        [
            IntegerBeyondDouble, IntegerBothBounds, IntegerBoundsWithFraction, IntegerDefault, IntegerEveryBound,
            IntegerExactly, IntegerExclusiveMaximum, IntegerExclusiveMinimum, IntegerInt32MultipleOf,
            IntegerInt32Range, IntegerInt64MultipleOf, IntegerInt64Range, IntegerMaximum, IntegerMinimum,
            IntegerMultipleOf, IntegerNegative, NumberBothBounds, NumberDefault, NumberDefaults, NumberEveryBound,
            NumberExclusiveMaximum, NumberExclusiveMinimum, NumberHuge, NumberMaximum, NumberMembers, NumberMinimum,
            NumberMultipleOf, NumberMultipleOfDecimal, NumberMultipleOfWhole, NumberNegative, NumberTiny, Numbers,
            Problem, Violation, ViolationPlace,
        ],
        aliases [
            "BooleanDefault", "BooleanNullable", "BooleanPlain", "IntegerExample", "IntegerInt32", "IntegerInt64",
            "IntegerNullable", "IntegerPlain", "NumberDouble", "NumberFloat", "NumberNullable", "NumberPlain",
        ]
    );
    compare!(
        "../accepted/objects.yaml",
        lockstep_compiled::objects::types,
        [
            AdditionalAllowed, AdditionalArray, AdditionalIgnored, AdditionalInline, AdditionalNullable,
            AdditionalReference, AdditionalRefused, AdditionalTyped, AllOfBeside, AllOfClosed, AllOfDiamond,
            AllOfInline, AllOfReferences, AllOfRequired, AllOfSame, AnyMember, DirectionBoth, DirectionBothInput,
            DirectionContained, DirectionContainedInput, DirectionOfReference, DirectionOfReferenceInput,
            DirectionOfSchema, DirectionOfSchemaInput, DirectionReadOnly, DirectionReadOnlyInput, DirectionWriteOnly,
            DirectionWriteOnlyInput, ManyMembers, MutualFirst, MutualSecond, NotesDeprecated, NotesDeprecatedMembers,
            NotesExamples, NotesMarkdown, ObjectEmpty, ObjectInline, ObjectKeywords, ObjectNames, ObjectOrder,
            ObjectOwnWords, ObjectUnicode, Objects, ObjectsInput, OtherPart, Part, PresenceDefault,
            PresenceNullableCollections, PresenceNullableDefault, PresenceOptional, PresenceOptionalNullable,
            PresenceOptionalNullableReference, PresenceOptionalReference, PresenceRequired, PresenceRequiredDefault,
            PresenceRequiredNullable, PresenceRequiredNullableDefault, PresenceRequiredNullableReference,
            PresenceRequiredReference, Problem, ReferenceWithWords, Violation, ViolationPlace,
        ],
        aliases [
            "CreatedAt",
        ]
    );
    compare!(
        "../accepted/older.yaml",
        lockstep_compiled::older::types,
        [
            Older, OlderDirections, OlderDirectionsInput, OlderEnumOfOne, OlderExample, OlderExclusiveMaximum,
            OlderExclusiveMinimum, OlderExclusiveNumber, OlderFirst, OlderInclusive, OlderInput, OlderMember,
            OlderMembers, OlderMerged, OlderSecond, OlderUnion, Problem, Violation, ViolationPlace,
        ],
        aliases [
            "OlderArrayOfNullable", "OlderArrayOfNullableReferences", "OlderMapOfNullable", "OlderNullable",
            "OlderNullableArray", "OlderWrapped",
        ]
    );
    compare!(
        "../accepted/parameters.yaml",
        lockstep_compiled::parameters::types,
        [
            Choice, Name, Problem, Size, Violation, ViolationPlace,
        ],
        aliases [
            "Id", "Ids",
        ]
    );
    compare!(
        "../accepted/texts.yaml",
        lockstep_compiled::texts::types,
        [
            Problem, TextAlwaysEmpty, TextBothLengths, TextByte, TextChoice, TextConst, TextConstEmpty,
            TextConstQuotes, TextConstUntyped, TextDefaults, TextDeprecated, TextEmail, TextEnumCases,
            TextEnumDefault, TextEnumDescribed, TextEnumOdd, TextEnumOne, TextEnumUntyped, TextExactLength,
            TextExamples, TextFormatAndLength, TextFormatAndPattern, TextHostname, TextIpv4, TextIpv6, TextMaxLength,
            TextMembers, TextMinLength, TextPassword, TextPasswordAndLength, TextPasswordAndPattern, TextPattern,
            TextPatternAlternatives, TextPatternAndLength, TextPatternInside, TextPatternQuotes, TextPatternRepeats,
            TextPatternUnicode, TextTitled, TextUndescribed, TextUnicodeLength, TextUri, TextUriReference, Texts,
            Violation, ViolationPlace,
        ],
        aliases [
            "TextDate", "TextDateTime", "TextDefault", "TextEnumNullable", "TextExample", "TextNullable", "TextPlain",
            "TextUuid",
        ]
    );
    compare!(
        "../accepted/unions.yaml",
        lockstep_compiled::unions::types,
        [
            Boat, Branch, Car, Cat, Closed, Constants, ConstantsByAnyOf, Deprecated, Dog, Fancy, First, Holder,
            InPlace, Kept, Leaf, Minus, OfDirections, OfDirectionsInput, OfMerged, OfOne, OfOpen, OfUnions, Open,
            Plain, Plus, Problem, Recursive, Second, Sent, SentInput, Unions, UnionsInput, Vehicle, Violation,
            ViolationPlace, WithAnyOf, WithConstants, WithMapping, WithOddTags, WithoutMapping, Wrapper,
        ],
        aliases [
            "ConstantsOrNull", "InArray", "InMap", "InNullableItems", "TextOrNull", "WithNull",
        ]
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

fn components(path: &str, types: &[&str]) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let document = source::read(&path, &std::fs::read_to_string(&path).unwrap()).unwrap();
    let mut components = plain(
        document
            .get("components")
            .and_then(|components| components.get("schemas"))
            .unwrap(),
    );
    components
        .as_object_mut()
        .unwrap()
        .values_mut()
        .for_each(contract::modern);
    contract::narrow(&mut components);
    contract::halve(&mut components, types);
    components
}

fn agree<T: JsonSchema>(name: &str, components: &Value, aliases: &[&str]) {
    let mut schema = serde_json::to_value(schemars::schema_for!(T)).unwrap();
    let mut definitions = schema.as_object_mut().unwrap().remove("$defs").unwrap_or_default();
    definitions[name] = schema;
    equal("schemars", name, &definitions, components, aliases);
}

fn equal(by: &str, name: &str, derived: &Value, components: &Value, aliases: &[&str]) {
    let normal = |definitions: &Value| {
        Normal {
            definitions,
            path: vec![name.to_owned()],
            aliases,
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
    /// Names that the derived types do not have: they are what they stand for.
    aliases: &'a [&'a str],
    utoipa: bool,
}

impl Normal<'_> {
    fn of(&mut self, schema: &Value) -> Value {
        let Value::Object(schema) = schema else {
            return if *schema == json!(true) {
                json!({})
            } else {
                schema.clone()
            };
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
        let mut own = Map::new();
        for (keyword, value) in schema {
            if !(self.utoipa && is_unknown_to_utoipa(schema, keyword)) {
                self.keyword(&mut own, keyword, value);
            }
        }
        merge(&mut normal, Value::Object(own));
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
        if self.aliases.contains(&name.as_str()) {
            return self.of(&target);
        }
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
            "additionalProperties" if self.utoipa && *value == json!(false) => {}
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
                if self.utoipa {
                    bare(&mut inner);
                }
                if keyword == "additionalProperties" && inner == json!({}) {
                    return;
                }
                normal.insert(keyword.to_owned(), inner);
            }
            "required" | "type" | "enum" if value.is_array() => {
                let mut values: Vec<_> = value.as_array().unwrap().iter().filter_map(Value::as_str).collect();
                // `utoipa` takes an empty `rename` for none.
                values
                    .iter_mut()
                    .filter(|value| self.utoipa && **value == "Empty")
                    .for_each(|value| *value = "");
                values.sort_unstable();
                normal.insert(keyword.to_owned(), json!(values));
            }
            "const" if self.utoipa => drop(normal.insert("type".to_owned(), json!("string"))),
            "const" => drop(normal.insert("enum".to_owned(), json!([value]))),
            "oneOf" | "anyOf" => alternatives(
                normal,
                value
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|one| match one.get("const") {
                        Some(constant) => json!({ "enum": [constant] }),
                        None => self.of(one),
                    })
                    .collect(),
            ),
            _ => drop(normal.insert(keyword.to_owned(), with_plain_numbers(value))),
        }
    }
}

/// What `utoipa` has no place for: beside a reference, in a union or in a schema of any type.
fn is_unknown_to_utoipa(schema: &Map<String, Value>, keyword: &str) -> bool {
    let has = |keywords: &[&str]| keywords.iter().any(|keyword| schema.contains_key(*keyword));
    match keyword {
        "deprecated" => has(&["$ref", "allOf", "oneOf", "anyOf"]),
        "default" => !has(&["type", "$ref", "allOf", "oneOf", "anyOf", "enum", "const"]),
        _ => false,
    }
}

/// A value with its numbers in one form, for 1 and 1.0 are one; not as doubles, in which greater integers would be one, too.
fn with_plain_numbers(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(with_plain_numbers).collect(),
        Value::Number(number) if number.is_f64() => {
            let whole = number
                .as_f64()
                .filter(|number| number.fract() == 0.0 && number.abs() < 1e15);
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
            let plain = whole.map(|number| json!(number as i64));
            plain.unwrap_or_else(|| value.clone())
        }
        _ => value.clone(),
    }
}

/// What `utoipa` says inside an array or a map: no rules but those of a named type, which a comparison of that sees.
fn bare(inner: &mut Value) {
    let Value::Object(members) = inner else { return };
    match members.get("type").and_then(Value::as_str) {
        Some("string" | "integer" | "number") => {
            let of_type = [json!("uuid"), json!("date"), json!("date-time"), json!("int32")];
            members.retain(|keyword, value| keyword == "type" || keyword == "format" && of_type.contains(value));
        }
        Some("array") => members.retain(|keyword, _| !["minItems", "maxItems"].contains(&&**keyword)),
        _ => {}
    }
    let alternatives = members.get_mut("oneOf").and_then(Value::as_array_mut);
    alternatives.into_iter().flatten().for_each(bare);
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

/// Alternatives of constants are an enumeration; null comes last.
fn alternatives(normal: &mut Map<String, Value>, alternatives: Vec<Value>) {
    let null = json!({ "type": "null" });
    let (nulls, mut others): (Vec<_>, Vec<_>) = alternatives.into_iter().partition(|one| *one == null);
    if others.iter().all(|one| one["enum"].is_array()) {
        let constants = others.iter().filter_map(|one| one["enum"].as_array()).flatten();
        let mut constants: Vec<_> = constants.filter_map(Value::as_str).collect();
        constants.sort_unstable();
        others = vec![json!({ "enum": constants })];
    }
    if others.len() > 1 && !nulls.is_empty() {
        others = vec![json!({ "oneOf": others })];
    }
    others.extend(nulls);
    match <[Value; 1]>::try_from(others) {
        Ok([Value::Object(only)]) => normal.extend(only),
        Ok(only) => drop(normal.insert("oneOf".to_owned(), json!(only))),
        Err(others) => drop(normal.insert("oneOf".to_owned(), Value::Array(others))),
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
                items.dedup();
            }
            (_, value) => drop(normal.insert(keyword, value)),
        }
    }
}
