//! Bodies of requests that several operations have.
//! Whom and what they are about is for whoever sends them.

use serde_json::{Value, json};

pub(super) fn event(space_id: &str, id: &str) -> Value {
    json!({
        "id": id, "spaceId": space_id, "source": "lambda", "type": "Lambda Error", "severity": 4,
        "account": "123456789012", "region": "eu-west-1", "occurredAt": "2026-11-20T09:30:00Z",
        "summary": "The function failed 12 times in 5 minutes.",
    })
}

pub(super) fn aws_config() -> Value {
    json!({
        "accountId": "123456789012", "region": "eu-west-1",
        "roleArn": "arn:aws:iam::123456789012:role/spaces-monitoring",
    })
}

pub(super) fn monitoring_config() -> Value {
    json!({
        "enabled": true, "regions": ["eu-west-1"], "services": ["lambda"], "minimumSeverity": 2,
        "retentionDays": 30, "notificationEmails": [],
    })
}

pub(super) fn name(n: usize) -> String {
    format!("Number {n}")
}

pub(super) fn task(n: usize) -> Value {
    json!({ "title": name(n), "status": "open", "priority": "low" })
}

pub(super) fn preferences() -> Value {
    json!({
        "theme": "dark",
        "language": "en-GB",
        "notifications": { "email": false, "push": { "tasks": false, "events": true, "invitations": false } },
    })
}
