//! A small world to call every operation in: a space with a member of each role, what is in it, and those outside; and
//! a call of each operation that succeeds there, from which tests make calls that do not.
//!
//! It is made once, over HTTP; each test gets a copy of its database, in which time has not passed.

use std::ops::Deref;
use std::path::Path;

use lockstep_runtime::Operation;
use lockstep_runtime::actix::BodyLimits;
use serde_json::{Value, json};
use spaces_contract::{Session, SpaceKind, Uuid};
use spaces_server::api::OPERATIONS;
use spaces_tests::{PASSWORD, Table, TestServer, new_space};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::support::{Answer, Call, header};

/// Who and what there is.
pub(crate) struct Scene {
    /// The owner of the space.
    pub(crate) ada: Session,
    /// An admin of the space.
    pub(crate) bob: Session,
    /// A member of the space.
    pub(crate) cyd: Session,
    /// A viewer of the space.
    pub(crate) dan: Session,
    /// A stranger, who is invited.
    pub(crate) eve: Session,
    /// Was a member of the space.
    pub(crate) fay: Session,
    /// An administrator of the deployment, and a stranger to the space.
    pub(crate) root: Session,
    pub(crate) space_id: Uuid,
    /// The entity tag of the space, to Ada.
    pub(crate) etag: String,
    /// A task in the space, of Cyd.
    pub(crate) task_id: String,
    /// A task in Ada's personal space.
    pub(crate) own_task_id: String,
    /// An event in the space.
    pub(crate) event_id: String,
    /// An invitation into the space, for Eve alone.
    pub(crate) invitation_id: String,
    pub(crate) invitation_code: String,
}

/// A scene, on a server of one's own.
pub(crate) struct World {
    pub(crate) server: TestServer,
    pub(crate) table: Table,
    scene: &'static Scene,
    directory: TempDir,
}

impl Deref for World {
    type Target = Scene;

    fn deref(&self) -> &Scene {
        self.scene
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        static TEMPLATE: OnceCell<(TempDir, Scene)> = OnceCell::const_new();
        let (template, scene) = TEMPLATE.get_or_init(make).await;
        let directory = tempfile::tempdir().unwrap();
        copy(template.path(), directory.path());
        let server = TestServer::on_disk(directory.path()).await;
        let table = Table::of(directory.path());
        Self {
            server,
            table,
            scene,
            directory,
        }
    }

    /// A second server on the same data, with other settings.
    pub(crate) async fn reopened(&self, changed: &[(&'static str, &str)], limits: BodyLimits) -> TestServer {
        TestServer::reopen(self.directory.path(), changed, limits).await
    }

    /// The id of Ada's personal space, which is her own.
    pub(crate) async fn personal_space(&self) -> Uuid {
        let client = self.server.with_token(&self.ada.access_token);
        let list = client.list_spaces().send().await.unwrap();
        let personal = list.items.iter().find(|space| space.kind == SpaceKind::Personal);
        personal.unwrap().space_id
    }

    /// Gives Ada another role in her space.
    pub(crate) fn set_role(&self, role: &str) {
        let (user, space) = (
            format!("USER#{}", self.ada.user.user_id),
            format!("SPACE#{}", self.space_id),
        );
        self.table.set(&user, &space, "role", role);
        self.table.set(&space, &user.replace("USER#", "MEMBER#"), "role", role);
    }

    /// Disables or enables Ada.
    pub(crate) fn set_status(&self, status: &str) {
        self.table
            .set(&format!("USER#{}", self.ada.user.user_id), "PROFILE", "status", status);
    }

    /// Makes what is stored of a user unreadable.
    pub(crate) fn damage(&self, user: &Session) {
        let key = format!("USER#{}", user.user.user_id);
        self.table.set(&key, "PROFILE", "entityType", "damaged");
    }
}

impl Scene {
    /// Who may do it.
    pub(crate) fn actor(&self, operation: &Operation) -> &Session {
        let for_admins = operation
            .security
            .iter()
            .flat_map(|row| row.iter())
            .any(|requirement| !requirement.roles.is_empty());
        match operation.id {
            _ if for_admins => &self.root,
            "acceptInvitation" | "declineInvitation" | "listPendingInvitations" => &self.eve,
            _ => &self.ada,
        }
    }

    /// A call of an operation that succeeds, once.
    pub(crate) fn call(&self, operation: &Operation) -> Call {
        self.call_at(operation, operation.path)
    }

    /// The same over another path.
    pub(crate) fn call_at(&self, operation: &Operation, path: &str) -> Call {
        let mut call =
            Call::new(operation.method, self.path(operation, path)).header("accept", media_type(operation.id));
        if !operation.security.is_empty() {
            call = call.by(self.actor(operation));
        }
        match operation.id {
            "updateSpaceSettings" | "updateTask" | "patchTask" | "updateAwsConfig" => {
                call = call.header("if-match", "*")
            }
            "updateMonitoringConfig" => call = call.header("if-match", "\"0\""),
            _ => {}
        }
        match self.body(operation.id) {
            Some(body) if operation.method == "PATCH" => {
                call.json(body).header("content-type", "application/merge-patch+json")
            }
            Some(body) => call.json(body),
            None => call,
        }
    }

    fn path(&self, operation: &Operation, path: &str) -> String {
        let tasks_of_user = operation.path.contains("{userId}/tasks");
        let user = match operation.id {
            "deleteUser" | "setUserRole" => &self.fay,
            _ => &self.ada,
        };
        let path = path
            .replace("{spaceId}", &self.space_id.to_string())
            .replace("{userId}", &user.user.user_id.to_string())
            .replace("{memberId}", &self.cyd.user.user_id.to_string())
            .replace(
                "{taskId}",
                if tasks_of_user {
                    &self.own_task_id
                } else {
                    &self.task_id
                },
            )
            .replace("{eventId}", &self.event_id)
            .replace("{invitationId}", &self.invitation_id);
        match operation.id {
            "validateInvitation" => format!("{path}?code={}", self.invitation_code),
            "listTasks" | "listEvents" | "getDashboardOverview" | "getEventsStats" | "getTasksStats" => {
                format!("{path}?spaceId={}", self.space_id)
            }
            _ => path,
        }
    }

    fn body(&self, operation_id: &str) -> Option<Value> {
        let (space_id, email) = (self.space_id, "new@example.org");
        Some(match operation_id {
            "register" => json!({ "email": email, "password": PASSWORD, "displayName": "New" }),
            "login" => json!({ "email": "ada@example.org", "password": PASSWORD }),
            "refreshTokens" => json!({ "refreshToken": self.ada.refresh_token.expose() }),
            "logout" => json!({}),
            "changePassword" => json!({ "currentPassword": PASSWORD, "newPassword": "another horse, another battery" }),
            "updateProfile" => json!({ "displayName": "Ada", "timezone": "Europe/London", "locale": "en-GB" }),
            "updatePreferences" => preferences(),
            "createUser" => json!({ "email": email, "password": PASSWORD, "displayName": "New", "role": "user" }),
            "updateUser" => json!({ "email": "ada@example.org", "displayName": "Ada King" }),
            "setUserRole" => json!({ "role": "admin" }),
            "createSpace" => json!({ "name": "Another" }),
            "updateSpaceSettings" => {
                json!({ "name": "Engine", "memberListVisibility": "admins", "whoMayInvite": "owners" })
            }
            "inviteMember" => json!({ "email": email }),
            "setMemberRole" => json!({ "role": "viewer" }),
            "createInvitation" => json!({ "spaceId": space_id }),
            "acceptInvitation" => json!({ "code": self.invitation_code }),
            "declineInvitation" => json!({ "invitationId": self.invitation_id }),
            "createTask" => json!({ "spaceId": space_id, "title": "Oil the engine", "dueAt": "2026-12-01T09:00:00Z" }),
            "updateTask" | "replaceUserTask" => json!({ "title": "Oil it", "status": "done", "priority": "low" }),
            "patchTask" | "patchUserTask" => json!({ "title": "Oil it", "dueAt": null }),
            "setTaskStatus" => json!({ "status": "in_progress" }),
            "addTaskComment" => json!({ "body": "On it." }),
            "batchTasks" => json!({ "items": [{ "taskId": self.task_id, "action": "set_status", "status": "done" }] }),
            "createUserTask" => json!({ "title": "Buy oil" }),
            "ingestEvents" => json!({ "events": [event(space_id, "second")] }),
            "createTaskFromEvent" => json!({}),
            "submitFeedback" => json!({ "category": "idea", "message": "Less smoke, please." }),
            "updateAwsConfig" => aws_config(),
            "updateMonitoringConfig" => json!({
                "enabled": true, "regions": ["eu-west-1"], "services": ["lambda"], "minimumSeverity": 2,
                "retentionDays": 30, "notificationEmails": [],
            }),
            _ => return None,
        })
    }
}

/// What the operation answers with where it succeeds with a body.
fn media_type(operation_id: &str) -> &'static str {
    match operation_id {
        "getMetrics" => "text/plain",
        _ => "application/json",
    }
}

/// Preferences that are not the ones to begin with.
pub(crate) fn preferences() -> Value {
    json!({
        "theme": "dark",
        "language": "en-GB",
        "notifications": { "email": false, "push": { "tasks": false, "events": true, "invitations": false } },
    })
}

fn event(space_id: Uuid, id: &str) -> Value {
    json!({
        "id": id, "spaceId": space_id, "source": "lambda", "type": "Lambda Error", "severity": 4,
        "account": "123456789012", "region": "eu-west-1", "occurredAt": "2026-11-20T09:30:00Z",
        "summary": "The function failed 12 times in 5 minutes.",
    })
}

fn aws_config() -> Value {
    json!({
        "accountId": "123456789012", "region": "eu-west-1",
        "roleArn": "arn:aws:iam::123456789012:role/spaces-monitoring",
    })
}

/// The operation of that id.
pub(crate) fn operation(id: &str) -> &'static Operation {
    OPERATIONS.iter().find(|operation| operation.id == id).unwrap()
}

/// Makes the scene on a server that ends with it.
async fn make() -> (TempDir, Scene) {
    let directory = tempfile::tempdir().unwrap();
    let server = TestServer::on_disk(directory.path()).await;
    let sign_up = |name| server.sign_up(name);
    let (ada, bob, cyd, dan) = (
        sign_up("ada").await,
        sign_up("bob").await,
        sign_up("cyd").await,
        sign_up("dan").await,
    );
    let (eve, fay, root) = (sign_up("eve").await, sign_up("fay").await, server.admin("root").await);
    let client = server.with_token(&ada.access_token);
    let space = client.create_space().body(new_space("Engine")).send().await.unwrap();
    let space_id = space.space_id;
    for (user, role) in [(&bob, "admin"), (&cyd, "member"), (&dan, "viewer"), (&fay, "member")] {
        let terms = json!({ "spaceId": space_id, "role": role });
        let code = text(&created(&server, &ada, "/api/invitations", terms).await, "code");
        let accept = Call::post("/api/invitations/accept").json(json!({ "code": code }));
        assert_eq!(accept.by(user).send(&server).await.status, 200);
    }
    let member = format!("/api/spaces/{space_id}/members/{}", fay.user.user_id);
    assert_eq!(Call::new("DELETE", member).by(&ada).send(&server).await.status, 204);
    let task = json!({ "spaceId": space_id, "title": "Light the fire", "assigneeId": cyd.user.user_id });
    let task_id = text(&created(&server, &cyd, "/api/tasks", task).await, "taskId");
    created(
        &server,
        &ada,
        &format!("/api/tasks/{task_id}/comments"),
        json!({ "body": "Now?" }),
    )
    .await;
    let own_tasks = format!("/api/users/{}/tasks", ada.user.user_id);
    let own_task_id = text(
        &created(&server, &ada, &own_tasks, json!({ "title": "Read" })).await,
        "taskId",
    );
    let events = json!({ "events": [event(space_id, "first")] });
    let taken = Call::post("/api/events").by(&ada).json(events).send(&server).await;
    assert_eq!(taken.json()["items"][0]["status"], 201);
    let terms = json!({ "spaceId": space_id, "email": "eve@example.org" });
    let invitation = created(&server, &ada, "/api/invitations", terms).await;
    let account = Call::new("PUT", "/api/config/aws")
        .header("if-match", "\"0\"")
        .json(aws_config());
    assert_eq!(account.by(&root).send(&server).await.status, 200);
    let space = client.get_space().space_id(space_id).send().await.unwrap();
    let scene = Scene {
        space_id,
        etag: header(&space, "etag"),
        task_id,
        own_task_id,
        event_id: "first".to_owned(),
        invitation_id: text(&invitation, "invitationId"),
        invitation_code: text(&invitation, "code"),
        ada,
        bob,
        cyd,
        dan,
        eve,
        fay,
        root,
    };
    server.stop().await;
    (directory, scene)
}

async fn created(server: &TestServer, by: &Session, path: &str, body: Value) -> Value {
    let answer: Answer = Call::post(path).by(by).json(body).send(server).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

fn text(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap().to_owned()
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
