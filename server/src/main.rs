//! The program: settings, application, socket, and a clear word where one of them fails.
//! Everything else is in the library, so that tests run what users run.

use std::net::TcpListener;
use std::process::ExitCode;

use spaces_server::clock::Clock;
use spaces_server::edge::logging;
use spaces_server::serve::{StartError, assemble, serve, sweep, welcome};
use spaces_server::settings::{Environment, Settings};

#[actix_web::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("spaces-server: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), StartError> {
    let settings = Settings::from_env()?;
    logging::init(settings.log_level, settings.log_format)?;
    let app = assemble(&settings, Clock::system()).await?;
    let listener = TcpListener::bind((settings.host, settings.port)).map_err(|error| {
        format!(
            "cannot listen on {}:{} (HOST, PORT): {error}",
            settings.host, settings.port
        )
    })?;
    let address = listener.local_addr()?;
    tokio::spawn(sweep(app.store.clone()));
    let server = serve(app, &settings, listener)?;
    if settings.environment == Environment::Dev {
        println!("{}", welcome(address, &settings));
    }
    tracing::info!(%address, "listening");
    server.await?;
    tracing::info!("stopped");
    Ok(())
}
