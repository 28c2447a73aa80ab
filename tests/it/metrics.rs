//! What Prometheus scrapes: the figures follow what happened, and a token guards them where one is set.
//! Which requests are limited or shed is in `rate_limits`.

use spaces_tests::{TestServer, new_space};

use super::support::{Call, refused};

const TOKEN: &str = "a metrics token!";

async fn scrape(server: &TestServer) -> String {
    Call::get("/metrics").send(server).await.text()
}

/// The value of a series.
#[track_caller]
fn figure(text: &str, series: &str) -> f64 {
    let value = text
        .lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    value
        .unwrap_or_else(|| panic!("{series} is not in\n{text}"))
        .parse()
        .unwrap()
}

#[tokio::test]
async fn requests_and_errors_are_counted_by_operation_and_status() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    ada.create_space().body(new_space("Engine")).send().await.unwrap();
    assert_eq!(refused(server.anonymous().list_spaces().send().await).0, 401);
    for path in ["/nowhere", "/api/spaces/not-an-id/x?code=secret-code"] {
        assert_eq!(Call::get(path).send(&server).await.status, 404);
    }
    let text = scrape(&server).await;
    for (series, expected) in [
        (r#"http_requests_total{operation="register",status="201"}"#, 1.0),
        (r#"http_requests_total{operation="createSpace",status="201"}"#, 1.0),
        (r#"http_requests_total{operation="listSpaces",status="401"}"#, 1.0),
        (r#"http_requests_total{operation="none",status="404"}"#, 2.0),
        (r#"http_request_duration_seconds_count{operation="createSpace"}"#, 1.0),
        (
            r#"http_request_duration_seconds_bucket{operation="createSpace",le="+Inf"}"#,
            1.0,
        ),
        ("http_requests_in_flight", 1.0),
        ("http_requests_rate_limited_total", 0.0),
        ("http_requests_shed_total", 0.0),
    ] {
        assert_eq!(figure(&text, series), expected, "{series}");
    }
    assert!(!text.contains("secret") && !text.contains("nowhere"));
}

#[tokio::test]
async fn store_calls_are_counted_by_operation_of_the_database() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let before = scrape(&server).await;
    ada.create_space().body(new_space("Engine")).send().await.unwrap();
    let after = scrape(&server).await;
    let series = r#"store_calls_total{operation="TransactWriteItems"}"#;
    assert_eq!(figure(&after, series) - figure(&before, series), 1.0);
    assert!(!after.contains("\"Scan\""));
}

#[tokio::test]
async fn a21_a22_refused_load_is_counted() {
    let server = TestServer::with([
        ("RATE_LIMIT_PER_MINUTE", "1".to_owned()),
        ("RATE_LIMIT_BURST", "1".to_owned()),
    ])
    .await;
    for _ in 0..3 {
        Call::get("/nowhere").send(&server).await;
    }
    assert_eq!(figure(&scrape(&server).await, "http_requests_rate_limited_total"), 2.0);
}

#[tokio::test]
async fn a_metrics_are_open_without_a_token_and_closed_with_one() {
    let open = TestServer::start().await;
    let answer = Call::get("/metrics").send(&open).await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("text/plain; version=0.0.4"))
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));

    let closed = TestServer::with([("METRICS_TOKEN", TOKEN.to_owned())]).await;
    let call = Call::get("/metrics");
    for wrong in [
        call.clone(),
        call.clone().token(&"another token!!!".into()),
        call.clone().token(&"a".into()),
    ] {
        let answer = wrong.send(&closed).await;
        assert_eq!(answer.refused(), (401, "unauthenticated".to_owned()));
        assert!(answer.header("www-authenticate").is_some());
    }
    let answer = call.token(&TOKEN.into()).send(&closed).await;
    assert!(answer.status == 200 && answer.text().contains("# TYPE http_requests_total counter"));
}
