//! Migrations from the command line: `cargo run --example migrate -- --help`.
//!
//! What is printed to standard output is the answer; progress and errors go to standard error. The exit code is 0 where all
//! went well, 1 where something failed, 2 where the command makes no sense, 3 where database and migrations do not belong
//! together (or, with `check --strict`, migrations are pending).

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};
use diesel::connection::Connection;
use diesel::sqlite::SqliteConnection;
use turbodiesel::SqlMigrations;
use turbodiesel::migrate::{MigrationConnection, Migrator, State};

/// Runs the migrations of a folder on SQLite, PostgreSQL, MySQL or MariaDB.
#[derive(Parser)]
#[command(name = "migrate", version)]
struct Arguments {
    /// The database: postgres://.., mysql://.., or the path of an SQLite file
    #[arg(long, global = true, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database_url: Option<String>,

    /// The folder with the migrations [default: migrations/sqlite, /postgres or /mysql]
    #[arg(long, global = true, env = "MIGRATION_DIRECTORY", value_name = "FOLDER")]
    migrations: Option<PathBuf>,

    /// How long to wait for another process that migrates
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 60)]
    lock_timeout: u64,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run all pending migrations
    Up {
        /// Stop after this version
        #[arg(long, value_name = "VERSION")]
        to: Option<String>,
    },
    /// Revert the newest applied migrations
    Down {
        /// How many
        #[arg(default_value_t = 1)]
        count: usize,
        /// Revert all of them
        #[arg(long, conflicts_with = "count")]
        all: bool,
    },
    /// Revert the newest applied migration, and run it again
    Redo,
    /// Show the newest applied migration
    Current,
    /// Show all migrations, applied and pending
    History,
    /// Refuse a database that does not belong to these migrations
    Check {
        /// Pending migrations are refused too
        #[arg(long)]
        strict: bool,
    },
    /// Print the SQL that `up` would run
    Sql,
    /// Record a migration as applied without running it
    Stamp {
        /// Its version, or its name
        version: String,
    },
    /// Record a migration as not applied without reverting it
    Unstamp {
        /// Its version, or its name
        version: String,
    },
}

/// Exit code: database and migrations do not belong together.
const REFUSED: u8 = 3;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let Some(url) = arguments.database_url.clone().filter(|url| !url.is_empty()) else {
        let missing = "which database? Give --database-url, or set DATABASE_URL";
        Arguments::command().error(ErrorKind::MissingRequiredArgument, missing).exit();
    };
    let done = match url.split_once("://").map(|(scheme, _)| scheme) {
        #[cfg(feature = "postgres")]
        Some("postgres" | "postgresql") => run::<diesel::pg::PgConnection>(&arguments, &url, "postgres"),
        #[cfg(feature = "mysql")]
        Some("mysql") => run::<diesel::mysql::MysqlConnection>(&arguments, &url, "mysql"),
        None | Some("sqlite" | "file") => {
            let path = url.strip_prefix("sqlite://").unwrap_or(&url);
            run::<SqliteConnection>(&arguments, path, "sqlite")
        }
        Some(other) => {
            let message = format!("this build has no support for {other}:// (`--features postgres,mysql` adds both)");
            Arguments::command().error(ErrorKind::InvalidValue, message).exit();
        }
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        let refused = error
            .downcast_ref::<turbodiesel::Error>()
            .is_some_and(|error| error.is_migration_history() || error.is_migration_interrupted());
        ExitCode::from(if refused { REFUSED } else { 1 })
    })
}

fn run<C>(arguments: &Arguments, url: &str, backend: &str) -> Result<ExitCode, Box<dyn Error>>
where
    C: Connection + MigrationConnection,
{
    let folder = arguments.migrations.clone().unwrap_or_else(|| PathBuf::from("migrations").join(backend));
    let migrations = SqlMigrations::from_folder(folder)?;
    let mut conn = C::establish(url)?;
    let mut migrator = Migrator::new(&mut conn, migrations)
        .lock_timeout(Duration::from_secs(arguments.lock_timeout))
        .on_step(|step| {
            if step.elapsed().is_some() {
                eprintln!("{step}");
            }
        });
    match &arguments.command {
        Command::Up { to: None } => say(&counted(migrator.up()?.len(), "applied"))?,
        Command::Up { to: Some(version) } => say(&counted(migrator.up_to(version)?.len(), "applied"))?,
        Command::Down { count, all } => {
            let count = if *all { usize::MAX } else { *count };
            say(&counted(migrator.down(count)?.len(), "reverted"))?;
        }
        Command::Redo => say(&counted(migrator.redo()?.len() / 2, "redone"))?,
        Command::Current => match migrator.current()? {
            Some(entry) => say(entry.name())?,
            None => say("none")?,
        },
        Command::History => {
            for entry in migrator.history()? {
                let state = match entry.state() {
                    State::Applied(when) => format!("applied {when}"),
                    State::Unknown(when) => format!("applied {when}, unknown here"),
                    State::Interrupted(direction) => format!("interrupted {direction}"),
                    _ => "pending".to_owned(),
                };
                say(&format!("{:<50} {state}", entry.name()))?;
            }
        }
        Command::Check { strict } => {
            let report = migrator.check()?;
            report.warnings().iter().for_each(|warning| eprintln!("warning: {warning}"));
            say(&counted(report.pending().len(), "pending"))?;
            if *strict && !report.pending().is_empty() {
                return Ok(ExitCode::from(REFUSED));
            }
        }
        Command::Sql => say(migrator.sql()?.trim_end())?,
        Command::Stamp { version } => {
            migrator.stamp(version)?;
            say("recorded as applied")?;
        }
        Command::Unstamp { version } => {
            migrator.unstamp(version)?;
            say("recorded as not applied")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}")
}

/// A line of the answer. Whoever read enough of it is no error: `| head`.
fn say(line: &str) -> io::Result<()> {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
