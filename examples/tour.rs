//! The crate on one screen: `cargo run --example tour`.
//!
//! Makes an SQLite database in memory, fills it, and shows on it what eager loading and keyset pages send, how the
//! database runs that, and what comes back. No server, no argument, no file.

use std::error::Error;
use std::io::{self, ErrorKind, IsTerminal, Write};

#[path = "tour/story.rs"]
mod story;

fn main() -> Result<(), Box<dyn Error>> {
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let mut screen = story::Screen { colour: wanted && io::stdout().is_terminal(), clock: true, ..Default::default() };
    story::tell(&mut screen)?;
    match io::stdout().write_all(screen.text.as_bytes()) {
        // Whoever read it has seen enough: `| head`.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
