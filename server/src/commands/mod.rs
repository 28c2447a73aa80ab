//! The command line: what an operator does besides serving. Every command is safe to repeat and to interrupt.
//! Each opens the database that the settings name; nothing here knows HTTP or DynamoDB.

mod accounts;
mod copies;
mod counters;
mod demo;
mod server;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use spaces_contract::{DisplayName, Email};

use crate::clock::Clock;
use crate::serve::{StartError, open_store};
use crate::settings::{Database, Settings};
use crate::store::{Migrated, Store};

/// Spaces: a complete backend for shared workspaces.
///
/// Settings come from the environment and, in development, from a file .env; README.md lists them. Without a command it
/// serves.
#[derive(Debug, Parser)]
#[command(name = "spaces-server", version)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer requests until told to stop.
    Serve,
    /// Fill the database with a believable demo workspace: users, spaces, weeks of tasks, events.
    ///
    /// What is there already is left as it is, so that repeating it, or finishing an interrupted run, adds only what is
    /// missing. Prints how to sign in. Refused in production.
    Seed {
        /// How many weeks the history goes back.
        #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u8).range(1..=i64::from(demo::MOST_WEEKS)))]
        weeks: u8,
    },
    /// Create an administrator, or make an existing user one.
    ///
    /// A new administrator's password is read from SPACES_ADMIN_PASSWORD; without it one is made and printed once.
    CreateAdmin {
        /// The email to sign in with.
        #[arg(long)]
        email: Email,
        /// What the administrator is called.
        #[arg(long, default_value = "Administrator")]
        name: DisplayName,
    },
    /// Compare every counter with what it counts; exit with 1 where one is wrong.
    Recount {
        /// Set wrong counters right; best while nothing else writes.
        #[arg(long)]
        repair: bool,
    },
    /// Copy the embedded database into a new file, also while a server is running on it.
    Backup {
        /// The file; it must not exist yet.
        file: PathBuf,
    },
    /// Replace the embedded database with a backup. Stop the server first.
    Restore {
        /// A file made by `backup`.
        file: PathBuf,
    },
    /// Bring the table to what this version needs.
    Migrate,
    /// Print the contract.
    ExportOpenapi {
        /// As JSON instead of YAML.
        #[arg(long)]
        json: bool,
    },
}

/// Runs a command; `false` means that it found something that is wrong.
///
/// # Errors
/// Whatever stops it, in words for the operator.
pub async fn run(arguments: Arguments) -> Result<bool, StartError> {
    if let Some(Command::ExportOpenapi { json }) = arguments.command {
        print!("{}", crate::edge::docs::contract(json));
        return Ok(true);
    }
    let settings = Settings::from_env()?;
    let command = arguments.command.unwrap_or(Command::Serve);
    if settings.database == Database::Memory && !matches!(command, Command::Serve) {
        return Err("a database in memory is gone with the command: set DATABASE_PATH to a file".into());
    }
    match command {
        Command::Serve => server::serve(settings).await?,
        Command::Seed { weeks } => demo::seed(&settings, weeks).await?,
        Command::CreateAdmin { email, name } => {
            let store = open(&settings).await?;
            accounts::create_admin(&store, email, name, settings.admin_password).await?;
        }
        Command::Recount { repair } => return counters::recount(&open_existing(&settings).await?, repair).await,
        Command::Backup { file } => copies::backup(&open_existing(&settings).await?, &file).await?,
        Command::Restore { file } => copies::restore(&settings, &file).await?,
        Command::Migrate => migrate(&open(&settings).await?).await?,
        Command::ExportOpenapi { .. } => {}
    }
    Ok(true)
}

async fn open(settings: &Settings) -> Result<Store, StartError> {
    open_store(settings, Clock::system()).await
}

/// For commands that make no sense on a database that they would have to create.
async fn open_existing(settings: &Settings) -> Result<Store, StartError> {
    match &settings.database {
        Database::File(path) if !path.is_file() => {
            Err(format!("there is no database at {} (DATABASE_PATH)", path.display()).into())
        }
        _ => open(settings).await,
    }
}

/// Brings what an older version left to what this one reads.
async fn migrate(store: &Store) -> Result<(), StartError> {
    let Migrated {
        spaces,
        personal_spaces,
        figures,
    } = store.migrate().await?;
    println!(
        "Everything is as this version needs it; changed: {spaces} spaces, {personal_spaces} personal spaces, \
         {figures} figures."
    );
    Ok(())
}
