//! Rows of what only reads, from the smallest answer to statistics over all spaces.
//! What a read finds is in the scene.

use super::super::scene::{ITEMS, Scene};
use super::{Row, as_newcomer, as_root, in_space, on_own_task, on_self, on_task, row};
use crate::call::Call;

pub(super) static ROWS: &[Row] = &[
    row("getLiveness", as_anybody),
    row("getHealth", as_anybody),
    row("getVersion", as_anybody),
    row("getMetrics", |_, _, call| call.header("accept", "text/plain")),
    row("getJwks", as_anybody),
    row("getMe", as_newcomer),
    row("getProfile", as_newcomer),
    row("getPreferences", as_newcomer),
    row("listSpaces", |scene, _, call| call.by(&scene.ada)).note("of 21"),
    row("getSpace", |scene, n, call| in_space(scene, n, call).by(&scene.cyd)),
    row("listMembers", |scene, n, call| in_space(scene, n, call).by(&scene.cyd)),
    row("listPendingInvitations", |scene, _, call| call.by(&scene.eve)),
    row("validateInvitation", |scene, n, call| call.query("code", scene.code(n))),
    row("listTasks", of_space),
    row("listTasks", as_cyd).note("merged over 21 spaces"),
    row("getTask", on_task),
    row("listTaskComments", on_task),
    row("listUserTasks", on_own_task),
    row("getUserTask", on_own_task),
    row("listEvents", of_space),
    row("listEvents", as_cyd).note("merged over 21 spaces"),
    row("getEvent", |scene, n, call| {
        call.by(&scene.cyd).at("eventId", &format!("first-{}", n % ITEMS))
    }),
    row("getDashboardOverview", of_space),
    row("getDashboardOverview", as_cyd).note("over 21 spaces"),
    row("getEventsStats", of_space),
    row("getEventsStats", as_cyd).note("over 21 spaces"),
    row("getTasksStats", of_space),
    row("getTasksStats", as_cyd).note("over 21 spaces"),
    row("getUsersStats", as_root),
    row("listUsers", as_root),
    row("getUser", on_self),
    row("listUserActivity", on_self),
    row("listFeedback", as_root),
    row("getAwsConfig", as_root),
    row("getMonitoringConfig", as_root),
    row("testAwsConnection", as_root)
        .note("STS answers at once")
        .with(r#""reached":true"#),
];

fn as_anybody(_: &Scene, _: usize, call: Call) -> Call {
    call
}

/// As a member of all spaces of the team.
fn as_cyd(scene: &Scene, _: usize, call: Call) -> Call {
    call.by(&scene.cyd)
}

/// Of one space, by a member.
fn of_space(scene: &Scene, n: usize, call: Call) -> Call {
    call.by(&scene.cyd).query("spaceId", scene.space(n))
}
