//! The quickstart of README.md: `cargo run -p spaces-client --example quickstart`, beside a running server.

use std::error::Error;

use spaces_client::Client;
use spaces_client::types::{InvitePolicy, MemberListVisibility, NewSpace, Registration, SpaceSettings};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let base = std::env::var("BASE").unwrap_or_else(|_| "http://127.0.0.1:8080".to_owned());

    let registration = Registration {
        email: "grace@example.org".parse()?,
        password: "correct horse battery".parse()?,
        display_name: "Grace Hopper".parse()?,
    };
    let session = Client::new(&base).register().body(registration).send().await?;
    let spaces = Client::new(&base).with_bearer_auth(session.access_token.expose());

    let engine = NewSpace {
        name: "Analytical Engine".parse()?,
        description: None,
        color: None,
    };
    let created = spaces.create_space().body(engine).send().await?;
    let etag = created.headers()["etag"].to_str()?;
    println!("{} has the invite code {}", created.name, created.invite_code.expose());

    let settings = SpaceSettings {
        name: "Difference Engine".parse()?,
        description: None,
        color: None,
        member_list_visibility: MemberListVisibility::Members,
        who_may_invite: InvitePolicy::Admins,
    };
    let change = || spaces.update_space_settings().space_id(created.space_id).if_match(etag);
    let changed = change().body(settings.clone()).send().await?;
    println!("it is called {} now", changed.name);

    // The change gave the space another ETag, so the one from before is stale.
    match change().body(settings).send().await {
        Err(spaces_client::Error::ErrorResponse(problem)) => println!("{} {}", problem.status(), problem.code),
        other => println!("{other:?}"),
    }
    Ok(())
}
