//! `serve`: the server until it is told to stop.
//! How it is put together is in `serve`; here is only what the person who starts it sees.

use std::net::TcpListener;

use crate::clock::Clock;
use crate::edge::logging;
use crate::serve::{StartError, assemble, serve as serve_on, sweep, welcome};
use crate::settings::{Environment, Settings};

pub(super) async fn serve(settings: Settings) -> Result<(), StartError> {
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
    let server = serve_on(app, &settings, listener)?;
    if settings.environment == Environment::Dev {
        println!("{}", welcome(address, &settings));
    }
    tracing::info!(%address, "listening");
    server.await?;
    tracing::info!("stopped");
    Ok(())
}
