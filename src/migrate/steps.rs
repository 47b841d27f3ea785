//! What is told of one migration that runs.

use std::fmt;
use std::time::Duration;

/// Whether a migration is applied or reverted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Applied: `up.sql`.
    Up,
    /// Reverted: `down.sql`.
    Down,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Direction::Up => "up",
            Direction::Down => "down",
        })
    }
}

/// One migration that runs, or has run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub(super) direction: Direction,
    pub(super) version: String,
    pub(super) name: String,
    pub(super) elapsed: Option<Duration>,
}

impl Step {
    /// Applied or reverted.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// Its version, as Diesel records it.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Its name: the version and what somebody called it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The time that it took; `None` before it has run.
    pub fn elapsed(&self) -> Option<Duration> {
        self.elapsed
    }
}

/// `up 2026-01-05-090000_create_users (12 ms)`, and with two dots in place of the time before it has run.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.direction, self.name)?;
        match self.elapsed {
            Some(elapsed) => write!(f, "({} ms)", elapsed.as_millis()),
            None => f.write_str(".."),
        }
    }
}
