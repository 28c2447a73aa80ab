//! Older paths: each leads to the same operation and says what replaces it, and since when (A23).

use spaces_server::api::OPERATIONS;

use crate::support::Answer;
use crate::world::World;

#[tokio::test]
async fn a23_an_alias_answers_as_its_operation_and_names_its_successor() {
    let (mut with_alias, mut seen) = (0, 0);
    for operation in OPERATIONS.iter().filter(|operation| !operation.aliases.is_empty()) {
        with_alias += 1;
        let world = World::new().await;
        let expected = world.call(operation).send(&world.server).await;
        for name in ["deprecation", "sunset", "link"] {
            assert_eq!(expected.header(name), None, "{}", operation.id);
        }
        for alias in operation.aliases {
            let world = World::new().await;
            let answer = world.call_at(operation, alias.path).send(&world.server).await;
            assert_eq!(answer.status, expected.status, "{}: {answer:?}", alias.path);
            assert_eq!(fields(&answer), fields(&expected), "{}", alias.path);
            check_headers(&answer, &world.call(operation).path);
            seen += 1;
        }
    }
    assert_eq!((with_alias, seen), (49, 55), "every alias of the contract was called");
}

#[tokio::test]
async fn a23_refusals_over_an_alias_name_the_successor_too() {
    let world = World::new().await;
    for operation in OPERATIONS {
        for alias in operation.aliases {
            let call = world.call_at(operation, alias.path).without("authorization");
            let answer = call
                .header("accept", "text/html")
                .header("content-type", "text/plain")
                .send(&world.server)
                .await;
            assert!(answer.status >= 400, "{answer:?}");
            answer.problem();
            check_headers(&answer, &world.call(operation).path);
        }
    }
}

fn check_headers(answer: &Answer, successor: &str) {
    let successor = successor.split('?').next().unwrap();
    // 20 November 2026, 00:00 UTC.
    assert_eq!(answer.header("deprecation"), Some("@1795132800"));
    assert_eq!(answer.header("sunset"), Some("Sat, 20 Nov 2027 00:00:00 GMT"));
    assert_eq!(
        answer.header("link"),
        Some(format!("<{successor}>; rel=\"successor-version\"").as_str())
    );
}

/// The names of what an answer says.
fn fields(answer: &Answer) -> Vec<String> {
    if answer.body.is_empty() {
        return Vec::new();
    }
    answer.json().as_object().unwrap().keys().cloned().collect()
}
