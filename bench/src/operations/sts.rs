//! A security token service (AWS STS) that answers at once, so that `testAwsConnection` measures our server and not AWS.
//! It knows the two actions that the server asks for, and checks nothing.

use std::io;
use std::net::TcpListener;

use actix_web::{App, HttpResponse, HttpServer, rt, web};

const ASSUME_ROLE: &str = r#"<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/spaces-monitoring/spaces</Arn>
<AssumedRoleId>AROA:spaces</AssumedRoleId></AssumedRoleUser>
<Credentials><AccessKeyId>nobody</AccessKeyId><SecretAccessKey>nothing</SecretAccessKey>
<SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
</AssumeRoleResult></AssumeRoleResponse>"#;

const GET_CALLER_IDENTITY: &str = r#"<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/spaces-monitoring/spaces</Arn>
<UserId>AROA:spaces</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"#;

/// Serves it until the program ends, and returns its URL.
pub(super) fn serve() -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    let server = HttpServer::new(|| App::new().default_service(web::to(answer)))
        .workers(1)
        .disable_signals()
        .listen(listener)?;
    rt::spawn(server.run());
    Ok(url)
}

async fn answer(form: String) -> HttpResponse {
    let body = if form.contains("Action=AssumeRole") {
        ASSUME_ROLE
    } else {
        GET_CALLER_IDENTITY
    };
    HttpResponse::Ok().content_type("text/xml").body(body)
}
