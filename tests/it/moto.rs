//! A second engine behind the same requests: the server as a process on moto, another implementation of DynamoDB, over
//! HTTP. What only one of the two engines would accept fails here.

use std::path::Path;
use std::time::Duration;

use spaces_client::{Client, Error, ResponseValue};
use spaces_contract::{
    InvitePolicy, MemberListVisibility, Problem, Registration, Session, SpaceSettings, TokenRefresh,
};
use spaces_tests::process::{Moto, Server, output_within, workspace};
use spaces_tests::{PASSWORD, new_space};

use crate::support::refused;

/// A server on moto; both end when this is dropped.
struct OnMoto {
    server: Server,
    moto: Moto,
}

impl OnMoto {
    async fn start(directory: &Path) -> Self {
        let moto = Moto::start(&[]).await;
        let server = Self::server(directory, &moto.endpoint).await;
        Self { server, moto }
    }

    async fn server(directory: &Path, endpoint: &str) -> Server {
        let environment = [
            ("DATABASE", "dynamodb"),
            ("DYNAMODB_ENDPOINT", endpoint),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ACCESS_KEY_ID", "nobody"),
            ("AWS_SECRET_ACCESS_KEY", "nothing"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ];
        Server::start(directory, &environment).await
    }

    async fn sign_up(&self) -> Session {
        let registration = Registration {
            email: "ada@example.org".parse().unwrap(),
            password: PASSWORD.parse().unwrap(),
            display_name: "Ada".parse().unwrap(),
        };
        self.anonymous()
            .register()
            .body(registration)
            .send()
            .await
            .unwrap()
            .into_inner()
    }

    fn anonymous(&self) -> Client {
        Client::new(&self.server.base)
    }

    async fn refresh(&self, session: &Session) -> Result<ResponseValue<Session>, Error<Problem>> {
        let refresh = TokenRefresh {
            refresh_token: session.refresh_token.clone(),
        };
        self.anonymous().refresh_tokens().body(refresh).send().await
    }
}

fn signed_in(server: &Server, session: &Session) -> Client {
    Client::new(&server.base).with_bearer_auth(session.access_token.expose())
}

#[tokio::test]
async fn a_space_lives_and_dies_on_moto() {
    let directory = tempfile::tempdir().unwrap();
    let moto = OnMoto::start(directory.path()).await;
    assert!(
        moto.server.printed.contains("DynamoDB table spaces"),
        "{}",
        moto.server.printed
    );
    let spaces = signed_in(&moto.server, &moto.sign_up().await);
    assert_eq!(moto.anonymous().get_health().send().await.unwrap().checks.len(), 1);

    let created = spaces.create_space().body(new_space("Engine")).send().await.unwrap();
    let etag = created.headers()["etag"].to_str().unwrap();
    let id = created.space_id;
    let listed = spaces.list_spaces().limit(1).send().await.unwrap().into_inner();
    let cursor = listed.next_cursor.expect("a second page: the personal space and ours");
    let rest = spaces.list_spaces().cursor(cursor).send().await.unwrap();
    let ids: Vec<_> = listed
        .items
        .iter()
        .chain(&rest.items)
        .map(|space| space.space_id)
        .collect();
    assert!(
        ids.len() == 2 && ids.contains(&id) && rest.next_cursor.is_none(),
        "{ids:?}"
    );

    let settings = SpaceSettings {
        name: "Difference Engine".parse().unwrap(),
        description: None,
        color: None,
        member_list_visibility: MemberListVisibility::Admins,
        who_may_invite: InvitePolicy::Owners,
    };
    let change = || {
        spaces
            .update_space_settings()
            .space_id(id)
            .if_match(etag)
            .body(settings.clone())
    };
    assert_eq!(change().send().await.unwrap().name, settings.name);
    assert_eq!(refused(change().send().await), (412, "stale-version".to_owned()));

    let rotated = spaces.rotate_invite_code().space_id(id).send().await.unwrap();
    assert_ne!(rotated.invite_code.expose(), created.invite_code.expose());
    assert_eq!(
        spaces.get_space().space_id(id).send().await.unwrap().name,
        settings.name
    );

    spaces.delete_space().space_id(id).send().await.unwrap();
    assert_eq!(refused(spaces.get_space().space_id(id).send().await).0, 404);
    assert_eq!(spaces.list_spaces().send().await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn s15_a_reused_refresh_token_ends_its_session_on_moto() {
    let directory = tempfile::tempdir().unwrap();
    let moto = OnMoto::start(directory.path()).await;
    let first = moto.sign_up().await;
    let second = moto.refresh(&first).await.unwrap();
    let third = moto.refresh(&second).await.unwrap();
    signed_in(&moto.server, &third).get_me().send().await.unwrap();

    assert_eq!(refused(moto.refresh(&first).await).0, 401, "it was used before");
    assert_eq!(
        refused(moto.refresh(&third).await).0,
        401,
        "and took its descendants with it"
    );
    assert_eq!(refused(signed_in(&moto.server, &third).get_me().send().await).0, 401);
}

#[tokio::test]
async fn two_servers_share_a_table_on_moto() {
    let directory = tempfile::tempdir().unwrap();
    let moto = OnMoto::start(directory.path()).await;
    let other = OnMoto::server(directory.path(), &moto.moto.endpoint).await;
    let session = moto.sign_up().await;
    assert_eq!(
        signed_in(&other, &session).get_me().send().await.unwrap().email,
        session.user.email
    );
}

/// The tests of the store, each with a table of its own: what holds on the embedded engine holds on another one.
#[tokio::test]
async fn the_tests_of_the_store_pass_on_moto() {
    let moto = Moto::start(&[]).await;
    let mut tests = tokio::process::Command::new(env!("CARGO"));
    // Everything is selected, so that nothing is compiled again; only the server has a store.
    tests
        .args(["test", "--quiet", "--workspace", "--lib", "--", "store::"])
        // About how few requests there are for a thousand tasks, which moto takes minutes to store.
        .args(["--skip", "a_filter_that_matches_little"])
        .current_dir(workspace())
        .env("DYNAMODB_ENDPOINT", &moto.endpoint)
        .env("AWS_ACCESS_KEY_ID", "nobody")
        .env("AWS_SECRET_ACCESS_KEY", "nothing");
    let said = output_within(Duration::from_mins(10), tests).await;
    let passed = said
        .lines()
        .filter_map(|line| line.strip_prefix("test result: ok. "))
        .filter_map(|line| line.split_once(" passed")?.0.parse::<usize>().ok());
    assert!(passed.sum::<usize>() > 90, "{said}");
}
