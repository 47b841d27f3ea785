//! The crate beside what is written without it: what each sends, how the database answers, and then what that costs.
//!
//! `benches/README.md` says how to run it and how to read it.

mod backend;
mod bench;
mod keyset;
mod options;
mod plans;
mod preload;
mod ratios;
mod relations;
mod scenario;
mod text;
mod watch;

use std::process::ExitCode;

/// Whatever went wrong.
type Result<T, E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("comparison: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let options = options::Options::from_environment()?;
    let suites = options.backends.iter().map(|name| backend::Suite::named(name)).collect::<Result<Vec<_>>>()?;
    // A server that is not there is heard of now, not after minutes of SQLite.
    for suite in &suites {
        (suite.reach)()?;
    }
    let mut bench = bench::Bench::new(options);
    for suite in &suites {
        (suite.run)(&mut bench)?;
    }
    watch::run(&mut bench)?;
    bench.finish();
    Ok(())
}
