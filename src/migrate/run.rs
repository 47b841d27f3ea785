//! Running migrations, forward and back, under a lock.

use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::migration::Migration;

use super::history::Known;
use super::record::{self, Mark, Record};
use super::{Direction, MigrationConnection, Migrator, Source, Step};
use crate::backend::Migrates;
use crate::error::{Error, ErrorKind, Result};

/// How often a lock that somebody has is asked for.
const PAUSE: Duration = Duration::from_millis(50);

impl<C: MigrationConnection, S: Source<C::Backend>> Migrator<'_, C, S> {
    /// Runs all pending migrations in the order of their versions, and returns those that it ran.
    ///
    /// # Errors
    ///
    /// [`is_migration`](Error::is_migration): one failed; those before it are applied.
    /// [`is_migration_locked`](Error::is_migration_locked): another process migrates for too long.
    /// [`is_migration_interrupted`](Error::is_migration_interrupted): one began and did not end; the message says what to do.
    pub fn up(&mut self) -> Result<Vec<Step>> {
        self.locked(|migrator| migrator.up_while(|_| true))
    }

    /// Runs the pending migrations up to this version and with it. A name is taken for its version.
    ///
    /// # Errors
    ///
    /// Those of [`up`](Self::up), and [`is_migration_history`](Error::is_migration_history): no migration has this version.
    pub fn up_to(&mut self, version: &str) -> Result<Vec<Step>> {
        let last = self.version(version)?;
        self.locked(|migrator| migrator.up_while(|version| *version <= last))
    }

    /// Reverts the newest `count` applied migrations, the newest first, and returns those that it reverted.
    ///
    /// # Errors
    ///
    /// Those of [`up`](Self::up), and [`is_migration_history`](Error::is_migration_history): one of them is unknown to this
    /// program. One without `down.sql` fails.
    pub fn down(&mut self, count: usize) -> Result<Vec<Step>> {
        self.locked(|migrator| migrator.down_locked(count))
    }

    /// Records a migration as applied without running it, and its text with it: one that was done by hand, or by another
    /// tool.
    ///
    /// # Errors
    ///
    /// [`is_migration_history`](Error::is_migration_history): no migration has this version.
    pub fn stamp(&mut self, version: &str) -> Result<()> {
        let version = self.version(version)?;
        let mark = self.source.up_sql(&version).map(|text| Mark::of_text(&text));
        self.locked(|migrator| {
            if !migrator.record()?.applied.contains_key(&version) {
                record::record(migrator.conn, &version, true)?;
            }
            record::mark(migrator.conn, &version, mark.as_ref())
        })
    }

    /// Records a migration as not applied without reverting it: one that was undone by hand.
    ///
    /// # Errors
    ///
    /// [`is_migration_history`](Error::is_migration_history): no migration has this version, and none is applied that has.
    pub fn unstamp(&mut self, version: &str) -> Result<()> {
        let wanted = as_version(version);
        let applied = self.record()?.applied.contains_key(&wanted);
        let version = if applied { wanted } else { self.version(version)? };
        self.locked(|migrator| {
            record::record(migrator.conn, &version, false)?;
            record::mark(migrator.conn, &version, None)
        })
    }

    /// The version of a migration of the source.
    fn version(&self, version: &str) -> Result<String> {
        let wanted = as_version(version);
        match self.known()?.contains_key(&wanted) {
            true => Ok(wanted),
            false => Err(Error::new(ErrorKind::MigrationHistory, format!("no migration has the version {version}"))),
        }
    }

    pub(super) fn up_while(&mut self, wanted: impl Fn(&String) -> bool) -> Result<Vec<Step>> {
        let mut steps = Vec::new();
        let known = self.settled()?;
        for (version, migration) in known.iter().filter(|(version, _)| wanted(version)) {
            let text = self.source.up_sql(version).map(|text| Mark::of_text(&text));
            steps.extend(self.step(Direction::Up, version, migration.as_ref(), text)?);
        }
        Ok(steps)
    }

    pub(super) fn down_locked(&mut self, count: usize) -> Result<Vec<Step>> {
        let known = self.settled()?;
        let applied = self.record()?.applied;
        let mut steps = Vec::new();
        for version in applied.keys().rev().take(count) {
            let migration = revertible(&known, version)?;
            steps.extend(self.step(Direction::Down, version, migration, None)?);
        }
        Ok(steps)
    }

    /// The migrations, once nothing is half done. Where there is no lock of a session, what began may still run elsewhere.
    pub(super) fn settled(&mut self) -> Result<Known<C::Backend>> {
        let known = self.known()?;
        let deadline = Instant::now() + self.wait;
        loop {
            match self.record()?.interrupted() {
                None => return Ok(known),
                Some(_) if C::Backend::LOCK.is_none() && Instant::now() < deadline => sleep(PAUSE),
                Some((version, direction)) => return Err(interrupted(&known, version, direction)),
            }
        }
    }

    /// One migration, unless another process was faster.
    fn step(
        &mut self,
        direction: Direction,
        version: &str,
        migration: &dyn Migration<C::Backend>,
        text: Option<Mark>,
    ) -> Result<Option<Step>> {
        if !self.is_due(direction, version)? {
            return Ok(None);
        }
        let mut step = Step { direction, version: version.into(), name: migration.name().to_string(), elapsed: None };
        (self.on_step)(&step);
        let in_transaction = is_transactional(migration);
        loop {
            let begin = Instant::now();
            let outcome = match in_transaction {
                true => self.in_transaction(direction, version, migration, text.as_ref())?,
                false => self.outside_of_one(direction, version, migration, text.as_ref())?,
            };
            match outcome {
                Outcome::Ran => {
                    step.elapsed = Some(begin.elapsed());
                    (self.on_step)(&step);
                    return Ok(Some(step));
                }
                Outcome::NotDue => return Ok(None),
                Outcome::Wait => self.settled().map(drop)?,
            }
        }
    }

    fn is_due(&mut self, direction: Direction, version: &str) -> Result<bool> {
        let applied = self.record()?.applied.contains_key(version);
        Ok(applied == (direction == Direction::Down))
    }

    /// The migration and both records, or nothing of them.
    fn in_transaction(
        &mut self,
        direction: Direction,
        version: &str,
        migration: &dyn Migration<C::Backend>,
        text: Option<&Mark>,
    ) -> Result<Outcome> {
        self.patiently(|conn| {
            conn.transaction(|conn| {
                if let Some(outcome) = not_now(conn, direction, version)? {
                    return Ok(outcome);
                }
                run(conn, direction, migration)?;
                record::mark(conn, version, text)?;
                Ok(Outcome::Ran)
            })
        })
    }

    /// The beginning first: if it does not come to its end, that is known.
    fn outside_of_one(
        &mut self,
        direction: Direction,
        version: &str,
        migration: &dyn Migration<C::Backend>,
        text: Option<&Mark>,
    ) -> Result<Outcome> {
        let not_now = self.patiently(|conn| {
            conn.transaction(|conn| {
                let outcome = not_now(conn, direction, version)?;
                if outcome.is_none() {
                    record::mark(conn, version, Some(&Mark::Began(direction)))?;
                }
                Ok(outcome)
            })
        })?;
        if let Some(outcome) = not_now {
            return Ok(outcome);
        }
        run(self.conn, direction, migration)?;
        self.patiently(|conn| record::mark(conn, version, text))?;
        Ok(Outcome::Ran)
    }

    pub(super) fn record(&mut self) -> Result<Record> {
        self.patiently(Record::read)
    }

    /// Again, while SQLite says that another connection writes.
    pub(super) fn patiently<T>(&mut self, mut work: impl FnMut(&mut C) -> Result<T>) -> Result<T> {
        let deadline = Instant::now() + self.wait;
        loop {
            match work(self.conn) {
                Err(error) if C::Backend::LOCK.is_none() && is_busy(&error) => {
                    if Instant::now() >= deadline {
                        return Err(locked());
                    }
                    sleep(PAUSE);
                }
                done => return done,
            }
        }
    }

    /// With a connection that waits for other writers, also in the statements of a migration.
    fn waiting<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let Some(timeout) = C::Backend::BUSY_TIMEOUT else { return work(self) };
        let before = self.patiently(|conn| Ok(C::Backend::pairs(conn, timeout.read)?))?.into_iter().next();
        let before = before.map_or_else(|| "0".to_owned(), |(before, _)| before);
        let milliseconds = self.wait.as_millis().min(i32::MAX as u128);
        self.conn.batch_execute(&format!("{}{milliseconds}", timeout.set))?;
        let done = work(self);
        let restored = self.conn.batch_execute(&format!("{}{}", timeout.set, before));
        let done = done?;
        restored?;
        Ok(done)
    }

    /// Under the lock of the session, where the backend has one, with both tables there.
    pub(super) fn locked<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let Some(lock) = C::Backend::LOCK else {
            return self.waiting(|migrator| {
                migrator.patiently(record::create_tables)?;
                work(migrator)
            });
        };
        // The name is read once: a migration may go to another database.
        let name =
            C::Backend::pairs(self.conn, lock.name)?.into_iter().next().map(|(name, _)| name).unwrap_or_default();
        let deadline = Instant::now() + self.wait;
        while !C::Backend::pairs(self.conn, &lock.take.replace('?', &name))?.iter().any(|(taken, _)| taken == "1") {
            if Instant::now() >= deadline {
                return Err(locked());
            }
            sleep(PAUSE);
        }
        let done = record::create_tables(self.conn).and_then(|()| work(self));
        // What went wrong before is the better story; the lock goes with the connection anyway.
        let released = C::Backend::pairs(self.conn, &lock.release.replace('?', &name));
        let done = done?;
        released?;
        Ok(done)
    }
}

/// What came of a migration.
enum Outcome {
    Ran,
    /// Another process was faster.
    NotDue,
    /// Another process is in the middle of one, outside of a transaction.
    Wait,
}

/// Why a migration cannot run now; from here on nobody else writes, until the transaction ends.
fn not_now<C: MigrationConnection>(conn: &mut C, direction: Direction, version: &str) -> Result<Option<Outcome>> {
    record::take_write_lock(conn)?;
    let record = Record::read(conn)?;
    let due = record.applied.contains_key(version) == (direction == Direction::Down);
    Ok(match (due, record.interrupted()) {
        (_, Some(_)) => Some(Outcome::Wait),
        (false, None) => Some(Outcome::NotDue),
        (true, None) => None,
    })
}

/// Whether it is one transaction with the record of it.
pub(super) fn is_transactional<DB: Migrates>(migration: &dyn Migration<DB>) -> bool {
    DB::DDL_IN_TRANSACTION && migration.metadata().run_in_transaction()
}

/// The migration of a version that is applied.
pub(super) fn revertible<'k, DB: Migrates>(known: &'k Known<DB>, version: &str) -> Result<&'k dyn Migration<DB>> {
    let unknown = || {
        let message = format!("{version} is applied, and this program does not know how to revert it");
        Error::new(ErrorKind::MigrationHistory, message)
    };
    known.get(version).map(Box::as_ref).ok_or_else(unknown)
}

pub(super) fn run<C: MigrationConnection>(
    conn: &mut C,
    direction: Direction,
    migration: &dyn Migration<C::Backend>,
) -> Result<()> {
    let ran = match direction {
        Direction::Up => conn.run_migration(&migration).map(drop),
        Direction::Down => conn.revert_migration(&migration).map(drop),
    };
    ran.map_err(|error| {
        let message = format!("{direction} {} failed: {error}", migration.name());
        match error.downcast::<diesel::result::Error>() {
            Ok(error) => Error::of_diesel(ErrorKind::Migration, message, *error),
            Err(_) => Error::new(ErrorKind::Migration, message),
        }
    })
}

fn is_busy(error: &Error) -> bool {
    let said = match error.as_diesel() {
        Some(diesel::result::Error::DatabaseError(_, said)) => said.message(),
        _ => return false,
    };
    said == "database is locked" || said == "database table is locked" || said == "database schema is locked"
}

fn locked() -> Error {
    let message = "another process migrates this database, and has not come to its end in time";
    Error::new(ErrorKind::MigrationLocked, message)
}

pub(super) fn interrupted<DB: diesel::backend::Backend>(
    known: &Known<DB>,
    version: &str,
    direction: Direction,
) -> Error {
    let name = known.get(version).map_or_else(|| version.to_owned(), |one| one.name().to_string());
    let message = format!(
        "{direction} {name} began and did not come to its end, and this database cannot undo what it had done: look which of \
         its statements took effect, finish or undo them by hand, then `stamp {version}` if the migration is applied now, \
         or `unstamp {version}` if it is not"
    );
    Error::new(ErrorKind::MigrationInterrupted, message)
}

/// `20260105090000` of `2026-01-05-090000_create_users`.
fn as_version(text: &str) -> String {
    text.split('_').next().unwrap_or(text).replace('-', "")
}
