//! A small world to call every operation in: somebody with a space, on a server on disk; and a call of each operation
//! that succeeds there, from which tests make calls that do not.

use lockstep_runtime::Operation;
use serde_json::{Value, json};
use spaces_contract::{Session, Uuid};
use spaces_server::api::OPERATIONS;
use spaces_tests::{PASSWORD, Table, TestServer, new_space};
use tempfile::TempDir;

use crate::support::{Call, header};

/// Ada, who has a space, and her server.
pub(crate) struct World {
    pub(crate) server: TestServer,
    pub(crate) table: Table,
    pub(crate) ada: Session,
    pub(crate) space_id: Uuid,
    /// The entity tag of the space.
    pub(crate) etag: String,
    _directory: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let server = TestServer::on_disk(directory.path()).await;
        let table = Table::of(directory.path());
        let ada = server.sign_up("ada").await;
        let client = server.with_token(&ada.access_token);
        let space = client.create_space().body(new_space("Engine")).send().await.unwrap();
        let (space_id, etag) = (space.space_id, header(&space, "etag"));
        Self {
            server,
            table,
            ada,
            space_id,
            etag,
            _directory: directory,
        }
    }

    /// The id of Ada's personal space.
    pub(crate) async fn personal_space(&self) -> Uuid {
        let list = self
            .server
            .with_token(&self.ada.access_token)
            .list_spaces()
            .send()
            .await
            .unwrap();
        let personal = |space: &&spaces_contract::Space| space.kind == spaces_contract::SpaceKind::Personal;
        list.items.iter().find(personal).unwrap().space_id
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

    /// Makes what is stored of Ada unreadable, or readable again.
    pub(crate) fn set_readable(&self, readable: bool) {
        let entity_type = if readable { "user" } else { "damaged" };
        self.table.set(
            &format!("USER#{}", self.ada.user.user_id),
            "PROFILE",
            "entityType",
            entity_type,
        );
    }

    /// A call of an operation that succeeds, once.
    pub(crate) fn call(&self, operation: &Operation) -> Call {
        self.call_at(operation, operation.path)
    }

    /// The same over another path.
    pub(crate) fn call_at(&self, operation: &Operation, path: &str) -> Call {
        let path = path.replace("{spaceId}", &self.space_id.to_string());
        let mut call = Call::new(operation.method, path).header("accept", "application/json");
        if !operation.security.is_empty() {
            call = call.by(&self.ada);
        }
        if operation.id == "updateSpaceSettings" {
            call = call.header("if-match", &self.etag);
        }
        match self.body(operation.id) {
            Some(body) => call.json(body),
            None => call,
        }
    }

    fn body(&self, operation_id: &str) -> Option<Value> {
        Some(match operation_id {
            "register" => json!({ "email": "eve@example.org", "password": PASSWORD, "displayName": "Eve" }),
            "login" => json!({ "email": "ada@example.org", "password": PASSWORD }),
            "refreshTokens" => json!({ "refreshToken": self.ada.refresh_token.expose() }),
            "logout" => json!({}),
            "changePassword" => json!({ "currentPassword": PASSWORD, "newPassword": "another horse, another battery" }),
            "updateProfile" => json!({ "displayName": "Ada", "timezone": "Europe/London", "locale": "en-GB" }),
            "updatePreferences" => preferences(),
            "createSpace" => json!({ "name": "Another" }),
            "updateSpaceSettings" => {
                json!({ "name": "Engine", "memberListVisibility": "admins", "whoMayInvite": "owners" })
            }
            _ => return None,
        })
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

/// The operation of that id.
pub(crate) fn operation(id: &str) -> &'static Operation {
    OPERATIONS.iter().find(|operation| operation.id == id).unwrap()
}
