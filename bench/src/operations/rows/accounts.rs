//! Rows of what people do with their accounts and administrators with the deployment.
//! Where a password is hashed the rate is lower, for that takes long on purpose.

use serde_json::json;

use super::super::bodies::{aws_config, monitoring_config, name, preferences};
use super::super::supplies::Supply;
use super::{Row, as_newcomer, on_self, row};
use crate::call::{PASSWORD, registration};

/// Where a password is hashed, which takes some 13 ms of a core.
const HASHES: u32 = 50;

pub(super) static ROWS: &[Row] = &[
    row("updateProfile", |scene, n, call| {
        let profile = json!({ "displayName": name(n), "timezone": "Europe/London", "locale": "en-GB" });
        call.by(scene.newcomer(n)).json(&profile)
    }),
    row("updatePreferences", |scene, n, call| {
        call.by(scene.newcomer(n)).json(&preferences())
    }),
    row("updateUser", |scene, n, call| {
        let account = json!({ "email": scene.newcomer(n).email, "displayName": name(n) });
        on_self(scene, n, call).json(&account)
    }),
    row("completeOnboarding", as_newcomer).using_up(Supply::Newcomers),
    row("submitFeedback", |scene, n, call| {
        call.by(scene.newcomer(n))
            .json(&json!({ "category": "praise", "message": "Much less smoke." }))
    }),
    row("updateAwsConfig", |scene, _, call| {
        call.by(&scene.root).on_any().json(&aws_config())
    })
    .note("one at a time")
    .one_at_a_time(),
    row("updateMonitoringConfig", |scene, _, call| {
        call.by(&scene.root).on_any().json(&monitoring_config())
    })
    .note("one at a time")
    .one_at_a_time(),
    row("register", |_, n, call| {
        call.json(&registration(&format!("registered{n}@example.org")))
    })
    .note("1 hash each")
    .rate(HASHES),
    row("login", |scene, n, call| {
        call.json(&json!({ "email": scene.newcomer(n).email, "password": PASSWORD }))
    })
    .note("1 hash each")
    .rate(HASHES),
    row("createUser", |scene, n, call| {
        let mut user = registration(&format!("created{n}@example.org"));
        user["role"] = json!("user");
        call.by(&scene.root).json(&user)
    })
    .note("1 hash each")
    .rate(HASHES),
    row("changePassword", |scene, n, call| {
        let change = json!({ "currentPassword": PASSWORD, "newPassword": "another horse, another battery" });
        call.by(scene.newcomer(n)).json(&change)
    })
    .note("2 hashes each")
    .rate(HASHES / 2)
    .using_up(Supply::Newcomers),
    row("refreshTokens", |scene, n, call| {
        call.json(&json!({ "refreshToken": scene.newcomer(n).refresh_token }))
    })
    .using_up(Supply::Newcomers),
];
