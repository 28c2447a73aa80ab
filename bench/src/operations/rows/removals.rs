//! Rows of what ends something: each request uses up what was made for it, or a newcomer.
//! Users go last but for spaces, since whatever else is measured is done by somebody.

use serde_json::json;

use super::super::supplies::Supply;
use super::{Row, in_space, on_self, row};

pub(super) static ROWS: &[Row] = &[
    row("declineInvitation", |scene, n, call| {
        let reference = json!({ "invitationId": scene.supplied(n, "invitationId") });
        call.by(scene.newcomer(n)).json(&reference)
    })
    .using_up(Supply::Invitations),
    row("revokeInvitation", |scene, n, call| {
        call.by(&scene.ada)
            .at("invitationId", &scene.supplied(n, "invitationId"))
    })
    .using_up(Supply::Invitations),
    row("acceptInvitation", |scene, n, call| {
        call.by(scene.newcomer(n))
            .json(&json!({ "code": scene.supplied(n, "code") }))
    })
    .using_up(Supply::Invitations),
    row("removeMember", |scene, n, call| {
        let member = in_space(scene, n, call).at("memberId", &scene.newcomer(n).user_id);
        member.by(&scene.ada)
    })
    .using_up(Supply::Memberships),
    row("deleteTask", |scene, n, call| {
        call.by(&scene.ada).at("taskId", &scene.supplied(n, "taskId"))
    })
    .using_up(Supply::Tasks),
    row("deleteUserTask", |scene, n, call| {
        on_self(scene, n, call).at("taskId", &scene.supplied(n, "taskId"))
    })
    .using_up(Supply::OwnTasks),
    row("logout", |scene, n, call| call.by(scene.newcomer(n)).json(&json!({}))).using_up(Supply::Newcomers),
    row("setUserRole", |scene, n, call| {
        let user = call.at("userId", &scene.newcomer(n).user_id);
        user.by(&scene.root).json(&json!({ "role": "admin" }))
    })
    .using_up(Supply::Newcomers),
    row("deleteUser", |scene, n, call| {
        call.by(&scene.root).at("userId", &scene.newcomer(n).user_id)
    })
    .using_up(Supply::Newcomers),
    row("deleteSpace", |scene, n, call| {
        call.by(scene.maker(n)).at("spaceId", &scene.supplied(n, "spaceId"))
    })
    .note("without tasks")
    .using_up(Supply::Spaces),
];
