//! Back and forward again, as one.

use std::time::Instant;

use diesel::migration::Migration;

use super::record::{self, Mark, Record};
use super::run::{is_transactional, revertible, run};
use super::{Direction, MigrationConnection, Migrator, Source, Step};
use crate::error::Result;

impl<C: MigrationConnection, S: Source<C::Backend>> Migrator<'_, C, S> {
    /// Reverts the newest applied migration and runs it again.
    ///
    /// In one transaction, where a migration is one: if it fails, on the way back or on the way forward, it is applied as it
    /// was, with its data. On MySQL and MariaDB, and with `run_in_transaction = false`, one after the other: if it cannot be
    /// run again, it stays reverted, or is interrupted.
    ///
    /// # Errors
    ///
    /// Those of [`down`](Self::down) and [`up`](Self::up).
    pub fn redo(&mut self) -> Result<Vec<Step>> {
        self.locked(|migrator| {
            loop {
                let known = migrator.settled()?;
                let Some(version) = migrator.record()?.applied.into_keys().next_back() else { return Ok(Vec::new()) };
                let migration = revertible(&known, &version)?;
                if !is_transactional(migration) {
                    let mut steps = migrator.down_locked(1)?;
                    steps.extend(migrator.up_while(|other| *other == version)?);
                    return Ok(steps);
                }
                if let Some(steps) = migrator.redo_in_transaction(&version, migration)? {
                    return Ok(steps);
                }
            }
        })
    }

    /// `None` where another process was faster, and another migration is the newest.
    fn redo_in_transaction(
        &mut self,
        version: &str,
        migration: &dyn Migration<C::Backend>,
    ) -> Result<Option<Vec<Step>>> {
        let text = self.source.up_sql(version).map(|text| Mark::of_text(&text));
        let step =
            |direction| Step { direction, version: version.into(), name: migration.name().to_string(), elapsed: None };
        let mut steps = [step(Direction::Down), step(Direction::Up)];
        let [down, _] = &steps;
        (self.on_step)(down);
        let ran = self.patiently(|conn| {
            conn.transaction(|conn| {
                record::take_write_lock(conn)?;
                let record = Record::read(conn)?;
                if record.interrupted().is_some()
                    || record.applied.keys().next_back().is_none_or(|last| last != version)
                {
                    return Ok(false);
                }
                for step in &mut steps {
                    let begin = Instant::now();
                    run(conn, step.direction, migration)?;
                    step.elapsed = Some(begin.elapsed());
                }
                record::mark(conn, version, text.as_ref())?;
                Ok(true)
            })
        })?;
        if !ran {
            return Ok(None);
        }
        // Only now is it true.
        let [down, up] = &steps;
        (self.on_step)(down);
        (self.on_step)(&Step { elapsed: None, ..up.clone() });
        (self.on_step)(up);
        Ok(Some(steps.into()))
    }
}
