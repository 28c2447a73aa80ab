//! The program: runs the command of its command line, and says clearly where that fails.
//! Everything else is in the library, so that tests run what users run.

use std::error::Error;
use std::iter::successors;
use std::process::ExitCode;

use clap::Parser as _;
use spaces_server::commands::{Arguments, run};

#[actix_web::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("spaces-server: {}", whole(&*error));
            ExitCode::FAILURE
        }
    }
}

/// What went wrong, and all that made it go wrong.
fn whole(error: &dyn Error) -> String {
    let causes = successors(error.source(), |cause| (**cause).source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
