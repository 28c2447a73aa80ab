//! Health, versions, and the documents beside the operations.

use lockstep_runtime::actix::BodyLimits;
use serde_json::{Value, json};
use spaces_contract::{HealthStatus, LivenessStatus};
use spaces_tests::TestServer;

use crate::support::{Call, header};
use crate::world::World;

#[tokio::test]
async fn health_is_ready_with_a_check_of_the_store() {
    let server = TestServer::start().await;
    server.advance(chrono::TimeDelta::seconds(90));
    let health = server.anonymous().get_health().send().await.unwrap();
    assert_eq!(header(&health, "cache-control"), "no-store");
    assert_eq!((health.status, health.uptime_seconds), (HealthStatus::Ok, 90));
    let [store] = &health.checks[..] else {
        panic!("{health:?}")
    };
    assert_eq!((store.name.as_str(), store.status), ("store", HealthStatus::Ok));
    assert!(store.latency_ms > 0.0);
}

#[tokio::test]
async fn f20_a_broken_store_fails_readiness_and_not_liveness() {
    let world = World::new().await;
    world.table.destroy();
    let health = Call::get("/health").send(&world.server).await;
    assert_eq!(health.refused(), (503, "service-unavailable".to_owned()));
    assert_eq!(health.header("retry-after"), Some("1"));
    assert_eq!(Call::get("/health/live").send(&world.server).await.status, 200);
}

#[tokio::test]
async fn liveness_says_alive() {
    let live = TestServer::start()
        .await
        .anonymous()
        .get_liveness()
        .send()
        .await
        .unwrap();
    assert_eq!(
        (live.status, header(&live, "cache-control").as_str()),
        (LivenessStatus::Alive, "no-store")
    );
}

#[tokio::test]
async fn the_version_is_that_of_service_and_contract() {
    let server = TestServer::start().await;
    let version = server.anonymous().get_version().send().await.unwrap();
    assert_eq!(version.service, env!("CARGO_PKG_VERSION"));
    let contract = Call::get("/openapi.json").send(&server).await.json();
    assert_eq!(contract["info"]["version"], json!(version.contract));
    assert!(!version.commit.is_empty());
}

#[tokio::test]
async fn a34_the_served_contract_is_that_of_the_repository() {
    let server = TestServer::start().await;
    let ours = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.yaml")).unwrap();
    let yaml = Call::get("/openapi.yaml").send(&server).await;
    assert_eq!(
        (yaml.status, yaml.header("content-type")),
        (200, Some("application/yaml"))
    );
    assert!(yaml.text() == ours, "the served contract is another");
    let as_json: Value = serde_norway::from_str(&ours).unwrap();
    assert!(
        Call::get("/openapi.json").send(&server).await.json() == as_json,
        "JSON and YAML differ"
    );
}

#[tokio::test]
async fn the_documentation_and_security_txt_are_served() {
    let server = TestServer::start().await;
    let docs = Call::get("/docs/").send(&server).await;
    assert_eq!((docs.status, docs.text().contains("swagger-ui")), (200, true));
    assert_eq!(
        Call::get("/docs").send(&server).await.header("location"),
        Some("/docs/")
    );
    let security = Call::get("/.well-known/security.txt").send(&server).await.text();
    assert!(security.starts_with("Contact: mailto:") && security.contains("Expires: 2027-05-19T12:00:00Z"));
}

#[tokio::test]
async fn browsers_are_bound_to_https_in_production_only() {
    let world = World::new().await;
    let bound = async |server: &TestServer| {
        let answer = Call::get("/version").send(server).await;
        answer.header("strict-transport-security").is_some()
    };
    assert!(
        !bound(&world.server).await,
        "that would take localhost from every other program"
    );
    let production = world.reopened(&[("ENVIRONMENT", "prod")], BodyLimits::default()).await;
    assert!(bound(&production).await);
}
