//! The five backends that this one replaces, each walked through as its users do, by the generated client: on the paths
//! of today, and through a gateway that takes the older ones.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use spaces_client::Client;
use spaces_contract::*;
use spaces_tests::{PASSWORD, TestServer};

use crate::gateway::Gateway;
use crate::support::{header, refused};

/// A value of a contract type, as JSON has it.
fn of<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// Somebody who uses the service over some base path.
struct Person {
    client: Client,
    account: Account,
}

async fn sign_up(anonymous: &Client, name: &str) -> Person {
    let body = json!({ "email": format!("{name}@example.org"), "password": PASSWORD, "displayName": name });
    let session = anonymous
        .register()
        .body(of::<Registration>(body))
        .send()
        .await
        .unwrap();
    person(anonymous, session.into_inner())
}

async fn sign_in(anonymous: &Client, name: &str) -> Person {
    let body = json!({ "email": format!("{name}@example.org"), "password": PASSWORD, "rememberMe": true });
    let session = anonymous.login().body(of::<Credentials>(body)).send().await.unwrap();
    person(anonymous, session.into_inner())
}

fn person(anonymous: &Client, session: Session) -> Person {
    let client = anonymous.clone().with_bearer_auth(session.access_token.expose());
    Person {
        client,
        account: session.user,
    }
}

/// Walks on the paths of today, and on the older ones; so many requests of the walk have an older path.
async fn on_both<W: AsyncFn(&TestServer, Client)>(aliased: usize, walk: W) {
    let server = TestServer::start().await;
    walk(&server, server.anonymous()).await;
    let server = TestServer::start().await;
    let gateway = Gateway::to(&server.base);
    walk(&server, Client::new(&gateway.base)).await;
    assert_eq!(gateway.aliased(), aliased);
}

#[tokio::test]
async fn lifestyle_spaces_profile_spaces_invitations_and_members() {
    on_both(6, async |_, anonymous| {
        let ada = sign_up(&anonymous, "ada").await;
        let profile =
            json!({ "displayName": "Ada King", "timezone": "Europe/London", "locale": "en-GB", "bio": "Numbers." });
        ada.client
            .update_profile()
            .body(of::<ProfileUpdate>(profile))
            .send()
            .await
            .unwrap();
        ada.client.complete_onboarding().send().await.unwrap();
        let profile = ada.client.get_profile().send().await.unwrap();
        assert!(profile.onboarding_completed_at.is_some() && profile.display_name.as_str() == "Ada King");

        let space = json!({ "name": "Home", "color": "#336699" });
        let space = ada
            .client
            .create_space()
            .body(of::<NewSpace>(space))
            .send()
            .await
            .unwrap();
        let id = space.space_id;
        let eve = sign_up(&anonymous, "eve").await;
        assert_eq!(refused(eve.client.get_space().space_id(id).send().await).0, 404);
        let invitation = json!({ "email": "eve@example.org", "role": "viewer" });
        let invitation = of::<MemberInvitation>(invitation);
        let invited = ada
            .client
            .invite_member()
            .space_id(id)
            .body(invitation)
            .send()
            .await
            .unwrap();
        let pending = eve.client.list_pending_invitations().send().await.unwrap();
        assert_eq!(pending.items[0].invitation_id, invited.invitation_id);
        let code = invited.code.expose().to_owned();
        let preview = anonymous.validate_invitation().code(code.clone()).send().await.unwrap();
        assert_eq!(preview.space_name.as_str(), "Home");
        let code = of::<InvitationCode>(json!({ "code": code }));
        let joined = eve.client.accept_invitation().body(code).send().await.unwrap();
        assert_eq!((joined.space_id, joined.role), (id, SpaceRole::Viewer));

        let members = ada.client.list_members().space_id(id).send().await.unwrap();
        assert_eq!(members.items.len(), 2);
        let member = of::<MemberRoleChange>(json!({ "role": "member" }));
        let change = ada.client.set_member_role().space_id(id).member_id(eve.account.user_id);
        assert_eq!(change.body(member).send().await.unwrap().role, SpaceRole::Member);
        let spaces = eve.client.list_spaces().send().await.unwrap();
        assert_eq!(spaces.items.len(), 2);
        let leave = eve.client.remove_member().space_id(id).member_id(eve.account.user_id);
        leave.send().await.unwrap();

        let link = of::<NewInvitation>(json!({ "spaceId": id, "maxUses": 2 }));
        let link = ada.client.create_invitation().body(link).send().await.unwrap();
        ada.client
            .revoke_invitation()
            .invitation_id(link.invitation_id)
            .send()
            .await
            .unwrap();
        let current = ada.client.get_space().space_id(id).send().await.unwrap();
        let settings = json!({ "name": "House", "memberListVisibility": "admins", "whoMayInvite": "owners" });
        let change = ada
            .client
            .update_space_settings()
            .space_id(id)
            .if_match(header(&current, "etag"));
        change.body(of::<SpaceSettings>(settings)).send().await.unwrap();
        ada.client.rotate_invite_code().space_id(id).send().await.unwrap();
        ada.client.delete_space().space_id(id).send().await.unwrap();
        assert_eq!(refused(ada.client.get_space().space_id(id).send().await).0, 404);
    })
    .await;
}

#[tokio::test]
async fn innovation_hub_users_preferences_roles_and_aws() {
    on_both(17, async |server, anonymous| {
        server.admin("root").await;
        let root = sign_in(&anonymous, "root").await;
        let user = json!({ "email": "grace@example.org", "password": PASSWORD, "displayName": "Grace", "role": "user" });
        let user = root.client.create_user().idempotency_key("hire-1").body(of::<NewUser>(user)).send().await.unwrap();
        let id = user.user_id;
        let grace = sign_in(&anonymous, "grace").await;
        assert_eq!(refused(grace.client.list_users().send().await), (403, "missing-role".to_owned()));
        let preferences = json!({
            "theme": "dark", "language": "en",
            "notifications": { "email": true, "push": { "tasks": true, "events": false, "invitations": true } },
        });
        grace.client.update_preferences().body(of::<PreferencesUpdate>(preferences)).send().await.unwrap();
        assert_eq!(grace.client.get_preferences().send().await.unwrap().theme, Theme::Dark);

        let update = of::<UserUpdate>(json!({ "email": "grace@example.org", "displayName": "Grace Hopper" }));
        root.client.update_user().user_id(id).body(update).send().await.unwrap();
        let found = root.client.list_users().q("grace h").send().await.unwrap();
        assert_eq!(found.items.len(), 1);
        let admin = of::<UserRoleChange>(json!({ "role": "admin" }));
        root.client.set_user_role().user_id(id).body(admin).send().await.unwrap();
        assert_eq!(root.client.get_user().user_id(id).send().await.unwrap().role, UserRole::Admin);
        let activity = root.client.list_user_activity().user_id(id).send().await.unwrap();
        assert!(activity.items.len() >= 3, "{activity:?}");

        let account = json!({ "accountId": "123456789012", "region": "eu-west-1", "roleArn": "arn:aws:iam::123456789012:role/hub" });
        let set = root.client.update_aws_config().if_match("\"0\"").body(of::<AwsConfig>(account));
        set.send().await.unwrap();
        assert_eq!(root.client.get_aws_config().send().await.unwrap().account_id.as_str(), "123456789012");
        let tried = root.client.test_aws_connection().send().await.unwrap();
        assert!(!tried.reached, "there are no credentials: {tried:?}");
        let stats = root.client.get_users_stats().send().await.unwrap();
        assert_eq!(serde_json::to_value(&stats.by_role).unwrap()["admin"], 2);
        root.client.delete_user().user_id(id).send().await.unwrap();
        assert_eq!(refused(root.client.get_user().user_id(id).send().await).0, 404);
    })
    .await;
}

#[tokio::test]
async fn workspace_template_work_that_was_offline_is_sent_once_and_on_the_right_version() {
    on_both(10, async |_, anonymous| {
        let ada = sign_up(&anonymous, "ada").await;
        let space = of::<NewSpace>(json!({ "name": "Desk" }));
        let space_id = ada
            .client
            .create_space()
            .idempotency_key("desk")
            .body(space.clone())
            .send()
            .await
            .unwrap()
            .space_id;
        // The answer was lost: the queue sends it again.
        let again = ada
            .client
            .create_space()
            .idempotency_key("desk")
            .body(space)
            .send()
            .await
            .unwrap();
        assert_eq!(again.space_id, space_id);
        let task = of::<NewTask>(json!({ "spaceId": space_id, "title": "Sync", "dueAt": "2026-12-01T09:00:00Z" }));
        let task = ada
            .client
            .create_task()
            .idempotency_key("sync")
            .body(task)
            .send()
            .await
            .unwrap();
        let id = task.task_id;
        let etag = header(&task, "etag");
        let patch = of::<TaskPatch>(json!({ "dueAt": null, "status": "in_progress" }));
        let patched = ada
            .client
            .patch_task()
            .task_id(id)
            .if_match(&etag)
            .body(patch.clone())
            .send()
            .await
            .unwrap();
        assert!(patched.due_at.is_none());
        let stale = ada
            .client
            .patch_task()
            .task_id(id)
            .if_match(&etag)
            .body(patch)
            .send()
            .await;
        assert_eq!(refused(stale), (412, "stale-version".to_owned()));
        let comment = of::<NewComment>(json!({ "body": "From the train." }));
        ada.client
            .add_task_comment()
            .task_id(id)
            .body(comment)
            .send()
            .await
            .unwrap();
        let detail = ada.client.get_task().task_id(id).send().await.unwrap();
        assert_eq!(detail.comments.items.len(), 1);
        let reread = ada.client.get_task().task_id(id).if_none_match(header(&detail, "etag"));
        assert!(reread.send_if_modified().await.unwrap().is_none());
        let idea = of::<NewFeedback>(json!({ "category": "praise", "message": "It works in tunnels.", "rating": 5 }));
        ada.client.submit_feedback().body(idea).send().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn monitoring_events_become_tasks_and_figures() {
    on_both(15, async |server, anonymous| {
        server.admin("ops").await;
        let ops = sign_in(&anonymous, "ops").await;
        let space = ops.client.create_space().body(of::<NewSpace>(json!({ "name": "Operations" }))).send().await.unwrap();
        let space_id = space.space_id;
        let monitoring = json!({
            "enabled": true, "regions": ["eu-west-1"], "services": ["lambda"], "minimumSeverity": 2, "retentionDays": 30,
            "spaceId": space_id, "notificationEmails": ["ops@example.org"],
        });
        let set = ops.client.update_monitoring_config().if_match("\"0\"");
        set.body(of::<MonitoringConfig>(monitoring)).send().await.unwrap();
        assert!(ops.client.get_monitoring_config().send().await.unwrap().enabled);
        let event = |id: &str, severity: i32| {
            json!({
                "id": id, "spaceId": space_id, "source": "lambda", "type": "Lambda Error", "severity": severity,
                "account": "123456789012", "region": "eu-west-1", "occurredAt": "2026-11-20T09:30:00Z", "summary": "It failed.",
            })
        };
        let batch = json!({ "events": [event("a", 5), event("b", 1), event("a", 5)] });
        let taken = ops.client.ingest_events().body(of::<EventBatch>(batch)).send().await.unwrap();
        let statuses: Vec<_> = taken.items.iter().map(|item| item.status).collect();
        assert_eq!(statuses, [201, 201, 200]);
        let worst = ops.client.list_events().severity(4).send().await.unwrap();
        assert_eq!(worst.items.len(), 1);
        let task = ops.client.create_task_from_event().event_id(of::<EventId>(json!("a"))).body(of::<EventTask>(json!({}))).send().await.unwrap();
        assert_eq!(task.title.as_str(), "CRITICAL: Lambda Error in lambda");
        let found = ops.client.get_event().event_id(of::<EventId>(json!("a"))).send().await.unwrap();
        assert_eq!(found.task_id, Some(task.task_id));
        let done = of::<TaskStatusChange>(json!({ "status": "done" }));
        ops.client.set_task_status().task_id(task.task_id).body(done).send().await.unwrap();
        let overview = ops.client.get_dashboard_overview().space_id(space_id).send().await.unwrap();
        assert_eq!((overview.events.get(), overview.critical_events.get(), overview.closed_tasks.get()), (2, 1, 1));
        let events = ops.client.get_events_stats().days(7).send().await.unwrap();
        assert_eq!(serde_json::to_value(&events.by_severity).unwrap()["5"], 1);
        let tasks = ops.client.get_tasks_stats().send().await.unwrap();
        assert_eq!(serde_json::to_value(&tasks.by_status).unwrap()["done"], 1);
        let account = ops.client.get_me().send().await.unwrap();
        assert_eq!(account.user_id, ops.account.user_id);
        ops.client.logout().send().await.unwrap();
        assert_eq!(refused(ops.client.get_me().send().await).0, 401);
    })
    .await;
}

#[tokio::test]
async fn to_do_tasks_of_one_user() {
    on_both(8, async |_, anonymous| {
        let (ada, eve) = (sign_up(&anonymous, "ada").await, sign_up(&anonymous, "eve").await);
        let id = ada.account.user_id;
        let task = of::<NewUserTask>(json!({ "title": "Buy oil", "priority": "high" }));
        let task = ada
            .client
            .create_user_task()
            .user_id(id)
            .body(task)
            .send()
            .await
            .unwrap();
        let task_id = task.task_id;
        let all = ada.client.list_user_tasks().user_id(id).send().await.unwrap();
        assert_eq!(all.items.len(), 1);
        let update = of::<UserTaskUpdate>(json!({ "title": "Buy more oil", "status": "open", "priority": "low" }));
        ada.client
            .replace_user_task()
            .user_id(id)
            .task_id(task_id)
            .body(update)
            .send()
            .await
            .unwrap();
        let patch = of::<UserTaskPatch>(json!({ "status": "done" }));
        let patched = ada
            .client
            .patch_user_task()
            .user_id(id)
            .task_id(task_id)
            .body(patch)
            .send()
            .await
            .unwrap();
        assert!(patched.closed_at.is_some() && patched.title.as_str() == "Buy more oil");
        assert_eq!(refused(eve.client.list_user_tasks().user_id(id).send().await).0, 403);
        ada.client
            .delete_user_task()
            .user_id(id)
            .task_id(task_id)
            .send()
            .await
            .unwrap();
    })
    .await;
}
