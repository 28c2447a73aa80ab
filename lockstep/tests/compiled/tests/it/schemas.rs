//! The schemas that `schemars` and `utoipa` derive from the types are the contract's, compared after both are brought
//! into one form: references followed, annotations dropped, keywords that say the same said in one way.

use std::collections::BTreeMap;
use std::path::Path;

use lockstep::source::{self, Node};
use schemars::JsonSchema;
use serde_json::{Value, json};
use utoipa::{PartialSchema, ToSchema};

use super::contract;
use super::normal::Normal;

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
