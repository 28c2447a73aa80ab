//! Lists of tasks over many spaces and what their cursors are good for; repeated creates.

use super::*;

/// Every page of a list, one after the other.
async fn traverse(world: &World, path: &str, by: &Session) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.send(Call::get(format!("{path}{cursor}")), by).await.json();
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

#[tokio::test]
async fn a16_the_list_merges_all_spaces_and_its_cursor_is_for_this_list_only() {
    let world = World::new().await;
    let second = space(&world.server, &world.member, "Second").await;
    let personal = format!("/api/users/{}/tasks", user_id(&world.member));
    let mut titles = Vec::new();
    for n in 0..30 {
        let mut body = json!({ "title": format!("Task {n:02}"), "priority": (["low", "high"][n % 2]) });
        let due = noon() + TimeDelta::days(i64::try_from(n * 7 % 10).unwrap());
        if n % 4 > 0 {
            body["dueAt"] = json!(due);
        }
        titles.push((due, n));
        let call = match n % 3 {
            0 => Call::post("/api/tasks").json(new_task(world.space_id, body)),
            1 => Call::post("/api/tasks").json(new_task(second, body)),
            _ => Call::post(&personal).json(body),
        };
        created(world.send(call, &world.member).await);
        world.server.advance(TimeDelta::milliseconds(1));
    }
    let number = |task: &Value| task["title"].as_str().unwrap()[5..].parse::<usize>().unwrap();
    for limit in [1, 7, 30] {
        let newest = traverse(&world, &format!("/api/tasks?limit={limit}"), &world.member).await;
        assert_eq!(
            newest.iter().map(number).collect::<Vec<_>>(),
            (0..30).rev().collect::<Vec<_>>()
        );
        let due = traverse(&world, &format!("/api/tasks?sort=due&limit={limit}"), &world.member).await;
        let mut expected = titles.clone();
        expected.sort_by_key(|(due, n)| if n % 4 > 0 { (0, Some(*due), *n) } else { (1, None, *n) });
        let expected: Vec<_> = expected.into_iter().map(|(_, n)| n).collect();
        assert_eq!(due.iter().map(number).collect::<Vec<_>>(), expected);
        let high = format!("/api/tasks?priority=high&status=open&status=done&limit={limit}");
        let high = traverse(&world, &high, &world.member).await;
        assert_eq!(
            high.iter().map(number).collect::<Vec<_>>(),
            (0..30).rev().filter(|n| n % 2 == 1).collect::<Vec<_>>()
        );
    }
    let own = traverse(&world, &format!("{personal}?limit=4"), &world.member).await;
    assert_eq!(
        own.iter().map(number).collect::<Vec<_>>(),
        (0..30).rev().filter(|n| n % 3 == 2).collect::<Vec<_>>()
    );
    let one = traverse(&world, &format!("/api/tasks?spaceId={second}&limit=4"), &world.member).await;
    assert_eq!(
        one.iter().map(number).collect::<Vec<_>>(),
        (0..30).rev().filter(|n| n % 3 == 1).collect::<Vec<_>>()
    );

    let page = world.send(Call::get("/api/tasks?limit=4"), &world.member).await.json();
    let cursor = page["nextCursor"].as_str().unwrap();
    let other = [
        (format!("/api/tasks?limit=4&cursor={cursor}"), &world.owner),
        (format!("/api/tasks?sort=due&cursor={cursor}"), &world.member),
        (format!("/api/tasks?priority=high&cursor={cursor}"), &world.member),
        (format!("/api/tasks?spaceId={second}&cursor={cursor}"), &world.member),
        (
            format!("/api/tasks?dueTo=2027-01-01T00:00:00Z&cursor={cursor}"),
            &world.member,
        ),
        (format!("{personal}?cursor={cursor}"), &world.member),
        (
            format!("/api/tasks?cursor={}x", &cursor[..cursor.len() - 1]),
            &world.member,
        ),
    ];
    for (path, session) in other {
        let answer = world.send(Call::get(&path), session).await;
        assert_eq!(answer.refused(), (400, "invalid-cursor".to_owned()), "A17: {path}");
    }
    // Who leaves a space sees no more of it, also in the middle of the list.
    let leave = Call::new(
        "DELETE",
        format!("/api/spaces/{}/members/{}", world.space_id, user_id(&world.member)),
    );
    assert_eq!(world.send(leave, &world.member).await.status, 204);
    let rest = traverse(&world, &format!("/api/tasks?limit=100&cursor={cursor}"), &world.member).await;
    assert_eq!(
        rest.iter().map(number).collect::<Vec<_>>(),
        (0..26).rev().filter(|n| n % 3 > 0).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a10_a_repeated_create_gets_the_first_answer_and_makes_one_task() {
    let world = World::new().await;
    let tasks = format!("/api/users/{}/tasks", user_id(&world.member));
    let creates = [
        Call::post("/api/tasks").json(new_task(world.space_id, json!({}))),
        Call::post(tasks).json(json!({ "title": "Rest" })),
    ];
    for call in creates {
        let call = call.header("idempotency-key", "once");
        let answers = join_all((0..8).map(|_| world.send(call.clone(), &world.member))).await;
        let first = answers.iter().find(|answer| answer.status == 201).unwrap();
        assert!(
            answers
                .iter()
                .all(|answer| answer.status == 409 || answer.text() == first.text())
        );
        assert_eq!(world.send(call, &world.member).await.text(), first.text());
    }
    assert_eq!(traverse(&world, "/api/tasks?limit=100", &world.member).await.len(), 2);
    let task = world.task(json!({})).await;
    let comment = Call::post(format!("{}/comments", path(&task))).json(json!({ "body": "So" }));
    let comment = comment.header("idempotency-key", "once");
    let first = world.send(comment.clone(), &world.member).await;
    assert_eq!(world.send(comment, &world.member).await.text(), first.text());
    let comments = world
        .send(Call::get(format!("{}/comments", path(&task))), &world.member)
        .await
        .json();
    assert_eq!(comments["items"], json!([first.json()]));
}

#[tokio::test]
async fn what_is_due_at_the_end_of_the_time_asked_for_is_not_in_it() {
    let world = World::new().await;
    world.task(json!({ "dueAt": noon() })).await;
    let found = async |from: TimeDelta, to: TimeDelta| {
        let time = |offset: TimeDelta| (noon() + offset).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let path = format!("/api/tasks?dueFrom={}&dueTo={}", time(from), time(to));
        world.send(Call::get(path), &world.member).await.json()["items"]
            .as_array()
            .unwrap()
            .len()
    };
    let (second, none) = (TimeDelta::seconds(1), TimeDelta::zero());
    assert_eq!((found(none, second).await, found(-second, none).await), (1, 0));
}
