//! Every operation of the contract × everybody who may call it (S26): who is let in, who is refused, and to whom it is as
//! if there were nothing.

use std::collections::BTreeSet;

use lockstep_runtime::Operation;
use lockstep_runtime::actix::BodyLimits;
use spaces_contract::Session;
use spaces_server::api::OPERATIONS;

use crate::world::World;

/// Who calls: the columns of the matrix.
const CALLERS: [&str; 8] = [
    "owner",
    "admin",
    "member",
    "viewer",
    "other space",
    "removed member",
    "anonymous",
    "deployment admin",
];

/// What an operation answers to each of them; 2 stands for its success.
type Row = [u16; 8];

const EVERYBODY: Row = [2; 8];
const SIGNED_IN: Row = [2, 2, 2, 2, 2, 2, 401, 2];
const DEPLOYMENT_ADMIN: Row = [403, 403, 403, 403, 403, 403, 401, 2];
const VIEWER: Row = [2, 2, 2, 2, 404, 404, 401, 404];
const MEMBER: Row = [2, 2, 2, 403, 404, 404, 401, 404];
const SPACE_ADMIN: Row = [2, 2, 403, 403, 404, 404, 401, 404];
const OWNER: Row = [2, 403, 403, 403, 404, 404, 401, 404];
/// About the owner's account: she herself, and administrators.
const SELF_OR_ADMIN: Row = [2, 404, 404, 404, 404, 404, 401, 2];
/// In the owner's personal space.
const SELF: Row = [2, 403, 403, 403, 403, 403, 401, 403];
/// An invitation for one email: that of the stranger.
const INVITED: Row = [403, 403, 403, 403, 2, 403, 401, 403];
const INVITED_KNOWS: Row = [404, 404, 404, 404, 2, 404, 401, 404];

/// The matrix, by hand, from the product's rules; the contract says which rows there must be.
fn row(operation_id: &str) -> Row {
    match operation_id {
        "getHealth" | "getLiveness" | "getVersion" | "getMetrics" | "getJwks" | "submitFeedback" | "register" | "login"
        | "refreshTokens" | "validateInvitation" => EVERYBODY,
        "logout" | "getMe" | "changePassword" | "getProfile" | "updateProfile" | "completeOnboarding"
        | "getPreferences" | "updatePreferences" | "createSpace" | "listSpaces" | "listPendingInvitations"
        // Their items have outcomes of their own.
        | "batchTasks" | "ingestEvents" => SIGNED_IN,
        "listFeedback" | "listUsers" | "createUser" | "deleteUser" | "setUserRole" | "getUsersStats" | "getAwsConfig"
        | "updateAwsConfig" | "testAwsConnection" | "getMonitoringConfig" | "updateMonitoringConfig" => DEPLOYMENT_ADMIN,
        "getUser" | "updateUser" | "listUserActivity" => SELF_OR_ADMIN,
        "getSpace" | "listMembers" | "listTasks" | "getTask" | "listTaskComments" | "listEvents" | "getEvent"
        | "getDashboardOverview" | "getEventsStats" | "getTasksStats" => VIEWER,
        // The member who is removed is the one of this column: that is leaving.
        "removeMember" => [2, 2, 2, 403, 404, 404, 401, 404],
        "createTask" | "updateTask" | "patchTask" | "setTaskStatus" | "addTaskComment" | "createTaskFromEvent" => MEMBER,
        "updateSpaceSettings" | "rotateInviteCode" | "inviteMember" | "setMemberRole" | "createInvitation"
        | "revokeInvitation" | "deleteTask" => SPACE_ADMIN,
        "deleteSpace" => OWNER,
        "listUserTasks" | "createUserTask" | "getUserTask" | "replaceUserTask" | "patchUserTask" | "deleteUserTask" => SELF,
        "acceptInvitation" => INVITED,
        "declineInvitation" => INVITED_KNOWS,
        other => panic!("{other} has no row: say who may call it"),
    }
}

#[tokio::test]
async fn s26_every_operation_answers_every_role_as_the_matrix_says() {
    let mut wrong = BTreeSet::new();
    for operation in OPERATIONS {
        for (caller, expected) in CALLERS.into_iter().zip(row(operation.id)) {
            let status = status_for(operation, caller).await;
            let success = (200..300).contains(&status);
            if (expected == 2) != success || (expected != 2 && expected != status) {
                wrong.insert(format!("{} by {caller}: {status}, not {expected}", operation.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Also where none are needed: who shows a credential that is none is told so.
#[tokio::test]
async fn s26_a_made_up_credential_is_refused_wherever_one_is_read() {
    let world = World::new().await;
    let guarded = [("METRICS_TOKEN", "a-token-of-some-length")];
    let server = world.reopened(&guarded, BodyLimits::default()).await;
    for operation in OPERATIONS.iter().filter(|operation| !operation.security.is_empty()) {
        let call = world.call(operation).header("authorization", "Bearer made-up");
        let answer = call.send(&server).await;
        assert_eq!(answer.problem().status, 401, "{}", operation.id);
    }
}

/// What the contract says of itself: who is refused as anonymous, and who needs a deployment role.
#[test]
fn s26_the_matrix_agrees_with_the_security_of_the_contract() {
    for operation in OPERATIONS {
        let row = row(operation.id);
        let anonymous = operation.security.is_empty() || operation.security.iter().any(|it| it.is_empty());
        assert_eq!(row[6] == 2, anonymous, "{}", operation.id);
        let needs_role = operation
            .security
            .iter()
            .flat_map(|alternative| alternative.iter())
            .any(|requirement| !requirement.roles.is_empty());
        assert_eq!(row == DEPLOYMENT_ADMIN, needs_role, "{}", operation.id);
    }
}

/// On a world of its own, for whoever is let in changes it.
async fn status_for(operation: &Operation, caller: &str) -> u16 {
    let world = World::new().await;
    let session: Option<&Session> = match caller {
        "owner" => Some(&world.ada),
        "admin" => Some(&world.bob),
        "member" => Some(&world.cyd),
        "viewer" => Some(&world.dan),
        "other space" => Some(&world.eve),
        "removed member" => Some(&world.fay),
        "deployment admin" => Some(&world.root),
        _ => None,
    };
    let call = world.call(operation).without("authorization");
    let call = match session {
        Some(session) => call.by(session),
        None => call,
    };
    let answer = call.send(&world.server).await;
    if answer.status >= 400 {
        answer.problem();
    }
    answer.status
}
