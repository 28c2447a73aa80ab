//! Bad requests of every kind and the one shape of what they get (A1–A3, A24–A33): routes, methods, media types, JSON,
//! values, identifiers, and what every answer carries.

use std::collections::BTreeMap;

use lockstep_runtime::Operation;
use serde_json::json;
use spaces_server::api::OPERATIONS;
use spaces_tests::TestServer;

use crate::statuses::at_the_end_of_time;
use crate::support::{Answer, Call, raw, registration};
use crate::world::{World, operation};

/// A body that is not what it should be, sent to create a space.
async fn create_space(world: &World, body: impl Into<String>) -> Answer {
    Call::post("/api/spaces")
        .by(&world.ada)
        .text(body)
        .send(&world.server)
        .await
}

#[tokio::test]
async fn a02_violations_of_path_query_header_and_body_are_listed_at_once_and_sorted() {
    let world = World::new().await;
    let body = json!({ "name": "x".repeat(81), "whoMayInvite": "zebra", "surprise": "zebra" });
    let call = Call::new("PUT", "/api/spaces/zebra/settings?zebra=zebra&page=1").by(&world.ada);
    let answer = call
        .header("if-match", "z".repeat(1025))
        .json(body)
        .send(&world.server)
        .await;
    assert_eq!(answer.status, 422);
    let expected = [
        "path /spaceId invalid-format",
        "query /page unknown-parameter",
        "query /zebra unknown-parameter",
        "header /If-Match too-long",
        "body /memberListVisibility required",
        "body /name too-long",
        "body /surprise unknown-field",
        "body /whoMayInvite not-allowed",
    ];
    assert_eq!(answer.violations(), expected);
    assert_eq!(answer.problem().detail.as_deref(), Some("8 values are invalid."));
    assert_eq!(
        answer.text().matches("zebra").count(),
        1,
        "only the name of the parameter is repeated"
    );
}

#[tokio::test]
async fn a02_a_problem_lists_at_most_32_violations() {
    let world = World::new().await;
    let many: BTreeMap<String, i32> = (0..1000).map(|n| (format!("x{n:04}"), n)).collect();
    let answer = create_space(&world, json!(many).to_string()).await;
    assert_eq!((answer.status, answer.problem().errors.len()), (422, 32));
}

#[tokio::test]
async fn a28_text_that_is_not_json_is_400_with_its_place_and_without_its_text() {
    let world = World::new().await;
    for (body, place) in [
        ("{\n  \"name\": zebra }", "line 2 column 11"),
        ("{\"name\": \"zebra\"", "line 1 column 16"),
        ("{\"name\": \"zebra\"} zebra", "line 1 column 19"),
        ("{\"name\": \"zebra\",}", "line 1 column 18"),
        ("{'name': 'zebra'}", "line 1 column 2"),
        ("{\"name\": 01}", "line 1 column 11"),
        ("{\"name\": NaN}", "line 1 column 10"),
        ("\u{feff}{\"name\": \"zebra\"}", "line 1 column 1"),
        (" ", "line 1 column 1"),
    ] {
        let answer = create_space(&world, body).await;
        assert_eq!(answer.refused(), (400, "malformed-body".to_owned()), "{body}");
        let detail = answer.problem().detail.unwrap();
        assert!(detail.contains(place), "{body}: {detail}");
        assert!(!answer.text().contains("zebra"), "{detail}");
    }
}

#[tokio::test]
async fn a28_text_that_is_not_utf_8_is_400() {
    let world = World::new().await;
    let call = Call::post("/api/spaces")
        .by(&world.ada)
        .text("")
        .head("Content-Length: 12\r\n");
    let answer = raw(&world.server, [call.as_bytes(), b"{\"name\":\"\xff\"}"].concat()).await;
    assert_eq!(answer.refused(), (400, "malformed-body".to_owned()));
}

#[tokio::test]
async fn a28_a_missing_body_is_400() {
    let world = World::new().await;
    let answer = Call::post("/api/spaces").by(&world.ada).send(&world.server).await;
    assert_eq!(answer.refused(), (400, "missing-body".to_owned()));
}

#[tokio::test]
async fn a28_values_of_wrong_types_are_422_each_at_its_place() {
    let world = World::new().await;
    for (body, expected) in [
        ("[]", "body  wrong-type"),
        ("null", "body  wrong-type"),
        ("\"name\"", "body  wrong-type"),
        ("{}", "body /name required"),
        (r#"{"name":null}"#, "body /name wrong-type"),
        (r#"{"name":7}"#, "body /name wrong-type"),
        (r#"{"name":{"x":1}}"#, "body /name wrong-type"),
        (r#"{"name":"x","description":null}"#, "body /description wrong-type"),
        (r#"{"name":""}"#, "body /name too-short"),
        (r##"{"name":"x","color":"#0F766E"}"##, "body /color pattern-mismatch"),
        (r#"{"name":"x","Name":"x"}"#, "body /Name unknown-field"),
        (r#"{"name":"x","a/b~c":1}"#, "body /a~1b~0c unknown-field"),
    ] {
        let answer = create_space(&world, body).await;
        assert_eq!(answer.status, 422, "{body}");
        assert!(
            answer.violations().contains(&expected.to_owned()),
            "{body}: {:?}",
            answer.violations()
        );
    }
}

#[tokio::test]
async fn a28_a_member_that_is_there_twice_is_422() {
    let world = World::new().await;
    let answer = create_space(&world, r#"{"name":"a","name":"b"}"#).await;
    assert_eq!(answer.violations(), ["body /name duplicate-field"]);
}

#[tokio::test]
async fn a29_every_body_refuses_an_unknown_field_and_names_it() {
    let world = World::new().await;
    let mut seen = 0;
    for operation in OPERATIONS {
        let call = world.call(operation);
        let Some(body) = call.body.clone() else { continue };
        let mut body: serde_json::Value = serde_json::from_str(&body).unwrap();
        body["surprise"] = json!(1);
        let call = Call {
            body: Some(body.to_string()),
            ..call
        };
        let answer = call.send(&world.server).await;
        assert_eq!(
            answer.violations(),
            ["body /surprise unknown-field"],
            "{}",
            operation.id
        );
        seen += 1;
    }
    assert_eq!(seen, 31);
    let nested = r#"{"theme":"dark","language":"en","notifications":{"email":true,"push":
        {"tasks":true,"events":true,"invitations":true,"surprise":1}}}"#;
    let answer = Call::new("PUT", "/api/user/preferences")
        .by(&world.ada)
        .text(nested)
        .send(&world.server)
        .await;
    assert_eq!(answer.violations(), ["body /notifications/push/surprise unknown-field"]);
}

#[tokio::test]
async fn a28_values_of_the_query_are_checked_like_those_of_a_body() {
    let world = World::new().await;
    for (query, expected) in [
        ("limit=0", "query /limit too-small"),
        ("limit=101", "query /limit too-large"),
        ("limit=ten", "query /limit wrong-type"),
        ("limit=1.5", "query /limit wrong-type"),
        ("limit=99999999999999999999", "query /limit out-of-range"),
        ("limit=", "query /limit wrong-type"),
        ("limit=1&limit=2", "query /limit duplicate-parameter"),
        ("cursor=", "query /cursor too-short"),
        ("Limit=1", "query /Limit unknown-parameter"),
        ("lim%69t=0", "query /limit too-small"),
    ] {
        let answer = Call::get(format!("/api/spaces?{query}"))
            .by(&world.ada)
            .send(&world.server)
            .await;
        assert_eq!(answer.violations(), [expected], "{query}");
    }
    let cursor = "x".repeat(1025);
    let answer = Call::get(format!("/api/spaces?limit=0&cursor={cursor}"))
        .by(&world.ada)
        .send(&world.server)
        .await;
    assert_eq!(
        answer.violations(),
        ["query /cursor too-long", "query /limit too-small"]
    );
}

#[tokio::test]
async fn a28_a_query_that_is_not_percent_encoded_utf_8_is_400() {
    let world = World::new().await;
    for query in ["%", "%z", "%zz=1", "limit=%f", "limit=%ff", "cursor=%c0%af"] {
        let answer = raw(
            &world.server,
            Call::get(format!("/api/spaces?{query}")).by(&world.ada).head(""),
        )
        .await;
        assert_eq!(answer.refused(), (400, "malformed-query".to_owned()), "{query}");
    }
}

#[tokio::test]
async fn s32_a_hostile_id_is_refused_and_reaches_no_key() {
    let world = World::new().await;
    let id = world.space_id.to_string();
    let personal = world.personal_space().await;
    let hostile = [
        "%23".to_owned(),
        "SPACE%23".to_owned() + &id,
        format!("{id}%23METADATA"),
        format!("{id}%00"),
        "%00".to_owned(),
        "%2e%2e".to_owned(),
        "..%2f..%2fhealth".to_owned(),
        format!("%20{id}"),
        format!("{{{id}}}"),
        format!("urn:uuid:{id}"),
        format!("{id},{personal}"),
        id.replace('-', ""),
        "%f0%9f%92%a9".to_owned(),
        "%ff".to_owned(),
        "%zz".to_owned(),
        "x".repeat(2048),
    ];
    for segment in hostile {
        let get = Call::get(format!("/api/spaces/{segment}")).by(&world.ada);
        let answer = raw(&world.server, get.head("")).await;
        assert_eq!(answer.violations(), ["path /spaceId invalid-format"], "{segment}");
    }
    for path in [
        "/api/spaces/..",
        "/api/spaces/../spaces",
        "/api/spaces/%2e%2e/settings/..",
        "//api/spaces",
    ] {
        let answer = raw(&world.server, Call::get(path).by(&world.ada).head("")).await;
        assert!(matches!(answer.refused().0, 404 | 422), "{path}: {answer:?}");
    }
    let upper = Call::get(format!("/api/spaces/{}", id.to_uppercase()))
        .by(&world.ada)
        .send(&world.server)
        .await;
    assert_eq!(
        upper.header("etag"),
        Some(world.etag.as_str()),
        "a UUID has no case (RFC 9562)"
    );
}

#[tokio::test]
async fn a01_an_unknown_route_is_404() {
    let server = TestServer::start().await;
    for path in [
        "/",
        "/api",
        "/api/",
        "/api/spaces/",
        "/API/spaces",
        "/api/auth/me/",
        "/health/",
        "/nothing?x=%zz",
        "/%zz",
    ] {
        let answer = raw(&server, Call::get(path).head("")).await;
        assert_eq!(answer.refused(), (404, "no-such-route".to_owned()), "{path}");
    }
}

#[tokio::test]
async fn a24_every_path_refuses_other_methods_with_the_exact_allow() {
    let server = TestServer::start().await;
    let mut methods: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for operation in OPERATIONS {
        for path in [operation.path]
            .into_iter()
            .chain(operation.aliases.iter().map(|alias| alias.path))
        {
            methods.entry(path).or_default().push(operation.method);
        }
    }
    for path in ["/openapi.yaml", "/openapi.json", "/docs/", "/.well-known/security.txt"] {
        methods.entry(path).or_default().push("GET");
    }
    for (path, mut allowed) in methods {
        if allowed.contains(&"GET") {
            allowed.push("HEAD");
        }
        allowed.sort_unstable();
        let path = path.replace("{spaceId}", &uuid::Uuid::nil().to_string());
        for method in [
            "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW",
        ] {
            if allowed.contains(&method) {
                continue;
            }
            let answer = Call::new(method, &path).send(&server).await;
            let sent: Vec<&str> = answer.header("allow").unwrap_or_default().split(", ").collect();
            assert_eq!((answer.status, sent), (405, allowed.clone()), "{method} {path}");
            if method != "HEAD" {
                assert_eq!(answer.refused().1, "method-not-allowed");
            }
        }
    }
}

#[tokio::test]
async fn a24_head_is_get_without_the_body() {
    let world = World::new().await;
    for operation in OPERATIONS.iter().filter(|operation| operation.method == "GET") {
        let get = world.call(operation).header("x-request-id", "same");
        let get = get.header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        let head = Call {
            method: "HEAD".parse().unwrap(),
            ..get.clone()
        };
        let (mut get, mut head) = (get.send(&world.server).await, head.send(&world.server).await);
        assert!(head.body.is_empty());
        // Latencies have other digits each time; the date may be the next second's.
        let varying: &[&str] = match operation.id {
            "getHealth" | "getMetrics" => &["date", "content-length"],
            _ => &["date"],
        };
        for name in varying {
            assert_eq!(
                get.headers.remove(*name).is_some(),
                head.headers.remove(*name).is_some()
            );
        }
        assert_eq!(
            (get.status, get.headers),
            (head.status, head.headers),
            "{}",
            operation.id
        );
    }
}

#[tokio::test]
async fn a25_an_accept_that_refuses_what_there_is_gets_406_and_others_do_not() {
    let world = World::new().await;
    let status = async |accept: &str| {
        world
            .call(operation("getMe"))
            .header("accept", accept)
            .send(&world.server)
            .await
            .status
    };
    for accept in [
        "text/html",
        "application/xml, text/*",
        "application/json;q=0",
        "*/*, application/json;q=0",
    ] {
        assert_eq!(status(accept).await, 406, "{accept}");
    }
    for accept in [
        "*/*",
        "application/*",
        "text/html, application/json;q=0.1",
        "APPLICATION/JSON",
        "",
    ] {
        assert_eq!(status(accept).await, 200, "{accept}");
    }
    assert_eq!(
        world
            .call(operation("getMe"))
            .without("accept")
            .send(&world.server)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a25_a_refused_answer_is_refused_before_anything_is_done() {
    let world = World::new().await;
    let call = world.call(operation("createSpace")).header("accept", "text/html");
    assert_eq!(
        call.send(&world.server).await.refused(),
        (406, "not-acceptable".to_owned())
    );
    let list = world
        .server
        .with_token(&world.ada.access_token)
        .list_spaces()
        .send()
        .await
        .unwrap();
    assert_eq!(list.items.len(), 2);
}

#[tokio::test]
async fn a25_a_body_of_another_type_encoding_or_charset_is_415() {
    let world = World::new().await;
    let call = || Call::post("/api/spaces").by(&world.ada).text(r#"{"name":"x"}"#);
    for content_type in [
        "text/plain",
        "application/xml",
        "application/merge-patch+json",
        "application/jsonx",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin1",
        "application/json; charset=utf-16",
        "",
    ] {
        let answer = call().header("content-type", content_type).send(&world.server).await;
        assert_eq!(
            answer.refused(),
            (415, "unsupported-media-type".to_owned()),
            "{content_type}"
        );
    }
    for encoding in ["gzip", "br", "deflate", "identity, gzip"] {
        let answer = call().header("content-encoding", encoding).send(&world.server).await;
        assert_eq!(answer.refused().0, 415, "{encoding}");
    }
    assert_eq!(
        call().without("content-type").send(&world.server).await.refused().0,
        415
    );
    for content_type in ["application/json; charset=utf-8", "Application/JSON;charset=\"UTF-8\""] {
        let answer = call().header("content-type", content_type).send(&world.server).await;
        assert_eq!(answer.status, 201, "{content_type}");
    }
    assert_eq!(
        call()
            .header("content-encoding", "identity")
            .send(&world.server)
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn who_is_nobody_learns_nothing_about_their_mistakes() {
    let world = World::new().await;
    let is_needed = |operation: &&&Operation| {
        let security = operation.security;
        !security.is_empty() && security.iter().all(|row| !row.is_empty())
    };
    for operation in OPERATIONS.iter().filter(is_needed) {
        let call = world.call(operation).without("authorization");
        let path = call.path.split('?').next().unwrap();
        let call = Call {
            path: format!("{}?x=%zz", path.replace(&world.space_id.to_string(), "zebra")),
            ..call
        };
        let answer = call.text("{").send(&world.server).await;
        assert_eq!(
            answer.refused(),
            (401, "unauthenticated".to_owned()),
            "{}",
            operation.id
        );
    }
}

#[tokio::test]
async fn a32_a_valid_request_id_is_kept_and_any_other_replaced() {
    let server = TestServer::start().await;
    let ask = async |id: &str| Call::get("/nothing").header("x-request-id", id).send(&server).await;
    for id in ["a", "0198-._Z", &"x".repeat(64)] {
        let answer = ask(id).await;
        assert_eq!(
            (answer.header("x-request-id"), answer.problem().request_id.as_str()),
            (Some(id), id)
        );
    }
    for id in ["", "a b", "ä", "a\"b", "{}", "a/b", &"x".repeat(65)] {
        let answer = ask(id).await;
        let given: uuid::Uuid = answer.problem().request_id.parse().unwrap();
        assert_eq!(given.get_version_num(), 7, "{id}");
    }
    let mut twice = Call::get("/nothing").header("x-request-id", "a");
    twice.headers.push(("x-request-id", "b".to_owned()));
    assert!(
        twice
            .send(&server)
            .await
            .problem()
            .request_id
            .parse::<uuid::Uuid>()
            .is_ok()
    );
    let (one, other) = (
        Call::get("/nothing").send(&server).await,
        Call::get("/nothing").send(&server).await,
    );
    assert_ne!(one.problem().request_id, other.problem().request_id);
}

#[tokio::test]
async fn a32_a_valid_traceparent_is_kept_and_any_other_replaced() {
    let server = TestServer::start().await;
    let valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let ask = async |trace: &str| {
        let answer = Call::get("/health/live")
            .header("traceparent", trace)
            .send(&server)
            .await;
        answer.header("traceparent").unwrap().to_owned()
    };
    assert_eq!(ask(valid).await, valid);
    for invalid in [
        "",
        "00",
        &valid.to_uppercase(),
        &format!("{valid}-x"),
        &valid.replace("00-", "ff-"),
        &valid.replace("b7ad6b7169203331", "0000000000000000"),
        &valid.replace("0af7651916cd43dd8448eb211c80319c", "00000000000000000000000000000000"),
    ] {
        let given = ask(invalid).await;
        assert!(
            given.len() == 55 && given.starts_with("00-") && given != *invalid,
            "{invalid}: {given}"
        );
    }
}

#[tokio::test]
async fn a33_every_answer_says_who_may_keep_it_and_show_it() {
    let world = World::new().await;
    let calls = OPERATIONS.iter().map(|operation| world.call(operation));
    // Whatever ends the session or the space comes last; what they refuse carries the same.
    for call in calls.chain([Call::get("/nothing"), Call::new("PATCH", "/api/spaces")]) {
        let place = format!("{} {}", call.method, call.path);
        let answer = call.send(&world.server).await;
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{place}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{place}");
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{place}");
        assert_eq!(
            answer.header("content-security-policy"),
            Some("default-src 'none'; frame-ancestors 'none'")
        );
        let vary: Vec<_> = answer
            .headers
            .get_all("vary")
            .iter()
            .map(|it| it.to_str().unwrap())
            .collect();
        let vary = vary.join(", ");
        assert!(
            ["Accept", "Authorization", "Origin"]
                .iter()
                .all(|name| vary.contains(name)),
            "{place}: {vary}"
        );
        if place.contains("/api/") && answer.status != 204 {
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{place}");
        }
    }
}

#[tokio::test]
async fn s39_only_pages_of_the_named_origins_may_read_answers() {
    let server = TestServer::with([("CORS_ORIGINS", "https://app.example.org".to_owned())]).await;
    let preflight = |origin: &str| {
        let call = Call::new("OPTIONS", "/api/spaces").header("origin", origin);
        call.header("access-control-request-method", "POST")
    };
    let cors = |answer: &Answer| {
        let names = answer.headers.keys().map(|name| name.as_str().to_owned());
        names
            .filter(|name| name.starts_with("access-control"))
            .collect::<Vec<_>>()
    };
    let hostile = [
        "https://evil.example",
        "null",
        "https://app.example.org.evil.example",
        "http://app.example.org",
        "*",
    ];
    for origin in hostile {
        let simple = Call::get("/health/live").header("origin", origin).send(&server).await;
        assert_eq!((simple.status, cors(&simple)), (200, vec![]), "{origin}");
        assert_eq!(
            cors(&preflight(origin).send(&server).await),
            Vec::<String>::new(),
            "{origin}"
        );
    }
    let ours = "https://app.example.org";
    let allowed = preflight(ours).send(&server).await;
    assert_eq!(
        (allowed.status, allowed.header("access-control-allow-origin")),
        (204, Some(ours))
    );
    let refused = Call::get("/api/auth/me").header("origin", ours).send(&server).await;
    assert_eq!(
        (refused.status, refused.header("access-control-allow-origin")),
        (401, Some(ours)),
        "problems too"
    );
    assert_eq!(refused.header("access-control-allow-credentials"), None);
}

#[tokio::test]
async fn f20_a_panic_in_a_handler_is_one_500_problem_and_the_server_goes_on() {
    let server = TestServer::start().await;
    for _ in 0..3 {
        let answer = at_the_end_of_time(&server, Call::post("/api/auth/register").json(registration("ada"))).await;
        assert_eq!(answer.refused(), (500, "internal-error".to_owned()));
        assert_eq!(answer.problem().errors, []);
    }
    assert_eq!(
        Call::post("/api/auth/register")
            .json(registration("ada"))
            .send(&server)
            .await
            .status,
        201
    );
}
