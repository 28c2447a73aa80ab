//! Members over HTTP: who sees whom, who removes whom, who changes whose role. That races are right is tested on the
//! store; the first half of each test here makes a space in which everybody has another role.

use serde_json::{Value, json};
use spaces_contract::Session;
use spaces_tests::TestServer;

use super::support::{Answer, Call};

/// A shared space with one member of each role, in the order of the roles.
struct Team {
    server: TestServer,
    space: String,
    code: String,
    owner: Session,
    admin: Session,
    member: Session,
    viewer: Session,
}

impl Team {
    async fn new() -> Self {
        let server = TestServer::start().await;
        let owner = server.sign_up("owner").await;
        let created = Call::post("/api/spaces")
            .by(&owner)
            .json(json!({ "name": "Engine" }))
            .send(&server)
            .await
            .json();
        let text = |name: &str| created[name].as_str().unwrap().to_owned();
        let (space, code) = (text("spaceId"), text("inviteCode"));
        let [admin, member, viewer] = [
            server.sign_up("admin").await,
            server.sign_up("member").await,
            server.sign_up("viewer").await,
        ];
        let team = Self {
            server,
            space,
            code,
            owner,
            admin,
            member,
            viewer,
        };
        for (session, role) in [
            (&team.admin, "admin"),
            (&team.member, "member"),
            (&team.viewer, "viewer"),
        ] {
            assert_eq!(team.join(session).await.status, 200);
            assert_eq!(team.set_role(&team.owner, session, role).await.status, 200);
        }
        team
    }

    async fn join(&self, session: &Session) -> Answer {
        let accept = Call::post("/api/invitations/accept").by(session);
        accept.json(json!({ "code": self.code })).send(&self.server).await
    }

    fn path(&self, member: &Session) -> String {
        format!("/api/spaces/{}/members/{}", self.space, member.user.user_id)
    }

    async fn set_role(&self, by: &Session, member: &Session, role: &str) -> Answer {
        let call = Call::new("PUT", format!("{}/role", self.path(member))).by(by);
        call.json(json!({ "role": role })).send(&self.server).await
    }

    async fn remove(&self, by: &Session, member: &Session) -> Answer {
        Call::new("DELETE", self.path(member)).by(by).send(&self.server).await
    }

    /// Names and roles, as somebody sees them.
    async fn seen_by(&self, session: &Session) -> Vec<(String, String)> {
        let list = Call::get(format!("/api/spaces/{}/members", self.space))
            .by(session)
            .send(&self.server)
            .await;
        let text = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
        let items = list.json();
        let items = items["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| (text(item, "displayName"), text(item, "role")))
            .collect()
    }
}

fn names(members: &[(String, String)]) -> Vec<&str> {
    members.iter().map(|(name, _)| name.as_str()).collect()
}

#[tokio::test]
async fn members_see_each_other_unless_the_settings_say_otherwise() {
    let team = Team::new().await;
    assert_eq!(
        names(&team.seen_by(&team.viewer).await),
        ["owner", "admin", "member", "viewer"]
    );
    let settings = json!({ "name": "Engine", "memberListVisibility": "admins", "whoMayInvite": "admins" });
    let space = Call::get(format!("/api/spaces/{}", team.space))
        .by(&team.owner)
        .send(&team.server)
        .await;
    let path = format!("/api/spaces/{}/settings", team.space);
    let put = Call::new("PUT", path)
        .by(&team.owner)
        .header("if-match", space.header("etag").unwrap());
    assert_eq!(put.json(settings).send(&team.server).await.status, 200);
    assert_eq!(names(&team.seen_by(&team.member).await), ["member"]);
    assert_eq!(names(&team.seen_by(&team.admin).await).len(), 4);
    let eve = team.server.sign_up("eve").await;
    let path = format!("/api/spaces/{}/members", team.space);
    let strange = Call::get(&path).by(&eve).send(&team.server).await;
    assert_eq!(strange.refused(), (404, "space-not-found".to_owned()));
    // A cursor of one caller is nothing to another.
    let first = Call::get(format!("{path}?limit=1"))
        .by(&team.owner)
        .send(&team.server)
        .await
        .json();
    let next = format!("{path}?limit=1&cursor={}", first["nextCursor"].as_str().unwrap());
    assert_eq!(
        Call::get(&next).by(&team.owner).send(&team.server).await.json()["items"][0]["displayName"],
        "admin"
    );
    assert_eq!(
        Call::get(&next).by(&team.admin).send(&team.server).await.refused(),
        (400, "invalid-cursor".to_owned())
    );
}

#[tokio::test]
async fn s29_nobody_promotes_themselves_and_only_owners_make_and_unmake_owners() {
    let team = Team::new().await;
    let Team {
        owner,
        admin,
        member,
        viewer,
        ..
    } = &team;
    for (by, of, role) in [
        (admin, admin, "owner"),
        (admin, member, "owner"),
        (admin, owner, "member"),
        (member, member, "admin"),
        (member, viewer, "member"),
        (viewer, viewer, "owner"),
    ] {
        let refused = team.set_role(by, of, role).await;
        assert_eq!(
            refused.refused(),
            (403, "may-not-change-role".to_owned()),
            "{} {role}",
            by.user.email.as_str()
        );
    }
    assert_eq!(
        team.set_role(owner, owner, "admin").await.refused(),
        (409, "last-owner".to_owned())
    );
    let promoted = team.set_role(admin, viewer, "admin").await;
    assert_eq!(
        (promoted.status, promoted.json()["role"].as_str()),
        (200, Some("admin"))
    );
    assert_eq!(team.set_role(owner, admin, "owner").await.status, 200);
    assert_eq!(team.set_role(admin, owner, "viewer").await.status, 200);
    assert_eq!(team.set_role(owner, admin, "member").await.refused().0, 403);
    assert_eq!(
        team.set_role(admin, admin, "member").await.refused(),
        (409, "last-owner".to_owned())
    );
}

#[tokio::test]
async fn s29_members_go_and_are_removed_by_their_betters_but_not_the_last_owner() {
    let team = Team::new().await;
    let Team {
        owner,
        admin,
        member,
        viewer,
        ..
    } = &team;
    for (by, of) in [(member, viewer), (viewer, member), (admin, owner), (member, owner)] {
        assert_eq!(team.remove(by, of).await.refused(), (403, "may-not-remove".to_owned()));
    }
    assert_eq!(
        team.remove(owner, owner).await.refused(),
        (409, "last-owner".to_owned())
    );
    assert_eq!(team.remove(viewer, viewer).await.status, 204);
    assert_eq!(
        team.remove(viewer, viewer).await.refused(),
        (404, "space-not-found".to_owned())
    );
    assert_eq!(
        team.remove(admin, viewer).await.refused(),
        (404, "member-not-found".to_owned())
    );
    assert_eq!(team.remove(admin, member).await.status, 204);
    assert_eq!(names(&team.seen_by(owner).await), ["owner", "admin"]);
    let space = Call::get(format!("/api/spaces/{}", team.space))
        .by(owner)
        .send(&team.server)
        .await
        .json();
    assert_eq!(space["memberCount"], 2);
    let personal = owner.user.user_id;
    let leave = Call::new("DELETE", format!("/api/spaces/{personal}/members/{personal}")).by(owner);
    assert_eq!(leave.send(&team.server).await.refused(), (409, "last-owner".to_owned()));
}

#[tokio::test]
async fn s28_members_are_changed_in_nothing_but_their_role() {
    let team = Team::new().await;
    for body in [
        json!({ "role": "viewer", "userId": team.owner.user.user_id }),
        json!({ "role": "viewer", "ownerCount": 0 }),
        json!({ "role": "superuser" }),
    ] {
        let call = Call::new("PUT", format!("{}/role", team.path(&team.member)))
            .by(&team.owner)
            .json(body);
        assert_eq!(call.send(&team.server).await.status, 422);
    }
}

#[tokio::test]
async fn inviting_follows_the_settings_and_ones_own_role() {
    let team = Team::new().await;
    let path = format!("/api/spaces/{}/members/invite", team.space);
    let invite = async |by: &Session, role: &str| {
        let body = json!({ "email": "grace@example.org", "role": role });
        Call::post(&path).by(by).json(body).send(&team.server).await
    };
    assert_eq!(
        invite(&team.member, "viewer").await.refused(),
        (403, "may-not-invite".to_owned())
    );
    assert_eq!(
        invite(&team.admin, "owner").await.refused(),
        (403, "role-too-high".to_owned())
    );
    let created = invite(&team.admin, "admin").await;
    let body = created.json();
    assert_eq!((created.status, created.header("etag")), (201, Some("\"1\"")));
    let location = format!("/api/invitations/{}", body["invitationId"].as_str().unwrap());
    assert_eq!(created.header("location"), Some(location.as_str()));
    assert_eq!(
        (&body["status"], &body["maxUses"], &body["expiresAt"]),
        (&json!("pending"), &json!(1), &json!("2026-11-27T12:00:00Z"))
    );
    let personal = format!("/api/spaces/{}/members/invite", team.owner.user.user_id);
    let refused = Call::post(personal)
        .by(&team.owner)
        .json(json!({ "email": "grace@example.org" }))
        .send(&team.server);
    assert_eq!(refused.await.refused(), (409, "personal-space".to_owned()));
    let eve = team.server.sign_up("eve").await;
    assert_eq!(
        invite(&eve, "viewer").await.refused(),
        (404, "space-not-found".to_owned())
    );
}

#[tokio::test]
async fn people_have_joined_a_space_when_it_was_made_or_they_came() {
    let server = spaces_tests::TestServer::start().await;
    let ada = server.sign_up("ada").await;
    server.advance(chrono::TimeDelta::minutes(5));
    let space = Call::post("/api/spaces")
        .by(&ada)
        .json(json!({ "name": "Engine" }))
        .send(&server)
        .await
        .json();
    let path = format!("/api/spaces/{}/members", space["spaceId"].as_str().unwrap());
    let members = Call::get(path).by(&ada).send(&server).await.json();
    assert_eq!(
        members["items"][0]["joinedAt"], "2026-11-20T12:05:00Z",
        "and not when they signed up"
    );
}
