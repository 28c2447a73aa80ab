//! What task follows from an event, unless the caller says otherwise.
//! Pure functions; nothing here reads a store, a clock or a request.

use lockstep_runtime::{Fault, TextEnum};
use spaces_contract::{Event, EventTask, Severity, TaskPriority, TaskStatus, TaskUpdate};

/// The longest title of a task, in characters.
const TITLE_LENGTH: usize = 200;

/// What the task of an event says, with what differs from what the event says.
///
/// # Errors
/// A fault where an event could not be told within the limits of a task, which the limits of both exclude.
pub(crate) fn task_of(event: &Event, differs: Option<EventTask>) -> Result<TaskUpdate, Fault> {
    let priority = priority_of(event.severity);
    let (title, description, assignee_id) = match differs {
        Some(differs) => (differs.title, differs.description, differs.assignee_id),
        None => (None, None, None),
    };
    let title = match title {
        Some(title) => title,
        None => title_of(event, priority).try_into().map_err(Fault::internal)?,
    };
    let description = match description {
        Some(description) => description,
        None => description_of(event).try_into().map_err(Fault::internal)?,
    };
    Ok(TaskUpdate {
        title,
        status: TaskStatus::Open,
        priority,
        assignee_id,
        description: Some(description),
        due_at: None,
    })
}

fn priority_of(severity: Severity) -> TaskPriority {
    match severity.get() {
        ..=1 => TaskPriority::Low,
        2..=3 => TaskPriority::Medium,
        4 => TaskPriority::High,
        5.. => TaskPriority::Critical,
    }
}

/// Such as `CRITICAL: Lambda Error in lambda`.
fn title_of(event: &Event, priority: TaskPriority) -> String {
    let priority = priority.as_str().to_uppercase();
    let title = format!("{priority}: {} in {}", event.r#type.as_str(), event.source.as_str());
    if title.chars().count() <= TITLE_LENGTH {
        return title;
    }
    let beginning: String = title.chars().take(TITLE_LENGTH - 1).collect();
    format!("{}…", beginning.trim_end())
}

fn description_of(event: &Event) -> String {
    format!(
        "{summary}\n\n\
         Event: {id}\n\
         Type: {kind}\n\
         Severity: {severity} of 5\n\
         Source: {source}\n\
         Account: {account}\n\
         Region: {region}\n\
         Occurred at: {occurred_at}",
        summary = event.summary.as_str(),
        id = event.event_id.as_str(),
        kind = event.r#type.as_str(),
        severity = event.severity.get(),
        source = event.source.as_str(),
        account = event.account.as_str(),
        region = event.region.as_str(),
        occurred_at = event.occurred_at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn event(kind: &str, source: &str, severity: i32) -> Event {
        let event = json!({
            "eventId": "e-1", "spaceId": "01981c1e-5f00-7000-8000-000000000001", "source": source, "type": kind,
            "severity": severity, "account": "123456789012", "region": "eu-west-1",
            "occurredAt": "2026-11-20T09:30:00Z", "receivedAt": "2026-11-20T09:30:01Z",
            "summary": "The function failed 12 times in 5 minutes.", "detail": {},
        });
        serde_json::from_value(event).unwrap()
    }

    #[test]
    fn the_title_says_priority_type_and_source() {
        let task = task_of(&event("Lambda Error", "lambda", 5), None).unwrap();
        assert_eq!(task.title.as_str(), "CRITICAL: Lambda Error in lambda");
        let description = task.description.unwrap();
        assert!(
            description
                .as_str()
                .starts_with("The function failed 12 times in 5 minutes.\n\nEvent: e-1\n")
        );
        assert!(description.as_str().ends_with("Occurred at: 2026-11-20T09:30:00Z"));
    }

    #[test]
    fn the_severity_gives_the_priority() {
        let priorities: Vec<_> = (0..=5)
            .map(|n| task_of(&event("t", "s", n), None).unwrap().priority)
            .collect();
        use TaskPriority::{Critical, High, Low, Medium};
        assert_eq!(priorities, [Low, Low, Medium, Medium, High, Critical]);
    }

    #[test]
    fn what_differs_wins() {
        let differs = json!({ "title": "Oil it", "description": "Now.", "again": true });
        let task = task_of(&event("t", "s", 0), serde_json::from_value(differs).unwrap()).unwrap();
        assert_eq!(
            (task.title.as_str(), task.description.unwrap().as_str()),
            ("Oil it", "Now.")
        );
    }

    proptest! {
        #[test]
        fn every_event_gives_a_task(kind in r"\S(\PC{0,126}\S)?", source in "[A-Za-z0-9._:/-]{1,128}", severity in 0..=5) {
            prop_assume!(spaces_contract::EventType::try_from(kind.clone()).is_ok());
            let task = task_of(&event(&kind, &source, severity), None).unwrap();
            let whole = format!("{}: {kind} in {source}", task.priority.as_str().to_uppercase());
            if whole.chars().count() <= 200 {
                prop_assert_eq!(task.title.as_str(), whole);
            } else {
                let beginning = task.title.as_str().strip_suffix('…').unwrap();
                prop_assert!(whole.starts_with(beginning) && beginning.chars().count() > 130);
            }
        }
    }
}
